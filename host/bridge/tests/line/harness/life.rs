//! A process that may die at any await, chance that can be repeated, and the time.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Splitmix64: small, and the same on every machine.
#[derive(Debug)]
pub(crate) struct Chance(Mutex<u64>);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    pub(crate) fn below(&self, bound: u64) -> u64 {
        let mut state = self.0.lock().expect("no panic");
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub(crate) fn percent(&self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// A process's life: what it asks of the world goes through here, and a dead process's tasks stop for ever where they are.
#[derive(Debug, Default)]
pub(crate) struct Life {
    dead: AtomicBool,
    /// Dies at the n-th step from now; 0 for never.
    fuse: AtomicU32,
    /// How many transactions there were.
    pub(crate) transactions: AtomicUsize,
}

impl Life {
    pub(crate) fn die_in(&self, steps: u32) {
        self.fuse.store(steps, Ordering::SeqCst);
    }

    pub(crate) fn end(&self) {
        self.dead.store(true, Ordering::SeqCst);
    }

    pub(crate) fn dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    /// A step of the process: never returns if it is dead.
    pub(crate) async fn step(&self) {
        if self.fuse.load(Ordering::SeqCst) > 0 && self.fuse.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.end();
        }
        if self.dead() {
            std::future::pending::<()>().await;
        }
    }
}

/// The time of the paused clock.
pub(crate) fn now() -> Timestamp {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(|| Instant::now() - Duration::from_secs(3600));
    let passed = tokio::time::Instant::now().into_std() - *start;
    Timestamp::from_second(1_800_000_000).expect("a time") + passed
}
