//! Where CXone is, and whether it lets us in.

use cxone::{Examination, PlaceError};

use super::Findings;

/// The words that every error of CXone's begins with, where it is clear whose it is.
const UNUSABLE: &str = "CXone cannot be used now: ";

pub(super) fn check(examined: &Examination, found: &mut Findings) {
    let steps = examined
        .found
        .steps
        .iter()
        .map(|step| step.to_string().replacen(UNUSABLE, "", 1));
    let steps: Vec<String> = steps.collect();
    let with_steps = |said: &str| {
        let mut lines = vec![said.to_owned()];
        lines.extend(steps.iter().cloned());
        lines.join("\n")
    };
    match (&examined.found.outcome, &examined.place) {
        (Ok(place), _) => found.ok("place", with_steps(&place.to_string())),
        (Err(_), Some(place)) => found.ok(
            "place",
            with_steps(&format!("{place}, as configured: nobody there tells where tenants are")),
        ),
        (Err(error @ PlaceError::WrongArea { found: place, .. }), None) => {
            let area = place.area.as_deref().unwrap_or_default();
            found.fail("place", with_steps(first_part(error)), format!("write area = {area:?}, or leave area out"));
        }
        (Err(error @ PlaceError::WrongHost { found: place, .. }), None) => {
            let host = place.user_hub.as_str().trim_end_matches('/');
            found.fail("place", with_steps(first_part(error)), format!("leave base_url out, or write base_url = {host:?}"));
        }
        (Err(PlaceError::NoToken { refused: true, .. }), None) => found.fail(
            "token",
            with_steps("CXone refuses the credentials: they are wrong, inactive or expired"),
            "see that the access key is active on the Security tab of its employee, and the employee too; or make a new key and write \
             access_key_id and access_key_secret",
        ),
        (Err(PlaceError::NoToken { .. }), None) => found.fail(
            "place",
            with_steps("CXone gives no token"),
            "see that this machine reaches CXone by https (a firewall, a proxy, DNS), or wait until CXone is back: what is written \
             meanwhile is owed",
        ),
        (Err(PlaceError::Several(areas)), None) => found.fail(
            "place",
            with_steps("CXone takes the key in several areas"),
            format!("write area, one of {}", areas.join(", ")),
        ),
        (Err(PlaceError::Nowhere(_)), None) => found.fail(
            "place",
            with_steps("CXone lets us in, and nobody tells where the tenant is"),
            "write area or base_url as the address of CXone in your browser has it",
        ),
    }
}

/// What is wrong, without what to do about it.
fn first_part(error: &PlaceError) -> &'static str {
    match error {
        PlaceError::WrongArea { .. } => "the tenant is in another area than the configured one",
        _ => "the tenant is at another host than the configured one",
    }
}
