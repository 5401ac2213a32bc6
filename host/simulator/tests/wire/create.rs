//! POST /scim/v2/Users (cxone.md 1.1, 1.4, 4).

use serde_json::{Value, json};

use crate::support::{EXTENSION, MANAGER, World, ada};

/// 1.4: the shape of UserResponse, `timezone` in and `timeZone` out.
#[tokio::test]
async fn a_full_user_reads_back_as_user_response() {
    let world = World::start().await;
    let made = world
        .create(ada(json!({
            "name": { "givenName": "Ada", "middleName": "M", "familyName": "Lin" },
            "displayName": "Ada L", "userType": "Agent", "active": true, "timezone": "America/Denver",
            "phoneNumbers": [{ "value": "+1 555 0100000", "type": "mobile" }],
            "roles": [{ "value": MANAGER }],
            EXTENSION: { "team": { "value": "Default Team" }, "loginAuthenticator": { "value": "la-1", "display": "SSO" } },
            "unknown": [1, 2], "password": "x",
        })))
        .await;
    assert_eq!(made.status, 201);
    assert_eq!(made.content_type.as_deref(), Some("application/scim+json"));
    let id = made.body["id"].as_str().unwrap();
    assert_eq!(id.len(), 36);
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", EXTENSION],
        "id": id,
        "userName": "ada@example.com",
        "name": { "givenName": "Ada", "middleName": "M", "familyName": "Lin" },
        "emails": [{ "value": "Ada@example.com", "type": "work", "primary": true }],
        "displayName": "Ada L",
        "userType": "Agent",
        "active": true,
        "phoneNumbers": [{ "value": "+1 555 0100000", "type": "mobile" }],
        "roles": [{ "value": MANAGER, "display": "Manager", "primary": true }],
        EXTENSION: {
            "team": { "value": "7ea30000-0000-4000-8000-000000000001", "display": "Default Team" },
            "loginAuthenticator": { "value": "la-1", "display": "SSO" },
        },
        "timeZone": "America/Denver",
        "meta": { "resourceType": "User" },
    });
    assert_eq!(made.body, expected);
    assert_eq!(world.read(id).await, expected);
    assert_eq!(world.users().await, [expected]);
}

/// 1.4: the response's `timeZone` means nothing on a request.
#[tokio::test]
async fn time_zone_with_a_capital_is_ignored_on_requests() {
    let world = World::start().await;
    let id = world.created(json!({ "timeZone": "America/Denver" })).await;
    assert!(world.read(&id).await.get("timeZone").is_none());
}

/// 1.1: username, first name, last name and e-mail are required.
#[tokio::test]
async fn each_required_attribute_is_required() {
    let world = World::start().await;
    for without in [
        json!({ "userName": null }),
        json!({ "userName": "" }),
        json!({ "name": null }),
        json!({ "name": { "givenName": "Ada" } }),
        json!({ "name": { "familyName": "Lin" } }),
        json!({ "emails": null }),
        json!({ "emails": [] }),
        json!({ "emails": [{ "type": "work" }] }),
        json!({ "phoneNumbers": [{ "type": "mobile" }] }),
    ] {
        let answer = world.create(ada(without.clone())).await;
        assert_eq!(answer.status, 400, "{without}");
        assert_eq!(answer.body["scimType"], "invalidValue");
    }
    assert_eq!(world.users().await.len(), 0);
}

