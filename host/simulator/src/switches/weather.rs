//! The positions of the switches for bad weather: what can befall an answer on its way.

use serde_json::Value;

use super::position::{Position, plain, positions};

positions! {
    /// What comes instead of, or around, the answer.
    AnswerForm {
        /// The answer.
        Normal = "normal",
        /// 200 with a sign-in page, as a proxy in between gives it.
        Html = "html",
        /// The answer's status and content type, but a body that is not JSON and not text.
        Garbage = "garbage",
        /// The answer's body ends in its middle, in a response that is whole by its length.
        Truncated = "truncated",
        /// 200 with the body of an error.
        ErrorInOk = "error_in_200",
        /// The answer behind 32 MiB of white space.
        Huge = "huge",
    }
}

positions! {
    /// How the connection ends in the middle of an answer's body.
    CutAnswer {
        /// It does not.
        None = "none",
        /// A TCP reset.
        Reset = "reset",
        /// An orderly close.
        Close = "close",
    }
}

positions! {
    /// What becomes of tokens.
    TokenState {
        /// They live as long as they say.
        Valid = "valid",
        /// Those made so far end at the moment that the switch is set; later ones are good.
        AllExpiredNow = "all_expired_now",
        /// Every one is refused, new ones too.
        Refused = "refused",
        /// 503 where they are made; those in force stay good.
        EndpointDown = "endpoint_down",
    }
}

/// The `Retry-After` of a 429 or 503 (RFC 9110 section 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RetryAfter {
    /// No such header.
    #[default]
    None,
    /// A number of seconds.
    Seconds(u64),
    /// The moment that many seconds ahead.
    Date(u64),
    /// More than thirty years.
    Absurd,
}

impl Position for RetryAfter {
    const ALLOWED: &'static [&'static str] = &["none", "seconds:N", "date:N", "absurd"];

    fn from_json(value: &Value) -> Option<Self> {
        let text = plain(value)?;
        match text.as_str() {
            "none" => Some(Self::None),
            "absurd" => Some(Self::Absurd),
            other => match other.split_once(':')? {
                ("seconds", seconds) => small(seconds).map(Self::Seconds),
                ("date", seconds) => small(seconds).map(Self::Date),
                _ => None,
            },
        }
    }

    fn to_json(&self) -> Value {
        Value::from(match self {
            Self::None => "none".to_owned(),
            Self::Seconds(seconds) => format!("seconds:{seconds}"),
            Self::Date(seconds) => format!("date:{seconds}"),
            Self::Absurd => "absurd".to_owned(),
        })
    }
}

/// Errors of the server, until the switch is turned or for a number of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Burst {
    /// None.
    #[default]
    None,
    /// This status, for so many requests to come, or for all.
    Errors {
        /// 500, 502, 503 or 504.
        status: u16,
        /// How many are left.
        left: Option<u64>,
    },
}

impl Burst {
    /// The status that meets the next request; one less is left then.
    pub(crate) fn next(&mut self) -> Option<u16> {
        let Self::Errors { status, left } = *self else {
            return None;
        };
        *self = match left {
            Some(0 | 1) => Self::None,
            left => Self::Errors {
                status,
                left: left.map(|left| left - 1),
            },
        };
        (left != Some(0)).then_some(status)
    }
}

impl Position for Burst {
    const ALLOWED: &'static [&'static str] = &["none", "500", "502", "503", "504", "503:COUNT"];

    fn from_json(value: &Value) -> Option<Self> {
        let text = plain(value)?;
        if text == "none" {
            return Some(Self::None);
        }
        let (status, left) = match text.split_once(':') {
            Some((status, left)) => (status, Some(small(left)?)),
            None => (text.as_str(), None),
        };
        let status = match status {
            "500" => 500,
            "502" => 502,
            "503" => 503,
            "504" => 504,
            _ => return None,
        };
        Some(if left == Some(0) {
            Self::None
        } else {
            Self::Errors { status, left }
        })
    }

    fn to_json(&self) -> Value {
        Value::from(match self {
            Self::None => "none".to_owned(),
            Self::Errors { status, left: None } => status.to_string(),
            Self::Errors {
                status,
                left: Some(left),
            } => format!("{status}:{left}"),
        })
    }
}

/// How far the simulator's clock is from the true time, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Skew(pub i64);

impl Position for Skew {
    const ALLOWED: &'static [&'static str] = &["a whole number from -86400 to 86400"];

    fn from_json(value: &Value) -> Option<Self> {
        let seconds = plain(value)?.parse::<i64>().ok()?;
        (-86_400..=86_400)
            .contains(&seconds)
            .then_some(Self(seconds))
    }

    fn to_json(&self) -> Value {
        Value::from(self.0)
    }
}

fn small(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| *number <= 86_400_000)
}
