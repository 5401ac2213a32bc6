//! Observing: the identity provider is served and remembered, rules and plugins run, and CXone is only read. What it would be told
//! is owed and held until the connection goes live.

use serde_json::{Value, json};
use tokio::time::timeout_at;

use crate::connection::Connection;
use crate::converge::{compare, looked};
use crate::decide::Decision;
use crate::event::{Event, EventKind};
use crate::leave::whom;
use crate::line::{Answer, Bridge, answered, detail, refusal_detail};
use crate::name::Scope;
use crate::ownership::says_protected;
use crate::port::cxone::CallOptions;
use crate::port::ledger::{Ledger, LedgerError, Lookup};
use crate::port::plugins::Denial;
use crate::refusal::Refusal;
use crate::removal::{name_in_cxone, never_made};
use crate::said::Said;
use crate::target::Target;
use crate::twin;
use crate::undone::{Outage, Undone};
use crate::user::{Debt, State, User};
use crate::whereabouts::{former, locate};
use crate::work::{Carried, Origin, Task, Work, owe, refused_because};

/// Why CXone is not told.
pub(crate) const OBSERVES: &str = "observe mode: CXone is only read";

/// How somebody stands who is only observed.
struct Stands {
    state: State,
    reason: String,
    /// What happened besides.
    note: Option<(EventKind, Value)>,
}

impl Stands {
    /// CXone would be told something.
    fn owed() -> Self {
        Self {
            state: State::Owed,
            reason: OBSERVES.to_owned(),
            note: None,
        }
    }

    /// A rule, a constraint or CXone would say no. Going live decides anew.
    fn refused(denial: &Denial, user: &User) -> Self {
        Self {
            state: State::Refused,
            reason: refused_because(denial),
            note: Some((EventKind::Refused, refusal_detail(denial, user))),
        }
    }

    /// What an undecided decision comes to. Who is protected is refused as ever.
    fn of(decision: Result<Decision, Refusal>, user: &User) -> Result<Self, Refusal> {
        match decision {
            Ok(Decision::Go(..)) => Ok(Self::owed()),
            Ok(Decision::No(denial)) if says_protected(&denial) => Err(Refusal::Denied(denial)),
            Ok(Decision::No(denial)) => Ok(Self::refused(&denial, user)),
            Ok(Decision::Wait(reason, evaluated)) => Ok(Self {
                state: State::Deferred,
                reason,
                note: Some((EventKind::Deferred, detail(user, &evaluated))),
            }),
            Ok(Decision::Later(Outage { reason, .. })) => Ok(Self {
                reason: format!("{OBSERVES}, and cannot be now: {reason}"),
                ..Self::owed()
            }),
            Err(Refusal::Plugin(failure)) => Ok(Self {
                state: State::Refused,
                reason: failure.to_string(),
                note: Some((
                    EventKind::PluginFailed,
                    json!({"plugin": failure.plugin, "ending": failure.ending.to_string()}),
                )),
            }),
            Err(refusal) => Err(refusal),
        }
    }
}

impl Bridge {
    /// Acknowledges a request of an observing connection that would not come as far as CXone.
    pub(crate) async fn observe(
        &self,
        said: Box<Said>,
        decision: Result<Decision, Refusal>,
    ) -> Result<Answer, Refusal> {
        let stands = match Stands::of(decision, &said.user) {
            Ok(stands) => stands,
            Err(Refusal::Denied(denial)) => return self.refuse(&said, denial).await,
            Err(refusal) => return Err(refusal),
        };
        let event = self.event(&said, json!({"told": "nothing"}));
        let user = self.observed(said.user, stands, false, event).await?;
        Ok(answered(said.creates, user))
    }

    /// Notes what became of a user whom nobody has just asked for. Their source was acknowledged.
    pub(crate) async fn observe_again(
        &self,
        user: User,
        decision: Result<Decision, Refusal>,
        event: Event,
    ) -> Result<(), Refusal> {
        let stands = match Stands::of(decision, &user) {
            Err(Refusal::Denied(denial)) => Stands::refused(&denial, &user),
            other => other?,
        };
        self.observed(user, stands, false, event).await?;
        Ok(())
    }

