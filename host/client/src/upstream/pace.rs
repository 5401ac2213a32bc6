//! How fast: a token bucket whose rate gives way when the host throttles, and a gate that `Retry-After` closes.

use std::time::Duration;

use tokio::time::Instant;

/// Requests a second that throttling leaves at least, unless fewer are configured.
const FLOOR: f64 = 1.0;

/// No rate is lower: a turn must come some time.
const LOWEST: f64 = 0.01;

/// Successes after which a rate that fell to nothing is whole again.
const SUCCESSES: f64 = 1000.0;

/// The timer knows nothing finer.
const TICK: Duration = Duration::from_millis(1);

/// The state, with the time passed in.
#[derive(Debug)]
pub(super) struct Pace {
    configured: f64,
    rate: f64,
    /// Turns that are there to take.
    tokens: f64,
    /// Until when tokens were counted; the end of a pause while the gate is closed.
    counted: Instant,
    closed_until: Option<Instant>,
    lowered: Option<Instant>,
}

impl Pace {
    /// At most `rate` a second in the long run, a second's worth of them at once. What is no rate is a very low one.
    pub(super) fn new(rate: f64, now: Instant) -> Self {
        let configured = if rate.is_nan() {
            LOWEST
        } else {
            rate.clamp(LOWEST, 1e6)
        };
        Self {
            configured,
            rate: configured,
            tokens: burst(configured),
            counted: now,
            closed_until: None,
            lowered: None,
        }
    }

    /// Requests a second at present.
    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// How long the gate stays closed.
    pub(super) fn closed(&self, now: Instant) -> Option<Duration> {
        self.closed_until
            .map(|until| until.saturating_duration_since(now))
            .filter(|left| !left.is_zero())
    }

    /// Takes a turn, or says when there may be one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        if let Some(left) = self.closed(now) {
            return Err(now + left);
        }
        let since = now.saturating_duration_since(self.counted).as_secs_f64();
        self.tokens = (self.tokens + since * self.rate).min(burst(self.rate));
        self.counted = self.counted.max(now);
        if self.tokens < 1.0 - 1e-6 {
            let wait = Duration::from_secs_f64((1.0 - self.tokens) / self.rate);
            return Err(now + wait.max(TICK));
        }
        self.tokens -= 1.0;
        Ok(())
    }

    /// The host answered that it is asked too often. Half as fast from now on, but once for all that were under way:
    /// `sent` is when this one was.
    pub(super) fn throttled(&mut self, sent: Instant, now: Instant) {
        if self.lowered.is_some_and(|lowered| sent <= lowered) {
            return;
        }
        self.lowered = Some(now);
        self.rate = (self.rate / 2.0).max(FLOOR.min(self.configured));
        self.tokens = 0.0;
        self.counted = self.counted.max(now);
    }

    /// The host asked to be left alone for so long. What was saved up is lost: it shall not meet a burst after that.
    pub(super) fn close(&mut self, pause: Duration, now: Instant) {
        if pause.is_zero() {
            return;
        }
        let until = now + pause;
        let until = self.closed_until.map_or(until, |before| before.max(until));
        self.closed_until = Some(until);
        self.tokens = 0.0;
        self.counted = until;
    }

    /// The host took one.
    pub(super) fn succeeded(&mut self) {
        self.rate = (self.rate + self.configured / SUCCESSES).min(self.configured);
    }
}

fn burst(rate: f64) -> f64 {
    rate.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Turns that a caller who never tires gets within `time`.
    fn turns(pace: &mut Pace, mut now: Instant, time: Duration) -> usize {
        let end = now + time;
        let mut count = 0;
        while now < end {
            match pace.take(now) {
                Ok(()) => count += 1,
                Err(until) => {
                    assert!(until > now, "time must go on");
                    now = until;
                }
            }
        }
        count
    }

    #[test]
    fn a_second_of_burst_and_then_the_rate() {
        let now = Instant::now();
        let mut pace = Pace::new(20.0, now);
        let count = turns(&mut pace, now, SECOND * 10);
        assert!((218..=221).contains(&count), "{count}");
        // A rest saves up a second's worth and no more.
        let count = turns(&mut pace, now + SECOND * 100, SECOND);
        assert!((38..=41).contains(&count), "{count}");
    }

    #[test]
    fn no_rate_divides_by_zero_or_never_ends() {
        let now = Instant::now();
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300, 1e300] {
            let mut pace = Pace::new(rate, now);
            assert!(pace.rate() >= 0.01 && pace.rate() <= 1e6);
            assert!(pace.take(now).is_ok(), "{rate}");
        }
        let mut slow = Pace::new(0.5, now);
        assert_eq!(turns(&mut slow, now, SECOND * 10), 5);
        slow.throttled(now, now);
        assert!(
            (slow.rate() - 0.5).abs() < 1e-9,
            "the floor is not above it"
        );
    }

    #[test]
    fn throttling_halves_it_once_for_all_under_way_down_to_one() {
        let now = Instant::now();
        let mut pace = Pace::new(20.0, now);
        let lowered = now + SECOND;
        for _ in 0..20 {
            pace.throttled(now, lowered);
        }
        assert!((pace.rate() - 10.0).abs() < 1e-9, "{}", pace.rate());
        let count = turns(&mut pace, lowered, SECOND * 2);
        assert!((19..=20).contains(&count), "no burst is left: {count}");
        for at in 2..20 {
            pace.throttled(now + SECOND * at, now + SECOND * at);
        }
        assert!((pace.rate() - 1.0).abs() < 1e-9, "{}", pace.rate());
    }

    #[test]
    fn successes_raise_it_slowly_to_what_is_configured() {
        let now = Instant::now();
        let mut pace = Pace::new(20.0, now);
        pace.throttled(now, now);
        for _ in 0..100 {
            pace.succeeded();
        }
        assert!((pace.rate() - 12.0).abs() < 1e-6, "{}", pace.rate());
        for _ in 0..1000 {
            pace.succeeded();
        }
        assert!((pace.rate() - 20.0).abs() < 1e-9, "{}", pace.rate());
    }

    #[test]
    fn a_closed_gate_lets_nobody_through_and_saves_nothing_up() {
        let now = Instant::now();
        let mut pace = Pace::new(20.0, now);
        pace.close(SECOND * 30, now);
        // A shorter wish does not open it earlier.
        pace.close(SECOND, now + SECOND);
        assert_eq!(pace.take(now + SECOND), Err(now + SECOND * 30));
        assert_eq!(pace.closed(now + SECOND * 10), Some(SECOND * 20));
        let count = turns(&mut pace, now, SECOND * 31);
        assert!((19..=20).contains(&count), "{count}");
        assert_eq!(pace.closed(now + SECOND * 30), None);
        pace.close(Duration::ZERO, now + SECOND * 40);
        assert!(pace.take(now + SECOND * 40).is_ok());
    }
}
