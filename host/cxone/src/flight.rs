//! One request for all who want its answer.

use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bridge::port::cxone::UpstreamError;
use tokio::time::Instant;

/// A future on the heap, without a type that grows with all that it waits for: callers nest these many times over.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T, UpstreamError>> + Send + 'a>>;

/// Rounds of one request, one at a time. Who waits while a round is in flight gets its answer, a failure included, so
/// that a crowd does not ask a silent server one after the other.
#[derive(Debug)]
pub(crate) struct Flight<T> {
    gate: tokio::sync::Mutex<()>,
    board: Mutex<Board<T>>,
}

#[derive(Debug)]
struct Board<T> {
    started: u64,
    /// The last round that ended, and how.
    ended: u64,
    outcome: Option<Result<T, UpstreamError>>,
}

/// The first round that will do. Taken before one looks into a cache: a round that ends in between then counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket(u64);

impl<T> Default for Flight<T> {
    fn default() -> Self {
        Self {
            gate: tokio::sync::Mutex::default(),
            board: Mutex::new(Board {
                started: 0,
                ended: 0,
                outcome: None,
            }),
        }
    }
}

/// The lock of state that no panic can leave half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T: Clone> Flight<T> {
    /// Any round that ends from now on will do.
    pub(crate) fn ending(&self) -> Ticket {
        Ticket(lock(&self.board).ended + 1)
    }

    /// Only a round that starts from now on will do.
    pub(crate) fn starting(&self) -> Ticket {
        Ticket(lock(&self.board).started + 1)
    }

    /// The outcome of the first round that will do; the caller's own `fetch` if there is none by then. A caller that
    /// gives up ends its round, and the next in the queue starts one.
    pub(crate) async fn join(
        &self,
        ticket: Ticket,
        deadline: Instant,
        fetch: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<T, UpstreamError> {
        let Ok(_gate) = tokio::time::timeout_at(deadline, self.gate.lock()).await else {
            return Err(UpstreamError::Unavailable {
                reason: "no answer in time to a request that others wait for too".to_owned(),
                uncertain: false,
                retry_after: None,
            });
        };
        {
            let board = lock(&self.board);
            if board.ended >= ticket.0
                && let Some(outcome) = &board.outcome
            {
                return outcome.clone();
            }
        }
        self.lead(fetch).await
    }

    /// The outcome of an own round; `None` if another one is in flight.
    pub(crate) async fn lead_if_free(
        &self,
        fetch: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Option<Result<T, UpstreamError>> {
        let _gate = self.gate.try_lock().ok()?;
        Some(self.lead(fetch).await)
    }

    async fn lead(
        &self,
        fetch: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<T, UpstreamError> {
        let round = {
            let mut board = lock(&self.board);
            board.started += 1;
            board.started
        };
        let outcome = fetch.await;
        let mut board = lock(&self.board);
        board.ended = round;
        board.outcome = Some(outcome.clone());
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    fn down() -> UpstreamError {
        UpstreamError::Unavailable {
            reason: "down".to_owned(),
            uncertain: false,
            retry_after: None,
        }
    }

    async fn crowd(outcome: Result<u32, UpstreamError>) -> (u32, Vec<Result<u32, UpstreamError>>) {
        let flight = Arc::new(Flight::default());
        let asked = Arc::new(AtomicU32::new(0));
        let callers: Vec<_> = (0..100)
            .map(|_| {
                let (flight, asked) = (Arc::clone(&flight), Arc::clone(&asked));
                let outcome = outcome.clone();
                tokio::spawn(async move {
                    let deadline = Instant::now() + Duration::from_secs(8);
                    let fetch = async {
                        asked.fetch_add(1, Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_secs(1)).await;
                        outcome
                    };
                    flight.join(flight.ending(), deadline, fetch).await
                })
            })
            .collect();
        let mut outcomes = Vec::new();
        for caller in callers {
            outcomes.push(caller.await.unwrap());
        }
        (asked.load(Ordering::SeqCst), outcomes)
    }

    #[tokio::test(start_paused = true)]
    async fn a_crowd_shares_success_and_failure() {
        let (asked, outcomes) = crowd(Ok(7)).await;
        assert_eq!(asked, 1);
        assert!(outcomes.iter().all(|outcome| *outcome == Ok(7)));
        let (asked, outcomes) = crowd(Err(down())).await;
        assert_eq!(asked, 1);
        assert!(outcomes.iter().all(|outcome| *outcome == Err(down())));
    }

    #[tokio::test(start_paused = true)]
    async fn who_wants_a_new_round_is_not_given_the_one_in_flight() {
        let flight = Arc::new(Flight::default());
        let slow = {
            let flight = Arc::clone(&flight);
            tokio::spawn(async move {
                let deadline = Instant::now() + Duration::from_secs(8);
                let fetch = async {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    Ok(1)
                };
                flight.join(flight.starting(), deadline, fetch).await
            })
        };
        tokio::time::sleep(Duration::from_millis(500)).await;
        let deadline = Instant::now() + Duration::from_secs(8);
        let now = flight.join(flight.starting(), deadline, async { Ok(2) });
        assert_eq!(now.await, Ok(2));
        assert_eq!(slow.await.unwrap(), Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_leaves_the_way_free() {
        let flight: Flight<u32> = Flight::default();
        let deadline = Instant::now() + Duration::from_secs(8);
        let hang = flight.join(flight.ending(), deadline, std::future::pending());
        assert!(
            tokio::time::timeout(Duration::from_secs(1), hang)
                .await
                .is_err()
        );
        let next = flight.join(flight.ending(), deadline, async { Ok(2) });
        assert_eq!(next.await, Ok(2));
    }
}
