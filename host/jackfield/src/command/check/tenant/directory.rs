//! Roles, teams, login authenticators, and everything in the configuration that names one.

mod named;

use std::collections::{BTreeMap, BTreeSet};

use bridge::directory::{Directory, Role, Team};
use bridge::name::Scope;
use bridge::target::{Attribute, Target};
use bridge::user::{Owner, User};
use cxone::{Inside, Seen, TeamSeen};
use ledger::Glance;

use super::Findings;
use super::people::plain;
use crate::command::check::config::counted;
use crate::config::Tenant;
use named::Named;

/// As many users of a connection are looked at.
const MOST: usize = 20_000;
const PAGE: usize = 500;

/// What names are looked up in.
#[derive(Debug)]
pub(super) struct Known {
    directory: Directory,
    /// The teams that take nobody, by id.
    inactive: BTreeSet<String>,
    /// Whether roles and teams are known at all.
    roles: bool,
    teams: bool,
}

/// Roles, the default one, teams and login authenticators; what they are, for the rules. `None` where none need be there.
pub(super) fn check(tenant: &Tenant, inside: &Inside, found: &mut Findings) -> Option<Known> {
    let stated = &tenant.cxone.settings.stated;
    if plain(tenant) && matches!(inside.roles, Seen::Absent(_)) && stated.roles.is_empty() {
        found.ok(
            "roles",
            "the server has no roles and teams, and none are needed",
        );
        return None;
    }
    let roles = roles(inside, &stated.roles, found);
    let (teams, inactive) = teams(inside, &stated.teams, found);
    let known = Known {
        roles: roles.is_some(),
        teams: teams.is_some(),
        directory: Directory {
            roles: roles.unwrap_or_default(),
            teams: teams.unwrap_or_default(),
            login_authenticators: stated.login_authenticators.clone(),
            ..Directory::default()
        },
        inactive,
    };
    if known.roles {
        default_role(&tenant.cxone.default_role, &known.directory, found);
    }
    Some(known)
}

fn roles(inside: &Inside, stated: &[Role], found: &mut Findings) -> Option<Vec<Role>> {
    let why = match &inside.roles {
        Seen::There(roles) => {
            let active = roles.iter().filter(|role| role.active()).count();
            found.ok(
                "roles",
                format!("{} can be read, {active} of them active", roles.len()),
            );
            return Some(roles.clone());
        }
        Seen::Denied(why) | Seen::Absent(why) | Seen::Failed(why) => why,
    };
    if !stated.is_empty() {
        found.ok(
            "roles",
            format!(
                "{} are stated in the configuration; CXone does not show them ({why})",
                stated.len()
            ),
        );
        return Some(stated.to_vec());
    }
    found.fail(
        "roles",
        format!("the roles cannot be read, so nobody can be created: {why}"),
        "give the role of the key's employee Roles: View, or state roles = [{ id = \"...\", name = \"...\" }] under [tenants.NAME.cxone]",
    );
    None
}

fn teams(
    inside: &Inside,
    stated: &[Team],
    found: &mut Findings,
) -> (Option<Vec<Team>>, BTreeSet<String>) {
    let why = match &inside.teams {
        Seen::There(teams) => {
            found.ok("teams", format!("{} can be read", teams.len()));
            let inactive = teams
                .iter()
                .filter(|team| !team.active)
                .map(|team| team.id.clone());
            let plain = |team: &TeamSeen| Team {
                id: team.id.clone(),
                name: team.name.clone(),
            };
            return (Some(teams.iter().map(plain).collect()), inactive.collect());
        }
        Seen::Denied(why) | Seen::Absent(why) | Seen::Failed(why) => why,
    };
    if !stated.is_empty() {
        found.ok(
            "teams",
            format!(
                "{} are stated in the configuration; CXone does not show them ({why})",
                stated.len()
            ),
        );
        return (Some(stated.to_vec()), BTreeSet::new());
    }
    found.fail(
        "teams",
        format!("the teams cannot be read, so nobody can be created: {why}"),
        "give the role of the key's employee Teams: View, or state teams = [{ id = \"...\", name = \"...\" }] under [tenants.NAME.cxone]",
    );
    (None, BTreeSet::new())
}

fn default_role(name: &str, directory: &Directory, found: &mut Findings) {
    if name.is_empty() {
        return found.ok("default role", "none is configured, so it is not checked");
    }
    match directory.role(name) {
        Some(role) if role.active() => {
            found.ok("default role", format!("{name} exists and is active"))
        }
        Some(role) => {
            let status = role.status.to_lowercase();
            found.fail(
                "default role",
                format!("{name} is {status}, and only an active role can be given: every create without a role fails"),
                format!("activate {name} in CXone, or write another default_role"),
            );
        }
        None => {
            let names: Vec<&str> = directory
                .roles
                .iter()
                .filter(|role| role.active())
                .map(|role| role.name.as_str())
                .collect();
            found.fail(
                "default role",
                format!("there is no role {name:?}: every create without a role fails"),
                format!(
                    "make the role {name} in CXone, or write default_role, one of {}",
                    names.join(", ")
                ),
            );
        }
    }
}

