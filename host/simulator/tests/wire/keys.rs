//! Whose the access key is (cxone.md 1.6, 2.1), and what it may do.

use serde_json::{Value, json};

use crate::support::{World, ada};

const EMPLOYEE: &str = "e3b10000-0000-4000-8000-000000000001";
const KEYS: &str = "/access-key-management/v1/access-keys";

fn key(more: Value) -> Value {
    let mut key = json!({ "id": "simulator", "secret": "simulator-secret" });
    for (member, value) in more.as_object().unwrap() {
        key[member] = value.clone();
    }
    key
}

#[tokio::test]
async fn the_keys_employee_is_an_id_until_the_settings_say_more() {
    let world = World::start().await;
    let one = world.get(&format!("{KEYS}/simulator")).await;
    assert_eq!(one.status, 200);
    let set = &one.body["resultSet"];
    assert_eq!(
        (&set["userId"], &set["isActive"], &set["agentId"]),
        (&json!(EMPLOYEE), &json!(true), &Value::Null)
    );
    assert!(world.users().await.is_empty());
    assert_eq!(
        world
            .get(&format!("/user-management/v3/users/{EMPLOYEE}"))
            .await
            .status,
        404
    );

    let employee = json!({
        "userName": "key@example.com", "firstName": "Ke", "lastName": "Y", "emailAddress": "key@example.com", "role": "Manager",
    });
    world
        .set(json!({ "access_keys": [key(json!({ "employee": employee }))] }))
        .await;
    assert_eq!(world.hub(EMPLOYEE).await["userName"], "key@example.com");
    assert_eq!(world.find("key@example.com").await.body["totalResults"], 1);
    let one = world.get(&format!("{KEYS}/simulator")).await.body;
    assert_eq!(one["resultSet"]["agentId"], 1001);
    // They are there again after a reset only if they were at the start.
    world.send("POST", "/simulator/reset", None).await;
    assert!(world.users().await.is_empty());
    let bad = json!({ "access_keys": [key(json!({ "employee": { "firstName": "Ke" } }))] });
    let answer = world.send("PUT", "/simulator/settings", Some(bad)).await;
    assert_eq!(answer.status, 400);
    assert!(
        answer.body["message"]
            .as_str()
            .unwrap()
            .contains("employee"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn keys_are_found_by_their_employee_and_by_nobody_else() {
    let world = World::start().await;
    world
        .set(json!({ "access_keys": [
            key(json!({ "user": "u-1", "active": true })),
            { "id": "other", "secret": "s", "user": "u-2", "active": false },
        ] }))
        .await;
    let own = world.get(&format!("{KEYS}?userId=u-1")).await.body;
    assert_eq!(
        (&own["totalRecords"], &own["accessKeys"][0]["accessKeyId"]),
        (&json!(1), &json!("simulator"))
    );
    assert!(!own.to_string().contains("simulator-secret"));
    assert_eq!(
        world.get(&format!("{KEYS}?userId=u-2")).await.body["totalRecords"],
        0
    );
    assert_eq!(world.get(&format!("{KEYS}/other")).await.status, 403);
    // An inactive key opens nothing.
    assert_eq!(world.login("other", "s").await.status, 401);

    let all = json!(["my_access_key_read", "access_keys_read"]);
    world
        .set(json!({ "access_keys": [
        key(json!({ "user": "u-1", "permissions": all })),
        { "id": "other", "secret": "s", "user": "u-2", "active": false },
    ] }))
        .await;
    let other = world.get(&format!("{KEYS}/other")).await.body;
    assert_eq!(other["resultSet"]["isActive"], false);
    assert_eq!(world.get(KEYS).await.body["totalRecords"], 2);
    assert_eq!(world.get(&format!("{KEYS}/none")).await.status, 404);
}

/// Each permission, alone and missing, at each path that wants it.
#[tokio::test]
async fn permissions() {
    let world = World::start().await;
    let ask: [(&str, &str, &str); 11] = [
        (
            "employees_read",
            "GET",
            "/scim/v2/Users?filter=userName+eq+%22x%22",
        ),
        ("employees_read", "POST", "/user-management/v2/users/search"),
        ("employees_read", "GET", "/user-management/v1/users"),
        ("employees_write", "POST", "/scim/v2/Users"),
        ("employees_write", "PUT", "/scim/v2/Users/x"),
        (
            "employees_write",
            "POST",
            "/user-management/v1/users/deactivate",
        ),
        ("roles_read", "POST", "/authorization/v1/roles/search"),
        ("teams_read", "POST", "/user-management/v4/teams/search"),
        ("teams_read", "GET", "/user-management/v3/teams/x"),
        (
            "my_access_key_read",
            "GET",
            "/access-key-management/v1/access-keys/simulator",
        ),
        (
            "access_keys_read",
            "GET",
            "/access-key-management/v1/access-keys/other",
        ),
    ];
    let all = [
        "employees_read",
        "employees_write",
        "roles_read",
        "teams_read",
        "my_access_key_read",
        "access_keys_read",
    ];
    for (needed, method, path) in ask {
        let without: Vec<&str> = all
            .into_iter()
            .filter(|permission| *permission != needed)
            .collect();
        // Who may read all keys may read their own.
        let without: Vec<&str> = without
            .into_iter()
            .filter(|other| needed != "my_access_key_read" || *other != "access_keys_read")
            .collect();
        world
            .set(json!({ "access_keys": [key(json!({ "permissions": without }))] }))
            .await;
        let answer = world
            .send(method, path, Some(json!({ "userIds": [] })))
            .await;
        assert_eq!(answer.status, 403, "{needed} {path}");
        world
            .set(json!({ "access_keys": [key(json!({ "permissions": [needed] }))] }))
            .await;
        let answer = world
            .send(method, path, Some(json!({ "userIds": [] })))
            .await;
        assert_ne!(answer.status, 403, "{needed} {path}");
    }
    let answer = world
        .send(
            "PUT",
            "/simulator/settings",
            Some(json!({ "access_keys": [key(json!({ "permissions": ["fly"] }))] })),
        )
        .await;
    assert_eq!(answer.status, 400);
    let message = answer.body["message"].as_str().unwrap();
    assert!(
        message.contains("employees_read") && !message.contains("simulator-secret"),
        "{message}"
    );
}

/// 3.4: each API's own shape.
#[tokio::test]
async fn a_forbidden_request_has_the_shape_of_its_api() {
    let world = World::start().await;
    world
        .set(json!({ "access_keys": [key(json!({ "permissions": [] }))] }))
        .await;
    let scim = world.create(ada(json!({}))).await;
    assert_eq!((scim.status, &scim.body["status"]), (403, &json!("403")));
    let hub = world.get("/user-management/v1/users").await;
    assert_eq!((hub.status, &hub.body["error"]), (403, &json!("Forbidden")));
    let accept = [
        ("authorization", world.bearer()),
        ("accept", "*/*".to_owned()),
    ];
    let accept = accept
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let admin = world
        .wire("GET", "/inContactAPI/services/v30.0/agents", &accept, "")
        .await;
    assert_eq!(
        (admin.status(), admin.json()["errorDescription"].is_string()),
        (403, true)
    );
    // No permission is needed to look at the schemas.
    assert_eq!(world.get("/scim/v2/Schemas").await.status, 200);
}

/// Switches `scim` and `user_hub`.
#[tokio::test]
async fn whole_apis_can_be_missing() {
    let world = World::start().await;
    let hub = [
        "/user-management/v1/users",
        "/user-management/v2/users/identities",
    ];
    for (switch, position, scim, users) in [
        ("scim", "absent", 404, 200),
        ("scim", "present", 200, 200),
        ("user_hub", "forbidden", 200, 403),
        ("user_hub", "absent", 200, 404),
        ("user_hub", "present", 200, 200),
    ] {
        world.switch(switch, position).await;
        assert_eq!(
            world.get("/scim/v2/Schemas").await.status,
            scim,
            "{switch} {position}"
        );
        let basic = world
            .raw("GET", "/basic-auth/scim/v2/Schemas", None, None)
            .await
            .unwrap();
        assert_eq!(basic.status, if scim == 404 { 404 } else { 401 });
        for path in hub {
            assert_eq!(
                world.get(path).await.status,
                users,
                "{switch} {position} {path}"
            );
        }
        let teams = world
            .send("POST", "/user-management/v4/teams/search", None)
            .await;
        assert_eq!(teams.status, 200, "{switch} {position}");
    }
}
