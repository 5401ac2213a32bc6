//! PATCH, by the odd document: operations of a path and a string, without `op`.
//!
//! The operations are turned into the body that a request with just these attributes would have.

use serde_json::{Map, Value, json};

use crate::answer::Refusal;
use crate::draft::{Draft, EXTENSION};
use crate::switches::Patch;
use crate::user::{USER_SCHEMA, User, contacts};

/// The attributes that PATCH can name, by their names in requests.
const PLAIN: [&str; 6] = [
    "userName",
    "displayName",
    "userType",
    "active",
    "timezone",
    "externalId",
];
const IN_NAME: [&str; 3] = ["givenName", "middleName", "familyName"];
const IN_EXTENSION: [&str; 2] = ["team", "loginAuthenticator"];

/// What the operations of `body` make of `user`.
pub(crate) fn draft(user: &User, body: &Value, mode: Patch) -> Result<Draft, Refusal> {
    if !body.get("schemas").is_some_and(Value::is_array) {
        return Err(Refusal::bad("invalidSyntax", "schemas is required"));
    }
    let operations = body
        .get("Operations")
        .and_then(Value::as_array)
        .filter(|operations| !operations.is_empty());
    let Some(operations) = operations else {
        return Err(Refusal::bad("invalidSyntax", "Operations is required"));
    };
    let mut change = Change {
        user,
        body: Map::new(),
        name: Map::new(),
        extension: Map::new(),
    };
    for operation in operations {
        match mode {
            Patch::Strict => change.strict(operation)?,
            Patch::Lenient => change.lenient(operation)?,
        }
    }
    let Change {
        mut body,
        name,
        extension,
        ..
    } = change;
    body.insert("name".into(), name.into());
    body.insert(EXTENSION.into(), extension.into());
    Draft::from_body(&Value::Object(body))
}

struct Change<'a> {
    user: &'a User,
    /// The request body so far, but for its two complex members.
    body: Map<String, Value>,
    name: Map<String, Value>,
    extension: Map<String, Value>,
}

impl Change<'_> {
    fn strict(&mut self, operation: &Value) -> Result<(), Refusal> {
        let Some(path) = operation.get("path").and_then(Value::as_str) else {
            return Err(Refusal::bad("noTarget", "an operation must have a path"));
        };
        match operation.get("value") {
            Some(value @ Value::String(_)) => self.set(path, value),
            Some(_) => Err(Refusal::invalid(
                path,
                format!("the value of {path} must be a string"),
            )),
            None => Err(Refusal::invalid(
                path,
                format!("the operation on {path} must have a value"),
            )),
        }
    }

    fn lenient(&mut self, operation: &Value) -> Result<(), Refusal> {
        let op = operation
            .get("op")
            .and_then(Value::as_str)
            .unwrap_or("replace")
            .to_lowercase();
        let path = operation.get("path").and_then(Value::as_str);
        let value = operation.get("value").unwrap_or(&Value::Null);
        match (op.as_str(), path) {
            ("remove", Some(path)) => self.remove(path),
            ("add" | "replace", Some(path)) => self.set(path, value),
            ("add" | "replace", None) => {
                let Some(members) = value.as_object() else {
                    return Err(Refusal::bad(
                        "noTarget",
                        "an operation without a path must have an object as value",
                    ));
                };
                members
                    .iter()
                    .try_for_each(|(path, value)| self.set(path, value))
            }
            ("remove", None) => Err(Refusal::bad("noTarget", "a removal must have a path")),
            _ => Err(Refusal::bad("invalidSyntax", format!("unknown op {op:?}"))),
        }
    }

    fn set(&mut self, path: &str, value: &Value) -> Result<(), Refusal> {
        let target = Target::parse(path)?;
        match target {
            Target::Plain("active") => {
                let active = match value {
                    Value::String(text) if text.eq_ignore_ascii_case("true") => Value::Bool(true),
                    Value::String(text) if text.eq_ignore_ascii_case("false") => Value::Bool(false),
                    other => other.clone(),
                };
                self.body.insert("active".into(), active);
            }
            Target::Plain(member) => {
                self.body.insert(member.into(), value.clone());
            }
            Target::Name(member) => {
                self.name.insert(member.into(), value.clone());
            }
            Target::WholeName | Target::WholeExtension => {
                let Some(members) = value.as_object() else {
                    return Err(Refusal::invalid(path, format!("{path} must be an object")));
                };
                let whole_name = matches!(target, Target::WholeName);
                let prefix = if whole_name {
                    "name.".to_owned()
                } else {
                    format!("{EXTENSION}:")
                };
                for (member, value) in members {
                    self.set(&format!("{prefix}{member}"), value)?;
                }
            }
            Target::Extension(member) => {
                let whole = if value.is_object() {
                    value.clone()
                } else {
                    json!({ "value": value })
                };
                self.extension.insert(member.into(), whole);
            }
            Target::Roles => {
                let whole = if value.is_array() {
                    value.clone()
                } else {
                    json!([{ "value": value }])
                };
                self.body.insert("roles".into(), whole);
            }
            Target::Contacts { member, .. } if value.is_array() => {
                self.body.insert(member.into(), value.clone());
            }
            Target::Contacts { member, kind } => self.set_contact(member, kind, value),
        }
        Ok(())
    }

    /// One value of a list: the first, or the one of a type, which is made when there is none.
    fn set_contact(&mut self, member: &'static str, kind: Option<String>, value: &Value) {
        let held = if member == "emails" {
            &self.user.emails
        } else {
            &self.user.phone_numbers
        };
        let list = self.body.entry(member).or_insert_with(|| contacts(held));
        let Some(items) = list.as_array_mut() else {
            return;
        };
        let at = items.iter().position(|item| is_of(item, kind.as_deref()));
        match at.and_then(|at| items.get_mut(at)) {
            Some(item) => item["value"] = value.clone(),
            None => {
                let mut item = json!({ "value": value });
                if let Some(kind) = kind {
                    item["type"] = kind.into();
                }
                items.push(item);
            }
        }
    }

    /// Empty text and empty lists clear; what no user is without stays.
    fn remove(&mut self, path: &str) -> Result<(), Refusal> {
        match Target::parse(path)? {
            Target::Plain(member) => {
                self.body.insert(member.into(), "".into());
            }
            Target::Name(member) => {
                self.name.insert(member.into(), "".into());
            }
            Target::Contacts { member, kind } => {
                let held = if member == "emails" {
                    &self.user.emails
                } else {
                    &self.user.phone_numbers
                };
                let list = self.body.entry(member).or_insert_with(|| contacts(held));
                if let Some(items) = list.as_array_mut() {
                    items.retain(|item| !is_of(item, kind.as_deref()));
                }
            }
            Target::Roles | Target::Extension(_) | Target::WholeName | Target::WholeExtension => {}
        }
        Ok(())
    }
}

