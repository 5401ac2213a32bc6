//! The one store of employees, and what creating and changing them takes.

use std::collections::HashMap;

use hyper::StatusCode;
use uuid::Uuid;

use crate::answer::Refusal;
use crate::draft::{Contact, Draft};
use crate::settings::{OptionalField, Settings};
use crate::switches::{
    EmailShown, ExternalId, InactiveUsers, PutAbsent, Reactivation, UserNameChange,
    UserNameCompare, UserNameForm,
};
use crate::user::User;

/// The first integer id given.
const FIRST_AGENT_ID: u64 = 1001;

/// All employees in the order of creation. None is ever removed but by a reset.
#[derive(Debug, Default)]
pub(crate) struct Users {
    users: Vec<User>,
    by_id: HashMap<String, usize>,
    by_folded_name: HashMap<String, Vec<usize>>,
}

impl Users {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &User> {
        self.users.iter()
    }

    pub(crate) fn by_id(&self, id: &str) -> Result<&User, Refusal> {
        let at = self.by_id.get(id).copied();
        at.and_then(|at| self.users.get(at))
            .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, format!("there is no user {id:?}")))
    }

    /// All users of a name (several only after `user_name_compare` was turned), or all users; as a search shows them.
    pub(crate) fn listed(&self, user_name: Option<&str>, settings: &Settings) -> Vec<&User> {
        let mut found = match user_name {
            Some(user_name) => self.named(user_name, settings),
            None => self.users.iter().collect(),
        };
        found
            .retain(|user| user.active || settings.switches.inactive_users == InactiveUsers::Shown);
        found
    }

    fn named(&self, user_name: &str, settings: &Settings) -> Vec<&User> {
        let exact = settings.switches.user_name_compare == UserNameCompare::Exact;
        let candidates = self.by_folded_name.get(&user_name.to_lowercase());
        let users = candidates
            .into_iter()
            .flatten()
            .filter_map(|at| self.users.get(*at));
        users
            .filter(|user| !exact || user.user_name == user_name)
            .collect()
    }

    pub(crate) fn create(
        &mut self,
        mut draft: Draft,
        settings: &Settings,
    ) -> Result<&User, Refusal> {
        settings.drop_disabled(&mut draft)?;
        let user_name = required(draft.user_name, "userName")?;
        let given_name = required(draft.given_name, "name.givenName")?;
        let family_name = required(draft.family_name, "name.familyName")?;
        let emails = required_emails(draft.emails)?;
        check_form(&user_name, settings)?;
        self.check_free(&user_name, None, settings)?;
        let given_roles = draft.roles.unwrap_or_default();
        let roles = if given_roles.is_empty() {
            vec![settings.role_by_default()?]
        } else {
            settings.roles_named(&given_roles, &[])?
        };
        let team = match &draft.team {
            Some(team) => settings.team_named(team, None)?,
            None => settings.team_by_default()?,
        };
        let pending = settings.switches.email_shown == EmailShown::Pending;
        let stored = settings.switches.external_id == ExternalId::Stored;
        let at = self.users.len();
        let user = User {
            id: Uuid::new_v4().to_string(),
            agent_id: FIRST_AGENT_ID + at as u64,
            user_name,
            given_name,
            middle_name: draft.middle_name.filter(not_empty),
            family_name,
            verified_emails: if pending { Vec::new() } else { emails.clone() },
            emails,
            display_name: draft.display_name.filter(not_empty),
            user_type: draft.user_type.filter(not_empty),
            active: draft.active.unwrap_or(true),
            time_zone: draft.time_zone.filter(not_empty),
            phone_numbers: draft.phone_numbers.unwrap_or_default(),
            roles,
            team,
            login_authenticator: draft.login_authenticator,
            external_id: draft.external_id.filter(not_empty).filter(|_| stored),
        };
        self.by_id.insert(user.id.clone(), at);
        self.by_folded_name
            .entry(user.user_name.to_lowercase())
            .or_default()
            .push(at);
        self.users.push(user);
        Ok(&self.users[at])
    }

    /// PUT. `draft` must carry all that is required.
    pub(crate) fn replace(
        &mut self,
        id: &str,
        draft: Draft,
        settings: &Settings,
    ) -> Result<&User, Refusal> {
        self.by_id(id)?;
        for (given, at) in [
            (draft.user_name.is_some(), "userName"),
            (draft.given_name.is_some(), "name.givenName"),
            (draft.family_name.is_some(), "name.familyName"),
            (draft.emails.is_some(), "emails"),
            (draft.active.is_some(), "active"),
        ] {
            if !given {
                return Err(missing(at));
            }
        }
        self.change(
            id,
            draft,
            settings,
            settings.switches.put_absent == PutAbsent::Cleared,
        )
    }

    /// What PATCH does: attributes that the draft lacks stay.
    pub(crate) fn patch(
        &mut self,
        id: &str,
        draft: Draft,
        settings: &Settings,
    ) -> Result<&User, Refusal> {
        self.change(id, draft, settings, false)
    }

    /// The switch `delete: deactivates`.
    pub(crate) fn deactivate(&mut self, id: &str, settings: &Settings) -> Result<(), Refusal> {
        self.patch(
            id,
            Draft {
                active: Some(false),
                ..Draft::default()
            },
            settings,
        )
        .map(|_| ())
    }

    fn change(
        &mut self,
        id: &str,
        mut draft: Draft,
        settings: &Settings,
        clear: bool,
    ) -> Result<&User, Refusal> {
        let switches = &settings.switches;
        let before = self.by_id(id)?;
        let mut user = before.clone();
        settings.drop_disabled(&mut draft)?;

        if let Some(user_name) = draft.user_name {
            let user_name = required(Some(user_name), "userName")?;
            if user_name != user.user_name {
                if switches.user_name_change == UserNameChange::Refused {
                    return Err(Refusal::invalid(
                        "userName",
                        "the user name of a pending employee cannot change",
                    ));
                }
                check_form(&user_name, settings)?;
                self.check_free(&user_name, Some(id), settings)?;
                user.user_name = user_name;
            }
        }
        if let Some(given_name) = draft.given_name {
            user.given_name = required(Some(given_name), "name.givenName")?;
        }
        if let Some(family_name) = draft.family_name {
            user.family_name = required(Some(family_name), "name.familyName")?;
        }
        if let Some(emails) = draft.emails {
            user.emails = required_emails(Some(emails))?;
            if switches.email_shown != EmailShown::Pending {
                user.verified_emails = user.emails.clone();
            }
        }
        if let Some(active) = draft.active {
            if active && !user.active && switches.reactivation == Reactivation::Refused {
                return Err(Refusal::invalid(
                    "active",
                    "a deactivated employee cannot be revived over SCIM",
                ));
            }
            user.active = active;
        }

        let cleared = |field| clear && settings.enabled(field);
        set(
            &mut user.middle_name,
            draft.middle_name,
            cleared(OptionalField::MiddleName),
        );
        set(
            &mut user.display_name,
            draft.display_name,
            cleared(OptionalField::DisplayName),
        );
        set(
            &mut user.user_type,
            draft.user_type,
            cleared(OptionalField::UserType),
        );
        set(
            &mut user.time_zone,
            draft.time_zone,
            cleared(OptionalField::TimeZone),
        );
        match draft.phone_numbers {
            Some(phone_numbers) => user.phone_numbers = phone_numbers,
            None if cleared(OptionalField::MobileNumber) => user.phone_numbers.clear(),
            None => {}
        }
        if let Some(roles) = draft.roles.filter(|roles| !roles.is_empty()) {
            user.roles = settings.roles_named(&roles, &user.roles)?;
        }
        if let Some(team) = draft.team {
            user.team = settings.team_named(&team, Some(&user.team))?;
        }
        if let Some(authenticator) = draft.login_authenticator {
            user.login_authenticator = Some(authenticator);
        }
        if switches.external_id == ExternalId::Stored {
            set(&mut user.external_id, draft.external_id, clear);
        }
        self.store(id, user)
    }

    fn store(&mut self, id: &str, user: User) -> Result<&User, Refusal> {
        self.by_id(id)?;
        let at = self.by_id[id];
        let before = self.users[at].user_name.to_lowercase();
        let after = user.user_name.to_lowercase();
        if before != after {
            if let Some(others) = self.by_folded_name.get_mut(&before) {
                others.retain(|other| *other != at);
            }
            self.by_folded_name.entry(after).or_default().push(at);
        }
        self.users[at] = user;
        Ok(&self.users[at])
    }

    /// User names are unique, inactive users' included. E-mails are not.
    fn check_free(
        &self,
        user_name: &str,
        but: Option<&str>,
        settings: &Settings,
    ) -> Result<(), Refusal> {
        if self
            .named(user_name, settings)
            .iter()
            .all(|user| Some(user.id.as_str()) == but)
        {
            return Ok(());
        }
        Err(Refusal {
            status: StatusCode::CONFLICT,
            scim_type: Some("uniqueness"),
            attribute: Some("userName".into()),
            detail: format!("the user name {user_name:?} is taken"),
        })
    }
}

