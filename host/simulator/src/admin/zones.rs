//! A few time zones as `GET /timezones` names them, in Windows' words.

use serde_json::{Value, json};

/// Standard name, display name, offset.
const ZONES: [(&str, &str, &str); 8] = [
    ("UTC", "(GMT) Coordinated Universal Time", "00:00"),
    (
        "Pacific Standard Time",
        "(GMT-08:00) Pacific Time (US & Canada)",
        "-08:00",
    ),
    (
        "Mountain Standard Time",
        "(GMT-07:00) Mountain Time (US & Canada)",
        "-07:00",
    ),
    (
        "Central Standard Time",
        "(GMT-06:00) Central Time (US & Canada)",
        "-06:00",
    ),
    (
        "Eastern Standard Time",
        "(GMT-05:00) Eastern Time (US & Canada)",
        "-05:00",
    ),
    (
        "GMT Standard Time",
        "(GMT) Dublin, Edinburgh, Lisbon, London",
        "00:00",
    ),
    (
        "W. Europe Standard Time",
        "(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
        "01:00",
    ),
    (
        "AUS Eastern Standard Time",
        "(GMT+10:00) Canberra, Melbourne, Sydney",
        "10:00",
    ),
];

pub(super) fn all() -> Vec<Value> {
    let zones = ZONES.iter();
    zones
        .map(|(standard, display, offset)| {
            json!({ "standardName": standard, "displayName": display, "offset": offset })
        })
        .collect()
}
