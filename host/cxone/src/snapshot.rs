//! What is read whole and seldom, kept for all who ask: one immutable snapshot and one request in flight.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::port::cxone::{Freshness, UpstreamError};
use tokio::time::Instant;

use crate::api::unavailable;
use crate::flight::{Flight, lock};

/// How long a snapshot serves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    /// What it is, for the message that it took too long.
    pub(crate) what: &'static str,
    /// How long it is recent.
    pub(crate) recent: Duration,
    /// How long an old one may stand in while CXone cannot be asked; `recent` if it may not.
    pub(crate) stale: Duration,
    /// How long after a failure the old one stands in without asking again.
    pub(crate) pause: Duration,
}

#[derive(Debug)]
struct Snapshot<T> {
    content: Arc<T>,
    taken: Instant,
    /// Not before, because the last attempt failed.
    retry_at: Instant,
}

impl<T> Clone for Snapshot<T> {
    fn clone(&self) -> Self {
        Self {
            content: Arc::clone(&self.content),
            ..*self
        }
    }
}

/// The shared snapshot. It starts empty: a start of the service reads afresh.
#[derive(Debug)]
pub(crate) struct Snapshots<T> {
    life: Life,
    /// Whether age counts from the end of reading.
    from_end: bool,
    last: Mutex<Option<Snapshot<T>>>,
    flight: Flight<Arc<T>>,
}

impl<T> Snapshots<T> {
    pub(crate) fn new(life: Life) -> Self {
        Self {
            life,
            from_end: false,
            last: Mutex::new(None),
            flight: Flight::default(),
        }
    }

    /// With ages that count from the end of reading: for what may take longer to read than it lives.
    pub(crate) fn aged_from_end(self) -> Self {
        Self {
            from_end: true,
            ..self
        }
    }

    /// The last snapshot, and its age.
    pub(crate) fn last(&self) -> Option<(Arc<T>, Duration)> {
        let last = lock(&self.last);
        let last = last.as_ref()?;
        Some((Arc::clone(&last.content), last.taken.elapsed()))
    }

    /// A recent snapshot, or an old one that may stand in if CXone cannot be asked; for [`Freshness::Now`] one that
    /// was begun after the call. `fetch` is run only if there is none.
    pub(crate) async fn get(
        &self,
        freshness: Freshness,
        deadline: Instant,
        fetch: impl Future<Output = Result<T, UpstreamError>>,
    ) -> Result<Arc<T>, UpstreamError> {
        let ticket = match freshness {
            Freshness::Recent => self.flight.ending(),
            Freshness::Now => self.flight.starting(),
        };
        let now = Instant::now();
        let usable = lock(&self.last)
            .clone()
            .filter(|last| freshness == Freshness::Recent && now < last.taken + self.life.stale);
        if let Some(last) = &usable
            && (now < last.taken + self.life.recent || now < last.retry_at)
        {
            return Ok(Arc::clone(&last.content));
        }
        let fetch = async {
            // What is read is as old as the question.
            let asked = Instant::now();
            let fetched = match tokio::time::timeout_at(deadline, fetch).await {
                Ok(fetched) => fetched.map(Arc::new),
                Err(_) => Err(unavailable(format!(
                    "{} took too long to read",
                    self.life.what
                ))),
            };
            let mut last = lock(&self.last);
            match &fetched {
                Ok(content) => {
                    let taken = if self.from_end { Instant::now() } else { asked };
                    *last = Some(Snapshot {
                        content: Arc::clone(content),
                        taken,
                        retry_at: taken,
                    });
                }
                Err(_) => {
                    if let Some(last) = last.as_mut() {
                        last.retry_at = Instant::now() + self.life.pause;
                    }
                }
            }
            fetched
        };
        match (self.flight.join(ticket, deadline, fetch).await, usable) {
            (Err(UpstreamError::Unavailable { .. }), Some(last)) => Ok(last.content),
            (outcome, _) => outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const LIFE: Life = Life {
        what: "the list",
        recent: Duration::from_secs(30),
        stale: Duration::from_secs(3600),
        pause: Duration::from_secs(5),
    };

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(8)
    }

    struct Source(Cell<u32>);

    impl Source {
        async fn up(&self) -> Result<u32, UpstreamError> {
            self.0.set(self.0.get() + 1);
            Ok(self.0.get())
        }

        async fn down(&self) -> Result<u32, UpstreamError> {
            self.0.set(self.0.get() + 1);
            Err(unavailable("down"))
        }
    }

    async fn pass(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_snapshot_is_shared_while_it_is_recent() {
        let (snapshots, source) = (Snapshots::new(LIFE), Source(Cell::new(0)));
        let recent = async || {
            let found = snapshots.get(Freshness::Recent, soon(), source.up());
            *found.await.unwrap()
        };
        assert_eq!(recent().await, 1);
        pass(29).await;
        assert_eq!(recent().await, 1);
        let now = snapshots.get(Freshness::Now, soon(), source.up()).await;
        assert_eq!(*now.unwrap(), 2);
        pass(29).await;
        assert_eq!(recent().await, 2);
        pass(2).await;
        assert_eq!(recent().await, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn an_old_snapshot_stands_in_but_never_for_now() {
        let (snapshots, source) = (Snapshots::new(LIFE), Source(Cell::new(0)));
        let recent = || snapshots.get(Freshness::Recent, soon(), source.down());
        assert!(recent().await.is_err(), "there is nothing to stand in");
        snapshots
            .get(Freshness::Recent, soon(), source.up())
            .await
            .unwrap();
        pass(60).await;
        let asked = source.0.get();
        assert_eq!(*recent().await.unwrap(), 2);
        assert_eq!(*recent().await.unwrap(), 2);
        assert_eq!(source.0.get(), asked + 1, "it is not asked on every call");
        pass(6).await;
        recent().await.unwrap();
        assert_eq!(source.0.get(), asked + 2);
        let now = snapshots.get(Freshness::Now, soon(), source.down()).await;
        assert!(now.is_err());
        pass(3600).await;
        assert!(recent().await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_long_to_read_may_age_from_its_end() {
        for (from_end, asked) in [(false, 2), (true, 1)] {
            let (mut snapshots, source) = (Snapshots::new(LIFE), Source(Cell::new(0)));
            if from_end {
                snapshots = snapshots.aged_from_end();
            }
            let by = Instant::now() + Duration::from_secs(600);
            let slow = async || {
                tokio::time::sleep(Duration::from_secs(40)).await;
                source.up().await
            };
            snapshots.get(Freshness::Recent, by, slow()).await.unwrap();
            pass(29).await;
            assert_eq!(
                snapshots.last().is_some_and(|(_, age)| age.as_secs() == 29),
                from_end
            );
            snapshots.get(Freshness::Recent, by, slow()).await.unwrap();
            assert_eq!(source.0.get(), asked, "{from_end}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_stands_in_where_it_may_not() {
        let life = Life {
            stale: LIFE.recent,
            ..LIFE
        };
        let (snapshots, source) = (Snapshots::new(life), Source(Cell::new(0)));
        let up = snapshots.get(Freshness::Recent, soon(), source.up());
        up.await.unwrap();
        pass(31).await;
        let down = snapshots.get(Freshness::Recent, soon(), source.down());
        assert!(down.await.is_err());
    }
}
