//! The straight line: from a request to what CXone holds, in one function.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tokio::sync::Notify;

use crate::connection::Connection;
use crate::decide::{Decision, decide};
use crate::difference::nothing_to_tell;
use crate::event::{Event, EventKind};
use crate::name::{Scope, TenantName, fold};
use crate::port::ledger::{Ledger, LedgerError, Lookup};
use crate::port::plugins::{Denial, Evaluated};
use crate::refusal::Refusal;
use crate::said::{Ask, Effect, Said, apply};
use crate::target::{Attribute, Target};
use crate::turns::Turns;
use crate::user::{Debt, State, User};
use crate::work::{Origin, Task, Work};

/// Where the time comes from: a parameter, so that tests own it.
pub type Clock = fn() -> Timestamp;

/// What a granted request comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// 201 with the resource.
    Created(User),
    /// 200 with the resource.
    Changed(User),
    /// 204.
    Deleted,
}

/// The bridge: every connection's straight line, over one ledger.
pub struct Bridge {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) connections: BTreeMap<Scope, Arc<Connection>>,
    /// This process, as the ledger's locks know it.
    pub(crate) owner: String,
    pub(crate) clock: Clock,
    pub(crate) lease: Duration,
    /// Told when work is owed, one for each tenant.
    wakes: BTreeMap<TenantName, Notify>,
    turns: Turns,
}

impl fmt::Debug for Bridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bridge")
            .field("connections", &self.connections.keys())
            .finish_non_exhaustive()
    }
}