#[tokio::test]
async fn wrong_types_and_malformed_bodies_are_400() {
    let world = World::start().await;
    for wrong in [
        json!({ "userName": 7 }),
        json!({ "active": "true" }),
        json!({ "name": "Ada" }),
        json!({ "emails": { "value": "x" } }),
        json!({ "roles": ["Agent"] }),
        json!({ EXTENSION: { "team": "Default Team" } }),
    ] {
        assert_eq!(
            world.create(ada(wrong.clone())).await.status,
            400,
            "{wrong}"
        );
    }
    assert_eq!(world.create(json!([])).await.status, 400);
    let token = world.login("simulator", "simulator-secret").await.body["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let bearer = format!("Bearer {token}");
    for body in ["{", "", &"[".repeat(200)] {
        let answer = world
            .raw("POST", "/scim/v2/Users", Some(&bearer), Some(body))
            .await
            .unwrap();
        assert_eq!(answer.status, 400, "{body:?}");
        assert_eq!(world.last_call().await["body"], Value::Null);
    }
    let long = format!("\"{}\"", "x".repeat(1024 * 1024));
    assert_eq!(
        world
            .raw("POST", "/scim/v2/Users", Some(&bearer), Some(&long))
            .await
            .unwrap()
            .status,
        413
    );
    assert_eq!(world.users().await.len(), 0);
}

/// 1.1: new users get the Agent role; the team is the default one (4).
#[tokio::test]
async fn a_bare_user_gets_the_default_role_and_team_and_is_active() {
    let world = World::start().await;
    let user = world.read(&world.created(json!({})).await).await;
    assert_eq!(user["roles"][0]["display"], "Agent");
    assert_eq!(user["roles"].as_array().unwrap().len(), 1);
    assert_eq!(user[EXTENSION]["team"]["display"], "Default Team");
    assert_eq!(user["active"], true);
}

/// 1.1: with no Agent role in the tenant, creating fails; another default role may be enabled.
#[tokio::test]
async fn without_an_active_default_role_creating_fails_unless_a_role_is_given() {
    let world = World::start().await;
    for roles in [
        json!([{ "name": "Manager" }]),
        json!([{ "name": "Manager" }, { "name": "Agent", "status": "INACTIVE" }]),
        json!([{ "name": "Manager" }, { "name": "Agent", "status": "DRAFT" }]),
        json!([{ "name": "Manager" }, { "name": "Agent", "status": "DELETED" }]),
    ] {
        world.set(json!({ "roles": roles })).await;
        let answer = world.create(ada(json!({}))).await;
        assert_eq!(answer.status, 400, "{roles}");
        assert!(answer.body["detail"].as_str().unwrap().contains("Agent"));
        assert_eq!(world.create(ada(json!({ "roles": [] }))).await.status, 400);
    }
    world.set(json!({ "default_role": "manager" })).await;
    let user = world.read(&world.created(json!({})).await).await;
    assert_eq!(user["roles"][0]["value"], MANAGER);
    world.set(json!({ "default_role": "Agent" })).await;
    world
        .created(json!({ "userName": "bo@example.com", "roles": [{ "value": "Manager" }] }))
        .await;
}

/// 4: only an active role can be given.
#[tokio::test]
async fn a_given_role_must_exist_and_be_active() {
    let world = World::start().await;
    world
        .set(json!({ "roles": [
            { "name": "Agent" },
            { "name": "Sleeping", "status": "INACTIVE" },
            { "name": "Planned", "status": "DRAFT" },
            { "name": "Gone", "status": "DELETED" },
        ] }))
        .await;
    for role in ["Sleeping", "Planned", "Gone", "Manager"] {
        let answer = world
            .create(ada(json!({ "roles": [{ "value": role }] })))
            .await;
        assert_eq!(answer.status, 400, "{role}");
        assert!(answer.body["detail"].as_str().unwrap().contains(role));
    }
    // One primary role and up to ten secondary ones.
    let many: Vec<Value> = (0..12).map(|_| json!({ "value": "Agent" })).collect();
    assert_eq!(
        world.create(ada(json!({ "roles": many }))).await.status,
        400
    );
    assert_eq!(world.users().await.len(), 0);
}

#[tokio::test]
async fn the_first_role_is_the_primary_one() {
    let world = World::start().await;
    let id = world
        .created(json!({ "roles": [{ "value": "Manager" }, { "value": "Agent" }] }))
        .await;
    let roles = &world.read(&id).await["roles"];
    assert_eq!(
        (&roles[0]["display"], &roles[0]["primary"]),
        (&json!("Manager"), &json!(true))
    );
    assert_eq!(
        (&roles[1]["display"], &roles[1]["primary"]),
        (&json!("Agent"), &json!(false))
    );
}

#[tokio::test]
async fn a_given_team_must_exist_and_none_means_the_default_one() {
    let world = World::start().await;
    let answer = world
        .create(ada(
            json!({ EXTENSION: { "team": { "value": "Nowhere" } } }),
        ))
        .await;
    assert_eq!(answer.status, 400);
    world
        .set(json!({ "teams": [{ "id": "t-1", "name": "Day" }, { "id": "t-2", "name": "Night", "isDefault": true }] }))
        .await;
    let user = world.read(&world.created(json!({})).await).await;
    assert_eq!(
        user[EXTENSION]["team"],
        json!({ "value": "t-2", "display": "Night" })
    );
    world
        .set(json!({ "teams": [{ "id": "t-1", "name": "Day" }, { "id": "t-2", "name": "Night" }] }))
        .await;
    let user = world
        .read(&world.created(json!({ "userName": "bo@example.com" })).await)
        .await;
    assert_eq!(user[EXTENSION]["team"]["value"], "t-1");
    world.set(json!({ "teams": [] })).await;
    assert_eq!(
        world
            .create(ada(json!({ "userName": "cy@example.com" })))
            .await
            .status,
        400
    );
}

/// 4: user names are unique, inactive users' included; e-mails are not.
#[tokio::test]
async fn user_names_are_unique_and_emails_are_not() {
    let world = World::start().await;
    world.created(json!({ "active": false })).await;
    let again = world.create(ada(json!({}))).await;
    assert_eq!(again.status, 409);
    assert_eq!(again.body["scimType"], "uniqueness");
    assert_eq!(again.body["status"], "409");
    world.created(json!({ "userName": "bo@example.com" })).await;
    assert_eq!(world.users().await.len(), 2);
}
