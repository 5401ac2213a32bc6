//! Histories by chance: many seeds, each in a runtime of its own with a paused clock, on every core.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// Plays the histories of the seeds below `count`, or the one that `MODEL_SEED` names. A failure names its seed.
pub(crate) fn every_seed<F: Future<Output = ()>>(count: u64, history: impl Fn(u64) -> F + Sync) {
    let (first, end) = match std::env::var("MODEL_SEED") {
        Ok(seed) => {
            let seed = seed.parse().expect("MODEL_SEED is a number");
            (seed, seed + 1)
        }
        Err(_) => (0, count),
    };
    let (next, history) = (AtomicU64::new(first), &history);
    let play = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return None;
            }
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .expect("a runtime");
            if catch_unwind(AssertUnwindSafe(|| runtime.block_on(history(seed)))).is_err() {
                next.store(end, Ordering::Relaxed);
                return Some(seed);
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let bad: Vec<u64> = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(play)).collect();
        let ended = threads.into_iter().map(|thread| thread.join());
        ended.filter_map(|end| end.expect("an end")).collect()
    });
    if let Some(seed) = bad.first() {
        panic!("the history of seed {seed} ended badly: MODEL_SEED={seed}");
    }
}
