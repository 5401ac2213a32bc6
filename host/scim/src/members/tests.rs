use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::dialect::{Dialect, ENTRA, GENERIC, OKTA};
use crate::normalise::{self, Write};
use crate::patch::Patch;
use crate::schema::ResourceSchemas;

fn add(ids: &[&str]) -> MemberStep {
    MemberStep::Add(ids.iter().copied().map(str::to_owned).collect())
}

fn remove(ids: &[&str]) -> MemberStep {
    MemberStep::Remove(ids.iter().copied().map(str::to_owned).collect())
}

fn set(ids: &[&str]) -> MemberStep {
    MemberStep::Set(ids.iter().copied().map(str::to_owned).collect())
}

fn patch(operations: Value, dialect: &Dialect) -> Patch {
    let body = json!({"Operations": operations});
    Patch::parse(body, ResourceSchemas::group(), dialect).unwrap()
}

fn group(body: Value) -> Resource {
    normalise::group(body, &ENTRA, Write::Replace).unwrap()
}

#[test]
fn every_dialect_changes_members_without_the_list() {
    let many =
        json!([{"$ref": null, "value": "u1"}, {"$ref": null, "value": "u2"}, {"value": "u1"}]);
    for (id, operations, steps, rest) in [
        (
            "E-26",
            json!([{"op": "Add", "path": "members", "value": many}]),
            vec![add(&["u1", "u2"])],
            json!({}),
        ),
        (
            "E-27 J-05",
            json!([{"op": "Remove", "path": "members", "value": [{"value": "u1"}, {"value": "u3"}]}]),
            vec![remove(&["u1", "u3"])],
            json!({}),
        ),
        (
            "E-27 text",
            json!([{"op": "Remove", "path": "members", "value": "u1"}]),
            vec![remove(&["u1"])],
            json!({}),
        ),
        (
            "E-27 nobody",
            json!([{"op": "Remove", "path": "members", "value": []}]),
            vec![],
            json!({}),
        ),
        (
            "E-28",
            json!([{"op": "remove", "path": "members[value eq \"u1\"]"}]),
            vec![remove(&["u1"])],
            json!({}),
        ),
        (
            "several at once",
            json!([{"op": "remove", "path": "members[value eq \"u1\" or (value eq u2 or value eq \"u1\")]"}]),
            vec![remove(&["u1", "u2"])],
            json!({}),
        ),
        (
            "J-02 J-04",
            json!([{"op": "add", "path": "members", "value": [{"value": "u1"}]}, {"op": "add", "path": "members", "value": {"value": "u1"}}]),
            vec![add(&["u1"])],
            json!({}),
        ),
        (
            "O-11",
            json!([{"op": "replace", "value": {"id": "g1", "displayName": "Tier1b"}}]),
            vec![],
            json!({"displayName": "Tier1b"}),
        ),
        (
            "O-12",
            json!([{"op": "remove", "path": "members[value eq \"u1\"]"},
                   {"op": "add", "path": "members", "value": [{"value": "u2", "display": "grace@example.com"}]},
                   {"op": "replace", "value": {"id": "g1", "displayName": "Tier1b"}}]),
            vec![remove(&["u1"]), add(&["u2"])],
            json!({"displayName": "Tier1b"}),
        ),
        (
            "O-13",
            json!([{"op": "replace", "path": "members", "value": [{"value": "u2"}, {"value": "u1"}]}]),
            vec![set(&["u2", "u1"])],
            json!({}),
        ),
        (
            "O-14",
            json!([{"op": "replace", "path": "members", "value": []}]),
            vec![set(&[])],
            json!({}),
        ),
        (
            "O-15",
            json!([{"op": "replace", "value": {"members": [], "id": "g1", "displayName": "Tier1"}}]),
            vec![set(&[])],
            json!({"displayName": "Tier1"}),
        ),
        (
            "K-01",
            json!([{"op": "add", "value": "{\"members\": [{\"value\": \"u1\"}], \"displayName\": \"x\"}"}]),
            vec![add(&["u1"])],
            json!({"displayName": "x"}),
        ),
        (
            "core URN",
            json!([{"op": "add", "value": {"urn:ietf:params:scim:schemas:core:2.0:Group": {"MEMBERS": ["u1"]}}}]),
            vec![add(&["u1"])],
            json!({}),
        ),
        (
            "by reference, a group, without id",
            json!([{"op": "add", "path": "members", "value": [{"$ref": "https://x/Users/u1"}, {"value": "g2", "type": "Group"}, {"display": "x"}]}]),
            vec![add(&["u1", "g2"])],
            json!({}),
        ),
        (
            "members.value is members",
            json!([{"op": "add", "path": "members.value", "value": "u1"}, {"op": "remove", "path": "members.value", "value": ["u2"]}]),
            vec![add(&["u1"]), remove(&["u2"])],
            json!({}),
        ),
        (
            "exact ids",
            json!([{"op": "add", "path": "members", "value": ["u1", "U1", " u1"]}]),
            vec![add(&["u1", "U1", " u1"])],
            json!({}),
        ),
        (
            "what comes before a replacement does not count",
            json!([{"op": "add", "path": "members", "value": ["u1"]}, {"op": "replace", "path": "members", "value": ["u2"]},
                   {"op": "add", "path": "members", "value": ["u3", "u2"]}, {"op": "remove", "path": "members", "value": ["u2"]}]),
            vec![set(&["u2", "u3"]), remove(&["u2"])],
            json!({}),
        ),
    ] {
        for dialect in Dialect::all() {
            let (other, found) = patch(operations.clone(), dialect).split_members().unwrap();
            let shown = |steps: &[MemberStep]| -> Vec<(String, Vec<String>)> {
                steps
                    .iter()
                    .map(|step| (format!("{step:?}"), step.ids().to_vec()))
                    .collect()
            };
            assert_eq!(shown(&found), shown(&steps), "{id} {}", dialect.name);
            let after = other.apply(&Resource::default()).unwrap().into_map();
            let rest: Vec<_> = rest.as_object().unwrap().iter().collect();
            let after: Vec<_> = after.iter().filter(|(key, _)| *key != "schemas").collect();
            assert_eq!(after, rest, "{id}");
        }
    }
}