/// Templates, defaults and the rules of plugins: what they name is there, and can act.
pub(super) fn check_rules(
    tenant: &Tenant,
    known: Option<&Known>,
    glance: Option<&Glance>,
    found: &mut Findings,
) {
    let mut wrong = 0;
    let mut complain = |found: &mut Findings, place: &str, complaints: Vec<String>| {
        for said in complaints {
            wrong += 1;
            found.fail(
                "names",
                format!("{place}: {said}"),
                "correct the name, or make or activate it in CXone",
            );
        }
    };
    if let Some(known) = known {
        for (name, template) in &tenant.templates {
            complain(
                found,
                &format!("template {name}"),
                known.complaints_of(&template.values),
            );
        }
        let mut defaults = Target::default();
        for (attribute, value) in &tenant.policy.defaults {
            defaults.set(*attribute, value.clone());
        }
        complain(found, "defaults", known.complaints_of(&defaults));
    }
    for connection in &tenant.connections {
        let mut sets = BTreeSet::new();
        for plugin in &connection.plugins {
            let named = Named::in_settings(&plugin.settings);
            let place = format!("{}, {}", connection.scope, plugin.name);
            if let Some(known) = known {
                let roles = named.roles.iter().filter_map(|role| known.role(role));
                let teams = named.teams.iter().filter_map(|team| known.team(team));
                complain(found, &place, roles.chain(teams).collect());
            }
            let missing = named
                .templates
                .iter()
                .filter(|name| !tenant.templates.contains_key(*name));
            complain(
                found,
                &place,
                missing
                    .map(|name| format!("there is no template {name:?} in the configuration"))
                    .collect(),
            );
            sets.extend(named.sets(&tenant.templates));
        }
        ownership(&connection.scope, &sets, glance, found);
    }
    if wrong == 0 && known.is_some() {
        found.ok(
            "names",
            format!(
                "{} and the rules of plugins name what is there",
                counted(tenant.templates.len(), "template")
            ),
        );
    }
}

/// Whom a rule that sets an attribute cannot act on, because it has been handed over.
fn ownership(
    scope: &Scope,
    sets: &BTreeSet<Attribute>,
    glance: Option<&Glance>,
    found: &mut Findings,
) {
    let mut total = 0;
    let mut handed: BTreeMap<Attribute, usize> = BTreeMap::new();
    users(glance, scope, |user| {
        total += 1;
        for attribute in sets {
            if user
                .owners
                .get(attribute)
                .is_some_and(|owned| owned.owner == Owner::Cxone)
            {
                *handed.entry(*attribute).or_default() += 1;
            }
        }
    });
    for (attribute, count) in handed {
        found.warn(
            "ownership",
            format!("{scope}: rules set {attribute}, and do not act on {count} of {}: CXone's people changed it there and own it since", counted(total, "user")),
            format!("see who and since when with jackfield explain {} USER; their {attribute} is changed in CXone", scope.tenant),
        );
    }
}

/// Looks at the live users of a connection, the first 20,000.
pub(super) fn users(glance: Option<&Glance>, scope: &Scope, mut look: impl FnMut(&User)) {
    let Some(glance) = glance else { return };
    let mut after = 0;
    for _ in 0..MOST / PAGE {
        let Ok(page) = glance.users(scope, after, PAGE) else {
            return;
        };
        let Some(last) = page.last() else { return };
        after = last.sequence;
        page.iter().for_each(&mut look);
    }
}

impl Known {
    /// What is wrong with a role that is named.
    fn role(&self, name: &str) -> Option<String> {
        match self.directory.role(name) {
            _ if !self.roles => None,
            Some(role) if role.active() => None,
            Some(role) => Some(format!(
                "the role {name:?} is {}",
                role.status.to_lowercase()
            )),
            None => Some(format!("there is no role {name:?}")),
        }
    }

    fn team(&self, name: &str) -> Option<String> {
        match self.directory.team(name) {
            _ if !self.teams => None,
            Some(team) if self.inactive.contains(&team.id) => {
                Some(format!("the team {name:?} is inactive"))
            }
            Some(_) => None,
            None => Some(format!("there is no team {name:?}")),
        }
    }

    fn authenticator(&self, name: &str) -> Option<String> {
        let missing = self.directory.login_authenticator(name).is_none();
        let said = "is not among login_authenticators, and goes out as if it were an id";
        missing.then(|| format!("the login authenticator {name:?} {said}"))
    }

    fn complaints_of(&self, values: &Target) -> Vec<String> {
        let role = values.get(Attribute::Role).and_then(|name| self.role(name));
        let others = values
            .list(Attribute::SecondaryRoles)
            .filter_map(|name| self.role(name));
        let team = values.get(Attribute::Team).and_then(|name| self.team(name));
        let authenticator = values
            .get(Attribute::LoginAuthenticator)
            .and_then(|name| self.authenticator(name));
        role.into_iter()
            .chain(others)
            .chain(team)
            .chain(authenticator)
            .collect()
    }
}
