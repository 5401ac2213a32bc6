use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::dialect::{ENTRA, GENERIC};
use crate::error::ScimType;
use crate::normalise::{self, Write};
use crate::urn;

const ENT: &str = urn::ENTERPRISE_USER;

fn user(body: Value) -> Resource {
    normalise::user(body, &ENTRA, Write::Replace).unwrap()
}

fn ada() -> Resource {
    user(
        json!({"userName": "ada@example.com", "active": true, "displayName": "Ada", "title": "Lead",
                "name": {"givenName": "Ada", "familyName": "Byron"},
                "emails": [{"type": "home", "value": "ada@home.example", "primary": true}]}),
    )
}

fn run(
    before: &Resource,
    schemas: &'static ResourceSchemas,
    operations: Value,
) -> Result<Value, Error> {
    let body = json!({"schemas": [urn::PATCH_OP], "Operations": operations});
    Ok(Value::Object(
        Patch::parse(body, schemas, &ENTRA)?
            .apply(before)?
            .into_map(),
    ))
}

fn patched(before: &Resource, operations: Value) -> Value {
    run(before, ResourceSchemas::user(), operations).unwrap()
}

fn refused(operations: Value) -> (u16, ScimType) {
    let error = run(&ada(), ResourceSchemas::user(), operations).unwrap_err();
    assert!(!error.detail.contains("canary"), "{error}");
    (error.status, error.scim_type.unwrap())
}

#[test]
fn single_valued_attributes() {
    for (id, operations, name, wanted) in [
        (
            "E-08",
            json!([{"op": "Replace", "path": "active", "value": "False"}]),
            "active",
            json!(false),
        ),
        (
            "E-09",
            json!([{"op": "Replace", "path": "active", "value": "false"}]),
            "active",
            json!(false),
        ),
        (
            "E-10",
            json!([{"op": "Add", "path": "active", "value": "False"}]),
            "active",
            json!(false),
        ),
        (
            "E-11",
            json!([{"op": "replace", "path": "active", "value": false}]),
            "active",
            json!(false),
        ),
        (
            "O-06",
            json!([{"op": "replace", "value": {"active": false}}]),
            "active",
            json!(false),
        ),
        (
            "O-07",
            json!([{"op": "replace", "value": {"active": false}}, {"op": "replace", "value": {"active": true}}]),
            "active",
            json!(true),
        ),
        (
            "P-02",
            json!([{"op": "replace", "path": format!("{}:active", urn::USER), "value": false}]),
            "active",
            json!(false),
        ),
        (
            "N15",
            json!([{"op": "replace", "path": "active", "value": [{"value": "False"}]}]),
            "active",
            json!(false),
        ),
        (
            "N5",
            json!({"OP": "REPLACE", "Path": "Active", "Value": false}),
            "active",
            json!(false),
        ),
        (
            "E-22",
            json!([{"op": "Replace", "path": "title", "value": ""}]),
            "title",
            Value::Null,
        ),
        (
            "E-22 null",
            json!([{"op": "Replace", "path": "title", "value": null}]),
            "title",
            Value::Null,
        ),
        (
            "remove",
            json!([{"op": "Remove", "path": "title"}]),
            "title",
            Value::Null,
        ),
        (
            "remove absent",
            json!([{"op": "Remove", "path": "nickName"}]),
            "nickName",
            Value::Null,
        ),
        (
            "active null",
            json!([{"op": "Replace", "path": "active", "value": null}]),
            "active",
            json!(true),
        ),
        (
            "active removed",
            json!([{"op": "Remove", "path": "active"}]),
            "active",
            json!(true),
        ),
        (
            "E-23",
            json!([{"op": "Replace", "path": "userName", "value": "Ada@new.example"}]),
            "userName",
            json!("Ada@new.example"),
        ),
        (
            "verbatim",
            json!([{"op": "Replace", "path": "title", "value": " True "}]),
            "title",
            json!(" True "),
        ),
        (
            "K-01",
            json!([{"op": "replace", "value": "{\"displayName\":\"Tier1\"}"}]),
            "displayName",
            json!("Tier1"),
        ),
        (
            "J-03",
            json!([{"op": "replace", "path": "name.givenName", "value": "A"}, {"op": "replace", "path": "name.familyName", "value": "L"},
                        {"op": "replace", "path": "active", "value": false}]),
            "name",
            json!({"givenName": "A", "familyName": "L"}),
        ),
        (
            "name joins",
            json!([{"op": "replace", "path": "name", "value": {"givenName": "A", "middleName": "M"}}]),
            "name",
            json!({"givenName": "A", "familyName": "Byron", "middleName": "M"}),
        ),
        (
            "name parts unset",
            json!([{"op": "replace", "path": "name", "value": {"givenName": "", "familyName": null}}]),
            "name",
            Value::Null,
        ),
        (
            "name removed",
            json!([{"op": "remove", "path": "name.givenName"}]),
            "name",
            json!({"familyName": "Byron"}),
        ),
        (
            "core URN object",
            json!([{"op": "replace", "value": {(urn::USER): {"title": "x"}}}]),
            "title",
            json!("x"),
        ),
    ] {
        let after = patched(&ada(), operations);
        assert_eq!(after.get(name).cloned().unwrap_or_default(), wanted, "{id}");
    }
}

