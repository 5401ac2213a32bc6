//! The ledger: the store of what was said, decided and done. One method is one transaction; what it answers is durable.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::name::{Scope, TenantName, UserId};
use crate::source::Source;
use crate::user::User;

/// Why the ledger did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The row has changed since it was read, or the lock was lost: read again and decide anew.
    #[error("the record has changed meanwhile")]
    Stale,
    /// Another live user of the connection has the name.
    #[error("the user name is taken")]
    NameTaken,
    /// The store failed.
    #[error("the ledger failed: {0}")]
    Failed(String),
}

/// An indexed look-up among the live users of a connection. `Name` and `Email` are folded by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// By folded user name: at most one.
    Name(String),
    /// By external id, exactly; not unique.
    ExternalId(String),
    /// By folded e-mail address of any type; not unique.
    Email(String),
}

/// What an intent is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aim {
    /// To make CXone hold what the source asks for.
    Converge,
    /// To deactivate.
    Deactivate,
}

/// Work towards CXone that is about to start. It is written before the first call and holds what is needed to finish it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// The user as they shall be once CXone has been told: source, carried, target name, deletion. `version` is the one that
    /// the decision was made from.
    pub user: User,
    /// What is to be done.
    pub aim: Aim,
    /// The folded user names in CXone that are locked with it: the new one, and the old one on a rename.
    pub names: Vec<String>,
    /// What will be recorded when it is done.
    pub event: Event,
}

/// An intent that is open, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenIntent {
    /// The intent.
    pub intent: Intent,
    /// The process that holds it.
    pub owner: String,
    /// The fencing number: grows with every grant of a lock in the tenant. A close with an older one is `Stale`.
    pub fence: u64,
    /// When the lease runs out.
    pub lease_until: Timestamp,
}

/// The answer to opening an intent.
#[derive(Debug, Clone, PartialEq)]
pub enum Opening {
    /// The lock is ours.
    Granted {
        /// The fencing number.
        fence: u64,
    },
    /// Somebody works on this user or on one of the names.
    Busy(Box<OpenIntent>),
}

/// The store. Implementations: SQLite, later PostgreSQL. No connection or SQL type leaves it.
#[async_trait]
pub trait Ledger: Send + Sync + fmt::Debug {
    /// The user of this id, live or deleted.
    async fn user(&self, scope: &Scope, id: UserId) -> Result<Option<User>, LedgerError>;

    /// Live users by an index, in sequence. Offered users are among them.
    async fn find_users(&self, scope: &Scope, lookup: &Lookup) -> Result<Vec<User>, LedgerError>;

    /// Live users that are not just offered, in sequence, after a sequence number.
    async fn list_users(
        &self,
        scope: &Scope,
        after: i64,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError>;

    /// Live users that are not just offered, in sequence, skipping a number of them.
    async fn page_users(
        &self,
        scope: &Scope,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError>;

    /// How many `list_users` would give in all.
    async fn count_users(&self, scope: &Scope) -> Result<u64, LedgerError>;

    /// Deleted users of a connection by folded user name, newest first.
    async fn tombstones(&self, scope: &Scope, folded_name: &str) -> Result<Vec<User>, LedgerError>;

    /// Users of any connection of the tenant, live or deleted, that are linked to this CXone id.
    async fn linked(&self, tenant: &TenantName, cxone_id: &str) -> Result<Vec<User>, LedgerError>;

    /// Live users of any connection of the tenant with this folded user name in CXone.
    async fn holders(
        &self,
        tenant: &TenantName,
        folded_target_name: &str,
    ) -> Result<Vec<User>, LedgerError>;

    /// Writes a user and what happened in one commit: no CXone call belongs to it. The row must still have the version that
    /// `user.version` names (0: no row), or it is `Stale`; the ledger then counts it up. Refused as `Stale` while an intent is
    /// open on the user, or one that will give another user of the connection the same user name. Answers the user as stored.
    async fn commit(&self, user: User, events: Vec<Event>) -> Result<User, LedgerError>;

    /// Records events alone: a refused create, a failed plugin.
    async fn record(&self, events: Vec<Event>) -> Result<(), LedgerError>;

    /// Takes the lock on a user and on names, if the row still has the version that `intent.user.version` names (`Stale`), no
    /// other live user of the connection has the source's user name (`NameTaken`), and nobody holds the user or one of the
    /// names. A lease that has run out still holds: whoever meets it settles it first (`seize`).
    async fn open(
        &self,
        intent: &Intent,
        owner: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Opening, LedgerError>;

    /// Takes over an intent whose lease has run out, under a new fencing number; `Stale` if it is gone, renewed or taken.
    async fn seize(
        &self,
        open: &OpenIntent,
        owner: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<u64, LedgerError>;

    /// Ends an intent: writes the user and what happened, and frees the lock, in one commit. `Stale` if the fencing number is
    /// no longer the lock's. Answers the user as stored.
    async fn close(&self, fence: u64, user: User, events: Vec<Event>) -> Result<User, LedgerError>;

    /// Ends an intent without changing the user (a refusal): frees the lock and records events. A user that exists only in the
    /// intent is never stored.
    async fn abandon(
        &self,
        fence: u64,
        user: UserId,
        events: Vec<Event>,
    ) -> Result<(), LedgerError>;

    /// Open intents of a tenant whose lease has run out. At start of a single-process store all of them have.
    async fn expired(
        &self,
        tenant: &TenantName,
        now: Timestamp,
    ) -> Result<Vec<OpenIntent>, LedgerError>;

    /// Users with debts, deactivations first, then longest owed first. Deleted ones are among them.
    async fn owed(&self, tenant: &TenantName, limit: usize) -> Result<Vec<User>, LedgerError>;

    /// The last events of a scope, newest first; of one user where given.
    async fn events(
        &self,
        scope: &Scope,
        user: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Event>, LedgerError>;
}

/// Only what the index needs is derived from the source by the ledger: the folded names, the external id, the e-mails.
pub fn folded_emails(source: &Source) -> Vec<String> {
    let mut emails: Vec<String> = source.emails().map(str::to_lowercase).collect();
    emails.sort();
    emails.dedup();
    emails
}
