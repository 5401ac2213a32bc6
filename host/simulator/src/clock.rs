//! The time by CXone's clock, which may be wrong by as much as a switch says.

use jiff::{SignedDuration, Timestamp};

use crate::settings::Settings;

/// Now, as CXone would say.
pub(crate) fn now(settings: &Settings) -> Timestamp {
    let skew = SignedDuration::from_secs(settings.switches.clock_skew_seconds.0);
    let now = Timestamp::now();
    now.checked_add(skew).unwrap_or(now)
}

/// The form that HTTP has for dates (RFC 9110 section 5.6.7).
pub(crate) fn http_date(moment: Timestamp) -> String {
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
