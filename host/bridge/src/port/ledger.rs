//! The ledger: the store of what was said, decided and done. One method is one transaction; what it answers is durable.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::{Event, EventKind};
use crate::group::{Group, MemberChange, Membership, Pending, Regrouped};
use crate::name::{ConnectionName, GroupId, Scope, TenantName, UserId, fold};
use crate::source::Source;
use crate::user::User;

/// Why the ledger did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The row has changed since it was read, or the lock was lost: read again and decide anew.
    #[error("the record has changed meanwhile")]
    Stale,
    /// Another live user, or another group, of the connection has the name.
    #[error("the name is taken")]
    NameTaken,
    /// The store failed.
    #[error("the ledger failed: {0}")]
    Failed(String),
}

/// An indexed look-up among the live users of a connection. `Name`, `Email` and `DisplayName` are folded by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// By folded user name: at most one.
    Name(String),
    /// By external id, exactly; not unique.
    ExternalId(String),
    /// By folded e-mail address of any type; not unique.
    Email(String),
    /// By folded display name; not unique.
    DisplayName(String),
}

/// An indexed look-up among the groups of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupLookup {
    /// By folded display name: at most one.
    Name(String),
    /// By external id, exactly; not unique.
    ExternalId(String),
    /// By member.
    Member(UserId),
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

/// How many users of a connection are not as they should be in CXone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Owed, and worked off.
    pub owed: u64,
    /// Owed, and held by the guard.
    pub held: u64,
    /// Owed, and held because the connection only observes.
    pub observed: u64,
    /// Refused after they had been acknowledged.
    pub refused: u64,
    /// Waiting for something.
    pub deferred: u64,
    /// Shown otherwise than written.
    pub unconfirmed: u64,
    /// Requests that were refused.
    pub requests: u64,
}

impl Standing {
    /// How many users CXone is still to be told about, removals that the guard holds among them: nobody does while the connection
    /// is out of the configuration. What a connection only observed is not among them: until it goes live there is nothing to tell.
    pub fn unpaid(&self) -> u64 {
        self.owed + self.held
    }
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

    /// Writes a user and what happened in one commit: no CXone call belongs to it. A user who is deleted leaves all groups, whose
    /// versions are counted up. The row must still have the version that
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

    /// Writes several users of a tenant and what happened in one commit, each under the rules of `commit`. Answers them as
    /// stored, in order.
    async fn commit_all(
        &self,
        users: Vec<User>,
        events: Vec<Event>,
    ) -> Result<Vec<User>, LedgerError>;

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

    /// Users with debts that nothing holds, deactivations first, then longest owed first. Deleted ones are among them.
    async fn owed(&self, tenant: &TenantName, limit: usize) -> Result<Vec<User>, LedgerError>;

    /// The users of a connection whose debts are held, in sequence. Deleted ones are among them.
    async fn held(&self, scope: &Scope) -> Result<Vec<UserId>, LedgerError>;

