//! Owed work: what CXone has not taken yet is done as soon as it can be, deactivations first.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::connection::Connection;
use crate::decide::{Decision, decide, following};
use crate::difference::nothing_to_tell;
use crate::event::{Event, EventKind};
use crate::line::{Bridge, detail, note, refusal_detail};
use crate::name::{Scope, TenantName, UserId};
use crate::port::cxone::{CallOptions, Priority};
use crate::port::ledger::LedgerError;
use crate::refusal::Refusal;
use crate::said::keep_apart;
use crate::user::{State, User};
use crate::work::{Origin, Task, Work, mark_refused, owe, refused_because, release};

/// The pause after a round in which CXone took nothing, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));
/// How long to sleep when nothing is owed: also how long a lease that ran out may go unnoticed.
const IDLE: Duration = Duration::from_secs(10);
/// How many debts are looked at before asking anew which come first.
const BATCH: usize = 16;
/// The longest pause that CXone may ask for.
const ASKED: Duration = Duration::from_secs(60);
/// How long a debt rests that something else than CXone stands in the way of, a plugin that fails, say: at first, doubling with
/// each attempt, and at most. A leaver's rests are short.
const REST: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(15 * 60));
const LEAVERS_REST: Duration = Duration::from_secs(60);

/// What became of one debt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It is no more.
    Done,
    /// CXone cannot be used: no other debt would fare better. How long it asked to be left alone, if it did.
    Away(Option<Duration>),
    /// Something else stands in the way of this one: the next may pass.
    Stuck,
}

impl Bridge {
    /// Works off a tenant's debts for as long as the tenant is served. Drop the future to end it at once: what it was doing is an
    /// open intent or a debt, and is taken up again.
    pub async fn work_off(self: Arc<Self>, tenant: TenantName) {
        let Some(bells) = self.bells(&tenant) else {
            return;
        };
        let mut pause = PAUSE.0;
        let mut resting = Resting::default();
        while !bells.ended() {
            match self.round(&tenant, &mut resting).await {
                Ok(Round::Nothing) => {
                    pause = PAUSE.0;
                    bells.wait(&bells.owed, IDLE).await;
                }
                Ok(Round::More) => pause = PAUSE.0,
                Ok(Round::Away(asked)) => {
                    let asked = asked.unwrap_or_default().min(ASKED);
                    bells.pause(pause.max(asked)).await;
                    pause = (pause * 2).min(PAUSE.1);
                }
                Err(error) => {
                    tracing::error!(%tenant, %error, "owed work cannot be read");
                    bells.pause(PAUSE.1).await;
                }
            }
        }
    }

    /// Takes over the open intents of processes that are gone. It asks CXone nothing. Done once before requests are let in, so
    /// that no match misses somebody whom a create that was cut short may have made.
    pub async fn take_over(&self, tenant: &TenantName) -> Result<(), Refusal> {
        for open in self.ledger.expired(tenant, self.now()).await? {
            // One that cannot be settled must not keep the others waiting.
            if let Err(error) = self.recover(&open).await {
                tracing::warn!(%tenant, %error, "an open intent cannot be settled yet");
            }
        }
        Ok(())
    }

    async fn round(
        self: &Arc<Self>,
        tenant: &TenantName,
        resting: &mut Resting,
    ) -> Result<Round, Refusal> {
        self.take_over(tenant).await?;
        resting.retain(|_, rest| rest.until > Instant::now());
        let mut debts = self.ledger.owed(tenant, BATCH + resting.len()).await?;
        // Who was written since is no longer the one that something stood in the way of; another set of plugins may do better.
        debts.retain(|user| {
            let rest = resting.get(&user.id);
            rest.is_none_or(|rest| {
                rest.version != user.version || !self.is_current(&user.scope, &rest.connection)
            })
        });
        if debts.is_empty() {
            return Ok(Round::Nothing);
        }
        let (mut moved, mut away, mut asked) = (false, 0, None);
        for user in debts {
            let by = self.by(&user.scope);
            match self.catch_up(&user).await {
                Ok(Progress::Done) => moved = true,
                Ok(Progress::Stuck) => self.rest(resting, user, by).await?,
                Ok(Progress::Away(wait)) => {
                    away += 1;
                    asked = asked.max(wait);
                    // One may be the debt's own misfortune, two are CXone's.
                    if away > 1 {
                        return Ok(Round::Away(asked));
                    }
                }
                // Somebody is at work on it: it is looked at again after a pause.
                Err(Refusal::Ledger(LedgerError::Stale)) => {}
                Err(refusal) => {
                    tracing::warn!(scope = %user.scope, user = %user.id, reason = %refusal, "owed work is stuck");
                    self.rest(resting, user, by).await?;
                }
            }
        }
        Ok(match asked {
            None if moved => Round::More,
            asked => Round::Away(asked),
        })
    }

