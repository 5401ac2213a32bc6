//! The switches about employees: states, names, values, templates.

use serde_json::{Value, json};

use crate::support::{EXTENSION, World, ada, ada_put};

const USERS: &str = "/user-management/v1/users";

#[tokio::test]
async fn new_user_status() {
    let world = World::start().await;
    for (position, status) in [
        ("unregistered", "UNREGISTERED"),
        ("pending", "PENDING"),
        ("active", "ACTIVE"),
    ] {
        world.switch("new_user_status", position).await;
        let scim = world
            .created(json!({ "userName": format!("{position}@example.com") }))
            .await;
        assert_eq!(world.hub(&scim).await["status"], status);
        assert_eq!(world.read(&scim).await["active"], true);
    }
}

#[tokio::test]
async fn user_name_change_of_the_pending_alone() {
    let world = World::start().await;
    let ids = world.hire(json!([
        { "userName": "p@example.com", "firstName": "P", "lastName": "P", "emailAddress": "p@example.com", "status": "PENDING" },
        { "userName": "a@example.com", "firstName": "A", "lastName": "A", "emailAddress": "a@example.com" },
    ])).await;
    world.switch("user_name_change", "pending_refused").await;
    let rename = json!([{ "path": "userName", "value": "new@example.com" }]);
    let refused = world.patch(&ids[0], rename.clone()).await;
    assert_eq!(refused.status, 400);
    assert!(refused.body["detail"].as_str().unwrap().contains("pending"));
    assert_eq!(world.patch(&ids[1], rename).await.status, 200);
    world.switch("user_name_change", "refused").await;
    let again = json!([{ "path": "userName", "value": "newer@example.com" }]);
    assert_eq!(world.patch(&ids[1], again.clone()).await.status, 400);
    world.switch("user_name_change", "allowed").await;
    assert_eq!(world.patch(&ids[0], again).await.status, 200);
}

#[tokio::test]
async fn deactivated_status() {
    let world = World::start().await;
    let id = world.created(json!({ "active": false })).await;
    for (position, status, listed) in [
        ("blocked", "BLOCKED", 1),
        ("inactive", "INACTIVE", 1),
        ("deleted", "DELETED", 0),
    ] {
        world.switch("deactivated_status", position).await;
        assert_eq!(world.hub(&id).await["status"], status);
        assert_eq!(world.read(&id).await["active"], false);
        let list = world.get(USERS).await.body;
        assert_eq!(
            list["users"].as_array().unwrap().len(),
            listed,
            "{position}"
        );
    }
    // The status of before comes back.
    assert_eq!(
        world
            .patch(&id, json!([{ "path": "active", "value": "true" }]))
            .await
            .status,
        200
    );
    assert_eq!(world.hub(&id).await["status"], "ACTIVE");
}

#[tokio::test]
async fn blocked_active() {
    let world = World::start().await;
    let id = world.created(json!({})).await;
    world.hire(json!({ "id": id, "status": "BLOCKED" })).await;
    let unblock = json!([{ "path": "active", "value": "true" }]);
    for (position, active) in [(json!(true), true), (json!("false"), false)] {
        world.switch("blocked_active", position).await;
        assert_eq!(world.read(&id).await["active"], active);
    }
    assert_eq!(world.patch(&id, unblock.clone()).await.body["active"], true);
    assert_eq!(world.hub(&id).await["status"], "ACTIVE");
    world.hire(json!({ "id": id, "status": "BLOCKED" })).await;
    world.switch("blocked_active", "true").await;
    world.patch(&id, unblock).await;
    assert_eq!(world.hub(&id).await["status"], "BLOCKED");
}

#[tokio::test]
async fn inactive_names() {
    let world = World::start().await;
    let id = world.created(json!({ "active": false })).await;
    assert_eq!(world.create(ada(json!({}))).await.status, 409);
    world.switch("inactive_names", "free").await;
    let second = world.created(json!({})).await;
    assert_eq!(world.find("ada@example.com").await.body["totalResults"], 2);
    // The former cannot come back while the name is another's.
    let back = json!([{ "path": "active", "value": "true" }]);
    assert_eq!(world.patch(&id, back.clone()).await.status, 409);
    assert_eq!(
        world
            .send("POST", &format!("{USERS}/{id}/revive"), None)
            .await
            .body["success"],
        false
    );
    world
        .hire(json!({ "id": second, "status": "DELETED" }))
        .await;
    assert_eq!(world.patch(&id, back).await.status, 200);
    world.switch("inactive_names", "taken").await;
    assert_eq!(world.create(ada(json!({}))).await.status, 409);
}