    /// What takes the place of work towards CXone: it is looked at, and the user remembers what it would be told.
    pub(crate) async fn look_on(
        &self,
        connection: &Connection,
        work: Work,
    ) -> Result<Carried, Refusal> {
        let Work {
            mut user,
            task,
            mut event,
            origin,
            options,
            afterwards: _,
        } = work;
        let mut stands = Stands::owed();
        match &task {
            Task::Leave => {
                if let Err(reason) = name_in_cxone(connection, &mut user, false).await {
                    stands.reason = format!("{OBSERVES}, and cannot be now: {reason}");
                } else if user.link.is_none() && user.uncertain.is_empty() {
                    let looking = whom(connection.tenant.cxone.as_ref(), &user, options);
                    if let Ok(Ok(None)) = timeout_at(options.deadline, looking).await {
                        event.detail["would"] = json!("nothing");
                        never_made(&mut user);
                        let user = self.ledger.commit(user, vec![event]).await?;
                        return Ok(Carried { user, outage: None });
                    }
                }
                event.detail["would"] = json!("deactivate");
            }
            Task::Converge(desired) => {
                let looking = self.look(connection, &mut user, desired, options);
                let looked = timeout_at(options.deadline, Box::pin(looking)).await;
                match looked.unwrap_or_else(|_| Err(Undone::stuck("CXone takes too long"))) {
                    Ok(Sight { would, twin }) => {
                        event.detail["would"] = would;
                        if let Some(denial) = twin {
                            stands = Stands::refused(&denial, &user);
                        }
                    }
                    // Whose the person is, is no rule of ours: it is answered as ever.
                    Err(Undone::Refused(denial)) if origin == Origin::Idp => {
                        let known = (user.version > 0).then_some(user.id);
                        let refused = Event {
                            user: known,
                            kind: EventKind::Refused,
                            detail: refusal_detail(&denial, &user),
                            ..event
                        };
                        self.ledger.record(vec![refused]).await?;
                        return Err(Refusal::Denied(denial));
                    }
                    Err(Undone::Refused(denial)) => stands = Stands::refused(&denial, &user),
                    // It is looked at again by and by.
                    Err(Undone::Owed(_)) => {}
                    Err(Undone::Ledger(error)) => return Err(error.into()),
                }
            }
        }
        let leaves = matches!(task, Task::Leave);
        let user = self.observed(user, stands, leaves, event).await?;
        Ok(Carried { user, outage: None })
    }

    /// Looks at CXone as before a write. Whoever is found is linked, so that it is known whom a removal concerns.
    async fn look(
        &self,
        connection: &Connection,
        user: &mut User,
        desired: &Target,
        options: CallOptions,
    ) -> Result<Sight, Undone> {
        let (tenant, ledger) = (connection.tenant.as_ref(), self.ledger.as_ref());
        let former = former(ledger, user).await?;
        let found = locate(tenant.cxone.as_ref(), user, &former, desired, options);
        let Some(held) = found.await.map_err(looked)? else {
            return Ok(Sight {
                would: json!("create"),
                twin: twin::check(tenant, ledger, user, desired, options).await?,
            });
        };
        // Owners and what was shown are noted by the first write alone: much may change until then.
        let mut claimant = user.clone();
        let now = self.now();
        let compared = compare(connection, ledger, &mut claimant, desired, &held, now).await?;
        user.link = claimant.link;
        let change = compared.difference.change;
        let would = match change.is_empty() {
            true => json!("nothing"),
            false => {
                json!({"replace": change.set.keys().collect::<Vec<_>>(), "active": change.active})
            }
        };
        Ok(Sight { would, twin: None })
    }

