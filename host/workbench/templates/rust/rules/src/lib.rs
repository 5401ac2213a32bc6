//! Every user name is of one domain.

use jackfield_sdk::{Decision, Error, Occasion, Plugin, Rules};
use schemars::JsonSchema;
use serde::Deserialize;

/// The plugin.
pub struct OneDomain;

/// The plugin's settings: what is written here is shown to whoever configures it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The domain that user names end with, as `example.com`.
    domain: String,
}

impl Plugin for OneDomain {
    type Settings = Settings;
}

impl Rules for OneDomain {
    /// What becomes of the write. A denial says what is wrong and what to do, without values of the person.
    fn decide(input: Occasion<Settings>) -> Result<Decision, Error> {
        let domain = &input.settings.domain;
        let own = input
            .target
            .user_name()
            .and_then(|name| name.rsplit_once('@'));
        if own.is_some_and(|(_, own)| own.eq_ignore_ascii_case(domain)) {
            return Ok(Decision::allow());
        }
        Ok(
            Decision::deny("userName", "the user name is of another domain")
                .scim_type("invalidValue")
                .fix(format!("use a user name that ends with @{domain}")),
        )
    }
}

jackfield_sdk::register!(OneDomain: rules);
