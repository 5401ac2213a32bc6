//! The care itself: a turn for every attempt, what an attempt teaches, and another attempt where that is safe.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use backon::ExponentialBackoff;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use super::breaker::{Breaker, Change, LIMIT, Phase, Verdict};
use super::budget::Budget;
use super::line::{Line, Place};
use super::pace::Pace;
use super::retry::{self, LEAST, Outcome};
use super::{Priority, State};
use crate::failure::Failure;

/// What is known of a host, shared by everybody who asks it.
#[derive(Debug)]
pub(super) struct Care {
    pub(super) name: String,
    known: Mutex<Known>,
}

#[derive(Debug)]
pub(super) struct Known {
    pub(super) breaker: Breaker,
    pub(super) pace: Pace,
    line: Line,
    budget: Budget,
}

/// A request, as far as the care for its host goes.
#[derive(Debug)]
pub(super) struct Errand {
    pub(super) host: String,
    pub(super) route: &'static str,
    pub(super) deadline: Instant,
    pub(super) priority: Priority,
    pub(super) repeatable: bool,
}

impl Care {
    pub(super) fn new(name: String, rate: f64) -> Self {
        let now = Instant::now();
        Self {
            name,
            known: Mutex::new(Known {
                breaker: Breaker::new(),
                pace: Pace::new(rate, now),
                line: Line::default(),
                budget: Budget::new(now),
            }),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> State {
        let now = Instant::now();
        match self.lock().breaker.phase() {
            Phase::Closed(_) => State::Closed,
            Phase::Open(until) if until > now => State::Open {
                retry_after: until - now,
            },
            Phase::Open(_) | Phase::Probing => State::HalfOpen,
        }
    }

    /// Makes attempts until one counts, none may follow, or none would be in time. When the last one could not be
    /// sent, the outcome of those before it is what is known.
    pub(super) async fn run<F: Future<Output = Outcome>>(
        &self,
        errand: &Errand,
        attempt: impl Fn() -> F,
    ) -> Outcome {
        let left = errand.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::NoTime {
                host: errand.host.clone(),
            });
        }
        // An attempt that gets its turn too late would fail by its deadline and be held against the host.
        let latest = errand.deadline - LEAST.min(left / 2);
        let mut pauses = retry::pauses();
        let mut known = None;
        loop {
            let turn = match self.turn(errand, latest).await {
                Ok(turn) => turn,
                Err(failure) => return known.unwrap_or(Err(failure)),
            };
            if known.is_none() {
                self.lock().budget.request(turn.sent);
            }
            let outcome = attempt().await;
            turn.settle(&outcome);
            let pause = self.pause_before_another(errand, &outcome, &mut pauses);
            let so_far = retry::known(known, outcome);
            let Some(pause) = pause else { return so_far };
            let (upstream, route) = (&self.name, errand.route);
            tracing::debug!(
                upstream,
                route,
                ms = pause.as_millis(),
                "asked again after a pause"
            );
            known = Some(so_far);
            sleep(pause).await;
        }
    }

    /// How long to wait before another attempt; `None` when there is to be none.
    fn pause_before_another(
        &self,
        errand: &Errand,
        outcome: &Outcome,
        pauses: &mut ExponentialBackoff,
    ) -> Option<Duration> {
        if !retry::again(outcome, errand.repeatable) {
            return None;
        }
        let asked = outcome.as_ref().ok().and_then(|answer| answer.retry_after);
        let mut pause = pauses.next()?.max(asked.unwrap_or_default());
        let now = Instant::now();
        let mut known = self.lock();
        if known.breaker.refuses(now).is_some() {
            return None;
        }
        pause = pause.max(known.pace.closed(now).unwrap_or_default());
        let in_time = now + pause + LEAST < errand.deadline;
        (in_time && known.budget.retry(now)).then_some(pause)
    }

