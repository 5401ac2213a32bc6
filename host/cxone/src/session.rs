//! One tenant's CXone: where it is, what lets us in, and whose the access key is. Both adapters speak through it.

use std::sync::Arc;

use async_trait::async_trait;
use bridge::port::cxone::{CallOptions, UpstreamError};
use client::Client;
use tokio::time::Instant;

use crate::api::Api;
use crate::place::Place;
use crate::settings::{BadSettings, Settings};

/// Where a place that was found is kept over a restart.
#[async_trait]
pub trait PlaceCache: Send + Sync {
    /// What was stored last.
    async fn load(&self) -> Option<String>;

    /// Keeps a text of at most a few kilobytes, without secrets.
    async fn store(&self, place: &str);
}

/// One tenant's CXone. Clones share everything.
#[derive(Debug, Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    api: Api,
}

impl Session {
    /// A session; settings that cannot work are refused. Nothing is sent yet.
    pub fn new(
        settings: Settings,
        client: Client,
        cache: Option<Arc<dyn PlaceCache>>,
    ) -> Result<Self, BadSettings> {
        settings.check(client.allow_private())?;
        let _ = cache;
        let api = Api::new(&settings, client);
        Ok(Self {
            inner: Arc::new(Inner { settings, api }),
        })
    }

    /// What it was made of.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Where CXone is: as stated, remembered, or found now.
    pub async fn place(&self, options: CallOptions) -> Result<Place, UpstreamError> {
        self.api().place(self.terms(options)).await
    }

    pub(crate) fn api(&self) -> &Api {
        &self.inner.api
    }

    /// The terms of a call of the port, with the time that it may take at most.
    pub(crate) fn terms(&self, options: CallOptions) -> CallOptions {
        let latest = Instant::now() + self.inner.settings.call_timeout;
        CallOptions {
            deadline: options.deadline.min(latest),
            ..options
        }
    }
}
