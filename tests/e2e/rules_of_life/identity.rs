//! Identity: ids, external ids, order, entity tags.

use serde_json::{Value, json};

use super::{ADA, find, read, reset, set, two};
use crate::cxone::{caught_up, changed_by_hand, made_by_hand, named};
use crate::world::{World, ada, person};

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_jackfields_own_per_connection_given_before_cxone_is_called() {
    let world = World::with(&two()).await;
    world.switch("outage", "503").await;
    // Nobody in CXone has said anything yet, and the id is there.
    let id = world.created(ada()).await;
    assert_eq!((id.len(), &id[14..15]), (36, "7"), "a UUID of version 7");
    world.switch("outage", "none").await;
    caught_up(&world).await;
    let held = world.held(ADA).await.expect("Ada");
    assert_ne!(held["id"], id.as_str());
    assert_eq!(read(&world, &id).await["id"], id.as_str());
    // The same person in CXone has another id with each connection.
    made_by_hand(&world, "grace", "Agent").await;
    let filter = "/Users?filter=userName%20eq%20%22grace%40example.com%22";
    let mut ids = Vec::new();
    for scope in ["acme/entra", "acme/second"] {
        let found = world.connection(scope, "GET", filter, None).await;
        ids.push(found.body["Resources"][0]["id"].clone());
    }
    assert_ne!(ids[0], ids[1]);
    // And an id is known to its own connection alone.
    let path = format!("/Users/{id}");
    let other = world.connection("acme/second", "GET", &path, None).await;
    assert_eq!(other.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_outlive_cxones_and_a_mapped_id_that_cxone_does_not_know_is_resolved_by_name() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    let before = world.held(ADA).await.expect("Ada");
    reset(&world).await;
    let made = made_by_hand(&world, "ada", "Manager").await;
    assert_ne!(made["id"], before["id"]);
    let changed = set(&world, &id, "displayName", json!("Ada King")).await;
    assert_eq!(changed["id"], id.as_str());
    let held = named(&world, ADA).await;
    assert_eq!(held.len(), 1, "nobody is made a second time");
    assert_eq!(
        (&held[0]["id"], &held[0]["displayName"]),
        (&made["id"], &json!("Ada King"))
    );
    // Nobody of that name either: the person is made again, and the identity provider hears no 404.
    reset(&world).await;
    let changed = set(&world, &id, "displayName", json!("Ada Byron")).await;
    assert_eq!(changed["id"], id.as_str());
    let held = world.held(ADA).await.expect("Ada again");
    assert_eq!(held["displayName"], "Ada Byron");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_id_is_not_unique() {
    let world = World::start().await;
    for name in ["ada", "grace"] {
        let mut body = person(name, "One", "Id");
        body["externalId"] = json!("the-same");
        world.created(body).await;
    }
    let filter = "/Users?filter=externalId%20eq%20%22the-same%22";
    let found = world.scim("GET", filter, None).await;
    assert_eq!(found.body["totalResults"], 2, "{}", found.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_order_of_a_list_is_the_ledgers_sequence() {
    let world = World::start().await;
    let mut made = Vec::new();
    for name in ["zoe", "ada", "mia", "bob"] {
        made.push(json!(world.created(person(name, "In", "Turn")).await));
    }
    // A change moves nobody, nor does a match.
    let zoe = made[0].as_str().expect("an id");
    set(&world, zoe, "displayName", json!("Zoe")).await;
    find(&world, "mia@example.com").await;
    let mut listed = Vec::new();
    for start in [1, 3] {
        let page = format!("/Users?startIndex={start}&count=2");
        let page = world.scim("GET", &page, None).await;
        let users = page.body["Resources"].as_array().expect("users").clone();
        listed.extend(users.into_iter().map(|user| user["id"].clone()));
    }
    assert_eq!(listed, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn entity_tag_and_last_modified_change_with_the_source_only() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    let tag = |user: &Value| {
        let meta = &user["meta"];
        (meta["version"].clone(), meta["lastModified"].clone())
    };
    let first = tag(&read(&world, &id).await);
    assert_ne!(first, (Value::Null, Value::Null));
    // What CXone's people change, what a match looks at, a write of what is there already: not the source.
    changed_by_hand(&world, ADA, "displayName", json!("By Hand")).await;
    find(&world, ADA).await;
    set(&world, &id, "displayName", json!("Ada Byron")).await;
    assert_eq!(tag(&read(&world, &id).await), first);
    // What CXone takes later, either: the source was changed before.
    world.switch("outage", "503").await;
    let owed = tag(&set(&world, &id, "displayName", json!("Ada King")).await);
    assert_ne!(owed.0, first.0);
    assert_ne!(owed.1, first.1);
    world.switch("outage", "none").await;
    caught_up(&world).await;
    assert_eq!(tag(&read(&world, &id).await), owed);
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_outlive_a_change_of_cxones_api() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    let held = world.held("ada@example.com").await.expect("she is made");
    let mut world = world;
    for (api, other, family) in [("scim", "user-hub", "King"), ("user-hub", "scim", "Byron")] {
        let (api, other) = (format!("api = {api:?}"), format!("api = {other:?}"));
        world = world.restart_with(|toml| toml.replace(&api, &other)).await;
        let news = json!([{"op": "Replace", "path": "name.familyName", "value": family}]);
        assert_eq!(world.patch(&id, news).await.status, 200);
        let now = world.held("ada@example.com").await.expect("she is there");
        assert_eq!(
            (&now["id"], &now["name"]["familyName"]),
            (&held["id"], &json!(family))
        );
        assert_eq!(
            world.state().await["users"].as_array().map(Vec::len),
            Some(1)
        );
    }
}