#[test]
fn e12_many_operations() {
    let after = patched(
        &ada(),
        json!([
            {"op": "Replace", "path": "displayName", "value": "Ada L"},
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ada@example.com"},
            {"op": "Replace", "path": "name.familyName", "value": "Lovelace"},
            {"op": "Add", "path": format!("{ENT}:department"), "value": "Voice"},
            {"op": "Replace", "path": "addresses[type eq \"work\"].formatted", "value": "18/2111"},
        ]),
    );
    assert_eq!(
        after,
        json!({"schemas": [urn::USER, ENT], "userName": "ada@example.com", "active": true, "displayName": "Ada L", "title": "Lead",
               "name": {"givenName": "Ada", "familyName": "Lovelace"},
               "emails": [{"type": "home", "value": "ada@home.example", "primary": true}, {"type": "work", "value": "ada@example.com"}],
               "addresses": [{"type": "work", "formatted": "18/2111"}], (ENT): {"department": "Voice"}})
    );
}

#[test]
fn e13_e14_flat_keys() {
    for op in ["replace", "add"] {
        let after = patched(
            &ada(),
            json!([
                {"op": op, "value": {"displayName": "Ada L", "name.givenName": "A", "name.familyName": "Lovelace",
                                     (format!("{ENT}:employeeNumber")): "1852", "emails[type eq \"work\"].value": "w",
                                     "urn:example:2.0:User": {"skill": "x"}, "urn:example:2.0:User:level": 3,
                                     (ENT): {"costCenter": "7", "nope": 1}, "nope": 1, "id": "x", "meta": {}, "groups": [], "schemas": []}},
                {"op": op, "path": "emails[type eq \"work\"].primary", "value": "true"},
            ]),
        );
        assert_eq!(
            after["name"],
            json!({"givenName": "A", "familyName": "Lovelace"}),
            "{op}"
        );
        assert_eq!(
            after[ENT],
            json!({"employeeNumber": "1852", "costCenter": "7"})
        );
        assert_eq!(
            after["urn:example:2.0:User"],
            json!({"skill": "x", "level": 3})
        );
        assert_eq!(
            after["schemas"],
            json!([urn::USER, ENT, "urn:example:2.0:User"])
        );
        assert_eq!(
            after["emails"],
            json!([{"type": "home", "value": "ada@home.example", "primary": false}, {"type": "work", "value": "w", "primary": true}])
        );
        assert!(after.get("id").is_none() && after.get("meta").is_none());
    }
}

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
fn e17_to_e19_manager() {
    let manager = |after: &Value| {
        after
            .get(ENT)
            .and_then(|ent| ent.get("manager"))
            .cloned()
            .unwrap_or_default()
    };
    let path = format!("{ENT}:manager");
    let array = json!([{"$ref": "https://x/Users/u-grace", "value": "u-grace"}]);
    for operation in [
        json!({"op": "Add", "path": path, "value": "u-grace"}),
        json!({"op": "Add", "path": "manager", "value": array}),
        json!({"op": "replace", "path": format!("{path}.value"), "value": "u-grace"}),
        json!({"op": "replace", "value": {(path.as_str()): {"managerId": "u-grace"}}}),
        json!({"op": "replace", "value": {(ENT): {"manager": "u-grace"}}}),
        json!({"op": "replace", "path": ENT, "value": {"manager": "u-grace"}}),
    ] {
        assert_eq!(
            manager(&patched(&ada(), json!([operation]))),
            json!({"value": "u-grace"}),
            "{operation}"
        );
    }
    let managed = user(
        json!({"userName": "a", (ENT): {"manager": {"value": "u-grace", "displayName": "Grace"}}}),
    );
    for operation in [
        json!({"op": "Replace", "path": path, "value": ""}),
        json!({"op": "Replace", "path": path, "value": null}),
        json!({"op": "Remove", "path": path}),
        json!({"op": "Remove", "path": ENT}),
        json!({"op": "Replace", "path": format!("{path}.value"), "value": ""}),
    ] {
        let after = patched(&managed, json!([operation]));
        assert_eq!(
            after,
            json!({"schemas": [urn::USER], "userName": "a"}),
            "{operation}"
        );
    }
    for operation in [
        json!({"op": "Replace", "path": path, "value": "u-alan"}),
        json!({"op": "Replace", "path": format!("{path}.value"), "value": "u-alan"}),
    ] {
        assert_eq!(
            manager(&patched(&managed, json!([operation]))),
            json!({"value": "u-alan"}),
            "the name went with the manager"
        );
    }
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
fn what_is_ignored() {
    for operation in [
        json!({"op": "replace", "path": "id", "value": "x"}),
        json!({"op": "replace", "path": "meta.location", "value": "x"}),
        json!({"op": "remove", "path": "groups"}),
        json!({"op": "add", "path": "schemas", "value": ["urn:x:y"]}),
        json!({"op": "replace", "path": "password", "value": "canary"}),
        json!({"op": "replace", "value": {"password": "canary", "nope": "canary"}}),
    ] {
        let body = json!({"Operations": [operation]});
        let patch = Patch::parse(body, ResourceSchemas::user(), &ENTRA).unwrap();
        assert!(
            patch.is_empty() && !format!("{patch:?}").contains("canary"),
            "{operation}"
        );
        assert_eq!(patch.apply(&ada()).unwrap(), ada(), "{operation}");
    }
}

#[test]
fn what_is_refused() {
    for (operations, wanted) in [
        (
            json!([{"op": "replace", "path": "nope", "value": 1}]),
            ScimType::InvalidPath,
        ),
        (
            json!([{"op": "replace", "path": "emails[type eq", "value": 1}]),
            ScimType::InvalidPath,
        ),
        (
            json!([{"op": "replace", "path": "emails[type zz \"canary\"]", "value": 1}]),
            ScimType::InvalidFilter,
        ),
        (
            json!([{"op": "replace", "path": 7, "value": 1}]),
            ScimType::InvalidPath,
        ),
        (
            json!([{"op": "move", "path": "title", "value": 1}]),
            ScimType::InvalidSyntax,
        ),
        (
            json!([{"path": "title", "value": 1}]),
            ScimType::InvalidSyntax,
        ),
        (
            json!([{"op": "add", "path": "title"}]),
            ScimType::InvalidSyntax,
        ),
        (json!([7]), ScimType::InvalidSyntax),
        (json!([]), ScimType::InvalidSyntax),
        (
            json!([{"op": "replace", "value": "canary"}]),
            ScimType::InvalidValue,
        ),
        (
            json!([{"op": "replace", "value": "{canary"}]),
            ScimType::InvalidSyntax,
        ),
        (json!([{"op": "remove"}]), ScimType::NoTarget),
        (
            json!([{"op": "remove", "path": urn::USER}]),
            ScimType::NoTarget,
        ),
        (
            json!([{"op": "replace", "path": "active", "value": "canary"}]),
            ScimType::InvalidValue,
        ),
        (
            json!([{"op": "replace", "path": "title", "value": {"x": "canary"}}]),
            ScimType::InvalidValue,
        ),
        (
            json!([{"op": "remove", "path": "userName"}]),
            ScimType::Mutability,
        ),
        (
            json!([{"op": "replace", "path": "userName", "value": ""}]),
            ScimType::InvalidValue,
        ),
        (
            json!([{"op": "add", "path": "emails[type sw \"w\"].value", "value": "x"}]),
            ScimType::NoTarget,
        ),
        (
            json!([{"op": "replace", "path": "emails[not (type eq \"home\")].value", "value": "x"}]),
            ScimType::NoTarget,
        ),
        (
            json!([{"op": "add", "path": "emails", "value": [{"value": "x", "primary": true}, {"value": "y", "primary": true}]}]),
            ScimType::InvalidValue,
        ),
    ] {
        let shown = operations.to_string();
        assert_eq!(refused(operations), (400, wanted), "{shown}");
    }
    let wrong = json!({"schemas": [urn::USER], "Operations": [{"op": "remove", "path": "title"}]});
    assert_eq!(
        Patch::parse(wrong, ResourceSchemas::user(), &ENTRA)
            .unwrap_err()
            .scim_type,
        Some(ScimType::InvalidSyntax)
    );
    let many = vec![json!({"op": "remove", "path": "title"}); MAX_OPERATIONS + 1];
    let error =
        Patch::parse(json!({"Operations": many}), ResourceSchemas::user(), &ENTRA).unwrap_err();
    assert_eq!((error.status, error.scim_type), (413, None));
}

#[test]
fn all_or_nothing_and_the_place_is_named() {
    let before = ada();
    let error = run(
        &before,
        ResourceSchemas::user(),
        json!([
            {"op": "replace", "path": "title", "value": "Boss"}, {"op": "replace", "path": "active", "value": 7},
        ]),
    );
    assert_eq!(
        error.unwrap_err().detail,
        "Operations[1]: active: expected a boolean"
    );
    assert_eq!(before, ada());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn never_panics_and_stays_normal(
        before in normalise::tests::body(),
        operations in proptest::collection::vec((
            "(add|Replace|remove)",
            proptest::option::of(prop_oneof![
                "(active|title|userName|emails|roles|name|name\\.givenName|members|manager|manager\\.value|urn:example:2\\.0:User:skill)",
                "(emails|roles|members|addresses)\\[(type eq \"x\"|primary eq \"True\"|value pr)\\](\\.value|\\.primary|)",
                "urn:ietf:params:scim:schemas:extension:enterprise:2\\.0:User(:manager|)",
            ]),
            normalise::tests::body(),
        ), 1..5),
        groups in any::<bool>(),
    ) {
        let schemas = if groups { ResourceSchemas::group() } else { ResourceSchemas::user() };
        let operations: Vec<Value> = operations.into_iter().map(|(op, path, value)| json!({"op": op, "path": path, "value": value})).collect();
        let patch = Patch::parse(json!({"Operations": operations}), schemas, &ENTRA);
        let after = normalise::resource(before, schemas, &ENTRA, Write::Replace)
            .and_then(|before| patch?.apply(&before));
        if let Ok(after) = after {
            let body = Value::Object(after.as_map().clone());
            let again = normalise::resource(body, schemas, &ENTRA, Write::Replace).unwrap();
            prop_assert_eq!(again, after);
        }
    }

    #[test]
    fn any_json_is_answered(body in crate::json::tests::value()) {
        let _ = Patch::parse(body, ResourceSchemas::user(), &GENERIC);
    }
}
