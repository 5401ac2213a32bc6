//! Work towards CXone: the open intent around it, and what is stored when it ends.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tokio::time::timeout;

use crate::connection::Connection;
use crate::converge::{Done, Told, Undone, converge, names};
use crate::difference::attempt;
use crate::event::{Event, EventKind};
use crate::leave::leave;
use crate::line::{Bridge, busy, refusal_detail};
use crate::name::fold;
use crate::port::cxone::{CallOptions, Priority};
use crate::port::ledger::{Aim, Intent, LedgerError, OpenIntent, Opening};
use crate::port::plugins::Denial;
use crate::refusal::Refusal;
use crate::target::{Attribute, Target};
use crate::user::{Debt, State, User};

/// What is to be done in CXone.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// To make it hold the desired target.
    Converge(Target),
    /// To deactivate.
    Leave,
}

/// Who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An identity provider that waits for the answer: a refusal is its to hear, and changes nothing here.
    Idp,
    /// The queue: the source was acknowledged long ago, a refusal is noted.
    Queue,
}

/// One piece of work.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) user: User,
    pub(crate) task: Task,
    pub(crate) event: Event,
    pub(crate) origin: Origin,
}

/// A piece of work that ended.
#[derive(Debug)]
pub(crate) struct Carried {
    /// The user as stored.
    pub(crate) user: User,
    /// Whether CXone cannot be used: other work would fare no better.
    pub(crate) away: bool,
}

impl Work {
    /// Under what terms CXone is asked.
    fn options(&self) -> CallOptions {
        CallOptions::of(match (&self.task, self.origin) {
            (Task::Leave, _) => Priority::Deactivation,
            (Task::Converge(_), Origin::Idp) => Priority::Request,
            (Task::Converge(_), Origin::Queue) => Priority::Background,
        })
    }

    /// The intent. It locks every name that the person has, may have or shall have in CXone.
    fn intent(&self) -> Intent {
        let user = &self.user;
        let name = |target: &Option<Target>| {
            let name = target.as_ref()?.get(Attribute::UserName)?;
            Some(fold(name))
        };
        let mut locked: Vec<String> = user.uncertain.iter().map(|name| fold(name)).collect();
        locked.extend(user.folded_target_name());
        locked.extend(name(&user.accepted));
        locked.extend(name(&user.shown));
        locked.sort();
        locked.dedup();
        let aim = match self.task {
            Task::Converge(_) => Aim::Converge,
            Task::Leave => Aim::Deactivate,
        };
        Intent {
            user: self.user.clone(),
            aim,
            names: locked,
            event: self.event.clone(),
        }
    }
}

