//! Which roles and which team a user gets, by the tenant's settings.

use crate::answer::Refusal;
use crate::directory::default_team;
use crate::draft::{Draft, EXTENSION, Reference};
use crate::settings::{OptionalField, Role, RoleStatus, Settings, Team, TeamStatus};
use crate::switches::{DefaultTeam, DisabledField, HeldRole, RoleValue};
use crate::user::Held;

/// One primary role and ten secondary ones (help page "Roles").
const MOST_ROLES: usize = 11;

impl Settings {
    /// Whether the administrator has switched the field on.
    pub(crate) fn enabled(&self, field: OptionalField) -> bool {
        self.enabled_fields.contains(&field)
    }

    /// Takes out what is not enabled, or refuses it.
    pub(crate) fn drop_disabled(&self, draft: &mut Draft) -> Result<(), Refusal> {
        for field in OptionalField::ALL
            .into_iter()
            .filter(|field| !self.enabled(*field))
        {
            if draft.drop_field(field) && self.switches.disabled_field == DisabledField::Refuse {
                let detail =
                    format!("the optional field {field:?} is not enabled in Account Settings");
                return Err(Refusal::invalid(&format!("{field:?}"), detail));
            }
        }
        Ok(())
    }

    /// The role of a user for whom none was given.
    pub(crate) fn role_by_default(&self) -> Result<Held, Refusal> {
        let role = self
            .roles
            .iter()
            .find(|role| same(&role.name, &self.default_role));
        match role {
            Some(role) if role.status == RoleStatus::Active => Ok(held_role(role)),
            _ => {
                let detail = format!(
                    "the default role {:?} does not exist or is not active",
                    self.default_role
                );
                Err(Refusal::invalid("roles", detail))
            }
        }
    }

    /// The roles that a request names. `held` are those the user has.
    pub(crate) fn roles_named(
        &self,
        given: &[Reference],
        held: &[Held],
    ) -> Result<Vec<Held>, Refusal> {
        if given.len() > MOST_ROLES {
            return Err(Refusal::invalid(
                "roles",
                format!("more than {MOST_ROLES} roles"),
            ));
        }
        let mut roles: Vec<Held> = Vec::new();
        for reference in given {
            let role = self.role_named(reference, held)?;
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        Ok(roles)
    }

    fn role_named(&self, reference: &Reference, held: &[Held]) -> Result<Held, Refusal> {
        if let Some(role) = self.again(reference, held) {
            return Ok(role);
        }
        let Some(role) = self.find(&self.roles, reference, |role| (&role.id, &role.name)) else {
            return Err(Refusal::invalid(
                "roles",
                format!("there is no role {:?}", reference.value),
            ));
        };
        if role.status != RoleStatus::Active {
            let detail = format!(
                "the role {:?} is {:?} and cannot be given",
                role.name, role.status
            );
            return Err(Refusal::invalid("roles", detail));
        }
        Ok(held_role(role))
    }

    /// The team of a user for whom none was given.
    pub(crate) fn team_by_default(&self) -> Result<Held, Refusal> {
        if self.switches.default_team == DefaultTeam::Required {
            return Err(Refusal::invalid(&team_path(), "a team is required"));
        }
        default_team(self).map(held_team).ok_or_else(|| {
            Refusal::invalid(
                &team_path(),
                "the tenant has no team and the request names none",
            )
        })
    }

    /// The team that a request names. `held` is the one the user has.
    pub(crate) fn team_named(
        &self,
        given: &Reference,
        held: Option<&Held>,
    ) -> Result<Held, Refusal> {
        if let Some(team) = self.again(given, held.map_or(&[], std::slice::from_ref)) {
            return Ok(team);
        }
        let Some(team) = self.find(&self.teams, given, |team| (&team.id, &team.name)) else {
            let detail = format!("there is no team {:?}", given.value);
            return Err(Refusal::invalid(&team_path(), detail));
        };
        if team.status == TeamStatus::Inactive {
            let detail = format!("the team {:?} is inactive and takes nobody", team.name);
            return Err(Refusal::invalid(&team_path(), detail));
        }
        Ok(held_team(team))
    }

    /// The login authenticator that a request names. While the tenant has none, any will do.
    pub(crate) fn login_authenticator_named(&self, given: Reference) -> Result<Reference, Refusal> {
        if self.login_authenticators.is_empty() {
            return Ok(given);
        }
        let known = self.find(&self.login_authenticators, &given, |known| {
            (&known.id, &known.name)
        });
        let known = known.map(|known| Reference {
            value: known.id.clone(),
            display: Some(known.name.clone()),
        });
        known.ok_or_else(|| {
            let detail = format!("there is no login authenticator {:?}", given.value);
            Refusal::invalid(&format!("{EXTENSION}:loginAuthenticator"), detail)
        })
    }

    fn again(&self, reference: &Reference, held: &[Held]) -> Option<Held> {
        match self.switches.held_role {
            HeldRole::Accepted => self
                .find(held, reference, |held| (&held.id, &held.name))
                .cloned(),
            HeldRole::Checked => None,
        }
    }

    fn find<'a, T>(
        &self,
        items: &'a [T],
        reference: &Reference,
        id_and_name: impl Fn(&T) -> (&String, &String),
    ) -> Option<&'a T> {
        let by_id = || {
            items
                .iter()
                .find(|item| id_and_name(item).0.eq_ignore_ascii_case(&reference.value))
        };
        let by_name = || {
            items
                .iter()
                .find(|item| same(id_and_name(item).1, &reference.value))
        };
        match self.switches.role_value {
            RoleValue::Id => by_id(),
            RoleValue::Name => by_name(),
            RoleValue::Either => by_id().or_else(by_name),
        }
    }
}

fn team_path() -> String {
    format!("{EXTENSION}:team")
}

fn held_role(role: &Role) -> Held {
    Held {
        id: role.id.clone(),
        name: role.name.clone(),
    }
}

fn held_team(team: &Team) -> Held {
    Held {
        id: team.id.clone(),
        name: team.name.clone(),
    }
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
