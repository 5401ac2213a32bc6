//! CXone out of reach: owed or refused as the tenant wants it, within one deadline, and left alone for as long as it asks.

use std::time::Duration;

use bridge::policy::OnUnreachable;
use bridge::port::cxone::{PATIENCE, Priority};
use bridge::refusal::Refusal;
use bridge::said::Ask;
use bridge::user::State;
use serde_json::json;
use tokio::time::Instant;

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, patch, person, post, tenant};

async fn refusing() -> World {
    World::configured(|world| world.policy.on_unreachable = OnUnreachable::Refuse).await
}

fn unavailable(answer: &Result<bridge::line::Answer, Refusal>) -> Option<Duration> {
    match answer {
        Err(Refusal::Unavailable { retry_after, .. }) => *retry_after,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenant_may_want_writes_refused_and_then_nothing_changes() {
    for call in [Call::Directory, Call::Find, Call::People, Call::Create] {
        let world = refusing().await;
        world.fail(call, Fault::Throttled(7));
        let refused = world.ask(post(person("ada"))).await;
        assert_eq!(
            unavailable(&refused),
            Some(Duration::from_secs(7)),
            "{call:?}"
        );
        let clean = world.store().users.is_empty() && world.store().intents.is_empty();
        assert!(clean, "{call:?}");
        assert_eq!(world.create(person("ada")).await.state, State::Settled);
    }
    let world = refusing().await;
    let ada = world.create(person("ada")).await;
    world.fail(Call::Replace, Fault::Away);
    let refused = world
        .ask(patch(ada.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(unavailable(&refused), Some(Duration::from_secs(30)));
    let row = world.row(ada.id);
    assert_eq!((row.state, row.version), (State::Settled, ada.version));
}

#[tokio::test(start_paused = true)]
async fn what_may_have_arrived_is_owed_all_the_same() {
    let world = refusing().await;
    world.fail(Call::Create, Fault::Lost { applied: true });
    assert_eq!(world.create(person("ada")).await.state, State::Owed);
    world.settle().await;
    world.held("ada");
    world.fail(Call::Create, Fault::Slow(60));
    assert_eq!(
        world.create(person("bob")).await.state,
        State::Owed,
        "cut off in the midst of it"
    );
    world.settle().await;
    world.held("bob");
}

#[tokio::test(start_paused = true)]
async fn a_removal_is_owed_whatever_the_tenant_wants() {
    let world = refusing().await;
    let ada = world.create(person("ada")).await.id;
    let bob = world.create(person("bob")).await.id;
    world.cxone().down = true;
    assert_eq!(world.change(active(ada, false)).await.state, State::Owed);
    world.delete(bob).await;
    // Taken back while it cannot be told: the removal stays owed, and the source inactive.
    assert!(world.ask(active(ada, true)).await.is_err());
    world.settle().await;
    assert_eq!(
        [world.held("ada").active, world.held("bob").active],
        [Some(false); 2]
    );
}

#[tokio::test(start_paused = true)]
async fn one_deadline_counts_for_a_whole_request() {
    let world = World::new();
    let began = Instant::now();
    world.create(person("ada")).await;
    let terms = world.cxone().terms.clone();
    assert_eq!(terms.len(), 4, "roles, a look, twins, the create");
    for (call, options) in &terms {
        assert_eq!(
            (options.deadline, options.priority),
            (began + PATIENCE, Priority::Request),
            "{call:?}"
        );
    }
    // Everything takes its time: the answer goes out in time, and the rest is owed.
    for call in [Call::Directory, Call::Find, Call::Create] {
        world.fail(call, Fault::Slow(15));
    }
    let began = Instant::now();
    let bob = world.create(person("bob")).await;
    assert_eq!(bob.state, State::Owed);
    assert!(
        began.elapsed() <= PATIENCE + Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    world.settle().await;
    world.held("bob");
}

#[tokio::test(start_paused = true)]
async fn a_leaver_goes_first_and_owed_work_last() {
    let world = World::new();
    let ada = world.create(person("ada")).await.id;
    let bob = world.create(person("bob")).await.id;
    let priority = |world: &World, of: Call| {
        let terms = std::mem::take(&mut world.cxone().terms);
        let last = terms.iter().rev().find(|(call, _)| *call == of);
        last.map(|(_, options)| options.priority)
    };
    world.change(active(ada, false)).await;
    assert_eq!(
        priority(&world, Call::Replace),
        Some(Priority::Deactivation)
    );
    world.cxone().down = true;
    assert_eq!(
        world.ask(Ask::Delete(ada)).await,
        Ok(bridge::line::Answer::Deleted)
    );
    world
        .change(patch(bob, json!({"displayName": "Bob"})))
        .await;
    world.settle().await;
    assert_eq!(priority(&world, Call::Replace), Some(Priority::Background));
    world.cxone().down = true;
    world.change(active(bob, false)).await;
    world.settle().await;
    assert_eq!(
        priority(&world, Call::Replace),
        Some(Priority::Deactivation)
    );
}

#[tokio::test(start_paused = true)]
async fn the_queue_leaves_cxone_alone_for_as_long_as_it_asks() {
    for (asked, waits) in [(20, 20), (600, 60)] {
        let world = World::new();
        world.cxone().down = true;
        world.create(person("ada")).await;
        world.cxone().down = false;
        world.cxone().terms.clear();
        world.fail(Call::Directory, Fault::Throttled(asked));
        let queue = tokio::spawn(std::sync::Arc::clone(&world.bridge).work_off(tenant()));
        let began = Instant::now();
        while world.cxone().told.is_empty() && began.elapsed() < Duration::from_secs(700) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        queue.abort();
        let waited = began.elapsed().as_secs();
        assert!(
            (waits..waits + 3).contains(&waited),
            "asked for {asked}, waited {waited}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_written_anew_does_not_rest() {
    let world = World::new();
    let mut body = person("ada");
    body["displayName"] = json!("trap");
    world.cxone().down = true;
    let ada = world.create(body).await.id;
    world.cxone().down = false;
    let queue = tokio::spawn(std::sync::Arc::clone(&world.bridge).work_off(tenant()));
    // By now it rests for a quarter of an hour.
    tokio::time::sleep(Duration::from_secs(7200)).await;
    world.cxone().down = true;
    world
        .change(patch(ada, json!({"displayName": "Ada"})))
        .await;
    world.cxone().down = false;
    tokio::time::sleep(Duration::from_secs(30)).await;
    queue.abort();
    assert_eq!(world.held("ada").active, Some(true));
}
