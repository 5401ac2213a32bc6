//! CXone's "Attributes": `applicationAttributes`, for each application a list of `{name, values, objects}` (cxone.md
//! 3.2). They decide features and billing.
//!
//! As lines: `application`, `application/name`, and `application/name=value` for every value. Assumption (cxone.md 3.2:
//! what CXone expects in it is UNKNOWN): that is all that is needed to say one; `objects` have no line, and an attribute
//! that keeps its lines keeps them.

use serde_json::{Map, Value, json};

use crate::wire::text;

/// The member of a person.
pub(crate) const MEMBER: &str = "applicationAttributes";

/// The lines of what was read.
pub(crate) fn lines(value: Option<&Value>) -> Vec<String> {
    let mut lines = Vec::new();
    match value {
        Some(Value::Object(applications)) => {
            for (application, items) in applications {
                match items.as_array().map(Vec::as_slice) {
                    Some([]) => lines.push(application.clone()),
                    Some(items) => {
                        lines.extend(items.iter().flat_map(|item| of_item(application, item)));
                    }
                    None => {}
                }
            }
        }
        // A plain list is read too.
        Some(Value::Array(items)) => lines.extend(items.iter().filter_map(|item| text(Some(item)))),
        _ => {}
    }
    lines
}

fn of_item(application: &str, item: &Value) -> Vec<String> {
    let Some(name) = text(item.get("name")) else {
        return Vec::new();
    };
    let values = item.get("values").and_then(Value::as_array);
    let lines: Vec<String> = values
        .into_iter()
        .flatten()
        .filter_map(|value| text(Some(value)))
        .map(|value| format!("{application}/{name}={value}"))
        .collect();
    if lines.is_empty() {
        return vec![format!("{application}/{name}")];
    }
    lines
}

/// What the lines come to, for a write. What was read and is still wanted goes back as read.
pub(crate) fn value<'a>(wanted: impl Iterator<Item = &'a str>, read: Option<&Value>) -> Value {
    let wanted: Vec<&str> = wanted.collect();
    if let Some(Value::Array(_)) = read {
        return wanted.into();
    }
    let mut applications: Map<String, Value> = Map::new();
    for line in &wanted {
        let (application, attribute) = match line.split_once('/') {
            Some((application, attribute)) => (application, Some(attribute)),
            None => (*line, None),
        };
        let items = applications.entry(application).or_insert_with(|| json!([]));
        let (Some(attribute), Value::Array(items)) = (attribute, items) else {
            continue;
        };
        let (name, value) = match attribute.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (attribute, None),
        };
        let at = items.iter().position(|item| item["name"] == name);
        let at = at.unwrap_or_else(|| {
            items.push(json!({ "name": name }));
            items.len() - 1
        });
        if let (Some(value), Some(Value::Object(item))) = (value, items.get_mut(at))
            && let Value::Array(values) = item.entry("values").or_insert_with(|| json!([]))
        {
            values.push(Value::String(value.to_owned()));
        }
    }
    keep_as_read(&mut applications, read);
    Value::Object(applications)
}

/// An attribute whose lines are the same is the one that was read, with what no line says.
fn keep_as_read(applications: &mut Map<String, Value>, read: Option<&Value>) {
    let sorted = |application: &str, item: &Value| {
        let mut lines = of_item(application, item);
        lines.sort();
        lines
    };
    for (application, items) in applications {
        let known = read.and_then(|read| read.get(application)?.as_array());
        let (Some(known), Value::Array(items)) = (known, items) else {
            continue;
        };
        for item in items {
            let lines = sorted(application, item);
            if let Some(same) = known.iter().find(|it| sorted(application, it) == lines) {
                *item = same.clone();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_what_was_read_and_come_back() {
        let read = json!({
            "ACD": [
                {"name": "recording", "values": ["voice", "screen"], "objects": [{"x": {"kept": true}}]},
                {"name": "chat"},
            ],
            "WFM": [],
            "QM": "odd",
        });
        let mut found = lines(Some(&read));
        found.sort();
        assert_eq!(
            found,
            [
                "ACD/chat",
                "ACD/recording=screen",
                "ACD/recording=voice",
                "WFM"
            ]
        );
        let written = value(found.iter().map(String::as_str), Some(&read));
        assert_eq!(written["ACD"][1], read["ACD"][0], "objects are kept");
        assert_eq!(written["ACD"][0], json!({"name": "chat"}));
        assert_eq!(written["WFM"], json!([]));
        let fewer = value(["ACD/recording=voice"].into_iter(), Some(&read));
        assert_eq!(
            fewer,
            json!({"ACD": [{"name": "recording", "values": ["voice"]}]})
        );
    }

    #[test]
    fn a_plain_list_stays_one() {
        let read = json!(["ACD", 7, {}]);
        assert_eq!(lines(Some(&read)), ["ACD", "7"]);
        assert_eq!(value(["WFM"].into_iter(), Some(&read)), json!(["WFM"]));
        assert_eq!(lines(None), Vec::<String>::new());
    }
}
