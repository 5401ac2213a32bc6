//! People who wait, leave, come back, or are left alone.

use serde_json::{Value, json};

use super::{ADA, find, group, managers, read, set};
use crate::cxone::{made_by_hand, named, role, so_far, taken};
use crate::world::{World, ada};

#[tokio::test(flavor = "multi_thread")]
async fn a_post_with_active_false_is_deferred_and_made_with_the_first_activation() {
    let world = World::start().await;
    let mut body = ada();
    body["active"] = json!(false);
    let id = world.created(body).await;
    let kept = read(&world, &id).await;
    assert_eq!(
        (&kept["active"], &kept["displayName"]),
        (&json!(false), &json!("Ada Byron"))
    );
    set(&world, &id, "displayName", json!("Ada King")).await;
    assert_eq!(world.writes().await, Vec::new(), "CXone hears nothing");
    set(&world, &id, "active", json!("True")).await;
    let held = world.held(ADA).await.expect("Ada");
    assert_eq!(
        (&held["active"], &held["displayName"]),
        (&json!(true), &json!("Ada King"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recreate_has_no_memberships_and_inherits_no_privilege() {
    let world = World::with(&managers()).await;
    let first = world.created(ada()).await;
    let group = group(&world, "CX Managers", &[&first]).await;
    assert_eq!(role(&world, ADA).await, "Manager");
    let before = named(&world, ADA).await;
    let path = format!("/Users/{first}");
    assert_eq!(world.scim("DELETE", &path, None).await.status, 204);

    let second = world.created(ada()).await;
    assert_ne!(second, first);
    assert_eq!(named(&world, ADA).await[0]["id"], before[0]["id"]);
    assert_eq!(role(&world, ADA).await, "Agent");
    assert_eq!(read(&world, &second).await.get("groups"), None);
    let read = world.scim("GET", &format!("/Groups/{group}"), None).await;
    let members = read.body.get("members").and_then(Value::as_array);
    assert!(members.is_none_or(Vec::is_empty), "{}", read.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inactive_member_stays_a_member_and_reactivation_keeps_groups() {
    let world = World::with(&managers()).await;
    let id = world.created(ada()).await;
    let group = group(&world, "CX Agents", &[&id]).await;
    set(&world, &id, "active", json!("False")).await;
    let member = async || {
        let read = world.scim("GET", &format!("/Groups/{group}"), None).await;
        read.body["members"][0]["value"].clone()
    };
    assert_eq!(member().await, id.as_str());
    // The group becomes one that gives a role, while she is away: nobody who is inactive is told about.
    let since = so_far(&world).await;
    let rename = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "Replace", "path": "displayName", "value": "CX Managers"}]});
    let path = format!("/Groups/{group}");
    let renamed = world.scim("PATCH", &path, Some(rename)).await;
    assert!(renamed.status < 300, "{}", renamed.body);
    assert_eq!(taken(&world, since).await, Vec::<Value>::new());
    set(&world, &id, "active", json!("True")).await;
    assert_eq!(member().await, id.as_str());
    assert_eq!(role(&world, ADA).await, "Manager");
}

#[tokio::test(flavor = "multi_thread")]
async fn protected_users_are_never_adopted_changed_or_deactivated() {
    let protect = |toml: &str| {
        let cxone = "[tenants.acme.cxone]";
        let protected = "[tenants.acme]\nprotected = [\"ADA@example.com\"]";
        toml.replace(cxone, &format!("{protected}\n{cxone}"))
    };
    let world = World::start().await.restart_with(protect).await;
    let made = made_by_hand(&world, "ada", "Administrator").await;
    let since = so_far(&world).await;
    let found = find(&world, ADA).await;
    assert_eq!(
        (found.status, &found.body["totalResults"]),
        (200, &json!(0))
    );
    let refused = world.scim("POST", "/Users", Some(ada())).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let detail = refused.body["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("protected"), "{detail}");
    assert_eq!(taken(&world, since).await, Vec::<Value>::new());
    assert_eq!(named(&world, ADA).await, [made]);

    // Protected since: whom Jackfield made is left alone from then on, too.
    let world = World::start().await;
    let id = world.created(ada()).await;
    let world = world.restart_with(protect).await;
    let before = named(&world, ADA).await;
    let since = so_far(&world).await;
    set(&world, &id, "displayName", json!("Ada King")).await;
    set(&world, &id, "active", json!("False")).await;
    let path = format!("/Users/{id}");
    assert_eq!(world.scim("DELETE", &path, None).await.status, 204);
    assert_eq!(taken(&world, since).await, Vec::<Value>::new());
    assert_eq!(named(&world, ADA).await, before);
}
