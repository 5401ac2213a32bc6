//! Which requests are recorded.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the state goes on by: the odd constant of SplitMix64 (Steele, Lea and Flood, 2014), whose steps visit every state.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Draws a part of all requests. Equal seeds draw equal requests.
#[derive(Debug)]
pub(crate) struct Sampler {
    part: f64,
    state: AtomicU64,
}

impl Sampler {
    pub(crate) fn new(part: f64, seed: u64) -> Self {
        Self {
            part,
            state: AtomicU64::new(seed),
        }
    }

    /// Starts anew from another seed.
    pub(crate) fn seed(&mut self, seed: u64) {
        self.state = AtomicU64::new(seed);
    }

    /// Whether this request is one of them. All or none cost no draw.
    pub(crate) fn draws(&self) -> bool {
        if self.part <= 0.0 {
            return false;
        }
        self.part >= 1.0 || self.uniform() < self.part
    }

    /// In 0 to 1, of 53 bits: what a double holds exactly.
    fn uniform(&self) -> f64 {
        let state = self
            .state
            .fetch_add(STEP, Ordering::Relaxed)
            .wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bits = (mixed ^ (mixed >> 31)) >> 11;
        #[allow(clippy::cast_precision_loss)] // 53 bits are no loss.
        let drawn = bits as f64;
        drawn / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::Sampler;

    #[test]
    fn none_all_and_a_part_are_drawn() {
        let drawn = |part| {
            let sampler = Sampler::new(part, 7);
            (0..10_000).filter(|_| sampler.draws()).count()
        };
        assert_eq!((drawn(0.0), drawn(1.0)), (0, 10_000));
        let some = drawn(0.1);
        assert!((900..1_100).contains(&some), "{some}");
    }

    #[test]
    fn equal_seeds_draw_equal_requests() {
        let drawn = |seed| {
            let sampler = Sampler::new(0.5, seed);
            (0..64).map(|_| sampler.draws()).collect::<Vec<_>>()
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }
}
