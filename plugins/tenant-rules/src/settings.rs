//! What the tenant wants of its users.

use jackfield_sdk::Attribute;
use schemars::JsonSchema;
use serde::Deserialize;

/// The rules' settings. Without any, user names have e-mail form and nobody is made an administrator.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What user names look like.
    pub user_name_form: UserNameForm,
    /// The domains that user names may have; any if empty.
    pub allowed_domains: Vec<String>,
    /// The teams, by name or id, that may be given; any if empty.
    pub allowed_teams: Vec<String>,
    /// The roles, by name or id, that provisioning must never give.
    pub forbidden_roles: Vec<String>,
    /// The target's attributes that must be there.
    pub required: Vec<String>,
    /// Whether users who are not active in CXone wait until a group decides: any (true), or one of these by display name,
    /// external id or id.
    pub defer_without_group: Wait,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_name_form: UserNameForm::Email,
            allowed_domains: Vec::new(),
            allowed_teams: Vec::new(),
            forbidden_roles: vec!["Administrator".to_owned()],
            required: Vec::new(),
            defer_without_group: Wait::Always(false),
        }
    }
}

/// What user names look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UserNameForm {
    /// As they come.
    Any,
    /// Like an e-mail address.
    Email,
}

/// Whom a user waits for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected true, false or a list of groups")]
pub enum Wait {
    /// For any group, or for none.
    Always(bool),
    /// For one of these.
    For(Vec<String>),
}

impl Settings {
    /// # Errors
    /// When a required attribute is none of the target's.
    pub fn check(&self) -> Result<(), String> {
        self.required
            .iter()
            .try_for_each(|name| Attribute::parse(name).map(drop))
            .map_err(|error| format!("required: {error}"))
    }
}
