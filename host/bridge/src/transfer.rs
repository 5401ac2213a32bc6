//! A person in CXone goes from one connection of a tenant to another: an explicit act, which changes nothing in CXone.

use serde_json::json;

use crate::connection::Connection;
use crate::event::{Event, EventKind};
use crate::line::Bridge;
use crate::name::{ConnectionName, Scope, TenantName, fold};
use crate::observe::{OBSERVES, hold_observed};
use crate::ownership::{claims, only_observed};
use crate::port::ledger::{LedgerError, Lookup};
use crate::refusal::Refusal;
use crate::search::BATCH;
use crate::source::Source;
use crate::user::{Debt, State, User};
use crate::work::owe;

/// What became of each user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transferred {
    /// The user names that went over.
    pub moved: Vec<String>,
    /// The user names that stayed, and why.
    pub stayed: Vec<(String, String)>,
}

impl Bridge {
    /// Transfers users, by user name, or all who are somebody in CXone. The new owner goes on where the old one was: what CXone
    /// accepted, who owns what, the template. What the old owner's identity provider says from now on changes its own source and
    /// never reaches CXone.
    pub async fn transfer(
        &self,
        tenant: &TenantName,
        from: &ConnectionName,
        to: &ConnectionName,
        names: &[String],
    ) -> Result<Transferred, Refusal> {
        let scope = |connection: &ConnectionName| Scope {
            tenant: tenant.clone(),
            connection: connection.clone(),
        };
        let (from, to) = (scope(from), scope(to));
        if from == to || self.connection(&from).is_none() {
            return Err(Refusal::NotFound);
        }
        let to = self.connection(&to).ok_or(Refusal::NotFound)?;
        // One at a time: two in opposite directions would wait for each other's users.
        let _turn = self.turn(format!("{tenant} transfer")).await;
        let mut done = Transferred::default();
        if names.is_empty() {
            let mut after = 0;
            loop {
                let batch = self.ledger.list_users(&from, after, BATCH).await?;
                let Some(last) = batch.last() else {
                    break;
                };
                after = last.sequence;
                for user in batch {
                    // Who went over before, or is nobody in CXone, is no news.
                    if user.transferred.is_none() && claimed(&user) {
                        self.transfer_one(user, &to, &mut done).await;
                    }
                }
            }
            return Ok(done);
        }
        for name in names {
            let lookup = Lookup::Name(fold(name));
            match self.ledger.find_users(&from, &lookup).await?.pop() {
                Some(user) => self.transfer_one(user, &to, &mut done).await,
                None => done
                    .stayed
                    .push((name.clone(), format!("no such user on {from}"))),
            }
        }
        Ok(done)
    }

