//! Sorting (RFC 7644 section 3.4.2.3).
//!
//! A resource's [`SortKey`] carries the direction, so that a caller compares keys and nothing else. Order is that of the
//! filters' `gt` and `lt`: text by code point, folded unless the schema says exact; dateTimes by time; numbers by size; false
//! before true. Of a multi-valued attribute the primary value counts, or else the first. A resource without the value comes
//! last when ascending and first when descending. Equal keys are the caller's to keep apart, by the order of its list.

use std::cmp::Ordering;

use scim_v2::datetime::ScimDateTime;
use serde_json::{Map, Number, Value};

use crate::error::Error;
use crate::filter::{fold, is_present};
use crate::path::{AttributePath, elements, lookup};
use crate::schema::{ResourceSchemas, Returned, Type};

/// What a list is sorted by, and which way.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    path: AttributePath,
    descending: bool,
}

/// A resource's place in one [`Sort`]. Keys of different sorts say nothing about each other. `Debug` hides the value.
#[derive(Clone, PartialEq, Eq)]
pub struct SortKey {
    key: Option<Key>,
    descending: bool,
}

/// A value that has an order. Where an open schema mixes types, the types follow one another.
#[derive(Clone)]
enum Key {
    Boolean(bool),
    Number(Number),
    Time(ScimDateTime),
    Text(String),
}

impl Sort {
    /// From `sortBy` and `sortOrder`. Without `sortBy` there is no sorting and the order does not matter.
    ///
    /// # Errors
    /// 400 invalidPath for a `sortBy` that leads nowhere or to a complex attribute without a value of its own;
    /// 400 invalidValue for a `sortOrder` other than `ascending` and `descending`.
    pub fn from_query(
        by: Option<&str>,
        order: Option<&str>,
        schemas: &ResourceSchemas,
    ) -> Result<Option<Self>, Error> {
        let given = |text: Option<&'_ str>| {
            text.map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let Some(by) = given(by) else {
            return Ok(None);
        };
        let path = AttributePath::parse(&by, schemas)
            .and_then(sortable)
            .map_err(|error| error.at("sortBy"))?;
        let descending = match given(order) {
            None => false,
            Some(order) if order.eq_ignore_ascii_case("ascending") => false,
            Some(order) if order.eq_ignore_ascii_case("descending") => true,
            Some(_) => {
                return Err(Error::invalid_value(
                    "sortOrder: expected ascending or descending",
                ));
            }
        };
        Ok(Some(Self { path, descending }))
    }

    /// The place of a resource as it is answered, so that `id` and `meta` count as well.
    #[must_use]
    pub fn key(&self, resource: &Map<String, Value>) -> SortKey {
        let whole = AttributePath {
            sub: None,
            ..self.path.clone()
        };
        let values = whole.values(resource);
        let values = values.into_iter().flat_map(elements);
        let mut first = None;
        for element in values {
            let Some(value) = self.leaf(element) else {
                continue;
            };
            if element.get("primary").and_then(Value::as_bool) == Some(true) {
                first = Some(value);
                break;
            }
            first = first.or(Some(value));
        }
        SortKey {
            key: first.and_then(|value| self.order(value)),
            descending: self.descending,
        }
    }

    /// Whether the order depends on an attribute of the core schema, named in any case.
    #[must_use]
    pub fn mentions(&self, attribute: &str) -> bool {
        self.path.schema.is_none()
            && self
                .path
                .attribute
                .as_deref()
                .is_some_and(|name| name.eq_ignore_ascii_case(attribute))
    }

    /// What counts of one value of the attribute. An object of an open schema stands for its `value`.
    fn leaf<'a>(&self, element: &'a Value) -> Option<&'a Value> {
        let value = match (&self.path.sub, element) {
            (Some(sub), Value::Object(parts)) => lookup(parts, sub)?,
            (Some(_), _) => return None,
            (None, Value::Object(parts)) => lookup(parts, "value")?,
            (None, plain) => plain,
        };
        elements(value).iter().find(|value| is_present(value))
    }

    fn order(&self, value: &Value) -> Option<Key> {
        let leaf = self.path.leaf();
        match value {
            Value::Bool(value) => Some(Key::Boolean(*value)),
            Value::Number(number) => Some(Key::Number(number.clone())),
            Value::String(text) => {
                if leaf.is_some_and(|attribute| attribute.kind == Type::DateTime)
                    && let Some(time) = time(text)
                {
                    return Some(Key::Time(time));
                }
                let exact = leaf.is_some_and(|attribute| attribute.case_exact);
                Some(Key::Text(if exact { text.clone() } else { fold(text) }))
            }
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// The path that stands for the attribute: a complex one's is that of its `value`, as in filters.
fn sortable(path: AttributePath) -> Result<AttributePath, Error> {
    if path
        .definition
        .is_some_and(|attribute| attribute.returned == Returned::Never)
    {
        return Err(Error::invalid_path(format!(
            "{path} is never returned, and nothing is sorted by it"
        )));
    }
    if path.attribute.is_none() {
        return Err(Error::invalid_path(format!(
            "{path} is a schema; sort by one of its attributes"
        )));
    }
    match path.leaf() {
        Some(attribute)
            if attribute.kind == Type::Complex && !attribute.sub_attributes.is_empty() =>
        {
            let name = path.to_string();
            path.with_sub("value").map_err(|_| {
                Error::invalid_path(format!(
                    "{name} is complex; sort by one of its sub-attributes"
                ))
            })
        }
        _ => Ok(path),
    }
}

/// A time on one line with all others: without an offset it is taken for UTC.
fn time(text: &str) -> Option<ScimDateTime> {
    let time: ScimDateTime = text.parse().ok()?;
    if time.has_offset() {
        Some(time)
    } else {
        format!("{text}Z").parse().ok()
    }
}

impl Key {
    fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Number(_) => 1,
            Self::Time(_) => 2,
            Self::Text(_) => 3,
        }
    }
}

/// By size; whole numbers that are one as f64 are told apart by their digits.
fn numbers(left: &Number, right: &Number) -> Ordering {
    let float = |number: &Number| number.as_f64().unwrap_or_default() + 0.0;
    let whole = |number: &Number| match (number.as_i64(), number.as_u64()) {
        (Some(signed), _) => i128::from(signed),
        (None, Some(unsigned)) => i128::from(unsigned),
        // Towards zero, and at most i128's: alike for those alike as f64.
        (None, None) => float(number) as i128,
    };
    float(left)
        .total_cmp(&float(right))
        .then_with(|| whole(left).cmp(&whole(right)))
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(left), Self::Boolean(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => numbers(left, right),
            (Self::Time(left), Self::Time(right)) => {
                left.xsd_partial_cmp(right).unwrap_or(Ordering::Equal)
            }
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = match (&self.key, &other.key) {
            (Some(left), Some(right)) => left.cmp(right),
            (left, right) => left.is_none().cmp(&right.is_none()),
        };
        if self.descending {
            order.reverse()
        } else {
            order
        }
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Debug for SortKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SortKey(…)")
    }
}

#[cfg(test)]
mod tests;
