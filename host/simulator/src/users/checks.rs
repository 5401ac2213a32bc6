//! What CXone asks of values, as far as it is known.

use hyper::StatusCode;

use crate::answer::Refusal;
use crate::draft::{Contact, Draft};
use crate::settings::Settings;
use crate::switches::{DuplicateAnswer, TimeZoneForm, UserNameForm, UserTypeValues};

/// The types of employees in the former product (cxone.md 4).
const USER_TYPES: [&str; 3] = ["Agent", "Supervisor", "Admin"];

/// Checks of a request's values by the tenant's switches.
pub(super) trait Checks {
    /// Every value that has a form or a length.
    fn check(&self, draft: &Draft) -> Result<(), Refusal>;
    /// The form of a user name.
    fn check_form(&self, user_name: &str) -> Result<(), Refusal>;
    /// The answer when a user name is taken.
    fn taken(&self, user_name: &str) -> Refusal;
}

impl Checks for Settings {
    fn check(&self, draft: &Draft) -> Result<(), Refusal> {
        if let Some(zone) = draft.time_zone.as_deref().filter(|zone| !zone.is_empty())
            && !zone_fits(zone, self.switches.time_zone_form)
        {
            return Err(Refusal::invalid(
                "timezone",
                format!("there is no time zone {zone:?}"),
            ));
        }
        if let Some(user_type) = draft.user_type.as_deref().filter(|given| !given.is_empty())
            && self.switches.user_type_values == UserTypeValues::Listed
            && !USER_TYPES.contains(&user_type)
        {
            return Err(Refusal::invalid(
                "userType",
                format!("there is no type {user_type:?}"),
            ));
        }
        self.check_lengths(draft)
    }

    fn check_form(&self, user_name: &str) -> Result<(), Refusal> {
        let mut parts = user_name.split('@');
        let sides = (parts.next(), parts.next(), parts.next());
        let email = matches!(sides, (Some(local), Some(domain), None) if !local.is_empty() && !domain.is_empty());
        let blank = user_name.contains(char::is_whitespace);
        if self.switches.user_name_form == UserNameForm::Any || (email && !blank) {
            return Ok(());
        }
        Err(Refusal::invalid(
            "userName",
            format!("the user name {user_name:?} must have the form of an e-mail address"),
        ))
    }

    fn taken(&self, user_name: &str) -> Refusal {
        match self.switches.duplicate_answer {
            DuplicateAnswer::Conflict => Refusal {
                status: StatusCode::CONFLICT,
                scim_type: Some("uniqueness"),
                attribute: Some("userName".into()),
                detail: format!("the user name {user_name:?} is taken"),
            },
            DuplicateAnswer::Words => Refusal::new(
                StatusCode::BAD_REQUEST,
                format!("a user with the user name {user_name:?} already exists"),
            ),
        }
    }
}

impl Settings {
    fn check_lengths(&self, draft: &Draft) -> Result<(), Refusal> {
        let longest = self.switches.longest_value;
        if longest == 0 {
            return Ok(());
        }
        let contacts = |list: &Option<Vec<Contact>>| {
            let values = list.iter().flatten().map(|item| item.value.clone());
            values.collect::<Vec<_>>()
        };
        let texts = [
            ("userName", &draft.user_name),
            ("name.givenName", &draft.given_name),
            ("name.middleName", &draft.middle_name),
            ("name.familyName", &draft.family_name),
            ("displayName", &draft.display_name),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(at, text)| Some((at, text.clone()?)));
        let emails = contacts(&draft.emails)
            .into_iter()
            .map(|value| ("emails", value));
        let phones = contacts(&draft.phone_numbers).into_iter();
        let phones = phones.map(|value| ("phoneNumbers", value));
        for (at, value) in texts.chain(emails).chain(phones) {
            if value.chars().count() as u64 > longest {
                return Err(Refusal::invalid(
                    at,
                    format!("{at} is longer than {longest} characters"),
                ));
            }
        }
        Ok(())
    }
}

/// By the form alone: which zones there are is not checked.
fn zone_fits(zone: &str, form: TimeZoneForm) -> bool {
    match form {
        TimeZoneForm::Any => true,
        TimeZoneForm::Iana => zone == "UTC" || (zone.contains('/') && !zone.contains([' ', '('])),
        TimeZoneForm::Windows => {
            zone == "UTC"
                || zone.ends_with(" Standard Time")
                || zone.starts_with("(GMT")
                || zone.starts_with("(UTC")
        }
    }
}

#[expect(clippy::ptr_arg, reason = "the shape that Option::filter wants")]
pub(super) fn not_empty(value: &String) -> bool {
    !value.is_empty()
}

pub(super) fn missing(at: &str) -> Refusal {
    Refusal::invalid(at, format!("{at} is required"))
}

pub(super) fn required(value: Option<String>, at: &str) -> Result<String, Refusal> {
    value
        .filter(|value| !value.trim().is_empty())
        .ok_or_else(|| missing(at))
}

pub(super) fn required_emails(emails: Option<Vec<Contact>>) -> Result<Vec<Contact>, Refusal> {
    emails
        .filter(|emails| !emails.is_empty())
        .ok_or_else(|| missing("emails"))
}
