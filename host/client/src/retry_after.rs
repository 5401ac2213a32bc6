//! `Retry-After` (RFC 9110, section 10.2.3).

use std::time::{Duration, SystemTime};

/// The longest pause that another server can impose on us.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The pause that a header value asks for, in seconds or as a date, clamped to [`LONGEST_PAUSE`]. `None` when it is
/// neither. A date that has passed is no pause.
pub fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    let pause = if value.bytes().all(|b| b.is_ascii_digit()) {
        // Too many digits for a number is still a wish for a long pause.
        value.parse().map_or(LONGEST_PAUSE, Duration::from_secs)
    } else {
        let until = httpdate::parse_http_date(value).ok()?;
        until.duration_since(now).unwrap_or_default()
    };
    Some(pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_clamped() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let read = |value| retry_after(value, now).map(|pause| pause.as_secs());
        assert_eq!(read("7"), Some(7));
        assert_eq!(read("0"), Some(0));
        assert_eq!(read("1000000000"), Some(60));
        assert_eq!(read("99999999999999999999999"), Some(60));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:42 GMT"), Some(5));
        assert_eq!(read("Sunday, 06-Nov-94 08:49:42 GMT"), Some(5));
        assert_eq!(read("Sun Nov  6 08:49:42 1994"), Some(5));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:00 GMT"), Some(0));
        assert_eq!(read("Sat, 06 Nov 2094 08:49:37 GMT"), Some(60));
        for bad in ["", "-1", "1.5", "soon"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
