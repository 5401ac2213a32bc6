//! The switches about what the tenant has: fields not enabled, roles and teams, revival.

use serde_json::json;

use crate::support::{EXTENSION, MANAGER, World, ada, ada_put};

/// Each optional field, not enabled, is ignored or refused, on POST, PUT and PATCH.
#[tokio::test]
async fn disabled_field() {
    let fields = [
        ("displayName", "/displayName", json!({ "displayName": "A" })),
        (
            "middleName",
            "/name/middleName",
            json!({ "name": { "givenName": "A", "middleName": "M", "familyName": "L" } }),
        ),
        (
            "mobileNumber",
            "/phoneNumbers/0",
            json!({ "phoneNumbers": [{ "value": "1" }] }),
        ),
        ("timeZone", "/timeZone", json!({ "timezone": "UTC" })),
        ("userType", "/userType", json!({ "userType": "T" })),
        (
            "loginAuthenticator",
            "",
            json!({ EXTENSION: { "loginAuthenticator": { "value": "la" } } }),
        ),
        (
            "primaryRole",
            "/roles/1",
            json!({ "roles": [{ "value": "Agent" }, { "value": "Manager" }] }),
        ),
        (
            "team",
            "",
            json!({ EXTENSION: { "team": { "value": "Nowhere" } } }),
        ),
    ];
    let names: Vec<&str> = fields.iter().map(|(name, ..)| *name).collect();
    for (name, pointer, more) in &fields {
        let world = World::start().await;
        let without: Vec<&str> = names
            .iter()
            .copied()
            .filter(|other| other != name)
            .collect();
        world.set(json!({ "enabled_fields": without })).await;
        let id = world.created(more.clone()).await;
        let put = world.put(&id, ada_put(&id, more.clone())).await;
        assert_eq!(put.status, 200, "{name}");
        if !pointer.is_empty() {
            assert_eq!(put.body.pointer(pointer), None, "{name}");
        }
        assert!(
            put.body[EXTENSION].get("loginAuthenticator").is_none(),
            "{name}"
        );

        world.switch("disabled_field", "refuse").await;
        let refused = world.create(ada(more.clone())).await;
        assert_eq!(refused.status, 400, "{name}");
        assert!(
            refused.body["detail"]
                .as_str()
                .unwrap()
                .to_lowercase()
                .contains(&name.to_lowercase()),
            "{refused:?}"
        );
        assert_eq!(
            world.put(&id, ada_put(&id, more.clone())).await.status,
            400,
            "{name}"
        );
        assert_eq!(
            world.put(&id, ada_put(&id, json!({}))).await.status,
            200,
            "{name}"
        );

        world.set(json!({ "enabled_fields": names })).await;
        let expected = if *name == "team" { 400 } else { 200 };
        assert_eq!(
            world.put(&id, ada_put(&id, more.clone())).await.status,
            expected,
            "{name}"
        );
    }
}

/// A field switched off after it was set: a PUT does not clear it.
#[tokio::test]
async fn a_disabled_field_keeps_its_value() {
    let world = World::start().await;
    let id = world.created(json!({ "displayName": "Ada" })).await;
    world.set(json!({ "enabled_fields": ["Time Zone"] })).await;
    assert_eq!(
        world.put(&id, ada_put(&id, json!({}))).await.body["displayName"],
        "Ada"
    );
    let patched = world
        .patch(&id, json!([{ "path": "displayName", "value": "B" }]))
        .await;
    assert_eq!(
        (patched.status, &patched.body["displayName"]),
        (200, &json!("Ada"))
    );
}

#[tokio::test]
async fn role_value() {
    let world = World::start().await;
    let team = world.state().await["settings"]["teams"][0]["id"].clone();
    let named = json!({ "roles": [{ "value": "Manager" }] });
    let by_id = json!({ "roles": [{ "value": MANAGER }] });
    let team_named = json!({ EXTENSION: { "team": { "value": "default team" } } });
    let team_by_id = json!({ EXTENSION: { "team": { "value": team } } });
    for (position, name_status, id_status) in
        [("either", 201, 201), ("id", 400, 201), ("name", 201, 400)]
    {
        for (more, status) in [
            (&named, name_status),
            (&by_id, id_status),
            (&team_named, name_status),
            (&team_by_id, id_status),
        ] {
            world.send("POST", "/simulator/reset", None).await;
            world.switch("role_value", position).await;
            assert_eq!(
                world.create(ada(more.clone())).await.status,
                status,
                "{position} {more}"
            );
        }
    }
}

#[tokio::test]
async fn held_role() {
    let world = World::start().await;
    let id = world
        .created(json!({ "roles": [{ "value": MANAGER }] }))
        .await;
    let team = world.read(&id).await[EXTENSION]["team"]["value"].clone();
    let same = json!({ "roles": [{ "value": MANAGER }], EXTENSION: { "team": { "value": team } } });
    world
        .set(json!({ "roles": [{ "name": "Agent" }], "teams": [{ "name": "Other" }] }))
        .await;
    assert_eq!(world.put(&id, ada_put(&id, same.clone())).await.status, 200);
    world.switch("held_role", "checked").await;
    assert_eq!(world.put(&id, ada_put(&id, same.clone())).await.status, 400);
    world.switch("held_role", "accepted").await;
    assert_eq!(world.put(&id, ada_put(&id, same)).await.status, 200);
}

#[tokio::test]
async fn reactivation() {
    let world = World::start().await;
    let id = world.created(json!({ "active": false })).await;
    world.switch("reactivation", "refused").await;
    assert_eq!(world.put(&id, ada_put(&id, json!({}))).await.status, 400);
    assert_eq!(
        world
            .put(&id, ada_put(&id, json!({ "active": false })))
            .await
            .status,
        200
    );
    world.switch("reactivation", "allowed").await;
    assert_eq!(
        world.put(&id, ada_put(&id, json!({}))).await.body["active"],
        true
    );
}
