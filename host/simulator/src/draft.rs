//! What a SCIM user body says, read by the request schema (`timezone` in lower case, no `primary` on roles).
//! Members that the schema does not have are ignored.

use serde_json::{Map, Value};

use crate::answer::Refusal;
use crate::settings::OptionalField;
use crate::user::Status;

/// The extension of CXone's user.
pub(crate) const EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:nice:2.0:User";

/// A value of `emails` or `phoneNumbers`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Contact {
    pub(crate) value: String,
    pub(crate) kind: Option<String>,
    pub(crate) primary: Option<bool>,
}

/// A role, team or login authenticator as a request names it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reference {
    pub(crate) value: String,
    pub(crate) display: Option<String>,
}

/// The attributes of a body; absent and null are both `None`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    pub(crate) user_name: Option<String>,
    pub(crate) given_name: Option<String>,
    pub(crate) middle_name: Option<String>,
    pub(crate) family_name: Option<String>,
    pub(crate) emails: Option<Vec<Contact>>,
    pub(crate) display_name: Option<String>,
    pub(crate) user_type: Option<String>,
    pub(crate) active: Option<bool>,
    /// By hand alone.
    pub(crate) status: Option<Status>,
    pub(crate) time_zone: Option<String>,
    pub(crate) phone_numbers: Option<Vec<Contact>>,
    pub(crate) roles: Option<Vec<Reference>>,
    pub(crate) team: Option<Reference>,
    pub(crate) login_authenticator: Option<Reference>,
    pub(crate) external_id: Option<String>,
    /// User Hub's alone.
    pub(crate) external_identity: Option<String>,
    /// User Hub's alone: members that are kept and not looked at.
    pub(crate) more: Map<String, Value>,
}

impl Draft {
    pub(crate) fn from_body(body: &Value) -> Result<Self, Refusal> {
        let Some(body) = body.as_object() else {
            return Err(Refusal::bad(
                "invalidSyntax",
                "the body must be a JSON object",
            ));
        };
        let name = object(body, "name", "name")?;
        let extension = object(body, EXTENSION, EXTENSION)?;
        let in_name = |member: &str| match name {
            Some(name) => text(name, member, &format!("name.{member}")),
            None => Ok(None),
        };
        let in_extension =
            |member: &str| match extension.and_then(|extension| present(extension, member)) {
                Some(value) => reference(value, member).map(Some),
                None => Ok(None),
            };
        Ok(Self {
            user_name: text(body, "userName", "userName")?,
            given_name: in_name("givenName")?,
            middle_name: in_name("middleName")?,
            family_name: in_name("familyName")?,
            emails: contacts(body, "emails")?,
            display_name: text(body, "displayName", "displayName")?,
            user_type: text(body, "userType", "userType")?,
            active: flag(body, "active", "active")?,
            time_zone: text(body, "timezone", "timezone")?,
            phone_numbers: contacts(body, "phoneNumbers")?,
            roles: list(body, "roles", reference)?,
            team: in_extension("team")?,
            login_authenticator: in_extension("loginAuthenticator")?,
            external_id: text(body, "externalId", "externalId")?,
            ..Self::default()
        })
    }

    /// Takes out an optional field; whether it was there.
    pub(crate) fn drop_field(&mut self, field: OptionalField) -> bool {
        match field {
            OptionalField::DisplayName => self.display_name.take().is_some(),
            OptionalField::MiddleName => self.middle_name.take().is_some(),
            OptionalField::MobileNumber => self.phone_numbers.take().is_some(),
            OptionalField::TimeZone => self.time_zone.take().is_some(),
            OptionalField::UserType => self.user_type.take().is_some(),
            OptionalField::LoginAuthenticator => self.login_authenticator.take().is_some(),
            OptionalField::PrimaryRole => self.roles.take().is_some(),
            OptionalField::Team => self.team.take().is_some(),
        }
    }
}

fn present<'a>(body: &'a Map<String, Value>, member: &str) -> Option<&'a Value> {
    body.get(member).filter(|value| !value.is_null())
}

fn wrong(at: &str, wanted: &str) -> Refusal {
    Refusal::invalid(at, format!("{at} must be {wanted}"))
}

fn object<'a>(
    body: &'a Map<String, Value>,
    member: &str,
    at: &str,
) -> Result<Option<&'a Map<String, Value>>, Refusal> {
    match present(body, member) {
        None => Ok(None),
        Some(value) => value
            .as_object()
            .map(Some)
            .ok_or_else(|| wrong(at, "an object")),
    }
}

fn text(body: &Map<String, Value>, member: &str, at: &str) -> Result<Option<String>, Refusal> {
    match present(body, member) {
        None => Ok(None),
        Some(value) => value
            .as_str()
            .map(|text| Some(text.to_owned()))
            .ok_or_else(|| wrong(at, "a string")),
    }
}

fn flag(body: &Map<String, Value>, member: &str, at: &str) -> Result<Option<bool>, Refusal> {
    match present(body, member) {
        None => Ok(None),
        Some(value) => value
            .as_bool()
            .map(Some)
            .ok_or_else(|| wrong(at, "a boolean")),
    }
}

fn list<T>(
    body: &Map<String, Value>,
    member: &str,
    item: impl Fn(&Value, &str) -> Result<T, Refusal>,
) -> Result<Option<Vec<T>>, Refusal> {
    match present(body, member) {
        None => Ok(None),
        Some(value) => {
            let items = value.as_array().ok_or_else(|| wrong(member, "a list"))?;
            items
                .iter()
                .map(|value| item(value, member))
                .collect::<Result<_, _>>()
                .map(Some)
        }
    }
}

fn contacts(body: &Map<String, Value>, member: &str) -> Result<Option<Vec<Contact>>, Refusal> {
    list(body, member, |item, at| {
        let item = item
            .as_object()
            .ok_or_else(|| wrong(at, "a list of objects"))?;
        let at_value = format!("{at}.value");
        Ok(Contact {
            value: required(item, &at_value)?,
            kind: text(item, "type", &format!("{at}.type"))?,
            primary: flag(item, "primary", &format!("{at}.primary"))?,
        })
    })
}

fn reference(value: &Value, at: &str) -> Result<Reference, Refusal> {
    let item = value
        .as_object()
        .ok_or_else(|| wrong(at, "an object with a value"))?;
    Ok(Reference {
        value: required(item, &format!("{at}.value"))?,
        display: text(item, "display", &format!("{at}.display"))?,
    })
}

fn required(item: &Map<String, Value>, at: &str) -> Result<String, Refusal> {
    text(item, "value", at)?
        .filter(|value| !value.trim().is_empty())
        .ok_or_else(|| Refusal::invalid(at, format!("{at} is required")))
}