fn set(into: &mut Option<String>, value: Option<String>, clear: bool) {
    match value {
        Some(value) => *into = Some(value).filter(not_empty),
        None if clear => *into = None,
        None => {}
    }
}

#[expect(clippy::ptr_arg, reason = "the shape that Option::filter wants")]
fn not_empty(value: &String) -> bool {
    !value.is_empty()
}

fn missing(at: &str) -> Refusal {
    Refusal::invalid(at, format!("{at} is required"))
}

fn required(value: Option<String>, at: &str) -> Result<String, Refusal> {
    value
        .filter(|value| !value.trim().is_empty())
        .ok_or_else(|| missing(at))
}

fn required_emails(emails: Option<Vec<Contact>>) -> Result<Vec<Contact>, Refusal> {
    emails
        .filter(|emails| !emails.is_empty())
        .ok_or_else(|| missing("emails"))
}

fn check_form(user_name: &str, settings: &Settings) -> Result<(), Refusal> {
    let mut parts = user_name.split('@');
    let sides = (parts.next(), parts.next(), parts.next());
    let email = matches!(sides, (Some(local), Some(domain), None) if !local.is_empty() && !domain.is_empty());
    let blank = user_name.contains(char::is_whitespace);
    if settings.switches.user_name_form == UserNameForm::Any || (email && !blank) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "userName",
        format!("the user name {user_name:?} must have the form of an e-mail address"),
    ))
}
