//! Elements: made, changed, demoted and removed; members; lists of open schemas.

use super::*;

#[test]
fn e15_e16_elements_are_made_in_any_order() {
    let value =
        json!({"op": "Add", "path": "emails[type eq \"work\"].value", "value": "ada@new.example"});
    let primary = json!({"op": "Add", "path": "emails[type eq \"work\"].primary", "value": "true"});
    let label = json!({"op": "Add", "path": "emails[type eq \"work\"].type", "value": "work"});
    let home = json!({"type": "home", "value": "ada@home.example", "primary": true});
    assert_eq!(
        patched(&ada(), json!([value]))["emails"],
        json!([home, {"type": "work", "value": "ada@new.example"}])
    );
    for order in [
        [&primary, &label, &value],
        [&value, &primary, &label],
        [&label, &value, &primary],
    ] {
        let after = patched(&ada(), json!(order));
        assert_eq!(
            after["emails"],
            json!([{"type": "home", "value": "ada@home.example", "primary": false},
                   {"type": "work", "value": "ada@new.example", "primary": true}]),
            "{order:?}"
        );
    }
    let nobody = user(json!({"userName": "a"}));
    assert_eq!(
        patched(&nobody, json!([primary, label, value]))["emails"],
        json!([{"type": "work", "primary": true, "value": "ada@new.example"}])
    );
}

#[test]
fn e20_e21_roles() {
    let replace =
        json!([{"op": "Replace", "path": "roles[primary eq \"True\"].value", "value": "agent"}]);
    assert_eq!(
        patched(&ada(), replace.clone())["roles"],
        json!([{"primary": true, "value": "agent"}])
    );
    let with_roles =
        user(json!({"userName": "a", "roles": [{"value": "x"}, {"value": "y", "primary": true}]}));
    assert_eq!(
        patched(&with_roles, replace)["roles"],
        json!([{"value": "x"}, {"value": "agent", "primary": true}])
    );
    let text = "{\"id\":\"r1\",\"value\":\"agent\",\"displayName\":\"Agent\"}";
    for value in [json!([{"value": text}]), json!(text), json!([text])] {
        let after = patched(
            &with_roles,
            json!([{"op": "Add", "path": "roles", "value": value}]),
        );
        assert_eq!(
            after["roles"][2],
            json!({"value": "agent", "display": "Agent"}),
            "{value}"
        );
    }
}

#[test]
fn multi_valued_attributes() {
    let two = user(
        json!({"userName": "a", "emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h", "primary": true}]}),
    );
    let home = json!({"type": "home", "value": "h", "primary": true});
    for (operation, wanted) in [
        (
            json!({"op": "add", "path": "emails", "value": {"type": "other", "value": "w"}}),
            json!([{"type": "work", "value": "w"}, home, {"type": "other", "value": "w"}]),
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "w", "type": "work"}]}),
            json!([home]),
        ),
        (
            json!({"op": "add", "path": "emails", "value": {"type": "work", "value": "w"}}),
            json!([{"type": "work", "value": "w"}, home]),
        ),
        (
            json!({"op": "add", "path": "emails", "value": [{"value": "x", "primary": true}]}),
            json!([{"type": "work", "value": "w"}, {"type": "home", "value": "h", "primary": false}, {"value": "x", "primary": true}]),
        ),
        (
            json!({"op": "replace", "path": "emails", "value": {"value": "x"}}),
            json!([{"value": "x"}]),
        ),
        (
            json!({"op": "replace", "path": "emails", "value": []}),
            Value::Null,
        ),
        (
            json!({"op": "replace", "path": "emails", "value": ""}),
            Value::Null,
        ),
        (json!({"op": "remove", "path": "emails"}), Value::Null),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "w"}]}),
            json!([home]),
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "w", "type": "home"}]}),
            json!([{"type": "work", "value": "w"}, home]),
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"type": "work"}]}),
            json!([home]),
        ),
        (
            json!({"op": "remove", "path": "emails", "value": []}),
            json!([{"type": "work", "value": "w"}, home]),
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"work\"]"}),
            json!([home]),
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"other\"]"}),
            json!([{"type": "work", "value": "w"}, home]),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"work\"].value", "value": ""}),
            json!([home]),
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"home\"].primary"}),
            json!([{"type": "work", "value": "w"}, {"type": "home", "value": "h"}]),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "n"}}),
            json!([{"type": "work", "value": "n"}, home]),
        ),
        (
            json!({"op": "add", "path": "emails[type eq \"home\"]", "value": {"display": "d"}}),
            json!([{"type": "work", "value": "w"}, {"type": "home", "value": "h", "primary": true, "display": "d"}]),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"work\"]", "value": null}),
            json!([home]),
        ),
        (
            json!({"op": "replace", "path": "emails[value ew \"h\"].value", "value": "n"}),
            json!([{"type": "work", "value": "w"}, {"type": "home", "value": "n", "primary": true}]),
        ),
        (
            json!({"op": "replace", "path": "emails.display", "value": "d"}),
            json!([{"type": "work", "value": "w", "display": "d"}, {"type": "home", "value": "h", "primary": true, "display": "d"}]),
        ),
        (
            json!({"op": "replace", "path": "emails[type eq \"work\"].primary", "value": "True"}),
            json!([{"type": "work", "value": "w", "primary": true}, {"type": "home", "value": "h", "primary": false}]),
        ),
    ] {
        let after = patched(&two, json!([operation]));
        assert_eq!(
            after.get("emails").cloned().unwrap_or_default(),
            wanted,
            "{operation}"
        );
    }
}

