//! A SCIM User as the identity provider states it.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

use crate::document::{Document, object};
use crate::error::Error;
use crate::path::{Path, boolean};

/// Core attributes of RFC 7643, section 4.1.2, that hold several values. Written where nothing is yet, they become lists.
const MULTI_VALUED: [&str; 9] = [
    "emails",
    "phoneNumbers",
    "roles",
    "addresses",
    "ims",
    "photos",
    "groups",
    "entitlements",
    "x509Certificates",
];

/// A SCIM User (RFC 7643) as the identity provider states it, normalised by the host.
///
/// Attribute names are compared without case. See [`Path`] for what a path may be.
///
/// ```
/// use jackfield_sdk::Source;
///
/// let mut source: Source = r#"{"emails":[{"type":"work","value":"ada@example.com"}]}"#.parse()?;
/// assert_eq!(source.str("emails[type eq \"work\"].value"), Some("ada@example.com"));
/// source.set("name.givenName", "Ada")?;
/// assert_eq!(source.str("NAME.givenname"), Some("Ada"));
/// # Ok::<(), jackfield_sdk::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Source {
    members: Map<String, Value>,
    /// The text it came from, as long as nothing was changed: handed back byte for byte.
    text: Option<String>,
}

impl Source {
    /// A source without attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there are no attributes.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The whole resource.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// The value at a path; none where there is nothing, or `null`, or the path is malformed.
    ///
    /// Without a filter, a sub-attribute of a multi-valued attribute is that of the first element that has it.
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.at(&Path::parse(path).ok()?)
    }

    /// As [`Source::get`], with a path parsed before.
    pub fn at(&self, path: &Path<'_>) -> Option<&Value> {
        let holder = match path.extension {
            None => &self.members,
            Some(urn) => member(&self.members, urn)?.as_object()?,
        };
        let value = member(holder, path.attribute)?;
        if path.filter.is_empty() {
            return match path.sub {
                None => Some(value),
                Some(sub) => elements(value)
                    .iter()
                    .find_map(|element| member(element.as_object()?, sub)),
            };
        }
        elements(value)
            .iter()
            .filter(|element| matches(element, path))
            .find_map(|element| match path.sub {
                None => Some(element),
                Some(sub) => member(element.as_object()?, sub),
            })
    }

    /// The text at a path. A complex value stands for its `value`, a multi-valued one for its first element, as SCIM has it
    /// for `manager` and `emails`. Empty texts are texts.
    pub fn str(&self, path: &str) -> Option<&str> {
        simple(self.get(path)?)?.as_str()
    }

    /// The simple value at a path as text: numbers and booleans as JSON writes them.
    pub fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        Self::as_text(self.get(path)?)
    }

    /// The boolean at a path. The texts `true` and `false` count.
    pub fn bool(&self, path: &str) -> Option<bool> {
        match simple(self.get(path)?)? {
            Value::Bool(value) => Some(*value),
            Value::String(text) => boolean(text),
            _ => None,
        }
    }

    /// A value as [`Source::text`] has it.
    pub fn as_text(value: &Value) -> Option<Cow<'_, str>> {
        match simple(value)? {
            Value::String(text) => Some(Cow::Borrowed(text)),
            Value::Bool(true) => Some(Cow::Borrowed("true")),
            Value::Bool(false) => Some(Cow::Borrowed("false")),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }

    /// Writes a value. What is missing on the way is made: the extension, a complex attribute, the element that a filter asks
    /// for (with the filter's values, so that `emails[type eq "work"].value` makes a work e-mail).
    /// A simple value written over a complex one is its `value`.
    ///
    /// # Errors
    /// When the path is malformed or leads through a simple value.
    pub fn set(&mut self, path: &str, value: impl Into<Value>) -> Result<(), Error> {
        let path = Path::parse(path).map_err(|error| Error::internal(error.to_string()))?;
        self.set_at(&path, value.into())
    }

    /// As [`Source::set`], with a path parsed before.
    ///
    /// # Errors
    /// When the path leads through a simple value.
    pub fn set_at(&mut self, path: &Path<'_>, value: Value) -> Result<(), Error> {
        self.text = None;
        let blocked = || {
            Error::input("the path leads through a value without sub-attributes")
                .attribute(path.attribute)
        };
        let holder = match path.extension {
            None => &mut self.members,
            Some(urn) => slot(&mut self.members, urn, || Value::Object(Map::new()))
                .as_object_mut()
                .ok_or_else(blocked)?,
        };
        if path.filter.is_empty() {
            let Some(sub) = path.sub else {
                put(slot(holder, path.attribute, || Value::Null), value);
                return Ok(());
            };
            let multi = path.extension.is_none()
                && MULTI_VALUED
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(path.attribute));
            let attribute = slot(holder, path.attribute, || {
                if multi {
                    Value::Array(Vec::new())
                } else {
                    Value::Object(Map::new())
                }
            });
            let complex = match attribute {
                Value::Array(list) => {
                    let having = list.iter().position(|element| {
                        element
                            .as_object()
                            .is_some_and(|e| member(e, sub).is_some())
                    });
                    match having.or(if list.is_empty() { None } else { Some(0) }) {
                        Some(at) => list.get_mut(at),
                        None => {
                            list.push(Value::Object(Map::new()));
                            list.last_mut()
                        }
                    }
                }
                other => Some(other),
            };
            let complex = complex.and_then(Value::as_object_mut).ok_or_else(blocked)?;
            put(slot(complex, sub, || Value::Null), value);
            return Ok(());
        }
        let attribute = slot(holder, path.attribute, || Value::Array(Vec::new()));
        if attribute.is_object() {
            *attribute = Value::Array(vec![attribute.take()]);
        }
        let list = attribute.as_array_mut().ok_or_else(blocked)?;
        let at = match list.iter().position(|element| matches(element, path)) {
            Some(at) => at,
            None => {
                let made = path
                    .filter
                    .iter()
                    .map(|c| (c.attribute.to_owned(), c.literal.to_value(c.attribute)));
                list.push(Value::Object(made.collect()));
                list.len() - 1
            }
        };
        let element = list.get_mut(at).ok_or_else(blocked)?;
        match path.sub {
            None => put(element, value),
            Some(sub) => put(
                slot(element.as_object_mut().ok_or_else(blocked)?, sub, || {
                    Value::Null
                }),
                value,
            ),
        }
        Ok(())
    }

    /// The resource as a JSON text: the bytes it came from if nothing was changed.
    pub fn into_json(self) -> String {
        match self.text {
            Some(text) => text,
            None => Value::Object(self.members).to_string(),
        }
    }
}

