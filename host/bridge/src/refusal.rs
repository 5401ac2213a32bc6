//! Why a request was not granted.

use std::time::Duration;

use crate::port::ledger::LedgerError;
use crate::port::plugins::{Denial, PluginFailure};

/// What the service turns into a SCIM error. Nothing has changed when one is answered; what was refused for good is kept as an
/// event.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// No such resource on this connection.
    #[error("the connection has no such resource")]
    NotFound,
    /// The resource is not in the state that the request names (RFC 7644, section 3.14).
    #[error("the resource has changed: its entity tag is not the one in If-Match")]
    Changed,
    /// The user name is taken.
    #[error("{0}")]
    Taken(String),
    /// The request itself is wrong.
    #[error(transparent)]
    Invalid(#[from] scim::error::Error),
    /// A rule, CXone's constraint or CXone itself said no.
    #[error("{rule}: {detail}; {fix}", rule = .0.rule, detail = .0.detail, fix = .0.fix)]
    Denied(Box<Denial>),
    /// A plugin that is needed cannot do its work.
    #[error(transparent)]
    Plugin(#[from] PluginFailure),
    /// CXone must be asked and cannot be.
    #[error("{detail}")]
    Unavailable {
        /// What is the matter.
        detail: String,
        /// When to come back.
        retry_after: Option<Duration>,
    },
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}
