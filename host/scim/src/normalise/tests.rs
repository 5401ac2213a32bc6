use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::error::ScimType;

const ENT: &str = urn::ENTERPRISE_USER;

fn created(body: Value) -> Value {
    Value::Object(
        user(body, &crate::dialect::ENTRA, Write::Create)
            .unwrap()
            .into_map(),
    )
}

fn refused(body: Value) -> Error {
    user(body, &crate::dialect::ENTRA, Write::Create).unwrap_err()
}

#[test]
fn e05_create() {
    let body = json!({
        "schemas": [urn::USER, ENT], "externalId": "ada", "userName": "ada@example.com", "active": true,
        "displayName": "Ada Byron", "title": "Supervisor", "preferredLanguage": "en-GB",
        "emails": [{"primary": true, "type": "work", "value": "ada@example.com"}],
        "name": {"givenName": "Ada", "familyName": "Byron", "formatted": "Ada Byron"},
        "addresses": [{"type": "work", "formatted": "HQ-4", "locality": "London", "country": "GB", "primary": true}],
        "phoneNumbers": [{"type": "mobile", "value": "+44 (20) 7946-0001 "}],
        (ENT): {"employeeNumber": "1815", "department": "Voice", "manager": "u-grace"},
        "roles": [], "meta": {"resourceType": "User"},
    });
    let mut wanted = body.clone();
    wanted[ENT]["manager"] = json!({"value": "u-grace"});
    let wanted_map = wanted.as_object_mut().unwrap();
    wanted_map.shift_remove("roles");
    wanted_map.shift_remove("meta");
    assert_eq!(created(body), wanted);
}

#[test]
fn e06_nulls_are_dropped() {
    let body = json!({"userName": "ada@example.com", "addresses": null, "phoneNumbers": null, "title": null,
                      "name": {"givenName": null}, "emails": [], (ENT): {"department": null}});
    assert_eq!(
        created(body),
        json!({"schemas": [urn::USER], "userName": "ada@example.com"})
    );
}

#[test]
fn e07_unknown_extensions_are_kept_as_given() {
    let cxone = "urn:ietf:params:scim:schemas:extension:cxone:2.0:User";
    let body = json!({"schemas": [urn::USER], "userName": "a", (cxone): {"skill": "tier1", "Flag": "True", "n": [1, {"x": 1.5}]},
                      "urn:example:acme": {"a": 1}, "urn:example:2.0:User:b": "flat"});
    assert_eq!(
        created(body),
        json!({"schemas": [urn::USER, cxone, "urn:example:acme", "urn:example:2.0:User"], "userName": "a",
               (cxone): {"skill": "tier1", "Flag": "True", "n": [1, {"x": 1.5}]}, "urn:example:acme": {"a": 1},
               "urn:example:2.0:User": {"b": "flat"}})
    );
}

#[test]
fn o03_password_and_read_only_attributes_leave_no_trace() {
    let body = json!({"schemas": [urn::USER], "id": "x", "userName": "ada@example.com", "groups": [], "PassWord": "x7Qp!",
                      "meta": {"location": "y"}, "active": true, (urn::USER): {"password": "x7Qp!", "id": "z"}});
    assert_eq!(
        created(body),
        json!({"schemas": [urn::USER], "userName": "ada@example.com", "active": true})
    );
}

#[test]
fn l02_to_l04_templates() {
    for (core, enterprise) in [
        (
            "urn:scim:schemas:core:2.0",
            "urn:scim:schemas:extension:enterprise:2.0",
        ),
        (
            "urn:scim:schemas:core:1.0",
            "urn:scim:schemas:extension:enterprise:1.0",
        ),
    ] {
        let body = json!({
            "schemas": [core, enterprise], "id": null, "userName": "ada01", "active": "true",
            "name": {"familyName": "Byron", "givenName": "Ada"},
            "emails": {"value": "ada@example.com", "type": "work", "primary": "True"},
            "title": "", (enterprise): {"department": "", "manager": {"managerId": "", "displayName": " "}},
        });
        assert_eq!(
            created(body),
            json!({"schemas": [urn::USER], "userName": "ada01", "active": true,
                   "name": {"familyName": "Byron", "givenName": "Ada"},
                   "emails": [{"value": "ada@example.com", "type": "work", "primary": true}]})
        );
    }
    let body = json!({"userName": "a", "urn:scim:schemas:extension:enterprise:1.0": {"manager": {"managerId": "m1", "displayName": "Grace"}}});
    assert_eq!(
        created(body)[ENT],
        json!({"manager": {"value": "m1", "displayName": "Grace"}})
    );
}

