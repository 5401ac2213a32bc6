//! The tenant's directory: roles, teams and templates.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A role in CXone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// CXone's id.
    pub id: String,
    /// Its name; CXone compares role names without case (help page "Roles").
    pub name: String,
    /// `ACTIVE`, `INACTIVE`, `DRAFT`, `DELETED`; more may come.
    pub status: String,
}

impl Role {
    /// Whether it can be given: inactive and draft roles cannot (help page "Roles").
    pub fn active(&self) -> bool {
        self.status.eq_ignore_ascii_case("ACTIVE")
    }
}

/// A team in CXone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// CXone's id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A login authenticator in CXone: without one nobody can sign in (cxone.md 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginAuthenticator {
    /// CXone's id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Where a list of the directory comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// CXone was asked.
    #[default]
    Cxone,
    /// The configuration states it: the access key may not read it, or CXone has no way to be asked.
    Configuration,
}

/// One immutable snapshot of a tenant's directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// Roles, in CXone's order.
    pub roles: Vec<Role>,
    /// Teams, in CXone's order.
    pub teams: Vec<Team>,
    /// Login authenticators, as the configuration states them: no API of CXone lists them (cxone.md 3.2).
    pub login_authenticators: Vec<LoginAuthenticator>,
    /// Where the roles come from.
    pub roles_from: Origin,
    /// Where the teams come from.
    pub teams_from: Origin,
    /// When CXone was asked. No part of the version.
    pub taken: Timestamp,
    /// Equal versions hold equal content.
    pub version: String,
}

fn same(name: &str, wanted: &str) -> bool {
    name.to_lowercase() == wanted.to_lowercase()
}

impl Directory {
    /// The role with this id, or else the active one of this name, or else any of this name.
    pub fn role(&self, name_or_id: &str) -> Option<&Role> {
        let by_id = self.roles.iter().find(|role| role.id == name_or_id);
        let named = || {
            self.roles
                .iter()
                .filter(|role| same(&role.name, name_or_id))
        };
        by_id
            .or_else(|| named().find(|role| role.active()))
            .or_else(|| named().next())
    }

    /// The team with this id, or else of this name.
    pub fn team(&self, name_or_id: &str) -> Option<&Team> {
        let by_id = self.teams.iter().find(|team| team.id == name_or_id);
        by_id.or_else(|| self.teams.iter().find(|team| same(&team.name, name_or_id)))
    }

    /// The login authenticator with this id, or else of this name.
    pub fn login_authenticator(&self, name_or_id: &str) -> Option<&LoginAuthenticator> {
        let all = &self.login_authenticators;
        let by_id = all.iter().find(|it| it.id == name_or_id);
        by_id.or_else(|| all.iter().find(|it| same(&it.name, name_or_id)))
    }
}