    /// The connection of a scope, or nothing that can be upgraded: of all of those each is the same.
    fn by(&self, scope: &Scope) -> Weak<Connection> {
        let current = self.connection(scope);
        current.map_or_else(Weak::new, |current| Arc::downgrade(&current))
    }

    /// Whether a connection is still the one of this scope, or the scope has none still.
    fn is_current(&self, scope: &Scope, connection: &Weak<Connection>) -> bool {
        Weak::ptr_eq(&self.by(scope), connection)
    }

    /// Lets a debt rest, until its time has come, somebody writes the user, or the connection is replaced.
    async fn rest(
        &self,
        resting: &mut Resting,
        user: User,
        connection: Weak<Connection>,
    ) -> Result<(), LedgerError> {
        let user = self
            .ledger
            .user(&user.scope, user.id)
            .await?
            .unwrap_or(user);
        let debt = user.debt.as_ref();
        let (attempts, leaves) = debt.map_or((0, false), |debt| (debt.attempts, debt.deactivation));
        let most = if leaves { LEAVERS_REST } else { REST.1 };
        let doublings = attempts.saturating_sub(1).min(16);
        let rest = Rest {
            until: Instant::now() + (REST.0 * 2_u32.pow(doublings)).min(most),
            version: user.version,
            connection,
        };
        resting.insert(user.id, rest);
        Ok(())
    }

    /// Pays one debt: the newest desired state counts, whatever was owed in between.
    async fn catch_up(&self, owed: &User) -> Result<Progress, Refusal> {
        let Some(connection) = self.connection(&owed.scope) else {
            return Ok(Progress::Stuck);
        };
        let _turn = self.turn(owed.id.to_string()).await;
        let Some(user) = self
            .ledger
            .user(&owed.scope, owed.id)
            .await?
            // Held since it was listed: not the queue's any more.
            .filter(|user| user.debt.as_ref().is_some_and(|debt| !debt.held))
        else {
            return Ok(Progress::Done);
        };
        Box::pin(self.bring_about(&connection, user, EventKind::CaughtUp)).await
    }

