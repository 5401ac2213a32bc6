//! Linking: a person's word makes a user of ours somebody in CXone. The first time that CXone is told about them they are
//! adopted: what decides access and stands there stays with CXone's people, and they are renamed if the names differ.

use std::fmt;
use std::sync::Arc;

use scim::replace::carried_by;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{asked, away, mapped, somebody};
use crate::connection::Connection;
use crate::event::{Event, EventKind};
use crate::line::{Bridge, pauses};
use crate::name::{Scope, UserId, fold};
use crate::port::cxone::{CallOptions, Held, Priority};
use crate::port::ledger::LedgerError;
use crate::refusal::Refusal;
use crate::removal::seek_no_more;
use crate::target::Attribute;
use crate::user::{Debt, State, User};
use crate::work::owe;

/// A user who was linked. Its `Debug` shows no name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// The SCIM id.
    pub id: UserId,
    /// The user name, as the identity provider has it.
    pub user_name: String,
    /// CXone's id.
    pub cxone_id: String,
    /// Where the user stands towards CXone now.
    pub state: State,
    /// Why.
    pub reason: Option<String>,
}

/// A user who was not linked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpaired {
    /// The user, as they were named.
    pub user: String,
    /// Why not.
    pub reason: String,
}

impl fmt::Debug for Linked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linked")
            .field("id", &self.id)
            .field("cxone_id", &self.cxone_id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Unpaired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unpaired")
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// What became of each pair.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paired {
    /// Those who were linked.
    pub linked: Vec<Linked>,
    /// Those who were not.
    pub unpaired: Vec<Unpaired>,
}

/// Why a pair is none: for whoever proposed it.
type Objection = String;

impl Bridge {
    /// Links users, each named by user name or SCIM id, to people in CXone, each named by CXone's id. A create that was refused
    /// becomes a user by it. On a live connection CXone is told at once; on one that observes when it goes live.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a connection that is not configured, and the ledger's. Everything else is the pair's own misfortune.
    pub async fn pair(
        self: &Arc<Self>,
        scope: &Scope,
        pairs: &[(String, String)],
    ) -> Result<Paired, Refusal> {
        let connection = self.connection(scope).ok_or(Refusal::NotFound)?;
        // One at a time: two must not link the same person.
        let _turn = self.turn(format!("{} match", scope.tenant)).await;
        let refused = self.refused_creates(scope).await?;
        let mut done = Paired::default();
        for (who, cxone_id) in pairs {
            match self.link(&connection, who, cxone_id, &refused).await {
                Ok(Ok(user)) => done.linked.push(Linked {
                    id: user.id,
                    user_name: user.source.user_name().to_owned(),
                    cxone_id: cxone_id.clone(),
                    state: user.state,
                    reason: user.reason,
                }),
                Ok(Err(reason)) => done.unpaired.push(Unpaired {
                    user: who.clone(),
                    reason,
                }),
                Err(refusal) => done.unpaired.push(Unpaired {
                    user: who.clone(),
                    reason: refusal.to_string(),
                }),
            }
        }
        Ok(done)
    }

    /// Links one, and brings about what that means.
    async fn link(
        &self,
        connection: &Connection,
        who: &str,
        cxone_id: &str,
        refused: &[Event],
    ) -> Result<Result<User, Objection>, Refusal> {
        let held = match self.person(connection, cxone_id).await? {
            Ok(held) => held,
            Err(objection) => return Ok(Err(objection)),
        };
        for pause in pauses() {
            // A create of the same name waits for this, and this for it.
            let name_turn = format!("{} {}", connection.scope, fold(who));
            let _name = self.turn(name_turn).await;
            let known = self.named_user(&connection.scope, who).await?;
            let _turn = match &known {
                Some(user) => Some(self.turn(user.id.to_string()).await),
                None => None,
            };
            let user = match self.subject(connection, who, &held, refused).await? {
                Ok(user) => user,
                Err(objection) => return Ok(Err(objection)),
            };
            match self.linked_to(connection, user, &held).await {
                Err(Refusal::Ledger(LedgerError::Stale)) => tokio::time::sleep(pause).await,
                other => return other.map(Ok),
            }
        }
        Ok(Err("the user is being worked on; try again".to_owned()))
    }

