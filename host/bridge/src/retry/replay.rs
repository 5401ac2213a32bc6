//! Telling again.

use std::sync::Arc;

use serde_json::json;

use super::{Became, Undone, Waiting};
use crate::connection::Connection;
use crate::event::{Event, EventKind};
use crate::line::{Answer, Bridge, pauses};
use crate::name::UserId;
use crate::plan::HeldBy;
use crate::policy::Mode;
use crate::port::cxone::Priority;
use crate::port::ledger::LedgerError;
use crate::refusal::Refusal;
use crate::said::{Ask, Condition};
use crate::user::{State, User};

/// What became of one, and more about that.
type Outcome = (Became, Option<String>);

impl Bridge {
    /// Tells CXone again, or replays the request.
    pub(super) async fn tried(self: &Arc<Self>, waiting: &Waiting) -> Outcome {
        let Some(connection) = self.connection(&waiting.scope) else {
            let reason = "the configuration has no such connection".to_owned();
            return (Became::Failed, Some(reason));
        };
        if connection.mode == Mode::Observe {
            let reason = "the connection only observes: CXone is told nothing".to_owned();
            return (Became::Observed, Some(reason));
        }
        if waiting.held == Some(HeldBy::Guard) {
            return (Became::Held, Some(waiting.to_do.clone()));
        }
        let outcome = match (&waiting.refusal, waiting.id) {
            (Some(refusal), _) => self.replay(&connection, refusal).await,
            (None, Some(id)) => self.told_again(&connection, id).await,
            (None, None) => return (Became::Newer, None),
        };
        outcome.unwrap_or_else(|refusal| (Became::Failed, Some(refusal.to_string())))
    }

    /// Decides upon a user anew and tells CXone, whatever rests.
    async fn told_again(&self, connection: &Connection, id: UserId) -> Result<Outcome, Refusal> {
        for pause in pauses() {
            let _turn = self.turn(id.to_string()).await;
            let user = self.ledger.user(&connection.scope, id).await?;
            let waits = |user: &User| user.debt.is_some() || user.state == State::Refused;
            let Some(user) = user.filter(waits) else {
                return Ok((Became::Newer, None));
            };
            // Since it was listed.
            if user.debt.as_ref().is_some_and(|debt| debt.held) {
                return Ok(stands(user));
            }
            let told = self.bring_about(connection, user, EventKind::CaughtUp);
            match told.await {
                Err(Refusal::Ledger(LedgerError::Stale)) => tokio::time::sleep(pause).await,
                Err(refusal) => return Err(refusal),
                Ok(_) => {
                    let user = self.ledger.user(&connection.scope, id).await?;
                    return Ok(user.map_or((Became::Newer, None), stands));
                }
            }
        }
        Err(crate::line::busy())
    }

    /// Asks again what was refused, in the identity provider's place.
    async fn replay(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        refusal: &Event,
    ) -> Result<Outcome, Refusal> {
        let asked = crate::matching::asked(refusal);
        let user = match refusal.user {
            Some(id) => self.ledger.user(&connection.scope, id).await?,
            None => None,
        };
        let (ask, condition) = match user {
            // What is decided on is what the refusal was about: nothing was granted since.
            Some(user) if user.live() && user.state != State::Offered => (
                Ask::Restate(user.id, asked),
                Condition::Revision(user.revision),
            ),
            Some(user) if !user.live() => return Ok((Became::Newer, None)),
            _ => (Ask::Create(asked.resource().clone()), Condition::None),
        };
        if !self.ledger.stands(refusal).await? {
            return Ok((Became::Newer, None));
        }
        let priority = Priority::Background;
        match self.write_as(connection, ask, condition, priority).await {
            Ok(Answer::Created(user) | Answer::Changed(user)) => Ok(stands(user)),
            Ok(Answer::Deleted) => Ok((Became::Done, None)),
            Err(Refusal::Denied(denial)) => {
                let reason = format!("{}: {}; {}", denial.rule, denial.detail, denial.fix);
                Ok((Became::Refused, Some(reason)))
            }
            Err(refusal @ Refusal::Plugin(_)) => Ok((Became::Refused, Some(refusal.to_string()))),
            Err(Refusal::Taken(_) | Refusal::Changed | Refusal::NotFound) => {
                Ok((Became::Newer, None))
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Gives a request up. What was acknowledged cannot be.
    pub(super) async fn dismissed(&self, waiting: &Waiting) -> Result<Outcome, LedgerError> {
        let Some(refusal) = &waiting.refusal else {
            let what = match waiting.undone {
                Undone::Refused => "was acknowledged before it was refused",
                _ => "was acknowledged and is owed",
            };
            let reason = format!("what the identity provider said {what}: it cannot be given up");
            return Ok((Became::Failed, Some(reason)));
        };
        let event = Event {
            at: self.now(),
            kind: EventKind::Dismissed,
            detail: json!({"rule": refusal.detail.get("rule"), "plugin": refusal.detail.get("plugin")}),
            ..refusal.clone()
        };
        let dismissed = self.ledger.dismiss(refusal, vec![event]).await?;
        Ok(match dismissed {
            true => (Became::Dismissed, None),
            false => (Became::Newer, None),
        })
    }
}

/// Where a user stands after it.
fn stands(user: User) -> Outcome {
    let became = match (&user.debt, user.state) {
        (Some(debt), _) if debt.held => Became::Held,
        (Some(_), _) | (None, State::Owed) => Became::Owed,
        (None, State::Refused) => Became::Refused,
        (None, State::Deferred) => Became::Deferred,
        (None, State::Settled | State::Unconfirmed | State::Offered) => Became::Done,
    };
    (became, user.reason)
}
