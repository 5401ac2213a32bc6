//! Events: what happened to whom, for people who ask later.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::name::{Scope, UserId};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// The identity provider created a user.
    Created,
    /// A PUT changed a user's source.
    Replaced,
    /// A PATCH changed a user's source.
    Updated,
    /// The user became inactive.
    Deactivated,
    /// The user became active again.
    Revived,
    /// The identity provider deleted the resource.
    Deleted,
    /// Somebody who was in CXone already was found by name.
    Offered,
    /// Somebody who was in CXone already got their first write.
    Adopted,
    /// CXone was told something.
    Told,
    /// CXone could not be told; the work is owed.
    Owed,
    /// Owed work was done.
    CaughtUp,
    /// A rule or CXone said no.
    Refused,
    /// A rule waits.
    Deferred,
    /// CXone accepted something but shows something else.
    Unconfirmed,
    /// CXone's people changed an attribute that was handed over.
    HandedOver,
    /// A plugin failed.
    PluginFailed,
    /// An open intent of a process that is gone was taken over.
    Recovered,
    /// The person in CXone went to another connection, or came from one.
    Transferred,
    /// A group was created, changed or deleted.
    Regrouped,
    /// Groups changed, and the user was evaluated anew.
    ReEvaluated,
    /// A person linked the user to somebody in CXone.
    Matched,
    /// A person gave up a request that was refused.
    Dismissed,
}

impl EventKind {
    /// The word in the ledger and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::Created => "created",
            EventKind::Replaced => "replaced",
            EventKind::Updated => "updated",
            EventKind::Deactivated => "deactivated",
            EventKind::Revived => "revived",
            EventKind::Deleted => "deleted",
            EventKind::Offered => "offered",
            EventKind::Adopted => "adopted",
            EventKind::Told => "told",
            EventKind::Owed => "owed",
            EventKind::CaughtUp => "caught-up",
            EventKind::Refused => "refused",
            EventKind::Deferred => "deferred",
            EventKind::Unconfirmed => "unconfirmed",
            EventKind::HandedOver => "handed-over",
            EventKind::PluginFailed => "plugin-failed",
            EventKind::Recovered => "recovered",
            EventKind::Transferred => "transferred",
            EventKind::Regrouped => "regrouped",
            EventKind::ReEvaluated => "re-evaluated",
            EventKind::Matched => "matched",
            EventKind::Dismissed => "dismissed",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One event. The ledger is the only place that holds its detail: it may contain personal data.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Tenant and connection.
    pub scope: Scope,
    /// Whom it concerns; absent for a create that was refused.
    pub user: Option<UserId>,
    /// What happened.
    pub kind: EventKind,
    /// More about it: attribute names, plugin names, reasons; for a refusal also what was asked, so that it can be replayed.
    pub detail: Value,
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("scope", &self.scope)
            .field("user", &self.user)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
