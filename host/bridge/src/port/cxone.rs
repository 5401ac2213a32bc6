//! CXone, as the line needs it. An adapter speaks one of CXone's APIs behind it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use crate::directory::Directory;
use crate::target::{Attribute, Target};

/// A person as CXone holds them.
#[derive(Clone, PartialEq)]
pub struct Held {
    /// CXone's id.
    pub id: String,
    /// What CXone shows. Role, team and login authenticator by name where the directory knows it, else by id.
    pub target: Target,
    /// The answer as read, for the adapter that read it: what is not ours goes back unchanged.
    pub raw: Value,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What a replace changes; everything else is given back as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// New values; `None` clears the attribute.
    pub set: BTreeMap<Attribute, Option<String>>,
    /// The new `active`, if it changes.
    pub active: Option<bool>,
}

impl Change {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.active.is_none()
    }

    /// The change that deactivates and touches nothing else.
    pub fn deactivation() -> Self {
        Self {
            set: BTreeMap::new(),
            active: Some(false),
        }
    }
}

/// Why CXone did not do what it was asked. Texts hold no values of the person and no secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// No answer that counts: unreachable, too slow, throttling, a server error, or our own credentials refused.
    #[error("CXone cannot be used now: {reason}")]
    Unavailable {
        /// What happened, for the operator.
        reason: String,
        /// Whether the request may have taken effect all the same.
        uncertain: bool,
        /// How long CXone asked to be left alone.
        retry_after: Option<Duration>,
    },
    /// CXone said no, for good.
    #[error("CXone refused it: {detail}")]
    Refused {
        /// CXone's status.
        status: u16,
        /// CXone's words, cut and cleaned.
        detail: String,
        /// Whether it says that the user name is taken.
        duplicate: bool,
    },
    /// CXone does not know the id.
    #[error("CXone does not know the user any more")]
    Gone,
}

/// How fresh a directory must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// A recent snapshot will do.
    Recent,
    /// CXone is asked.
    Now,
}

/// One tenant's CXone. Every call has its deadline; none is retried blindly by the adapter.
#[async_trait]
pub trait Cxone: Send + Sync + fmt::Debug {
    /// The user of this name: as written, then folded. `None` is CXone's word that there is none.
    async fn find(&self, user_name: &str) -> Result<Option<Held>, UpstreamError>;

    /// The user of this id. `None` is CXone's word that there is none.
    async fn read(&self, id: &str) -> Result<Option<Held>, UpstreamError>;

    /// Creates an active user; answers what CXone shows then.
    async fn create(&self, target: &Target) -> Result<Held, UpstreamError>;

    /// Writes a change onto what was just read; answers what CXone shows then.
    async fn replace(&self, held: &Held, change: &Change) -> Result<Held, UpstreamError>;

    /// The tenant's roles and teams. A snapshot is shared until it is too old; one request is in flight for all.
    async fn directory(&self, freshness: Freshness) -> Result<Arc<Directory>, UpstreamError>;
}