/// Puts a value in its place; a simple value over a complex one becomes its `value`.
fn put(place: &mut Value, value: Value) {
    let simple = !value.is_object() && !value.is_array();
    match place {
        Value::Object(members) if simple => *slot(members, "value", || Value::Null) = value,
        Value::Array(list) if simple => match list.first_mut() {
            Some(Value::Object(members)) => *slot(members, "value", || Value::Null) = value,
            Some(first) => *first = value,
            None => list.push(Value::Object(Map::from_iter([("value".to_owned(), value)]))),
        },
        place => *place = value,
    }
}

/// The member of this name, without case; none for `null`.
fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let found = members.get(name).or_else(|| {
        members
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })?;
    (!found.is_null()).then_some(found)
}

/// The place of the member of this name, made if it is missing or `null`.
fn slot<'a>(
    members: &'a mut Map<String, Value>,
    name: &str,
    make: impl FnOnce() -> Value,
) -> &'a mut Value {
    let key = members
        .keys()
        .find(|key| key.eq_ignore_ascii_case(name))
        .cloned();
    let place = members
        .entry(key.unwrap_or_else(|| name.to_owned()))
        .or_insert(Value::Null);
    if place.is_null() {
        *place = make();
    }
    place
}

/// A multi-valued attribute's elements; a single complex value counts as one.
fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(list) => list,
        other => std::slice::from_ref(other),
    }
}

fn matches(element: &Value, path: &Path<'_>) -> bool {
    let Some(element) = element.as_object() else {
        return false;
    };
    path.filter
        .iter()
        .all(|c| member(element, c.attribute).is_some_and(|value| c.literal.equals(value)))
}

fn simple(value: &Value) -> Option<&Value> {
    match value {
        Value::Object(members) => {
            member(members, "value").filter(|value| !value.is_object() && !value.is_array())
        }
        Value::Array(list) => list.iter().find_map(|element| match element {
            Value::Array(_) | Value::Null => None,
            other => simple(other),
        }),
        Value::Null => None,
        other => Some(other),
    }
}

impl Document for Source {
    fn parse(text: String) -> Result<Self, Error> {
        let members = object(&text)?;
        Ok(Self {
            members,
            text: Some(text),
        })
    }
}

impl std::str::FromStr for Source {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text.to_owned())
    }
}

impl From<Map<String, Value>> for Source {
    fn from(members: Map<String, Value>) -> Self {
        Self {
            members,
            text: None,
        }
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
}

impl fmt::Debug for Source {
    /// Names the attributes only: their values are a person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source ")?;
        f.debug_set().entries(self.members.keys()).finish()
    }
}

#[cfg(test)]
mod tests;
