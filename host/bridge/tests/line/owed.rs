//! Owed work: the newest state, leavers first, and nobody waits for another's misfortune.

use std::time::Duration;

use bridge::port::plugins::Operation;
use bridge::refusal::Refusal;
use bridge::target::Attribute;
use bridge::user::State;
use serde_json::json;

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, patch, person};

#[tokio::test(start_paused = true)]
async fn the_newest_state_is_delivered_once() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.cxone().down = true;
    for name in ["One", "Two", "Three"] {
        let owed = world
            .change(patch(user.id, json!({"displayName": name})))
            .await;
        assert_eq!(owed.state, State::Owed);
    }
    world.settle().await;
    assert_eq!(world.held("ada").get(Attribute::DisplayName), Some("Three"));
    assert_eq!(world.cxone().told.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn deactivations_come_first() {
    let world = World::new();
    let mut users = Vec::new();
    for number in 0..20 {
        users.push(world.create(person(&format!("user{number}"))).await);
    }
    world.cxone().down = true;
    for user in &users[..19] {
        world
            .change(patch(user.id, json!({"displayName": "New"})))
            .await;
    }
    world.change(active(users[19].id, false)).await;
    world.cxone().told.clear();
    world.settle().await;
    let first = world.cxone().told[0].clone();
    assert_eq!(first, (Call::Replace, "user19@example.com".to_owned()));
    assert_eq!(world.cxone().told.len(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_user_made_and_disabled_during_an_outage_is_never_made() {
    let world = World::new();
    world.cxone().down = true;
    let user = world.create(person("ada")).await;
    let left = world.change(active(user.id, false)).await;
    // Nobody could look whether somebody is there already: that is owed, and no more.
    assert!(left.debt.is_some_and(|debt| debt.deactivation));
    world.settle().await;
    assert_eq!(world.row(user.id).debt, None);
    assert_eq!(world.cxone().told, []);
    assert!(world.cxone().people.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_rule_says_no_to_later_is_shown() {
    let world = World::new();
    let mut body = person("ada");
    body["title"] = json!("Wizard");
    world.fail(Call::Directory, Fault::Away);
    let user = world.create(body).await;
    assert_eq!(user.state, State::Owed);
    world.settle().await;
    let row = world.row(user.id);
    assert_eq!(row.state, State::Refused);
    assert!(row.reason.is_some_and(|reason| reason.contains("Wizard")));
    world
        .change(patch(user.id, json!({"title": "Agent"})))
        .await;
    assert_eq!(world.held("ada").active, Some(true));
}

#[tokio::test(start_paused = true)]
async fn an_owed_return_is_judged_as_a_return() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.change(active(user.id, false)).await;
    world.cxone().down = true;
    world.change(active(user.id, true)).await;
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(true));
    let operations = world.plugins.operations.lock().expect("fine").clone();
    assert_eq!(operations.last(), Some(&Operation::Revive));
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_fails_holds_up_its_own_user_only() {
    let world = World::new();
    world.cxone().down = true;
    let mut body = person("ada");
    body["displayName"] = json!("trap");
    let stuck = world.create(body).await;
    world.create(person("bob")).await;
    world.cxone().down = false;
    assert!(!world.drain(Duration::from_secs(30)).await);
    assert_eq!(world.held("bob").active, Some(true));
    assert!(
        world
            .row(stuck.id)
            .debt
            .is_some_and(|debt| debt.attempts > 1)
    );
    assert!(world.cxone().named("ada@example.com").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_cxone_refuses_never_passes_for_nobody() {
    let world = World::new();
    world.fail(Call::Find, Fault::Refused);
    assert_eq!(world.create(person("ada")).await.state, State::Owed);
    world.settle().await;
    world.held("ada");
    world.cxone().down = true;
    let page = world.find("entra", "bob").await;
    assert!(matches!(page, Err(Refusal::Unavailable { .. })), "{page:?}");
}

#[tokio::test(start_paused = true)]
async fn writes_pass_while_the_queue_hangs_on_the_same_user() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.change(active(user.id, false)).await;
    world.fail(Call::Read, Fault::Away);
    world.change(active(user.id, true)).await;
    // The queue is at work on it, slowly, when a create of the same name comes and another change.
    world.fail(Call::Read, Fault::Slow(25));
    let queue = tokio::spawn(
        std::sync::Arc::clone(&world.bridge).work_off(crate::harness::world::tenant()),
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    let changed = world
        .change(patch(user.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(changed.source.resource().display_name(), Some("Ada"));
    queue.abort();
    world.settle().await;
    assert_eq!(world.held("ada").get(Attribute::DisplayName), Some("Ada"));
}
