//! The directory as the file states it, for an access key that may not read it.

use std::collections::BTreeSet;

use bridge::directory::{LoginAuthenticator, Role, Team};
use cxone::Stated;
use toml::Spanned;

use crate::config::choice::choice;
use crate::config::file;
use crate::config::mistake::{Mistake, Text};

/// CXone's words for where a role stands (cxone.md 4).
#[derive(Debug, Clone, Copy)]
struct Status(&'static str);

impl Default for Status {
    fn default() -> Self {
        Self("ACTIVE")
    }
}

const STATUSES: [(&str, Status); 4] = [
    ("ACTIVE", Status("ACTIVE")),
    ("INACTIVE", Status("INACTIVE")),
    ("DRAFT", Status("DRAFT")),
    ("DELETED", Status("DELETED")),
];

/// Checks what is stated.
pub(super) fn check(given: &file::Cxone, text: &Text<'_>) -> Result<Stated, Mistake> {
    let mut stated = Stated::default();
    let mut seen = Seen::default();
    for role in &given.roles {
        seen.check("role", &role.id, &role.name, text)?;
        let status = choice("status", role.status.as_ref(), &STATUSES, text)?;
        stated.roles.push(Role {
            id: role.id.get_ref().clone(),
            name: role.name.get_ref().clone(),
            status: status.0.to_owned(),
        });
    }
    let mut seen = Seen::default();
    for team in &given.teams {
        seen.check("team", &team.id, &team.name, text)?;
        stated.teams.push(Team {
            id: team.id.get_ref().clone(),
            name: team.name.get_ref().clone(),
        });
    }
    let mut seen = Seen::default();
    for it in &given.login_authenticators {
        seen.check("login authenticator", &it.id, &it.name, text)?;
        stated.login_authenticators.push(LoginAuthenticator {
            id: it.id.get_ref().clone(),
            name: it.name.get_ref().clone(),
        });
    }
    Ok(stated)
}

/// The ids of one list so far.
#[derive(Default)]
struct Seen(BTreeSet<String>);

impl Seen {
    fn check(
        &mut self,
        what: &str,
        id: &Spanned<String>,
        name: &Spanned<String>,
        text: &Text<'_>,
    ) -> Result<(), Mistake> {
        for (key, value) in [("id", id), ("name", name)] {
            if value.get_ref().trim().is_empty() {
                let message = format!("the {what}'s {key} is empty");
                return Err(text.at(value.span(), message, None));
            }
        }
        if !self.0.insert(id.get_ref().clone()) {
            let message = format!("another {what} has this id");
            return Err(text.at(id.span(), message, None));
        }
        Ok(())
    }
}
