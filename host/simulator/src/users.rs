//! The one store of employees, under every view.

mod change;
mod checks;

use std::collections::HashMap;

use hyper::StatusCode;
use uuid::Uuid;

use crate::answer::Refusal;
use crate::draft::Draft;
use crate::settings::Settings;
use crate::switches::{
    EmailShown, ExternalId, InactiveNames, InactiveUsers, NewUserStatus, UserNameCompare,
};
use crate::user::{Status, User};

pub(crate) use change::Clear;
use checks::{Checks, not_empty, required, required_emails};

/// The first integer id given.
const FIRST_AGENT_ID: u64 = 1001;

/// All employees in the order of creation. None is ever removed but by a reset.
#[derive(Debug, Default, Clone)]
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

    /// All users of a name (several only after `user_name_compare` was turned, or with `inactive_names` free), or all
    /// users; as a search shows them.
    pub(crate) fn listed(&self, user_name: Option<&str>, settings: &Settings) -> Vec<&User> {
        let mut found = match user_name {
            Some(user_name) => self.named(user_name, settings),
            None => self.users.iter().collect(),
        };
        let hidden = settings.switches.inactive_users == InactiveUsers::Hidden;
        found.retain(|user| !hidden || user.deactivated.is_none());
        found
    }

    /// All users of a name, as user names are compared.
    pub(crate) fn named(&self, user_name: &str, settings: &Settings) -> Vec<&User> {
        let exact = settings.switches.user_name_compare == UserNameCompare::Exact;
        let mut users = self.folded(user_name);
        users.retain(|user| !exact || user.user_name == user_name);
        users
    }

    /// All users of a name, whatever its case.
    pub(crate) fn folded(&self, user_name: &str) -> Vec<&User> {
        let found = self.by_folded_name.get(&user_name.to_lowercase());
        let users = found.into_iter().flatten();
        users.filter_map(|at| self.users.get(*at)).collect()
    }

    /// A new employee. `id` is given only by hand.
    pub(crate) fn create(
        &mut self,
        draft: Draft,
        id: Option<String>,
        settings: &Settings,
    ) -> Result<&User, Refusal> {
        let switches = &settings.switches;
        settings.check(&draft)?;
        let user_name = required(draft.user_name, "userName")?;
        let given_name = required(draft.given_name, "name.givenName")?;
        let family_name = required(draft.family_name, "name.familyName")?;
        let emails = required_emails(draft.emails)?;
        settings.check_form(&user_name)?;
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
        let login_authenticator = draft
            .login_authenticator
            .map(|given| settings.login_authenticator_named(given))
            .transpose()?;
        let pending = switches.email_shown == EmailShown::Pending;
        let status = match switches.new_user_status {
            NewUserStatus::Active => Status::Active,
            NewUserStatus::Unregistered => Status::Unregistered,
            NewUserStatus::Pending => Status::Pending,
        };
        let external_id = draft.external_id.filter(not_empty);
        let (external_id, identity) = match switches.external_id {
            ExternalId::Ignored => (None, None),
            ExternalId::Stored => (external_id, None),
            ExternalId::Identity => (None, external_id),
        };
        let now = jiff::Timestamp::now().to_string();
        let at = self.users.len();
        let user = User {
            id: id.unwrap_or_else(|| Uuid::new_v4().to_string()),
            agent_id: FIRST_AGENT_ID + at as u64,
            user_name,
            given_name,
            middle_name: draft.middle_name.filter(not_empty),
            family_name,
            verified_emails: if pending { Vec::new() } else { emails.clone() },
            emails,
            display_name: draft.display_name.filter(not_empty),
            user_type: draft.user_type.filter(not_empty),
            status: draft.status.unwrap_or(status),
            deactivated: (draft.active == Some(false)).then(|| now.clone()),
            created: now,
            time_zone: draft
                .time_zone
                .filter(not_empty)
                .or(settings.time_zone.clone()),
            phone_numbers: draft.phone_numbers.unwrap_or_default(),
            roles,
            team,
            login_authenticator,
            external_id,
            external_identity: draft.external_identity.filter(not_empty).or(identity),
            more: draft.more,
        };
        self.by_id.insert(user.id.clone(), at);
        self.by_folded_name
            .entry(user.user_name.to_lowercase())
            .or_default()
            .push(at);
        self.users.push(user);
        Ok(&self.users[at])
    }

    /// Puts a changed user in the place of what is held under its id.
    fn store(&mut self, user: User) -> Result<&User, Refusal> {
        self.by_id(&user.id)?;
        let at = self.by_id[&user.id];
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

    /// User names are unique, most likely inactive users' included. E-mails are not.
    fn check_free(
        &self,
        user_name: &str,
        but: Option<&str>,
        settings: &Settings,
    ) -> Result<(), Refusal> {
        let free = settings.switches.inactive_names == InactiveNames::Free;
        let mut named = self.named(user_name, settings).into_iter();
        let here = named
            .any(|user| Some(user.id.as_str()) != but && !(free && user.deactivated.is_some()));
        let folded = user_name.to_lowercase();
        let mut elsewhere = settings.names_elsewhere.iter();
        let elsewhere = elsewhere.any(|name| name.to_lowercase() == folded);
        if here || elsewhere {
            return Err(settings.taken(user_name));
        }
        Ok(())
    }
}