fn is_of(item: &Value, kind: Option<&str>) -> bool {
    kind.is_none() || item.get("type").and_then(Value::as_str) == kind
}

/// What a path names. Names of attributes are compared without regard to case (RFC 7643 section 2.1).
enum Target {
    Plain(&'static str),
    Name(&'static str),
    WholeName,
    Contacts {
        member: &'static str,
        kind: Option<String>,
    },
    Roles,
    Extension(&'static str),
    WholeExtension,
}

impl Target {
    fn parse(path: &str) -> Result<Self, Refusal> {
        let unknown = || Refusal::bad("invalidPath", format!("unknown path {path:?}"));
        if path.eq_ignore_ascii_case(EXTENSION) {
            return Ok(Self::WholeExtension);
        }
        if let Some(rest) = after_urn(path, EXTENSION) {
            let member = strip_suffix(rest, ".value");
            return known(&IN_EXTENSION, member)
                .map(Self::Extension)
                .ok_or_else(unknown);
        }
        let path = after_urn(path, USER_SCHEMA).unwrap_or(path);
        if let Some(member) = known(&PLAIN, path) {
            return Ok(Self::Plain(member));
        }
        if path.eq_ignore_ascii_case("name") {
            return Ok(Self::WholeName);
        }
        if let Some((_, member)) = path
            .split_once('.')
            .filter(|(root, _)| root.eq_ignore_ascii_case("name"))
        {
            return known(&IN_NAME, member).map(Self::Name).ok_or_else(unknown);
        }
        let whole = strip_suffix(path, ".value");
        let (root, kind) = match whole.split_once('[') {
            Some((root, condition)) => (root, Some(kind_of(condition).ok_or_else(unknown)?)),
            None => (whole, None),
        };
        match known(&["emails", "phoneNumbers", "roles"], root) {
            // Which role a condition picks does not matter: a string can only be the primary one.
            Some("roles") => Ok(Self::Roles),
            Some(member) => Ok(Self::Contacts {
                member,
                kind: kind.flatten(),
            }),
            None => Err(unknown()),
        }
    }
}

/// `type eq "work"]` or `primary eq true]`; the inner nothing stands for the first value.
fn kind_of(condition: &str) -> Option<Option<String>> {
    let condition = condition.strip_suffix(']')?;
    let mut words = condition.split_whitespace();
    let (attribute, operator, value) = (words.next()?, words.next()?, words.next()?);
    if !operator.eq_ignore_ascii_case("eq") || words.next().is_some() {
        return None;
    }
    match attribute.to_lowercase().as_str() {
        "type" => serde_json::from_str(value).ok().map(Some),
        "primary" => Some(None),
        _ => None,
    }
}

fn known(names: &[&'static str], name: &str) -> Option<&'static str> {
    names
        .iter()
        .copied()
        .find(|known| known.eq_ignore_ascii_case(name))
}

fn after_urn<'a>(path: &'a str, urn: &str) -> Option<&'a str> {
    let head = path.get(..urn.len())?;
    if head.eq_ignore_ascii_case(urn) {
        path.get(urn.len()..)?.strip_prefix(':')
    } else {
        None
    }
}

fn strip_suffix<'a>(text: &'a str, suffix: &str) -> &'a str {
    text.strip_suffix(suffix).unwrap_or(text)
}
