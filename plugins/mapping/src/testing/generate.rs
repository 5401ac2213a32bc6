//! Users as they come: members in any order, empty, odd, half there.

use jackfield_sdk::{Attribute, Group, Target};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Map, Value, json};

/// What is said of a user beside the source.
#[derive(Clone, Debug)]
pub(super) struct Circumstances {
    /// The groups that the user is a member of.
    pub(super) groups: Vec<Group>,
    /// The facts.
    pub(super) facts: String,
}

type Members = Vec<(String, Value)>;

/// Texts as they come: empty, odd, not only ASCII; and a few that many users share.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9 @.+()ßéΣ\"\\\\-]{0,12}",
        1 => Just(String::new()),
        4 => prop_oneof![Just("Agent"), Just("Staff"), Just("Clerk"), Just("team lead"), Just("SSO")]
            .prop_map(str::to_owned),
    ]
}

fn boolean() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        "[Tt]rue|[Ff]alse|TRUE".prop_map(Value::String)
    ]
}

/// An element of a multi-valued attribute, with any of its sub-attributes missing.
fn element() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![
        Just("work"),
        Just("Work"),
        Just("home"),
        Just("mobile"),
        Just("other")
    ];
    (of(kind), of(boolean()), weighted(0.9, text())).prop_map(|(kind, primary, value)| {
        let mut element = Map::new();
        element.extend(kind.map(|kind| ("type".to_owned(), json!(kind))));
        element.extend(primary.map(|primary| ("primary".to_owned(), primary)));
        element.extend(value.map(|value| ("value".to_owned(), json!(value))));
        Value::Object(element)
    })
}

/// A member of this name, or none.
fn member(
    name: &'static str,
    value: impl Strategy<Value = Value> + 'static,
) -> BoxedStrategy<Members> {
    of(value)
        .prop_map(move |value| {
            value
                .map(|value| (name.to_owned(), value))
                .into_iter()
                .collect()
        })
        .boxed()
}

fn simple(name: &'static str) -> BoxedStrategy<Members> {
    let value = prop_oneof![4 => text().prop_map(Value::String), 1 => Just(Value::Null)];
    member(name, value)
}

fn list(name: &'static str) -> BoxedStrategy<Members> {
    member(name, vec(element(), 0..4).prop_map(Value::Array))
}

/// An object of these members.
fn object<const N: usize>(
    name: &'static str,
    members: [BoxedStrategy<Members>; N],
) -> BoxedStrategy<Members> {
    let object = members.prop_map(|members| Value::Object(members.into_iter().flatten().collect()));
    member(name, object)
}

/// A source, as a JSON text.
pub(super) fn source() -> impl Strategy<Value = String> {
    let spelling = prop_oneof![Just("userName"), Just("USERNAME")];
    let user_name =
        (spelling, text()).prop_map(|(name, value)| vec![(name.to_owned(), json!(value))]);
    let value = |name| member(name, text().prop_map(|value| json!({"value": value})));
    let members = vec![
        user_name.boxed(),
        object(
            "name",
            ["givenName", "middleName", "familyName", "formatted"].map(simple),
        ),
        member("active", boolean()),
        simple("displayName"),
        simple("timezone"),
        simple("locale"),
        simple("title"),
        simple("userType"),
        simple("nickName"),
        list("emails"),
        list("phoneNumbers"),
        list("roles"),
        object(
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            [simple("department"), simple("costCenter"), value("manager")],
        ),
        object(
            "urn:ietf:params:scim:schemas:extension:nice:2.0:User",
            [value("team"), simple("loginAuthenticator")],
        ),
    ];
    // Nothing may depend on the order.
    Just(members).prop_shuffle().prop_flat_map(|members| {
        members
            .prop_map(|members| Value::Object(members.into_iter().flatten().collect()).to_string())
    })
}

/// A target with any of its members.
pub(super) fn target() -> impl Strategy<Value = Target> {
    let texts = vec(weighted(0.7, text()), Attribute::ALL.len() - 1);
    (texts, of(any::<bool>())).prop_map(|(texts, active)| {
        let mut target = Target::new();
        for (attribute, text) in Attribute::ALL.into_iter().zip(texts) {
            if let Some(text) = text {
                target.set(attribute, text);
            }
        }
        if let Some(active) = active {
            target.set_active(active);
        }
        target
    })
}

/// Some groups, and facts of which any may be missing.
pub(super) fn circumstances() -> impl Strategy<Value = Circumstances> {
    let group = |id: &str, name: &str| Group {
        id: id.to_owned(),
        external_id: Some(format!("0f-{id}")),
        display_name: name.to_owned(),
    };
    let groups = vec![
        group("1", "CX Supervisors"),
        group("2", "CX AGENTS"),
        group("3", "Everybody"),
    ];
    (subsequence(groups, 0..=3), of(text()), of(target())).prop_map(|(groups, role, accepted)| {
        let mut facts = Map::new();
        facts.extend(role.map(|role| ("defaultRole".to_owned(), json!(role))));
        facts.extend(accepted.map(|accepted| ("accepted".to_owned(), json!(accepted))));
        Circumstances {
            groups,
            facts: Value::Object(facts).to_string(),
        }
    })
}
