//! The three paths for people and tests. Their shapes bind.

use serde_json::{Value, json};

use crate::support::{World, ada};

#[tokio::test]
async fn a_fresh_tenant() {
    let world = World::start().await;
    let state = world.state().await;
    let members: Vec<&String> = state.as_object().unwrap().keys().collect();
    assert_eq!(members, ["users", "calls", "settings"]);
    let settings = &state["settings"];
    let roles: Vec<(&str, &str)> = settings["roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| {
            (
                role["name"].as_str().unwrap(),
                role["status"].as_str().unwrap(),
            )
        })
        .collect();
    let stock = ["Agent", "Manager", "Administrator", "Evaluator"].map(|name| (name, "ACTIVE"));
    assert_eq!(roles, stock);
    assert_eq!(settings["teams"].as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &settings["teams"][0]["name"],
            &settings["teams"][0]["isDefault"]
        ),
        (&json!("Default Team"), &json!(true))
    );
    assert_eq!(
        (&settings["templates"], &settings["default_role"]),
        (&json!([]), &json!("Agent"))
    );
    assert_eq!(
        settings["enabled_fields"],
        json!([
            "displayName",
            "middleName",
            "mobileNumber",
            "timeZone",
            "userType",
            "loginAuthenticator",
            "primaryRole",
            "team"
        ])
    );
    assert!(!state.to_string().contains("simulator-secret"));
}

#[tokio::test]
async fn calls_are_recorded_in_order_with_secrets_masked() {
    let world = World::start().await;
    world.create(ada(json!({ "password": "hunter2" }))).await;
    world.find("ada@example.com").await;
    let refresh = json!({ "token": "refresh-1" }).to_string();
    world
        .raw("POST", "/public/user/refresh", None, Some(&refresh))
        .await
        .unwrap();
    let state = world.state().await;
    let calls = state["calls"].as_array().unwrap();
    assert_eq!(
        calls[0],
        json!({
            "method": "POST",
            "path": "/authentication/v1/token/access-key",
            "body": { "accessKeyId": "simulator", "accessKeySecret": "***" },
            "status": 200,
        })
    );
    assert_eq!(
        (&calls[1]["path"], &calls[1]["status"]),
        (&json!("/scim/v2/Users"), &json!(201))
    );
    assert_eq!(calls[1]["body"], ada(json!({ "password": "***" })));
    assert_eq!(
        calls[2]["path"],
        "/scim/v2/Users?filter=userName+eq+%22ada%40example.com%22"
    );
    assert_eq!(
        (&calls[2]["method"], &calls[2]["body"]),
        (&json!("GET"), &Value::Null)
    );
    assert_eq!(
        (&calls[3]["body"], &calls[3]["status"]),
        (&json!({ "token": "***" }), &json!(401))
    );
    assert_eq!(calls.len(), 4, "the simulator's own paths are not recorded");
}

#[tokio::test]
async fn settings_replace_each_top_level_key_whole_and_switches_one_by_one() {
    let world = World::start().await;
    world
        .set(json!({ "switches": { "patch": "lenient" } }))
        .await;
    world
        .set(json!({
            "roles": [{ "id": "r-1", "name": "Agent", "status": "INACTIVE" }],
            "templates": [{ "id": "tpl-1", "name": "Sales", "team": "Day" }],
            "switches": { "delete": "deactivates" },
        }))
        .await;
    let settings = world.state().await["settings"].clone();
    assert_eq!(
        settings["roles"],
        json!([{ "id": "r-1", "name": "Agent", "status": "INACTIVE" }])
    );
    assert_eq!(
        settings["templates"],
        json!([{ "name": "Sales", "id": "tpl-1", "team": "Day" }])
    );
    assert_eq!(
        (
            &settings["switches"]["patch"],
            &settings["switches"]["delete"]
        ),
        (&json!("lenient"), &json!("deactivates"))
    );
    assert_eq!(settings["teams"][0]["name"], "Default Team");
    // What state shows can be put back.
    world.set(settings.clone()).await;
    assert_eq!(world.state().await["settings"], settings);
}