    async fn transfer_one(&self, user: User, to: &Connection, done: &mut Transferred) {
        let name = user.source.user_name().to_owned();
        let _turn = self.turn(user.id.to_string()).await;
        for _ in 0..3 {
            let outcome = match self.ledger.user(&user.scope, user.id).await {
                Ok(Some(user)) => self.handed(user, to).await,
                Ok(None) => break,
                Err(error) => Err(error.into()),
            };
            match outcome {
                Ok(Ok(())) => return done.moved.push(name),
                Ok(Err(reason)) => return done.stayed.push((name, reason)),
                // Somebody is at work on one of the two.
                Err(Refusal::Ledger(LedgerError::Stale | LedgerError::NameTaken)) => {
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
                // One who cannot go must not keep the others.
                Err(refusal) => return done.stayed.push((name, refusal.to_string())),
            }
        }
        let reason = "the user is being worked on; run the transfer again".to_owned();
        done.stayed.push((name, reason));
    }

    /// One person, in one commit: never with two owners, never with none.
    async fn handed(
        &self,
        mut old: User,
        connection: &Connection,
    ) -> Result<Result<(), String>, Refusal> {
        let to = &connection.scope;
        if let Some(other) = &old.transferred {
            return Ok(Err(format!("went to connection {other} before")));
        }
        if !old.live() || !claimed(&old) {
            return Ok(Err("is nobody in CXone through this connection".to_owned()));
        }
        let now = self.now();
        let mut former = self.memberships(&old.scope, &[old.id]).await?;
        let former = former.remove(&old.id);
        let pending = self.ledger.pending_of(&old.scope, old.id).await?;
        let lookup = Lookup::Name(old.folded_name());
        let known = self.ledger.find_users(to, &lookup).await?.pop();
        let _turn = match &known {
            Some(user) => Some(self.turn(user.id.to_string()).await),
            None => None,
        };
        let mut new = match known {
            Some(user) if claimed(&user) && user.transferred.is_none() => {
                return Ok(Err(format!(
                    "{to} has a user of this name who is somebody in CXone already"
                )));
            }
            Some(user) => user,
            None => User {
                state: State::Offered,
                ..User::new(to.clone(), Source::default(), now)
            },
        };
        // Whom the new connection's identity provider has not said anything about is as the old one's left them.
        let unsaid = new.state == State::Offered;
        if unsaid {
            let mut source = old.source.as_map().clone();
            source.shift_remove("externalId");
            new.source = source.into();
            new.modified = now;
            new.revision += 1;
        }
        new.link = old.link.take();
        new.target_name = old.target_name.take();
        new.accepted = old.accepted.take();
        new.shown = old.shown.take();
        new.attempted = std::mem::take(&mut old.attempted);
        new.owners = std::mem::take(&mut old.owners);
        new.provenance = std::mem::take(&mut old.provenance);
        new.template = old.template.take();
        new.uncertain = std::mem::take(&mut old.uncertain);
        new.undelivered = std::mem::take(&mut old.undelivered);
        new.debt = old.debt.take();
        new.state = old.state;
        new.reason = old.reason.take();
        new.transferred = None;
        let before = std::mem::take(&mut old.inherited);
        new.inherited = former.unwrap_or(before);
        let leaves = !unsaid && !new.source.active();
        let works = new.accepted.as_ref().and_then(|target| target.active) != Some(false);
        let groups = self.ledger.memberships(to, &[new.id]).await?;
        if leaves && works {
            // A transfer changes nothing in CXone: that the person was removed here meanwhile is for people to see.
            let reason = "removed here before the transfer: see that it is meant, then run `jackfield release`";
            owe(&mut new, true, reason.to_owned(), now);
            new.debt = new.debt.take().map(|debt| Debt { held: true, ..debt });
        } else if !unsaid || !groups.is_empty() || (pending.is_some() && new.source.active()) {
            // It said something, or put the person into groups, or the old one did, and CXone was never told.
            owe(&mut new, leaves, "transferred".to_owned(), now);
            let due = |debt| Debt {
                template: true,
                ..debt
            };
            new.debt = new.debt.take().map(due);
        }
        kept_from(connection, &mut new);
        old.transferred = Some(to.connection.clone());
        old.state = State::Deferred;
        old.reason = Some(format!(
            "transferred to connection {}: CXone is not told",
            to.connection
        ));
        let event = |user: &User, detail| Event {
            at: now,
            scope: user.scope.clone(),
            user: Some(user.id),
            kind: EventKind::Transferred,
            detail,
        };
        let events = vec![
            event(&old, json!({"to": to.connection})),
            event(&new, json!({"from": old.scope.connection})),
        ];
        self.ledger.commit_all(vec![old, new], events).await?;
        self.wake(&to.tenant);
        Ok(Ok(()))
    }
}

/// Whether a user is somebody in CXone whom a transfer can concern: more than observed.
fn claimed(user: &User) -> bool {
    claims(user) && !only_observed(user)
}

/// Holds, or no longer holds, a debt that goes over: who only observes pays none, and a removal that was only observed is for people
/// to see before it is one.
fn kept_from(to: &Connection, user: &mut User) {
    let Some(debt) = user.debt.take() else {
        return;
    };
    if to.observes() {
        user.reason = Some(OBSERVES.to_owned());
        user.debt = Some(hold_observed(debt));
        return;
    }
    if !debt.observed {
        user.debt = Some(debt);
        return;
    }
    user.state = State::Owed;
    let reason = match debt.deactivation {
        true => {
            "removed while it was only observed: see that it is meant, then run `jackfield release`"
        }
        false => "transferred",
    };
    user.reason = Some(reason.to_owned());
    user.debt = Some(Debt {
        observed: false,
        held: debt.deactivation,
        ..debt
    });
}
