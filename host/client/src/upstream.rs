//! One host of one tenant, asked with care: how fast, how often again, and when not at all.
//!
//! - Rate: so many requests a second, less after a 429, more again with each success. Who waits is served by
//!   priority, then arrival, and fails unsent when the turn would come too late. `Retry-After` holds everybody.
//! - Retries: two at most, with jittered pauses, where that is safe and in time, and out of a budget: 20 % of the requests
//!   of the last 10 s and 10 a second besides.
//! - Breaker: after 7 failures in a row nothing is sent for 1 s, at last for up to 60 s; then one request at a time until
//!   one is answered.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use self::care::{Care, Errand};
use crate::answer::Answer;
use crate::failure::Failure;
use crate::request::Request;
use crate::send::Client;

mod breaker;
mod budget;
mod care;
mod line;
mod pace;
mod retry;

/// What goes first when more is asked than the rate allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Nobody waits for it.
    Background,
    /// Somebody waits for it.
    Request,
    /// It goes before everything else.
    Urgent,
}

/// How careful to be.
#[derive(Debug, Clone, PartialEq)]
pub struct UpstreamSettings {
    /// Who is asked, for logs: the tenant and which of its hosts.
    pub name: String,
    /// Requests a second, at most, in the long run. After a rest a second's worth of them may go at once.
    pub rate: f64,
}

/// Whether an upstream is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is.
    Closed,
    /// It is not, because it kept failing.
    Open {
        /// For how long yet.
        retry_after: Duration,
    },
    /// By one request at a time, to see whether it answers again.
    HalfOpen,
}

/// One host of one tenant. Clones share what they know of it.
#[derive(Debug, Clone)]
pub struct Upstream {
    client: Client,
    care: Arc<Care>,
}

impl Upstream {
    /// A careful way to a host.
    pub fn new(client: Client, settings: UpstreamSettings) -> Self {
        Self {
            client,
            care: Arc::new(Care::new(settings.name, settings.rate)),
        }
    }

    /// Sends a request, when it is its turn. `repeatable` says that sending it twice does no more than sending it once;
    /// a GET always is.
    ///
    /// A repeatable one is sent again, twice at most, after 500, 502, 503, 504 and broken connections; any one after a 429 and
    /// where there was no connection; none when less than a second would be left before the deadline.
    /// Once an attempt may have arrived, the outcome says so, whatever became of later ones: as a failure that may have
    /// arrived, a status of 500 or more, or [`Answer::uncertain`].
    ///
    /// # Errors
    ///
    /// [`Failure::Open`] and [`Failure::NoTurn`] when it was not sent for this host's sake; else what [`Client::send`] says.
    pub async fn send(
        &self,
        request: Request,
        priority: Priority,
        repeatable: bool,
    ) -> Result<Answer, Failure> {
        let errand = Errand {
            host: request.host(),
            route: request.route,
            deadline: request.deadline,
            priority,
            repeatable: repeatable || request.method.is_safe(),
        };
        self.care.run(&errand, || self.client.once(&request)).await
    }

    /// Who is asked, as the settings name it.
    pub fn name(&self) -> &str {
        &self.care.name
    }

    /// Whether it is asked at present.
    pub fn state(&self) -> State {
        self.care.state()
    }

    /// Requests a second at present: what is configured, or less after it throttled.
    pub fn rate(&self) -> f64 {
        self.care.lock().pace.rate()
    }

    /// How long yet it asked to be left alone by `Retry-After`.
    pub fn pause(&self) -> Option<Duration> {
        self.care.lock().pace.closed(Instant::now())
    }
}

#[cfg(test)]
mod tests;
