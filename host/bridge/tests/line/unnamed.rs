//! Who leaves before any mapper could say their user name in CXone: owed until it can, and nobody is looked for by the name that
//! the identity provider uses, since it may be another person's.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bridge::plan::Kind;
use bridge::refusal::Refusal;
use bridge::user::{State, User};
use serde_json::json;

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, by_hand, patch, person, scope, tenant};
use crate::plan::Looking;

/// A create that the mapper fails on: `ada` to the identity provider, `byron` in CXone.
async fn acknowledged(world: &World) -> User {
    for name in ["ada", "byron", "late"] {
        world.cxone().put(by_hand(name, "Agent"));
    }
    let mut body = person("ada");
    body["displayName"] = json!("owe");
    body["preferredLanguage"] = json!("byron@example.com");
    let user = world.create(body).await;
    assert_eq!((&user.link, &user.target_name), (&None, &None));
    user
}

const ITSELF: &str = "nothing: it is tried again by itself, or now by a retry";

/// What is to be done of the one user that waits.
async fn to_do(world: &World) -> String {
    let mut waiting = world.bridge.waiting(&tenant()).await.expect("a ledger");
    assert_eq!(waiting.len(), 1);
    waiting.remove(0).to_do
}

fn mend(world: &World) {
    world.plugins.mended.store(true, Ordering::SeqCst);
}

async fn only_byron_left(world: &World, user: &User) {
    world.settle().await;
    let active = ["ada", "byron", "late"].map(|name| world.held(name).active);
    assert_eq!(active, [Some(true), Some(false), Some(true)]);
    assert_eq!(world.row(user.id).debt, None);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_unnamed_is_owed_a_removal_until_a_mapper_names_them() {
    for delete in [false, true] {
        let world = World::new();
        let user = acknowledged(&world).await;
        match delete {
            true => world.delete(user.id).await,
            // What removes somebody may rename them.
            false => {
                let gone = json!({"active": false, "preferredLanguage": "late@example.com"});
                world.change(patch(user.id, gone)).await;
            }
        }
        assert!(!world.drain(Duration::from_secs(120)).await);
        let row = world.row(user.id);
        let why = "nobody can say who it is in CXone: plugin pure: trap: as asked";
        assert_eq!((row.state, row.reason.as_deref()), (State::Owed, Some(why)));
        let debt = row.debt.expect("a debt");
        assert!(debt.deactivation && debt.attempts > 1, "{debt:?}");
        assert_eq!(world.cxone().told, []);

        let trials = || std::mem::take(&mut *world.plugins.trials.lock().expect("no panic"));
        assert!(trials().into_iter().all(|trial| !trial), "they serve");
        let bridge = Looking::at_each().bridge(&world);
        let id = user.id.to_string();
        let told = bridge.explain(&tenant(), &id, None).await;
        let told = told.expect("explanations").remove(0);
        assert_eq!(trials(), [true, true]);
        assert_eq!((told.outcome.kind, told.sign_in.can), (Kind::Unknown, None));
        assert!(
            told.held.is_none(),
            "the stranger of that name is not told of"
        );
        assert!(told.matter.contains(why), "{}", told.matter);
        let waiting = bridge.waiting(&tenant()).await.expect("a ledger");
        assert!(waiting[0].to_do.contains("mend the mapper"), "{waiting:?}");
        bridge.plan(&tenant()).await.expect("a plan");
        assert_eq!(trials(), [true]);

        mend(&world);
        only_byron_left(&world, &user).await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_leaves_unnamed_and_held_is_named_when_let_go() {
    for observes in [false, true] {
        let mut world = World::configured(|world| {
            world.observing.extend(observes.then_some("entra"));
            world.removals = usize::from(observes);
        })
        .await;
        let user = acknowledged(&world).await;
        world.change(active(user.id, false)).await;
        let debt = world.row(user.id).debt.expect("a debt");
        assert_eq!((debt.held, debt.observed), (true, observes));
        assert!(debt.deactivation && debt.sought.is_some(), "{debt:?}");
        mend(&world);
        world.observing.clear();
        world.restart().await;
        match observes {
            true => drop(world.go_live().await),
            false => {
                drop(world.bridge.release(&scope("entra")).await);
                assert_eq!(to_do(&world).await, ITSELF);
            }
        }
        only_byron_left(&world, &user).await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_unnamed_is_judged_once_a_mapper_does_its_work() {
    let world = World::new();
    let user = acknowledged(&world).await;
    world.change(active(user.id, false)).await;
    world.change(active(user.id, true)).await;
    assert!(!world.drain(Duration::from_secs(60)).await);
    assert_eq!(world.cxone().told, []);
    world.cxone().down = true;
    let bridge = Looking::at_each().bridge(&world);
    let told = bridge.explain(&tenant(), &user.id.to_string(), None).await;
    let told = told.expect("explanations").remove(0);
    assert_eq!(told.outcome.kind, Kind::Unknown);
    assert!(!told.matter.contains("mapper"), "{}", told.matter);
    mend(&world);
    world.settle().await;
    let active = ["ada", "byron"].map(|name| world.held(name).active);
    assert_eq!(active, [Some(true), Some(true)]);
    let row = world.row(user.id);
    assert_eq!((row.state, row.debt), (State::Settled, None));
}

#[tokio::test(start_paused = true)]
async fn who_was_linked_by_hand_since_is_no_question_of_mappers() {
    for held in [false, true] {
        let world = World::configured(|world| world.removals = if held { 0 } else { 9 }).await;
        let user = acknowledged(&world).await;
        let gone = json!({"active": false, "displayName": "Gone"});
        world.change(patch(user.id, gone)).await;
        let sought = || world.row(user.id).debt.expect("a debt").sought;
        assert!(sought().is_some());
        let byron = world.cxone().people[1].0.clone();
        world.fail(Call::Replace, Fault::Away);
        let pair = [(user.id.to_string(), byron)];
        let paired = world.bridge.pair(&scope("entra"), &pair).await;
        assert_eq!(paired.expect("an answer").linked.len(), 1);
        assert_eq!(sought(), None);
        match held {
            true => drop(world.bridge.release(&scope("entra")).await),
            false => assert_eq!(to_do(&world).await, ITSELF),
        }
        only_byron_left(&world, &user).await;
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_found_by_a_name_that_no_mapper_gave() {
    let world = World::new();
    world.cxone().put(by_hand("unmapped.ada", "Agent"));
    let found = world.find("entra", "unmapped.ada").await;
    assert!(matches!(found, Err(Refusal::Plugin(_))), "{found:?}");
    assert!(world.store().users.is_empty());
    mend(&world);
    let found = world.find("entra", "unmapped.ada").await;
    assert_eq!(found.expect("a page").total, 1);
}
