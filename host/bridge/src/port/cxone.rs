//! CXone, as the line needs it. An adapter speaks one of CXone's APIs behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use crate::directory::Directory;
use crate::name::fold;
use crate::target::{Attribute, Target};

/// A person as CXone holds them.
#[derive(Clone, PartialEq)]
pub struct Held {
    /// CXone's id.
    pub id: String,
    /// What CXone shows. Role, team and login authenticator by name where the directory knows it, else by id.
    pub target: Target,
    /// Whether it is the access key's own employee, whom nobody here touches.
    pub own: bool,
    /// Whether the employee is pending, invited and not yet activated: the user name cannot be changed then (cxone.md 4). `None`
    /// where the adapter's API does not say.
    pub pending: Option<bool>,
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
    /// What is not given back either: CXone refused it, though it is as read. An API whose writes name only what changes has
    /// nothing to keep back.
    pub kept_back: BTreeSet<Attribute>,
}

impl Change {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.active.is_none()
    }

    /// The change that deactivates and touches nothing else.
    pub fn deactivation() -> Self {
        Self {
            active: Some(false),
            ..Self::default()
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
        /// Whether it says that the user name cannot be changed because the employee is pending.
        pending: bool,
    },
    /// CXone does not know the id.
    #[error("CXone does not know the user any more")]
    Gone,
}

/// What goes first when CXone is asked for more than it takes at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Nobody waits for it: plans, checks, owed work.
    Background,
    /// An identity provider waits for it.
    Request,
    /// A leaver must not stay.
    Deactivation,
}

/// Under what terms a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallOptions {
    /// What goes first.
    pub priority: Priority,
    /// When whoever asked has stopped waiting. The adapter's own deadline for one call may be earlier.
    pub deadline: Instant,
}

/// How long an identity provider waits for one request, with everything that is asked of CXone meanwhile: Entra and Okta give up
/// after 30 s at the earliest, and an answer must still go out.
pub const PATIENCE: Duration = Duration::from_secs(25);

impl CallOptions {
    /// With all the patience of [`PATIENCE`] from now on.
    pub fn of(priority: Priority) -> Self {
        Self {
            priority,
            deadline: Instant::now() + PATIENCE,
        }
    }
}

/// Somebody in CXone, as a list of everybody shows them.
#[derive(Clone, PartialEq)]
pub struct Person {
    /// CXone's id.
    pub id: String,
    /// What the list shows; it may be less than a read by id.
    pub target: Target,
    /// CXone's word for where they stand, such as `ACTIVE`, `PENDING`, `DELETED`.
    pub status: Option<String>,
    /// Whether it is the access key's own employee.
    pub own: bool,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Everybody in CXone, the inactive among them, as of one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct People {
    /// In CXone's order.
    pub people: Vec<Person>,
    /// When CXone was asked.
    pub taken: Timestamp,
}

impl People {
    /// Those whose e-mail address, folded, is this one, folded.
    pub fn by_email(&self, email: &str) -> impl Iterator<Item = &Person> {
        self.by(Attribute::Email, email)
    }

    /// Those whose attribute, folded, is this one, folded.
    pub fn by(&self, attribute: Attribute, value: &str) -> impl Iterator<Item = &Person> {
        let wanted = fold(value);
        let people = self.people.iter();
        people
            .filter(move |person| person.target.get(attribute).map(fold).as_ref() == Some(&wanted))
    }
}

/// How fresh a directory must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// A recent snapshot will do.
    Recent,
    /// CXone is asked.
    Now,
}

/// One tenant's CXone. Every call has its deadline; none that may have changed something is repeated blindly by the adapter.
#[async_trait]
pub trait Cxone: Send + Sync + fmt::Debug {
    /// The user of this name: as written, then folded. `None` is CXone's word that there is none.
    async fn find(
        &self,
        user_name: &str,
        options: CallOptions,
    ) -> Result<Option<Held>, UpstreamError>;

    /// The user of this id. `None` is CXone's word that there is none.
    async fn read(&self, id: &str, options: CallOptions) -> Result<Option<Held>, UpstreamError>;

    /// Creates an active user; answers what CXone shows then. `template` is named to CXone where it knows templates.
    async fn create(
        &self,
        target: &Target,
        template: Option<&str>,
        options: CallOptions,
    ) -> Result<Held, UpstreamError>;

    /// Writes a change onto what was just read; answers what CXone shows then.
    async fn replace(
        &self,
        held: &Held,
        change: &Change,
        options: CallOptions,
    ) -> Result<Held, UpstreamError>;

    /// The tenant's roles and teams. A snapshot is shared until it is too old; one request is in flight for all.
    async fn directory(
        &self,
        freshness: Freshness,
        options: CallOptions,
    ) -> Result<Arc<Directory>, UpstreamError>;

    /// Everybody in CXone, by User Hub's search whatever API the adapter speaks. `None` where the access key may not, or there is
    /// no such search: nobody can tell then whether somebody has a twin.
    /// A recent snapshot is at most a minute old, or five while a new one is read. The inactive may be missing where only the
    /// search can be read.
    async fn people(
        &self,
        freshness: Freshness,
        options: CallOptions,
    ) -> Result<Option<Arc<People>>, UpstreamError>;

    /// The attributes that this adapter's API cannot write.
    fn cannot_carry(&self) -> &'static [Attribute];

    /// Where CXone was found to be, in a line for people; `None` before it was asked for.
    fn place(&self) -> Option<String> {
        None
    }
}
