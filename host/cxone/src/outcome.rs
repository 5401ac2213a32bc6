//! What both adapters make of answers that say no, or nothing.

use bridge::port::cxone::{Held, UpstreamError};
use client::Answer;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::api::unavailable;
use crate::complaint::{Personal, clean, words};

/// RFC 3986, section 2.3.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text for a path or query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// An id as a segment of a path.
pub(crate) fn segment(id: &str) -> Result<String, UpstreamError> {
    // URLs drop such segments, encoded or not, and the request would go to the list.
    if matches!(id, "" | "." | "..") {
        return Err(unavailable("the user's id in CXone cannot be addressed"));
    }
    Ok(encoded(id))
}

/// An error under a status of success.
pub(crate) fn told_error(answer: &Answer, personal: &Personal, uncertain: bool) -> UpstreamError {
    let status = answer.status.as_u16();
    UpstreamError::Unavailable {
        reason: format!(
            "CXone answers {status} with an error: {}",
            words(answer, personal)
        ),
        uncertain,
        retry_after: answer.retry_after,
    }
}

/// Reading back failed after a write was accepted: whatever the reason, the write may stand.
pub(crate) fn doubtful(
    outcome: Result<Option<Held>, UpstreamError>,
) -> Result<Held, UpstreamError> {
    match outcome {
        Ok(Some(held)) => Ok(held),
        Ok(None) => Err(after_effect(unavailable("CXone does not know the user"))),
        Err(error) => Err(after_effect(error)),
    }
}

/// A failure, a refusal too, after something had taken effect: nobody can tell what CXone holds now.
pub(crate) fn after_effect(error: UpstreamError) -> UpstreamError {
    let (reason, retry_after) = match error {
        UpstreamError::Unavailable {
            reason,
            retry_after,
            ..
        } => (reason, retry_after),
        other => (other.to_string(), None),
    };
    UpstreamError::Unavailable {
        reason: format!("CXone accepted a write without showing the user, and then: {reason}"),
        uncertain: true,
        retry_after,
    }
}

/// A read knows no values of the person to withhold; the write before it does.
pub(crate) fn scrubbed(error: UpstreamError, personal: &Personal) -> UpstreamError {
    match error {
        UpstreamError::Unavailable {
            reason,
            uncertain,
            retry_after,
        } => UpstreamError::Unavailable {
            reason: clean(&reason, personal),
            uncertain,
            retry_after,
        },
        other => other,
    }
}
