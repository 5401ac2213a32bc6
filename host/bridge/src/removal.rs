//! Removals: the sacred way out of a request, and what the guard holds until somebody releases it.

use std::future::Future;

use serde_json::json;
use tokio::time::Instant;

use crate::connection::Connection;
use crate::event::Event;
use crate::line::{Answer, Bridge, pauses};
use crate::name::Scope;
use crate::observe::{OBSERVES, hold_observed};
use crate::port::cxone::{CallOptions, Priority};
use crate::port::ledger::LedgerError;
use crate::refusal::Refusal;
use crate::said::Said;
use crate::target::Target;
use crate::user::{Debt, State, User};
use crate::work::{Origin, Task, Work, owe};

/// How a reason begins where no mapper says whom to remove.
const UNNAMED: &str = "nobody can say who it is in CXone";

impl Bridge {
    /// The sacred way: no plugin, rule, template or mapping has a say. The mapper names at most whom to look for, and who cannot
    /// be named is owed a removal until they can.
    pub(crate) async fn deactivate(
        &self,
        connection: &Connection,
        said: Box<Said>,
        deadline: Instant,
    ) -> Result<Answer, Refusal> {
        let event = self.event(&said, json!({}));
        let mut user = said.user;
        let unnamed = user.link.is_none() && user.target_name.is_none();
        if let Some(debt) = user.debt.as_mut().filter(|_| unnamed) {
            // What removes somebody may rename them as well.
            let source = said.before.map_or(user.source.clone(), |it| it.source);
            debt.sought = Some(source);
        }
        let stored = if !may_be_somebody(&user) {
            never_made(&mut user);
            self.ledger.commit(user, vec![event]).await?
        } else if !connection.observes() && !connection.guard.lets_pass(user.id, self.now()) {
            self.hold(connection, user, event, true).await?
        } else {
            let work = Work {
                user,
                task: Task::Leave,
                event,
                origin: Origin::Idp,
                options: CallOptions {
                    priority: Priority::Deactivation,
                    deadline,
                },
                afterwards: None,
            };
            self.carry_out(connection, work).await?.user
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
        user.debt = user.debt.take().map(hold);
        Ok(self.ledger.commit(user, vec![event]).await?)
    }

    /// Notes that somebody who left, and was linked since, is to leave CXone: held where the connection only observes, or where
    /// the guard does not let it pass.
    pub(crate) fn owe_removal(&self, connection: &Connection, user: &mut User) {
        let (now, before) = (self.now(), user.debt.as_ref());
        let observed = connection.observes() || before.is_some_and(|debt| debt.observed);
        let released = before.is_some_and(|debt| debt.released);
        if observed {
            owe(user, true, OBSERVES.to_owned(), now);
            user.debt = user.debt.take().map(hold_observed);
        } else if released || connection.guard.lets_pass(user.id, now) {
            owe(user, true, "linked by hand".to_owned(), now);
        } else {
            let reason = connection.guard.reason();
            tracing::error!(scope = %user.scope, user = %user.id, reason, "removal held");
            owe(user, true, reason, now);
            user.debt = user.debt.take().map(hold);
        }
    }

    /// Whether a plugin's decision removes somebody who works in CXone, and the guard does not let it pass. Who only observes
    /// removes nobody.
    pub(crate) fn guards(&self, connection: &Connection, user: &User, desired: &Target) -> bool {
        let works = user.accepted.as_ref().and_then(|target| target.active) != Some(false);
        let removes = user.link.is_some() && works && desired.active == Some(false);
        let released = user.debt.as_ref().is_some_and(|debt| debt.released);
        removes
            && !released
            && !connection.observes()
            && !connection.guard.lets_pass(user.id, self.now())
    }

    /// Lets go of whom the guard of a connection holds, and has it count anew; answers how many there were. What is held because
    /// the connection observed stays so.
    pub async fn release(&self, scope: &Scope) -> Result<usize, Refusal> {
        let connection = self.connection(scope).ok_or(Refusal::NotFound)?;
        let released = self
            .amend_held(scope, |mut user| async {
                let debt = user.debt.as_mut().filter(|debt| !debt.observed);
                let Some(debt) = debt else {
                    return Ok(None);
                };
                (debt.held, debt.released) = (false, true);
                user.reason = Some("released by hand".to_owned());
                Ok(Some((user, Vec::new())))
            })
            .await?;
        connection.guard.reset();
        self.wake(&scope.tenant);
        Ok(released)
    }

    /// Changes the users of a connection whose debts are held, one by one and each in a commit; `None` leaves somebody alone.
    /// Answers how many were changed.
    pub(crate) async fn amend_held<F>(
        &self,
        scope: &Scope,
        amended: impl Fn(User) -> F,
    ) -> Result<usize, Refusal>
    where
        F: Future<Output = Result<Option<(User, Vec<Event>)>, Refusal>>,
    {
        let mut changed = 0;
        for id in self.ledger.held(scope).await? {
            let _turn = self.turn(id.to_string()).await;
            for pause in pauses() {
                let user = self.ledger.user(scope, id).await?;
                let held = |user: &User| user.debt.as_ref().is_some_and(|debt| debt.held);
                let Some(user) = user.filter(held) else {
                    break;
                };
                let Some((user, events)) = amended(user).await? else {
                    break;
                };
                match self.ledger.commit(user, events).await {
                    // Another process is at work on the user.
                    Err(LedgerError::Stale) => tokio::time::sleep(pause).await,
                    other => {
                        other?;
                        changed += 1;
                        break;
                    }
                }
            }
        }
        Ok(changed)
    }
}

/// Sees to it that there is something to look for somebody by who leaves: whom nobody decided upon yet is looked for by the user
/// name that the mappers give, and by no other. The reason where they give none. `trial`: whether nobody is removed.
pub(crate) async fn name_in_cxone(
    connection: &Connection,
    user: &mut User,
    trial: bool,
) -> Result<(), String> {
    if user.link.is_some() || user.target_name.is_some() {
        seek_no_more(user);
        return Ok(());
    }
    let sought = user.debt.as_ref().and_then(|debt| debt.sought.clone());
    let source = sought.unwrap_or_else(|| user.source.clone());
    let reason = match connection.plugins.user_name(source, trial).await {
        Ok(Some(name)) => {
            user.target_name = Some(name);
            seek_no_more(user);
            return Ok(());
        }
        Ok(None) => "no mapper gives a user name".to_owned(),
        Err(failure) => failure.to_string(),
    };
    // A create of ours that may have arrived is looked for by the name that it was sent with.
    match user.uncertain.is_empty() {
        true => Err(format!("{UNNAMED}: {reason}")),
        false => Ok(()),
    }
}

/// Whether a removal is owed for the reason that no mapper says of whom, and for no other.
pub(crate) fn unnamed(reason: &str) -> bool {
    reason.starts_with(UNNAMED)
}

/// Notes that no mapper needs to name somebody any more.
pub(crate) fn seek_no_more(user: &mut User) {
    if let Some(debt) = &mut user.debt {
        debt.sought = None;
    }
}

/// A debt that waits for somebody to release it.
fn hold(debt: Debt) -> Debt {
    Debt { held: true, ..debt }
}

/// Notes that there is nobody in CXone to deactivate.
pub(crate) fn never_made(user: &mut User) {
    user.debt = None;
    user.state = State::Deferred;
    user.reason = Some("never made in CXone: the user became inactive before".to_owned());
}

/// Whether CXone may hold somebody for a user, so that their removal concerns it: linked, of a create whose outcome is unknown, or
/// acknowledged while nobody could look. Whom a rule kept waiting was never to become anybody there.
fn may_be_somebody(user: &User) -> bool {
    let unseen = user.debt.is_some() && user.state == State::Owed;
    user.link.is_some() || !user.uncertain.is_empty() || unseen
}