#[test]
fn members_by_the_same_engine() {
    let group = |members: Value| {
        normalise::group(
            json!({"displayName": "Tier1", "members": members}),
            &ENTRA,
            Write::Replace,
        )
        .unwrap()
    };
    let two = group(json!([{"value": "u1"}, {"value": "u-ada"}]));
    let one = |id: &str| json!({"value": id, "type": "User"});
    for (id, operations, wanted) in [
        (
            "E-26 J-04",
            json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "u2"}, {"$ref": null, "value": "u2"}]}]),
            json!([one("u1"), one("u-ada"), one("u2")]),
        ),
        (
            "J-02",
            json!([{"op": "add", "path": "members", "value": [{"value": "u1"}]}]),
            json!([one("u1"), one("u-ada")]),
        ),
        (
            "E-27 J-05",
            json!([{"op": "Remove", "path": "members", "value": [{"value": "u-ada"}]}]),
            json!([one("u1")]),
        ),
        (
            "E-27 text",
            json!([{"op": "Remove", "path": "members", "value": ["u-ada"]}]),
            json!([one("u1")]),
        ),
        (
            "E-27 nobody",
            json!([{"op": "Remove", "path": "members", "value": [{"value": "u9"}]}]),
            json!([one("u1"), one("u-ada")]),
        ),
        (
            "E-28",
            json!([{"op": "remove", "path": "members[value eq \"u-ada\"]"}]),
            json!([one("u1")]),
        ),
        (
            "E-28 nobody",
            json!([{"op": "remove", "path": "members[value eq \"u9\"]"}]),
            json!([one("u1"), one("u-ada")]),
        ),
        (
            "O-12",
            json!([{"op": "remove", "path": "members[value eq \"u1\"]"}, {"op": "add", "path": "members", "value": [{"value": "u2", "display": "grace@example.com"}]}]),
            json!([one("u-ada"), {"value": "u2", "display": "grace@example.com", "type": "User"}]),
        ),
        (
            "O-13",
            json!([{"op": "replace", "path": "members", "value": [{"value": "u3"}]}]),
            json!([one("u3")]),
        ),
        (
            "O-14",
            json!([{"op": "replace", "path": "members", "value": []}]),
            Value::Null,
        ),
        (
            "O-15",
            json!([{"op": "replace", "value": {"members": [], "id": "g1", "displayName": "Tier1"}}]),
            Value::Null,
        ),
        (
            "O-11",
            json!([{"op": "replace", "value": {"id": "g1", "displayName": "Tier1b"}}]),
            json!([one("u1"), one("u-ada")]),
        ),
    ] {
        let after = run(&two, ResourceSchemas::group(), operations).unwrap();
        assert_eq!(
            after.get("members").cloned().unwrap_or_default(),
            wanted,
            "{id}"
        );
        assert_eq!(
            after["displayName"],
            if id == "O-11" { "Tier1b" } else { "Tier1" }
        );
    }
    let bare = json!({"Operations": [{"op": "Remove", "path": "members"}]});
    let error = Patch::parse(bare.clone(), ResourceSchemas::group(), &ENTRA)
        .unwrap()
        .apply(&two)
        .unwrap_err();
    assert_eq!(
        (error.status, error.scim_type),
        (400, Some(ScimType::InvalidValue))
    );
    let cleared = Patch::parse(bare, ResourceSchemas::group(), &GENERIC)
        .unwrap()
        .apply(&two)
        .unwrap();
    assert!(!cleared.as_map().contains_key("members"));
}

