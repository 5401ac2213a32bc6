//! One careful way to each host of a tenant.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Mutex;

use bridge::port::cxone::{Priority, UpstreamError};
use client::{Answer, Client, Failure, Request, Upstream, UpstreamSettings, Url};

use crate::flight::lock;
use crate::settings::Settings;

/// The hosts that were asked so far.
pub(crate) struct Upstreams {
    client: Client,
    name: String,
    rate: f64,
    known: Mutex<BTreeMap<String, Upstream>>,
}

impl fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstreams")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Upstreams {
    pub(crate) fn new(settings: &Settings, client: Client) -> Self {
        Self {
            client,
            name: settings.name.clone(),
            rate: settings.rate,
            known: Mutex::default(),
        }
    }

    /// The way to the host of a URL.
    fn to(&self, url: &Url) -> Upstream {
        let host = url.origin().ascii_serialization();
        let mut known = lock(&self.known);
        let upstream = known.entry(host).or_insert_with_key(|host| {
            let settings = UpstreamSettings {
                name: format!("{} {host}", self.name).trim_start().to_owned(),
                rate: self.rate,
            };
            Upstream::new(self.client.clone(), settings)
        });
        upstream.clone()
    }
}

/// The port's priority as the client has it.
pub(crate) fn turn(priority: Priority) -> client::Priority {
    match priority {
        Priority::Background => client::Priority::Background,
        Priority::Request => client::Priority::Request,
        Priority::Deactivation => client::Priority::Urgent,
    }
}

/// What a failure to get an answer means.
pub(crate) fn failed(failure: &Failure, what: &str, write: bool) -> UpstreamError {
    UpstreamError::Unavailable {
        reason: format!("{what}: {failure}"),
        uncertain: write && failure.may_have_arrived(),
        retry_after: failure.retry_after(),
    }
}

/// A request under way, as [`Boxed`](crate::flight::Boxed) futures are.
pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send + 'a>>;

impl Upstreams {
    /// Sends a request to the host of `url`.
    pub(crate) fn send(
        &self,
        url: &Url,
        request: Request,
        priority: client::Priority,
        repeatable: bool,
    ) -> Sending<'static> {
        let upstream = self.to(url);
        Box::pin(async move { upstream.send(request, priority, repeatable).await })
    }

    /// Sends what a token or a place needs: everybody waits for it.
    pub(crate) fn urgent(&self, url: &Url, request: Request, repeatable: bool) -> Sending<'static> {
        self.send(url, request, client::Priority::Urgent, repeatable)
    }
}
