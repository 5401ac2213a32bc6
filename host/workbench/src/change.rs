//! What became of a document, attribute by attribute.

use serde_json::{Map, Value};

use crate::cases::equal;
use crate::screen::{Paint, Screen};

/// An attribute before and after.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Change {
    /// Its path: `team`, `name.givenName`, `urn:...:User:department`.
    pub(crate) attribute: String,
    /// What it was; `None` where it was not there.
    pub(crate) before: Option<Value>,
    /// What it is; `None` where it is not there any more.
    pub(crate) after: Option<Value>,
}

impl Change {
    /// Whether it is as it was.
    pub(crate) fn is_none(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => equal(before, after),
            _ => false,
        }
    }
}

/// Every attribute of both, in the order of the document after; what is gone comes last. Objects are looked into, lists are
/// values.
pub(crate) fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let (before, after) = (attributes(before), attributes(after));
    let mut changes: Vec<Change> = after
        .iter()
        .map(|(attribute, value)| Change {
            attribute: attribute.clone(),
            before: before.get(attribute).cloned(),
            after: Some(value.clone()),
        })
        .collect();
    let gone = before
        .into_iter()
        .filter(|(name, _)| !after.contains_key(name));
    changes.extend(gone.map(|(attribute, value)| Change {
        attribute,
        before: Some(value),
        after: None,
    }));
    changes
}

/// Writes them: what came, changed and went, and the rest faintly.
pub(crate) fn show(changes: &[Change], screen: &mut Screen<'_>) {
    let widths = changes
        .iter()
        .map(|change| change.attribute.chars().count());
    let width = widths.max().unwrap_or(0).min(60);
    for change in changes {
        let name = format!("{:width$}", change.attribute);
        let text = |value: &Option<Value>| value.as_ref().map(Value::to_string).unwrap_or_default();
        let (before, after) = (text(&change.before), text(&change.after));
        let (paint, line) = match (&change.before, &change.after) {
            (None, _) => (Paint::Good, format!("  + {name}  {after}")),
            (_, None) => (Paint::Bad, format!("  - {name}  {before}")),
            _ if change.is_none() => (Paint::Faint, format!("    {name}  {after}")),
            _ => (Paint::Warn, format!("  ~ {name}  {before} -> {after}")),
        };
        screen.paint(paint, line);
    }
    if changes.is_empty() {
        screen.paint(Paint::Faint, "    nothing");
    }
}

fn attributes(document: &Value) -> Map<String, Value> {
    let mut found = Map::new();
    gather("", document, &mut found);
    found
}

fn gather(path: &str, value: &Value, into: &mut Map<String, Value>) {
    match value {
        Value::Object(members) if !members.is_empty() || path.is_empty() => {
            for (name, value) in members {
                let path = match path {
                    "" => name.clone(),
                    urn if urn.to_ascii_lowercase().starts_with("urn:") => joined(urn, name),
                    path => format!("{path}.{name}"),
                };
                gather(&path, value, into);
            }
        }
        value => {
            into.insert(path.to_owned(), value.clone());
        }
    }
}

/// Below an extension's URN a colon (RFC 7644, section 3.10), below an attribute of it a dot. `User` or `Group` ends the URN of
/// every schema of a resource.
fn joined(path: &str, name: &str) -> String {
    let last = path.rsplit(':').next().unwrap_or_default();
    match last {
        "User" | "Group" => format!("{path}:{name}"),
        _ => format!("{path}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn attributes_come_change_and_go() {
        let before = json!({"a": 1, "name": {"givenName": "Ada"}, "gone": [1]});
        let after = json!({
            "name": {"givenName": "Ida", "familyName": "L"}, "a": 1.0,
            "urn:ietf:params:scim:schemas:extension:acme:2.0:User": {"skill": {"value": "x"}},
        });
        let mut out = Vec::new();
        show(&changes(&before, &after), &mut Screen::new(&mut out, false));
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<String> = text
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "~ name.givenName \"Ada\" -> \"Ida\"",
                "+ name.familyName \"L\"",
                "a 1.0",
                "+ urn:ietf:params:scim:schemas:extension:acme:2.0:User:skill.value \"x\"",
                "- gone [1]",
            ]
        );
    }
}