    /// Makes CXone hold what a user's source asks for now, whatever was said in between. The source was acknowledged: nothing
    /// that happens here changes it.
    pub(crate) async fn bring_about(
        &self,
        connection: &Connection,
        mut user: User,
        kind: EventKind,
    ) -> Result<Progress, Refusal> {
        let kind = match kind {
            // Nothing is caught up with by looking.
            EventKind::CaughtUp if connection.observes() => EventKind::Owed,
            kind => kind,
        };
        let event = |kind, user: &User, detail| Event {
            at: self.now(),
            scope: user.scope.clone(),
            user: Some(user.id),
            kind,
            detail,
        };
        if keep_apart(connection, &mut user) {
            self.ledger.commit(user, Vec::new()).await?;
            return Ok(Progress::Done);
        }
        if !user.live() || !user.source.active() {
            let event = event(kind, &user, json!({}));
            return self.pay(connection, leaving(user, event)).await;
        }
        // The identity provider let the person in again before CXone had taken the removal. Unless they may come back now, it is
        // delivered all the same.
        let undelivered = user.debt.as_ref().is_some_and(|debt| debt.deactivation);
        let operation = following(&user);
        let ledger = self.ledger.as_ref();
        let options = CallOptions::of(Priority::Background);
        let now = self.now();
        let decision = decide(connection, ledger, operation, &user, None, now, options);
        let decision = Box::pin(decision).await;
        if connection.observes() && !matches!(decision, Ok(Decision::Go(..))) {
            let event = event(kind, &user, json!({}));
            Box::pin(self.observe_again(user, decision, event)).await?;
            return Ok(Progress::Done);
        }
        match decision {
            Ok(Decision::Go(desired, evaluated)) => {
                let before = user.clone();
                note(&connection.tenant, &mut user, &desired, &evaluated);
                let event = event(kind, &user, detail(&user, &evaluated));
                if user.debt.is_none() && nothing_to_tell(&user, &desired) {
                    if user != before {
                        self.ledger.commit(user, vec![event]).await?;
                    }
                    return Ok(Progress::Done);
                }
                if self.guards(connection, &user, &desired) {
                    self.hold(connection, user, event, false).await?;
                    return Ok(Progress::Done);
                }
                let work = Work {
                    user,
                    task: Task::Converge(desired),
                    event,
                    origin: Origin::Queue,
                    options,
                    afterwards: None,
                };
                self.pay(connection, work).await
            }
            Ok(Decision::Wait(reason, evaluated)) => {
                tracing::info!(scope = %user.scope, user = %user.id, reason, "waits");
                let event = event(EventKind::Deferred, &user, detail(&user, &evaluated));
                user.reason = Some(reason);
                if undelivered {
                    return self.pay(connection, leaving(user, event)).await;
                }
                release(&mut user, State::Deferred);
                self.ledger.commit(user, vec![event]).await?;
                Ok(Progress::Done)
            }
            Ok(Decision::No(denial)) => {
                tracing::warn!(scope = %user.scope, user = %user.id, rule = %denial.rule, attribute = denial.attribute.as_deref(), fix = denial.fix, "CXone does not follow: refused");
                let event = event(EventKind::Refused, &user, refusal_detail(&denial, &user));
                if undelivered {
                    user.reason = Some(refused_because(&denial));
                    return self.pay(connection, leaving(user, event)).await;
                }
                mark_refused(&mut user, &denial);
                self.ledger.commit(user, vec![event]).await?;
                Ok(Progress::Done)
            }
            Ok(Decision::Later(outage)) if outage.plugin.is_none() => {
                // A debt that is there already would change nothing but its count.
                if user.debt.is_none() {
                    owe(&mut user, false, outage.reason, self.now());
                    self.ledger.commit(user, Vec::new()).await?;
                }
                Ok(Progress::Away(outage.retry_after))
            }
            // A plugin failed, or the ledger. The next may fare better, whether the plugin's failures are owed or not.
            failed => {
                let reason = match failed {
                    Ok(Decision::Later(outage)) => outage.reason,
                    Err(refusal) => refusal.to_string(),
                    Ok(_) => return Ok(Progress::Stuck),
                };
                // Nobody has judged the return: whoever CXone was never told to remove is not let stay on its account.
                if undelivered || user.undelivered {
                    let event = event(kind, &user, json!({}));
                    let work = Work {
                        afterwards: Some(reason),
                        ..leaving(user, event)
                    };
                    return self.pay(connection, work).await;
                }
                owe(&mut user, false, reason, self.now());
                self.ledger.commit(user, Vec::new()).await?;
                Ok(Progress::Stuck)
            }
        }
    }

    async fn pay(&self, connection: &Connection, work: Work) -> Result<Progress, Refusal> {
        let carried = Box::pin(self.carry_out(connection, work)).await?;
        // What is held is somebody else's to let go.
        let owed = carried.user.debt.as_ref().is_some_and(|debt| !debt.held);
        Ok(match carried.outage {
            _ if !owed => Progress::Done,
            Some(outage) if outage.away => Progress::Away(outage.retry_after),
            _ => Progress::Stuck,
        })
    }
}

/// The work of a removal that nobody waits for.
fn leaving(user: User, event: Event) -> Work {
    Work {
        user,
        task: Task::Leave,
        event,
        origin: Origin::Queue,
        options: CallOptions::of(Priority::Deactivation),
        afterwards: None,
    }
}

/// Debts that rest.
type Resting = BTreeMap<UserId, Rest>;

/// How long a debt rests.
#[derive(Debug)]
struct Rest {
    until: Instant,
    /// The row that it was tried from.
    version: u64,
    /// The connection that it was tried by, if the scope had one.
    connection: Weak<Connection>,
}

/// What a round came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    Nothing,
    More,
    /// How long CXone asked to be left alone, if it did.
    Away(Option<Duration>),
}
