//! This machine's clock against CXone's.

use jiff::SignedDuration;

use super::tenant::Checked;
use super::{Area, Finding};

/// What tokens and logs bear, and what they do not.
const NOTICEABLE: SignedDuration = SignedDuration::from_secs(30);
const WRONG: SignedDuration = SignedDuration::from_mins(5);

/// The largest difference among the tenants that answered; nothing where none did, of which the tenants tell.
pub(super) fn check(tenants: &[Checked]) -> Option<Finding> {
    tenants
        .iter()
        .any(|tenant| tenant.answered)
        .then(|| compared(tenants))
}

fn compared(tenants: &[Checked]) -> Finding {
    let told = tenants
        .iter()
        .filter_map(|tenant| Some((&tenant.name, tenant.clock?)));
    let Some((tenant, ahead)) = told.max_by_key(|(_, ahead)| ahead.abs()) else {
        let said = "no CXone told the time, so this machine's clock was compared with nothing";
        return Finding::warning(Area::Clock, "difference", said)
            .fix("compare it by hand: tokens and logs go by it");
    };
    let off = ahead.abs();
    if off <= NOTICEABLE {
        return Finding::ok(
            Area::Clock,
            "difference",
            "this machine's clock is CXone's, to half a minute",
        );
    }
    let way = if ahead.is_negative() {
        "ahead of"
    } else {
        "behind"
    };
    // To the minute where it is minutes: by then it does not matter.
    let much = match off.as_secs() {
        0..120 => format!("{} s", off.as_secs()),
        secs => format!("{} minutes", (secs + 30) / 60),
    };
    let said = format!("this machine's clock is {much} {way} that of tenant {tenant}'s CXone");
    let fix = "let the clock be set by NTP (timedatectl set-ntp true)";
    if off > WRONG {
        Finding::failure(Area::Clock, "difference", said).fix(fix)
    } else {
        Finding::warning(Area::Clock, "difference", said).fix(fix)
    }
}
