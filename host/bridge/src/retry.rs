//! Retrying: what was refused and what is owed, for people to see, and told again once they have mended what stood in the way.
//! Debts and refused users go the queue's way, refused requests that of the identity provider's own.

mod list;
mod replay;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::line::Bridge;
use crate::name::{Scope, TenantName, UserId, fold};
use crate::plan::HeldBy;
use crate::refusal::Refusal;

/// What is left undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undone {
    /// A removal that CXone has not taken.
    Removal,
    /// Something else that CXone has not taken.
    Owed,
    /// A user whose state was acknowledged and then refused.
    Refused,
    /// A request that was refused, and changed nothing.
    Request,
}

/// One who waits for somebody to do something, or for CXone. Its `Debug` shows no name.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Tenant and connection.
    pub scope: Scope,
    /// The SCIM id; `None` for somebody who was never stored.
    pub id: Option<UserId>,
    /// The user name, as the identity provider has it or asked for it.
    pub user_name: String,
    /// What is left undone.
    pub undone: Undone,
    /// Why.
    pub why: String,
    /// Since when; of a refusal the last time.
    pub since: Timestamp,
    /// How often it was tried, where that is counted.
    pub attempts: Option<u32>,
    /// What holds it.
    pub held: Option<HeldBy>,
    /// What to do about it.
    pub to_do: String,
    /// The request, for a replay.
    #[serde(skip)]
    refusal: Option<Event>,
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("scope", &self.scope)
            .field("id", &self.id)
            .field("undone", &self.undone)
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}

/// Who is to be retried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Those of these user names or SCIM ids.
    Users(Vec<String>),
    /// Everybody.
    All,
}

/// What became of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Became {
    /// CXone holds it, or needs no telling.
    Done,
    /// A rule waits for something.
    Deferred,
    /// CXone has not taken it.
    Owed,
    /// It was refused again.
    Refused,
    /// It is held, and nothing was tried.
    Held,
    /// The connection only observes, and nothing was tried.
    Observed,
    /// Somebody said something newer in the meantime, and nothing was tried.
    Newer,
    /// The request was given up.
    Dismissed,
    /// It could not be tried.
    Failed,
}

/// One who was retried. Its `Debug` shows no name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retried {
    /// Tenant and connection.
    pub scope: Scope,
    /// The user name, as the identity provider has it or asked for it.
    pub user_name: String,
    /// What was left undone.
    pub undone: Undone,
    /// What became of it.
    pub became: Became,
    /// More about that.
    pub reason: Option<String>,
}

impl fmt::Debug for Retried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retried")
            .field("undone", &self.undone)
            .field("became", &self.became)
            .finish_non_exhaustive()
    }
}

/// What became of a retry. It is personal: for whoever asked, never for a log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// In the order in which they were tried.
    pub retried: Vec<Retried>,
    /// The names and ids that mean nobody who waits.
    pub unknown: Vec<String>,
}

/// After so many in a row that CXone had no answer for nobody else is tried.
const ENOUGH: usize = 3;

impl Bridge {
    /// Tells CXone again, now, what a tenant's users are to be, and replays refused requests as if the identity provider had
    /// sent them; or gives those requests up. Removals go first.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a tenant that is not configured; the ledger's.
    pub async fn retry(
        self: &Arc<Self>,
        tenant: &TenantName,
        which: &Which,
        forget: bool,
    ) -> Result<Replayed, Refusal> {
        let mut waiting = self.waiting(tenant).await?;
        let mut done = Replayed::default();
        if let Which::Users(users) = which {
            let means = |waiting: &Waiting, wanted: &String| {
                fold(&waiting.user_name) == fold(wanted)
                    || waiting.id.is_some_and(|id| id.to_string() == *wanted)
            };
            let unknown = users
                .iter()
                .filter(|user| !waiting.iter().any(|waiting| means(waiting, user)));
            done.unknown = unknown.cloned().collect();
            waiting.retain(|waiting| users.iter().any(|user| means(waiting, user)));
        }
        waiting.sort_by_key(|waiting| (waiting.undone, waiting.since));
        let mut away = 0;
        for waiting in waiting {
            let (became, reason) = if forget {
                self.dismissed(&waiting).await?
            } else if away >= ENOUGH {
                let reason = "CXone cannot be used now: not tried".to_owned();
                (Became::Failed, Some(reason))
            } else {
                self.tried(&waiting).await
            };
            away = match became {
                Became::Owed => away + 1,
                Became::Failed if away >= ENOUGH => away,
                _ => 0,
            };
            done.retried.push(Retried {
                scope: waiting.scope,
                user_name: waiting.user_name,
                undone: waiting.undone,
                became,
                reason,
            });
        }
        self.wake(tenant);
        Ok(done)
    }
}
