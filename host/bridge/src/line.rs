//! The straight line: from a request to what CXone holds, in one function.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

pub use crate::bridge::{Bridge, Clock};
use crate::connection::Connection;
use crate::decide::{Decision, decide};
use crate::difference::nothing_to_tell;
use crate::event::{Event, EventKind};
use crate::flights::landed;
use crate::name::{Scope, fold};
use crate::ownership::{belongs_to, claims, protected};
use crate::port::ledger::{LedgerError, Lookup};
use crate::port::plugins::{Denial, Evaluated};
use crate::refusal::Refusal;
use crate::said::{Ask, Condition, Effect, Said, apply, name_taken};
use crate::target::{Attribute, Target};
use crate::turns::Turn;
use crate::user::{Debt, State, User};
use crate::work::{Origin, Task, Work, owe, release};

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

/// How long somebody else's work on the same resource is waited for, time after time.
pub(crate) fn pauses() -> impl Iterator<Item = Duration> {
    let milliseconds = [5, 20, 50, 100, 200, 500, 1_000, 2_000, 4_000, 8_000];
    milliseconds.into_iter().map(Duration::from_millis)
}

impl Bridge {
    /// Carries out a write request. It runs to its end even if the caller stops waiting: a client that hangs up must not leave a
    /// lock behind.
    pub async fn write(
        self: &Arc<Self>,
        scope: &Scope,
        ask: Ask,
        condition: Condition,
    ) -> Result<Answer, Refusal> {
        let connection = Arc::clone(self.connection(scope).ok_or(Refusal::NotFound)?);
        let turn = ask.turn(scope);
        let (answer, outcome) = watch::channel(None);
        if let Ask::Create(body) = &ask
            && let Some(shared) = self.flights.board(&turn, body, &outcome)
        {
            return landed(shared).await;
        }
        let bridge = Arc::clone(self);
        tokio::spawn(async move {
            let _turn = bridge.turns.wait(turn).await;
            answer.send_replace(Some(bridge.repeat(&connection, &ask, &condition).await));
        });
        landed(outcome).await
    }

    /// Goes the line again for as long as somebody else is at work on the same user: what they do is decided upon anew.
    async fn repeat(
        &self,
        connection: &Connection,
        ask: &Ask,
        condition: &Condition,
    ) -> Result<Answer, Refusal> {
        for pause in pauses() {
            match Box::pin(self.line(connection, ask, condition)).await {
                Err(Refusal::Ledger(LedgerError::Stale)) => tokio::time::sleep(pause).await,
                Err(Refusal::Ledger(LedgerError::NameTaken)) => return Err(name_taken()),
                answer => return answer,
            }
        }
        Err(busy())
    }

    /// One request's way. Each step is a line; what it may answer on the spot is in the step.
    async fn line(
        &self,
        connection: &Connection,
        ask: &Ask,
        condition: &Condition,
    ) -> Result<Answer, Refusal> {
        let (before, _turn) = self.remembered(connection, ask).await?;
        condition.check(before.as_ref().map(|user| user.revision))?;
        let mut said = apply(connection, before, ask, self.now())?;
        if said.user.state == State::Offered && connection.tenant.protects_user(&said.user) {
            return self.refuse(&said, protected()).await;
        }
        match said.effect {
            Effect::Active => {}
            Effect::Apart => return self.keep(said).await,
            Effect::StaysInactive => {
                self.first_write(&said).await?;
                return self.keep(said).await;
            }
            Effect::Deactivates => return self.deactivate(connection, said).await,
        }
        let decision = decide(
            connection,
            self.ledger.as_ref(),
            said.operation,
            &said.user,
            said.source_before(),
            self.now(),
        )
        .await;
        if let Ok(Decision::Go(desired, evaluated)) = &decision {
            note(&mut said.user, desired, evaluated);
        }
        if matches!(&decision, Ok(decision) if !matches!(decision, Decision::No(_)))
            && let Some(owner) = self.owner(&said.user).await?
        {
            return self.refuse(&said, belongs_to(&owner, &said.user)).await;
        }
        let (desired, evaluated) = match decision {
            Ok(Decision::Go(desired, evaluated)) => (desired, evaluated),
            Ok(Decision::Wait(reason, evaluated)) => {
                return self.defer(said, reason, &evaluated).await;
            }
            Ok(Decision::Later(reason)) => return self.owe(said, reason).await,
            Ok(Decision::No(denial)) => return self.refuse(&said, denial).await,
            Err(refusal) => return self.failed(&said, refusal).await,
        };
        if nothing_to_tell(&said.user, &desired) {
            return self.keep(said).await;
        }
        let event = self.event(&said, detail(&evaluated));
        if self.guards(connection, &said.user, &desired) {
            let user = self.hold(connection, said.user, event, false).await?;
            return Ok(if said.creates {
                Answer::Created(user)
            } else {
                Answer::Changed(user)
            });
        }
        let work = Work {
            user: said.user,
            task: Task::Converge(desired),
            event,
            origin: Origin::Idp,
        };
        let user = self.carry_out(connection, work).await?.user;
        Ok(if said.creates {
            Answer::Created(user)
        } else {
            Answer::Changed(user)
        })
    }