    /// Users of a tenant, live or deleted, who are not as they should be in CXone: refused, owed, deferred or unconfirmed, in
    /// sequence, after a sequence number. Those whom nobody was told about because they are inactive and settled are not among
    /// them.
    async fn unsettled(
        &self,
        tenant: &TenantName,
        after: i64,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError>;

    /// How many of these each connection of a tenant has, and how many refused requests. A connection without any is absent.
    async fn standings(
        &self,
        tenant: &TenantName,
    ) -> Result<BTreeMap<ConnectionName, Standing>, LedgerError>;

    /// The requests of a tenant that were refused for good and not granted since, oldest first, each as its event: those that
    /// `record` or `abandon` noted with what was `asked` in the detail. Of one user the last; of creates of somebody unknown the
    /// last for each user name of a connection, without a user. Out of it goes whatever is followed by a granted request ([`grants`]) of that
    /// user, or by a write of a user of that name; and what is dismissed. What was refused after it had been acknowledged is in
    /// the user's own row and not among them.
    async fn refusals(&self, tenant: &TenantName, limit: usize) -> Result<Vec<Event>, LedgerError>;

    /// Whether a refused request is among them still.
    async fn stands(&self, refusal: &Event) -> Result<bool, LedgerError>;

    /// Takes a refused request out and records what happened, in one commit. Answers whether it was there still: if not, nothing
    /// is recorded.
    async fn dismiss(&self, refusal: &Event, events: Vec<Event>) -> Result<bool, LedgerError>;

    /// Empties the detail of requests of a tenant that were refused before a moment, longest ago first, and whose person was
    /// never stored: nobody's deletion would make them forgotten. Answers how many there were.
    async fn forget_refusals(
        &self,
        tenant: &TenantName,
        before: Timestamp,
        limit: usize,
    ) -> Result<usize, LedgerError>;

    /// What was last remembered under a name: small facts about the world outside, worth a start without asking again.
    async fn recall(&self, name: &str) -> Result<Option<String>, LedgerError>;

    /// Remembers a fact under a name, in place of what was remembered before.
    async fn remember(&self, name: &str, fact: &str) -> Result<(), LedgerError>;

    /// Deleted users of a tenant of whom anything personal is kept, deleted before a moment, longest first. Whom something is
    /// owed is not among them.
    async fn forgettable(
        &self,
        tenant: &TenantName,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<User>, LedgerError>;

    /// Writes a user who was made to hold nothing personal, and empties the detail of all their events, in one commit. `Stale`
    /// as for any commit.
    async fn forget(&self, user: User) -> Result<(), LedgerError>;

    /// The group of this id.
    async fn group(&self, scope: &Scope, id: GroupId) -> Result<Option<Group>, LedgerError>;

    /// Groups by an index, in sequence.
    async fn find_groups(
        &self,
        scope: &Scope,
        lookup: &GroupLookup,
    ) -> Result<Vec<Group>, LedgerError>;

    /// Groups in sequence, after a sequence number.
    async fn list_groups(
        &self,
        scope: &Scope,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Group>, LedgerError>;

    /// Groups in sequence, skipping a number of them.
    async fn page_groups(
        &self,
        scope: &Scope,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<Group>, LedgerError>;

    /// How many groups a connection has.
    async fn count_groups(&self, scope: &Scope) -> Result<u64, LedgerError>;

    /// A group's members, in the order in which they joined. None for a group that does not exist.
    async fn members(&self, scope: &Scope, group: GroupId) -> Result<Vec<UserId>, LedgerError>;

    /// The groups of each of these users, in the groups' sequence. Users without any are absent.
    async fn memberships(
        &self,
        scope: &Scope,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, Vec<Membership>>, LedgerError>;

    /// Writes a group, changes its members and marks whom that touches for re-evaluation, in one commit. The row must still have
    /// the version that `group.version` names (0: no row), or it is `Stale`; `NameTaken` if another group of the connection has
    /// its folded name. Ids that are no live user of the connection are passed over. Touched are those who joined or left and,
    /// where the group's name or external id changed, all who are members before or after. A commit that changes neither source
    /// nor members writes nothing and answers the group as it stands. Otherwise the version is counted up.
    async fn commit_group(
        &self,
        group: Group,
        changes: Vec<MemberChange>,
        events: Vec<Event>,
    ) -> Result<Regrouped, LedgerError>;

    /// Deletes a group at this version (`Stale`) and marks its members for re-evaluation; answers who they were.
    async fn delete_group(
        &self,
        group: &Group,
        events: Vec<Event>,
    ) -> Result<Vec<UserId>, LedgerError>;

    /// Users whose re-evaluation is pending, longest first. Each is there once, however often they were marked. A user who is
    /// marked again keeps the place.
    async fn pending(&self, tenant: &TenantName, limit: usize)
    -> Result<Vec<Pending>, LedgerError>;

    /// The pending re-evaluation of a user.
    async fn pending_of(&self, scope: &Scope, user: UserId)
    -> Result<Option<Pending>, LedgerError>;

    /// Ends re-evaluations, unless the user was marked again since.
    async fn evaluated(&self, done: Vec<Pending>) -> Result<(), LedgerError>;

    /// A random key that this store keeps under a name: made at the first call, the same ever after.
    async fn key(&self, name: &str) -> Result<[u8; 32], LedgerError>;

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
    let mut emails: Vec<String> = source.emails().map(fold).collect();
    emails.sort();
    emails.dedup();
    emails
}

/// The user name that a refused request asked for, folded: `None` for any other event.
pub fn asked_name(event: &Event) -> Option<String> {
    let refused = matches!(event.kind, EventKind::Refused | EventKind::PluginFailed);
    let asked = event.detail.get("asked").filter(|_| refused)?.as_object()?;
    let name = asked.get("userName").and_then(Value::as_str);
    Some(fold(name.unwrap_or_default()))
}

/// Whether an event says that a request was granted: what was refused before it is past.
pub fn grants(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Created
            | EventKind::Replaced
            | EventKind::Updated
            | EventKind::Deactivated
            | EventKind::Revived
            | EventKind::Deleted
    )
}
