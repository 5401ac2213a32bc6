//! Connections that are replaced while they are in use.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bridge::line::Answer;
use bridge::refusal::Refusal;
use bridge::said::Condition;
use serde_json::json;
use tokio::time::timeout;

use crate::harness::world::{World, patch, person, post, scope, tenant};

#[tokio::test(start_paused = true)]
async fn who_holds_a_connection_goes_on_with_it() {
    let mut world = World::new();
    let former = world.bridge.connection(&scope("entra")).expect("entra");
    world.observing.insert("entra");
    world.bridge.replace_tenant(&tenant(), world.connections());
    let write = |name| {
        let ask = post(person(name));
        world.bridge.write_on(&former, ask, Condition::None)
    };
    assert!(matches!(write("ada").await, Ok(Answer::Created(_))));
    assert_eq!(world.cxone().named("ada@example.com").len(), 1);
    world.create(person("bob")).await;
    assert!(world.cxone().named("bob@example.com").is_empty());

    world.bridge.remove_tenant(&tenant());
    assert!(matches!(write("eve").await, Ok(Answer::Created(_))));
    assert_eq!(world.cxone().named("eve@example.com").len(), 1);
    let refused = world.ask(post(person("joan"))).await;
    assert_eq!(refused, Err(Refusal::NotFound));
    assert!(world.bridge.connections().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_queues_of_a_tenant_end_with_it_and_their_debts_wait() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    let queues = || {
        let bridge = || Arc::clone(&world.bridge);
        [
            tokio::spawn(bridge().work_off(tenant())),
            tokio::spawn(bridge().re_evaluate(tenant())),
            tokio::spawn(bridge().forget_daily(tenant())),
        ]
    };
    let running = queues();
    world.cxone().down = true;
    let renamed = patch(user.id, json!({"displayName": "New"}));
    assert!(world.change(renamed).await.debt.is_some());
    // In the middle of its pause before the next attempt.
    tokio::time::sleep(Duration::from_secs(60)).await;
    world.bridge.remove_tenant(&tenant());
    // It comes back at once: those of before end all the same.
    world.bridge.replace_tenant(&tenant(), world.connections());
    for queue in running {
        let ended = timeout(Duration::from_secs(1), queue).await;
        ended.expect("it ends").expect("in good order");
    }
    world.bridge.remove_tenant(&tenant());
    for queue in queues() {
        let ended = timeout(Duration::from_secs(1), queue).await;
        ended.expect("it does not begin").expect("in good order");
    }
    assert!(world.row(user.id).debt.is_some());
    let unpaid = || async { world.bridge.unpaid(&tenant()).await.expect("a ledger") };
    let entra = scope("entra").connection;
    assert_eq!(unpaid().await, BTreeMap::from([(entra, 1)]));
    world.bridge.replace_tenant(&tenant(), world.connections());
    world.settle().await;
    assert_eq!(world.row(user.id).debt, None);
    assert_eq!(unpaid().await, BTreeMap::new());
}

#[tokio::test(start_paused = true)]
async fn the_guard_counts_on() {
    let mut world = World::configured(|world| world.removals = 1).await;
    let (ada, bob) = (
        world.create(person("ada")).await,
        world.create(person("bob")).await,
    );
    world.delete(ada.id).await;
    world.removals = 2;
    world.bridge.replace_tenant(&tenant(), world.connections());
    world.delete(bob.id).await;
    let eve = world.create(person("eve")).await;
    world.delete(eve.id).await;
    let held = |id| world.row(id).debt.is_some_and(|debt| debt.held);
    assert!(!held(bob.id), "the new limit holds");
    assert!(held(eve.id), "and who passed before is counted");
    let unpaid = world.bridge.unpaid(&tenant()).await.expect("a ledger");
    let entra = scope("entra").connection;
    let why = "CXone is still to be told of whom the guard holds";
    assert_eq!(unpaid, BTreeMap::from([(entra, 1)]), "{why}");
}
