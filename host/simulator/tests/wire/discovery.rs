//! Discovery (cxone.md 2.3): found without a secret, and each position of the switch `discovery`.

use serde_json::json;

use crate::support::World;

const PATH: &str = "/.well-known/cxone-configuration";
const OURS: &str = "/.well-known/cxone-configuration?tenantId=7e4a0000-0000-4000-8000-000000000001";

#[tokio::test]
async fn the_document_names_the_area_and_the_simulator_itself() {
    let world = World::start().await;
    let base = world.base();
    let answer = world.raw("GET", OURS, None, None).await.unwrap();
    assert_eq!(
        (answer.status, answer.content_type.as_deref()),
        (200, Some("application/json"))
    );
    assert_eq!(
        answer.body,
        json!({
            "private": false,
            "area": "na1",
            "cluster": "c57",
            "domain": "niceincontact.com",
            "uhDomain": "nice-incontact.com",
            "acdDomain": "nice-incontact.com",
            "api_endpoint": base,
            "auth_endpoint": base,
            "ui_endpoint": base,
            "tenantId": "7e4a0000-0000-4000-8000-000000000001",
        })
    );
    let openid = world
        .raw("GET", "/.well-known/openid-configuration", None, None)
        .await
        .unwrap();
    assert_eq!(openid.body["token_endpoint"], format!("{base}/auth/token"));
    assert_eq!(openid.body["issuer"], base);
    assert_eq!(world.send("POST", PATH, None).await.status, 405);
}

#[tokio::test]
async fn the_place_is_a_setting() {
    let world = World::start().await;
    world
        .set(json!({
            "area": "eu1", "tenant_id": "t-1", "business_unit": 7,
            "hosts": { "cluster": "e32", "domain": "example.com", "uhDomain": "example.net", "api_endpoint": "http://api.example.com" },
        }))
        .await;
    let found = world.get(&format!("{PATH}?tenantId=T-1")).await.body;
    assert_eq!(
        (
            &found["area"],
            &found["cluster"],
            &found["domain"],
            &found["uhDomain"],
            &found["tenantId"]
        ),
        (
            &json!("eu1"),
            &json!("e32"),
            &json!("example.com"),
            &json!("example.net"),
            &json!("t-1")
        )
    );
    assert_eq!(found["api_endpoint"], "http://api.example.com");
    assert_eq!(found["auth_endpoint"], world.base());
    // What state shows can be put back.
    let settings = world.state().await["settings"].clone();
    world.set(settings.clone()).await;
    assert_eq!(world.state().await["settings"], settings);
}

#[tokio::test]
async fn discovery() {
    let world = World::start().await;
    for (position, without, with, openid) in [
        ("with_tenant_only", 400, 200, 200),
        ("absent", 404, 404, 404),
        ("with_tenant_and_without", 200, 200, 200),
    ] {
        world.switch("discovery", position).await;
        assert_eq!(world.get(PATH).await.status, without, "{position}");
        assert_eq!(world.get(OURS).await.status, with, "{position}");
        let path = "/.well-known/openid-configuration";
        assert_eq!(world.get(path).await.status, openid, "{position}");
    }
    assert_eq!(
        world.get(&format!("{PATH}?tenantId=other")).await.status,
        404
    );
}
