//! Which failures are recorded by themselves.
//!
//! Each is, until its plugin and ending have filled a quarter of the file that is written; then one a minute, until the next file
//! is begun. So a plugin that fails every call leaves room for what another does, and for requests that are drawn.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bridge::port::plugins::Ending;

/// How long a failure of a kind that has had its part is not recorded again.
const AGAIN: Duration = Duration::from_secs(60);

/// The part of a file that a kind may fill.
const PART: u64 = 4;

/// What of each kind is in the file.
#[derive(Default)]
pub(crate) struct Failures {
    kinds: HashMap<(Arc<str>, Ending), Kind>,
    file: u64,
}

#[derive(Default)]
struct Kind {
    bytes: u64,
    last: Option<Instant>,
}

impl Failures {
    /// Whether this one is recorded: about so many bytes into a file, the how manieth, that takes so many.
    pub(crate) fn takes(
        &mut self,
        (plugin, ending): (&Arc<str>, Ending),
        bytes: u64,
        (file, most): (u64, u64),
        now: Instant,
    ) -> bool {
        // The guest pool is no plugin's, and what is not loaded is not called.
        if !matches!(ending, Ending::Trap | Ending::Limit | Ending::Error) {
            return false;
        }
        if self.file != file {
            self.file = file;
            self.kinds.values_mut().for_each(|kind| kind.bytes = 0);
        }
        let kind = self.kinds.entry((Arc::clone(plugin), ending)).or_default();
        let past = |last: Instant| now.saturating_duration_since(last) >= AGAIN;
        let due = kind.last.is_none_or(past);
        // The call is made again to be recorded: to a limit that takes as long as any call may.
        let room = ending != Ending::Limit && kind.bytes + bytes <= most / PART;
        if due || room {
            kind.last = Some(now);
            kind.bytes += bytes;
        }
        due || room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_is_taken_until_its_kind_has_had_its_part() {
        let (a, b): (Arc<str>, Arc<str>) = (Arc::from("a"), Arc::from("b"));
        let mut failures = Failures::default();
        let now = Instant::now();
        let mut takes =
            |plugin, ending, file, now| failures.takes((plugin, ending), 100, (file, 1_000), now);
        assert!(takes(&a, Ending::Trap, 0, now));
        assert!(takes(&a, Ending::Trap, 0, now));
        assert!(!takes(&a, Ending::Trap, 0, now), "its part is full");
        assert!(takes(&a, Ending::Error, 0, now));
        assert!(takes(&b, Ending::Trap, 0, now));
        assert!(!takes(&a, Ending::Trap, 0, now + AGAIN / 2));
        assert!(takes(&a, Ending::Trap, 0, now + AGAIN));
        assert!(!takes(&a, Ending::Trap, 0, now + AGAIN));
        assert!(takes(&a, Ending::Trap, 1, now + AGAIN), "another file");
        assert!(takes(&a, Ending::Limit, 1, now));
        assert!(!takes(&a, Ending::Limit, 1, now), "it takes as long again");
        assert!(!takes(&a, Ending::Busy, 1, now));
    }
}
