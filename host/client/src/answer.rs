//! An answer, read whole.

use std::fmt;
use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use serde_json::Value;

/// An answer, its body read to the end. `Debug` shows no body: it may hold personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// What `Retry-After` asks for, clamped to [`crate::LONGEST_PAUSE`].
    pub retry_after: Option<Duration>,
    /// The server's clock when it answered, from `Date`.
    pub date: Option<SystemTime>,
    /// What the body says that it is, from `Content-Type`, in lower case and without parameters.
    pub media_type: Option<String>,
    /// Whether an earlier attempt at the same request may have been carried out: then a refusal does not mean that
    /// nothing was done. Only [`crate::Upstream`] makes several.
    pub uncertain: bool,
    /// The body, at most as long as the client's cap.
    pub body: Vec<u8>,
}

impl Answer {
    /// A status and a body, and nothing besides.
    pub fn new(status: StatusCode, body: Vec<u8>) -> Self {
        Self {
            status,
            retry_after: None,
            date: None,
            media_type: None,
            uncertain: false,
            body,
        }
    }

    /// The body as JSON, whatever its declared type; `None` when it is not.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .field("date", &self.date)
            .field("uncertain", &self.uncertain)
            .field("bytes", &self.body.len())
            .finish()
    }
}
