//! What is left of somebody who was deleted.

use std::time::Duration;

use bridge::name::UserId;
use jiff::Timestamp;
use serde_json::json;

use super::{ADA, find, read};
use crate::cxone::{named, so_far, taken};
use crate::world::{World, ada, person};

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_is_forgotten_after_the_grace_and_the_link_is_kept_for_good() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    let late = world.created(person("grace", "Grace", "Hopper")).await;
    let stays = world.created(person("joan", "Joan", "Clarke")).await;
    for id in [&id, &late] {
        let gone = world.scim("DELETE", &format!("/Users/{id}"), None).await;
        assert_eq!(gone.status, 204);
    }
    // As if it had been 31 days ago.
    let scope = world.app.bridge.connections()[0].scope.clone();
    let key = UserId::parse(&id).expect("an id");
    let ledger = world.app.bridge.ledger().clone();
    let old = ledger.user(&scope, key).await.expect("a read");
    let mut old = old.expect("a row");
    old.deleted = Some(Timestamp::now() - Duration::from_secs(31 * 24 * 60 * 60));
    let old = ledger.commit(old, vec![]).await.expect("a commit");
    drop(ledger);
    let since = so_far(&world).await;
    let before = named(&world, ADA).await;

    let world = world.restart().await;
    let ledger = world.app.bridge.ledger().clone();
    world
        .eventually("she is forgotten", async |_| {
            let row = ledger.user(&scope, key).await.expect("a read");
            row.expect("a row").source.as_map().is_empty()
        })
        .await;
    let row = ledger
        .user(&scope, key)
        .await
        .expect("a read")
        .expect("a row");
    assert_eq!((&row.link, row.deleted), (&old.link, old.deleted));
    let events = ledger.events(&scope, Some(key), 100).await.expect("events");
    assert!(!events.is_empty());
    let kept = json!([row, events]).to_string().to_lowercase();
    for personal in ["ada", "byron", "1815", "7946", "supervisor"] {
        assert!(!kept.contains(personal), "{personal}: {kept}");
    }
    let late = UserId::parse(&late).expect("an id");
    let within = ledger.user(&scope, late).await.expect("a read");
    let within = within.expect("a row");
    assert_eq!(within.source.user_name(), "grace@example.com");
    assert_eq!(read(&world, &stays).await["displayName"], "Joan Clarke");

    // CXone heard nothing of it, nobody is found, and who comes back is the same person there.
    assert_eq!(find(&world, ADA).await.body["totalResults"], 0);
    assert_eq!(taken(&world, since).await, Vec::<serde_json::Value>::new());
    let again = world.created(ada()).await;
    assert_ne!(again, id);
    let after = named(&world, ADA).await;
    assert_eq!((after.len(), &after[0]["id"]), (1, &before[0]["id"]));
}
