//! Keys, schemas and shapes in bodies: N5, N6, N15, N16, and what nobody knows.

use serde_json::{Value, json};

use super::{CORE, CUSTOM, ENT, found, patched, plain, user, with};
use crate::wire::refused;
use crate::world::{World, ada};

#[tokio::test(flavor = "multi_thread")]
async fn n05_case_of_keys() {
    let world = World::start().await;
    let id = world
        .created(json!({
            "SCHEMAS": [CORE], "USERNAME": "ada@example.com", "Name": {"GIVENNAME": "Ada", "familyname": "Byron"},
            "eMails": [{"Value": "ada@example.com", "TYPE": "work", "PRIMARY": true}], "DisplayName": "Ada Byron",
            (ENT.to_uppercase()): {"DEPARTMENT": "Voice"},
        }))
        .await;
    let read = user(&world, &id).await;
    assert_eq!(
        read["name"],
        json!({"givenName": "Ada", "familyName": "Byron"})
    );
    assert_eq!(
        read["emails"],
        json!([{"value": "ada@example.com", "type": "work", "primary": true}])
    );
    assert_eq!(
        (&read["displayName"], &read[ENT]),
        (&json!("Ada Byron"), &json!({"department": "Voice"}))
    );
    let operation = json!({"op": "replace", "path": "TITLE", "value": "Lead"});
    for (title, body) in [
        (
            "Lead",
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "operations": [operation]}),
        ),
        (
            "Head",
            json!({"OPERATIONS": [{"OP": "replace", "Path": "Title", "VALUE": "Head"}]}),
        ),
        ("Lead", json!({"Operations": operation})),
        (
            "Chef",
            json!({"Operations": [{"op": "replace", "value": {"TITLE": "Chef"}}]}),
        ),
    ] {
        let answer = world
            .scim("PATCH", &format!("/Users/{id}"), Some(body.clone()))
            .await;
        assert_eq!(
            (answer.status, &answer.body["title"]),
            (200, &json!(title)),
            "{body}: {}",
            answer.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n06_legacy_schemas() {
    let world = World::start().await;
    for (number, (core, ent)) in [
        (
            "urn:scim:schemas:core:1.0",
            "urn:scim:schemas:extension:enterprise:1.0",
        ),
        (
            "urn:scim:schemas:core:2.0",
            "urn:scim:schemas:extension:enterprise:2.0",
        ),
        (CORE, ENT),
        ("URN:IETF:params:scim:schemas:core:2.0:USER", ENT),
    ]
    .into_iter()
    .enumerate()
    {
        for (also, schemas) in [
            json!([core, ent]),
            json!([core]),
            json!([core, CORE]),
            json!([]),
            Value::Null,
        ]
        .into_iter()
        .enumerate()
        {
            let mut body = with(
                plain(&format!("user{number}{also}")),
                "schemas",
                schemas.clone(),
            );
            body[ent] = json!({"department": "Voice"});
            let id = world.created(body).await;
            let read = user(&world, &id).await;
            assert_eq!(read["schemas"], json!([CORE, ENT]), "{schemas}");
            assert_eq!(read[ENT], json!({"department": "Voice"}), "{schemas}");
        }
    }
    let group = with(
        plain("group"),
        "schemas",
        json!(["urn:ietf:params:scim:schemas:core:2.0:Group"]),
    );
    refused(
        &world.scim("POST", "/Users", Some(group)).await,
        400,
        "invalidSyntax",
        "a group is no user",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn n15_shapes_of_values() {
    let world = World::start().await;
    let one = json!([{"value": "x@example.com", "type": "work"}]);
    for (number, (key, given, wanted)) in [
        (
            "emails",
            json!({"value": "x@example.com", "type": "work"}),
            one,
        ),
        (
            "phoneNumbers",
            json!("+1 555 0100"),
            json!([{"value": "+1 555 0100"}]),
        ),
        (
            "phoneNumbers",
            json!(["+1 555 0100", "+1 555 0101"]),
            json!([{"value": "+1 555 0100"}, {"value": "+1 555 0101"}]),
        ),
        ("title", json!([{"value": "Lead"}]), json!("Lead")),
        ("title", json!({"value": "Lead"}), json!("Lead")),
        ("title", json!(["Lead"]), json!("Lead")),
        (
            "name",
            json!([{"givenName": "Grace", "familyName": "Hopper"}]),
            json!({"givenName": "Grace", "familyName": "Hopper"}),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let id = world
            .created(with(plain(&format!("user{number}")), key, given.clone()))
            .await;
        assert_eq!(user(&world, &id).await[key], wanted, "{key}: {given}");
        let read = patched(
            &world,
            &id,
            json!([{"op": "replace", "path": key, "value": given}]),
        )
        .await;
        assert_eq!(read[key], wanted, "replace {key}: {given}");
    }
    for (key, wrong) in [
        ("title", json!(["a", "b"])),
        ("title", json!({"a": "b"})),
        ("emails", json!([1])),
        ("name", json!("Grace")),
        ("userName", json!(7)),
    ] {
        refused(
            &world
                .scim(
                    "POST",
                    "/Users",
                    Some(with(plain("nobody"), key, wrong.clone())),
                )
                .await,
            400,
            "invalidValue",
            &format!("{key}: {wrong}"),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n16_null_and_empty() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    for empty in [json!(""), Value::Null, json!([])] {
        for path in [
            "title",
            "phoneNumbers",
            "addresses",
            "preferredLanguage",
            "externalId",
            "name.formatted",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        ] {
            let full = ada();
            assert_eq!(
                world
                    .scim("PUT", &format!("/Users/{id}"), Some(full))
                    .await
                    .status,
                200
            );
            let read = patched(
                &world,
                &id,
                json!([{"op": "Replace", "path": path, "value": empty}]),
            )
            .await;
            let absent = match path {
                "name.formatted" => &read["name"]["formatted"],
                path if path.starts_with("urn:") => &read[ENT]["department"],
                path => &read[path],
            };
            assert_eq!(absent, &Value::Null, "{path} {empty}");
            let mut said = read.clone();
            // The entity tag has quotation marks of its own.
            said["meta"]["version"].take();
            let said = said.to_string().replacen("null", "", 1);
            assert!(!said.contains("null") && !said.contains("\"\""), "{read}");
        }
        // Required attributes are never unset.
        let answer = world
            .patch(
                &id,
                json!([{"op": "Replace", "path": "userName", "value": empty}]),
            )
            .await;
        refused(&answer, 400, "invalidValue", "userName is required");
        refused(
            &world
                .scim(
                    "POST",
                    "/Users",
                    Some(with(plain("x"), "userName", empty.clone())),
                )
                .await,
            400,
            "invalidValue",
            "userName is required",
        );
        // Neither is active: whether somebody may work is never guessed.
        assert_eq!(
            patched(
                &world,
                &id,
                json!([{"op": "Replace", "path": "active", "value": empty}])
            )
            .await["active"],
            true
        );
    }
    let sparse = json!({"schemas": [CORE], "userName": "", "title": "", "nickName": null, "name": {"givenName": "Ada", "familyName": "Byron", "middleName": ""},
        "emails": [{"value": "ada@example.com", "type": "work", "display": ""}], "phoneNumbers": [{"value": "", "type": ""}], "active": null});
    let answer = world
        .scim("PUT", &format!("/Users/{id}"), Some(sparse))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let read = user(&world, &id).await;
    assert_eq!(
        (
            &read["userName"],
            &read["active"],
            &read["title"],
            &read["phoneNumbers"]
        ),
        (
            &json!("ada@example.com"),
            &json!(true),
            &Value::Null,
            &Value::Null
        )
    );
    assert_eq!(
        (&read["name"], &read["emails"]),
        (
            &json!({"givenName": "Ada", "familyName": "Byron"}),
            &json!([{"value": "ada@example.com", "type": "work"}])
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_extensions_are_kept_and_unknown_attributes_ignored() {
    let world = World::start().await;
    let given =
        json!({"skill": "tier1", "levels": [1, 2.5, {"deep": [true]}], "CaseOf": {"Keys": "Kept"}});
    let mut body = with(ada(), CUSTOM, given.clone());
    (
        body["shoeSize"],
        body[ENT]["shoeSize"],
        body["name"]["shoeSize"],
    ) = (json!(46), json!(46), json!(46));
    body["urn:example:acme:1.0:Desk"] = json!({"floor": 3});
    let id = world.created(body).await;
    let read = user(&world, &id).await;
    assert_eq!(
        (&read[CUSTOM], &read["urn:example:acme:1.0:Desk"]),
        (&given, &json!({"floor": 3}))
    );
    assert_eq!(
        read["schemas"],
        json!([CORE, ENT, CUSTOM, "urn:example:acme:1.0:Desk"])
    );
    assert!(!read.to_string().contains("shoeSize"), "{read}");
    for (path, value, pointer) in [
        (format!("{CUSTOM}:skill"), json!("tier2"), "/skill"),
        (format!("{CUSTOM}:new"), json!(7), "/new"),
        (
            format!("{CUSTOM}:CaseOf.Keys"),
            json!("Changed"),
            "/CaseOf/Keys",
        ),
    ] {
        let read = patched(
            &world,
            &id,
            json!([{"op": "Replace", "path": path, "value": value}]),
        )
        .await;
        assert_eq!(
            read[CUSTOM].pointer(pointer),
            Some(&value),
            "{path}: {read}"
        );
    }
    assert_eq!(
        found(&world, &format!("{CUSTOM}:skill eq \"tier2\""))
            .await
            .body["totalResults"],
        1
    );
    for path in [
        "shoeSize",
        "name.shoeSize",
        "emails[shoeSize eq \"1\"].value",
        "emails[type eq \"work\"].shoeSize",
    ] {
        let answer = world
            .patch(&id, json!([{"op": "Replace", "path": path, "value": "x"}]))
            .await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(
            ["invalidPath", "invalidFilter"].contains(&answer.body["scimType"].as_str().unwrap()),
            "{path}: {}",
            answer.body
        );
    }
    refused(
        &world
            .patch(
                &id,
                json!([{"op": "Replace", "path": format!("{ENT}:shoeSize"), "value": "x"}]),
            )
            .await,
        400,
        "invalidPath",
        "of an extension",
    );
}
