//! The breaker: a host that keeps failing is left alone, and asked by one request at a time until it answers again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

/// Failures in a row that open it.
pub(super) const LIMIT: u32 = 7;

/// What is said to those who come while the one probe is out: its answer is not known yet.
const WHILE_PROBING: Duration = Duration::from_secs(1);

/// What an attempt says of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It answers.
    Well,
    /// It does not, or only to say that it is broken.
    Ill,
    /// Nothing was learned: the attempt was not sent or was given up.
    Unknown,
}

/// A change that is worth a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It was closed and is open now.
    Opened(Duration),
    /// It is closed again.
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Everybody may go; failures in a row so far.
    Closed(u32),
    /// Nobody may go until then, and one after it.
    Open(Instant),
    /// One is out.
    Probing,
}

/// The state, with the time passed in.
#[derive(Debug)]
pub(super) struct Breaker {
    phase: Phase,
    /// Counts the changes of phase. An attempt that began in another phase has nothing to say in this one: otherwise a
    /// late success from before would end the probing, and a late failure would start it anew.
    epoch: u64,
    pauses: ExponentialBackoff,
}

/// 1 s to 60 s: the jitter adds up to as much again as the step.
fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(Duration::from_secs(30))
        .without_max_times()
        .with_jitter()
        .build()
}

impl Breaker {
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::Closed(0),
            epoch: 0,
            pauses: pauses(),
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    /// How long to stay away; `None` when one more may go now.
    pub(super) fn refuses(&self, now: Instant) -> Option<Duration> {
        match self.phase {
            Phase::Closed(_) => None,
            Phase::Open(until) => {
                Some(until.saturating_duration_since(now)).filter(|d| !d.is_zero())
            }
            Phase::Probing => Some(WHILE_PROBING),
        }
    }

    /// One goes that was not refused. Its outcome is settled or released with the number that this returns.
    pub(super) fn admit(&mut self) -> u64 {
        if matches!(self.phase, Phase::Open(_)) {
            self.turn(Phase::Probing);
        }
        self.epoch
    }

    /// The outcome of an attempt.
    pub(super) fn settle(
        &mut self,
        attempt: u64,
        verdict: Verdict,
        now: Instant,
    ) -> Option<Change> {
        if attempt != self.epoch {
            return None;
        }
        match (self.phase, verdict) {
            (Phase::Closed(_), Verdict::Well) => {
                self.phase = Phase::Closed(0);
                None
            }
            (Phase::Closed(failures), Verdict::Ill) if failures + 1 < LIMIT => {
                self.phase = Phase::Closed(failures + 1);
                None
            }
            (Phase::Closed(_), Verdict::Ill) => {
                self.pauses = pauses();
                Some(Change::Opened(self.open(now)))
            }
            (Phase::Probing, Verdict::Well) => {
                self.turn(Phase::Closed(0));
                Some(Change::Closed)
            }
            (Phase::Probing, Verdict::Ill) => {
                self.open(now);
                None
            }
            // The next one may probe at once.
            (Phase::Probing, Verdict::Unknown) => {
                self.turn(Phase::Open(now));
                None
            }
            (Phase::Closed(_), Verdict::Unknown) | (Phase::Open(_), _) => None,
        }
    }

    fn open(&mut self, now: Instant) -> Duration {
        let pause = self.pauses.next().unwrap_or(WHILE_PROBING);
        self.turn(Phase::Open(now + pause));
        pause
    }

    fn turn(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn fails(breaker: &mut Breaker, times: u32, now: Instant) -> Option<Change> {
        let mut last = None;
        for _ in 0..times {
            assert_eq!(breaker.refuses(now), None);
            let attempt = breaker.admit();
            last = breaker.settle(attempt, Verdict::Ill, now);
        }
        last
    }

    #[test]
    fn seven_failures_in_a_row_open_it_and_six_do_not() {
        let now = Instant::now();
        let mut breaker = Breaker::new();
        assert_eq!(fails(&mut breaker, 6, now), None);
        let attempt = breaker.admit();
        breaker.settle(attempt, Verdict::Well, now);
        assert_eq!(fails(&mut breaker, 6, now), None);
        let attempt = breaker.admit();
        breaker.settle(attempt, Verdict::Unknown, now);
        assert_eq!(breaker.refuses(now), None);
        let Some(Change::Opened(pause)) = fails(&mut breaker, 1, now) else {
            panic!("the seventh in a row opens it");
        };
        assert!((SECOND..=SECOND * 2).contains(&pause), "{pause:?}");
        assert_eq!(breaker.refuses(now), Some(pause));
    }

    #[test]
    fn one_probe_goes_at_a_time_and_its_success_closes_it() {
        let now = Instant::now();
        let mut breaker = Breaker::new();
        let early = breaker.admit();
        fails(&mut breaker, LIMIT, now);
        let later = now + SECOND * 2;
        assert_eq!(breaker.refuses(later), None);
        let probe = breaker.admit();
        assert_eq!(breaker.refuses(later), Some(WHILE_PROBING));
        // From before it opened: says nothing of now.
        assert_eq!(breaker.settle(early, Verdict::Well, later), None);
        assert_eq!(breaker.phase(), Phase::Probing);
        assert_eq!(
            breaker.settle(probe, Verdict::Well, later),
            Some(Change::Closed)
        );
        assert_eq!(breaker.refuses(later), None);
        // And counts from nothing again.
        assert_eq!(fails(&mut breaker, 6, later), None);
        assert!(fails(&mut breaker, 1, later).is_some());
    }

    #[test]
    fn a_probe_that_was_given_up_lets_the_next_one_probe() {
        let now = Instant::now();
        let mut breaker = Breaker::new();
        fails(&mut breaker, LIMIT, now);
        let later = now + SECOND * 2;
        let probe = breaker.admit();
        breaker.settle(probe, Verdict::Unknown, later);
        assert_eq!(breaker.refuses(later), None);
        let next = breaker.admit();
        // The first one's word comes too late.
        assert_eq!(breaker.settle(probe, Verdict::Well, later), None);
        assert_eq!(
            breaker.settle(next, Verdict::Well, later),
            Some(Change::Closed)
        );
    }

    #[test]
    fn failed_probes_wait_longer_each_time_up_to_a_minute() {
        let mut now = Instant::now();
        let mut breaker = Breaker::new();
        fails(&mut breaker, LIMIT, now);
        let mut pauses = Vec::new();
        for _ in 0..12 {
            let pause = breaker.refuses(now).unwrap();
            pauses.push(pause);
            now += pause;
            assert_eq!(breaker.refuses(now), None);
            let probe = breaker.admit();
            assert_eq!(breaker.settle(probe, Verdict::Ill, now), None);
        }
        for (at, pause) in pauses.iter().enumerate() {
            let step = SECOND * (1 << at.min(5)).min(30);
            assert!((step..=step * 2).contains(pause), "{at}: {pause:?}");
        }
        let last: std::collections::BTreeSet<_> = pauses[6..].iter().collect();
        assert!(last.len() > 1, "no jitter: {last:?}");
    }
}
