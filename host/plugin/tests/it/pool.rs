//! The guest pool: one tenant's endless loops leave room for the others, and nobody waits for ever.

use std::sync::Arc;
use std::time::Duration;

use bridge::port::plugins::{Ending, Plugins};
use plugin::{Allocator, Chain, EngineSettings, Limits, PoolSize};
use serde_json::json;
use tokio::task::JoinSet;

use crate::guest::Guest;
use crate::scene::{
    assert_evaluates, assert_serves, chain, engine_with, evaluation, facts, good, named,
};

/// A pool of so many, and fuel that never ends: a loop holds its place until the deadline.
fn settings(running: usize) -> EngineSettings {
    EngineSettings {
        limits: Limits {
            fuel: u64::MAX,
            ..Limits::default()
        },
        pool: PoolSize::running(running),
        ..EngineSettings::default()
    }
}

fn looper() -> Guest {
    Guest::new().forward("(loop $again (br $again)) unreachable")
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_endless_loops_leave_room_for_another_tenant() {
    // Who waits for a loop to end waits longer than this: the other tenant must find a free place.
    let mut settings = settings(8);
    settings.pool.patience = Duration::from_millis(100);
    let engine = engine_with(settings);
    let good = good(&engine);
    let loops = Arc::new(chain(&engine, &[("hog", &looper(), json!({}))]));
    let mut running = JoinSet::new();
    for _ in 0..64 {
        let loops = Arc::clone(&loops);
        running.spawn(async move { loops.evaluate(evaluation()).await });
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_evaluates(&good).await;
    let mut ran = 0;
    while let Some(done) = running.join_next().await {
        let failure = done.expect("no panic").expect_err("an endless loop");
        assert!(
            matches!(failure.ending, Ending::Limit | Ending::Busy),
            "{failure}"
        );
        ran += usize::from(failure.ending == Ending::Limit);
    }
    assert!(ran >= 4, "{ran} ran");
    assert_evaluates(&good).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn past_the_queue_it_is_busy() {
    let mut settings = settings(1);
    settings.pool.waiting = 0;
    let engine = engine_with(settings);
    let loops = Arc::new(chain(&engine, &[("queue", &looper(), json!({}))]));
    let first = tokio::spawn({
        let loops = Arc::clone(&loops);
        async move { loops.evaluate(evaluation()).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let failure = loops.evaluate(evaluation()).await.expect_err("no room");
    assert_eq!(failure.ending, Ending::Busy, "{failure}");
    assert_eq!(
        first.await.expect("no panic").expect_err("a loop").ending,
        Ending::Limit
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_leaves_frees_the_place() {
    let engine = engine_with(settings(1));
    let loops = Arc::new(chain(&engine, &[("abandoned", &looper(), json!({}))]));
    for _ in 0..3 {
        let call = tokio::time::timeout(Duration::from_millis(5), loops.evaluate(evaluation()));
        assert!(call.await.is_err());
    }
    assert_serves(&engine).await;
}

#[tokio::test]
async fn without_address_space_it_goes_on_slower() {
    let engine = engine_with(settings(1_000_000));
    assert_eq!(engine.allocator(), Allocator::OnDemand);
    assert_serves(&engine).await;
}

#[tokio::test]
async fn the_pool_is_used_and_more_loaded_plugins_than_places_are_no_matter() {
    let engine = engine_with(settings(1));
    assert_eq!(engine.allocator(), Allocator::Pooling);
    let chains: Vec<Chain> = (0..20)
        .map(|number| {
            let guest = Guest::settings_mapper().describes(&format!(
                r#"{{"name":"plugin {number}","version":"1","settings":{{}}}}"#
            ));
            let plugin = named("many", &guest.build(), json!({}));
            Chain::load(&engine, vec![plugin], facts("acme"))
        })
        .collect();
    for chain in &chains {
        chain.evaluate(evaluation()).await.expect("it answers");
    }
}
