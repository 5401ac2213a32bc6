//! The tenant's roles, teams, login authenticators and templates: one unchanging snapshot. For choosers and rules; a mapper has no access.
//!
//! Natively, the snapshot is the one that a test set by [`testing::set_directory`](crate::testing::set_directory).

/// A role in CXone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// CXone's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `ACTIVE`, `INACTIVE`, `DRAFT` or `DELETED`; more may come.
    pub status: String,
}

impl Role {
    /// Whether it can be given.
    pub fn is_active(&self) -> bool {
        self.status == "ACTIVE"
    }
}

/// A team in CXone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// CXone's id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A login authenticator in CXone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginAuthenticator {
    /// CXone's id.
    pub id: String,
    /// Its name.
    pub name: String,
}

#[cfg(target_family = "wasm")]
mod snapshot {
    use super::{LoginAuthenticator, Role, Team};
    use crate::bindings::rules::jackfield::plugin::directory as host;

    impl From<host::Role> for Role {
        fn from(role: host::Role) -> Self {
            Self {
                id: role.id,
                name: role.name,
                status: role.status,
            }
        }
    }

    impl From<host::Team> for Team {
        fn from(team: host::Team) -> Self {
            Self {
                id: team.id,
                name: team.name,
            }
        }
    }

    impl From<host::LoginAuthenticator> for LoginAuthenticator {
        fn from(authenticator: host::LoginAuthenticator) -> Self {
            Self {
                id: authenticator.id,
                name: authenticator.name,
            }
        }
    }

    pub(super) fn roles() -> Vec<Role> {
        host::roles().into_iter().map(Role::from).collect()
    }

    pub(super) fn find_role(name_or_id: &str) -> Option<Role> {
        host::find_role(name_or_id).map(Role::from)
    }

    pub(super) fn default_role() -> String {
        host::default_role()
    }

    pub(super) fn teams() -> Vec<Team> {
        host::teams().into_iter().map(Team::from).collect()
    }

    pub(super) fn find_team(name_or_id: &str) -> Option<Team> {
        host::find_team(name_or_id).map(Team::from)
    }

    pub(super) fn login_authenticators() -> Vec<LoginAuthenticator> {
        let all = host::login_authenticators().into_iter();
        all.map(LoginAuthenticator::from).collect()
    }

    pub(super) fn find_login_authenticator(name_or_id: &str) -> Option<LoginAuthenticator> {
        host::find_login_authenticator(name_or_id).map(LoginAuthenticator::from)
    }

    pub(super) fn templates() -> Vec<String> {
        host::templates()
            .into_iter()
            .map(|template| template.name)
            .collect()
    }

    pub(super) fn version() -> String {
        host::version()
    }
}

#[cfg(not(target_family = "wasm"))]
use crate::testing::snapshot;

/// All roles, in CXone's order.
pub fn roles() -> Vec<Role> {
    snapshot::roles()
}

/// The role with this id, or else of this name, without case.
pub fn find_role(name_or_id: &str) -> Option<Role> {
    snapshot::find_role(name_or_id)
}

/// The role that a user gets when none is named.
pub fn default_role() -> String {
    snapshot::default_role()
}

/// All teams, in CXone's order.
pub fn teams() -> Vec<Team> {
    snapshot::teams()
}

/// The team with this id, or else of this name, without case.
pub fn find_team(name_or_id: &str) -> Option<Team> {
    snapshot::find_team(name_or_id)
}

/// The login authenticators that the tenant's configuration states.
pub fn login_authenticators() -> Vec<LoginAuthenticator> {
    snapshot::login_authenticators()
}

/// The login authenticator with this id, or else of this name, without case.
pub fn find_login_authenticator(name_or_id: &str) -> Option<LoginAuthenticator> {
    snapshot::find_login_authenticator(name_or_id)
}

/// The names of all templates.
pub fn templates() -> Vec<String> {
    snapshot::templates()
}

/// Identifies the snapshot: equal versions hold equal content.
pub fn version() -> String {
    snapshot::version()
}
