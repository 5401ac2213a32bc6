//! Writing employees in User Hub (cxone.md 3.2), each position of its switches among it.

use serde_json::{Value, json};

use crate::support::{MANAGER, World, ada, bo};

const USERS: &str = "/user-management/v1/users";

/// Bo as a complete PUT.
fn bo_put(id: &str, more: Value) -> Value {
    let mut body = bo(json!({
        "id": id, "userName": "bo@example.com", "assignedGroup": "", "emailToBeVerified": "",
    }));
    for (member, value) in more.as_object().unwrap() {
        body[member] = value.clone();
    }
    body.as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    body
}

async fn put(world: &World, id: &str, more: Value) -> Value {
    let answer = world.send("PUT", USERS, Some(bo_put(id, more))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

#[tokio::test]
async fn a_create_answers_success_and_the_uuid() {
    let world = World::start().await;
    let id = world
        .registered(json!({
            "userName": "bo.ek@example.com", "teamId": "7ea30000-0000-4000-8000-000000000001",
            "timeZone": "America/New_York", "mobileNumber": "+15550100", "role": "Manager",
            "secondaryRoleIds": ["401e0000-0000-4000-8000-000000000001"], "externalIdentity": "x-1",
            "assignedGroup": "g", "rank": 2, "billable": false, "customAttributes": { "a": 1 },
            "applicationAttributes": { "b": [] }, "hireDate": "2026-01-01",
        }))
        .await;
    let user = world.hub(&id).await;
    for (member, value) in [
        ("userName", json!("bo.ek@example.com")),
        ("timeZone", json!("America/New_York")),
        ("mobileNumber", json!("+15550100")),
        ("role", json!("Manager")),
        ("roleUUID", json!(MANAGER)),
        (
            "secondaryRoleIds",
            json!(["401e0000-0000-4000-8000-000000000001"]),
        ),
        ("externalIdentity", json!("x-1")),
        ("assignedGroup", json!("g")),
        ("rank", json!(2)),
        ("billable", json!(false)),
        ("customAttributes", json!({ "a": 1 })),
        ("applicationAttributes", json!({ "b": [] })),
        ("hireDate", json!("2026-01-01")),
        ("status", json!("ACTIVE")),
    ] {
        assert_eq!(user[member], value, "{member}");
    }
    // One store: SCIM has them too.
    assert_eq!(world.read(&id).await["roles"][0]["display"], "Manager");
    // Without a user name, the address is the name.
    let plain = world.registered(json!({})).await;
    assert_eq!(world.hub(&plain).await["userName"], "bo@example.com");
}

#[tokio::test]
async fn what_a_body_of_the_first_version_cannot_write_is_dropped() {
    let world = World::start().await;
    let more = json!({ "displayName": "B", "middleName": "M", "type": "T", "loginAuthenticatorId": "la", "status": "PENDING" });
    let id = world.registered(more.clone()).await;
    put(&world, &id, more).await;
    let user = world.hub(&id).await;
    for member in ["displayName", "middleName", "type", "loginAuthenticatorId"] {
        assert_eq!(user[member], Value::Null, "{member}");
    }
    assert_eq!(user["status"], "ACTIVE");
}

#[tokio::test]
async fn every_required_member_is_required() {
    let world = World::start().await;
    for member in ["firstName", "lastName", "emailAddress", "role"] {
        let body = bo(json!({ member: null }));
        let answer = world.send("POST", USERS, Some(body)).await;
        assert_eq!(
            (answer.status, &answer.body["success"]),
            (200, &json!(false)),
            "{member}"
        );
        assert!(
            answer.body["message"].as_str().unwrap().contains(member),
            "{answer:?}"
        );
    }
    let id = world.registered(json!({})).await;
    for member in [
        "userName",
        "firstName",
        "lastName",
        "emailAddress",
        "role",
        "assignedGroup",
        "emailToBeVerified",
    ] {
        let answer = world
            .send("PUT", USERS, Some(bo_put(&id, json!({ member: null }))))
            .await;
        assert_eq!(answer.body["success"], false, "{member}");
    }
    for empty in ["role", "firstName"] {
        assert_eq!(
            put(&world, &id, json!({ empty: "" })).await["success"],
            false,
            "{empty}"
        );
    }
    assert_eq!(
        world
            .send("PUT", USERS, Some(bo_put("none", json!({}))))
            .await
            .status,
        404
    );
    assert_eq!(
        world
            .raw("POST", USERS, Some(&world.bearer()), Some("{"))
            .await
            .unwrap()
            .status,
        400
    );
}

#[tokio::test]
async fn a_replace_changes_what_it_says() {
    let world = World::start().await;
    let id = world
        .registered(json!({ "secondaryRoleIds": [MANAGER] }))
        .await;
    let more = json!({ "userName": "new@example.com", "lastName": "Ekk", "role": MANAGER, "secondaryRoleIds": [] });
    assert_eq!(put(&world, &id, more).await["success"], true);
    let user = world.hub(&id).await;
    assert_eq!(
        (
            &user["userName"],
            &user["lastName"],
            &user["role"],
            &user["secondaryRoleIds"]
        ),
        (
            &json!("new@example.com"),
            &json!("Ekk"),
            &json!("Manager"),
            &json!([])
        )
    );
}

#[tokio::test]
async fn user_hub_put_absent() {
    let world = World::start().await;
    let full = json!({
        "timeZone": "UTC", "mobileNumber": "1", "externalIdentity": "x", "rank": 3, "secondaryRoleIds": [MANAGER],
    });
    let id = world.registered(full.clone()).await;
    world.switch("user_hub_put_absent", "kept").await;
    put(&world, &id, json!({})).await;
    let user = world.hub(&id).await;
    for (member, value) in full.as_object().unwrap() {
        assert_eq!(&user[member], value, "{member}");
    }
    world.switch("user_hub_put_absent", "cleared").await;
    put(&world, &id, json!({})).await;
    let user = world.hub(&id).await;
    for (member, value) in [
        ("timeZone", Value::Null),
        ("mobileNumber", Value::Null),
        ("externalIdentity", Value::Null),
        ("rank", json!(0)),
        ("secondaryRoleIds", json!([])),
    ] {
        assert_eq!(user[member], value, "{member}");
    }
    assert_eq!(user["teamId"], "7ea30000-0000-4000-8000-000000000001");
}

#[tokio::test]
async fn user_hub_refusals() {
    let world = World::start().await;
    let id = world.registered(json!({})).await;
    let wrong_role = json!({ "userName": "cy@example.com", "role": "Nobody" });
    let twice = world.send("POST", USERS, Some(bo(json!({})))).await;
    assert_eq!(
        (twice.status, &twice.body["success"], &twice.body["error"]),
        (200, &json!(false), &json!("Conflict"))
    );
    assert!(twice.body["uuid"].is_null());
    world.switch("user_hub_refusals", "status").await;
    for (body, status) in [(bo(json!({})), 409), (bo(wrong_role.clone()), 400)] {
        let answer = world.send("POST", USERS, Some(body)).await;
        assert_eq!(
            (answer.status, &answer.body["entityType"]),
            (status, &json!("User"))
        );
    }
    assert_eq!(
        world
            .send("PUT", USERS, Some(bo_put(&id, json!({ "role": "Nobody" }))))
            .await
            .status,
        400
    );
    world.switch("user_hub_refusals", "body").await;
    assert_eq!(
        world.send("POST", USERS, Some(bo(wrong_role))).await.body["success"],
        false
    );
    assert_eq!(world.users().await.len(), 1);
}

#[tokio::test]
async fn deactivation_and_revival() {
    let world = World::start().await;
    let id = world.registered(json!({})).await;
    world
        .set(json!({ "not_deletable": ["BOSS@example.com"] }))
        .await;
    let boss = world
        .registered(json!({ "userName": "boss@example.com" }))
        .await;
    let own = world.hire(json!({
        "id": "e3b10000-0000-4000-8000-000000000001", "userName": "key@example.com", "firstName": "K", "lastName": "Y",
        "emailAddress": "key@example.com",
    })).await;
    let body = json!({ "userIds": [id, boss, "none", own[0]] });
    let answer = world
        .send("POST", &format!("{USERS}/deactivate"), Some(body))
        .await;
    assert_eq!(
        (answer.status, answer.body),
        (200, json!({ "notDeletedUserIds": [boss, "none", own[0]] }))
    );
    let user = world.hub(&id).await;
    assert_eq!(
        (&user["status"], user["deletedDate"].is_string()),
        (&json!("DELETED"), true)
    );
    assert_eq!(world.read(&id).await["active"], false);
    assert_eq!(world.hub(&boss).await["status"], "ACTIVE");

    let answer = world
        .send("POST", &format!("{USERS}/{id}/revive"), None)
        .await;
    assert_eq!(
        (answer.status, answer.body),
        (200, json!({ "success": true, "uuid": id }))
    );
    let user = world.hub(&id).await;
    assert_eq!(
        (&user["status"], &user["deletedDate"]),
        (&json!("ACTIVE"), &Value::Null)
    );
    assert_eq!(
        world
            .send("POST", &format!("{USERS}/none/revive"), None)
            .await
            .status,
        404
    );
    assert_eq!(
        world
            .send("POST", &format!("{USERS}/deactivate"), Some(json!({})))
            .await
            .status,
        400
    );
    // SCIM cannot revive when `reactivation` says so; User Hub still can.
    world.switch("reactivation", "refused").await;
    world
        .send(
            "POST",
            &format!("{USERS}/deactivate"),
            Some(json!({ "userIds": [id] })),
        )
        .await;
    let patch = json!([{ "path": "active", "value": "true" }]);
    assert_eq!(world.patch(&id, patch).await.status, 400);
    assert_eq!(
        world
            .send("POST", &format!("{USERS}/{id}/revive"), None)
            .await
            .body["success"],
        true
    );
}

#[tokio::test]
async fn inactive_edit() {
    let world = World::start().await;
    let id = world.registered(json!({})).await;
    world
        .send(
            "POST",
            &format!("{USERS}/deactivate"),
            Some(json!({ "userIds": [id] })),
        )
        .await;
    assert_eq!(
        put(&world, &id, json!({ "firstName": "Bob" })).await["success"],
        true
    );
    assert_eq!(world.hub(&id).await["status"], "DELETED");
    world.switch("inactive_edit", "refused").await;
    assert_eq!(
        put(&world, &id, json!({ "firstName": "Bill" })).await["success"],
        false
    );
    world.switch("inactive_edit", "taken").await;
    assert_eq!(
        put(&world, &id, json!({ "firstName": "Ben" })).await["success"],
        true
    );
    assert_eq!(world.hub(&id).await["firstName"], "Ben");
}

#[tokio::test]
async fn the_login_authenticator_has_a_call_of_its_own() {
    let world = World::start().await;
    let id = world.registered(json!({})).await;
    let path = format!("{USERS}/{id}/login-authenticator");
    let assign = async |given: Value| {
        world
            .send("PUT", &path, Some(json!({ "authenticatorId": given })))
            .await
            .body["success"]
            .clone()
    };
    // While the tenant has none, any will do.
    assert_eq!(assign(json!("anything")).await, true);
    world
        .set(json!({ "login_authenticators": [{ "id": "la-1", "name": "SSO" }] }))
        .await;
    assert_eq!(assign(json!("la-2")).await, false);
    assert_eq!(assign(json!("")).await, false);
    assert_eq!(assign(json!("la-1")).await, true);
    assert_eq!(world.hub(&id).await["loginAuthenticatorId"], "la-1");
    let extension = &world.read(&id).await[crate::support::EXTENSION];
    assert_eq!(
        extension["loginAuthenticator"],
        json!({ "value": "la-1", "display": "SSO" })
    );
    let unknown = world
        .send(
            "PUT",
            &format!("{USERS}/none/login-authenticator"),
            Some(json!({ "authenticatorId": "la-1" })),
        )
        .await;
    assert_eq!(unknown.status, 404);
    // SCIM's reference is held to the same list, by name too.
    let by_name = |name: &str| {
        ada(json!({ crate::support::EXTENSION: { "loginAuthenticator": { "value": name } } }))
    };
    assert_eq!(world.create(by_name("nobody")).await.status, 400);
    assert_eq!(world.create(by_name("sso")).await.status, 201);
    // An id that was given to a name stays its id.
    world
        .set(json!({ "login_authenticators": [{ "name": "SSO" }] }))
        .await;
    assert_eq!(
        world.state().await["settings"]["login_authenticators"][0]["id"],
        "la-1"
    );
}

#[tokio::test]
async fn invitations() {
    let world = World::start().await;
    world.switch("new_user_status", "unregistered").await;
    let one = world.registered(json!({})).await;
    let two = world
        .registered(json!({ "userName": "cy@example.com", "emailAddress": "CY@example.com" }))
        .await;
    let by_id = json!({ "inviteUserIds": [one], "senderUserId": "x" });
    let answer = world
        .send("POST", "/user-management/v2/users/inviteById", Some(by_id))
        .await;
    assert_eq!(
        (answer.status, &answer.body["success"]),
        (200, &json!(true))
    );
    assert_eq!(
        (
            &world.hub(&one).await["status"],
            &world.hub(&two).await["status"]
        ),
        (&json!("PENDING"), &json!("UNREGISTERED"))
    );
    let by_email =
        json!({ "emailAddressesList": ["cy@example.com"], "senderEmail": "x@example.com" });
    world
        .send(
            "POST",
            "/user-management/v2/users/inviteByEmail",
            Some(by_email),
        )
        .await;
    assert_eq!(world.hub(&two).await["status"], "PENDING");
    let nobody = json!({ "inviteUserIds": ["none"], "senderUserId": "x" });
    let answer = world
        .send("POST", "/user-management/v2/users/inviteById", Some(nobody))
        .await;
    assert_eq!(answer.body["success"], false);
    let incomplete = json!({ "inviteUserIds": [one] });
    assert_eq!(
        world
            .send(
                "POST",
                "/user-management/v2/users/inviteById",
                Some(incomplete)
            )
            .await
            .status,
        400
    );
}
