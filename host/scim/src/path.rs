//! Attribute paths: `[urn:]attribute[filter].sub` (RFC 7644 sections 3.5.2 and 3.10), made canonical against the
//! schemas. The URN of a core schema is dropped, that of an extension kept; a legacy `.` may follow a URN (N10).

use std::fmt;

use serde_json::{Map, Value};

use crate::error::{Error, shown};
use crate::filter::Node;
use crate::schema::{Attribute, ResourceSchemas};

/// A path to an attribute, a sub-attribute, some elements of a multi-valued attribute, or a whole extension.
#[derive(Clone)]
pub struct AttributePath {
    pub(crate) schema: Option<String>,
    pub(crate) attribute: Option<String>,
    pub(crate) filter: Option<Box<Node>>,
    pub(crate) sub: Option<String>,
    /// The model of the attribute; `None` in an open schema and for a whole extension.
    pub(crate) definition: Option<&'static Attribute>,
    pub(crate) sub_definition: Option<&'static Attribute>,
}

/// Why a name leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unresolved {
    /// It can't be a name.
    Malformed,
    /// A known schema has no such attribute.
    Unknown,
}

impl Unresolved {
    /// A sentence about `name`.
    pub(crate) fn about(self, name: &str) -> String {
        match self {
            Self::Malformed => {
                format!(
                    "\"{}\" is not an attribute name; the form is [urn:]attribute[.subAttribute]",
                    shown(name)
                )
            }
            Self::Unknown => format!(
                "unknown attribute \"{}\"; see /Schemas for those that exist",
                shown(name)
            ),
        }
    }
}

impl AttributePath {
    /// Reads a path.
    ///
    /// An attribute of a known extension may be named without its URN (E-18). A URN without a model is an open schema;
    /// where a version such as `2.0` precedes the last segment, that segment belongs to the URN
    /// (`urn:example:2.0:User` is an extension, `urn:example:2.0:User:skill` and `urn:example:skill` are attributes).
    ///
    /// # Errors
    /// 400 invalidPath for a malformed path, an attribute that a known schema lacks, and a filter on an attribute that
    /// has one value only; 400 invalidFilter for a malformed filter.
    pub fn parse(text: &str, schemas: &ResourceSchemas) -> Result<Self, Error> {
        let text = text.trim();
        let Some(open) = text.find('[') else {
            return Self::resolve(text, schemas)
                .map_err(|reason| Error::invalid_path(reason.about(text)));
        };
        let (head, rest) = (&text[..open], &text[open + 1..]);
        let mut path = Self::resolve(head, schemas)
            .map_err(|reason| Error::invalid_path(reason.about(head)))?;
        let many = path
            .definition
            .is_none_or(|attribute| attribute.multi_valued);
        if path.sub.is_some() || path.attribute.is_none() || !many {
            return Err(Error::invalid_path(format!(
                "\"{}\" takes no filter, it is not multi-valued",
                shown(head)
            )));
        }
        let close = closing_bracket(rest).ok_or_else(|| {
            Error::invalid_path(format!("\"{}[\" has no closing bracket", shown(head)))
        })?;
        path.filter = Some(Box::new(Node::of_elements(&rest[..close], &path)?));
        match rest[close + 1..].trim() {
            "" => {}
            tail => {
                let sub = tail.strip_prefix('.').ok_or_else(|| {
                    Error::invalid_path(format!(
                        "after \"{}[…]\" only .subAttribute may follow",
                        shown(head)
                    ))
                })?;
                path = path
                    .with_sub(sub)
                    .map_err(|reason| Error::invalid_path(reason.about(sub)))?;
            }
        }
        Ok(path)
    }

    /// Reads `[urn:]attribute[.sub]` or a URN.
    pub(crate) fn resolve(text: &str, schemas: &ResourceSchemas) -> Result<Self, Unresolved> {
        if !text.contains(':') {
            let (name, sub) = split_sub(text)?;
            let path = match schemas.core_attribute(name) {
                Some(attribute) => Self::known(None, attribute),
                None => schemas
                    .extensions
                    .iter()
                    .find_map(|schema| Some(Self::known(Some(schema.id), schema.attribute(name)?)))
                    .ok_or(Unresolved::Unknown)?,
            };
            return path.with_optional_sub(sub);
        }
        if let Some((schema, rest)) = schemas.strip_schema(text) {
            let Some(rest) = rest.strip_prefix([':', '.']) else {
                return Ok(Self::extension(schema.id));
            };
            let (name, sub) = split_sub(rest)?;
            let is_core = schema.id == schemas.core.id;
            let attribute = if is_core {
                schemas.core_attribute(name)
            } else {
                schema.attribute(name)
            };
            let attribute = attribute.ok_or(Unresolved::Unknown)?;
            return Self::known((!is_core).then_some(schema.id), attribute).with_optional_sub(sub);
        }
        let (urn, rest) = split_open(text)?;
        let Some(rest) = rest else {
            return Ok(Self::extension(urn));
        };
        let (name, sub) = split_sub(rest)?;
        Self {
            attribute: Some(name.to_owned()),
            ..Self::extension(urn)
        }
        .with_optional_sub(sub)
    }