    /// The person in CXone, if they may become somebody's.
    async fn person(
        &self,
        connection: &Connection,
        cxone_id: &str,
    ) -> Result<Result<Held, Objection>, Refusal> {
        let tenant = &connection.tenant;
        let options = CallOptions::of(Priority::Background);
        let held = tenant.cxone.read(cxone_id, options).await;
        let Some(held) = held.map_err(|error| away(&error))? else {
            return Ok(Err(format!("CXone knows no user of the id {cxone_id}")));
        };
        if held.own {
            let reason = "the person is the employee whom the access key belongs to";
            return Ok(Err(reason.to_owned()));
        }
        if tenant.protects_held(&held) {
            let reason = "the person is protected: take them out of `protected` first";
            return Ok(Err(reason.to_owned()));
        }
        let linked = self.ledger.linked(&tenant.name, &held.id).await?;
        if let Some(owner) = linked.iter().find(|user| somebody(user)) {
            let (connection, user) = (&owner.scope.connection, owner.id);
            return Ok(Err(format!(
                "the person is user {user} of connection {connection} already"
            )));
        }
        Ok(Ok(held))
    }

    /// The user who is to be that person: one whom nobody in CXone belongs to, or one whose create was refused.
    async fn subject(
        &self,
        connection: &Connection,
        who: &str,
        held: &Held,
        refused: &[Event],
    ) -> Result<Result<User, Objection>, Refusal> {
        let scope = &connection.scope;
        let known = self.named_user(scope, who).await?;
        let user = match known.filter(|user| user.state != State::Offered) {
            Some(user) => user,
            None => match self.refused_create(scope, who, refused).await? {
                Some(refusal) => {
                    let source = asked(&refusal);
                    let carried = carried_by(source.resource());
                    User {
                        carried,
                        ..User::new(scope.clone(), source, self.now())
                    }
                }
                None => return Ok(Err(format!("{scope} has no such user, and refused none"))),
            },
        };
        let objection = match &user {
            user if user.link.as_ref() == Some(&held.id) => "the two are linked already",
            user if user.link.is_some() => "the user is somebody else in CXone already",
            user if user.transferred.is_some() => "the user went to another connection",
            user if !user.uncertain.is_empty() => {
                "a create of the user may have arrived in CXone: wait until it is known, or see `jackfield explain`"
            }
            user => return self.unnamed(connection, user, held).await,
        };
        Ok(Err(objection.to_owned()))
    }

    /// Whether nobody else in CXone has the user name that the user will have there.
    async fn unnamed(
        &self,
        connection: &Connection,
        user: &User,
        held: &Held,
    ) -> Result<Result<User, Objection>, Refusal> {
        let target = mapped(connection, user.source.clone()).await?;
        let Some(name) = target.get(Attribute::UserName) else {
            return Ok(Ok(user.clone()));
        };
        let options = CallOptions::of(Priority::Background);
        let named = connection.tenant.cxone.find(name, options).await;
        match named.map_err(|error| away(&error))? {
            Some(other) if other.id != held.id => Ok(Err(format!(
                "CXone has somebody of this user name, id {}: link the user to them, or rename one of the two",
                other.id
            ))),
            _ => Ok(Ok(user.clone())),
        }
    }

    async fn linked_to(
        &self,
        connection: &Connection,
        mut user: User,
        held: &Held,
    ) -> Result<User, Refusal> {
        let now = self.now();
        user.link = Some(held.id.clone());
        seek_no_more(&mut user);
        user.shown = Some(held.target.clone());
        let observed = user.debt.as_ref().is_some_and(|debt| debt.observed);
        if user.source.active() && !observed {
            // Whatever becomes of the attempt below, it is durable that CXone is to be told.
            owe(&mut user, false, "linked by hand".to_owned(), now);
        }
        if !user.source.active() && held.target.active != Some(false) {
            self.owe_removal(connection, &mut user);
        }
        let event = Event {
            at: now,
            scope: user.scope.clone(),
            user: Some(user.id),
            kind: EventKind::Matched,
            detail: json!({"cxone": held.id}),
        };
        let user = self.ledger.commit(user, vec![event]).await?;
        tracing::info!(scope = %user.scope, user = %user.id, cxone = held.id, "linked by hand");
        let held = |debt: &Debt| debt.held;
        if !user.source.active() && user.debt.as_ref().is_none_or(held) {
            return Ok(user);
        }
        // Where the connection observes, what CXone would be told is found out and held.
        let (scope, id) = (user.scope.clone(), user.id);
        // The link is made: what stands in the way of the rest is the user's own state.
        if let Err(refusal) = self
            .bring_about(connection, user, EventKind::CaughtUp)
            .await
        {
            tracing::warn!(%scope, user = %id, reason = %refusal, "linked, but CXone is not told yet");
        }
        self.wake(&scope.tenant);
        let stored = self.ledger.user(&scope, id).await?;
        stored.ok_or(Refusal::NotFound)
    }
}
