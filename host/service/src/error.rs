//! The one table from what went wrong to what the identity provider is told.

use std::time::Duration;

use bridge::port::ledger::LedgerError;
use bridge::port::plugins::Denial;
use bridge::refusal::Refusal;
use scim::error::{Error, ScimType};

/// A SCIM error and how long to wait before trying again, in whole seconds (Okta heeds no other form: idp.md 2.4).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) retry_after: Option<u64>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            retry_after: None,
        }
    }
}

fn later(detail: String, wait: Option<Duration>) -> Failure {
    let seconds = wait.map_or(30, |wait| wait.as_secs().clamp(1, 60));
    Failure {
        error: Error::status(503, detail),
        retry_after: Some(seconds),
    }
}

impl From<Refusal> for Failure {
    /// CXone's own status never leaks: its 401, 403 and 5xx are 503 here, since Entra takes a 401 or 404 for the end of the
    /// connection (idp.md 1.7).
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Error::not_found("no such resource").into(),
            Refusal::Changed => Error::status(
                412,
                "the resource has changed: its entity tag is not the one in If-Match; read it again",
            )
            .into(),
            Refusal::Taken(detail) => Error::uniqueness(detail).into(),
            Refusal::Invalid(error) => error.into(),
            Refusal::Denied(denial) => denied(&denial).into(),
            Refusal::Plugin(failure) => later(
                format!(
                    "the plugin {} cannot do its work now ({}); the log has the reason",
                    failure.plugin, failure.ending
                ),
                None,
            ),
            Refusal::Unavailable {
                detail,
                retry_after,
            } => later(detail, retry_after),
            Refusal::Ledger(LedgerError::NameTaken) => {
                Error::uniqueness("a resource of this name exists already").into()
            }
            Refusal::Ledger(LedgerError::Stale) => later(
                "the resource is being changed by another request".to_owned(),
                None,
            ),
            Refusal::Ledger(LedgerError::Failed(reason)) => {
                tracing::error!(reason, "the ledger failed");
                later(
                    "the ledger cannot be used now; the log has the reason".to_owned(),
                    None,
                )
            }
        }
    }
}

/// A rule's refusal: attribute, rule and fix in one text, since IdPs show nothing but `detail`.
fn denied(denial: &Denial) -> Error {
    let place = denial
        .attribute
        .as_ref()
        .map(|attribute| format!("{attribute}: "))
        .unwrap_or_default();
    let detail = format!(
        "{place}{}. Rule: {}. Fix: {}",
        denial.detail, denial.rule, denial.fix
    );
    let status = if (400..500).contains(&denial.status) {
        denial.status
    } else {
        403
    };
    let mut error = Error::status(status, detail);
    error.scim_type = denial.scim_type.as_deref().and_then(ScimType::parse);
    error
}
