//! Logins (cxone.md 2.1) and who may ask.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::support::{World, ada};

/// 2.1: the access key is exchanged for a token of one hour.
#[tokio::test]
async fn an_access_key_gives_a_token_that_opens_the_api() {
    let world = World::start().await;
    let login = world.login("simulator", "simulator-secret").await;
    assert_eq!(login.status, 200);
    assert_eq!(login.body["expires_in"], 3600);
    assert_eq!(login.body["token_type"], "Bearer");
    assert!(login.body["refresh_token"].is_string() && login.body["id_token"].is_string());
    let bearer = format!("Bearer {}", login.body["access_token"].as_str().unwrap());
    let answer = world
        .raw("GET", "/scim/v2/Schemas", Some(&bearer), None)
        .await
        .unwrap();
    assert_eq!(answer.status, 200);
}

/// 3.4: the 401 of User Hub.
#[tokio::test]
async fn a_wrong_key_is_answered_401_in_user_hubs_shape() {
    let world = World::start().await;
    for (id, secret) in [("simulator", "wrong"), ("wrong", "simulator-secret")] {
        let login = world.login(id, secret).await;
        assert_eq!(login.status, 401);
        assert_eq!(login.content_type.as_deref(), Some("application/json"));
        assert_eq!(login.body["status"], 401);
        assert_eq!(login.body["error"], "Unauthorized");
        assert_eq!(login.body["path"], "/authentication/v1/token/access-key");
        assert!(login.body["timestamp"].is_string() && login.body["message"].is_string());
    }
}

#[tokio::test]
async fn every_api_path_wants_a_known_token() {
    let world = World::start().await;
    for (method, path) in [
        ("GET", "/scim/v2/Schemas"),
        ("GET", "/scim/v2/Users?filter=x"),
        ("POST", "/scim/v2/Users"),
        ("GET", "/basic-auth/scim/v2/Schemas"),
        ("POST", "/authorization/v1/roles/search"),
        ("POST", "/user-management/v4/teams/search"),
        ("GET", "/user-management/v1/users"),
    ] {
        for authorization in [
            None,
            Some("Bearer wrong"),
            Some("Basic d3Jvbmc6d3Jvbmc="),
            Some("Bearer"),
        ] {
            let answer = world
                .raw(method, path, authorization, Some("{}"))
                .await
                .unwrap();
            assert_eq!(answer.status, 401, "{method} {path} {authorization:?}");
        }
    }
    assert_eq!(world.users().await.len(), 0);
}

/// 1.2: a parallel path family takes the access key as HTTP Basic.
#[tokio::test]
async fn basic_auth_serves_the_same_store() {
    let world = World::start().await;
    let basic = format!("Basic {}", STANDARD.encode("simulator:simulator-secret"));
    let body = ada(json!({})).to_string();
    let made = world
        .raw(
            "POST",
            "/basic-auth/scim/v2/Users",
            Some(&basic),
            Some(&body),
        )
        .await
        .unwrap();
    assert_eq!(made.status, 201);
    let path = format!(
        "/basic-auth/scim/v2/Users/{}",
        made.body["id"].as_str().unwrap()
    );
    assert_eq!(
        world
            .raw("GET", &path, Some(&basic), None)
            .await
            .unwrap()
            .body,
        made.body
    );
    assert_eq!(world.find("ada@example.com").await.body["totalResults"], 1);
    let wrong = format!("Basic {}", STANDARD.encode("simulator:wrong"));
    assert_eq!(
        world
            .raw("GET", &path, Some(&wrong), None)
            .await
            .unwrap()
            .status,
        401
    );
    // And the bearer family does not take Basic.
    assert_eq!(
        world
            .raw("GET", "/scim/v2/Schemas", Some(&basic), None)
            .await
            .unwrap()
            .status,
        401
    );
}

#[tokio::test]
async fn a_refresh_token_gives_a_new_token() {
    let world = World::start().await;
    let login = world.login("simulator", "simulator-secret").await;
    let body = json!({ "token": login.body["refresh_token"] }).to_string();
    let fresh = world
        .raw("POST", "/public/user/refresh", None, Some(&body))
        .await
        .unwrap();
    assert_eq!(fresh.status, 200);
    assert_ne!(fresh.body["access_token"], login.body["access_token"]);
    let bearer = format!("Bearer {}", fresh.body["access_token"].as_str().unwrap());
    assert_eq!(
        world
            .raw("GET", "/scim/v2/Schemas", Some(&bearer), None)
            .await
            .unwrap()
            .status,
        200
    );
    let wrong = json!({ "token": "wrong" }).to_string();
    assert_eq!(
        world
            .raw("POST", "/public/user/refresh", None, Some(&wrong))
            .await
            .unwrap()
            .status,
        401
    );
}

/// Switch `token_lifetime_seconds`.
#[tokio::test]
async fn a_token_ends_with_its_lifetime() {
    let world = World::start().await;
    world.switch("token_lifetime_seconds", 0).await;
    let login = world.login("simulator", "simulator-secret").await;
    assert_eq!(login.body["expires_in"], 0);
    let bearer = format!("Bearer {}", login.body["access_token"].as_str().unwrap());
    assert_eq!(
        world
            .raw("GET", "/scim/v2/Schemas", Some(&bearer), None)
            .await
            .unwrap()
            .status,
        401
    );
    // Tokens made before keep their hour.
    assert_eq!(world.get("/scim/v2/Schemas").await.status, 200);
}
