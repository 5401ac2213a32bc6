//! What was refused and what is owed.

use serde_json::Value;

use super::{Undone, Waiting};
use crate::event::{Event, EventKind};
use crate::line::Bridge;
use crate::name::TenantName;
use crate::plan::HeldBy;
use crate::port::ledger::LedgerError;
use crate::refusal::Refusal;
use crate::removal::unnamed;
use crate::search::BATCH;
use crate::user::{Debt, State, User};

/// How many of a user's events are looked through for the refusal.
const EVENTS: usize = 20;

impl Bridge {
    /// Everybody of a tenant whose state was refused or is owed, and every request that was refused and not granted since.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a tenant that is not configured; the ledger's.
    pub async fn waiting(&self, tenant: &TenantName) -> Result<Vec<Waiting>, Refusal> {
        let mut connections = self.connections().into_iter();
        if !connections.any(|connection| connection.scope.tenant == *tenant) {
            return Err(Refusal::NotFound);
        }
        let mut waiting = Vec::new();
        let mut after = 0;
        loop {
            let batch = self.ledger.unsettled(tenant, after, BATCH).await?;
            let Some(last) = batch.last() else {
                break;
            };
            after = last.sequence;
            for user in batch {
                match (user.state, user.debt.clone()) {
                    (State::Refused, _) => waiting.push(self.refused_user(user).await?),
                    (State::Owed, Some(debt)) => waiting.push(owed(user, &debt)),
                    _ => {}
                }
            }
        }
        let refusals = self.ledger.refusals(tenant, usize::MAX).await?;
        for refusal in refusals {
            waiting.push(self.refused_request(refusal).await?);
        }
        Ok(waiting)
    }

    /// A user whose state was refused after it had been acknowledged.
    async fn refused_user(&self, user: User) -> Result<Waiting, LedgerError> {
        let events = self
            .ledger
            .events(&user.scope, Some(user.id), EVENTS)
            .await?;
        let last = events.iter().find(|event| event.kind == EventKind::Refused);
        let held = HeldBy::of(&user);
        Ok(Waiting {
            since: last.map_or(user.modified, |event| event.at),
            id: Some(user.id),
            user_name: user.source.user_name().to_owned(),
            undone: Undone::Refused,
            why: user.reason.unwrap_or_default(),
            attempts: None,
            held,
            to_do: last
                .and_then(|event| text(event, "fix"))
                .map_or_else(|| MEND.to_owned(), |fix| format!("{fix}; then retry")),
            refusal: None,
            scope: user.scope,
        })
    }

    /// A request that was refused.
    async fn refused_request(&self, refusal: Event) -> Result<Waiting, LedgerError> {
        let asked = crate::matching::asked(&refusal);
        let mut user_name = asked.user_name().to_owned();
        if let Some(user) = refusal.user.filter(|_| user_name.is_empty()) {
            let user = self.ledger.user(&refusal.scope, user).await?;
            user_name = user.map_or_else(String::new, |user| user.source.user_name().to_owned());
        }
        let why = match (text(&refusal, "rule"), text(&refusal, "detail")) {
            (Some(rule), Some(detail)) => format!("{rule}: {detail}"),
            _ => {
                let plugin = text(&refusal, "plugin").unwrap_or("a plugin");
                let ending = text(&refusal, "ending").unwrap_or("failed");
                format!("plugin {plugin}: {ending}")
            }
        };
        let fix = text(&refusal, "fix");
        Ok(Waiting {
            scope: refusal.scope.clone(),
            id: refusal.user,
            user_name,
            undone: Undone::Request,
            why,
            since: refusal.at,
            attempts: None,
            held: None,
            to_do: fix.map_or_else(|| MEND.to_owned(), |fix| format!("{fix}; then retry")),
            refusal: Some(refusal),
        })
    }
}

/// What to do where no refusal says it.
const MEND: &str = "mend what the reason names, then retry";

fn owed(user: User, debt: &Debt) -> Waiting {
    let held = HeldBy::of_debt(debt);
    let leaves = debt.deactivation || !user.live() || !user.source.active();
    let to_do = match held {
        Some(HeldBy::Guard) => {
            let scope = &user.scope;
            format!(
                "see that it is meant, then run `jackfield release {} {}`",
                scope.tenant, scope.connection
            )
        }
        Some(HeldBy::Observe) => {
            "read `jackfield plan`, then set mode = \"live\" for the connection".to_owned()
        }
        None if user.reason.as_deref().is_some_and(unnamed) => {
            "mend the mapper that the reason names: it is tried again by itself, or now by a retry"
                .to_owned()
        }
        None => "nothing: it is tried again by itself, or now by a retry".to_owned(),
    };
    Waiting {
        id: Some(user.id),
        user_name: user.source.user_name().to_owned(),
        undone: if leaves {
            Undone::Removal
        } else {
            Undone::Owed
        },
        why: user.reason.unwrap_or_default(),
        since: debt.since,
        attempts: Some(debt.attempts),
        held,
        to_do,
        refusal: None,
        scope: user.scope,
    }
}

fn text<'a>(event: &'a Event, name: &str) -> Option<&'a str> {
    event.detail.get(name).and_then(Value::as_str)
}
