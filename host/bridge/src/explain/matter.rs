//! What is the matter with a user and what to do, in one line.

use crate::plan::{HeldBy, Kind};
use crate::removal::unnamed;
use crate::user::State;

use super::Explanation;

/// The last line of an explanation.
pub(super) fn of(it: &Explanation) -> String {
    let tenant = &it.scope.tenant;
    let why = it.outcome.reason.as_deref().unwrap_or("no reason is known");
    if !it.stored {
        return turned_away(it, why);
    }
    if it.state == State::Offered {
        return "nothing is the matter: whoever is in CXone is theirs with the identity provider's first write".to_owned();
    }
    if let Some(other) = &it.transferred {
        return format!(
            "the person is connection {other}'s now: what is said here reaches CXone no more; explain them there"
        );
    }
    if it.protected {
        return "the person is protected: nothing said about them reaches CXone; take them out of `protected`, or out of what the identity provider assigns".to_owned();
    }
    if let Some(held) = it.outcome.held.filter(|_| it.outcome.kind != Kind::Nothing) {
        return match held {
            HeldBy::Guard => format!(
                "held by the guard: see that the removal is meant, then run `jackfield release {tenant} {}`",
                it.scope.connection
            ),
            HeldBy::Observe => format!(
                "held because the connection observes: read `jackfield plan {tenant}`, then set mode = \"live\""
            ),
        };
    }
    let observes = if it.observes {
        "; not before the connection goes live"
    } else {
        ""
    };
    match it.outcome.kind {
        Kind::Refuse => format!(
            "refused: {why}; {}; then run `jackfield retry {tenant}`",
            it.outcome.fix.as_deref().unwrap_or("see the rule")
        ),
        Kind::Defer => format!("waits: {why}"),
        Kind::Twin => format!("not created: {why}"),
        Kind::Apart => format!("CXone is not told: {why}"),
        Kind::Unknown if it.debt.is_some() && unnamed(why) => format!(
            "a removal is owed, and CXone cannot be asked for them: {why}; mend the mapper, and it is tried by itself"
        ),
        Kind::Unknown => format!("cannot be said now: {why}"),
        Kind::Create | Kind::Adopt | Kind::Replace | Kind::Revive | Kind::Deactivate => {
            let does = match it.outcome.kind {
                Kind::Create => "CXone has nobody yet and would be told to make them",
                Kind::Adopt => "CXone has somebody of this name already, who would be theirs",
                Kind::Deactivate => "CXone shows them active and would be told otherwise",
                Kind::Revive => "CXone shows them inactive and would be told otherwise",
                _ => "CXone holds other values and would be told these",
            };
            let owed = match &it.debt {
                Some(debt) => format!(
                    "; owed since {} after {} attempts and tried by itself",
                    debt.since, debt.attempts
                ),
                None if observes.is_empty() => {
                    "; with the next write of the identity provider".to_owned()
                }
                None => String::new(),
            };
            let last = it.reason.as_deref().filter(|_| it.debt.is_some());
            let last = last
                .map(|reason| format!(" ({reason})"))
                .unwrap_or_default();
            format!("{does}{owed}{last}{observes}")
        }
        Kind::Nothing => settled(it),
    }
}

fn turned_away(it: &Explanation, why: &str) -> String {
    let then = it.reason.as_deref().unwrap_or("a rule said no");
    let retry = format!("run `jackfield retry {}`", it.scope.tenant);
    match it.outcome.kind {
        Kind::Create | Kind::Adopt | Kind::Revive | Kind::Replace | Kind::Nothing => {
            format!("the create was refused ({then}) and would pass now: {retry}")
        }
        _ => format!("the create was refused: {why}; mend that, then {retry}"),
    }
}

fn settled(it: &Explanation) -> String {
    let deleted = it.deleted.is_some();
    if deleted || !it.source_active {
        let said = if deleted { "deleted" } else { "inactive" };
        return match &it.held {
            Some(_) => format!("nothing is the matter: {said} here, and CXone shows them inactive"),
            None => format!("nothing is the matter: {said} here, and nobody in CXone"),
        };
    }
    if !it.outcome.unconfirmed.is_empty() {
        let names: Vec<&str> = it
            .outcome
            .unconfirmed
            .iter()
            .map(|it| it.as_str())
            .collect();
        return format!(
            "CXone accepted {} and shows otherwise: that is not sent again; look at the user in CXone, an e-mail address may await verification",
            names.join(", ")
        );
    }
    if !it.outcome.left_out.is_empty() {
        let names: Vec<&str> = it.outcome.left_out.iter().map(|it| it.as_str()).collect();
        return format!(
            "CXone holds all that it can: {} is not sent, see why above",
            names.join(", ")
        );
    }
    "nothing is the matter: CXone holds what it should".to_owned()
}
