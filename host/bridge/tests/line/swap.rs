//! Connections that are replaced while they are in use.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bridge::line::Answer;
use bridge::name::UserId;
use bridge::refusal::Refusal;
use bridge::said::Condition;
use bridge::target::Attribute;
use bridge::user::State;
use serde_json::json;
use tokio::time::timeout;

use crate::groups::named;
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
async fn a_group_is_settled_on_the_connection_that_it_came_by() {
    let mut world = World::new();
    let ada = world.create(person("ada")).await;
    let former = world.bridge.connection(&scope("entra")).expect("entra");
    world.observing.insert("entra");
    world.bridge.replace_tenant(&tenant(), world.connections());
    let ask = named("role Supervisor", &[ada.id]);
    let written = world.bridge.write_group_on(&former, ask, Condition::None);
    written.await.expect("a group");
    let role = |name| world.held(name).get(Attribute::Role).map(str::to_owned);
    assert_eq!(role("ada").as_deref(), Some("Supervisor"));
    let row = world.row(ada.id);
    assert_eq!((row.state, row.debt), (State::Settled, None));
}

/// Enough that the change of their group is left to the queue.
async fn slow_crowd(world: &World) -> Vec<UserId> {
    let mut members = Vec::new();
    for number in 0..24 {
        let user = world.create(person(&format!("user{number}"))).await;
        members.push(user.id);
    }
    let ask = named("role Supervisor", &members);
    let entra = scope("entra");
    let written = world.bridge.write_group(&entra, ask, Condition::None);
    written.await.expect("a group");
    *world.plugins.takes.lock().expect("no panic") = Duration::from_secs(10);
    members
}

fn supervisors(world: &World) -> usize {
    let cxone = world.cxone();
    let people = cxone.people.iter();
    people
        .filter(|(_, held)| held.get(Attribute::Role) == Some("Supervisor"))
        .count()
}

#[tokio::test(start_paused = true)]
async fn who_has_not_begun_in_a_round_is_decided_on_the_new_connection() {
    let mut world = World::new();
    let members = slow_crowd(&world).await;
    let groups = tokio::spawn(Arc::clone(&world.bridge).re_evaluate(tenant()));
    // Some are done, some are being evaluated, most have not begun.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let done = supervisors(&world);
    assert!((1..8).contains(&done), "{done}");
    world.observing.insert("entra");
    world.bridge.replace_tenant(&tenant(), world.connections());
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(world.store().pending.len(), 0);
    let told = supervisors(&world);
    assert!(
        told > done && told <= 8,
        "who had begun, and nobody else: {told}"
    );
    let observed = |id: &&UserId| world.row(**id).debt.is_some_and(|debt| debt.observed);
    assert_eq!(members.iter().filter(observed).count(), 24 - told);
    groups.abort();
}

#[tokio::test(start_paused = true)]
async fn who_has_not_begun_in_a_round_waits_for_a_connection_that_was_taken_out() {
    let world = World::new();
    slow_crowd(&world).await;
    let groups = tokio::spawn(Arc::clone(&world.bridge).re_evaluate(tenant()));
    tokio::time::sleep(Duration::from_secs(15)).await;
    let connections = world.connections().into_iter();
    let without = connections.filter(|it| it.scope != scope("entra"));
    world.bridge.replace_tenant(&tenant(), without.collect());
    tokio::time::sleep(Duration::from_secs(300)).await;
    let told = supervisors(&world);
    assert!((5..=8).contains(&told), "{told}");
    assert_eq!(world.store().pending.len(), 24 - told);
    world.bridge.replace_tenant(&tenant(), world.connections());
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!((supervisors(&world), world.store().pending.len()), (24, 0));
    groups.abort();
}

#[tokio::test(start_paused = true)]
async fn what_a_connection_left_behind_rests_until_it_is_back() {
    let world = World::new();
    let mut members = Vec::new();
    for number in 0..100 {
        members.push(world.create(person(&format!("user{number}"))).await.id);
    }
    for id in &members[..10] {
        let owes = patch(*id, json!({"displayName": "owe"}));
        assert_eq!(world.change(owes).await.state, State::Owed);
    }
    let bridge = || Arc::clone(&world.bridge);
    let queue = tokio::spawn(bridge().work_off(tenant()));
    // So many attempts that they rest for minutes.
    tokio::time::sleep(Duration::from_secs(1_300)).await;
    let without = world.connections().into_iter();
    let without = without.filter(|it| it.scope != scope("entra")).collect();
    let former = world.bridge.connection(&scope("entra")).expect("entra");
    world.bridge.replace_tenant(&tenant(), without);
    let ask = named("role Supervisor", &members);
    let written = world.bridge.write_group_on(&former, ask, Condition::None);
    written.await.expect("a group");

    let groups = tokio::spawn(bridge().re_evaluate(tenant()));
    tokio::time::sleep(Duration::from_secs(60)).await;
    let transactions = || world.life.transactions.load(Ordering::SeqCst);
    let before = transactions();
    tokio::time::sleep(Duration::from_secs(300)).await;
    let looks = transactions() - before;
    assert!(looks < 200, "{looks} looks at what nobody serves");
    assert_eq!(world.store().pending.len(), 100);

    world.plugins.mended.store(true, Ordering::SeqCst);
    world.bridge.replace_tenant(&tenant(), world.connections());
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(world.store().pending.len(), 0);
    for id in members {
        let row = world.row(id);
        assert_eq!((row.state, row.debt), (State::Settled, None));
    }
    queue.abort();
    groups.abort();
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
