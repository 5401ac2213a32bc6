//! What an export is called with, from JSON and to JSON.
//!
//! An absent member is what a case file says that it is when it is left out, so that an input can be as short as its point.

use serde_json::{Map, Value};

use super::{BadInvocation, EMPTY, value};
use crate::bindings::Forward;
use crate::bindings::mapper::Backward;
use crate::bindings::types::{Group, Occasion};

/// Every member that an input of any export has: an input may hold those of the others, which it has no use for, so that the
/// same one serves a whole plugin.
const MEMBERS: [&str; 13] = [
    "connection",
    "idp",
    "operation",
    "source",
    "sourceBefore",
    "remembered",
    "target",
    "held",
    "draft",
    "groups",
    "moment",
    "settings",
    "facts",
];

/// An input being read.
struct Input<'a>(&'a Map<String, Value>);

impl<'a> Input<'a> {
    fn of(input: &'a Value) -> Result<Self, BadInvocation> {
        let Value::Object(members) = input else {
            return Err(bad("the input is no JSON object".to_owned()));
        };
        match members.keys().find(|key| !MEMBERS.contains(&key.as_str())) {
            None => Ok(Self(members)),
            Some(unknown) => Err(bad(format!(
                "the input has an unknown member {:?}; known are {}",
                unknown.chars().take(80).collect::<String>(),
                MEMBERS.join(", ")
            ))),
        }
    }

    fn member(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str, absent: &str) -> Result<String, BadInvocation> {
        match self.member(name) {
            None => Ok(absent.to_owned()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(bad(format!("{name} of the input is no string"))),
        }
    }

    fn optional(&self, name: &str) -> Result<Option<String>, BadInvocation> {
        match self.member(name) {
            None => Ok(None),
            Some(document @ Value::Object(_)) => Ok(Some(document.to_string())),
            Some(_) => Err(bad(format!("{name} of the input is no JSON object"))),
        }
    }

    fn document(&self, name: &str) -> Result<String, BadInvocation> {
        Ok(self.optional(name)?.unwrap_or_else(|| EMPTY.to_owned()))
    }

    fn groups(&self) -> Result<Vec<Group>, BadInvocation> {
        match self.member("groups") {
            None => Ok(Vec::new()),
            Some(Value::Array(groups)) => groups.iter().zip(1..).map(group).collect(),
            Some(_) => Err(bad("groups of the input is no list".to_owned())),
        }
    }

    fn connection(&self) -> Result<String, BadInvocation> {
        self.text("connection", "test")
    }

    fn idp(&self) -> Result<String, BadInvocation> {
        self.text("idp", "generic")
    }
}

/// One that is written as its name has an id by its place.
fn group((group, place): (&Value, usize)) -> Result<Group, BadInvocation> {
    let wrong = |what: &str| bad(format!("group {place} of the input {what}"));
    let (id, external_id, display_name, facts) = match group {
        Value::String(name) => (format!("g{place}"), None, name.clone(), EMPTY.to_owned()),
        Value::Object(group) => {
            let text = |name: &str| match group.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::String(text)) => Ok(Some(text.clone())),
                Some(_) => Err(wrong(&format!("has a {name} that is no string"))),
            };
            let known = ["id", "externalId", "displayName", "facts"];
            if let Some(unknown) = group.keys().find(|key| !known.contains(&key.as_str())) {
                return Err(wrong(&format!("has an unknown member {unknown:?}")));
            }
            (
                text("id")?.unwrap_or_else(|| format!("g{place}")),
                text("externalId")?,
                text("displayName")?.unwrap_or_default(),
                group
                    .get("facts")
                    .map_or(EMPTY.to_owned(), Value::to_string),
            )
        }
        _ => return Err(wrong("is neither a name nor a JSON object")),
    };
    Ok(Group {
        id,
        external_id,
        display_name,
        facts,
    })
}

fn bad(what: String) -> BadInvocation {
    BadInvocation::Member(what)
}

/// The input of `to-target`.
pub(crate) fn forward(input: &Value) -> Result<Forward, BadInvocation> {
    let input = Input::of(input)?;
    Ok(Forward {
        connection: input.connection()?,
        idp: input.idp()?,
        source: input.document("source")?,
        remembered: input.optional("remembered")?,
        draft: input.document("draft")?,
        groups: input.groups()?,
        settings: input.document("settings")?,
        facts: input.document("facts")?,
    })
}

/// The input of `to-source`.
pub(crate) fn backward(input: &Value) -> Result<Backward, BadInvocation> {
    let input = Input::of(input)?;
    Ok(Backward {
        connection: input.connection()?,
        idp: input.idp()?,
        target: input.document("target")?,
        remembered: input.optional("remembered")?,
        draft: input.document("draft")?,
        settings: input.document("settings")?,
        facts: input.document("facts")?,
    })
}

/// The input of `choose` and `decide`.
pub(crate) fn occasion(input: &Value) -> Result<Occasion, BadInvocation> {
    let input = Input::of(input)?;
    Ok(Occasion {
        connection: input.connection()?,
        idp: input.idp()?,
        operation: input.text("operation", "create")?,
        source: input.document("source")?,
        source_before: input.optional("sourceBefore")?,
        target: input.document("target")?,
        held: input.optional("held")?,
        groups: input.groups()?,
        moment: input.text("moment", "2026-01-01T00:00:00Z")?,
        settings: input.document("settings")?,
        facts: input.document("facts")?,
    })
}