    /// The user that a request is about: by id, or by name for a create. One that is found by name is waited for, since requests
    /// by id and the queue may be at work on it.
    async fn remembered(
        &self,
        connection: &Connection,
        ask: &Ask,
    ) -> Result<(Option<User>, Option<Turn>), Refusal> {
        let scope = &connection.scope;
        let (id, turn) = match ask {
            Ask::Create(body) => {
                let name = Lookup::Name(fold(body.user_name().unwrap_or_default()));
                let found = self.ledger.find_users(scope, &name).await?;
                let Some(user) = found.first() else {
                    return Ok((None, None));
                };
                (user.id, Some(self.turn(user.id.to_string()).await))
            }
            Ask::Replace(id, _)
            | Ask::Patch(id, _)
            | Ask::Delete(id)
            | Ask::Restate(id, _) => (*id, None),
        };
        let user = self.ledger.user(scope, id).await?.filter(User::live);
        match (user, ask) {
            // Renamed or deleted while it was waited for: the name is looked up anew.
            (Some(user), Ask::Create(body))
                if user.folded_name() != fold(body.user_name().unwrap_or_default()) =>
            {
                Err(LedgerError::Stale.into())
            }
            (None, Ask::Create(_)) => Err(LedgerError::Stale.into()),
            (Some(user), _) => Ok((Some(user), turn)),
            (None, _) => Err(Refusal::NotFound),
        }
    }

    /// Refuses the first write to somebody who was found in CXone and is another's since.
    async fn first_write(&self, said: &Said) -> Result<(), Refusal> {
        let found = said.user.live() && said.user.state == State::Offered;
        if found && let Some(owner) = self.owner(&said.user).await? {
            self.refuse(said, belongs_to(&owner, &said.user)).await?;
        }
        Ok(())
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
        let stored = if user.link.is_none() && user.uncertain.is_empty() {
            // Never made in CXone, and no create of ours can still arrive: there is nobody to deactivate.
            user.debt = None;
            user.state = State::Deferred;
            user.reason = Some("never made in CXone: the user became inactive before".to_owned());
            self.ledger.commit(user, vec![event]).await?
        } else if !connection.guard.lets_pass(user.id, self.now()) {
            self.hold(connection, user, event, true).await?
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
            .user
        };
        Ok(if stored.live() {
            Answer::Changed(stored)
        } else {
            Answer::Deleted
        })
    }

    /// Acknowledges a removal and keeps it from CXone until somebody has released it.
    pub(crate) async fn hold(
        &self,
        connection: &Connection,
        mut user: User,
        mut event: Event,
        deactivation: bool,
    ) -> Result<User, Refusal> {
        let reason = connection.guard.reason();
        tracing::error!(scope = %user.scope, user = %user.id, reason, "removal held");
        event.detail["held"] = json!(reason);
        owe(&mut user, deactivation, reason, self.now());
        user.debt = user.debt.take().map(|debt| Debt { held: true, ..debt });
        Ok(self.ledger.commit(user, vec![event]).await?)
    }

    /// Whether a plugin's decision removes somebody who works in CXone, and the guard does not let it pass.
    pub(crate) fn guards(&self, connection: &Connection, user: &User, desired: &Target) -> bool {
        let works = user.accepted.as_ref().and_then(|target| target.active) != Some(false);
        let removes = user.link.is_some() && works && desired.active == Some(false);
        let released = user.debt.as_ref().is_some_and(|debt| debt.released);
        removes && !released && !connection.guard.lets_pass(user.id, self.now())
    }

    /// Lets go of whom the guard of a connection holds, and has it count anew; answers how many there were.
    pub async fn release(&self, scope: &Scope) -> Result<usize, Refusal> {
        let connection = self.connection(scope).ok_or(Refusal::NotFound)?;
        let mut released = 0;
        for id in self.ledger.held(scope).await? {
            let _turn = self.turn(id.to_string()).await;
            for pause in pauses() {
                let Some(mut user) = self.ledger.user(scope, id).await? else {
                    break;
                };
                let Some(debt) = user.debt.as_mut().filter(|debt| debt.held) else {
                    break;
                };
                (debt.held, debt.released) = (false, true);
                user.reason = Some("released by hand".to_owned());
                match self.ledger.commit(user, Vec::new()).await {
                    // Another process is at work on the user.
                    Err(LedgerError::Stale) => tokio::time::sleep(pause).await,
                    other => {
                        other?;
                        released += 1;
                        break;
                    }
                }
            }
        }
        connection.guard.reset();
        self.wake(&scope.tenant);
        Ok(released)
    }

    /// Acknowledges what CXone cannot be asked about now.
    async fn owe(&self, said: Said, reason: String) -> Result<Answer, Refusal> {
        let now = self.now();
        let mut event = self.event(&said, json!({"told": "nothing"}));
        event.detail["owed"] = json!(reason);
        let mut user = said.user;
        user.debt = user.debt.take().map(|debt| Debt {
            attempts: 0,
            ..debt
        });
        owe(&mut user, false, reason, now);
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
        user.reason = Some(reason);
        release(&mut user, State::Deferred);
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

    /// Another live user of the tenant who is the person in CXone that this one asks to be. Who is that person already need not
    /// ask.
    async fn owner(&self, user: &User) -> Result<Option<User>, Refusal> {
        let tenant = &user.scope.tenant;
        let name = user.folded_target_name();
        let accepted = user.accepted.as_ref();
        let accepted_name = accepted.and_then(|target| target.get(Attribute::UserName));
        if accepted_name.is_some() && accepted_name.map(fold) == name {
            return Ok(None);
        }
        let mut others = match &name {
            Some(name) => self.ledger.holders(tenant, name).await?,
            None => Vec::new(),
        };
        if let Some(link) = &user.link {
            others.extend(self.ledger.linked(tenant, link).await?);
        }
        Ok(others
            .into_iter()
            .find(|other| other.id != user.id && claims(other)))
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