    /// Stores a user with what CXone would be told.
    async fn observed(
        &self,
        mut user: User,
        stands: Stands,
        deactivation: bool,
        mut event: Event,
    ) -> Result<User, Refusal> {
        tracing::info!(scope = %user.scope, user = %user.id, state = %stands.state, "observed: CXone is not told");
        event.detail["observed"] = json!(OBSERVES);
        let note = stands.note.map(|(kind, detail)| Event {
            kind,
            detail,
            ..event.clone()
        });
        let events = [event].into_iter().chain(note).collect();
        let removal = |debt: &Debt| debt.deactivation && !debt.held;
        // A removal that CXone has not taken is delivered by and by, whatever is observed in between.
        user.undelivered |= user.debt.as_ref().is_some_and(removal);
        owe(&mut user, deactivation, stands.reason, self.now());
        user.debt = user.debt.take().map(hold_observed);
        user.state = stands.state;
        Ok(self.ledger.commit(user, events).await?)
    }

    /// Lets go of what came up while a connection observed, for one that is live now; answers how many users that concerns. The
    /// guard has its say about removals. What was not reached is reached by the next start.
    pub async fn go_live(&self, scope: &Scope) -> Result<usize, Refusal> {
        let connection = self.connection(scope).ok_or(Refusal::NotFound)?;
        let connection = connection.as_ref();
        if connection.observes() {
            return Ok(0);
        }
        let amended = |user: User| async move {
            match user.debt.as_ref().is_some_and(|debt| debt.observed) {
                true => Ok(Some(self.goes_live(connection, user).await?)),
                false => Ok(None),
            }
        };
        let concerned = self.amend_held(scope, amended).await?;
        if concerned > 0 {
            tracing::info!(%scope, users = concerned, "the connection went live: CXone follows");
            self.wake(&scope.tenant);
        }
        Ok(concerned)
    }

    async fn goes_live(
        &self,
        connection: &Connection,
        mut user: User,
    ) -> Result<(User, Vec<Event>), Refusal> {
        let now = self.now();
        let leaves = !user.live() || !user.source.active();
        let mut reason = "the connection went live".to_owned();
        let mut held = false;
        if leaves && came_back(self.ledger.as_ref(), &user).await? {
            // Deleted and made again in the meantime: to CXone nothing happened, and nobody loses a privilege by it.
            (user.link, user.target_name, user.debt) = (None, None, None);
            user.state = State::Settled;
            user.reason = None;
        } else if let Some(debt) = &mut user.debt {
            let works = user.accepted.as_ref().and_then(|target| target.active) != Some(false);
            held = leaves && works && !debt.released && !connection.guard.lets_pass(user.id, now);
            (debt.held, debt.observed) = (held, false);
            if held {
                reason = connection.guard.reason();
                tracing::error!(scope = %user.scope, user = %user.id, reason, "removal held");
            }
            user.state = State::Owed;
            user.reason = Some(reason.clone());
        }
        let why = if held { "held" } else { "owed" };
        let event = Event {
            at: now,
            scope: user.scope.clone(),
            user: Some(user.id),
            kind: EventKind::Owed,
            detail: json!({why: reason}),
        };
        Ok((user, vec![event]))
    }
}

/// Whether somebody who left while nobody told CXone is another user of the connection by now.
pub(crate) async fn came_back(ledger: &dyn Ledger, user: &User) -> Result<bool, LedgerError> {
    let others = match (&user.accepted, &user.link) {
        (Some(_), _) => return Ok(false),
        (None, Some(link)) => ledger.linked(&user.scope.tenant, link).await?,
        // A create of ours may have arrived: that person leaves in any case.
        (None, None) if !user.uncertain.is_empty() => return Ok(false),
        // Nobody could look: who has the name again is the same.
        (None, None) => {
            let name = Lookup::Name(user.folded_name());
            ledger.find_users(&user.scope, &name).await?
        }
    };
    let name = user.folded_target_name();
    Ok(others.iter().any(|other| {
        let named = other.folded_target_name();
        other.id != user.id
            && (user.link.is_some() || named.is_none() || name.is_none() || named == name)
            && other.scope == user.scope
            && other.live()
            && other.source.active()
            && other.state != State::Offered
    }))
}

/// What CXone looks like before a write that is not made.
struct Sight {
    /// What it would be told.
    would: Value,
    /// Why a create would be refused.
    twin: Option<Box<Denial>>,
}

/// A debt that waits for the connection to go live.
pub(crate) fn hold_observed(debt: Debt) -> Debt {
    Debt {
        held: true,
        observed: true,
        ..debt
    }
}
