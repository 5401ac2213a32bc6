//! An answer, read whole.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

/// An answer, its body read to the end. `Debug` shows no body: it may hold personal data.
#[derive(Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// What `Retry-After` asks for, clamped to [`crate::LONGEST_PAUSE`].
    pub retry_after: Option<Duration>,
    /// The body, at most as long as the client's cap.
    pub body: Vec<u8>,
}

impl Answer {
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
            .field("bytes", &self.body.len())
            .finish()
    }
}
