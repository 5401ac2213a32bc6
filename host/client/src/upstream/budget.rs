//! How much may be sent again, so that an outage is not multiplied by the retries of everybody.

use tokio::time::Instant;

/// Seconds for which what happened counts.
const WINDOW: usize = 10;

/// Retries a second that are always there.
const FREE: u64 = 10;

/// One retry more for so many requests: 20 %.
const SHARE: u64 = 5;

#[derive(Debug, Clone, Copy, Default)]
struct Second {
    /// Which second since the beginning.
    at: u64,
    requests: u64,
    retries: u64,
}

/// What was asked and asked again in the last seconds.
#[derive(Debug)]
pub(super) struct Budget {
    began: Instant,
    seconds: [Second; WINDOW],
}

impl Budget {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            began: now,
            seconds: [Second::default(); WINDOW],
        }
    }

    /// A request is made for the first time.
    pub(super) fn request(&mut self, now: Instant) {
        if let Some(second) = self.second(now) {
            second.requests += 1;
        }
    }

    /// Takes one retry, if there is one.
    pub(super) fn retry(&mut self, now: Instant) -> bool {
        let at = self.at(now);
        let recent = self
            .seconds
            .iter()
            .filter(|second| second.at + WINDOW as u64 > at);
        let (requests, retries) = recent.fold((0, 0), |(requests, retries), second| {
            (requests + second.requests, retries + second.retries)
        });
        let allowed = retries < FREE * WINDOW as u64 + requests / SHARE;
        if allowed && let Some(second) = self.second(now) {
            second.retries += 1;
        }
        allowed
    }

    fn at(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.began).as_secs()
    }

    fn second(&mut self, now: Instant) -> Option<&mut Second> {
        let at = self.at(now);
        let second = self.seconds.get_mut((at % WINDOW as u64) as usize)?;
        if second.at != at {
            *second = Second {
                at,
                ..Second::default()
            };
        }
        Some(second)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const TTL: Duration = Duration::from_secs(WINDOW as u64);

    fn retries(budget: &mut Budget, now: Instant) -> u64 {
        let mut count = 0;
        while budget.retry(now) {
            count += 1;
        }
        count
    }

    #[test]
    fn ten_a_second_are_free_and_a_fifth_of_the_requests_come_on_top() {
        let now = Instant::now();
        let mut budget = Budget::new(now);
        assert_eq!(retries(&mut budget, now), 100);
        for _ in 0..50 {
            budget.request(now);
        }
        assert_eq!(retries(&mut budget, now), 10);
        let later = now + TTL / 2;
        assert_eq!(retries(&mut budget, later), 0);
        for _ in 0..50 {
            budget.request(later);
        }
        assert_eq!(retries(&mut budget, later), 10);
        // What happened first has expired; the ten that came later, and their requests, have not.
        assert_eq!(retries(&mut budget, now + TTL), 100);
        assert_eq!(retries(&mut budget, now + TTL * 100), 100);
    }
}