    /// Reads a key of a body: a name, `name.sub`, a URN, `urn:attribute`, and in PATCH values `name[filter].sub` (N9).
    /// An unknown URN whose value is an object is an extension, unless a versioned one precedes its last segment.
    pub(crate) fn of_key(
        key: &str,
        value: &Value,
        schemas: &ResourceSchemas,
    ) -> Result<Self, Unresolved> {
        let resolved = Self::resolve(key, schemas);
        let is_open = value.is_object() && is_urn(key) && schemas.strip_schema(key).is_none();
        let is_attribute = resolved
            .as_ref()
            .is_ok_and(|path| path.schema.as_deref().is_some_and(ends_versioned));
        if is_open && !is_attribute {
            Ok(Self::extension(key))
        } else {
            resolved
        }
    }

    /// The path of an attribute of an open schema, whatever its name.
    pub(crate) fn open(urn: &str, name: &str) -> Self {
        Self {
            attribute: Some(name.to_owned()),
            ..Self::extension(urn)
        }
    }

    fn known(schema: Option<&str>, attribute: &'static Attribute) -> Self {
        Self {
            schema: schema.map(str::to_owned),
            attribute: Some(attribute.name.to_owned()),
            filter: None,
            sub: None,
            definition: Some(attribute),
            sub_definition: None,
        }
    }

    pub(crate) fn extension(urn: &str) -> Self {
        Self {
            schema: Some(urn.to_owned()),
            attribute: None,
            filter: None,
            sub: None,
            definition: None,
            sub_definition: None,
        }
    }

    /// The path of a sub-attribute relative to one element of `self`, for filters in brackets.
    pub(crate) fn element(&self, name: &str) -> Result<Self, Unresolved> {
        let sub = self.clone().with_sub(name)?;
        Ok(Self {
            schema: None,
            attribute: sub.sub,
            filter: None,
            sub: None,
            definition: sub.sub_definition,
            sub_definition: None,
        })
    }

    pub(crate) fn with_sub(mut self, name: &str) -> Result<Self, Unresolved> {
        if !is_name(name) {
            return Err(Unresolved::Malformed);
        }
        match self.definition {
            Some(attribute) => {
                let sub = attribute.sub(name).ok_or(Unresolved::Unknown)?;
                self.sub = Some(sub.name.to_owned());
                self.sub_definition = Some(sub);
            }
            None => self.sub = Some(name.to_owned()),
        }
        Ok(self)
    }

    fn with_optional_sub(self, sub: Option<&str>) -> Result<Self, Unresolved> {
        match sub {
            Some(sub) => self.with_sub(sub),
            None => Ok(self),
        }
    }

    /// The URN of the extension; `None` for an attribute of the core schema.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The attribute's name; `None` for a whole extension.
    #[must_use]
    pub fn attribute(&self) -> Option<&str> {
        self.attribute.as_deref()
    }

    /// The sub-attribute's name.
    #[must_use]
    pub fn sub_attribute(&self) -> Option<&str> {
        self.sub.as_deref()
    }

    /// Whether the path selects elements by a filter.
    #[must_use]
    pub fn has_filter(&self) -> bool {
        self.filter.is_some()
    }

    /// The attribute without filter and sub-attribute, as `attribute` or `urn:attribute`: the granularity at which a
    /// PUT carries attributes ([`crate::replace`]).
    #[must_use]
    pub fn key(&self) -> String {
        match (&self.schema, &self.attribute) {
            (Some(urn), Some(name)) => format!("{urn}:{name}"),
            (Some(only), None) | (None, Some(only)) => only.clone(),
            (None, None) => String::new(),
        }
    }

