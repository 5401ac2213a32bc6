//! A storm of removals: held before it empties a contact centre.

use std::sync::Arc;
use std::time::Duration;

use bridge::group_write::{GroupAnswer, GroupAsk};
use bridge::line::Answer;
use bridge::retry::{Became, Which};
use bridge::said::Condition;
use bridge::user::State;

use crate::groups::{add, named};
use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, patch, person, scope, tenant};

async fn guarded(removals: usize) -> World {
    let mut world = World::new();
    world.removals = removals;
    world.restart().await;
    world
}

#[tokio::test(start_paused = true)]
async fn removals_beyond_the_guard_are_acknowledged_and_held_until_released() {
    let world = guarded(2).await;
    let mut ids = Vec::new();
    for name in ["ada", "bob", "eve", "dan"] {
        ids.push(world.create(person(name)).await.id);
    }
    for id in &ids[..3] {
        world.change(active(*id, false)).await;
    }
    world.delete(ids[3]).await;
    assert!(
        world.drain(std::time::Duration::from_secs(60)).await || world.row(ids[2]).debt.is_some()
    );
    for (name, works) in [("ada", false), ("bob", false), ("eve", true), ("dan", true)] {
        assert_eq!(world.held(name).active, Some(works), "{name}");
    }
    let row = world.row(ids[2]);
    assert_eq!((row.state, row.source.active()), (State::Owed, false));
    assert!(
        row.reason
            .is_some_and(|reason| reason.contains("jackfield release"))
    );
    assert_eq!(world.bridge.release(&scope("okta")).await, Ok(0));
    assert_eq!(world.bridge.release(&scope("entra")).await, Ok(2));
    world.settle().await;
    for name in ["eve", "dan"] {
        assert_eq!(world.held(name).active, Some(false), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_let_in_again_while_held_stays_and_no_release_removes_them() {
    let world = guarded(0).await;
    let ada = world.create(person("ada")).await.id;
    world.change(active(ada, false)).await;
    assert_eq!(world.held("ada").active, Some(true));
    world.change(active(ada, true)).await;
    assert_eq!(world.bridge.release(&scope("entra")).await, Ok(0));
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(true));
    assert_eq!(world.row(ada).state, State::Settled);
}

#[tokio::test(start_paused = true)]
async fn who_was_never_made_does_not_count_as_a_removal() {
    let world = guarded(1).await;
    let mut waits = person("ada");
    waits["displayName"] = serde_json::json!("defer");
    let Ok(Answer::Created(ada)) = world.ask(crate::harness::world::post(waits)).await else {
        panic!("not created");
    };
    world.change(active(ada.id, false)).await;
    let bob = world.create(person("bob")).await.id;
    world.change(active(bob, false)).await;
    assert_eq!(world.held("bob").active, Some(false));
}

#[tokio::test(start_paused = true)]
async fn removals_that_groups_decide_are_held_as_well() {
    let world = guarded(1).await;
    let group = world.grouped(named("Voice", &[])).await.id;
    let mut ids = Vec::new();
    for name in ["ada", "bob"] {
        let mut body = person(name);
        body["displayName"] = serde_json::json!("leave");
        ids.push(world.create(body).await.id);
    }
    world.grouped(add(group, &ids)).await;
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(true));
    assert_eq!(
        world.ask_group(GroupAsk::Delete(group)).await,
        Ok(GroupAnswer::Deleted)
    );
    let active = |world: &World| ["ada", "bob"].map(|name| world.held(name).active);
    let stay = active(&world)
        .iter()
        .filter(|active| **active == Some(true))
        .count();
    assert_eq!(stay, 1, "one may go, the other is held");
    assert_eq!(world.bridge.release(&scope("entra")).await, Ok(1));
    world.settle().await;
    assert_eq!(active(&world), [Some(false); 2]);
}

#[tokio::test(start_paused = true)]
async fn a_group_brings_back_who_was_let_in_again_while_a_removal_was_owed() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    world.cxone().down = true;
    world.change(active(ada, false)).await;
    let waits = serde_json::json!({"active": true, "displayName": "defer"});
    world.change(patch(ada, waits)).await;
    world.grouped(named("role Supervisor", &[ada])).await;
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(true));
    assert_eq!(world.row(ada).state, State::Settled);
}

#[tokio::test(start_paused = true)]
async fn who_is_held_while_the_queue_or_a_retry_waits_for_them_stays_held() {
    for retries in [false, true] {
        let world = guarded(0).await;
        let ada = world.create(person("ada")).await.id;
        let change = |name: &str| patch(ada, serde_json::json!({"displayName": name}));
        world.cxone().down = true;
        world.change(change("Ada")).await;
        world.cxone().down = false;
        // One request is at work, a removal waits behind it, and behind that whoever saw the debt as it was.
        world.fail(Call::Read, Fault::Slow(5));
        let ask = |ask| {
            let bridge = Arc::clone(&world.bridge);
            let scope = scope("entra");
            tokio::spawn(async move { bridge.write(&scope, ask, Condition::None).await })
        };
        let works = ask(change("Lady Ada"));
        tokio::time::sleep(Duration::from_millis(500)).await;
        let leaves = ask(active(ada, false));
        tokio::time::sleep(Duration::from_millis(500)).await;
        let bridge = Arc::clone(&world.bridge);
        let behind = tokio::spawn(async move {
            if retries {
                let retried = bridge.retry(&tenant(), &Which::All, false).await;
                assert_eq!(retried.expect("an answer").retried[0].became, Became::Held);
            } else {
                let _ =
                    tokio::time::timeout(Duration::from_secs(60), bridge.work_off(tenant())).await;
            }
        });
        for task in [works, leaves] {
            task.await.expect("an end").expect("an answer");
        }
        behind.await.expect("an end");
        assert!(world.row(ada).debt.is_some_and(|debt| debt.held));
        assert_eq!(world.held("ada").active, Some(true), "{retries}");
    }
}
