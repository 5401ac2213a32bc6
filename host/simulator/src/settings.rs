//! The tenant that is simulated: roles, teams, templates, what the administrator enabled, and the switches.

mod access;
mod merge;
mod place;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::switches::Switches;

pub use access::{AccessKey, ClientApp, Permission};
pub use merge::SettingsError;
pub use place::Hosts;

/// What `PUT /simulator/settings` and the file of `simulate --config` hold. The default is a fresh tenant.
#[derive(Debug, Clone, Serialize)]
pub struct Settings {
    /// All roles of the tenant.
    pub roles: Vec<Role>,
    /// All teams of the tenant.
    pub teams: Vec<Team>,
    /// Login authenticators. While there are none, any reference to one is taken.
    pub login_authenticators: Vec<LoginAuthenticator>,
    /// Employee templates. Used only when `template_attribute` says how a request names one.
    pub templates: Vec<Template>,
    /// The name of the role that a new user gets when none is given. It need not exist: then creating fails.
    pub default_role: String,
    /// The optional SCIM fields switched on in Account Settings.
    pub enabled_fields: Vec<OptionalField>,
    /// The time zone of employees for whom none was given, as the tenant has it; none when absent.
    pub time_zone: Option<String>,
    /// The tenant's area.
    pub area: String,
    /// The tenant's UUID.
    pub tenant_id: String,
    /// The number of the tenant's business unit.
    pub business_unit: u64,
    /// What else the discovery document says.
    pub hosts: Hosts,
    /// User names that other tenants hold: refused as taken, and no search shows why.
    pub names_elsewhere: Vec<String>,
    /// User names of employees whom User Hub does not deactivate: they come back in `notDeletedUserIds`.
    pub not_deletable: Vec<String>,
    /// Who may log in. Never shown.
    #[serde(skip_serializing)]
    pub access_keys: Vec<AccessKey>,
    /// The registered applications, for the password grant. Never shown.
    #[serde(skip_serializing)]
    pub clients: Vec<ClientApp>,
    /// Where the switches stand.
    pub switches: Switches,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            roles: STOCK_ROLES
                .iter()
                .map(|(id, name)| Role {
                    id: (*id).into(),
                    name: (*name).into(),
                    status: RoleStatus::Active,
                    permissions: Vec::new(),
                    login_authenticator_id: None,
                })
                .collect(),
            teams: vec![Team {
                id: "7ea30000-0000-4000-8000-000000000001".into(),
                name: "Default Team".into(),
                is_default: true,
                status: TeamStatus::Active,
            }],
            login_authenticators: Vec::new(),
            templates: Vec::new(),
            default_role: "Agent".into(),
            enabled_fields: OptionalField::ALL.to_vec(),
            time_zone: None,
            area: "na1".into(),
            tenant_id: "7e4a0000-0000-4000-8000-000000000001".into(),
            business_unit: 4_590_001,
            hosts: Hosts::default(),
            names_elsewhere: Vec::new(),
            not_deletable: Vec::new(),
            access_keys: vec![AccessKey::smallest(
                "simulator",
                "simulator-secret",
                "e3b10000-0000-4000-8000-000000000001",
            )],
            clients: vec![ClientApp {
                id: "simulator-app".into(),
                secret: "simulator-app-secret".into(),
            }],
            switches: Switches::default(),
        }
    }
}

/// The roles out of the box (help page "Roles"), with ids that are the same in every run.
const STOCK_ROLES: [(&str, &str); 4] = [
    ("401e0000-0000-4000-8000-000000000001", "Agent"),
    ("401e0000-0000-4000-8000-000000000002", "Manager"),
    ("401e0000-0000-4000-8000-000000000003", "Administrator"),
    ("401e0000-0000-4000-8000-000000000004", "Evaluator"),
];

/// A role of the tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// UUID. When left out: the id of the role that had this name before, else a new one.
    #[serde(default)]
    pub id: String,
    /// Unique without regard to case, at most 50 characters.
    pub name: String,
    /// Only an active role can be given.
    #[serde(default)]
    pub status: RoleStatus,
    /// Shown by the roles search, and without effect.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Value>,
    /// `loginAuthenticatorId`; shown by the roles search, and without effect.
    #[serde(
        default,
        rename = "loginAuthenticatorId",
        skip_serializing_if = "Option::is_none"
    )]
    pub login_authenticator_id: Option<String>,
}

/// The status of a role, as the User Hub API writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the vendor's words")]
pub enum RoleStatus {
    #[default]
    Active,
    Inactive,
    Deleted,
    Draft,
}

/// A team of the tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// UUID. When left out: the id of the team that had this name before, else a new one.
    #[serde(default)]
    pub id: String,
    /// Unique without regard to case.
    pub name: String,
    /// Where a user without a team lands. When no team says so, it is the first.
    #[serde(default, rename = "isDefault")]
    pub is_default: bool,
    /// An inactive team takes nobody.
    #[serde(default, skip_serializing_if = "TeamStatus::is_active")]
    pub status: TeamStatus,
}

/// The status of a team, as the User Hub API writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the vendor's words")]
pub enum TeamStatus {
    #[default]
    Active,
    Inactive,
}

impl TeamStatus {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the shape that serde wants"
    )]
    fn is_active(&self) -> bool {
        *self == Self::Active
    }
}

/// A login authenticator of the tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginAuthenticator {
    /// When left out: the id of the one that had this name before, else a new one.
    #[serde(default)]
    pub id: String,
    /// Unique without regard to case.
    pub name: String,
}

/// An employee template.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Template {
    /// Unique.
    pub name: String,
    /// What else was said of it, as given.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// The optional fields of Account Settings, by our keys or by the help page's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OptionalField {
    /// `displayName`
    #[serde(alias = "Display Name")]
    DisplayName,
    /// `name.middleName`
    #[serde(alias = "Middle Name")]
    MiddleName,
    /// `phoneNumbers`
    #[serde(alias = "Mobile Number")]
    MobileNumber,
    /// `timezone`
    #[serde(alias = "Time Zone")]
    TimeZone,
    /// `userType`
    #[serde(alias = "Type")]
    UserType,
    /// `loginAuthenticator` of the extension
    #[serde(alias = "Login Authenticator")]
    LoginAuthenticator,
    /// `roles`
    #[serde(alias = "Primary Role")]
    PrimaryRole,
    /// `team` of the extension
    #[serde(alias = "Team")]
    Team,
}

impl OptionalField {
    /// All eight.
    pub const ALL: [Self; 8] = [
        Self::DisplayName,
        Self::MiddleName,
        Self::MobileNumber,
        Self::TimeZone,
        Self::UserType,
        Self::LoginAuthenticator,
        Self::PrimaryRole,
        Self::Team,
    ];
}

impl Settings {
    /// The tenant of a file: a fresh one, changed by what the text says.
    ///
    /// `extension` is `toml` or `json`. The error names every key that is not known or has a wrong value.
    pub fn from_text(text: &str, extension: &str) -> Result<Self, SettingsError> {
        let value = match extension {
            "toml" => toml::from_str::<Value>(text)
                .map_err(|error| SettingsError::one(error.to_string()))?,
            "json" => {
                serde_json::from_str(text).map_err(|error| SettingsError::one(error.to_string()))?
            }
            other => {
                let problem =
                    format!("cannot read settings from a `.{other}` file; use .toml or .json");
                return Err(SettingsError::one(problem));
            }
        };
        Self::default().changed(&value)
    }
}
