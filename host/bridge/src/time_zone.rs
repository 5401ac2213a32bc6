//! Names of time zones: IANA's and Windows', and which of them are one zone. The data is that of chrono-tz (IANA) and of
//! windows-timezones (Windows' own list, and CLDR's names for it).

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use windows_timezones::WindowsTimezone;

use crate::policy::TimeZoneForm;

/// A zone, by the name that it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Iana(Tz),
    Windows(WindowsTimezone),
}

/// The zone of this name, without regard to case. Windows' zones are also known by the text that its own lists show, with UTC or
/// GMT in front: CXone's Admin API names them so (cxone.md 4).
fn zone(name: &str) -> Option<Zone> {
    let name = name.trim();
    if let Ok(zone) = name.parse::<Tz>() {
        return Some(Zone::Iana(zone));
    }
    if let Ok(zone) = name.parse::<WindowsTimezone>() {
        return Some(Zone::Windows(zone));
    }
    let mut zones = TZ_VARIANTS.iter();
    let alike = zones.find(|zone| zone.name().eq_ignore_ascii_case(name));
    alike.map(|zone| Zone::Iana(*zone)).or_else(|| {
        let shown = name.replacen("(GMT", "(UTC", 1);
        let named = |zone: &WindowsTimezone| {
            zone.name().eq_ignore_ascii_case(name)
                || zone.description().eq_ignore_ascii_case(&shown)
        };
        windows().find(named).map(Zone::Windows)
    })
}

/// Windows' zones, as far as IANA has a name for them.
fn windows() -> impl Iterator<Item = WindowsTimezone> {
    TZ_VARIANTS
        .iter()
        .filter_map(|zone| WindowsTimezone::try_from(*zone).ok())
}

/// Whether two IANA zones have had the same offsets since 1970: two names of one zone, such as Asia/Kolkata and Asia/Calcutta.
fn one_zone(one: Tz, other: Tz) -> bool {
    /// Twelve days: no zone keeps an offset for less.
    const STEP: usize = 12 * 24 * 60 * 60;
    /// 2038-01-01.
    const END: i64 = 2_145_916_800;
    let offset = |zone: Tz, second: i64| {
        let moment = DateTime::from_timestamp(second, 0)?.naive_utc();
        Some(zone.offset_from_utc_datetime(&moment).fix())
    };
    one == other
        || (0..END)
            .step_by(STEP)
            .all(|second| offset(one, second) == offset(other, second))
}

impl Zone {
    /// Windows' zone. CLDR knows one name of each IANA zone; the others are found by their offsets.
    fn windows(self) -> Option<WindowsTimezone> {
        let zone = match self {
            Zone::Windows(zone) => return Some(zone),
            Zone::Iana(zone) => zone,
        };
        WindowsTimezone::try_from(zone).ok().or_else(|| {
            let known = TZ_VARIANTS.iter().filter_map(|other| {
                let windows = WindowsTimezone::try_from(*other).ok()?;
                Some((*other, windows))
            });
            let alike = known.filter(|(other, _)| one_zone(zone, *other));
            let likest = alike.max_by_key(|(other, _)| likeness(zone.name(), other.name()));
            likest.map(|(_, windows)| windows)
        })
    }
}

/// How alike two names of a zone are: where several zones share their offsets, UTC is Etc/UTC rather than Africa/Abidjan.
fn likeness(one: &'static str, other: &'static str) -> (bool, bool) {
    let parts = |name: &'static str| name.rsplit_once('/').unwrap_or(("Etc", name));
    let ((region, city), (other_region, other_city)) = (parts(one), parts(other));
    (city == other_city, region == other_region)
}

/// A zone as CXone is to be sent it; `None` for a name that nobody knows, or that has no name in that form.
pub(crate) fn written(name: &str, form: TimeZoneForm) -> Option<String> {
    match form {
        TimeZoneForm::AsWritten => Some(name.to_owned()),
        TimeZoneForm::Iana => Some(match zone(name)? {
            Zone::Iana(zone) => zone.name().to_owned(),
            Zone::Windows(zone) => zone.tzdb_id().to_owned(),
        }),
        TimeZoneForm::Windows => Some(zone(name)?.windows()?.name().to_owned()),
    }
}

/// Whether two names are of one zone. Where one of them is Windows', its coarser zones are the measure.
pub(crate) fn same(one: &str, other: &str) -> bool {
    match (zone(one), zone(other)) {
        (Some(Zone::Iana(one)), Some(Zone::Iana(other))) => one_zone(one, other),
        (Some(one), Some(other)) => {
            let windows = one.windows();
            windows.is_some() && windows == other.windows()
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iana(name: &str) -> Option<String> {
        written(name, TimeZoneForm::Iana)
    }

    fn windows(name: &str) -> Option<String> {
        written(name, TimeZoneForm::Windows)
    }

    #[test]
    fn a_zone_is_written_as_the_tenant_has_it() {
        for name in [
            "America/New_York",
            "america/new_york",
            " Eastern Standard Time",
            "eastern standard time",
        ] {
            assert_eq!(iana(name).as_deref(), Some("America/New_York"), "{name}");
            assert_eq!(
                windows(name).as_deref(),
                Some("Eastern Standard Time"),
                "{name}"
            );
        }
        assert_eq!(iana("America/Detroit").as_deref(), Some("America/Detroit"));
        assert_eq!(
            windows("America/Detroit").as_deref(),
            Some("Eastern Standard Time")
        );
        let written = written("Middle-earth", TimeZoneForm::AsWritten);
        assert_eq!(written.as_deref(), Some("Middle-earth"));
    }

    #[test]
    fn zones_that_were_renamed_have_a_windows_name_too() {
        for (new, old, in_windows) in [
            ("Asia/Kolkata", "Asia/Calcutta", "India Standard Time"),
            ("Europe/Kyiv", "Europe/Kiev", "FLE Standard Time"),
            ("Asia/Ho_Chi_Minh", "Asia/Saigon", "SE Asia Standard Time"),
            (
                "America/Argentina/Buenos_Aires",
                "America/Buenos_Aires",
                "Argentina Standard Time",
            ),
            ("US/Pacific", "America/Los_Angeles", "Pacific Standard Time"),
            ("UTC", "Etc/UTC", "UTC"),
        ] {
            assert_eq!(windows(new).as_deref(), Some(in_windows), "{new}");
            assert!(same(new, old), "{new} is {old}");
            assert!(
                same(new, in_windows) && same(in_windows, old),
                "{new} is {in_windows}"
            );
        }
    }

    #[test]
    fn every_zone_of_windows_goes_both_ways() {
        for zone in super::windows() {
            let there = iana(zone.name()).expect("a name");
            assert_eq!(windows(&there).as_deref(), Some(zone.name()));
        }
    }

    #[test]
    fn zones_are_told_apart_and_nonsense_is_unknown() {
        assert!(
            !same("America/New_York", "America/Detroit"),
            "not before 1975"
        );
        assert!(same("America/Detroit", "Eastern Standard Time"));
        assert!(!same("America/New_York", "America/Chicago"));
        assert!(!same("Eastern Standard Time", "Europe/Berlin"));
        assert!(same(
            "(GMT-05:00) Eastern Time (US & Canada)",
            "America/New_York"
        ));
        for name in ["", "Mars/Phobos", "Eastern", "GMT+25"] {
            assert_eq!((iana(name), windows(name)), (None, None), "{name}");
        }
        assert!(same("Mars", "Mars") && !same("Mars", "mars"));
    }
}
