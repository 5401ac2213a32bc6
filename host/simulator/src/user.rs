//! A user as CXone holds it, and the shapes in which SCIM shows it.

use serde_json::{Map, Value, json};

use crate::draft::{Contact, EXTENSION, Reference};
use crate::settings::Settings;
use crate::switches::{BlockedActive, DeactivatedStatus, EmailShown, PhoneShown};

pub(crate) const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// The name of an id, kept so that it can still be shown when the tenant has lost the thing itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// Where an employee stands while not deactivated (cxone.md 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Made, not invited.
    Unregistered,
    /// Invited, not yet there.
    Pending,
    /// There.
    Active,
    /// Locked out.
    Blocked,
}

impl Status {
    /// As User Hub writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unregistered => "UNREGISTERED",
            Self::Pending => "PENDING",
            Self::Active => "ACTIVE",
            Self::Blocked => "BLOCKED",
        }
    }
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
    pub(crate) status: Status,
    /// When they were deactivated, if they are.
    pub(crate) deactivated: Option<String>,
    pub(crate) created: String,
    pub(crate) time_zone: Option<String>,
    pub(crate) phone_numbers: Vec<Contact>,
    /// The first is the primary role; never empty.
    pub(crate) roles: Vec<Held>,
    pub(crate) team: Held,
    pub(crate) login_authenticator: Option<Reference>,
    pub(crate) external_id: Option<String>,
    /// User Hub's `externalIdentity`.
    pub(crate) external_identity: Option<String>,
    /// What User Hub keeps of an employee and nothing here looks at, such as `assignedGroup`.
    pub(crate) more: Map<String, Value>,
}

impl User {
    /// SCIM's `active`.
    pub(crate) fn active(&self, settings: &Settings) -> bool {
        let blocked = self.status == Status::Blocked
            && settings.switches.blocked_active == BlockedActive::Inactive;
        self.deactivated.is_none() && !blocked
    }

    /// The status that User Hub shows.
    pub(crate) fn shown_status(&self, settings: &Settings) -> &'static str {
        if self.deactivated.is_none() {
            return self.status.as_str();
        }
        match settings.switches.deactivated_status {
            DeactivatedStatus::Deleted => "DELETED",
            DeactivatedStatus::Blocked => "BLOCKED",
            DeactivatedStatus::Inactive => "INACTIVE",
        }
    }

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
            contacts(&self.shown_emails(settings.switches.email_shown)),
        );
        put(&mut body, "displayName", self.display_name.as_ref());
        put(&mut body, "userType", self.user_type.as_ref());
        body.insert("active".into(), self.active(settings).into());
        body.insert(
            "phoneNumbers".into(),
            contacts(&self.shown_phones(settings.switches.phone_shown)),
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
            extension["loginAuthenticator"] = shown(authenticator, settings);
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

    pub(crate) fn shown_emails(&self, shown: EmailShown) -> Vec<Contact> {
        match shown {
            EmailShown::AsWritten => self.emails.clone(),
            EmailShown::Pending => self.verified_emails.clone(),
            EmailShown::LowerCase => changed(&self.emails, |value| value.to_lowercase()),
        }
    }

    pub(crate) fn shown_phones(&self, shown: PhoneShown) -> Vec<Contact> {
        match shown {
            PhoneShown::AsWritten => self.phone_numbers.clone(),
            PhoneShown::Reformatted => changed(&self.phone_numbers, reformatted),
        }
    }
}

fn put(body: &mut Map<String, Value>, member: &str, value: Option<&String>) {
    if let Some(value) = value {
        body.insert(member.to_owned(), value.as_str().into());
    }
}

/// A login authenticator, by the name that the tenant has for it now.
fn shown(reference: &Reference, settings: &Settings) -> Value {
    let mut known = settings.login_authenticators.iter();
    let known = known.find(|known| known.id == reference.value);
    let said = reference.display.as_ref().unwrap_or(&reference.value);
    json!({ "value": reference.value, "display": known.map_or(said, |known| &known.name) })
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
