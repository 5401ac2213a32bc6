//! The tenant's directory: roles, teams and templates.

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

/// One immutable snapshot of a tenant's directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// Roles, in CXone's order.
    pub roles: Vec<Role>,
    /// Teams, in CXone's order.
    pub teams: Vec<Team>,
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
}
