//! Which of CXone's APIs answer, and which is to be spoken.

use cxone::{Inside, Seen};

use super::Findings;
use crate::config::{Api, Tenant};

pub(super) fn check(tenant: &Tenant, inside: &Inside, found: &mut Findings) {
    let (scim, user_hub) = (&inside.scim, &inside.people);
    let other = |there: &Seen<()>| there.there().is_some();
    match tenant.cxone.api {
        Api::Scim => match scim {
            Seen::There(()) => {
                let more = match user_hub {
                    Seen::There(()) => "scim answers, as recommended; User Hub does too",
                    _ => "scim answers, as recommended",
                };
                found.ok("api", more);
            }
            Seen::Absent(why) if other(user_hub) => found.fail(
                "api",
                format!("the tenant has no SCIM: {why}"),
                "write api = \"user-hub\": User Hub answers, and is recommended here",
            ),
            Seen::Absent(why) => found.fail(
                "api",
                format!("the tenant has no SCIM, and User Hub does not answer: {why}"),
                "see that base_url is CXone's host, and ask NICE for SCIM",
            ),
            Seen::Denied(why) => found.fail("api", format!("SCIM does not let the key in: {why}"), EMPLOYEES),
            Seen::Failed(why) => found.fail("api", format!("SCIM gives no answer that counts: {why}"), AGAIN),
        },
        Api::UserHub => match user_hub {
            Seen::There(()) if other(scim) => found.ok(
                "api",
                "user-hub answers; so does scim, which carries more and is recommended: the configuration decides",
            ),
            Seen::There(()) => found.ok("api", "user-hub answers, and is recommended: the tenant has no SCIM"),
            Seen::Absent(why) if other(scim) => found.fail(
                "api",
                format!("User Hub's people are not there: {why}"),
                "write api = \"scim\": SCIM answers, and is recommended",
            ),
            Seen::Absent(why) => found.fail("api", format!("neither User Hub nor SCIM is there: {why}"), "see that base_url is CXone's host"),
            Seen::Denied(why) => found.fail("api", format!("User Hub does not let the key in: {why}"), EMPLOYEES),
            Seen::Failed(why) => found.fail("api", format!("User Hub gives no answer that counts: {why}"), AGAIN),
        },
    }
}

const EMPLOYEES: &str = "give the role of the key's employee Employees: View, Create, Edit";
const AGAIN: &str = "check again; if it stays, show it to NICE";
