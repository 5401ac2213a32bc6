//! The target: a person as CXone should hold, or does hold, them.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An attribute of the target, named as in plugins, configuration and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Attribute {
    /// The name that the person signs in with; unique in the tenant.
    UserName,
    /// First name.
    GivenName,
    /// Middle name; optional in CXone.
    MiddleName,
    /// Last name.
    FamilyName,
    /// Display name; optional in CXone.
    DisplayName,
    /// E-mail address; not unique in CXone.
    Email,
    /// Mobile number; optional in CXone.
    MobileNumber,
    /// Time zone; optional in CXone.
    TimeZone,
    /// CXone's "Type"; optional in CXone.
    UserType,
    /// Primary role, by name or id; optional in CXone, which gives its default role otherwise.
    Role,
    /// Team, by name or id; optional in CXone, which gives its default team otherwise.
    Team,
    /// Login authenticator, by name or id; optional in CXone.
    LoginAuthenticator,
}

impl Attribute {
    /// Every attribute, in the order in which people read them.
    pub const ALL: [Attribute; 12] = [
        Attribute::UserName,
        Attribute::GivenName,
        Attribute::MiddleName,
        Attribute::FamilyName,
        Attribute::DisplayName,
        Attribute::Email,
        Attribute::MobileNumber,
        Attribute::TimeZone,
        Attribute::UserType,
        Attribute::Role,
        Attribute::Team,
        Attribute::LoginAuthenticator,
    ];

    /// The name in documents and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Attribute::UserName => "userName",
            Attribute::GivenName => "givenName",
            Attribute::MiddleName => "middleName",
            Attribute::FamilyName => "familyName",
            Attribute::DisplayName => "displayName",
            Attribute::Email => "email",
            Attribute::MobileNumber => "mobileNumber",
            Attribute::TimeZone => "timeZone",
            Attribute::UserType => "userType",
            Attribute::Role => "role",
            Attribute::Team => "team",
            Attribute::LoginAuthenticator => "loginAuthenticator",
        }
    }

    /// The attribute of this name, exactly.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|attribute| attribute.as_str() == name)
    }

    /// Whether CXone needs it on every create and replace (help page "SCIM": username, first name, last name, email).
    pub fn required(self) -> bool {
        matches!(
            self,
            Attribute::UserName | Attribute::GivenName | Attribute::FamilyName | Attribute::Email
        )
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A target document. An absent attribute is one that nobody has an opinion on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The attributes that have a value. Values are never empty.
    pub values: BTreeMap<Attribute, String>,
    /// Whether the person may work in CXone.
    pub active: Option<bool>,
}

/// Why a JSON document is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    /// Not a JSON object.
    #[error("the target is not a JSON object")]
    NotAnObject,
    /// A member that the contract does not know.
    #[error("the target has an unknown member {0:?}")]
    UnknownMember(String),
    /// A member of the wrong type.
    #[error("the target's {0} is not a {1}")]
    WrongType(String, &'static str),
}

impl Target {
    /// The value of an attribute.
    pub fn get(&self, attribute: Attribute) -> Option<&str> {
        self.values.get(&attribute).map(String::as_str)
    }

    /// Sets an attribute; an empty value removes it.
    pub fn set(&mut self, attribute: Attribute, value: impl Into<String>) {
        let value = value.into();
        if value.is_empty() {
            self.values.remove(&attribute);
        } else {
            self.values.insert(attribute, value);
        }
    }

    /// Reads the flat document of the plugin contract (wit/types.wit). `null` and empty strings count as absent.
    pub fn from_json(document: &Value) -> Result<Self, BadTarget> {
        let Value::Object(members) = document else {
            return Err(BadTarget::NotAnObject);
        };
        let mut target = Target::default();
        for (name, value) in members {
            if name == "active" {
                target.active = match value {
                    Value::Null => None,
                    Value::Bool(active) => Some(*active),
                    _ => return Err(BadTarget::WrongType(name.clone(), "boolean")),
                };
                continue;
            }
            let Some(attribute) = Attribute::parse(name) else {
                return Err(BadTarget::UnknownMember(name.chars().take(80).collect()));
            };
            match value {
                Value::Null => {}
                Value::String(text) => target.set(attribute, text.as_str()),
                _ => return Err(BadTarget::WrongType(name.clone(), "string")),
            }
        }
        Ok(target)
    }

    /// The flat document of the plugin contract.
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        for (attribute, value) in &self.values {
            members.insert(attribute.as_str().to_owned(), Value::String(value.clone()));
        }
        if let Some(active) = self.active {
            members.insert("active".to_owned(), Value::Bool(active));
        }
        Value::Object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_survives_the_round_trip() {
        let document = json!({"userName": "ada@example.com", "role": "Agent", "active": true});
        let target = Target::from_json(&document).expect("a target");
        assert_eq!(target.to_json(), document);
    }

    #[test]
    fn unknown_members_and_wrong_types_are_named() {
        assert_eq!(Target::from_json(&json!([])), Err(BadTarget::NotAnObject));
        assert_eq!(
            Target::from_json(&json!({"rôle": "x"})),
            Err(BadTarget::UnknownMember("rôle".into()))
        );
        assert_eq!(
            Target::from_json(&json!({"email": 1})),
            Err(BadTarget::WrongType("email".into(), "string"))
        );
    }
}
