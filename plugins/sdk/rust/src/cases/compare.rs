//! What a case expects against what came.

use serde_json::{Map, Number, Value};

type Members = Map<String, Value>;

/// The smallest part of the output that is not as expected.
#[derive(Debug)]
pub(super) struct Leaf {
    /// `target.team`, `source["urn:..."].skill`.
    pub(super) path: String,
    pub(super) expected: Option<Value>,
    pub(super) came: Option<Value>,
}

/// What differs, by member in the order of the alphabet. Members that are not expected are not compared, but a failure that
/// nobody expects always differs.
pub(super) fn differences(expect: &Members, output: &Members, log: &[String]) -> Vec<Leaf> {
    let mut names: Vec<&str> = expect.keys().map(String::as_str).collect();
    let failures = ["error", "ending"].into_iter();
    names.extend(failures.filter(|name| output.contains_key(*name) && !expect.contains_key(*name)));
    names.sort_unstable();
    let lines = Value::from(log);
    let mut leaves = Vec::new();
    for name in names {
        let expected = expect.get(name);
        let came = match name {
            "log" => Some(&lines),
            _ => output.get(name),
        };
        match (name, expected, came) {
            // Member by member, like the output itself.
            ("error" | "ending", Some(Value::Object(expected)), Some(Value::Object(came))) => {
                for (key, expected) in expected {
                    member(&step(name, key), expected, came.get(key), &mut leaves);
                }
            }
            (_, Some(expected), came) => member(name, expected, came, &mut leaves),
            (_, None, came) => leaves.push(Leaf {
                path: name.to_owned(),
                expected: None,
                came: came.cloned(),
            }),
        }
    }
    leaves
}

/// A member of the output, where `null` stands for an absent one.
fn member(path: &str, expected: &Value, came: Option<&Value>, leaves: &mut Vec<Leaf>) {
    if !(expected.is_null() && came.is_none()) {
        compare(path, Some(expected), came, leaves);
    }
}

fn compare(path: &str, expected: Option<&Value>, came: Option<&Value>, leaves: &mut Vec<Leaf>) {
    match (expected, came) {
        (Some(Value::Object(expected)), Some(Value::Object(came))) => {
            for (key, value) in expected {
                compare(&step(path, key), Some(value), came.get(key), leaves);
            }
            for (key, value) in came.iter().filter(|(key, _)| !expected.contains_key(*key)) {
                compare(&step(path, key), None, Some(value), leaves);
            }
        }
        (Some(Value::Array(expected)), Some(Value::Array(came))) => {
            for place in 0..expected.len().max(came.len()) {
                let path = format!("{path}[{place}]");
                compare(&path, expected.get(place), came.get(place), leaves);
            }
        }
        (Some(Value::Number(expected)), Some(Value::Number(came))) if same(expected, came) => {}
        (expected, came) if expected == came => {}
        (expected, came) => leaves.push(Leaf {
            path: path.to_owned(),
            expected: expected.cloned(),
            came: came.cloned(),
        }),
    }
}

/// Whether two numbers are one, however they are written.
fn same(one: &Number, other: &Number) -> bool {
    one == other || (one.is_f64() || other.is_f64()) && one.as_f64() == other.as_f64()
}

fn step(path: &str, key: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$');
    if !key.is_empty() && key.chars().all(plain) {
        format!("{path}.{key}")
    } else {
        format!("{path}[{}]", Value::from(key))
    }
}
