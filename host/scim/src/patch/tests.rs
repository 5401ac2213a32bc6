use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::dialect::{ENTRA, GENERIC};
use crate::error::ScimType;
use crate::normalise::{self, Write};
use crate::urn;

mod active;
mod multi_valued;

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
            Value::Null,
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
