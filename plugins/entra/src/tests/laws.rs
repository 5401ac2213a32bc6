//! The laws of a mapper, on generated users.

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

/// Texts as they come: empty, odd, not only ASCII; and a few that many users share.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 @.+()ßéΣ\"\\\\-]{0,12}",
        Just(String::new()),
        Just("Agent".to_owned())
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

fn simple(name: &'static str) -> BoxedStrategy<Vec<(String, Value)>> {
    let value = prop_oneof![4 => text().prop_map(Value::String), 1 => Just(Value::Null)];
    of(value)
        .prop_map(move |value| {
            value
                .map(|value| (name.to_owned(), value))
                .into_iter()
                .collect()
        })
        .boxed()
}

fn list(name: &'static str) -> BoxedStrategy<Vec<(String, Value)>> {
    of(vec(element(), 0..4))
        .prop_map(move |list| {
            list.map(|list| (name.to_owned(), json!(list)))
                .into_iter()
                .collect()
        })
        .boxed()
}

fn source() -> impl Strategy<Value = String> {
    let name = ["givenName", "middleName", "familyName", "formatted"].map(simple);
    let name = name.prop_map(|members| {
        let members: Map<_, _> = members.into_iter().flatten().collect();
        vec![("name".to_owned(), Value::Object(members))]
    });
    let active = of(boolean()).prop_map(|active| {
        active
            .map(|active| ("active".to_owned(), active))
            .into_iter()
            .collect::<Vec<_>>()
    });
    let spelling = prop_oneof![Just("userName"), Just("USERNAME")];
    let user_name =
        (spelling, text()).prop_map(|(name, value)| vec![(name.to_owned(), json!(value))]);
    [
        user_name.boxed(),
        name.boxed(),
        active.boxed(),
        simple("displayName"),
        simple("timezone"),
        simple("userType"),
        simple("nickName"),
        list("emails"),
        list("phoneNumbers"),
        list("roles"),
    ]
    .prop_shuffle_members()
}

/// Members in any order: nothing may depend on it.
trait ShuffleMembers {
    fn prop_shuffle_members(self) -> BoxedStrategy<String>;
}

impl<const N: usize> ShuffleMembers for [BoxedStrategy<Vec<(String, Value)>>; N] {
    fn prop_shuffle_members(self) -> BoxedStrategy<String> {
        self.prop_map(Vec::from)
            .prop_shuffle()
            .prop_map(|members| Value::Object(members.into_iter().flatten().collect()).to_string())
            .boxed()
    }
}

fn target() -> impl Strategy<Value = Target> {
    (
        vec(weighted(0.7, text()), Attribute::ALL.len() - 1),
        of(any::<bool>()),
    )
        .prop_map(|(texts, active)| {
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

fn to_target(source: &str) -> Result<String, Error> {
    native::to_target::<Entra>(native::Forward {
        source: source.to_owned(),
        ..native::Forward::default()
    })
}

fn to_source(target: &str, remembered: &str) -> Result<String, Error> {
    native::to_source::<Entra>(native::Backward {
        target: target.to_owned(),
        remembered: Some(remembered.to_owned()),
        draft: remembered.to_owned(),
        ..native::Backward::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn there_and_back_is_the_same_source_byte_for_byte(source in source()) {
        let target = to_target(&source).unwrap();
        prop_assert_eq!(to_source(&target, &source).unwrap(), source);
    }

    #[test]
    fn back_and_there_is_the_target_on_every_attribute_of_the_table(source in source(), target in target()) {
        let back = to_source(&target.to_json(), &source).unwrap();
        let there: Target = to_target(&back).unwrap().parse().unwrap();
        for (attribute, _) in table().rows() {
            match attribute {
                Attribute::Active if target.active().is_some() => prop_assert_eq!(there.active(), target.active()),
                // An absent or empty member says nothing.
                _ => if let Some(text) = target.get(attribute).filter(|text| !text.is_empty()) {
                    prop_assert_eq!(there.get(attribute), Some(text), "{}", attribute);
                }
            }
        }
    }

    #[test]
    fn equal_input_gives_equal_bytes(source in source(), target in target()) {
        prop_assert_eq!(to_target(&source), to_target(&source));
        let target = target.to_json();
        prop_assert_eq!(to_source(&target, &source), to_source(&target, &source));
    }
}