    /// Waits for a turn, until `latest` at most.
    async fn turn(&self, errand: &Errand, latest: Instant) -> Result<Turn<'_>, Failure> {
        let waiting = Waiting::join(self, errand.priority);
        loop {
            let until = match self.take(&waiting, errand, latest)? {
                Step::Go(turn) => return Ok(turn),
                Step::First(until) => until,
                Step::Behind => latest,
            };
            tokio::select! {
                () = waiting.wake.notified() => {}
                () = sleep_until(until) => {}
            }
        }
    }

    fn take(
        &self,
        waiting: &Waiting<'_>,
        errand: &Errand,
        latest: Instant,
    ) -> Result<Step<'_>, Failure> {
        let now = Instant::now();
        let mut known = self.lock();
        let host = || errand.host.clone();
        if let Some(retry_after) = known.breaker.refuses(now) {
            return Err(Failure::Open {
                host: host(),
                retry_after,
            });
        }
        let closed = known.pace.closed(now);
        if now >= latest || closed.is_some_and(|left| now + left >= latest) {
            return Err(Failure::NoTurn {
                host: host(),
                retry_after: closed,
            });
        }
        if !known.line.is_first(waiting.place) {
            return Ok(Step::Behind);
        }
        if let Err(until) = known.pace.take(now) {
            return Ok(Step::First(until.min(latest)));
        }
        Ok(Step::Go(Turn {
            care: self,
            attempt: known.breaker.admit(),
            sent: now,
            settled: false,
        }))
    }

    fn tell(&self, change: Option<Change>, pause: Option<Duration>, rate: f64) {
        let upstream = &self.name;
        match change {
            Some(Change::Opened(pause)) => tracing::warn!(
                upstream,
                failures = LIMIT,
                ms = pause.as_millis(),
                "upstream keeps failing: left alone, then asked by one request at a time"
            ),
            Some(Change::Closed) => tracing::info!(upstream, "upstream answers again"),
            None => {}
        }
        if let Some(pause) = pause {
            tracing::debug!(
                upstream,
                ms = pause.as_millis(),
                rate,
                "upstream asks for a pause"
            );
        }
    }
}

enum Step<'a> {
    Go(Turn<'a>),
    /// First in the line: look again then.
    First(Instant),
    /// Somebody else is first and wakes the next one.
    Behind,
}

/// A place in the line that is left when this is dropped, however the wait ended.
struct Waiting<'a> {
    care: &'a Care,
    place: Place,
    wake: Arc<Notify>,
}

impl<'a> Waiting<'a> {
    fn join(care: &'a Care, priority: Priority) -> Self {
        let (place, wake) = care.lock().line.join(priority);
        Self { care, place, wake }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.care.lock().line.leave(self.place);
    }
}

/// The right to one attempt. Dropped unsettled, when whoever asked gave up, it teaches nothing and lets another probe.
struct Turn<'a> {
    care: &'a Care,
    attempt: u64,
    sent: Instant,
    settled: bool,
}

impl Turn<'_> {
    fn settle(mut self, outcome: &Outcome) {
        self.settled = true;
        let now = Instant::now();
        let mut known = self.care.lock();
        match outcome {
            Ok(answer) if answer.status.as_u16() == 429 => {
                known.pace.throttled(self.sent, now);
            }
            Ok(answer) if !answer.status.is_server_error() => known.pace.succeeded(),
            _ => {}
        }
        let pause = retry::pause(outcome).filter(|pause| !pause.is_zero());
        if let Some(pause) = pause {
            known.pace.close(pause, now);
        }
        let change = known
            .breaker
            .settle(self.attempt, retry::verdict(outcome), now);
        if pause.is_some() || matches!(change, Some(Change::Opened(_))) {
            known.line.wake_all();
        }
        let rate = known.pace.rate();
        drop(known);
        self.care.tell(change, pause, rate);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.settled {
            let now = Instant::now();
            let mut known = self.care.lock();
            known.breaker.settle(self.attempt, Verdict::Unknown, now);
        }
    }
}
