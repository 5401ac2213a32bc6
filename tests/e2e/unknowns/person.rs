//! A person as the identity provider said them, held against what we give back and what CXone has.

use bridge::target::Attribute;
use bridge::user::{Owner, State, User};
use serde_json::{Value, json};

const EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:nice:2.0:User";

/// What was acknowledged of a person.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// The resource, as far as CXone has a place for it.
    pub(super) source: Value,
    /// What the template gives besides; CXone's people may have given something else before.
    pub(super) template: bool,
}

impl Said {
    /// What CXone is to hold, by the words of SCIM.
    fn wanted(&self) -> Vec<(Attribute, String)> {
        let at = |pointer: &str| self.source.pointer(pointer).and_then(Value::as_str);
        let template = |value| self.template.then_some(value);
        let wanted = [
            (Attribute::UserName, at("/userName")),
            (Attribute::GivenName, at("/name/givenName")),
            (Attribute::MiddleName, at("/name/middleName")),
            (Attribute::FamilyName, at("/name/familyName")),
            (Attribute::DisplayName, at("/displayName")),
            (Attribute::Email, at("/emails/0/value")),
            (Attribute::MobileNumber, at("/phoneNumbers/0/value")),
            (Attribute::UserType, at("/userType")),
            (Attribute::Role, at("/roles/0/value")),
            (Attribute::TimeZone, template("Europe/London")),
            (Attribute::Team, template("Voice")),
        ];
        let told = wanted.into_iter();
        told.filter_map(|(attribute, value)| Some((attribute, value?.to_owned())))
            .collect()
    }

    /// What a GET of ours lacks of it.
    pub(super) fn lost(&self, read: &Value) -> Vec<String> {
        let said = self.source.as_object().into_iter().flatten();
        said.filter(|(name, value)| !holds(value, &read[name.as_str()]))
            .map(|(name, value)| format!("{name} was {value} and reads {}", read[name.as_str()]))
            .collect()
    }

    /// What CXone lacks of it and nobody here says so. `held` is what CXone shows.
    pub(super) fn unaccounted(&self, held: Option<&Value>, user: &User) -> Vec<String> {
        if matches!(user.state, State::Owed | State::Refused | State::Deferred) {
            return Vec::new();
        }
        let Some(held) = held else {
            let state = user.state;
            return vec![format!("nobody is in CXone, and the state is {state}")];
        };
        let mut lacking = Vec::new();
        if held["active"] != self.source["active"] {
            lacking.push(format!("active is in CXone {}", held["active"]));
        }
        if self.source["active"] == false {
            // The rest waits for re-activation.
            return lacking;
        }
        let unconfirmed = unconfirmed(user);
        for (attribute, value) in self.wanted() {
            let owner = user.owners.get(&attribute).map(|owned| owned.owner);
            let accounted = owner == Some(Owner::Cxone)
                || user.left_out.contains(&attribute)
                || unconfirmed.contains(&attribute.as_str());
            let shown = shown(held, attribute);
            let zone = attribute == Attribute::TimeZone && shown == Some("GMT Standard Time");
            if shown != Some(value.as_str()) && !zone && !accounted {
                lacking.push(format!("{attribute} is in CXone {shown:?}"));
            }
        }
        lacking
    }
}

/// The attributes that CXone shows otherwise, by our word.
pub(super) fn unconfirmed(user: &User) -> Vec<&str> {
    let reason = user.reason.as_deref().unwrap_or_default();
    let named = reason.strip_prefix("CXone shows otherwise: ");
    named
        .map(|names| names.split(", ").collect())
        .unwrap_or_default()
}

/// Whether everything said is in what is read.
fn holds(said: &Value, read: &Value) -> bool {
    match (said, read) {
        (Value::Object(said), Value::Object(_)) => said
            .iter()
            .all(|(name, value)| holds(value, &read[name.as_str()])),
        (Value::Array(said), Value::Array(read)) => {
            said.len() == read.len() && said.iter().zip(read).all(|(one, other)| holds(one, other))
        }
        _ => said == read,
    }
}

/// An attribute as CXone's SCIM shows it.
fn shown(held: &Value, attribute: Attribute) -> Option<&str> {
    let shown = match attribute {
        Attribute::UserName => &held["userName"],
        Attribute::GivenName => &held["name"]["givenName"],
        Attribute::MiddleName => &held["name"]["middleName"],
        Attribute::FamilyName => &held["name"]["familyName"],
        Attribute::DisplayName => &held["displayName"],
        Attribute::Email => &held["emails"][0]["value"],
        Attribute::MobileNumber => &held["phoneNumbers"][0]["value"],
        Attribute::UserType => &held["userType"],
        Attribute::TimeZone => &held["timeZone"],
        Attribute::Role => &held["roles"][0]["display"],
        Attribute::Team => &held[EXTENSION]["team"]["display"],
        _ => return None,
    };
    shown.as_str()
}

/// Ada as she is created: with an address and a number that may be shown otherwise, and with everything that is optional.
pub(super) fn ada(user_name: &str, user_type: &str) -> Value {
    json!({
        "userName": user_name, "active": true, "displayName": "Ada Byron", "userType": user_type,
        "name": {"givenName": "Ada", "middleName": "Augusta", "familyName": "Byron"},
        "emails": [{"primary": true, "type": "work", "value": "Ada@Example.com"}],
        "phoneNumbers": [{"type": "mobile", "value": "+442079460001"}],
        "roles": [{"primary": true, "value": "Evaluator"}],
    })
}
