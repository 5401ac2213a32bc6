//! Who may log in, as whom, and what they may do.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An access key, and the employee that it belongs to.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// The access key id.
    pub id: String,
    /// The access key secret.
    pub secret: String,
    /// The UUID of the key's employee. When left out: the one that the key had before, else a new one.
    #[serde(default)]
    pub user: String,
    /// The name of the employee's role, as the token's claims have it.
    #[serde(default = "scim_role")]
    pub role: String,
    /// What the employee's role allows.
    #[serde(default = "Permission::smallest")]
    pub permissions: Vec<Permission>,
    /// Whether the key can be used.
    #[serde(default = "yes")]
    pub active: bool,
    /// The employee as `POST /simulator/users` takes one. Without it the employee has an id and nothing else: no list, search
    /// or read shows them.
    #[serde(default)]
    pub employee: Option<Map<String, Value>>,
}

impl AccessKey {
    /// A key of the smallest role that serves.
    pub(crate) fn smallest(id: &str, secret: &str, user: &str) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            user: user.into(),
            role: scim_role(),
            permissions: Permission::smallest(),
            active: true,
            employee: None,
        }
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

fn scim_role() -> String {
    "SCIM Access Key".into()
}

fn yes() -> bool {
    true
}

/// What a role allows, as far as it matters here (cxone.md 1.6: Employees, View, Create and Edit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Employees in SCIM, User Hub and the Admin API, reading.
    EmployeesRead,
    /// Creating and changing them, deactivating and inviting.
    EmployeesWrite,
    /// The roles search and the security profiles.
    RolesRead,
    /// Teams.
    TeamsRead,
    /// The own access key.
    MyAccessKeyRead,
    /// Everybody's access keys.
    AccessKeysRead,
}

impl Permission {
    /// All there are.
    pub const ALL: [Self; 6] = [
        Self::EmployeesRead,
        Self::EmployeesWrite,
        Self::RolesRead,
        Self::TeamsRead,
        Self::MyAccessKeyRead,
        Self::AccessKeysRead,
    ];

    /// Those of the smallest role that serves: all but other people's access keys.
    pub fn smallest() -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|permission| *permission != Self::AccessKeysRead)
            .collect()
    }
}

/// A registered application, for the password grant.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientApp {
    /// The client id.
    pub id: String,
    /// The client secret; empty for a public application.
    #[serde(default)]
    pub secret: String,
}

impl fmt::Debug for ClientApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientApp")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
