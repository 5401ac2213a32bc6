//! Work towards CXone: the open intent around it, and what is stored when it ends.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use crate::connection::Connection;
use crate::converge::{Done, Told, converge, names};
use crate::difference::attempt;
use crate::event::{Event, EventKind};
use crate::leave::leave;
use crate::line::{Bridge, busy, refusal_detail};
use crate::name::fold;
use crate::policy::OnUnreachable;
use crate::port::cxone::CallOptions;
use crate::port::ledger::{Aim, Intent, LedgerError, OpenIntent, Opening};
use crate::port::plugins::Denial;
use crate::refusal::Refusal;
use crate::removal::name_in_cxone;
use crate::target::{Attribute, Target};
use crate::undone::{Outage, Undone};
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
    /// Under what terms CXone is asked.
    pub(crate) options: CallOptions,
    /// What is owed still once a removal is delivered, and why: a return that nobody could decide on.
    pub(crate) afterwards: Option<String>,
}

/// A piece of work that ended.
#[derive(Debug)]
pub(crate) struct Carried {
    /// The user as stored.
    pub(crate) user: User,
    /// Why CXone has not taken it, where it has not.
    pub(crate) outage: Option<Outage>,
}

impl Work {
    /// Whether the identity provider is told that it cannot be done now, rather than that it is owed. A deactivation is owed in
    /// any case, and so is what may have arrived.
    fn refuses(&self, connection: &Connection, outage: &Outage) -> bool {
        connection.tenant.policy.on_unreachable == OnUnreachable::Refuse
            && self.origin == Origin::Idp
            && matches!(self.task, Task::Converge(_))
            && !outage.uncertain
    }