#[test]
fn open_extensions() {
    let urn = "urn:example:2.0:User";
    let before = user(
        json!({"userName": "a", (urn): {"Skills": [{"name": "x", "level": 1}], "flag": "True", "o": {"a": 1}}}),
    );
    for (operation, wanted) in [
        (
            json!({"op": "replace", "path": format!("{urn}:skills[name eq \"x\"].level"), "value": 2}),
            json!({"Skills": [{"name": "x", "level": 2}], "flag": "True", "o": {"a": 1}}),
        ),
        (
            json!({"op": "add", "path": format!("{urn}:skills"), "value": [{"name": "y"}]}),
            json!({"Skills": [{"name": "x", "level": 1}, {"name": "y"}], "flag": "True", "o": {"a": 1}}),
        ),
        (
            json!({"op": "add", "path": format!("{urn}:o"), "value": {"b": 2}}),
            json!({"Skills": [{"name": "x", "level": 1}], "flag": "True", "o": {"a": 1, "b": 2}}),
        ),
        (
            json!({"op": "replace", "path": format!("{urn}:o.a"), "value": "x"}),
            json!({"Skills": [{"name": "x", "level": 1}], "flag": "True", "o": {"a": "x"}}),
        ),
        (
            json!({"op": "replace", "path": format!("{urn}:FLAG"), "value": ""}),
            json!({"Skills": [{"name": "x", "level": 1}], "o": {"a": 1}}),
        ),
        (
            json!({"op": "remove", "path": urn.to_uppercase().replace("URN", "urn")}),
            Value::Null,
        ),
    ] {
        let after = patched(&before, json!([operation]));
        assert_eq!(
            after.get(urn).cloned().unwrap_or_default(),
            wanted,
            "{operation}"
        );
    }
    let after = patched(
        &before,
        json!([{"op": "add", "path": "urn:example:acme:skill", "value": "x"}]),
    );
    assert_eq!(after["urn:example:acme"], json!({"skill": "x"}));
}

#[test]
fn joined_member_operations_mean_what_they_meant() {
    let before = normalise::group(json!({"displayName": "x"}), &ENTRA, Write::Replace).unwrap();
    let add =
        |id: usize| json!({"op": "add", "path": "members", "value": [{"value": format!("u{id}")}]});
    let remove =
        |id: usize| json!({"op": "remove", "path": format!("members[value eq \"u{id}\"]")});
    let mut operations: Vec<Value> = (0..20).map(|index| add(index % 15)).collect();
    operations.extend((0..12).map(remove));
    operations.push(add(3));
    operations.push(json!({"op": "remove", "path": "members[type eq \"Group\"]"}));
    let patch = Patch::parse(
        json!({"Operations": operations}),
        ResourceSchemas::group(),
        &ENTRA,
    )
    .unwrap();
    assert_eq!(patch.steps.len(), 4);
    let after = patch.apply(&before).unwrap();
    let mut one_by_one = before;
    for operation in operations {
        let patch = Patch::parse(
            json!({"Operations": operation}),
            ResourceSchemas::group(),
            &ENTRA,
        );
        one_by_one = patch.unwrap().apply(&one_by_one).unwrap();
    }
    assert_eq!(after, one_by_one);
    let ids: Vec<&Value> = after.as_map()["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| &member["value"])
        .collect();
    assert_eq!(ids, ["u12", "u13", "u14", "u3"]);
}

#[test]
fn an_error_among_members_names_its_operation() {
    let before = normalise::group(json!({"displayName": "x"}), &ENTRA, Write::Replace).unwrap();
    let good = json!({"op": "add", "path": "members", "value": [{"value": "u1"}]});
    let bad = json!({"op": "add", "path": "members", "value": [{"display": "x"}]});
    let error = run(
        &before,
        ResourceSchemas::group(),
        json!([good, good, bad, good]),
    )
    .unwrap_err();
    assert_eq!(
        error.detail,
        "Operations[2]: members.value: required, but missing or empty"
    );
}
