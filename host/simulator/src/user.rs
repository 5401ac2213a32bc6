//! A user as CXone holds it, and the shapes in which SCIM shows it.

use serde_json::{Map, Value, json};

use crate::draft::{Contact, EXTENSION, Reference};
use crate::settings::Settings;
use crate::switches::{EmailShown, PhoneShown};

pub(crate) const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// The name of an id, kept so that it can still be shown when the tenant has lost the thing itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// One employee. Never removed.
#[derive(Debug, Clone)]
pub(crate) struct User {
    /// UUID of User Hub and SCIM.
    pub(crate) id: String,
    /// Integer id of the ACD.
    pub(crate) agent_id: u64,
    pub(crate) user_name: String,
    pub(crate) given_name: String,
    pub(crate) middle_name: Option<String>,
    pub(crate) family_name: String,
    /// As written.
    pub(crate) emails: Vec<Contact>,
    /// As last written while no verification was asked for.
    pub(crate) verified_emails: Vec<Contact>,
    pub(crate) display_name: Option<String>,
    pub(crate) user_type: Option<String>,
    pub(crate) active: bool,
    pub(crate) time_zone: Option<String>,
    pub(crate) phone_numbers: Vec<Contact>,
    /// The first is the primary role; never empty.
    pub(crate) roles: Vec<Held>,
    pub(crate) team: Held,
    pub(crate) login_authenticator: Option<Reference>,
    pub(crate) external_id: Option<String>,
}

impl User {
    /// UserResponse.
    pub(crate) fn response(&self, settings: &Settings) -> Value {
        let mut body = Map::new();
        body.insert("schemas".into(), json!([USER_SCHEMA, EXTENSION]));
        body.insert("id".into(), self.id.as_str().into());
        put(&mut body, "externalId", self.external_id.as_ref());
        body.insert("userName".into(), self.user_name.as_str().into());
        body.insert("name".into(), self.name());
        body.insert(
            "emails".into(),
            self.shown_emails(settings.switches.email_shown),
        );
        put(&mut body, "displayName", self.display_name.as_ref());
        put(&mut body, "userType", self.user_type.as_ref());
        body.insert("active".into(), self.active.into());
        body.insert(
            "phoneNumbers".into(),
            self.shown_phones(settings.switches.phone_shown),
        );
        let roles = self.roles.iter().enumerate().map(|(at, role)| {
            let known = settings.roles.iter().find(|known| known.id == role.id);
            json!({
                "value": role.id,
                "display": known.map_or(role.name.as_str(), |known| known.name.as_str()),
                "primary": at == 0,
            })
        });
        body.insert("roles".into(), roles.collect());
        let known = settings.teams.iter().find(|known| known.id == self.team.id);
        let team = known.map_or(self.team.name.as_str(), |known| known.name.as_str());
        let mut extension = json!({ "team": { "value": self.team.id, "display": team } });
        if let Some(authenticator) = &self.login_authenticator {
            extension["loginAuthenticator"] = named(authenticator);
        }
        body.insert(EXTENSION.into(), extension);
        put(&mut body, "timeZone", self.time_zone.as_ref());
        body.insert("meta".into(), json!({ "resourceType": "User" }));
        Value::Object(body)
    }

    /// The same as an item of a list: without phone numbers.
    pub(crate) fn list_item(&self, settings: &Settings) -> Value {
        let mut item = self.response(settings);
        if let Some(item) = item.as_object_mut() {
            item.shift_remove("phoneNumbers");
        }
        item
    }

    fn name(&self) -> Value {
        let mut name = Map::new();
        name.insert("givenName".into(), self.given_name.as_str().into());
        put(&mut name, "middleName", self.middle_name.as_ref());
        name.insert("familyName".into(), self.family_name.as_str().into());
        Value::Object(name)
    }

    fn shown_emails(&self, shown: EmailShown) -> Value {
        match shown {
            EmailShown::AsWritten => contacts(&self.emails),
            EmailShown::Pending => contacts(&self.verified_emails),
            EmailShown::LowerCase => contacts(&changed(&self.emails, |value| value.to_lowercase())),
        }
    }

    fn shown_phones(&self, shown: PhoneShown) -> Value {
        match shown {
            PhoneShown::AsWritten => contacts(&self.phone_numbers),
            PhoneShown::Reformatted => contacts(&changed(&self.phone_numbers, reformatted)),
        }
    }
}

fn put(body: &mut Map<String, Value>, member: &str, value: Option<&String>) {
    if let Some(value) = value {
        body.insert(member.to_owned(), value.as_str().into());
    }
}

fn named(reference: &Reference) -> Value {
    let display = reference.display.as_ref().unwrap_or(&reference.value);
    json!({ "value": reference.value, "display": display })
}

fn changed(items: &[Contact], change: impl Fn(&str) -> String) -> Vec<Contact> {
    items
        .iter()
        .map(|item| Contact {
            value: change(&item.value),
            ..item.clone()
        })
        .collect()
}

pub(crate) fn contacts(items: &[Contact]) -> Value {
    let shown = items.iter().map(|item| {
        let mut shown = json!({ "value": item.value });
        if let Some(kind) = &item.kind {
            shown["type"] = kind.as_str().into();
        }
        if let Some(primary) = item.primary {
            shown["primary"] = primary.into();
        }
        shown
    });
    shown.collect()
}

/// `+1 (555) 0100000` -> `+1-555-010-0000`: the last four digits, then threes.
fn reformatted(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    let mut shown = String::from(if number.trim_start().starts_with('+') {
        "+"
    } else {
        ""
    });
    for (at, digit) in digits.iter().enumerate() {
        let left = digits.len() - at;
        if at > 0 && (left == 4 || (left > 4 && (left - 4).is_multiple_of(3))) {
            shown.push('-');
        }
        shown.push(*digit);
    }
    shown
}
