//! What a change does to an employee, whichever API it came by.

use crate::answer::Refusal;
use crate::draft::Draft;
use crate::settings::Settings;
use crate::switches::{EmailShown, ExternalId, Reactivation, UserNameChange};
use crate::user::{Status, User};

use super::Users;
use super::checks::{Checks, not_empty, required, required_emails};

/// What a change clears when the draft lacks it; everything else stays.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clear {
    pub(crate) middle_name: bool,
    pub(crate) display_name: bool,
    pub(crate) user_type: bool,
    pub(crate) time_zone: bool,
    pub(crate) phone_numbers: bool,
    pub(crate) external_id: bool,
    pub(crate) external_identity: bool,
    /// Of what User Hub keeps, what the draft lacks.
    pub(crate) more: bool,
}

impl Users {
    /// Changes a user by what the draft has.
    pub(crate) fn change(
        &mut self,
        id: &str,
        draft: Draft,
        clear: Clear,
        settings: &Settings,
    ) -> Result<&User, Refusal> {
        let switches = &settings.switches;
        let mut user = self.by_id(id)?.clone();
        settings.check(&draft)?;
        if let Some(user_name) = draft.user_name {
            self.rename(&mut user, user_name, settings)?;
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
                user.verified_emails.clone_from(&user.emails);
            }
        }
        if let Some(status) = draft.status {
            user.status = status;
        }
        match draft.active {
            Some(true) => self.activate(&mut user, settings)?,
            Some(false) if user.deactivated.is_none() => {
                user.deactivated = Some(jiff::Timestamp::now().to_string());
            }
            Some(false) | None => {}
        }

        set(&mut user.middle_name, draft.middle_name, clear.middle_name);
        set(
            &mut user.display_name,
            draft.display_name,
            clear.display_name,
        );
        set(&mut user.user_type, draft.user_type, clear.user_type);
        set(&mut user.time_zone, draft.time_zone, clear.time_zone);
        if user.time_zone.is_none() {
            user.time_zone.clone_from(&settings.time_zone);
        }
        match draft.phone_numbers {
            Some(phone_numbers) => user.phone_numbers = phone_numbers,
            None if clear.phone_numbers => user.phone_numbers.clear(),
            None => {}
        }
        if let Some(roles) = draft.roles.filter(|roles| !roles.is_empty()) {
            user.roles = settings.roles_named(&roles, &user.roles)?;
        }
        if let Some(team) = draft.team {
            user.team = settings.team_named(&team, Some(&user.team))?;
        }
        if let Some(authenticator) = draft.login_authenticator {
            user.login_authenticator = Some(settings.login_authenticator_named(authenticator)?);
        }
        match switches.external_id {
            ExternalId::Ignored => {}
            ExternalId::Stored => set(&mut user.external_id, draft.external_id, clear.external_id),
            ExternalId::Identity => {
                set(
                    &mut user.external_identity,
                    draft.external_id,
                    clear.external_id,
                );
            }
        }
        set(
            &mut user.external_identity,
            draft.external_identity,
            clear.external_identity,
        );
        if clear.more {
            user.more.clear();
        }
        user.more.extend(draft.more);
        self.store(user)
    }

    fn rename(
        &self,
        user: &mut User,
        user_name: String,
        settings: &Settings,
    ) -> Result<(), Refusal> {
        let user_name = required(Some(user_name), "userName")?;
        if user_name == user.user_name {
            return Ok(());
        }
        let refused = match settings.switches.user_name_change {
            UserNameChange::Allowed => false,
            UserNameChange::Refused => true,
            UserNameChange::PendingRefused => user.status == Status::Pending,
        };
        if refused {
            return Err(Refusal::invalid(
                "userName",
                "the user name of a pending employee cannot change",
            ));
        }
        settings.check_form(&user_name)?;
        self.check_free(&user_name, Some(&user.id), settings)?;
        user.user_name = user_name;
        Ok(())
    }

    /// `active` true, as SCIM has it.
    fn activate(&self, user: &mut User, settings: &Settings) -> Result<(), Refusal> {
        if user.active(settings) {
            return Ok(());
        }
        if user.deactivated.is_some() {
            if settings.switches.reactivation == Reactivation::Refused {
                return Err(Refusal::invalid(
                    "active",
                    "a deactivated employee cannot be revived over SCIM",
                ));
            }
            self.check_free(&user.user_name, Some(&user.id), settings)?;
            user.deactivated = None;
        }
        if !user.active(settings) {
            user.status = Status::Active;
        }
        Ok(())
    }

    /// Deactivates; whoever is so already stays as they are.
    pub(crate) fn deactivate(&mut self, id: &str, settings: &Settings) -> Result<(), Refusal> {
        let draft = Draft {
            active: Some(false),
            ..Draft::default()
        };
        self.change(id, draft, Clear::default(), settings)
            .map(|_| ())
    }

    /// Revives, as User Hub does: to the status of before.
    pub(crate) fn revive(&mut self, id: &str, settings: &Settings) -> Result<(), Refusal> {
        let mut user = self.by_id(id)?.clone();
        if user.deactivated.take().is_some() {
            self.check_free(&user.user_name, Some(&user.id), settings)?;
            self.store(user)?;
        }
        Ok(())
    }

    /// An invitation: from not invited to invited.
    pub(crate) fn invite(&mut self, id: &str) -> Result<(), Refusal> {
        let mut user = self.by_id(id)?.clone();
        if user.status == Status::Unregistered && user.deactivated.is_none() {
            user.status = Status::Pending;
            self.store(user)?;
        }
        Ok(())
    }
}

fn set(into: &mut Option<String>, value: Option<String>, clear: bool) {
    match value {
        Some(value) => *into = Some(value).filter(not_empty),
        None if clear => *into = None,
        None => {}
    }
}