#[test]
fn a_bare_removal_is_the_dialects_decision() {
    for (op, path, value) in [
        ("Remove", "members", json!(null)),
        ("Remove", "MEMBERS.Value", json!(null)),
        ("Replace", "members", json!(null)),
        ("Replace", "members", json!("")),
    ] {
        let bare = json!([{"op": "replace", "path": "displayName", "value": "x"}, {"op": op, "path": path, "value": value}]);
        for dialect in Dialect::all() {
            let (rest, steps) = patch(bare.clone(), dialect).split_members().unwrap();
            let done = rest.apply(&Resource::default());
            if dialect.name == "generic" {
                assert!(done.is_ok());
                assert_eq!(steps, [set(&[])]);
            } else {
                let error = done.unwrap_err();
                assert_eq!((error.status, steps.len()), (400, 0));
                assert!(
                    error.detail.starts_with("Operations[1]: members: "),
                    "{error}"
                );
            }
        }
    }
}

#[test]
fn what_needs_the_list_is_left_to_apply() {
    for operation in [
        json!({"op": "remove", "path": "members[type eq \"Group\"]"}),
        json!({"op": "remove", "path": "members[value eq \"u1\" and type eq \"User\"]"}),
        json!({"op": "remove", "path": "members[value eq \"u1\" or type eq \"Group\"]"}),
        json!({"op": "remove", "path": "members[value sw \"u\"]"}),
        json!({"op": "remove", "path": "members[value eq null]"}),
        json!({"op": "remove", "path": "members[not (value eq \"u1\")]"}),
        json!({"op": "replace", "path": "members[value eq \"u1\"].display", "value": "x"}),
        json!({"op": "add", "path": "members[value eq \"u1\"]", "value": {"display": "x"}}),
        json!({"op": "remove", "path": "members.display"}),
    ] {
        let patch = patch(json!([operation]), &GENERIC);
        assert!(patch.split_members().is_none(), "{operation}");
    }
    // A filter that says whom also says the id.
    let two = group(json!({"displayName": "x", "members": ["u1", "u2"]}));
    let named = patch(
        json!([{"op": "add", "path": "members[value eq \"u1\"]", "value": {"display": "Ada"}}]),
        &ENTRA,
    );
    assert_eq!(
        named.apply(&two).unwrap().as_map()["members"],
        json!([{"value": "u1", "type": "User", "display": "Ada"}, {"value": "u2", "type": "User"}])
    );
}

#[test]
fn a_mistake_among_members_is_named() {
    let good = json!({"op": "add", "path": "members", "value": [{"value": "u1"}]});
    for bad in [
        json!({"op": "replace", "path": "members", "value": [{"display": "x"}]}),
        json!({"op": "replace", "path": "members", "value": [{"value": ""}, null]}),
        json!({"op": "add", "path": "members", "value": [7]}),
        json!({"op": "remove", "path": "members", "value": {"value": ["u1", "u2"]}}),
    ] {
        let (rest, steps) = patch(json!([good, bad, good]), &OKTA)
            .split_members()
            .unwrap();
        let error = rest.apply(&Resource::default()).unwrap_err();
        assert!(
            error.detail.starts_with("Operations[1]: members"),
            "{error}"
        );
        assert_eq!(steps, [add(&["u1"])]);
    }
}

