//! Changing the settings: each top-level key whole, `switches` one by one, all or nothing.

use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::{STOCK_ROLES, Settings};
use crate::users::Users;

/// The longest name of a role (help page "Roles").
const ROLE_NAME_LENGTH: usize = 50;

const KEYS: &str = "roles, teams, login_authenticators, templates, default_role, enabled_fields, time_zone, area, \
                    tenant_id, business_unit, hosts, names_elsewhere, not_deletable, access_keys, clients, switches";

const WRONG_KEYS: &str = "`access_keys` must be a list of objects with `id` and `secret`, and perhaps `user`, `role`, \
                          `permissions`, `active` and `employee`; permissions are employees_read, employees_write, \
                          roles_read, teams_read, my_access_key_read and access_keys_read";

/// Why settings were not taken; every problem found, each naming its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    /// One sentence each.
    pub problems: Vec<String>,
}

impl SettingsError {
    pub(crate) fn one(problem: impl Into<String>) -> Self {
        Self {
            problems: vec![problem.into()],
        }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("; "))
    }
}

impl std::error::Error for SettingsError {}

impl Settings {
    /// These settings with the keys of `change` in place of their own.
    pub(crate) fn changed(&self, change: &Value) -> Result<Self, SettingsError> {
        let Some(change) = change.as_object() else {
            return Err(SettingsError::one("settings must be an object"));
        };
        let mut next = self.clone();
        let mut problems = Vec::new();
        for (key, value) in change {
            match key.as_str() {
                "roles" => read(key, value, &mut next.roles, &mut problems),
                "teams" => read(key, value, &mut next.teams, &mut problems),
                "login_authenticators" => {
                    read(key, value, &mut next.login_authenticators, &mut problems)
                }
                "templates" => read(key, value, &mut next.templates, &mut problems),
                "default_role" => read(key, value, &mut next.default_role, &mut problems),
                "enabled_fields" => read(key, value, &mut next.enabled_fields, &mut problems),
                "time_zone" => read(key, value, &mut next.time_zone, &mut problems),
                "area" => read(key, value, &mut next.area, &mut problems),
                "tenant_id" => read(key, value, &mut next.tenant_id, &mut problems),
                "business_unit" => read(key, value, &mut next.business_unit, &mut problems),
                "hosts" => read(key, value, &mut next.hosts, &mut problems),
                "names_elsewhere" => read(key, value, &mut next.names_elsewhere, &mut problems),
                "not_deletable" => read(key, value, &mut next.not_deletable, &mut problems),
                // Not serde's own message, which would quote a secret.
                "access_keys" => match Vec::deserialize(value) {
                    Ok(keys) => next.access_keys = keys,
                    Err(_) => problems.push(WRONG_KEYS.into()),
                },
                "clients" => match Vec::deserialize(value) {
                    Ok(clients) => next.clients = clients,
                    Err(_) => problems
                        .push("`clients` must be a list of objects with `id` and `secret`".into()),
                },
                "switches" => match value.as_object() {
                    Some(turned) => {
                        problems.extend(
                            turned
                                .iter()
                                .filter_map(|(name, to)| next.switches.turn(name, to).err()),
                        );
                    }
                    None => problems.push("`switches` must be an object".into()),
                },
                _ => problems.push(format!("unknown key `{key}`; known are {KEYS}")),
            }
        }
        next.give_ids(self);
        next.check_names(&mut problems);
        if problems.is_empty() {
            next.hire_key_employees(&mut Users::default())?;
            Ok(next)
        } else {
            Err(SettingsError { problems })
        }
    }

    fn give_ids(&mut self, before: &Self) {
        let known_role = |name: &str| {
            let held = before
                .roles
                .iter()
                .map(|role| (role.id.as_str(), role.name.as_str()));
            held.chain(STOCK_ROLES)
                .find(|(_, other)| same(other, name))
                .map(|(id, _)| id.to_owned())
        };
        for role in self.roles.iter_mut().filter(|role| role.id.is_empty()) {
            role.id = known_role(&role.name).unwrap_or_else(new_id);
        }
        for team in self.teams.iter_mut().filter(|team| team.id.is_empty()) {
            let known = before
                .teams
                .iter()
                .find(|other| same(&other.name, &team.name));
            team.id = known.map_or_else(new_id, |known| known.id.clone());
        }
        let unnamed = self.login_authenticators.iter_mut();
        for authenticator in unnamed.filter(|authenticator| authenticator.id.is_empty()) {
            let mut known = before.login_authenticators.iter();
            let known = known.find(|other| same(&other.name, &authenticator.name));
            authenticator.id = known.map_or_else(new_id, |known| known.id.clone());
        }
        for key in self
            .access_keys
            .iter_mut()
            .filter(|key| key.user.is_empty())
        {
            let known = before.access_keys.iter().find(|other| other.id == key.id);
            key.user = known.map_or_else(new_id, |known| known.user.clone());
        }
    }

    fn check_names(&self, problems: &mut Vec<String>) {
        unique(
            "roles",
            self.roles
                .iter()
                .map(|role| (role.id.as_str(), role.name.as_str())),
            problems,
        );
        unique(
            "teams",
            self.teams
                .iter()
                .map(|team| (team.id.as_str(), team.name.as_str())),
            problems,
        );
        unique(
            "login_authenticators",
            self.login_authenticators
                .iter()
                .map(|authenticator| (authenticator.id.as_str(), authenticator.name.as_str())),
            problems,
        );
        for role in self
            .roles
            .iter()
            .filter(|role| role.name.chars().count() > ROLE_NAME_LENGTH)
        {
            problems.push(format!(
                "`roles`: the name {:?} is longer than {ROLE_NAME_LENGTH} characters",
                role.name
            ));
        }
    }
}

fn read<T: DeserializeOwned>(key: &str, value: &Value, into: &mut T, problems: &mut Vec<String>) {
    match T::deserialize(value) {
        Ok(read) => *into = read,
        Err(error) => problems.push(format!("`{key}`: {error}")),
    }
}

fn unique<'a>(
    key: &str,
    items: impl Iterator<Item = (&'a str, &'a str)>,
    problems: &mut Vec<String>,
) {
    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    for (id, name) in items {
        if name.trim().is_empty() {
            problems.push(format!("`{key}`: a name is empty"));
        }
        if !ids.insert(id) {
            problems.push(format!("`{key}`: the id {id:?} appears twice"));
        }
        if !names.insert(name.to_lowercase()) {
            problems.push(format!(
                "`{key}`: the name {name:?} appears twice; case does not count"
            ));
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn new_id() -> String {
    Uuid::new_v4().to_string()
}
