//! One attribute's value, brought into the form that its schema says.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::dialect::Dialect;
use crate::error::Error;
use crate::json::{self, Limits};
use crate::schema::{Attribute, Type};

/// The value of an attribute at `path`; `None` is unset.
pub(crate) fn attribute(
    attribute: &'static Attribute,
    value: Value,
    dialect: &Dialect,
    path: &str,
) -> Result<Option<Value>, Error> {
    if !attribute.multi_valued {
        return single(attribute, value, dialect, path);
    }
    let is_members = attribute.name == "members";
    let given = match value {
        Value::Null => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::Array(items) => items,
        one => vec![one],
    };
    let is_empty = given.is_empty();
    let mut items = Vec::with_capacity(given.len());
    for item in given {
        items.extend(single(attribute, item, dialect, path)?);
    }
    if is_members {
        if is_empty {
            return Ok(Some(Value::Array(items)));
        }
        if items.is_empty() {
            return Err(no_member(path));
        }
        let mut seen = HashSet::new();
        items.retain(|item| seen.insert(item.get("value").cloned()));
    }
    if items.iter().filter(|item| is_primary(item)).count() > 1 {
        return Err(Error::invalid_value(format!(
            "{path}: more than one value is primary"
        )));
    }
    Ok(if items.is_empty() {
        None
    } else {
        Some(Value::Array(items))
    })
}

/// One member without an id among others is ignored (N13); a list of nothing else is a mistake, and taken for an empty one
/// it would empty the group.
pub(crate) fn no_member(path: &str) -> Error {
    Error::invalid_value(format!("{path}.value: required, but missing or empty"))
}

pub(crate) fn is_primary(element: &Value) -> bool {
    element.get("primary").and_then(Value::as_bool) == Some(true)
}

/// One value: that of a single-valued attribute, or one element of a multi-valued one.
pub(crate) fn single(
    attribute: &'static Attribute,
    value: Value,
    dialect: &Dialect,
    path: &str,
) -> Result<Option<Value>, Error> {
    let expected = |what: &str| Error::invalid_value(format!("{path}: expected {what}"));
    match (attribute.kind, value) {
        (_, Value::Null) => Ok(None),
        (_, Value::Array(mut items)) => match (items.pop(), items.is_empty()) {
            (None, _) => Ok(None),
            (Some(only), true) => single(attribute, only, dialect, path),
            (Some(_), false) => Err(expected("one value, not several")),
        },
        (Type::Complex, value) => complex(attribute, value, dialect, path),
        (_, Value::String(text)) if text.is_empty() => Ok(None),
        (_, Value::Object(map)) => match into_only_value(map) {
            Some(value) => single(attribute, value, dialect, path),
            None => Err(expected(word(attribute.kind))),
        },
        (Type::Boolean, Value::Bool(value)) => Ok(Some(Value::Bool(value))),
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("true") => {
            Ok(Some(Value::Bool(true)))
        }
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("false") => {
            Ok(Some(Value::Bool(false)))
        }
        (
            Type::String | Type::DateTime | Type::Binary | Type::Reference,
            text @ Value::String(_),
        ) => Ok(Some(text)),
        (Type::Decimal, number @ Value::Number(_)) => Ok(Some(number)),
        (Type::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {
            Ok(Some(Value::Number(number)))
        }
        (kind, _) => Err(expected(word(kind))),
    }
}

fn word(kind: Type) -> &'static str {
    match kind {
        Type::Boolean => "a boolean",
        Type::Decimal => "a number",
        Type::Integer => "a whole number",
        Type::Complex => "an object",
        Type::String => "a string",
        Type::DateTime => "a dateTime in a string",
        Type::Binary => "base64 in a string",
        Type::Reference => "a URI in a string",
    }
}

/// The value of an object that has the key `value` and no other.
fn into_only_value(map: Map<String, Value>) -> Option<Value> {
    let mut entries = map.into_iter();
    match (entries.next(), entries.next()) {
        (Some((key, value)), None) if key.eq_ignore_ascii_case("value") => Some(value),
        _ => None,
    }
}

