//! The tenant's rules.

use jackfield_sdk::{Decision, Error, NoSettings, Occasion, Plugin, Rules, directory};

/// The rules.
#[derive(Debug)]
pub struct TenantRules;

impl Plugin for TenantRules {
    type Settings = NoSettings;
}

impl Rules for TenantRules {
    fn decide(input: Occasion<NoSettings>) -> Result<Decision, Error> {
        let role = input
            .target
            .role()
            .map_or_else(directory::default_role, str::to_owned);
        Ok(match directory::find_role(&role) {
            Some(role) if role.is_active() => Decision::allow(),
            _ => Decision::deny("role", "the role is missing or not active in CXone").status(403),
        })
    }
}

jackfield_sdk::register!(TenantRules: rules);