#[tokio::test]
async fn duplicate_answer() {
    let world = World::start().await;
    world.created(json!({})).await;
    world.switch("duplicate_answer", "400_words").await;
    let words = world.create(ada(json!({}))).await;
    assert_eq!((words.status, words.body.get("scimType")), (400, None));
    assert!(
        words.body["detail"]
            .as_str()
            .unwrap()
            .contains("already exists")
    );
    world.switch("duplicate_answer", "409").await;
    let conflict = world.create(ada(json!({}))).await;
    assert_eq!(
        (conflict.status, &conflict.body["scimType"]),
        (409, &json!("uniqueness"))
    );
}

/// Uniqueness across tenants is UNKNOWN: with `names_elsewhere` a name is taken and nobody is found.
#[tokio::test]
async fn a_name_can_be_taken_elsewhere() {
    let world = World::start().await;
    world
        .set(json!({ "names_elsewhere": ["ADA@example.com"] }))
        .await;
    assert_eq!(world.find("ada@example.com").await.body["totalResults"], 0);
    assert_eq!(world.create(ada(json!({}))).await.status, 409);
    world.set(json!({ "names_elsewhere": [] })).await;
    assert_eq!(world.create(ada(json!({}))).await.status, 201);
}

/// External identity as SCIM's externalId (switch `external_id`).
#[tokio::test]
async fn external_id_as_identity() {
    let world = World::start().await;
    world.switch("external_id", "identity").await;
    let id = world.created(json!({ "externalId": "x-1" })).await;
    assert_eq!(world.hub(&id).await["externalIdentity"], "x-1");
    assert!(world.read(&id).await.get("externalId").is_none());
    world
        .put(&id, ada_put(&id, json!({ "externalId": "x-2" })))
        .await;
    assert_eq!(world.hub(&id).await["externalIdentity"], "x-2");
}

#[tokio::test]
async fn time_zone_form() {
    let world = World::start().await;
    let windows = [
        "Eastern Standard Time",
        "(GMT-05:00) Eastern Time (US & Canada)",
    ];
    for (position, iana, by_windows) in
        [("iana", 201, 400), ("windows", 400, 201), ("any", 201, 201)]
    {
        world.switch("time_zone_form", position).await;
        for (zone, status) in [
            ("America/New_York", iana),
            (windows[0], by_windows),
            (windows[1], by_windows),
        ] {
            world.send("POST", "/simulator/reset", None).await;
            world.switch("time_zone_form", position).await;
            let answer = world.create(ada(json!({ "timezone": zone }))).await;
            assert_eq!(answer.status, status, "{position} {zone}");
        }
    }
}

#[tokio::test]
async fn a_time_zone_defaults_to_the_tenants() {
    let world = World::start().await;
    world.set(json!({ "time_zone": "Europe/Oslo" })).await;
    let id = world.created(json!({})).await;
    assert_eq!(world.read(&id).await["timeZone"], "Europe/Oslo");
    world
        .put(&id, ada_put(&id, json!({ "timezone": "UTC" })))
        .await;
    assert_eq!(world.read(&id).await["timeZone"], "UTC");
    world.put(&id, ada_put(&id, json!({}))).await;
    assert_eq!(world.read(&id).await["timeZone"], "Europe/Oslo");
}

#[tokio::test]
async fn user_type_values() {
    let world = World::start().await;
    world.switch("user_type_values", "listed").await;
    assert_eq!(
        world
            .create(ada(json!({ "userType": "Clerk" })))
            .await
            .status,
        400
    );
    assert_eq!(
        world
            .create(ada(json!({ "userType": "Agent" })))
            .await
            .status,
        201
    );
    world.switch("user_type_values", "any").await;
    let clerk = ada(json!({ "userName": "c@example.com", "userType": "Clerk" }));
    assert_eq!(world.create(clerk).await.status, 201);
}

#[tokio::test]
async fn longest_value() {
    let world = World::start().await;
    world.switch("longest_value", 15).await;
    for more in [
        json!({ "userName": "a.long.name@example.com" }),
        json!({ "displayName": "x".repeat(16) }),
        json!({ "name": { "givenName": "x".repeat(16), "familyName": "Lin" } }),
        json!({ "emails": [{ "value": "a.long.name@example.com" }] }),
        json!({ "phoneNumbers": [{ "value": "1".repeat(16) }] }),
    ] {
        assert_eq!(world.create(ada(more.clone())).await.status, 400, "{more}");
    }
    assert_eq!(
        world
            .create(ada(json!({ "displayName": "x".repeat(15) })))
            .await
            .status,
        201
    );
    world.switch("longest_value", 0).await;
    let long = ada(json!({ "userName": "a.long.name@example.com" }));
    assert_eq!(world.create(long).await.status, 201);
}