    /// How often a debt was tried, as far as that counts: what an identity provider has just asked for is a new wish.
    fn attempts(&self, debt: &Debt) -> u32 {
        match self.origin {
            Origin::Idp => 0,
            Origin::Queue => debt.attempts,
        }
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
    /// Opens the intent, tells CXone, stores the outcome. What it answers is durable. This is the only way to a write in CXone:
    /// for a connection that observes there is none.
    pub(crate) async fn carry_out(
        &self,
        connection: &Connection,
        mut work: Work,
    ) -> Result<Carried, Refusal> {
        if connection.observes() {
            return Box::pin(self.look_on(connection, work)).await;
        }
        match &work.task {
            Task::Converge(desired) => attempt(&mut work.user, desired),
            Task::Leave => {
                if let Err(reason) = name_in_cxone(connection, &mut work.user, false).await {
                    return self.keep_unnamed(work, reason).await;
                }
            }
        }
        let fence = self.open(&work).await?;
        let mut user = work.user.clone();
        let (user, outage) = match Box::pin(self.tell(connection, &mut user, &work)).await {
            Ok(done) => (self.settled(fence, user, &work, &done).await?, None),
            Err(Undone::Owed(outage)) if work.refuses(connection, &outage) => {
                tracing::warn!(scope = %user.scope, reason = outage.reason, "CXone cannot take it: refused for now");
                self.ledger.abandon(fence, user.id, Vec::new()).await?;
                return Err(outage.refusal());
            }
            Err(Undone::Owed(outage)) => {
                let user = self.still_owed(fence, user, &work, &outage).await?;
                (user, Some(outage))
            }
            Err(Undone::Refused(denial)) => (self.said_no(fence, &work, denial).await?, None),
            // The intent stays open: whoever meets it settles it once the lease has run out.
            Err(Undone::Ledger(error)) => return Err(error.into()),
        };
        Ok(Carried { user, outage })
    }

    /// Tells CXone, for as long as somebody waits. Nobody may still be telling it something when the lease runs out: somebody else
    /// would be, too.
    async fn tell(
        &self,
        connection: &Connection,
        user: &mut User,
        work: &Work,
    ) -> Result<Done, Undone> {
        let ledger = self.ledger.as_ref();
        let until = work
            .options
            .deadline
            .min(Instant::now() + self.lease * 2 / 3);
        let late = |uncertain| {
            Undone::Owed(Outage {
                reason: "CXone takes too long".to_owned(),
                away: true,
                uncertain,
                retry_after: None,
                plugin: None,
            })
        };
        if until <= Instant::now() {
            return Err(late(false));
        }
        let telling = async {
            match &work.task {
                Task::Converge(desired) => {
                    let now = self.now();
                    let telling = converge(connection, ledger, user, desired, now, work.options);
                    Box::pin(telling).await
                }
                Task::Leave => {
                    let done = Box::pin(leave(connection, ledger, user, work.options)).await?;
                    let owed = work.afterwards.clone();
                    Ok(Done { owed, ..done })
                }
            }
        };
        let told = timeout_at(until, telling).await;
        told.unwrap_or_else(|_| Err(late(true)))
    }

    /// Takes the lock. Whoever holds it is waited for; one whose lease has run out is settled first.
    async fn open(&self, work: &Work) -> Result<u64, Refusal> {
        let intent = work.intent();
        let patience = Instant::now() + Duration::from_secs(20);
        let patience = patience.min(work.options.deadline);
        let mut pause = Duration::from_millis(5);
        loop {
            let now = self.now();
            match self
                .ledger
                .open(&intent, &self.owner, now, self.lease)
                .await
            {
                Ok(Opening::Granted { fence }) => return Ok(fence),
                Ok(Opening::Busy(open)) if open.lease_until <= now => self.recover(&open).await?,
                Ok(Opening::Busy(_)) if Instant::now() < patience => {
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

    /// Keeps a removal owed of somebody whom nobody can look for: CXone is not asked.
    async fn keep_unnamed(&self, work: Work, reason: String) -> Result<Carried, Refusal> {
        let debt = work.user.debt.as_ref();
        let attempts = debt.map_or(0, |debt| work.attempts(debt));
        let Work {
            mut user,
            mut event,
            origin,
            ..
        } = work;
        tracing::warn!(scope = %user.scope, user = %user.id, reason, "a removal is owed: nobody can look for the person");
        user.debt = user.debt.take().map(|debt| Debt { attempts, ..debt });
        owe(&mut user, true, reason.clone(), self.now());
        event.detail["owed"] = json!(reason);
        // Every attempt would be an event: the debt counts them instead.
        let news = (origin == Origin::Idp).then_some(event);
        let user = self.ledger.commit(user, Vec::from_iter(news)).await?;
        if origin == Origin::Idp {
            self.wake(&user.scope.tenant);
        }
        let outage = Some(Outage::of_this_one(reason));
        Ok(Carried { user, outage })
    }

    async fn settled(
        &self,
        fence: u64,
        mut user: User,
        work: &Work,
        done: &Done,
    ) -> Result<User, Refusal> {
        let before = user.debt.take();
        user.undelivered = false;
        user.uncertain.clear();
        let mut events = vec![work.event.clone()];
        let detail = &mut events[0].detail;
        detail["told"] = json!(done.told.as_str());
        detail["sent"] = json!(done.sent);
        if let Some(reason) = &done.owed {
            detail["owed"] = json!(reason);
            // What is left of it is no removal, and no question of templates.
            user.debt = before.map(|debt| Debt {
                deactivation: false,
                template: false,
                sought: None,
                attempts: work.attempts(&debt),
                ..debt
            });
            owe(&mut user, false, reason.clone(), self.now());
            if work.origin == Origin::Queue && done.told == Told::Nothing {
                // Every attempt would be an event: the debt counts them instead.
                events.clear();
            }
        }
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
        let user = self.ledger.close(fence, user, events).await?;
        if done.owed.is_some() && work.origin == Origin::Idp {
            self.wake(&user.scope.tenant);
        }
        Ok(user)
    }

    async fn still_owed(
        &self,
        fence: u64,
        mut user: User,
        work: &Work,
        outage: &Outage,
    ) -> Result<User, Refusal> {
        let now = self.now();
        let reason = outage.reason.clone();
        tracing::warn!(scope = %user.scope, user = %user.id, reason, "CXone has not taken it: owed");
        user.debt = user.debt.take().map(|debt| Debt {
            attempts: work.attempts(&debt),
            ..debt
        });
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
    let sought = before.and_then(|debt| debt.sought.clone());
    // Whom something holds CXone was never told to remove.
    user.undelivered |= !deactivation && before.is_some_and(|debt| debt.deactivation && !debt.held);
    user.debt = Some(Debt {
        deactivation,
        since,
        attempts: attempts.saturating_add(1),
        held: false,
        released,
        template,
        observed: false,
        sought,
    });
    user.state = State::Owed;
    user.reason = Some(reason);
}
