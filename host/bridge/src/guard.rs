//! The guard: a storm of removals is held before it empties a contact centre (idp.md N27). Of all identity providers only Entra
//! has such a brake of its own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::name::UserId;

/// Lets so many removals of one connection pass within a time; who comes after them is held until somebody releases them. It
/// counts in memory: a new process begins anew.
#[derive(Debug)]
pub struct Guard {
    most: usize,
    within: Duration,
    passed: Arc<Mutex<VecDeque<(Timestamp, UserId)>>>,
}

impl Guard {
    /// A guard that lets `most` removals pass within `within`.
    pub fn new(most: usize, within: Duration) -> Self {
        Self {
            most,
            within,
            passed: Arc::default(),
        }
    }

    /// Counts together with the guard of before: a changed configuration lets no storm begin anew.
    pub(crate) fn count_on(&mut self, former: &Guard) {
        self.passed = Arc::clone(&former.passed);
    }

    /// Whether a user's removal may pass now; it is counted once, however often it is tried.
    pub(crate) fn lets_pass(&self, user: UserId, now: Timestamp) -> bool {
        let within = SignedDuration::try_from(self.within).unwrap_or(SignedDuration::MAX);
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        while passed
            .front()
            .is_some_and(|(at, _)| now.duration_since(*at) >= within)
        {
            passed.pop_front();
        }
        if passed.iter().any(|(_, other)| *other == user) {
            return true;
        }
        let passes = passed.len() < self.most;
        if passes {
            passed.push_back((now, user));
        }
        passes
    }

    /// How many removals would pass now. It counts nothing.
    pub(crate) fn room(&self, now: Timestamp) -> usize {
        let within = SignedDuration::try_from(self.within).unwrap_or(SignedDuration::MAX);
        let passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = passed
            .iter()
            .filter(|(at, _)| now.duration_since(*at) < within);
        self.most.saturating_sub(recent.count())
    }

    /// Begins to count anew.
    pub(crate) fn reset(&self) {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        passed.clear();
    }

    /// Why somebody is held.
    pub(crate) fn reason(&self) -> String {
        format!(
            "held by the guard: more than {} removals within {} s; see that they are meant, then run `jackfield release`",
            self.most,
            self.within.as_secs()
        )
    }
}

impl Default for Guard {
    /// 500 within an hour: more than any shift's leavers, fewer than a contact centre.
    fn default() -> Self {
        Self::new(500, Duration::from_secs(3600))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_pass_within_a_time_and_no_more() {
        let guard = Guard::new(2, Duration::from_secs(60));
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).expect("a time");
        let [ada, bob, eve, dan] = [(); 4].map(|()| UserId::new());
        assert!(guard.lets_pass(ada, at(0)) && guard.lets_pass(bob, at(30)));
        assert!(guard.lets_pass(bob, at(31)), "tried again, counted once");
        assert!(!guard.lets_pass(eve, at(59)));
        assert!(guard.lets_pass(eve, at(60)), "the first is a minute ago");
        assert!(!guard.lets_pass(dan, at(61)));
        assert_eq!((guard.room(at(61)), guard.room(at(90))), (0, 1));
        guard.reset();
        assert_eq!(guard.room(at(61)), 2);
        assert!(guard.lets_pass(dan, at(61)));
        let mut next = Guard::new(3, Duration::from_secs(60));
        next.count_on(&guard);
        assert_eq!(next.room(at(62)), 2, "dan is counted");
        let for_ever = Guard::new(1, Duration::MAX);
        assert!(for_ever.lets_pass(ada, at(0)) && !for_ever.lets_pass(bob, at(1_000_000_000)));
    }
}
