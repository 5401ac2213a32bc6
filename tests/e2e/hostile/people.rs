//! Documents that are well-formed and meant ill, and what a guest might keep of people.

use serde_json::{Value, json};

use super::stage::{BESIDE, Stage, TOKEN};
use crate::guests::Shelf;
use crate::world::reply;
use reqwest::Method;

async fn users(stage: &Stage) -> Vec<Value> {
    let url = format!("{}/simulator/state", stage.site.simulator.base_url());
    let state = reply(stage.site.http.get(url)).await.body;
    state["users"].as_array().expect("users").clone()
}

/// A stage with one tenant whose plugin answers a document, and somebody of that tenant in CXone since before.
async fn with(name: &str, document: &Value) -> (Stage, String, Shelf) {
    let shelf = Shelf::new();
    let file = format!("{name}.wasm");
    shelf.bundled(&file, "entra");
    let stage = Stage::of(&shelf, &[name]).await;
    let made = stage
        .site
        .create(name, TOKEN, &format!("old-at-{name}"))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["id"].as_str().expect("an id").to_owned();
    shelf.saying(&file, document.to_string().as_bytes());
    (stage.restart().await, id, shelf)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapper_cannot_make_anybody_somebody_else() {
    let name = "hostile-thief";
    let victim = format!("old-at-{name}@example.com");
    let document = json!({"userName": victim, "givenName": "Eve", "familyName": "Thief", "displayName": "Eve Thief",
                          "email": "eve@example.com", "active": true});
    let (stage, id, _shelf) = with(name, &document).await;
    let before = users(&stage).await;
    let refused = stage.site.create(name, TOKEN, "eve").await;
    assert_eq!(
        (refused.status, &refused.body["scimType"]),
        (409, &json!("uniqueness")),
        "{}",
        refused.body
    );
    assert_eq!(users(&stage).await, before);
    // And nobody who is there becomes the victim.
    let other = stage.site.create(BESIDE, TOKEN, "beside-thief").await;
    assert_eq!(other.status, 201, "{}", other.body);
    stage.leaves(name, &id).await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_nobody_has_do_not_reach_cxone() {
    for (number, (attribute, text)) in [
        ("userName", "nul\0@example.com"),
        ("displayName", "Ada\0Byron"),
        ("userName", ""),
        ("timeZone", "Never/Land"),
        ("role", "Emperor"),
        ("team", "Nobody's"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("hostile-text-{number}");
        let mut document = json!({"userName": "eve@example.com", "givenName": "Eve", "familyName": "Eve",
                                  "email": "eve@example.com", "active": true});
        document[attribute] = json!(text);
        let (stage, id, _shelf) = with(&name, &document).await;
        let before = users(&stage).await;
        let refused = stage.site.create(&name, TOKEN, "eve").await;
        assert_eq!(
            (refused.status, &refused.body["scimType"]),
            (400, &json!("invalidValue")),
            "{attribute}: {}",
            refused.body
        );
        let detail = refused.body["detail"].as_str().expect("a detail");
        assert!(detail.starts_with(attribute), "{detail}");
        assert_eq!(users(&stage).await, before, "{attribute}");
        stage.leaves(&name, &id).await;
        stage.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_guest_keeps_of_one_tenant_reaches_no_other() {
    let names = ["hostile-keeps-1", "hostile-keeps-2"];
    let shelf = Shelf::new();
    for name in names {
        shelf.guest(&format!("{name}.wasm"), "remembers");
    }
    let stage = Stage::of(&shelf, &names).await;
    for number in 0..20 {
        for tenant in names {
            let name = format!("{tenant}-{number}");
            let made = stage.site.create(tenant, TOKEN, &name).await;
            assert_eq!(made.status, 201, "{}", made.body);
            assert_eq!(stage.site.held(&name, "displayName").await, "Ada Byron");
            let scope = format!("{tenant}/entra");
            let path = format!("/Users/{}", made.body["id"].as_str().expect("an id"));
            let read = stage
                .site
                .scim(&scope, TOKEN, Method::GET, &path, None)
                .await;
            assert_eq!(read.body["displayName"], "Ada Byron");
        }
    }
    assert_eq!(
        stage
            .site
            .create(BESIDE, TOKEN, "beside-keeps")
            .await
            .status,
        201
    );
    stage.stop().await;
}