#[test]
fn managers_in_every_form() {
    for (given, wanted) in [
        (json!("u-grace"), Some(json!({"value": "u-grace"}))),
        (
            json!({"value": "u-grace"}),
            Some(json!({"value": "u-grace"})),
        ),
        (
            json!({"managerId": "u-grace"}),
            Some(json!({"value": "u-grace"})),
        ),
        (
            json!([{"$ref": "https://x/Users/u-grace", "value": "u-grace"}]),
            Some(json!({"value": "u-grace"})),
        ),
        (
            json!({"$ref": "https://x/Users/u-grace"}),
            Some(json!({"value": "u-grace"})),
        ),
        (
            json!({"value": "u-grace", "displayName": "Grace"}),
            Some(json!({"value": "u-grace", "displayName": "Grace"})),
        ),
        (json!(""), None),
        (json!("  "), None),
        (json!([]), None),
        (json!({"value": " ", "displayName": "Grace"}), None),
        (json!({"displayName": "Grace"}), None),
    ] {
        let body = json!({"userName": "a", (ENT): {"manager": given}});
        assert_eq!(
            created(body)
                .get(ENT)
                .and_then(|ent| ent.get("manager"))
                .cloned(),
            wanted,
            "{given}"
        );
    }
}

#[test]
fn names_values_and_shapes() {
    for (given, wanted) in [
        (
            json!({"USERNAME": "a", "Name": {"GIVENNAME": "Ada"}}),
            json!({"userName": "a", "name": {"givenName": "Ada"}}),
        ),
        (json!({"userName": ["a"]}), json!({"userName": "a"})),
        (
            json!({"userName": [{"value": "a"}]}),
            json!({"userName": "a"}),
        ),
        (
            json!({"userName": "a", "title": "True"}),
            json!({"userName": "a", "title": "True"}),
        ),
        (
            json!({"userName": "a", "emails": "x"}),
            json!({"userName": "a", "emails": [{"value": "x"}]}),
        ),
        (
            json!({"userName": "a", "emails": ["x", {"Value": "y", "nope": 1}]}),
            json!({"userName": "a", "emails": [{"value": "x"}, {"value": "y"}]}),
        ),
        (
            json!({"userName": "a", "nope": 1, "name.givenName": "x"}),
            json!({"userName": "a"}),
        ),
        (
            json!({"userName": " a\u{301} ", "displayName": "\u{202e}x"}),
            json!({"userName": " a\u{301} ", "displayName": "\u{202e}x"}),
        ),
        (
            json!({(urn::USER): {"userName": "a"}}),
            json!({"userName": "a"}),
        ),
        (
            json!({"userName": "a", "roles": [r#"{"id":"r1","value":"agent","displayName":"Agent"}"#]}),
            json!({"userName": "a", "roles": [{"value": "agent", "display": "Agent"}]}),
        ),
    ] {
        let mut answer = created(given.clone());
        assert_eq!(answer["schemas"], json!([urn::USER]));
        answer.as_object_mut().unwrap().shift_remove("schemas");
        assert_eq!(answer, wanted, "{given}");
    }
    let body = json!({"userName": "a", (format!("{ENT}:department")): "Voice", (format!("{ENT}.costCenter")): "7"});
    assert_eq!(
        created(body)[ENT],
        json!({"department": "Voice", "costCenter": "7"})
    );
    let text = r#"{"value":"agent"}"#;
    let kept = user(
        json!({"userName": "a", "roles": [text]}),
        &crate::dialect::OKTA,
        Write::Create,
    )
    .unwrap();
    assert_eq!(kept.as_map()["roles"], json!([{"value": text}]));
}

#[test]
fn wrong_types_are_named_without_their_values() {
    for (body, wanted) in [
        (json!({"userName": 7}), "userName: expected a string"),
        (
            json!({"userName": "a", "active": "canary"}),
            "active: expected a boolean",
        ),
        (
            json!({"userName": "a", "active": 1}),
            "active: expected a boolean",
        ),
        (
            json!({"userName": "a", "name": "canary"}),
            "name: expected an object",
        ),
        (
            json!({"userName": "a", "name": {"givenName": {"x": "canary"}}}),
            "name.givenName: expected a string",
        ),
        (
            json!({"userName": "a", "emails": [7]}),
            "emails: expected an object",
        ),
        (
            json!({"userName": "a", "emails": [{"primary": "canary"}]}),
            "emails.primary: expected a boolean",
        ),
        (
            json!({"userName": ["a", "b"]}),
            "userName: expected one value, not several",
        ),
        (
            json!({"userName": "a", (ENT): "canary"}),
            "enterprise:2.0:User: expected an object",
        ),
        (
            json!({"userName": "a", (ENT): {"department": 7}}),
            "enterprise:2.0:User:department: expected a string",
        ),
        (
            json!({"userName": "a", "emails": [{"value": "x", "primary": true}, {"value": "y", "primary": "true"}]}),
            "emails: more than one value is primary",
        ),
        (json!({"userName": ""}), "userName: required"),
        (json!({}), "userName: required"),
    ] {
        let error = refused(body);
        assert_eq!(
            (error.status, error.scim_type),
            (400, Some(ScimType::InvalidValue))
        );
        assert!(
            error.detail.contains(wanted),
            "{} for {wanted}",
            error.detail
        );
        assert!(!error.detail.contains("canary"), "{}", error.detail);
    }
    assert_eq!(refused(json!([])).scim_type, Some(ScimType::InvalidSyntax));
    assert_eq!(
        refused(json!({"schemas": [urn::GROUP], "userName": "a"})).scim_type,
        Some(ScimType::InvalidSyntax)
    );
    assert!(user(json!({}), &crate::dialect::ENTRA, Write::Replace).is_ok());
}

#[test]
fn groups() {
    let body = json!({
        "schemas": [urn::GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "6f", "displayName": "Tier1", "meta": {"resourceType": "Group"},
        "members": [{"$ref": null, "value": "u-ada"}, {"value": "u-grace", "display": "grace@example.com"}, {"value": "u-ada", "type": "User"}],
    });
    let group = Value::Object(
        group(body, &crate::dialect::ENTRA, Write::Create)
            .unwrap()
            .into_map(),
    );
    assert_eq!(
        group,
        json!({"schemas": [urn::GROUP], "externalId": "6f", "displayName": "Tier1",
               "members": [{"value": "u-ada", "type": "User"}, {"value": "u-grace", "display": "grace@example.com", "type": "User"}]})
    );
    let refused = |body| {
        super::group(body, &crate::dialect::ENTRA, Write::Create)
            .unwrap_err()
            .detail
    };
    assert!(refused(json!({"members": []})).contains("displayName: required"));
    assert!(
        refused(json!({"displayName": "x", "members": [{"display": "y"}]}))
            .contains("members.value: required")
    );
}

/// Bodies whose keys are often ours and whose values are anything.
pub(crate) fn body() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        "(userName|USERNAME|externalId|active|title|name|emails|roles|addresses|members|manager|groups|password|id|schemas)",
        "urn:ietf:params:scim:schemas:extension:enterprise:2\\.0:User(:manager|:department|)",
        "urn:scim:schemas:(core|extension:enterprise):[12]\\.0(:userName|)",
        "urn:example:2\\.0:User(:skill|)",
        "(value|type|primary|display|givenName|managerId|department|\\$ref)",
        "[a-z.:]{0,6}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "(True|false||x| |\\{\"value\":\"r\"\\}|urn:example:2\\.0:User)".prop_map(Value::from),
    ];
    let key = key.boxed();
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => proptest::collection::vec((key.clone(), inner), 0..6).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn twice_is_once(body in body(), groups in any::<bool>()) {
        let schemas = if groups { ResourceSchemas::group() } else { ResourceSchemas::user() };
        if let Ok(once) = resource(body, schemas, &crate::dialect::ENTRA, Write::Replace) {
            let twice = resource(Value::Object(once.as_map().clone()), schemas, &crate::dialect::ENTRA, Write::Replace).unwrap();
            prop_assert_eq!(serde_json::to_string(&twice).unwrap(), serde_json::to_string(&once).unwrap());
            prop_assert!(!serde_json::to_string(&once).unwrap().contains("null"));
            prop_assert!(!once.as_map().contains_key("password"));
        }
    }
}
