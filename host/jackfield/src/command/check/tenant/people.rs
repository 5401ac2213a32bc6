//! Whether everybody can be seen, for twins and for matching.

use bridge::policy::Twins;
use cxone::{Auth, Inside, Seen};

use super::Findings;
use crate::config::Tenant;

pub(super) fn check(tenant: &Tenant, inside: &Inside, found: &mut Findings) {
    let why = match &inside.people {
        Seen::There(()) => {
            return found.ok(
                "people",
                "everybody in CXone can be listed: likely twins are seen",
            );
        }
        // Another server has no User Hub, and api tells of its absence where it is wanted.
        Seen::Absent(_) if plain(tenant) => return,
        Seen::Denied(why) | Seen::Absent(why) | Seen::Failed(why) => why,
    };
    if tenant.policy.twins == Twins::Allow {
        return found.ok(
            "people",
            format!("nobody in CXone can be listed, and twins are allowed: {why}"),
        );
    }
    found.warn(
        "people",
        format!("nobody in CXone can be listed, so twins cannot be seen: creates pass ({why})"),
        "give the role of the key's employee Employees: View, where User Hub is there",
    );
}

/// Whether another SCIM server may stand in for CXone.
pub(super) fn plain(tenant: &Tenant) -> bool {
    matches!(tenant.cxone.settings.auth, Auth::Bearer(_))
        && !tenant.cxone.settings.directory_required
}