#[tokio::test]
async fn bad_settings_are_refused_whole_and_named() {
    let world = World::start().await;
    let before = world.state().await;
    for (bad, words) in [
        (
            json!({ "default_role": "X", "rolls": [] }),
            vec!["rolls", "default_role", "enabled_fields"],
        ),
        (
            json!({ "default_role": "X", "switches": { "outage": "rain" } }),
            vec!["outage", "rain", "reset, 503, hang"],
        ),
        (
            json!({ "default_role": "X", "switches": { "wether": 1 } }),
            vec!["wether", "outage_scope"],
        ),
        (
            json!({ "default_role": "X", "switches": [] }),
            vec!["switches"],
        ),
        (
            json!({ "default_role": "X", "switches": { "latency_ms": -1 } }),
            vec!["latency_ms", "whole number"],
        ),
        (
            json!({ "default_role": "X", "enabled_fields": ["nickName"] }),
            vec!["nickName", "displayName"],
        ),
        (
            json!({ "default_role": "X", "roles": [{ "name": "A", "status": "ASLEEP" }] }),
            vec!["roles", "ASLEEP", "DRAFT"],
        ),
        (
            json!({ "default_role": "X", "roles": [{ "name": "A", "colour": 1 }] }),
            vec!["roles", "colour"],
        ),
        (
            json!({ "default_role": "X", "roles": [{ "name": "A" }, { "name": "a" }] }),
            vec!["roles", "twice"],
        ),
        (
            json!({ "default_role": "X", "teams": [{ "id": "1", "name": "A" }, { "id": "1", "name": "B" }] }),
            vec!["teams"],
        ),
        (
            json!({ "default_role": "X", "roles": [{ "name": "x".repeat(51) }] }),
            vec!["roles", "50"],
        ),
        (
            json!({ "default_role": "X", "access_keys": "s3cret" }),
            vec!["access_keys"],
        ),
        (
            json!({ "default_role": "X", "a": 1, "switches": { "b": 1 } }),
            vec!["`a`", "`b`"],
        ),
        (json!([]), vec!["object"]),
    ] {
        let answer = world
            .send("PUT", "/simulator/settings", Some(bad.clone()))
            .await;
        assert_eq!(answer.status, 400, "{bad}");
        let message = answer.body["message"].as_str().unwrap();
        for word in words {
            assert!(message.contains(word), "{bad}: {message}");
        }
        assert!(!message.contains("s3cret"));
    }
    assert_eq!(
        world
            .raw("PUT", "/simulator/settings", None, Some("{"))
            .await
            .unwrap()
            .status,
        400
    );
    assert_eq!(world.state().await, before);
}

#[tokio::test]
async fn reset_empties_users_and_calls_and_keeps_tokens() {
    let world = World::start().await;
    let fresh = world.state().await["settings"].clone();
    world.created(json!({})).await;
    world
        .set(json!({ "roles": [], "switches": { "patch": "lenient" } }))
        .await;
    let answer = world.send("POST", "/simulator/reset", None).await;
    assert_eq!(answer.status, 204);
    assert_eq!(
        world.state().await,
        json!({ "users": [], "calls": [], "settings": fresh })
    );
    // The token of before still opens, and the name is free again.
    world.created(json!({})).await;
}

#[tokio::test]
async fn the_three_paths_answer_in_every_outage_without_a_token() {
    let world = World::start().await;
    for outage in ["reset", "503", "hang", "none"] {
        world.switch("outage", outage).await;
        for (method, path, status) in [
            ("GET", "/simulator/state", 200),
            ("POST", "/simulator/state", 405),
            ("GET", "/simulator/reset", 405),
            ("GET", "/simulator/settings", 405),
            ("GET", "/simulator/else", 404),
        ] {
            let answer = world.raw(method, path, None, None).await.unwrap();
            assert_eq!(answer.status, status, "{outage}: {method} {path}");
        }
    }
}

#[tokio::test]
async fn access_keys_can_be_changed() {
    let world = World::start().await;
    world
        .set(json!({ "access_keys": [{ "id": "other", "secret": "s3cret" }] }))
        .await;
    assert_eq!(
        world.login("simulator", "simulator-secret").await.status,
        401
    );
    assert_eq!(world.login("other", "s3cret").await.status, 200);
    assert!(!world.state().await.to_string().contains("s3cret"));
}
