//! PATCH (cxone.md 1.4): operations of a path and a string.

use serde_json::{Value, json};

use crate::support::{EXTENSION, MANAGER, World};

/// Switch `patch: strict`, the default: every path that there is.
#[tokio::test]
async fn strict_takes_a_path_and_a_string() {
    let world = World::start().await;
    let id = world
        .created(json!({ "phoneNumbers": [{ "value": "1", "type": "mobile" }] }))
        .await;
    for (path, value, pointer, shown) in [
        (
            "userName",
            "lin@example.com",
            "/userName",
            json!("lin@example.com"),
        ),
        ("displayName", "Lin", "/displayName", json!("Lin")),
        ("userType", "Temp", "/userType", json!("Temp")),
        ("timezone", "UTC", "/timeZone", json!("UTC")),
        ("name.givenName", "Ida", "/name/givenName", json!("Ida")),
        ("NAME.familyname", "Lind", "/name/familyName", json!("Lind")),
        ("name.middleName", "M", "/name/middleName", json!("M")),
        (
            "emails[type eq \"work\"].value",
            "w@example.com",
            "/emails/0/value",
            json!("w@example.com"),
        ),
        (
            "emails[type eq \"home\"].value",
            "h@example.com",
            "/emails/1/value",
            json!("h@example.com"),
        ),
        (
            "emails",
            "e@example.com",
            "/emails/0/value",
            json!("e@example.com"),
        ),
        (
            "phoneNumbers[type eq \"mobile\"].value",
            "2",
            "/phoneNumbers/0/value",
            json!("2"),
        ),
        (
            "roles[primary eq true].value",
            MANAGER,
            "/roles/0/display",
            json!("Manager"),
        ),
        ("roles", "Agent", "/roles/0/display", json!("Agent")),
        ("active", "False", "/active", json!(false)),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:active",
            "true",
            "/active",
            json!(true),
        ),
    ] {
        let answer = world
            .patch(&id, json!([{ "path": path, "value": value }]))
            .await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert_eq!(answer.body.pointer(pointer), Some(&shown), "{path}");
        assert_eq!(answer.body, world.read(&id).await);
    }
    world
        .set(json!({ "teams": [{ "id": "t-9", "name": "Night" }] }))
        .await;
    let team = format!("{EXTENSION}:team.value");
    let authenticator = format!("{EXTENSION}:loginAuthenticator");
    let operations =
        json!([{ "path": team, "value": "t-9" }, { "path": authenticator, "value": "la" }]);
    let answer = world.patch(&id, operations).await;
    assert_eq!(answer.body[EXTENSION]["team"]["display"], "Night");
    assert_eq!(answer.body[EXTENSION]["loginAuthenticator"]["value"], "la");
}

#[tokio::test]
async fn an_empty_string_clears_what_is_optional() {
    let world = World::start().await;
    let id = world.created(json!({ "displayName": "Ada" })).await;
    let answer = world
        .patch(&id, json!([{ "path": "displayName", "value": "" }]))
        .await;
    assert!(answer.body.get("displayName").is_none());
    assert_eq!(
        world
            .patch(&id, json!([{ "path": "userName", "value": "" }]))
            .await
            .status,
        400
    );
}

/// What IdPs send, and the document does not have.
fn undocumented() -> Vec<Value> {
    vec![
        json!([{ "op": "replace", "path": "active", "value": false }]),
        json!([{ "op": "replace", "value": { "active": false } }]),
        json!([{ "op": "Replace", "path": "name", "value": { "givenName": "Ida" } }]),
        json!([{ "op": "add", "path": "emails", "value": [{ "value": "x@example.com" }] }]),
        json!([{ "op": "remove", "path": "displayName" }]),
        json!([{ "op": "add", "path": EXTENSION, "value": { "loginAuthenticator": { "value": "la" } } }]),
    ]
}

#[tokio::test]
async fn strict_refuses_all_else_and_changes_nothing() {
    let world = World::start().await;
    let id = world.created(json!({ "displayName": "Ada" })).await;
    let before = world.read(&id).await;
    for operations in undocumented() {
        assert_eq!(
            world.patch(&id, operations.clone()).await.status,
            400,
            "{operations}"
        );
    }
    for operations in [
        json!([]),
        json!([{ "path": "active" }]),
        json!([{ "value": "x" }]),
        json!([{ "path": "nickName", "value": "x" }]),
        json!([{ "path": "emails[type ne \"work\"].value", "value": "x" }]),
        json!([{ "path": "active", "value": "maybe" }]),
        // The first is fine, the second is not: neither is done.
        json!([{ "path": "displayName", "value": "x" }, { "path": "nickName", "value": "x" }]),
    ] {
        assert_eq!(
            world.patch(&id, operations.clone()).await.status,
            400,
            "{operations}"
        );
    }
    let path = format!("/scim/v2/Users/{id}");
    for body in [
        json!({ "Operations": [{ "path": "active", "value": "false" }] }),
        json!({ "schemas": ["x"] }),
    ] {
        assert_eq!(world.send("PATCH", &path, Some(body)).await.status, 400);
    }
    assert_eq!(world.read(&id).await, before);
    assert_eq!(
        world
            .patch("unknown", json!([{ "path": "active", "value": "false" }]))
            .await
            .status,
        404
    );
}

/// Switch `patch: lenient`.
#[tokio::test]
async fn lenient_takes_what_idps_send() {
    let world = World::start().await;
    world.switch("patch", "lenient").await;
    let id = world.created(json!({ "displayName": "Ada" })).await;
    for operations in undocumented() {
        let answer = world.patch(&id, operations.clone()).await;
        assert_eq!(answer.status, 200, "{operations}: {answer:?}");
    }
    let user = world.read(&id).await;
    assert_eq!(user["active"], false);
    assert_eq!(
        user["name"],
        json!({ "givenName": "Ida", "familyName": "Lin" })
    );
    assert_eq!(user["emails"], json!([{ "value": "x@example.com" }]));
    assert!(user.get("displayName").is_none());
    assert_eq!(user[EXTENSION]["loginAuthenticator"]["value"], "la");
    assert_eq!(
        world
            .patch(&id, json!([{ "op": "remove", "path": "emails" }]))
            .await
            .status,
        400
    );
    assert_eq!(
        world
            .patch(
                &id,
                json!([{ "op": "move", "path": "active", "value": true }])
            )
            .await
            .status,
        400
    );
}

/// Switch `patch_answer`.
#[tokio::test]
async fn a_patch_answers_the_user_or_nothing() {
    let world = World::start().await;
    let id = world.created(json!({})).await;
    let operations = json!([{ "path": "displayName", "value": "A" }]);
    assert_eq!(
        world.patch(&id, operations.clone()).await.body["displayName"],
        "A"
    );
    world.switch("patch_answer", "empty").await;
    let answer = world.patch(&id, operations.clone()).await;
    assert_eq!((answer.status, answer.body), (204, Value::Null));
    assert_eq!(answer.content_type, None);
    world.switch("patch_answer", "user").await;
    assert_eq!(world.patch(&id, operations).await.status, 200);
}
