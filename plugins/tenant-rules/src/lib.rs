//! A tenant's rules, checked before CXone is called: a refusal here names the attribute, the rule and the fix.
//!
//! Always: the role to be given exists in CXone and is active. By settings: the form and domain of user names, the teams and
//! roles that may be given, attributes that must be there, and waiting for a group. Nothing in an answer is a value of the
//! person: what is named comes from the settings or from CXone's directory.

mod checks;
mod settings;

use jackfield_sdk::{Decision, Error, Occasion, Plugin, Rules};

pub use settings::{Settings, UserNameForm, Wait};

/// The rules.
#[derive(Debug)]
pub struct TenantRules;

impl Plugin for TenantRules {
    type Settings = Settings;

    fn validate(settings: &Settings) -> Result<(), String> {
        settings.check()
    }
}

impl Rules for TenantRules {
    /// What no group can change comes before waiting for one; role and team, which a group may bring, after it.
    fn decide(input: Occasion<Settings>) -> Result<Decision, Error> {
        // Whom a mapper deactivates must not stay for want of an attribute.
        if input.target.active() == Some(false) {
            return Ok(Decision::allow());
        }
        let refused = checks::user_name(&input)
            .or_else(|| checks::team(&input))
            .or_else(|| checks::named_role(&input))
            .or_else(|| checks::required(&input, |attribute| !checks::comes_by_group(attribute)));
        if let Some(denial) = refused {
            return Ok(denial);
        }
        if let Some(deferral) = checks::group(&input)? {
            return Ok(deferral);
        }
        let refused = checks::required(&input, checks::comes_by_group)
            .or_else(|| checks::default_role(&input));
        Ok(refused.unwrap_or_else(Decision::allow))
    }
}

jackfield_sdk::register!(TenantRules: rules; schema = include_str!("../settings.schema.json"));

#[cfg(test)]
mod tests;