/// Members in the order of the contract; absent ones are left out.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let there = |(name, value): (&str, Option<Value>)| Some((name.to_owned(), value?));
    Value::Object(members.into_iter().filter_map(there).collect())
}

fn document(text: &str) -> Option<Value> {
    Some(value(text))
}

fn optional(text: &Option<String>) -> Option<Value> {
    text.as_deref().map(value)
}

fn text(text: &str) -> Option<Value> {
    Some(Value::from(text))
}

/// The input of `to-target`, as JSON.
pub(crate) fn of_forward(input: &Forward) -> Value {
    object([
        ("connection", text(&input.connection)),
        ("idp", text(&input.idp)),
        ("source", document(&input.source)),
        ("remembered", optional(&input.remembered)),
        ("draft", document(&input.draft)),
        ("groups", Some(of_groups(&input.groups))),
        ("settings", document(&input.settings)),
        ("facts", document(&input.facts)),
    ])
}

/// The input of `to-source`, as JSON.
pub(crate) fn of_backward(input: &Backward) -> Value {
    object([
        ("connection", text(&input.connection)),
        ("idp", text(&input.idp)),
        ("target", document(&input.target)),
        ("remembered", optional(&input.remembered)),
        ("draft", document(&input.draft)),
        ("settings", document(&input.settings)),
        ("facts", document(&input.facts)),
    ])
}

/// The input of `choose` and `decide`, as JSON.
pub(crate) fn of_occasion(input: &Occasion) -> Value {
    object([
        ("connection", text(&input.connection)),
        ("idp", text(&input.idp)),
        ("operation", text(&input.operation)),
        ("source", document(&input.source)),
        ("sourceBefore", optional(&input.source_before)),
        ("target", document(&input.target)),
        ("held", optional(&input.held)),
        ("groups", Some(of_groups(&input.groups))),
        ("moment", text(&input.moment)),
        ("settings", document(&input.settings)),
        ("facts", document(&input.facts)),
    ])
}

fn of_groups(groups: &[Group]) -> Value {
    let group = |group: &Group| {
        object([
            ("id", text(&group.id)),
            ("externalId", group.external_id.as_deref().map(Value::from)),
            ("displayName", text(&group.display_name)),
            (
                "facts",
                document(&group.facts).filter(|_| group.facts != EMPTY),
            ),
        ])
    };
    groups.iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_input_survives_the_round_trip() {
        let forward_input = json!({
            "connection": "entra", "idp": "entra", "source": {"b": 1, "a": [null, 1.5]}, "remembered": {"x": "ë"}, "draft": {},
            "groups": [{"id": "1", "externalId": "e", "displayName": "West"}, {"id": "2", "displayName": ""}],
            "settings": {"k": true}, "facts": {"defaultRole": "Agent"},
        });
        let read = forward(&forward_input).expect("an input");
        assert_eq!(read.source, r#"{"b":1,"a":[null,1.5]}"#);
        assert_eq!(of_forward(&read).to_string(), forward_input.to_string());
        let backward_input = json!({
            "connection": "c", "idp": "okta", "target": {"userName": "a"}, "draft": {"d": 1}, "settings": {}, "facts": {},
        });
        let read = backward(&backward_input).expect("an input");
        assert_eq!(of_backward(&read).to_string(), backward_input.to_string());
        let occasion_input = json!({
            "connection": "c", "idp": "okta", "operation": "revive", "source": {}, "sourceBefore": {"b": 1}, "target": {"t": 1},
            "held": {"h": 1}, "groups": [], "moment": "2026-05-01T00:00:00Z", "settings": {}, "facts": {"f": 1},
        });
        let read = occasion(&occasion_input).expect("an input");
        assert_eq!(of_occasion(&read).to_string(), occasion_input.to_string());
    }

    #[test]
    fn what_is_left_out_is_what_a_case_file_says() {
        let read =
            occasion(&json!({"groups": ["West"], "draft": {"of": "a mapper"}})).expect("short");
        assert_eq!(
            of_occasion(&read),
            json!({
                "connection": "test", "idp": "generic", "operation": "create", "source": {}, "target": {},
                "groups": [{"id": "g1", "displayName": "West"}], "moment": "2026-01-01T00:00:00Z", "settings": {}, "facts": {},
            })
        );
    }

    #[test]
    fn a_wrong_member_is_named() {
        for (input, says) in [
            (json!([]), "no JSON object"),
            (json!({"sorce": {}}), "unknown member \"sorce\""),
            (
                json!({"source": "text"}),
                "source of the input is no JSON object",
            ),
            (json!({"idp": 7}), "idp of the input is no string"),
            (json!({"groups": {}}), "no list"),
            (
                json!({"groups": ["a", 1]}),
                "group 2 of the input is neither",
            ),
            (
                json!({"groups": [{"name": "a"}]}),
                "unknown member \"name\"",
            ),
        ] {
            let message = forward(&input).map(drop).expect_err("wrong").to_string();
            assert!(message.contains(says), "{message}");
        }
    }
}
