//! What CXone answers, and what of it an identity provider or a log may see.

use serde_json::{Value, json};

use super::{ADA, find, read, reset, set};
use crate::cxone::{caught_up, so_far, taken};
use crate::world::{World, ada, person};

#[tokio::test(flavor = "multi_thread")]
async fn upstreams_status_never_leaks() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    // CXone refuses the access key: a new process has no token that is still good.
    let world = world.restart().await;
    let keys = json!({"access_keys": [{"id": "another", "secret": "another-secret"}]});
    world.settings(keys).await;
    let missed = find(&world, "nobody@example.com").await;
    assert_eq!(missed.status, 503, "never an empty list: {}", missed.body);
    set(&world, &id, "displayName", json!("Ada King")).await;
    let made = world
        .scim("POST", "/Users", Some(person("grace", "Grace", "Hopper")))
        .await;
    assert_eq!(made.status, 201, "owed: {}", made.body);
    // The key is good again, and CXone has lost everybody: its 404 is nobody's here.
    reset(&world).await;
    caught_up(&world).await;
    assert_eq!(
        world.held(ADA).await.expect("Ada")["displayName"],
        "Ada King"
    );
    assert!(world.held("grace@example.com").await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_optional_field_that_is_not_enabled_is_left_out_kept_and_reported() {
    let world = World::start().await;
    let fields = json!({"enabled_fields": ["displayName", "primaryRole", "timeZone"]});
    world.settings(fields).await;
    let id = world.created(ada()).await;
    let held = world.held(ADA).await.expect("Ada");
    assert!(!held.to_string().contains("442079460001"), "{held}");
    assert_eq!(
        read(&world, &id).await["phoneNumbers"][0]["value"],
        "+442079460001"
    );
    // Reported: not refused, not owed, and not sent again for ever.
    let scope = world.app.bridge.connections().remove(0);
    let id = bridge::name::UserId::parse(&id).expect("an id");
    let user = world.app.bridge.read(&scope.scope, id).await;
    let reason = user.expect("Ada").reason.unwrap_or_default();
    assert!(reason.contains("mobileNumber"), "{reason}");
    let since = so_far(&world).await;
    set(&world, &id.to_string(), "title", json!("Lead")).await;
    assert_eq!(taken(&world, since).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivated_account_is_never_deleted_and_its_link_is_kept_for_good() {
    let world = World::start().await;
    let mut link = Value::Null;
    for _ in 0..3 {
        let id = world.created(ada()).await;
        let held = world.held(ADA).await.expect("Ada");
        assert!(link.is_null() || held["id"] == link, "the same person");
        link = held["id"].clone();
        let path = format!("/Users/{id}");
        assert_eq!(world.scim("DELETE", &path, None).await.status, 204);
        assert_eq!(world.scim("GET", &path, None).await.status, 404);
        assert_eq!(world.held(ADA).await.expect("Ada")["active"], false);
        assert_eq!(find(&world, ADA).await.body["totalResults"], 0);
    }
    for (method, path, _) in world.told().await {
        assert_ne!(method, "DELETE", "{path}");
    }
}