    /// The definition that governs the value at the end of the path.
    pub(crate) fn leaf(&self) -> Option<&'static Attribute> {
        if self.sub.is_some() {
            self.sub_definition
        } else {
            self.definition
        }
    }

    /// Every value at this path. Without filter and sub-attribute that is the attribute's value as it stands.
    pub(crate) fn values<'a>(&self, resource: &'a Map<String, Value>) -> Vec<&'a Value> {
        let container = match &self.schema {
            Some(urn) => match lookup(resource, urn) {
                Some(extension) if self.attribute.is_none() => return vec![extension],
                Some(Value::Object(extension)) => extension,
                _ => return Vec::new(),
            },
            None => resource,
        };
        let Some(value) = self
            .attribute
            .as_ref()
            .and_then(|name| lookup(container, name))
        else {
            return Vec::new();
        };
        if self.filter.is_none() && self.sub.is_none() {
            return vec![value];
        }
        elements(value)
            .iter()
            .filter(|element| {
                self.filter
                    .as_ref()
                    .is_none_or(|filter| filter.matches_element(element))
            })
            .filter_map(|element| match &self.sub {
                Some(sub) => element.as_object().and_then(|element| lookup(element, sub)),
                None => Some(element),
            })
            .collect()
    }
}

/// A value as a list: an array's items, or the value itself.
pub(crate) fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        single => std::slice::from_ref(single),
    }
}

/// The value of a name without case; the exact spelling first.
pub(crate) fn lookup<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).or_else(|| {
        map.iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// The spelling that `map` has for a name, or the name itself.
pub(crate) fn spelling(map: &Map<String, Value>, name: &str) -> String {
    if map.contains_key(name) {
        return name.to_owned();
    }
    map.keys()
        .find(|key| key.eq_ignore_ascii_case(name))
        .cloned()
        .unwrap_or_else(|| name.to_owned())
}

/// Whether a key of a body is a schema URN (or one followed by an attribute), not an attribute name.
pub(crate) fn is_urn(text: &str) -> bool {
    let starts = |prefix: &str| {
        text.get(..prefix.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    };
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\"[]()\\".contains(&byte));
    plain
        && text.len() <= 256
        && (starts("urn:") || starts("http://") || starts("https://"))
        && !text.ends_with([':', '.'])
}

fn split_sub(text: &str) -> Result<(&str, Option<&str>), Unresolved> {
    let (name, sub) = text
        .split_once('.')
        .map_or((text, None), |(name, sub)| (name, Some(sub)));
    if is_name(name) && sub.is_none_or(is_name) {
        Ok((name, sub))
    } else {
        Err(Unresolved::Malformed)
    }
}

/// Splits a URN without a model from the attribute after it.
fn split_open(text: &str) -> Result<(&str, Option<&str>), Unresolved> {
    let (before, last) = text
        .rsplit_once(':')
        .filter(|_| is_urn(text))
        .ok_or(Unresolved::Malformed)?;
    if before.rsplit(':').next().is_some_and(is_version) {
        // `…:2.0:User` or the legacy `…:2.0:User.skill`.
        return Ok(match last.split_once('.') {
            Some((_, attribute)) => (&text[..text.len() - attribute.len() - 1], Some(attribute)),
            None => (text, None),
        });
    }
    // `urn:skill` names no schema.
    if !before.contains(':') {
        Err(Unresolved::Unknown)
    } else {
        Ok((before, Some(last)))
    }
}

/// Whether a URN has the form `…:2.0:User`.
fn ends_versioned(urn: &str) -> bool {
    urn.rsplit(':').nth(1).is_some_and(is_version)
}

fn is_version(segment: &str) -> bool {
    segment
        .split_once('.')
        .is_some_and(|(major, minor)| is_digits(major) && is_digits(minor))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(text: &str) -> bool {
    let rest = text.strip_prefix('$').unwrap_or(text);
    rest.starts_with(|first: char| first.is_ascii_alphabetic())
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        && text.len() <= 256
}

/// The index of the first `]` outside a string.
fn closing_bracket(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    text.bytes().position(|byte| {
        if escaped {
            escaped = false;
        } else if byte == b'"' {
            quoted = !quoted;
        } else if byte == b'\\' {
            escaped = quoted;
        }
        byte == b']' && !quoted
    })
}

impl PartialEq for AttributePath {
    fn eq(&self, other: &Self) -> bool {
        self.schema == other.schema
            && self.attribute == other.attribute
            && self.filter == other.filter
            && self.sub == other.sub
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key())?;
        if let Some(filter) = &self.filter {
            write!(f, "[{filter}]")?;
        }
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

/// Without the values of a filter.
impl fmt::Debug for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key())?;
        if self.filter.is_some() {
            f.write_str("[…]")?;
        }
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
