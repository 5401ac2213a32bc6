//! Lists, reads, schemas and PUT (cxone.md 1.3 to 1.5), and what is not offered.

use serde_json::json;

use crate::support::{EXTENSION, MANAGER, World, ada_put};

/// 1.3, 1.4: `filter` is required; no startIndex, no itemsPerPage; items without phone numbers.
#[tokio::test]
async fn a_list_has_the_documented_members_and_no_others() {
    let world = World::start().await;
    let id = world
        .created(json!({ "phoneNumbers": [{ "value": "1" }] }))
        .await;
    let list = world.find("ADA@example.com").await;
    assert_eq!(list.status, 200);
    let members: Vec<&String> = list.body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["schemas", "totalResults", "Resources"]);
    assert_eq!(list.body["totalResults"], 1);
    let mut expected = world.read(&id).await;
    assert!(
        expected
            .as_object_mut()
            .unwrap()
            .remove("phoneNumbers")
            .is_some()
    );
    assert_eq!(list.body["Resources"], json!([expected]));
    let none = world.find("nobody@example.com").await;
    assert_eq!((none.status, &none.body["totalResults"]), (200, &json!(0)));
    assert_eq!(none.body["Resources"], json!([]));
    assert_eq!(world.get("/scim/v2/Users").await.status, 400);
    assert_eq!(
        world
            .get("/scim/v2/Users?startIndex=1&count=10")
            .await
            .status,
        400
    );
}

/// 1.5: only the user name search.
#[tokio::test]
async fn only_equality_of_the_user_name_is_a_filter() {
    let world = World::start().await;
    world.created(json!({})).await;
    for filter in [
        "username EQ \"ada@example.com\"",
        "  userName  eq  \"ada@example.com\" ",
    ] {
        assert_eq!(
            world.filter(filter).await.body["totalResults"],
            1,
            "{filter}"
        );
    }
    for filter in [
        "externalId eq \"x\"",
        "userName sw \"ada\"",
        "userName eq ada",
        "userName eq \"ada@example.com\" and active eq true",
        "",
    ] {
        let answer = world.filter(filter).await;
        assert_eq!(answer.status, 400, "{filter}");
        assert_eq!(answer.body["scimType"], "invalidFilter");
    }
}

/// 1.4: SchemaResponse.
#[tokio::test]
async fn schemas_are_listed_with_the_documented_members() {
    let world = World::start().await;
    let answer = world.get("/scim/v2/Schemas").await;
    assert_eq!(answer.status, 200);
    for member in [
        "schemas",
        "totalResults",
        "startIndex",
        "itemsPerPage",
        "Resources",
    ] {
        assert!(answer.body.get(member).is_some(), "{member}");
    }
    assert_eq!(answer.body["Resources"][1]["id"], EXTENSION);
    let members: Vec<&String> = answer.body["Resources"][0]["attributes"][0]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    let expected = [
        "name",
        "type",
        "multiValued",
        "description",
        "required",
        "caseExact",
        "mutability",
        "returned",
        "uniqueness",
    ];
    assert_eq!(members, expected);
}

/// 1.3: what the document does not have is not there.
#[tokio::test]
async fn the_rest_of_scim_is_not_offered() {
    let world = World::start().await;
    let id = world.created(json!({})).await;
    for (method, path, status) in [
        ("DELETE", format!("/scim/v2/Users/{id}"), 405),
        ("PUT", "/scim/v2/Users".into(), 405),
        ("POST", "/scim/v2/Schemas".into(), 405),
        ("GET", "/scim/v2/Groups".into(), 404),
        ("POST", "/scim/v2/Groups".into(), 404),
        ("GET", "/scim/v2/ServiceProviderConfig".into(), 404),
        ("GET", "/scim/v2/ResourceTypes".into(), 404),
        ("GET", "/scim/v2/Schemas/x".into(), 404),
        ("POST", "/scim/v2/Bulk".into(), 404),
        ("GET", "/scim/v2/Me".into(), 404),
        ("POST", "/scim/v2/Users/.search".into(), 405),
        ("GET", "/scim/v2/Users/unknown".into(), 404),
        ("GET", "/elsewhere".into(), 404),
        ("GET", "/authorization/v1/roles/search".into(), 405),
    ] {
        assert_eq!(
            world.send(method, &path, None).await.status,
            status,
            "{method} {path}"
        );
    }
    assert_eq!(world.read(&id).await["active"], true);
}

