//! A plugin that fails where the configuration says that its failures are owed: acknowledged, seen as what it is, and caught up
//! with once the plugin does its work. A leaver never waits for it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bridge::event::EventKind;
use bridge::plan::Kind;
use bridge::policy::OnUnreachable;
use bridge::refusal::Refusal;
use bridge::target::Attribute;
use bridge::user::{State, User};
use serde_json::{Value, json};

use crate::harness::cxone::Call;
use crate::harness::world::{World, active, patch, person, post, tenant};
use crate::plan::Looking;

fn owing(name: &str) -> Value {
    let mut body = person(name);
    body["displayName"] = json!("owe");
    body
}

fn mend(world: &World) {
    world.plugins.mended.store(true, Ordering::SeqCst);
}

/// Lets the queue work for a while that is too short to pay everything.
async fn try_again(world: &World) {
    assert!(!world.drain(Duration::from_secs(60)).await);
}

fn owed_for_the_plugin(user: &User) {
    assert_eq!(user.state, State::Owed);
    assert_eq!(
        user.reason.as_deref(),
        Some("plugin pure: trap: as asked"),
        "{user:?}"
    );
    assert!(user.debt.as_ref().is_some_and(|debt| !debt.deactivation));
}

#[tokio::test(start_paused = true)]
async fn a_write_is_owed_whatever_becomes_of_one_when_cxone_is_away() {
    for on_unreachable in [OnUnreachable::Owe, OnUnreachable::Refuse] {
        let world = World::configured(|world| world.policy.on_unreachable = on_unreachable).await;
        let user = world.create(owing("ada")).await;
        owed_for_the_plugin(&user);
        assert_eq!(world.cxone().told, []);
        let events = world.store().events.clone();
        assert_eq!(
            events.len(),
            1,
            "no failed request is left for `retry`: {events:?}"
        );
        assert_eq!(events[0].kind, EventKind::Created);
        assert_eq!(events[0].detail["plugin"], "pure");
        assert_eq!(events[0].detail["ending"], "trap");
        try_again(&world).await;
        owed_for_the_plugin(&world.row(user.id));
        assert_eq!(world.cxone().told, []);
        mend(&world);
        world.settle().await;
        assert_eq!(world.held("ada").active, Some(true));
        assert_eq!(world.row(user.id).state, State::Settled);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_owed_for_a_plugin_is_told_with_the_plugin() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    let owed = world
        .change(patch(user.id, json!({"displayName": "owe"})))
        .await;
    owed_for_the_plugin(&owed);
    let bridge = Looking::at_each().bridge(&world);
    let found = bridge.explain(&tenant(), "ada@example.com", None).await;
    let found = found.expect("explanations").remove(0);
    assert_eq!(
        (found.state, found.outcome.kind),
        (State::Owed, Kind::Unknown)
    );
    assert_eq!(found.reason.as_deref(), Some("plugin pure: trap: as asked"));
    assert!(
        found.matter.contains("plugin pure: trap"),
        "{}",
        found.matter
    );
    let standings = bridge
        .ledger()
        .standings(&tenant())
        .await
        .expect("a ledger");
    let owed: u64 = standings.values().map(|standing| standing.owed).sum();
    let requests: u64 = standings.values().map(|standing| standing.requests).sum();
    assert_eq!((owed, requests), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn one_who_is_owed_for_a_plugin_holds_up_nobody() {
    let world = World::new();
    world.create(owing("ada")).await;
    world.cxone().down = true;
    let bob = world.create(person("bob")).await;
    world.cxone().down = false;
    try_again(&world).await;
    assert_eq!(world.row(bob.id).state, State::Settled);
    assert_eq!(world.held("bob").active, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_is_not_owed_is_answered() {
    let world = World::new();
    let mut body = person("ada");
    body["displayName"] = json!("trap");
    let refused = world.ask(post(body)).await;
    assert!(matches!(refused, Err(Refusal::Plugin(_))), "{refused:?}");
    assert!(world.store().users.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_leaver_never_waits_for_a_plugin() {
    let world = World::new();
    let ada = world.create(person("ada")).await;
    world
        .change(patch(ada.id, json!({"displayName": "owe"})))
        .await;
    let left = world.change(active(ada.id, false)).await;
    assert_eq!((left.debt, world.held("ada").active), (None, Some(false)));
    let bob = world.create(person("bob")).await;
    world
        .change(patch(bob.id, json!({"displayName": "owe"})))
        .await;
    world.delete(bob.id).await;
    assert_eq!(world.held("bob").active, Some(false));
    // Nobody was made for whoever left before the plugin was mended.
    let eve = world.create(owing("eve")).await;
    world.change(active(eve.id, false)).await;
    mend(&world);
    world.settle().await;
    assert!(world.cxone().named("eve@example.com").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_return_that_no_plugin_could_judge_keeps_nobody_in() {
    let world = World::new();
    let ada = world.create(person("ada")).await;
    world.cxone().down = true;
    world.change(active(ada.id, false)).await;
    // Back again before CXone was told, and the plugin cannot say whether they may.
    let back = patch(ada.id, json!({"active": true, "displayName": "owe"}));
    assert_eq!(world.change(back).await.state, State::Owed);
    world.cxone().down = false;
    try_again(&world).await;
    assert_eq!(world.held("ada").active, Some(false));
    owed_for_the_plugin(&world.row(ada.id));
    mend(&world);
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(true));
    assert_eq!(world.held("ada").get(Attribute::DisplayName), Some("owe"));
}

#[tokio::test(start_paused = true)]
async fn what_rests_for_a_plugin_is_tried_at_once_with_another_set_of_plugins() {
    let world = World::new();
    let ada = world.create(owing("ada")).await;
    let queue = tokio::spawn(std::sync::Arc::clone(&world.bridge).work_off(tenant()));
    // So many attempts that it rests for minutes.
    tokio::time::sleep(Duration::from_secs(1_300)).await;
    let attempts = world.row(ada.id).debt.map(|debt| debt.attempts);
    mend(&world);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.row(ada.id).debt.map(|debt| debt.attempts), attempts);
    world.bridge.replace_tenant(&tenant(), world.connections());
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(world.row(ada.id).state, State::Settled);
    assert_eq!(
        world.cxone().told.first().map(|told| told.0),
        Some(Call::Create)
    );
    queue.abort();
}