#[tokio::test]
async fn default_team() {
    let world = World::start().await;
    world.switch("default_team", "required").await;
    assert_eq!(world.create(ada(json!({}))).await.status, 400);
    let team = json!({ EXTENSION: { "team": { "value": "Default Team" } } });
    assert_eq!(world.create(ada(team)).await.status, 201);
    world.switch("default_team", "used").await;
    assert_eq!(
        world
            .create(ada(json!({ "userName": "b@example.com" })))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn schemas_show() {
    let world = World::start().await;
    world
        .set(json!({ "enabled_fields": ["displayName", "team"] }))
        .await;
    let names = async || -> Vec<String> {
        let body = world.get("/scim/v2/Schemas").await.body;
        let schemas = body["Resources"].as_array().unwrap().clone();
        let attributes = schemas
            .iter()
            .flat_map(|schema| schema["attributes"].as_array().unwrap().clone());
        attributes
            .map(|attribute| attribute["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let optional = [
        "displayName",
        "userType",
        "timezone",
        "phoneNumbers",
        "roles",
        "team",
        "loginAuthenticator",
    ];
    let all = names().await;
    assert!(
        optional
            .iter()
            .all(|name| all.iter().any(|shown| shown == name))
    );
    world.switch("schemas_show", "enabled_only").await;
    let shown = names().await;
    let shown: Vec<&str> = optional
        .into_iter()
        .filter(|name| shown.iter().any(|shown| shown == name))
        .collect();
    assert_eq!(shown, ["displayName", "team"]);
    world.switch("schemas_show", "all").await;
    assert_eq!(names().await, all);
}

/// A template sets team, roles, time zone and login authenticator of a user who is created.
async fn templated() -> World {
    let world = World::start().await;
    world
        .set(json!({
            "teams": [{ "name": "Day", "isDefault": true }, { "name": "Sales" }],
            "templates": [{
                "name": "Sales", "team": "Sales", "role": "Manager", "secondaryRoles": ["Evaluator"],
                "timeZone": "UTC", "loginAuthenticator": "SSO",
            }],
        }))
        .await;
    world
}

fn what_it_sets(user: &Value) -> Value {
    json!([
        user[EXTENSION]["team"]["display"],
        user["roles"][0]["display"],
        user["roles"][1]["display"],
        user["timeZone"],
        user[EXTENSION]["loginAuthenticator"]["value"],
    ])
}

#[tokio::test]
async fn template_attribute() {
    let world = templated().await;
    let filled = json!(["Sales", "Manager", "Evaluator", "UTC", "SSO"]);
    for (position, member, more) in [
        ("employeeTemplate", "employeeTemplate", json!("Sales")),
        ("template", "template", json!({ "value": "sales" })),
        ("template", EXTENSION, json!({ "template": "Sales" })),
    ] {
        world.switch("template_attribute", position).await;
        let name = format!("{}@example.com", world.users().await.len());
        let id = world
            .created(json!({ "userName": name, member: more }))
            .await;
        assert_eq!(
            what_it_sets(&world.read(&id).await),
            filled,
            "{position} {member}"
        );
    }
    world.switch("template_attribute", "absent").await;
    let id = world
        .created(json!({ "employeeTemplate": "Sales", "template": "Sales" }))
        .await;
    assert_eq!(
        what_it_sets(&world.read(&id).await),
        json!(["Day", "Agent", null, null, null])
    );
}

#[tokio::test]
async fn unknown_template() {
    let world = templated().await;
    world.switch("template_attribute", "employeeTemplate").await;
    let body = ada(json!({ "employeeTemplate": "None" }));
    world.switch("unknown_template", "refused").await;
    assert_eq!(world.create(body.clone()).await.status, 400);
    world.switch("unknown_template", "ignored").await;
    assert_eq!(world.create(body).await.status, 201);
}

#[tokio::test]
async fn template_wins() {
    let world = templated().await;
    world.switch("template_attribute", "employeeTemplate").await;
    let body = |name: &str| json!({ "userName": name, "employeeTemplate": "Sales", "timezone": "Europe/Oslo" });
    for (position, zone) in [("yes", "UTC"), ("no", "Europe/Oslo")] {
        world.switch("template_wins", position).await;
        let id = world.created(body(position)).await;
        assert_eq!(world.read(&id).await["timeZone"], zone);
    }
}

#[tokio::test]
async fn template_on_change() {
    let world = templated().await;
    world.switch("template_attribute", "employeeTemplate").await;
    let id = world.created(json!({})).await;
    let put = ada_put(&id, json!({ "employeeTemplate": "Sales" }));
    for (position, team) in [("ignored", "Day"), ("applied", "Sales")] {
        world.switch("template_on_change", position).await;
        let user = world.put(&id, put.clone()).await.body;
        assert_eq!(user[EXTENSION]["team"]["display"], team);
    }
}
