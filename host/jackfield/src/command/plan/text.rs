//! How a plan reads: one block for each connection, totals first, then the users by kind.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use bridge::plan::{Changed, ConnectionPlan, HeldBy, Kind, Plan, Planned};
use bridge::target::Attribute;

/// How many users of a kind are shown without `--all`.
const SHOWN: usize = 20;

/// The plan for people.
pub(super) fn text(plan: &Plan, all: bool) -> String {
    let mut page = Page::default();
    page.line(0, "A plan: nothing was changed, here or in CXone.");
    match (&plan.listed, &plan.unlisted) {
        (Some(people), _) => page.line(0, format_args!("CXone has {}.", users(*people as u64))),
        (None, Some(reason)) => {
            page.line(0, format_args!("{reason}; each was asked for by itself."))
        }
        (None, None) => {}
    }
    if let Some(reason) = &plan.no_directory {
        let reason = format!(
            "CXone's roles and teams cannot be read ({reason}): nothing can be said of anybody active."
        );
        page.line(0, reason);
    }
    for connection in &plan.connections {
        page.connection(plan, connection, all);
    }
    if plan.not_described > 0 {
        page.line(0, "");
        let more = plan.not_described;
        page.line(
            0,
            format_args!("{} more are counted above and not described.", users(more)),
        );
    }
    page.text
}

/// What a kind means, after a number of users.
pub(in crate::command) fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::Create => "to be created in CXone",
        Kind::Adopt => "in CXone already, to become this connection's",
        Kind::Replace => "to be changed in CXone",
        Kind::Deactivate => "to be made inactive in CXone",
        Kind::Revive => "to be made active again in CXone",
        Kind::Refuse => "refused",
        Kind::Defer => "waiting for something",
        Kind::Apart => "kept apart: CXone is not told",
        Kind::Twin => "not created, since CXone has a likely twin",
        Kind::Unknown => "unknown: it cannot be foreseen",
        Kind::Nothing => "as it should be: nothing would happen",
    }
}

fn users(number: impl Into<u64>) -> String {
    match number.into() {
        1 => "1 user".to_owned(),
        number => format!("{number} users"),
    }
}

