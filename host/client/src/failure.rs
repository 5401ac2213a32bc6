//! Why there is no answer.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::guard::Forbidden;

/// Why a request has no answer, and whether it may have arrived. Texts name the host at most: no path, query or body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The guard does not let it go there. Not sent.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The request cannot be written down, such as a header value with a line break. Not sent.
    #[error("the request cannot be built")]
    Malformed,
    /// The time was up before it began. Not sent.
    #[error("no time was left to ask {host}")]
    NoTime {
        /// The host of the URL.
        host: String,
    },
    /// The host keeps failing and is left alone for a while. Not sent.
    #[error("{host} keeps failing and is not asked for another {} ms", .retry_after.as_millis())]
    Open {
        /// The host of the URL.
        host: String,
        /// When it is asked again.
        retry_after: Duration,
    },
    /// So much was to be sent before it, or the host asked for so long a pause, that its time would be up. Not sent.
    #[error("no turn in time to ask {host}")]
    NoTurn {
        /// The host of the URL.
        host: String,
        /// How long the host asked to be left alone, if that is the reason.
        retry_after: Option<Duration>,
    },
    /// No connection: the name does not resolve, nobody listens, TLS fails, or none of it in time. Not sent.
    #[error("cannot connect to {host}: {reason}")]
    Connect {
        /// The host of the URL.
        host: String,
        /// What the system or TLS says.
        reason: String,
    },
    /// The time was up. May have arrived.
    #[error("no whole answer from {host} within {} ms", .after.as_millis())]
    Deadline {
        /// The host of the URL.
        host: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The connection broke. May have arrived.
    #[error("the connection to {host} broke {}", if *.answered { "within the answer" } else { "before an answer" })]
    Broken {
        /// The host of the URL.
        host: String,
        /// Whether an answer had begun.
        answered: bool,
    },
    /// The answer is longer than the cap. It has arrived.
    #[error("the answer of {host} is longer than {cap} bytes")]
    TooLong {
        /// The host of the URL.
        host: String,
        /// The cap.
        cap: usize,
    },
}

impl Failure {
    /// Whether the other side may have got the request. `false` is certain, `true` is not.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Failure::Forbidden(_)
            | Failure::Malformed
            | Failure::NoTime { .. }
            | Failure::Open { .. }
            | Failure::NoTurn { .. }
            | Failure::Connect { .. } => false,
            Failure::Deadline { .. } | Failure::Broken { .. } | Failure::TooLong { .. } => true,
        }
    }

    /// When it is worth asking again, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Failure::Open { retry_after, .. } => Some(*retry_after),
            Failure::NoTurn { retry_after, .. } => *retry_after,
            Failure::Forbidden(_)
            | Failure::Malformed
            | Failure::NoTime { .. }
            | Failure::Connect { .. }
            | Failure::Deadline { .. }
            | Failure::Broken { .. }
            | Failure::TooLong { .. } => None,
        }
    }

    pub(crate) fn sending(error: &reqwest::Error, host: &str) -> Self {
        if let Some(forbidden) = sources(error).find_map(|e| e.downcast_ref::<Forbidden>()) {
            return Failure::Forbidden(forbidden.clone());
        }
        if error.is_builder() {
            return Failure::Malformed;
        }
        let host = host.to_owned();
        if error.is_connect() {
            let reason = if error.is_timeout() {
                "it takes too long".to_owned()
            } else {
                cause(error)
            };
            return Failure::Connect { host, reason };
        }
        Failure::Broken {
            host,
            answered: false,
        }
    }
}

fn sources(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&error| error.source())
}

/// The innermost error's own words: an `io::Error` by its kind, TLS and the resolver by their text. The outer ones
/// would name the URL.
fn cause(error: &reqwest::Error) -> String {
    let Some(last) = sources(error).last() else {
        return "for an unknown reason".to_owned();
    };
    if let Some(io) = last.downcast_ref::<io::Error>()
        && io.raw_os_error().is_some()
    {
        return io.kind().to_string();
    }
    last.to_string().chars().take(200).collect()
}