impl Bridge {
    /// Opens the intent, tells CXone, stores the outcome. What it answers is durable.
    pub(crate) async fn carry_out(
        &self,
        connection: &Connection,
        mut work: Work,
    ) -> Result<Carried, Refusal> {
        if let Task::Converge(desired) = &work.task {
            attempt(&mut work.user, desired);
        }
        let fence = self.open(&work.intent()).await?;
        let mut user = work.user.clone();
        let ledger = self.ledger.as_ref();
        let telling = async {
            match &work.task {
                Task::Converge(desired) => {
                    Box::pin(converge(
                        connection,
                        ledger,
                        &mut user,
                        desired,
                        self.now(),
                        work.options(),
                    ))
                    .await
                }
                Task::Leave => Box::pin(leave(connection, ledger, &mut user, work.options())).await,
            }
        };
        // Nobody may still be telling CXone something when the lease runs out: somebody else would be, too.
        let outcome = match timeout(self.lease * 2 / 3, telling).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Undone::Owed {
                reason: "CXone takes too long".to_owned(),
                away: true,
            }),
        };
        let (user, away) = match outcome {
            Ok(done) => (self.settled(fence, user, &work, &done).await?, false),
            Err(Undone::Owed { reason, away }) => {
                (self.still_owed(fence, user, &work, reason).await?, away)
            }
            Err(Undone::Refused(denial)) => (self.said_no(fence, &work, denial).await?, false),
            // The intent stays open: whoever meets it settles it once the lease has run out.
            Err(Undone::Ledger(error)) => return Err(error.into()),
        };
        Ok(Carried { user, away })
    }

    /// Takes the lock. Whoever holds it is waited for; one whose lease has run out is settled first.
    async fn open(&self, intent: &Intent) -> Result<u64, Refusal> {
        let patience = self.now() + Duration::from_secs(20);
        let mut pause = Duration::from_millis(5);
        loop {
            let now = self.now();
            match self.ledger.open(intent, &self.owner, now, self.lease).await {
                Ok(Opening::Granted { fence }) => return Ok(fence),
                Ok(Opening::Busy(open)) if open.lease_until <= now => self.recover(&open).await?,
                Ok(Opening::Busy(_)) if now < patience => {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_millis(200));
                }
                Ok(Opening::Busy(_)) => return Err(busy()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Settles an intent whose process is gone: what it set out to do becomes owed, and CXone is looked at before it is told
    /// anything, since nobody knows how far it came.
    pub(crate) async fn recover(&self, open: &OpenIntent) -> Result<(), Refusal> {
        let now = self.now();
        let fence = match self.ledger.seize(open, &self.owner, now, self.lease).await {
            Err(LedgerError::Stale) => return Ok(()),
            other => other?,
        };
        let mut user = open.intent.user.clone();
        let event = open.intent.event.clone();
        tracing::info!(scope = %user.scope, user = %user.id, "took over an open intent");
        owe(
            &mut user,
            open.intent.aim == Aim::Deactivate,
            "the process that worked on it ended".to_owned(),
            now,
        );
        if user.link.is_none() {
            user.uncertain.extend(user.target_name.clone());
        }
        let recovered = Event {
            kind: EventKind::Recovered,
            at: now,
            detail: json!({}),
            ..event.clone()
        };
        let mut events = vec![event, recovered];
        // A queue's own event would say that something was caught up.
        events.retain(|event| !matches!(event.kind, EventKind::CaughtUp | EventKind::ReEvaluated));
        match self.ledger.close(fence, user, events).await {
            Ok(user) => {
                self.wake(&user.scope.tenant);
                Ok(())
            }
            Err(LedgerError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn settled(
        &self,
        fence: u64,
        mut user: User,
        work: &Work,
        done: &Done,
    ) -> Result<User, Refusal> {
        user.debt = None;
        user.undelivered = false;
        user.uncertain.clear();
        let mut events = vec![work.event.clone()];
        let detail = &mut events[0].detail;
        detail["told"] = json!(done.told.as_str());
        detail["sent"] = json!(done.sent);
        let also = |kind: EventKind, detail: serde_json::Value| Event {
            kind,
            detail,
            ..work.event.clone()
        };
        if done.adopted {
            events.push(also(EventKind::Adopted, json!({})));
        }
        if !done.handed_over.is_empty() {
            events.push(also(
                EventKind::HandedOver,
                json!({"attributes": done.handed_over}),
            ));
        }
        if !done.unconfirmed.is_empty() {
            tracing::info!(scope = %user.scope, user = %user.id, attributes = names(&done.unconfirmed), "CXone shows otherwise than written");
            events.push(also(
                EventKind::Unconfirmed,
                json!({"attributes": done.unconfirmed}),
            ));
        }
        if done.told != Told::Nothing {
            tracing::debug!(scope = %user.scope, user = %user.id, told = done.told.as_str(), "CXone was told");
        }
        Ok(self.ledger.close(fence, user, events).await?)
    }

    async fn still_owed(
        &self,
        fence: u64,
        mut user: User,
        work: &Work,
        reason: String,
    ) -> Result<User, Refusal> {
        let now = self.now();
        tracing::warn!(scope = %user.scope, user = %user.id, reason, "CXone has not taken it: owed");
        owe(
            &mut user,
            matches!(work.task, Task::Leave),
            reason.clone(),
            now,
        );
        let events = match work.origin {
            Origin::Idp => {
                let mut event = work.event.clone();
                event.detail["owed"] = json!(reason);
                vec![event]
            }
            // Every attempt would be an event: the debt counts them instead.
            Origin::Queue => Vec::new(),
        };
        let user = self.ledger.close(fence, user, events).await?;
        if work.origin == Origin::Idp {
            self.wake(&user.scope.tenant);
        }
        Ok(user)
    }

    async fn said_no(&self, fence: u64, work: &Work, denial: Box<Denial>) -> Result<User, Refusal> {
        tracing::info!(scope = %work.user.scope, rule = %denial.rule, attribute = denial.attribute.as_deref(), "write refused");
        let event = Event {
            kind: EventKind::Refused,
            detail: refusal_detail(&denial, &work.user),
            ..work.event.clone()
        };
        match work.origin {
            Origin::Idp => {
                let known = (work.user.version > 0).then_some(work.user.id);
                self.ledger
                    .abandon(
                        fence,
                        work.user.id,
                        vec![Event {
                            user: known,
                            ..event
                        }],
                    )
                    .await?;
                Err(Refusal::Denied(denial))
            }
            Origin::Queue => {
                let mut user = work.user.clone();
                mark_refused(&mut user, &denial);
                Ok(self.ledger.close(fence, user, vec![event]).await?)
            }
        }
    }
}

/// Notes a refusal on a user whose source was acknowledged.
pub(crate) fn mark_refused(user: &mut User, denial: &Denial) {
    release(user, State::Refused);
    user.reason = Some(refused_because(denial));
}

/// A refusal in the words of a reason.
pub(crate) fn refused_because(denial: &Denial) -> String {
    format!("{}: {}; {}", denial.rule, denial.detail, denial.fix)
}

/// Ends a debt, since what was asked does not come about for now. A deactivation that CXone has not taken is delivered all the same:
/// nobody has let the person in again.
pub(crate) fn release(user: &mut User, state: State) {
    let debt = user.debt.take();
    // Whom the guard holds was never told to CXone, and somebody has let them in again.
    let owed = |debt: &Debt| debt.deactivation && !debt.held;
    let deactivation = user.undelivered || debt.as_ref().is_some_and(owed);
    user.state = if deactivation { State::Owed } else { state };
    user.debt = debt.filter(|_| deactivation).map(|debt| Debt {
        deactivation,
        ..debt
    });
}

/// Notes a debt; since when and how often it was tried are kept.
pub(crate) fn owe(user: &mut User, deactivation: bool, reason: String, now: Timestamp) {
    let before = user.debt.as_ref();
    let (since, attempts) = before.map_or((now, 0), |debt| (debt.since, debt.attempts));
    let template = before.is_some_and(|debt| debt.template);
    let released = before.is_some_and(|debt| debt.released);
    user.undelivered |= !deactivation && user.debt.as_ref().is_some_and(|debt| debt.deactivation);
    user.debt = Some(Debt {
        deactivation,
        since,
        attempts: attempts.saturating_add(1),
        held: false,
        released,
        template,
        observed: false,
    });
    user.state = State::Owed;
    user.reason = Some(reason);
}
