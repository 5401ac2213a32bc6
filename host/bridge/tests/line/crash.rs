//! Processes that die, and leases that run out.

use std::sync::Arc;
use std::time::Duration;

use bridge::event::EventKind;
use bridge::line::Answer;
use bridge::name::UserId;
use bridge::refusal::Refusal;
use bridge::said::{Ask, Condition};
use bridge::user::State;
use serde_json::json;

use crate::harness::cxone::{Call, Fault};
use crate::harness::plugins::mapped;
use crate::harness::world::{World, active, patch, person, post};

/// Whether CXone holds what the row asks for.
fn reflected(world: &World, id: UserId) {
    let row = world.row(id);
    let link = row.link.clone();
    let held = link.and_then(|link| world.cxone().held(&link));
    if row.live() && row.source.active() {
        let held = held.expect("somebody in CXone").target;
        assert_eq!(held.active, Some(true));
        for (attribute, value) in mapped(&row.source).values {
            assert_eq!(held.get(attribute), Some(value.as_str()));
        }
    } else {
        assert!(held.is_none_or(|held| held.target.active == Some(false)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_may_die_at_every_step() {
    type Asked = fn(UserId) -> Ask;
    let asks: [Asked; 5] = [
        |_| post(person("bob")),
        |id| patch(id, json!({"displayName": "Ada"})),
        |id| patch(id, json!({"userName": "eve@example.com"})),
        |id| active(id, false),
        Ask::Delete,
    ];
    for ask in asks {
        let mut survived = false;
        for step in 1.. {
            let mut world = World::new();
            world.cxone().unique = false;
            let user = world.create(person("ada")).await;
            world.life.die_in(step);
            let answer =
                tokio::time::timeout(Duration::from_secs(60), world.ask(ask(user.id))).await;
            survived = answer.is_ok();
            world.restart().await;
            world.settle().await;
            let ids: Vec<UserId> = world.store().users.iter().map(|user| user.id).collect();
            for id in ids {
                reflected(&world, id);
            }
            let cxone = world.cxone().people.len();
            assert_eq!(
                cxone,
                world
                    .store()
                    .users
                    .iter()
                    .filter(|user| user.link.is_some())
                    .count()
            );
            if survived {
                assert!(answer.is_ok_and(|answer| answer.is_ok()), "step {step}");
                break;
            }
        }
        assert!(survived);
    }
}

#[tokio::test(start_paused = true)]
async fn who_meets_a_dead_processs_intent_settles_it_first() {
    let mut world = World::new();
    let user = world.create(person("ada")).await;
    world.fail(Call::Read, Fault::Slow(3600));
    let ask = world.ask(patch(user.id, json!({"displayName": "Ada"})));
    assert!(
        tokio::time::timeout(Duration::from_secs(5), ask)
            .await
            .is_err()
    );
    assert_eq!(world.store().intents.len(), 1);
    world.life.end();
    world.start();
    // The lease still runs: nobody knows whether the process lives.
    let busy = world.ask(active(user.id, false)).await;
    assert!(matches!(busy, Err(Refusal::Unavailable { .. })));
    tokio::time::sleep(Duration::from_secs(90)).await;
    world.change(active(user.id, false)).await;
    assert_eq!(world.held("ada").active, Some(false));
    assert!(world.store().intents.is_empty());
    let kinds: Vec<EventKind> = world
        .store()
        .events
        .iter()
        .map(|event| event.kind)
        .collect();
    use EventKind::{Created, Deactivated, Recovered, Updated};
    assert_eq!(kinds, [Created, Updated, Recovered, Deactivated]);
}

#[tokio::test(start_paused = true)]
async fn a_disable_of_a_dead_process_is_owed_and_done() {
    let mut world = World::new();
    let user = world.create(person("ada")).await;
    world.fail(Call::Replace, Fault::Slow(3600));
    let ask = world.ask(active(user.id, false));
    assert!(
        tokio::time::timeout(Duration::from_secs(5), ask)
            .await
            .is_err()
    );
    world.restart().await;
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(false));
    assert_eq!(world.row(user.id).state, State::Settled);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_told_when_the_lease_has_run_out() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    let started = tokio::time::Instant::now();
    world.fail(Call::Read, Fault::Slow(50));
    world.fail(Call::Replace, Fault::Slow(50));
    let owed = world
        .change(patch(user.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(owed.state, State::Owed);
    assert!(started.elapsed() < Duration::from_secs(90));
    // A create cut short may have arrived: it is looked for.
    world.fail(Call::Create, Fault::Slow(70));
    let bob = world.create(person("bob")).await;
    assert!(bob.uncertain.contains("bob@example.com"));
    world.settle().await;
    world.held("bob");
}

#[tokio::test(start_paused = true)]
async fn two_processes_take_turns_by_the_ledger_alone() {
    let mut world = World::new();
    let user = world.create(person("ada")).await;
    let first = Arc::clone(&world.bridge);
    world.start();
    let scope = crate::harness::world::scope("entra");
    let (one, two) = tokio::join!(
        first.write(
            &scope,
            patch(user.id, json!({"displayName": "Ada"})),
            Condition::None
        ),
        world.bridge.write(
            &scope,
            patch(user.id, json!({"nickName": "A", "title": "Supervisor"})),
            Condition::None
        ),
    );
    assert!(one.is_ok() && two.is_ok());
    reflected(&world, user.id);
    assert_eq!(
        world.row(user.id).source.resource().display_name(),
        Some("Ada")
    );
    let (one, two) = tokio::join!(
        first.write(&scope, post(person("bob")), Condition::None),
        world
            .bridge
            .write(&scope, post(person("bob")), Condition::None),
    );
    let made = [&one, &two]
        .into_iter()
        .filter(|answer| matches!(answer, Ok(Answer::Created(_))));
    assert_eq!(made.count(), 1, "{one:?} {two:?}");
    world.held("bob");
}

/// The chain of futures is deep, and moved about on the stack in debug builds: an eighth of a worker's 2 MiB must do.
#[test]
fn a_small_stack_is_enough() {
    let whole = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let world = World::new();
            let user = world.create(person("ada")).await;
            world.fail(Call::Replace, Fault::Away);
            world
                .change(patch(user.id, json!({"displayName": "Ada"})))
                .await;
            world.settle().await;
            world.delete(user.id).await;
        });
    };
    let thread = std::thread::Builder::new().stack_size(256 * 1024);
    assert!(thread.spawn(whole).expect("a thread").join().is_ok());
}
