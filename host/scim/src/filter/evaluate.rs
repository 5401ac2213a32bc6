//! Whether a resource matches.

use std::cmp::Ordering;

use scim_v2::datetime::ScimDateTime;
use serde_json::{Map, Value};

use super::resolve::boolean;
use super::{Node, Operand, Operator, fold};
use crate::path::{AttributePath, elements, lookup};
use crate::schema::Type;

impl Node {
    pub(crate) fn matches(&self, map: &Map<String, Value>) -> bool {
        match self {
            Self::And(terms) => terms.iter().all(|term| term.matches(map)),
            Self::Or(terms) => terms.iter().any(|term| term.matches(map)),
            Self::Not(inner) => !inner.matches(map),
            Self::Present(path) => candidates(path, map).into_iter().any(is_present),
            // The usual shape, without a list of candidates: patches look at every member of a group.
            Self::Compare(path, operator, operand)
                if path.schema.is_none() && path.sub.is_none() =>
            {
                let value = path.attribute.as_ref().and_then(|name| lookup(map, name));
                let values = value.map_or(&[][..], elements);
                compare(values.iter(), path, *operator, operand)
            }
            Self::Compare(path, operator, operand) => {
                compare(candidates(path, map).into_iter(), path, *operator, operand)
            }
            Self::Elements(path, inner) => candidates(path, map)
                .into_iter()
                .any(|element| inner.matches_element(element)),
        }
    }

    /// Whether one element of a multi-valued attribute matches. A plain value counts as `{"value": …}`.
    pub(crate) fn matches_element(&self, element: &Value) -> bool {
        match element {
            Value::Object(map) => self.matches(map),
            Value::Null | Value::Array(_) => false,
            plain => {
                let mut map = Map::new();
                map.insert("value".to_owned(), plain.clone());
                self.matches(&map)
            }
        }
    }
}

/// Every value at a path, arrays taken apart.
fn candidates<'a>(path: &AttributePath, map: &'a Map<String, Value>) -> Vec<&'a Value> {
    path.values(map).into_iter().flat_map(elements).collect()
}

/// Empty values are absent (RFC 7643 section 2.5).
pub(crate) fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(is_present),
        Value::Object(map) => map.values().any(is_present),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compare<'a>(
    values: impl Iterator<Item = &'a Value>,
    path: &AttributePath,
    operator: Operator,
    operand: &Operand,
) -> bool {
    let mut present = values.filter(|value| is_present(value)).peekable();
    match (operator, operand) {
        (Operator::Eq, Operand::Null) => present.peek().is_none(),
        (Operator::Ne, Operand::Null) => present.peek().is_some(),
        (Operator::Ne, _) => {
            present.peek().is_none()
                || present.any(|value| !holds(value, path, Operator::Eq, operand))
        }
        _ => present.any(|value| holds(value, path, operator, operand)),
    }
}

fn holds(value: &Value, path: &AttributePath, operator: Operator, operand: &Operand) -> bool {
    match (value, operand) {
        (Value::Bool(value), Operand::Bool(wanted)) => operator == Operator::Eq && value == wanted,
        (Value::Bool(value), Operand::Text(text, _)) => {
            operator == Operator::Eq && boolean(text) == Some(*value)
        }
        (Value::Number(value), Operand::Number(wanted)) => {
            let order = match (value.as_i64(), wanted.as_i64()) {
                (Some(value), Some(wanted)) => Some(value.cmp(&wanted)),
                _ => value
                    .as_f64()
                    .zip(wanted.as_f64())
                    .and_then(|(value, wanted)| value.partial_cmp(&wanted)),
            };
            ordered(order, operator)
        }
        (Value::String(value), Operand::Text(given, wanted)) => {
            let leaf = path.leaf();
            if leaf.is_some_and(|attribute| attribute.kind == Type::DateTime) {
                return ordered(compare_times(value, given), operator);
            }
            if leaf.is_some_and(|attribute| attribute.case_exact) {
                texts(value, wanted, operator)
            } else if operator == Operator::Eq {
                value
                    .chars()
                    .flat_map(char::to_lowercase)
                    .eq(wanted.chars())
            } else {
                texts(&fold(value), wanted, operator)
            }
        }
        // An element of an open schema that is an object stands for its value.
        (Value::Object(map), _) => lookup(map, "value")
            .is_some_and(|value| !value.is_object() && holds(value, path, operator, operand)),
        _ => false,
    }
}

fn texts(value: &str, wanted: &str, operator: Operator) -> bool {
    match operator {
        Operator::Co => value.contains(wanted),
        Operator::Sw => value.starts_with(wanted),
        Operator::Ew => value.ends_with(wanted),
        _ => ordered(Some(value.cmp(wanted)), operator),
    }
}

fn ordered(order: Option<Ordering>, operator: Operator) -> bool {
    let Some(order) = order else { return false };
    match operator {
        Operator::Eq => order.is_eq(),
        Operator::Ne => order.is_ne(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::Co | Operator::Sw | Operator::Ew => false,
    }
}

fn compare_times(value: &str, wanted: &str) -> Option<Ordering> {
    let time = |text: &str| text.parse::<ScimDateTime>().ok();
    time(value)?.xsd_partial_cmp(&time(wanted)?)
}