#[derive(Debug, Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, depth: usize, line: impl Display) {
        let _ = writeln!(self.text, "{:depth$}{line}", "");
    }

    fn connection(&mut self, plan: &Plan, of: &ConnectionPlan, all: bool) {
        let mode = if of.observes {
            "observes: CXone is only read until mode = \"live\""
        } else {
            "live"
        };
        let name = format!("{}/{}", plan.tenant, of.connection);
        self.line(0, "");
        self.line(0, format_args!("{name}: {}; {mode}", users(of.users)));
        for plugin in &of.not_loaded {
            self.line(2, format_args!("not loaded: {plugin}"));
        }
        for (kind, number) in &of.totals {
            self.line(2, format_args!("{number:>6} {}", meaning(*kind)));
        }
        self.held(plan, of);
        let counts = |counts: &BTreeMap<Attribute, u64>| {
            let each = counts
                .iter()
                .map(|(name, number)| format!("{name} of {number}"));
            each.collect::<Vec<_>>().join(", ")
        };
        if !of.stays.is_empty() {
            let stays = counts(&of.stays);
            self.line(2, format_args!("stay as CXone's people have them: {stays}"));
        }
        if !of.left_out.is_empty() {
            let left_out = counts(&of.left_out);
            self.line(
                2,
                format_args!("not sent, since the tenant or the API has no such field: {left_out}"),
            );
        }
        if !of.unconfirmed.is_empty() {
            let unconfirmed = counts(&of.unconfirmed);
            self.line(
                2,
                format_args!("accepted by CXone and shown otherwise: {unconfirmed}"),
            );
        }
        for kind in Kind::ALL {
            let users: Vec<&Planned> = of.described.iter().filter(|it| it.kind == kind).collect();
            if users.is_empty() {
                continue;
            }
            self.line(0, "");
            self.line(2, heading(kind, of.total(kind), users.len()));
            let shown = if all { users.len() } else { SHOWN };
            for user in users.iter().take(shown) {
                self.user(of, user);
            }
            if users.len() > shown {
                let more = users.len() - shown;
                self.line(4, format_args!("and {more} more; --all shows them"));
            }
        }
    }

    fn held(&mut self, plan: &Plan, of: &ConnectionPlan) {
        if of.held > 0 {
            let release = format!("jackfield release {} {}", plan.tenant, of.connection);
            self.line(
                2,
                format_args!(
                    "{} changes are held by the guard: `{release}` lets them go",
                    of.held
                ),
            );
        }
        if of.observed > 0 {
            self.line(
                2,
                format_args!(
                    "{} changes are held until the connection is live",
                    of.observed
                ),
            );
        }
        if of.owed > 0 {
            self.line(
                2,
                format_args!("{} changes are owed and tried by themselves", of.owed),
            );
        }
        if of.guarded > 0 {
            self.line(
                2,
                format_args!("{} of the removals would be held by the guard", of.guarded),
            );
        }
    }

    fn user(&mut self, of: &ConnectionPlan, user: &Planned) {
        let mut notes = Vec::new();
        if user.deleted {
            notes.push("deleted".to_owned());
        }
        notes.extend(user.cxone_id.as_ref().map(|id| format!("CXone id {id}")));
        notes.extend(
            user.template
                .as_ref()
                .map(|name| format!("template {name}")),
        );
        // Of a connection that observes everything is held, and its first line says so.
        match user.held {
            Some(HeldBy::Guard) => notes.push("held by the guard".to_owned()),
            Some(HeldBy::Observe) if !of.observes => {
                notes.push("held since the connection observed".to_owned());
            }
            Some(HeldBy::Observe) | None => {}
        }
        let notes = if notes.is_empty() {
            String::new()
        } else {
            format!(" ({})", notes.join(", "))
        };
        let name = match user.user_name.as_str() {
            "" => "somebody forgotten",
            name => name,
        };
        self.line(4, format_args!("{name}{notes}"));
        for change in user.changes.iter().filter(|it| telling(user.kind, it)) {
            self.line(8, arrow(change));
        }
        for stays in &user.stays {
            let value =
                |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
            let (held, wanted) = (value(&stays.held), value(&stays.wanted));
            let name = stays.attribute;
            self.line(
                8,
                format_args!("{name} stays {held} (the plugins would give {wanted})"),
            );
        }
        for attribute in &user.unconfirmed {
            self.line(
                8,
                format_args!("{attribute} is shown otherwise than it was written"),
            );
        }
        for attribute in &user.left_out {
            self.line(8, format_args!("{attribute} is not sent"));
        }
        if let Some(reason) = &user.reason {
            let rule = user.rule.as_ref().map(|rule| format!("{rule}: "));
            self.line(8, format_args!("{}{reason}", rule.unwrap_or_default()));
        }
        if let Some(fix) = &user.fix {
            self.line(8, format_args!("-> {fix}"));
        }
        for warning in &user.warnings {
            self.line(8, format_args!("remark: {warning}"));
        }
    }
}

/// The heading of a kind's users, of whom only some may have something to say.
fn heading(kind: Kind, total: u64, described: usize) -> String {
    match kind {
        Kind::Nothing => format!("{described} of those as they should be, but in part"),
        _ => format!("{total} {}", meaning(kind)),
    }
}

/// Whether a change is news: of somebody new every value is, so only what decides access and place is told.
fn telling(kind: Kind, change: &Changed) -> bool {
    let decides = [Attribute::Role, Attribute::Team, Attribute::SecondaryRoles];
    kind != Kind::Create || decides.iter().any(|it| it.as_str() == change.attribute)
}

fn arrow(change: &Changed) -> String {
    let to = change.to.as_deref().unwrap_or("nothing");
    match &change.from {
        Some(from) => format!("{}: {from} -> {to}", change.attribute),
        None => format!("{}: {to}", change.attribute),
    }
}