impl Bridge {
    /// A bridge. `owner` names this process and must differ from one start to the next.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        connections: Vec<Connection>,
        owner: String,
        clock: Clock,
    ) -> Self {
        let wakes = connections
            .iter()
            .map(|connection| (connection.scope.tenant.clone(), Notify::new()))
            .collect();
        let connections = connections
            .into_iter()
            .map(|connection| (connection.scope.clone(), Arc::new(connection)))
            .collect();
        // Longer than the slowest chain of calls that one intent makes; a process that lives renews nothing, it just finishes.
        let lease = Duration::from_secs(90);
        Self {
            ledger,
            connections,
            owner,
            clock,
            lease,
            wakes,
            turns: Turns::default(),
        }
    }

    /// The connection of this scope.
    pub fn connection(&self, scope: &Scope) -> Option<&Arc<Connection>> {
        self.connections.get(scope)
    }

    /// All connections, by tenant and name.
    pub fn connections(&self) -> impl Iterator<Item = &Arc<Connection>> {
        self.connections.values()
    }

    /// The ledger.
    pub fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.ledger
    }

    /// Tells the queue that work is owed.
    pub(crate) fn wake(&self, tenant: &TenantName) {
        if let Some(wake) = self.wakes.get(tenant) {
            wake.notify_one();
        }
    }

    /// Waits until work is owed.
    pub(crate) async fn woken(&self, tenant: &TenantName) {
        match self.wakes.get(tenant) {
            Some(wake) => wake.notified().await,
            None => std::future::pending().await,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Waits for the turn of a user.
    pub(crate) async fn turn(&self, key: String) -> tokio::sync::OwnedMutexGuard<()> {
        self.turns.wait(key).await
    }

    /// Carries out a write request. It runs to its end even if the caller stops waiting: a client that hangs up must not leave a
    /// lock behind.
    pub async fn write(self: &Arc<Self>, scope: &Scope, ask: Ask) -> Result<Answer, Refusal> {
        let bridge = Arc::clone(self);
        let connection = Arc::clone(self.connection(scope).ok_or(Refusal::NotFound)?);
        let task = tokio::spawn(async move {
            let _turn = bridge.turns.wait(ask.turn(&connection.scope)).await;
            // Another request or the queue may be at work on the same user: what it does is decided upon anew.
            for pause in [5, 20, 50, 100, 200, 500, 1_000, 2_000] {
                match bridge.line(&connection, &ask).await {
                    Err(Refusal::Ledger(LedgerError::Stale)) => {
                        tokio::time::sleep(Duration::from_millis(pause)).await
                    }
                    answer => return answer,
                }
            }
            Err(busy())
        });
        task.await.unwrap_or_else(|error| {
            Err(Refusal::Ledger(LedgerError::Failed(format!(
                "the request was cut short: {error}"
            ))))
        })
    }

    /// One request's way. Each step is a line; what it may answer on the spot is in the step.
    async fn line(&self, connection: &Connection, ask: &Ask) -> Result<Answer, Refusal> {
        let before = self.remembered(connection, ask).await?;
        let mut said = apply(connection, before, ask, self.now())?;
        match said.effect {
            Effect::Active => {}
            Effect::StaysInactive => return self.keep(said).await,
            Effect::Deactivates => return self.deactivate(connection, said).await,
        }
        let decision = decide(
            connection,
            said.operation,
            &said.user,
            said.source_before(),
            self.now(),
        )
        .await;
        let (desired, evaluated) = match decision {
            Ok(Decision::Go(desired, evaluated)) => (desired, evaluated),
            Ok(Decision::Wait(reason, evaluated)) => {
                return self.defer(said, reason, &evaluated).await;
            }
            Ok(Decision::Later(reason)) => return self.owe(said, reason).await,
            Ok(Decision::No(denial)) => return self.refuse(&said, denial).await,
            Err(refusal) => return self.failed(&said, refusal).await,
        };
        note(&mut said.user, &desired, &evaluated);
        if nothing_to_tell(&said.user, &desired) {
            return self.keep(said).await;
        }
        self.unowned(&said.user).await?;
        let event = self.event(&said, detail(&evaluated));
        let work = Work {
            user: said.user,
            task: Task::Converge(desired),
            event,
            origin: Origin::Idp,
        };
        let user = self.carry_out(connection, work).await?;
        Ok(if said.creates {
            Answer::Created(user)
        } else {
            Answer::Changed(user)
        })
    }

    /// The user that a request is about: by id, or by name for a create.
    async fn remembered(
        &self,
        connection: &Connection,
        ask: &Ask,
    ) -> Result<Option<User>, Refusal> {
        Ok(match ask {
            Ask::Create(body) => {
                let name = fold(body.user_name().unwrap_or_default());
                self.ledger
                    .find_users(&connection.scope, &Lookup::Name(name))
                    .await?
                    .into_iter()
                    .next()
            }
            Ask::Replace(id, _) | Ask::Patch(id, _) | Ask::Delete(id) => {
                let user = self
                    .ledger
                    .user(&connection.scope, *id)
                    .await?
                    .filter(User::live);
                Some(user.ok_or(Refusal::NotFound)?)
            }
        })
    }

    /// Commits the source alone: CXone needs no telling, or will be told when the person is active again.
    async fn keep(&self, mut said: Said) -> Result<Answer, Refusal> {
        let answer = |said: &Said, user: User| match (said.user.live(), said.creates) {
            (false, _) => Answer::Deleted,
            (true, true) => Answer::Created(user),
            (true, false) => Answer::Changed(user),
        };
        if said.before.as_ref() == Some(&said.user) {
            let user = said.user.clone();
            return Ok(answer(&said, user));
        }
        if said.effect == Effect::StaysInactive && said.user.debt.is_none() && said.user.live() {
            said.user.state = State::Deferred;
            said.user.reason =
                Some("the user is inactive: CXone follows on re-activation".to_owned());
        }
        let event = self.event(&said, json!({"told": "nothing"}));
        let user = self.ledger.commit(said.user.clone(), vec![event]).await?;
        Ok(answer(&said, user))
    }

    /// The sacred way: no plugin, rule, template or mapping is asked.
    async fn deactivate(&self, connection: &Connection, said: Said) -> Result<Answer, Refusal> {
        let event = self.event(&said, json!({}));
        let mut user = said.user;
        let stored = if user.link.is_none() && !user.uncertain {
            // Never made in CXone, and no create of ours can still arrive: there is nobody to deactivate.
            user.debt = None;
            user.state = State::Deferred;
            user.reason = Some("never made in CXone: the user became inactive before".to_owned());
            self.ledger.commit(user, vec![event]).await?
        } else {
            self.carry_out(
                connection,
                Work {
                    user,
                    task: Task::Leave,
                    event,
                    origin: Origin::Idp,
                },
            )
            .await?
        };
        Ok(if stored.live() {
            Answer::Changed(stored)
        } else {
            Answer::Deleted
        })
    }

    /// Acknowledges what CXone cannot be asked about now.
    async fn owe(&self, said: Said, reason: String) -> Result<Answer, Refusal> {
        let now = self.now();
        let mut event = self.event(&said, json!({"told": "nothing"}));
        event.detail["owed"] = json!(reason);
        let mut user = said.user;
        let since = user.debt.as_ref().map_or(now, |debt| debt.since);
        user.debt = Some(Debt {
            deactivation: false,
            since,
            attempts: 0,
        });
        user.state = State::Owed;
        user.reason = Some(reason);
        let user = self.ledger.commit(user, vec![event]).await?;
        self.wake(&user.scope.tenant);
        Ok(if said.creates {
            Answer::Created(user)
        } else {
            Answer::Changed(user)
        })
    }

    /// Acknowledges what a rule makes wait.
    async fn defer(
        &self,
        said: Said,
        reason: String,
        evaluated: &Evaluated,
    ) -> Result<Answer, Refusal> {
        let event = Event {
            kind: EventKind::Deferred,
            ..self.event(&said, detail(evaluated))
        };
        let mut user = said.user;
        user.debt = None;
        user.state = State::Deferred;
        user.reason = Some(reason);
        let user = self.ledger.commit(user, vec![event]).await?;
        Ok(if said.creates {
            Answer::Created(user)
        } else {
            Answer::Changed(user)
        })
    }

    /// Refuses for good: the source stays as it was, what was asked is kept for `retry`.
    async fn refuse(&self, said: &Said, denial: Box<Denial>) -> Result<Answer, Refusal> {
        let event = self.refused(said, &denial);
        self.ledger.record(vec![event]).await?;
        Err(Refusal::Denied(denial))
    }

    /// A plugin failed: recorded, so that somebody can find out; nothing else changes.
    async fn failed(&self, said: &Said, refusal: Refusal) -> Result<Answer, Refusal> {
        if let Refusal::Plugin(failure) = &refusal {
            tracing::warn!(scope = %said.user.scope, plugin = %failure.plugin, ending = %failure.ending, reason = %failure.message, "plugin failed");
            let detail = json!({"plugin": failure.plugin, "ending": failure.ending.to_string(), "asked": said.user.source});
            let event = Event {
                kind: EventKind::PluginFailed,
                ..self.event(said, detail)
            };
            self.ledger.record(vec![event]).await?;
        }
        Err(refusal)
    }

    /// Refuses a name in CXone that another live user of the tenant stands for.
    async fn unowned(&self, user: &User) -> Result<(), Refusal> {
        let Some(name) = user.folded_target_name() else {
            return Ok(());
        };
        let holders = self.ledger.holders(&user.scope.tenant, &name).await?;
        match holders
            .iter()
            .find(|other| other.id != user.id && other.state != State::Offered)
        {
            Some(other) if other.scope == user.scope => Err(Refusal::Taken(
                "another user of this connection maps to the same user name in CXone".to_owned(),
            )),
            Some(other) => Err(Refusal::Taken(format!(
                "the user name belongs to connection {}; transfer the user or correct the name",
                other.scope.connection
            ))),
            None => Ok(()),
        }
    }

    pub(crate) fn event(&self, said: &Said, detail: serde_json::Value) -> Event {
        let user = Some(said.user.id);
        Event {
            at: self.now(),
            scope: said.user.scope.clone(),
            user,
            kind: said.kind,
            detail,
        }
    }

    fn refused(&self, said: &Said, denial: &Denial) -> Event {
        tracing::info!(scope = %said.user.scope, rule = %denial.rule, attribute = denial.attribute.as_deref(), "write refused");
        let known = said.before.as_ref().map(|user| user.id);
        let event = self.event(said, refusal_detail(denial, &said.user));
        Event {
            kind: EventKind::Refused,
            user: known,
            ..event
        }
    }
}

/// Notes what the chain decided on the user, before CXone is told.
pub(crate) fn note(user: &mut User, desired: &Target, evaluated: &Evaluated) {
    user.provenance = evaluated.provenance();
    user.template = evaluated.template.clone();
    user.target_name = desired.get(Attribute::UserName).map(str::to_owned);
}

/// What an event says about a chain: who set what, and the remarks.
pub(crate) fn detail(evaluated: &Evaluated) -> serde_json::Value {
    let steps: Vec<_> = evaluated
        .steps
        .iter()
        .map(|step| json!({"by": step.by, "changed": step.changed}))
        .collect();
    let template = evaluated
        .template
        .as_ref()
        .map(|template| template.name.as_str());
    json!({"steps": steps, "template": template, "warnings": evaluated.warnings})
}

/// What an event says about a refusal: rule, attribute, fix, and what was asked, so that it can be replayed.
pub(crate) fn refusal_detail(denial: &Denial, user: &User) -> serde_json::Value {
    json!({
        "rule": denial.rule, "status": denial.status, "scimType": denial.scim_type, "detail": denial.detail,
        "attribute": denial.attribute, "fix": denial.fix, "asked": user.source,
    })
}

pub(crate) fn busy() -> Refusal {
    Refusal::Unavailable {
        detail: "the user is being worked on; try again".to_owned(),
        retry_after: Some(Duration::from_secs(5)),
    }
}
