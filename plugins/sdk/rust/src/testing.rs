//! What stands in for the host where a plugin runs natively, so that plain `cargo test` tests it. Each thread has its own.

use std::cell::RefCell;
use std::path::Path;

use serde_json::Value;

use crate::directory::{LoginAuthenticator, Role, Team};
use crate::log::Level;
use crate::plugin::{Package, Plugin};

/// The snapshot that [`crate::directory`] reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The roles.
    pub roles: Vec<Role>,
    /// The role that a user gets when none is named.
    pub default_role: String,
    /// The teams.
    pub teams: Vec<Team>,
    /// The login authenticators.
    pub login_authenticators: Vec<LoginAuthenticator>,
    /// The templates' names.
    pub templates: Vec<String>,
    /// The snapshot's version.
    pub version: String,
}

impl Default for Directory {
    /// CXone's four stock roles, active, one team and one login authenticator.
    fn default() -> Self {
        Self {
            roles: ["Agent", "Manager", "Evaluator", "Administrator"]
                .map(|name| Role {
                    id: format!("role-{}", name.to_lowercase()),
                    name: name.to_owned(),
                    status: "ACTIVE".to_owned(),
                })
                .into(),
            default_role: "Agent".to_owned(),
            teams: vec![Team {
                id: "team-default".to_owned(),
                name: "DefaultTeam".to_owned(),
            }],
            login_authenticators: vec![LoginAuthenticator {
                id: "authenticator-system".to_owned(),
                name: "System".to_owned(),
            }],
            templates: Vec::new(),
            version: "1".to_owned(),
        }
    }
}

thread_local! {
    static DIRECTORY: RefCell<Directory> = RefCell::default();
    static LOGS: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
}

/// Sets this thread's snapshot.
pub fn set_directory(directory: Directory) {
    DIRECTORY.with_borrow_mut(|held| *held = directory);
}

/// Takes the lines that this thread logged.
pub fn logs() -> Vec<(Level, String)> {
    LOGS.take()
}

/// Whether the schema given to [`register!`](crate::register) is the one of the settings' type. For the one test of a plugin
/// that keeps it in a file; with the environment variable `JACKFIELD_WRITE_SCHEMA` set, it writes the file.
///
/// # Errors
/// When the two differ, or the file cannot be written; says what to do.
pub fn schema_is_current<P: Plugin + Package>(file: impl AsRef<Path>) -> Result<(), String> {
    let derived = crate::settings::schema::<P>();
    let file = file.as_ref();
    if std::env::var_os("JACKFIELD_WRITE_SCHEMA").is_some() {
        let text = format!("{derived:#}\n");
        return std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()));
    }
    let given = P::SCHEMA.and_then(|schema| serde_json::from_str::<Value>(schema).ok());
    if given.as_ref() == Some(&derived) {
        return Ok(());
    }
    Err(format!(
        "{} is not the schema of the settings; run: JACKFIELD_WRITE_SCHEMA=1 cargo test -p {}",
        file.display(),
        <P as Package>::NAME
    ))
}

pub(crate) fn collect(level: Level, message: &str) {
    LOGS.with_borrow_mut(|lines| lines.push((level, message.to_owned())));
}

/// The snapshot with the host's way of looking things up.
pub(crate) mod snapshot {
    use super::DIRECTORY;
    use crate::directory::{LoginAuthenticator, Role, Team};

    fn means(wanted: &str, id: &str) -> bool {
        wanted == id
    }

    fn named(wanted: &str, name: &str) -> bool {
        wanted.to_lowercase() == name.to_lowercase()
    }

    pub(crate) fn roles() -> Vec<Role> {
        DIRECTORY.with_borrow(|directory| directory.roles.clone())
    }

    pub(crate) fn find_role(wanted: &str) -> Option<Role> {
        DIRECTORY.with_borrow(|directory| {
            let by_id = directory.roles.iter().find(|role| means(wanted, &role.id));
            by_id
                .or_else(|| {
                    directory
                        .roles
                        .iter()
                        .find(|role| named(wanted, &role.name))
                })
                .cloned()
        })
    }

    pub(crate) fn default_role() -> String {
        DIRECTORY.with_borrow(|directory| directory.default_role.clone())
    }

    pub(crate) fn teams() -> Vec<Team> {
        DIRECTORY.with_borrow(|directory| directory.teams.clone())
    }

    pub(crate) fn find_team(wanted: &str) -> Option<Team> {
        DIRECTORY.with_borrow(|directory| {
            let by_id = directory.teams.iter().find(|team| means(wanted, &team.id));
            by_id
                .or_else(|| {
                    directory
                        .teams
                        .iter()
                        .find(|team| named(wanted, &team.name))
                })
                .cloned()
        })
    }

    pub(crate) fn login_authenticators() -> Vec<LoginAuthenticator> {
        DIRECTORY.with_borrow(|directory| directory.login_authenticators.clone())
    }

    pub(crate) fn find_login_authenticator(wanted: &str) -> Option<LoginAuthenticator> {
        DIRECTORY.with_borrow(|directory| {
            let all = &directory.login_authenticators;
            let by_id = all.iter().find(|one| means(wanted, &one.id));
            by_id
                .or_else(|| all.iter().find(|one| named(wanted, &one.name)))
                .cloned()
        })
    }

    pub(crate) fn templates() -> Vec<String> {
        DIRECTORY.with_borrow(|directory| directory.templates.clone())
    }

    pub(crate) fn version() -> String {
        DIRECTORY.with_borrow(|directory| directory.version.clone())
    }
}
