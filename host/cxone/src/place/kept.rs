//! The place of one tenant, kept: stated, or found once and looked for again only when its hosts stop answering.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::port::cxone::{CallOptions, UpstreamError};
use tokio::time::Instant;

use super::{Finder, Found, Place, record};
use crate::access::Access;
use crate::flight::{Boxed, Flight, lock};
use crate::session::PlaceCache;
use crate::settings::Settings;
use crate::upstreams::Upstreams;

/// How often a place that is doubted is looked for again, at most.
const DOUBT_EVERY: Duration = Duration::from_secs(300);
/// How long nobody looks again after looking in vain.
const PAUSE: Duration = Duration::from_secs(5);

#[derive(Default)]
struct State {
    known: Option<Arc<Place>>,
    /// Whether the cache was asked.
    recalled: bool,
    /// Whether the known place is to be looked for again.
    doubted: bool,
    /// When it was looked for last.
    looked: Option<Instant>,
    /// Why it was not found then.
    failed: Option<UpstreamError>,
}

/// The place of one tenant.
pub(crate) struct Places {
    stated: Option<Arc<Place>>,
    finder: Finder,
    cache: Option<Arc<dyn PlaceCache>>,
    state: Mutex<State>,
    flight: Flight<Arc<Place>>,
}

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places")
            .field("known", &self.known())
            .finish_non_exhaustive()
    }
}

impl Places {
    pub(crate) fn new(
        settings: &Settings,
        upstreams: &Arc<Upstreams>,
        cache: Option<Arc<dyn PlaceCache>>,
    ) -> Self {
        Self {
            stated: Place::stated(&settings.place, &settings.auth).map(Arc::new),
            finder: Finder::new(settings, upstreams),
            cache,
            state: Mutex::default(),
            flight: Flight::default(),
        }
    }

    /// The place, if it is known without asking.
    pub(crate) fn known(&self) -> Option<Arc<Place>> {
        self.stated
            .clone()
            .or_else(|| lock(&self.state).known.clone())
    }

    /// The place: as stated, remembered, or found now.
    pub(crate) async fn get(
        &self,
        access: &Access,
        options: CallOptions,
    ) -> Result<Arc<Place>, UpstreamError> {
        if let Some(stated) = &self.stated {
            return Ok(Arc::clone(stated));
        }
        let ticket = self.flight.ending();
        {
            let state = lock(&self.state);
            match (&state.known, &state.failed, state.looked) {
                (Some(known), _, _) if !state.doubted => return Ok(Arc::clone(known)),
                (None, Some(error), Some(looked)) if Instant::now() < looked + PAUSE => {
                    return Err(error.clone());
                }
                _ => {}
            }
        }
        let fetch: Boxed<'_, Arc<Place>> = Box::pin(self.fetch(access, options.deadline));
        Box::pin(self.flight.join(ticket, options.deadline, fetch)).await
    }

    async fn fetch(&self, access: &Access, deadline: Instant) -> Result<Arc<Place>, UpstreamError> {
        let recalled = std::mem::replace(&mut lock(&self.state).recalled, true);
        if !recalled && let Some(place) = self.recall().await {
            lock(&self.state).known = Some(Arc::clone(&place));
            return Ok(place);
        }
        // Even if the time runs out: it was looked for.
        let known = {
            let mut state = lock(&self.state);
            state.looked = Some(Instant::now());
            state.doubted = false;
            // Who comes meanwhile waits for this look: told of the last failure, one of two that go together would end both.
            state.failed = None;
            state.known.clone()
        };
        let found = self.look(access, deadline).await;
        match (found.outcome.map_err(UpstreamError::from), known) {
            (Ok(place), _) => {
                let place = Arc::new(place);
                tracing::info!(%place, "CXone was found");
                {
                    let mut state = lock(&self.state);
                    state.known = Some(Arc::clone(&place));
                    state.failed = None;
                }
                if let Some(cache) = &self.cache {
                    cache.store(&record::write(&place)).await;
                }
                Ok(place)
            }
            (Err(error), Some(known)) => {
                tracing::warn!(%error, "CXone was not found anew, so the place stays");
                Ok(known)
            }
            (Err(error), None) => {
                tracing::warn!(%error, "CXone was not found");
                lock(&self.state).failed = Some(error.clone());
                Err(error)
            }
        }
    }

    async fn recall(&self) -> Option<Arc<Place>> {
        let record = self.cache.as_ref()?.load().await?;
        let place = Arc::new(record::read(&record, &self.finder)?);
        tracing::info!(%place, "CXone is where it was found before");
        Some(place)
    }

    /// Looks for it, whatever is stated or remembered, and keeps nothing.
    pub(crate) async fn look(&self, access: &Access, deadline: Instant) -> Found {
        Box::pin(self.finder.find(access, deadline)).await
    }

    /// What was found does not answer as CXone does: it is looked for again, once in five minutes.
    pub(crate) fn doubt(&self) {
        let mut state = lock(&self.state);
        let lately = state
            .looked
            .is_some_and(|looked| Instant::now() < looked + DOUBT_EVERY);
        state.doubted |= state.known.is_some() && !lately;
    }
}

#[cfg(test)]
mod tests;