#[test]
fn bodies_give_their_members_up() {
    for (body, wanted) in [
        (json!({"displayName": "x"}), None),
        (json!({"displayName": "x", "members": null}), None),
        (json!({"displayName": "x", "members": ""}), None),
        (json!({"displayName": "x", "members": []}), Some(vec![])),
        (
            json!({"displayName": "x", "Members": {"value": "u1"}}),
            Some(vec!["u1"]),
        ),
        (
            json!({"displayName": "x", "members": ["u2", {"value": "u1"}, {"value": "u2"}, {"display": "x"}, null]}),
            Some(vec!["u2", "u1"]),
        ),
    ] {
        let mut group = group(body.clone());
        let members = members_of(&mut group);
        let members = members.as_deref();
        let wanted: Option<Vec<String>> =
            wanted.map(|ids| ids.into_iter().map(str::to_owned).collect());
        assert_eq!(members, wanted.as_deref(), "{body}");
        assert!(!group.as_map().contains_key("members"));
        assert_eq!(group.display_name(), Some("x"));
    }
    let body = json!({"displayName": "x", "members": [{"display": "y"}]});
    let error = normalise::group(body, &ENTRA, Write::Create).unwrap_err();
    assert_eq!(
        error.detail,
        "members.value: required, but missing or empty"
    );
}

#[test]
fn debug_shows_nobody() {
    assert_eq!(format!("{:?}", add(&["canary"])), "Add(1)");
}

/// Operations on members in every dialect, and some that need the list or fail.
fn operation() -> impl Strategy<Value = Value> {
    let id = || "u[1-6]";
    let ids = || proptest::collection::vec(id(), 0..4);
    let objects =
        |ids: Vec<String>| -> Value { ids.into_iter().map(|id| json!({"value": id})).collect() };
    prop_oneof![
        ("(Add|add)", ids()).prop_map(move |(op, ids)| json!({"op": op, "path": "members", "value": objects(ids)})),
        ids().prop_map(|ids| json!({"op": "add", "value": {"members": ids, "displayName": "y"}})),
        ids().prop_map(move |ids| json!({"op": "Remove", "path": "members", "value": objects(ids)})),
        id().prop_map(|id| json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")})),
        (id(), id()).prop_map(|(a, b)| json!({"op": "remove", "path": format!("members[value eq {a} or value eq {b}]")})),
        ids().prop_map(|ids| json!({"op": "replace", "path": "members", "value": ids})),
        id().prop_map(|id| json!({"op": "add", "path": "members.value", "value": id})),
        Just(json!({"op": "replace", "path": "displayName", "value": "z"})),
        Just(json!({"op": "remove", "path": "members"})),
        Just(json!({"op": "add", "path": "members", "value": [{"display": "x"}]})),
        Just(json!({"op": "remove", "path": "members[type eq \"Group\"]"})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn splitting_changes_nothing(
        before in proptest::collection::vec("u[1-6]", 0..5),
        operations in proptest::collection::vec(operation(), 1..6),
        generic in any::<bool>(),
    ) {
        let patch = patch(operations.into(), if generic { &GENERIC } else { &ENTRA });
        let whole = group(json!({"displayName": "x", "members": before}));
        let applied = patch.apply(&whole);
        let Some((rest, steps)) = patch.split_members() else { return Ok(()) };
        let mut base = whole;
        let mut members = members_of(&mut base).unwrap_or_default();
        let rest = rest.apply(&base);
        let mut applied = match (applied, rest) {
            (Ok(applied), Ok(rest)) => {
                base = rest;
                applied
            }
            (applied, rest) => {
                prop_assert_eq!(applied.unwrap_err(), rest.unwrap_err());
                return Ok(());
            }
        };
        for step in &steps {
            match step {
                MemberStep::Add(ids) => ids.iter().for_each(|id| if !members.contains(id) { members.push(id.clone()) }),
                MemberStep::Remove(ids) => members.retain(|id| !ids.contains(id)),
                MemberStep::Set(ids) => members.clone_from(ids),
            }
        }
        prop_assert_eq!(members_of(&mut applied).unwrap_or_default(), members);
        prop_assert_eq!(applied, base);
    }
}