/// 1.4: id, userName, name, emails and active are required.
#[tokio::test]
async fn put_wants_id_and_active_and_the_required_four() {
    let world = World::start().await;
    let id = world.created(json!({ "displayName": "Ada" })).await;
    for without in [
        json!({ "id": null }),
        json!({ "id": "another" }),
        json!({ "active": null }),
        json!({ "userName": null }),
        json!({ "name": null }),
        json!({ "emails": null }),
    ] {
        let answer = world.put(&id, ada_put(&id, without.clone())).await;
        assert_eq!(answer.status, 400, "{without}");
    }
    assert_eq!(world.read(&id).await["displayName"], "Ada");
    assert_eq!(
        world
            .put("unknown", ada_put("unknown", json!({})))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn put_replaces_and_deactivates_and_keeps_role_and_team() {
    let world = World::start().await;
    let id = world
        .created(json!({
            "displayName": "Ada", "timezone": "UTC", "userType": "t", "phoneNumbers": [{ "value": "1" }],
            "roles": [{ "value": "Manager" }],
        }))
        .await;
    let put = ada_put(
        &id,
        json!({ "userName": "lin@example.com", "active": false, "displayName": "Lin" }),
    );
    let answer = world.put(&id, put).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, world.read(&id).await);
    assert_eq!(answer.body["active"], false);
    assert_eq!(answer.body["displayName"], "Lin");
    assert!(answer.body.get("timeZone").is_none() && answer.body.get("userType").is_none());
    assert_eq!(answer.body["phoneNumbers"], json!([]));
    assert_eq!(answer.body["roles"][0]["value"], MANAGER);
    assert_eq!(answer.body[EXTENSION]["team"]["display"], "Default Team");
    assert_eq!(world.find("ada@example.com").await.body["totalResults"], 0);
    assert_eq!(world.find("lin@example.com").await.body["totalResults"], 1);
}

#[tokio::test]
async fn a_rename_to_a_taken_name_is_409_and_changes_nothing() {
    let world = World::start().await;
    world.created(json!({ "userName": "bo@example.com" })).await;
    let id = world.created(json!({})).await;
    let answer = world
        .put(&id, ada_put(&id, json!({ "userName": "BO@example.com" })))
        .await;
    assert_eq!(answer.status, 409);
    assert_eq!(world.read(&id).await["userName"], "ada@example.com");
    // Another spelling of one's own name is free.
    assert_eq!(
        world
            .put(&id, ada_put(&id, json!({ "userName": "Ada@example.com" })))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_put_gives_only_roles_that_are_active() {
    let world = World::start().await;
    let id = world.created(json!({})).await;
    world
        .set(json!({ "roles": [{ "name": "Agent" }, { "name": "Manager", "status": "INACTIVE" }] }))
        .await;
    assert_eq!(
        world
            .put(
                &id,
                ada_put(&id, json!({ "roles": [{ "value": MANAGER }] }))
            )
            .await
            .status,
        400
    );
    let team = json!({ EXTENSION: { "team": { "value": "Nowhere" } } });
    assert_eq!(world.put(&id, ada_put(&id, team)).await.status, 400);
    assert_eq!(world.read(&id).await["roles"][0]["display"], "Agent");
}

/// The name shown for an id follows the tenant; the id stays.
#[tokio::test]
async fn a_renamed_role_reads_under_its_new_name() {
    let world = World::start().await;
    let id = world
        .created(json!({ "roles": [{ "value": MANAGER }] }))
        .await;
    world
        .set(json!({ "roles": [{ "id": MANAGER, "name": "Lead" }] }))
        .await;
    assert_eq!(
        world.read(&id).await["roles"][0],
        json!({ "value": MANAGER, "display": "Lead", "primary": true })
    );
    world.set(json!({ "roles": [] })).await;
    assert_eq!(world.read(&id).await["roles"][0]["display"], "Manager");
}
