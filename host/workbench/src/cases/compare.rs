//! Whether what came is what was expected.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// A member of the output that is not as expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The member.
    pub member: String,
    /// What was expected; `None` where nothing of the kind was.
    pub expected: Option<Value>,
    /// What came; `None` where nothing did.
    pub came: Option<Value>,
}

/// The members that differ, by name. `log` are the lines as `level: text`.
pub fn compare(expect: &Map<String, Value>, output: &Value, log: &[String]) -> Vec<Difference> {
    let mut differing = BTreeMap::new();
    let mut differ = |member: &str, expected: Option<&Value>, came: Option<Value>| {
        let difference = Difference {
            member: member.to_owned(),
            expected: expected.cloned(),
            came,
        };
        differing.insert(member.to_owned(), difference);
    };
    for (name, expected) in expect {
        let came = match name.as_str() {
            "log" => Some(json!(log)),
            name => output.get(name).cloned(),
        };
        let met = match name.as_str() {
            "error" | "ending" => came
                .as_ref()
                .is_some_and(|came| each_member(expected, came)),
            _ => same(expected, came.as_ref()),
        };
        if !met {
            differ(name, Some(expected), came);
        }
    }
    for unexpected in ["error", "ending"] {
        if let (false, Some(came)) = (expect.contains_key(unexpected), output.get(unexpected)) {
            differ(unexpected, None, Some(came.clone()));
        }
    }
    differing.into_values().collect()
}

/// Every expected member is met; others are not looked at.
fn each_member(expected: &Value, came: &Value) -> bool {
    let expected = expected.as_object();
    expected.is_some_and(|expected| {
        expected
            .iter()
            .all(|(name, value)| same(value, came.get(name)))
    })
}

/// `null` is met by what is absent.
fn same(expected: &Value, came: Option<&Value>) -> bool {
    equal(expected, came.unwrap_or(&Value::Null))
}

/// Equality of documents: members in any order, items in order, numbers by value.
pub fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, value)| other.get(name).is_some_and(|other| equal(value, other)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        // Whole numbers exactly; the rest as the number that a reader makes of it.
        (Value::Number(a), Value::Number(b)) => {
            a == b || a.as_f64() == b.as_f64() && (a.is_f64() || b.is_f64())
        }
        _ => one == other,
    }
}
