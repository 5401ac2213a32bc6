//! Why CXone does not hold what it should, and what of it is for whom.

use std::time::Duration;

use crate::port::cxone::UpstreamError;
use crate::port::ledger::LedgerError;
use crate::port::plugins::{Denial, PluginFailure};
use crate::refusal::Refusal;
use crate::target::Attribute;

/// CXone cannot be told something now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outage {
    pub(crate) reason: String,
    /// Whether it would take nothing else either.
    pub(crate) away: bool,
    /// Whether something that it was sent may have arrived.
    pub(crate) uncertain: bool,
    /// How long it asked to be left alone.
    pub(crate) retry_after: Option<Duration>,
    /// The plugin that failed, where CXone is not what is missing: the configuration says that it is owed.
    pub(crate) plugin: Option<Box<PluginFailure>>,
}

impl Outage {
    /// A plugin failed, and what it should have decided is owed.
    pub(crate) fn of_plugin(failure: PluginFailure) -> Self {
        Self {
            plugin: Some(Box::new(failure.clone())),
            ..Self::of_this_one(failure.to_string())
        }
    }

    /// Of one user alone: others may fare better.
    pub(crate) fn of_this_one(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            ..Self::default()
        }
    }

    /// What the identity provider is told where such writes are not owed.
    pub(crate) fn refusal(self) -> Refusal {
        Refusal::Unavailable {
            detail: format!(
                "CXone cannot be used now: {}; nothing has changed, send it again later",
                self.reason
            ),
            retry_after: self.retry_after.or(Some(Duration::from_secs(30))),
        }
    }
}

impl From<UpstreamError> for Outage {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::Unavailable {
                reason,
                uncertain,
                retry_after,
            } => Self {
                reason,
                away: true,
                uncertain,
                retry_after,
                plugin: None,
            },
            other => Self {
                away: true,
                ..Self::of_this_one(other.to_string())
            },
        }
    }
}

/// Why work towards CXone did not come about.
#[derive(Debug)]
pub(crate) enum Undone {
    /// CXone has not taken it.
    Owed(Outage),
    /// CXone, or a rule about people there, said no.
    Refused(Box<Denial>),
    /// The ledger failed.
    Ledger(LedgerError),
}

impl Undone {
    /// Something stands in the way of this user alone.
    pub(crate) fn stuck(reason: impl Into<String>) -> Self {
        Undone::Owed(Outage::of_this_one(reason))
    }
}

impl From<LedgerError> for Undone {
    fn from(error: LedgerError) -> Self {
        Undone::Ledger(error)
    }
}

impl From<UpstreamError> for Undone {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::Unavailable { .. } => Undone::Owed(error.into()),
            UpstreamError::Gone => Undone::stuck("CXone lost the user while it was written"),
            UpstreamError::Refused {
                status,
                detail,
                duplicate: true,
                ..
            } => Undone::Refused(Box::new(Denial {
                rule: "CXone".to_owned(),
                status: 409,
                scim_type: Some("uniqueness".to_owned()),
                detail: format!("CXone refused it with {status}: {detail}"),
                attribute: Some(Attribute::UserName.as_str().to_owned()),
                fix: "another CXone user has this user name: rename one of the two".to_owned(),
            })),
            UpstreamError::Refused { status, detail, .. } => Undone::Refused(Box::new(Denial {
                rule: "CXone".to_owned(),
                status: 400,
                scim_type: Some("invalidValue".to_owned()),
                detail: format!("CXone refused it with {status}: {detail}"),
                attribute: None,
                fix: "correct what CXone names, then let the identity provider send it again"
                    .to_owned(),
            })),
        }
    }
}

/// A look-up that CXone refuses is no answer: it must never pass for "nobody".
pub(crate) fn looked(error: UpstreamError) -> Undone {
    match error {
        UpstreamError::Refused { status, detail, .. } => {
            Undone::stuck(format!("CXone answered a look-up with {status}: {detail}"))
        }
        other => other.into(),
    }
}
