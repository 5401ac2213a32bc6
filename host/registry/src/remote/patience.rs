//! Trying again, and knowing when to stop.

use std::future::Future;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use super::Trouble;

/// Does `work`, three times at most while the registry cannot be reached, with pauses of 0.25 to 0.5 s and 1 to 2 s, all
/// of it until `deadline`. A refusal is not tried again.
pub(crate) async fn patiently<T, W, F>(deadline: Instant, mut work: W) -> Result<T, Trouble>
where
    W: FnMut() -> F,
    F: Future<Output = Result<T, Trouble>> + Send + 'static,
    T: Send + 'static,
{
    let mut pauses = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(250))
        .with_factor(4.0)
        .with_max_times(2)
        .with_jitter()
        .build();
    let mut last = None;
    loop {
        let outcome = match timeout_at(deadline, guarded(work())).await {
            Ok(outcome) => outcome,
            // What an attempt that had its time says is worth more than that the next had not.
            Err(_) => return Err(last.unwrap_or_else(late)),
        };
        let Err(Trouble::Unreachable { reason, tls }) = outcome else {
            return outcome;
        };
        tracing::debug!(reason, "a registry cannot be reached");
        let trouble = Trouble::Unreachable { reason, tls };
        match pauses.next() {
            Some(pause) if Instant::now() + pause < deadline => sleep(pause).await,
            _ => return Err(trouble),
        }
        last = Some(trouble);
    }
}

fn late() -> Trouble {
    Trouble::Unreachable {
        reason: "there is no whole answer in time".into(),
        tls: false,
    }
}

/// In a task of its own, which ends with this one: the library has a few places that panic on an answer no honest
/// registry gives.
async fn guarded<T: Send + 'static>(
    work: impl Future<Output = Result<T, Trouble>> + Send + 'static,
) -> Result<T, Trouble> {
    let mut tasks = JoinSet::new();
    tasks.spawn(work);
    match tasks.join_next().await {
        Some(Ok(outcome)) => outcome,
        _ => Err(Trouble::Answer {
            reason: "it cannot be made sense of".into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn down() -> Trouble {
        Trouble::Unreachable {
            reason: "down".into(),
            tls: true,
        }
    }

    async fn attempts(outcomes: Vec<Result<u8, Trouble>>) -> (Result<u8, Trouble>, u32) {
        let made = Arc::new(AtomicU32::new(0));
        let count = made.clone();
        let deadline = Instant::now() + Duration::from_secs(60);
        let outcome = patiently(deadline, move || {
            let made = count.fetch_add(1, Ordering::Relaxed);
            let outcome = outcomes[made as usize].clone();
            async move { outcome }
        });
        (outcome.await, made.load(Ordering::Relaxed))
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_may_pass_is_tried_again() {
        assert_eq!(attempts(vec![Ok(1)]).await, (Ok(1), 1));
        assert_eq!(attempts(vec![Err(down()), Ok(1)]).await, (Ok(1), 2));
        let ever = vec![Err(down()); 3];
        assert_eq!(attempts(ever).await, (Err(down()), 3));
        let refused = vec![Err(Trouble::Changed)];
        assert_eq!(attempts(refused).await, (Err(Trouble::Changed), 1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_holds_for_everything() {
        let began = Instant::now();
        let deadline = began + Duration::from_secs(5);
        let outcome: Result<(), _> = patiently(deadline, std::future::pending).await;
        assert_eq!(outcome, Err(late()));
        assert_eq!(began.elapsed(), Duration::from_secs(5));
    }

    #[tokio::test]
    async fn a_panic_is_a_refusal() {
        let deadline = Instant::now() + Duration::from_secs(5);
        let outcome: Result<(), _> = patiently(deadline, || async { panic!("a bad header") }).await;
        assert!(matches!(outcome, Err(Trouble::Answer { .. })));
    }
}
