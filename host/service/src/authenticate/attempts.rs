//! How often somebody may be wrong: 20 times at once and then once a second, for each peer and connection.
//!
//! It quietens clients that knock on with a credential that is gone, and shows in the log. It locks nobody out: what is right
//! is let in whatever came before, or a stranger behind the same proxy could shut an identity provider out. What keeps
//! guesses from being right is the length of the secrets.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Failures at once.
const BURST: u64 = 20;
/// Milliseconds until one more is forgiven.
const EACH: u64 = 1000;
/// Places to count in. Peer and connection are hashed with a key of this process: two that meet in one place share it, which
/// costs only who is wrong, and nobody can fill memory.
const PLACES: usize = 65_536;

/// The failures of late. A place holds the millisecond at which the last failure in it is forgiven (the generic cell rate
/// algorithm).
#[derive(Debug)]
pub(super) struct Attempts {
    started: Instant,
    places: Box<[AtomicU64]>,
    hash: RandomState,
}

impl Attempts {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
            hash: RandomState::new(),
        }
    }

    /// Counts a failure. The whole seconds to wait, if there were too many.
    pub(super) fn failed(&self, peer: Option<IpAddr>, connection: &str) -> Option<u64> {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX / 2);
        self.failed_at(peer, connection, now)
    }

    fn failed_at(&self, peer: Option<IpAddr>, connection: &str, now: u64) -> Option<u64> {
        let hash = self.hash.hash_one((peer.map(network), connection)) as usize;
        let place = &self.places[hash % PLACES];
        let counted = place.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |forgiven| {
            let forgiven = forgiven.max(now);
            (forgiven - now <= (BURST - 1) * EACH).then(|| forgiven + EACH)
        });
        let full = counted.err()?;
        let wait = full.saturating_sub(now).saturating_sub((BURST - 1) * EACH);
        Some(wait.div_ceil(EACH).max(1))
    }
}

/// Whose address it is: of IPv6, a subscriber has a whole /64.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(text: &str) -> Option<IpAddr> {
        Some(text.parse().expect("an address"))
    }

    #[test]
    fn twenty_at_once_and_then_one_a_second() {
        let attempts = Attempts::new();
        let fail = |now| attempts.failed_at(peer("192.0.2.1"), "acme/entra", now);
        for _ in 0..20 {
            assert_eq!(fail(5_000), None);
        }
        assert_eq!(fail(5_000), Some(1));
        assert_eq!(fail(5_999), Some(1));
        assert_eq!(fail(6_000), None);
        assert_eq!(fail(6_001), Some(1));
        // All is forgiven in the end, and not more than all.
        for _ in 0..20 {
            assert_eq!(fail(1_000_000), None);
        }
        assert!(fail(1_000_000).is_some());
    }

    #[test]
    fn peers_and_connections_are_counted_apart_and_a_network_together() {
        // Hashes may meet: what is asked is asked of several.
        let exhausted = |attempts: &Attempts, other: Option<IpAddr>, connection: &str| {
            for _ in 0..20 {
                attempts.failed_at(peer("2001:db8::1"), "acme/entra", 0);
            }
            attempts.failed_at(other, connection, 0).is_some()
        };
        let always = |other: Option<IpAddr>, connection: &str| {
            (0..3).all(|_| exhausted(&Attempts::new(), other, connection))
        };
        assert!(always(peer("2001:db8::2"), "acme/entra"));
        assert!(!always(peer("2001:db8:0:1::1"), "acme/entra"));
        assert!(!always(peer("2001:db8::1"), "acme/okta"));
        assert!(!always(None, "acme/entra"));
        assert_eq!(
            network("::ffff:192.0.2.1".parse().expect("an address")),
            "192.0.2.1".parse::<IpAddr>().expect("an address")
        );
    }
}
