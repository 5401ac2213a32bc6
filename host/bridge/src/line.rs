//! The straight line: from a request to what CXone holds, in one function.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use tokio::time::Instant;

pub use crate::bridge::{Bridge, Clock};
use crate::connection::{Connection, Tenant};
use crate::converge::names;
use crate::decide::{Decision, decide};
use crate::difference::nothing_to_tell;
use crate::event::{Event, EventKind};
use crate::flights::landed;
use crate::name::{Scope, fold};
use crate::optional::left_out;
use crate::ownership::{belongs_to, claims_before, protected};
use crate::policy::OnUnreachable;
use crate::port::cxone::{CallOptions, Priority};
use crate::port::ledger::{LedgerError, Lookup};
use crate::port::plugins::{Denial, Evaluated, Standing};
use crate::refusal::Refusal;
use crate::said::{Ask, Condition, Effect, Said, apply, name_taken};
use crate::target::{Attribute, Target};
use crate::turns::Turn;
use crate::undone::Outage;
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
        let connection = self.connection(scope).ok_or(Refusal::NotFound)?;
        self.write_on(&connection, ask, condition).await
    }

    /// As `write`, on a connection that somebody holds, whatever is configured by now.
    pub async fn write_on(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        ask: Ask,
        condition: Condition,
    ) -> Result<Answer, Refusal> {
        self.write_as(connection, ask, condition, Priority::Request)
            .await
    }

    /// The same, with another priority towards CXone.
    pub(crate) async fn write_as(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        ask: Ask,
        condition: Condition,
        priority: Priority,
    ) -> Result<Answer, Refusal> {
        let options = CallOptions::of(priority);
        let turn = ask.turn(&connection.scope);
        let (answer, outcome) = watch::channel(None);
        if let Ask::Create(body) = &ask
            && let Some(shared) = self.flights.board(&turn, body, &outcome)
        {
            return landed(shared).await;
        }
        let (bridge, connection) = (Arc::clone(self), Arc::clone(connection));
        tokio::spawn(async move {
            let _turn = bridge.turns.wait(turn).await;
            let repeated = bridge.repeat(&connection, &ask, &condition, options).await;
            answer.send_replace(Some(repeated));
        });
        landed(outcome).await
    }

    /// Goes the line again for as long as somebody else is at work on the same user: what they do is decided upon anew.
    async fn repeat(
        &self,
        connection: &Connection,
        ask: &Ask,
        condition: &Condition,
        options: CallOptions,
    ) -> Result<Answer, Refusal> {
        for pause in pauses() {
            match Box::pin(self.line(connection, ask, condition, options)).await {
                Err(Refusal::Ledger(LedgerError::Stale)) => {
                    // Nobody waits for it any more.
                    if Instant::now() >= options.deadline {
                        break;
                    }
                    tokio::time::sleep(pause).await;
                }
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
        options: CallOptions,
    ) -> Result<Answer, Refusal> {
        let (before, _turn) = self.remembered(connection, ask).await?;
        condition.check(before.as_ref().map(|user| user.revision))?;
        let mut said = Box::new(apply(connection, before, ask, self.now())?);
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
            Effect::Deactivates => {
                let deactivated = self.deactivate(connection, said, options.deadline);
                return Box::pin(deactivated).await;
            }
        }
        let decision = Box::pin(decide(
            connection,
            self.ledger.as_ref(),
            said.operation,
            &said.user,
            said.source_before(),
            self.now(),
            options,
        ))
        .await;
        if let Ok(Decision::Go(desired, evaluated)) = &decision {
            note(&connection.tenant, &mut said.user, desired, evaluated);
        }
        if matches!(&decision, Ok(decision) if !matches!(decision, Decision::No(_)))
            && let Some(owner) = self.owner(&said.user).await?
        {
            return self.refuse(&said, belongs_to(&owner, &said.user)).await;
        }
        let (desired, evaluated) = match decision {
            Ok(Decision::Go(desired, evaluated)) => (desired, evaluated),
            undecided if connection.observes() => {
                return Box::pin(self.observe(said, undecided)).await;
            }
            Ok(Decision::Wait(reason, evaluated)) => {
                return self.defer(said, reason, &evaluated).await;
            }
            Ok(Decision::Later(outage)) => return self.owe(connection, said, outage).await,
            Ok(Decision::No(denial)) => return self.refuse(&said, denial).await,
            Err(refusal) => return self.failed(&said, refusal).await,
        };
        if nothing_to_tell(&said.user, &desired) {
            return self.keep(said).await;
        }
        let event = self.event(&said, detail(&said.user, &evaluated));
        if self.guards(connection, &said.user, &desired) {
            let user = self.hold(connection, said.user, event, false).await?;
            return Ok(answered(said.creates, user));
        }
        let work = Work {
            user: said.user,
            task: Task::Converge(desired),
            event,
            origin: Origin::Idp,
            options,
            afterwards: None,
        };
        let carried = Box::pin(self.carry_out(connection, work)).await?;
        Ok(answered(said.creates, carried.user))
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
            Ask::Replace(id, _) | Ask::Patch(id, _) | Ask::Delete(id) | Ask::Restate(id, _) => {
                (*id, None)
            }
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
    async fn keep(&self, mut said: Box<Said>) -> Result<Answer, Refusal> {
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

    /// Acknowledges what cannot be decided now, unless the tenant wants it refused: for a plugin, the connection says so.
    async fn owe(
        &self,
        connection: &Connection,
        said: Box<Said>,
        outage: Outage,
    ) -> Result<Answer, Refusal> {
        let refuses = connection.tenant.policy.on_unreachable == OnUnreachable::Refuse;
        if refuses && outage.plugin.is_none() {
            return Err(outage.refusal());
        }
        let (now, reason) = (self.now(), outage.reason);
        let mut event = self.event(&said, json!({"told": "nothing"}));
        event.detail["owed"] = json!(reason);
        if let Some(failure) = outage.plugin {
            tracing::warn!(scope = %said.user.scope, plugin = %failure.plugin, ending = %failure.ending, reason = %failure.message, "plugin failed: owed");
            event.detail["plugin"] = json!(failure.plugin);
            event.detail["ending"] = json!(failure.ending.to_string());
        }
        let mut user = said.user;
        user.debt = user.debt.take().map(|debt| Debt {
            attempts: 0,
            ..debt
        });
        owe(&mut user, false, reason, now);
        let user = self.ledger.commit(user, vec![event]).await?;
        self.wake(&user.scope.tenant);
        Ok(answered(said.creates, user))
    }

    /// Acknowledges what a rule makes wait.
    async fn defer(
        &self,
        said: Box<Said>,
        reason: String,
        evaluated: &Evaluated,
    ) -> Result<Answer, Refusal> {
        let event = Event {
            kind: EventKind::Deferred,
            ..self.event(&said, detail(&said.user, evaluated))
        };
        let mut user = said.user;
        user.reason = Some(reason);
        release(&mut user, State::Deferred);
        let user = self.ledger.commit(user, vec![event]).await?;
        Ok(answered(said.creates, user))
    }

    /// Refuses for good: the source stays as it was, what was asked is kept for `retry`.
    pub(crate) async fn refuse(&self, said: &Said, denial: Box<Denial>) -> Result<Answer, Refusal> {
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
        Ok(others.into_iter().find(|other| claims_before(other, user)))
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

/// A granted request's answer.
pub(crate) fn answered(creates: bool, user: User) -> Answer {
    match creates {
        true => Answer::Created(user),
        false => Answer::Changed(user),
    }
}

/// Notes what the chain decided on the user, before CXone is told.
pub(crate) fn note(tenant: &Tenant, user: &mut User, desired: &Target, evaluated: &Evaluated) {
    let before = user.left_out.clone();
    suppose(tenant, user, desired, evaluated);
    if before != user.left_out && !user.left_out.is_empty() {
        tracing::info!(scope = %user.scope, user = %user.id, attributes = names(&user.left_out), "left out: CXone has no such field enabled, or the API none");
    }
}

/// The same, of a user who is only looked at.
pub(crate) fn suppose(tenant: &Tenant, user: &mut User, desired: &Target, evaluated: &Evaluated) {
    user.provenance = evaluated.provenance();
    user.template = evaluated.template.clone();
    user.target_name = desired.get(Attribute::UserName).map(str::to_owned);
    user.left_out = left_out(tenant, user, &evaluated.target);
}

/// What an event says about a chain: who set what, what is left out, and the remarks.
pub(crate) fn detail(user: &User, evaluated: &Evaluated) -> serde_json::Value {
    let steps: Vec<_> = evaluated
        .steps
        .iter()
        .map(|step| {
            let changed = step.attributes();
            match step.standing {
                Standing::Applied => json!({"by": step.by, "changed": changed}),
                Standing::Monitored => json!({"by": step.by, "would_change": changed}),
                Standing::Failed(ending) => {
                    json!({"by": step.by, "failed": ending.to_string(), "kept": changed})
                }
            }
        })
        .collect();
    let template = evaluated
        .template
        .as_ref()
        .map(|template| template.name.as_str());
    let mut detail = json!({"steps": steps, "template": template, "warnings": evaluated.warnings});
    if !user.left_out.is_empty() {
        detail["left_out"] = json!(user.left_out);
    }
    detail
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