fn complex(
    attribute: &'static Attribute,
    value: Value,
    dialect: &Dialect,
    path: &str,
) -> Result<Option<Value>, Error> {
    let given = match value {
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::Object(map) => in_string(attribute, map.get("value"), dialect)
            .map(|mut inner| {
                inner.extend(
                    map.iter()
                        .filter(|(key, _)| *key != "value")
                        .map(|(key, value)| (key.clone(), value.clone())),
                );
                inner
            })
            .unwrap_or(map),
        text @ Value::String(_) if attribute.sub("value").is_some() => {
            in_string(attribute, Some(&text), dialect)
                .unwrap_or_else(|| Map::from_iter([("value".to_owned(), text)]))
        }
        _ => return Err(Error::invalid_value(format!("{path}: expected an object"))),
    };
    let mut map = Map::new();
    for (key, value) in given {
        let Some(sub) = attribute.sub(&key).or_else(|| alias(attribute, &key)) else {
            continue;
        };
        let is_alias = !sub.name.eq_ignore_ascii_case(&key);
        if is_alias && map.contains_key(sub.name) {
            continue;
        }
        if let Some(value) = single(sub, value, dialect, &format!("{path}.{}", sub.name))? {
            map.insert(sub.name.to_owned(), value);
        }
    }
    match attribute.name {
        "manager" => return Ok(manager(map)),
        "members" => {
            if let (None, Some(id)) = (map.get("value"), referenced(&map)) {
                map.insert("value".to_owned(), id.into());
            }
            if !map.contains_key("value") {
                return Ok(None);
            }
            map.entry("type").or_insert_with(|| "User".into());
        }
        _ => {}
    }
    Ok(if map.is_empty() {
        None
    } else {
        Some(Value::Object(map))
    })
}

/// Names that clients use for a sub-attribute: OneLogin's `managerId`, the `displayName` of Entra's roles.
fn alias(attribute: &'static Attribute, key: &str) -> Option<&'static Attribute> {
    if attribute.name == "manager" && key.eq_ignore_ascii_case("managerId") {
        attribute.sub("value")
    } else if key.eq_ignore_ascii_case("displayName") {
        attribute.sub("display")
    } else {
        None
    }
}

/// A role that is a JSON document in a string (N18, E-21).
fn in_string(
    attribute: &Attribute,
    value: Option<&Value>,
    dialect: &Dialect,
) -> Option<Map<String, Value>> {
    let text = value?.as_str()?;
    if !dialect.json_roles || attribute.name != "roles" || !text.trim_start().starts_with('{') {
        return None;
    }
    match json::parse(text.as_bytes(), Limits::default()) {
        Ok(Value::Object(map)) => Some(map),
        _ => None,
    }
}

/// `{"value": …}` with `displayName`, or nothing (N14). A bare `$ref` says the value in its last segment.
fn manager(map: Map<String, Value>) -> Option<Value> {
    let text = |name: &str| {
        map.get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.trim().is_empty())
    };
    let value = text("value").map(str::to_owned);
    let value = value.or_else(|| referenced(&map))?;
    let mut manager = Map::from_iter([("value".to_owned(), Value::from(value))]);
    if let Some(name) = text("displayName") {
        manager.insert("displayName".to_owned(), name.into());
    }
    Some(Value::Object(manager))
}

/// The id in the last segment of a `$ref`.
fn referenced(map: &Map<String, Value>) -> Option<String> {
    let segment = map.get("$ref")?.as_str()?.rsplit('/').next()?;
    Some(segment.to_owned()).filter(|segment| !segment.trim().is_empty())
}

/// A value of an open schema: kept as given but for what is unset.
pub(crate) fn open(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::Array(items) => {
            let items: Vec<Value> = items.into_iter().filter_map(open).collect();
            if items.is_empty() {
                None
            } else {
                Some(Value::Array(items))
            }
        }
        Value::Object(map) => {
            let map: Map<String, Value> = map
                .into_iter()
                .filter_map(|(key, value)| Some((key, open(value)?)))
                .collect();
            if map.is_empty() {
                None
            } else {
                Some(Value::Object(map))
            }
        }
        plain => Some(plain),
    }
}
