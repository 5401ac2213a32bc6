//! The target: a person as CXone should hold, or does hold, them.

use std::collections::{BTreeMap, BTreeSet};
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
    /// The roles beside the primary one, by name or id: a list of at most ten (cxone.md 4).
    SecondaryRoles,
    /// The identity that an external login authenticator knows the person by; User Hub alone takes it (cxone.md 3.2).
    ExternalIdentity,
    /// CXone's "Attributes", which decide features and billing: a list; User Hub alone takes it (cxone.md 3.2).
    ApplicationAttributes,
}

impl Attribute {
    /// Every attribute, in the order in which people read them.
    pub const ALL: [Attribute; 15] = [
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
        Attribute::SecondaryRoles,
        Attribute::ExternalIdentity,
        Attribute::ApplicationAttributes,
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
            Attribute::SecondaryRoles => "secondaryRoles",
            Attribute::ExternalIdentity => "externalIdentity",
            Attribute::ApplicationAttributes => "applicationAttributes",
        }
    }

    /// The attribute of this name, exactly.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|attribute| attribute.as_str() == name)
    }

    /// Whether its value is a list. The values of a list are one text, sorted, each on a line of its own, so that equal lists
    /// are equal texts; documents have an array.
    pub fn is_list(self) -> bool {
        matches!(
            self,
            Attribute::SecondaryRoles | Attribute::ApplicationAttributes
        )
    }

    /// Whether a tenant must have enabled it in Account Settings before SCIM takes it (cxone.md 1.1).
    pub fn optional_field(self) -> bool {
        matches!(
            self,
            Attribute::DisplayName
                | Attribute::MiddleName
                | Attribute::MobileNumber
                | Attribute::TimeZone
                | Attribute::UserType
                | Attribute::LoginAuthenticator
                | Attribute::Role
                | Attribute::Team
        )
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
    /// The attributes that CXone shall hold no value of, whoever set it. A template clears; a mapper has no opinion instead.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cleared: BTreeSet<Attribute>,
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

    /// The values of a list; of any other attribute its one value.
    pub fn list(&self, attribute: Attribute) -> impl Iterator<Item = &str> {
        let text = self.get(attribute).unwrap_or_default();
        text.split('\n').filter(|value| !value.is_empty())
    }

    /// Sets a list; an empty one removes it.
    pub fn set_list<'a>(
        &mut self,
        attribute: Attribute,
        values: impl IntoIterator<Item = &'a str>,
    ) {
        let values: BTreeSet<&str> = values.into_iter().filter(|it| !it.is_empty()).collect();
        let lines: Vec<&str> = values.into_iter().collect();
        self.set(attribute, lines.join("\n"));
    }

    /// Sets an attribute; an empty value removes it.
    pub fn set(&mut self, attribute: Attribute, value: impl Into<String>) {
        let value = value.into();
        self.cleared.remove(&attribute);
        if value.is_empty() {
            self.values.remove(&attribute);
        } else {
            self.values.insert(attribute, value);
        }
    }

    /// Takes an attribute's value away, in CXone too.
    pub fn clear(&mut self, attribute: Attribute) {
        self.values.remove(&attribute);
        self.cleared.insert(attribute);
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
                Value::Array(items) if attribute.is_list() => {
                    let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                    match texts {
                        Some(texts) if texts.iter().all(|text| !text.contains('\n')) => {
                            target.set_list(attribute, texts);
                        }
                        _ => return Err(BadTarget::WrongType(name.clone(), "list of lines")),
                    }
                }
                _ if attribute.is_list() => {
                    return Err(BadTarget::WrongType(name.clone(), "list of lines"));
                }
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
            let value = match attribute.is_list() {
                true => self.list(*attribute).collect(),
                false => Value::String(value.clone()),
            };
            members.insert(attribute.as_str().to_owned(), value);
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
        let document = json!({"userName": "ada@example.com", "role": "Agent", "secondaryRoles": ["Evaluator", "Manager"], "active": true});
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
        assert_eq!(
            Target::from_json(&json!({"secondaryRoles": "Manager"})),
            Err(BadTarget::WrongType(
                "secondaryRoles".into(),
                "list of lines"
            ))
        );
    }
}
