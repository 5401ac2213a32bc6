//! A deleted person is forgotten after the grace, and a recycled name inherits nothing even then.

use std::time::Duration;

use bridge::target::Attribute;
use bridge::user::State;
use serde_json::json;

use crate::harness::world::{World, person, post, tenant};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn forget(world: &World) -> usize {
    world.bridge.forget(&tenant()).await.expect("a day's work")
}

#[tokio::test(start_paused = true)]
async fn personal_data_is_forgotten_after_thirty_days_and_the_link_is_kept_for_good() {
    let world = World::new();
    let mut body = person("ada");
    body["title"] = json!("Supervisor");
    let ada = world.create(body).await.id;
    let bob = world.create(person("bob")).await.id;
    world.delete(ada).await;
    let before = world.row(ada);
    tokio::time::sleep(29 * DAY).await;
    assert_eq!(forget(&world).await, 0);
    assert_eq!(world.row(ada), before);
    tokio::time::sleep(2 * DAY).await;
    assert_eq!(forget(&world).await, 1);
    assert_eq!(forget(&world).await, 0);

    let row = world.row(ada);
    assert_eq!((&row.link, row.deleted), (&before.link, before.deleted));
    let kept = {
        let store = world.store();
        let events = store.events.iter().filter(|event| event.user == Some(ada));
        let events: Vec<_> = events.collect();
        assert!(!events.is_empty());
        json!([row, events]).to_string()
    };
    assert!(
        !kept.contains("ada") && !kept.contains("Supervisor"),
        "{kept}"
    );
    assert_eq!(world.row(bob).source.user_name(), "bob@example.com");

    // She is in CXone all the time: no match, and who gets the name is nobody with a history.
    assert_eq!(
        world.find("entra", "ada").await.expect("an answer").total,
        0
    );
    let again = world.create(person("ada")).await;
    assert_ne!(again.id, ada);
    assert_eq!(again.link, before.link);
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Agent"));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_forgotten_who_has_yet_to_leave() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    world.cxone().down = true;
    world.delete(ada).await;
    tokio::time::sleep(40 * DAY).await;
    assert_eq!(forget(&world).await, 0);
    assert_eq!(world.row(ada).state, State::Owed);
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(false));
    assert_eq!(forget(&world).await, 1);
}

#[tokio::test(start_paused = true)]
async fn who_was_refused_and_never_stored_is_forgotten_after_thirty_days_too() {
    let world = World::new();
    let mut body = person("ada");
    body["displayName"] = json!("deny");
    assert!(world.ask(post(body)).await.is_err());
    tokio::time::sleep(29 * DAY).await;
    forget(&world).await;
    assert!(kept(&world).contains("ada"));
    assert_eq!(world.store().refusals.len(), 1);
    tokio::time::sleep(2 * DAY).await;
    forget(&world).await;
    assert!(!kept(&world).contains("ada"), "{}", kept(&world));
    assert_eq!(world.store().refusals.len(), 0);
    assert_eq!(world.store().events.len(), 1, "that it happened is kept");
}

/// Everything that was recorded, as text.
fn kept(world: &World) -> String {
    json!(world.store().events).to_string()
}
