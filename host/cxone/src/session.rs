//! One tenant's CXone: where it is, what lets us in, and whose the access key is. Both adapters speak through it.

use std::sync::Arc;

use async_trait::async_trait;
use bridge::port::cxone::{CallOptions, UpstreamError};
use client::Client;
use tokio::time::Instant;

use crate::api::{Api, Service};
use crate::claims::Claims;
use crate::employee::{Employee, Employees};
use crate::place::{Found, Place};
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
    employees: Employees,
}

impl Session {
    /// A session; settings that cannot work are refused. Nothing is sent yet.
    pub fn new(
        settings: Settings,
        client: Client,
        cache: Option<Arc<dyn PlaceCache>>,
    ) -> Result<Self, BadSettings> {
        settings.check(client.allow_private())?;
        let api = Api::new(&settings, client, cache);
        let employees = Employees::default();
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                api,
                employees,
            }),
        })
    }

    /// What it was made of.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Where CXone is: as stated, remembered, or found now.
    pub async fn place(&self, options: CallOptions) -> Result<Place, UpstreamError> {
        let options = self.terms(options);
        let api = self.api();
        let place = Box::pin(api.places().get(api.access(), options)).await?;
        Ok(Place::clone(&place))
    }

    /// Where CXone is, if that is known without asking.
    pub fn known_place(&self) -> Option<Place> {
        self.api()
            .places()
            .known()
            .map(|place| Place::clone(&place))
    }

    /// Looks for CXone by every step, whatever is stated or remembered: a place in the configuration is compared with what
    /// is found. Nothing is kept but the token. The time is the caller's.
    pub async fn find(&self, options: CallOptions) -> Found {
        let api = self.api();
        Box::pin(api.places().look(api.access(), options.deadline)).await
    }

    /// What the token says of itself; `None` if it says nothing. Hints, which nobody vouches for.
    pub async fn claims(&self, options: CallOptions) -> Result<Option<Claims>, UpstreamError> {
        let options = self.terms(options);
        let (_, pass) = self.api().enter(Service::UserHub, options).await?;
        Ok(pass.claims().map(|claims| Claims::clone(&claims)))
    }

    /// The employee whose access key this is; `None` where nobody says so, which is asked again in ten minutes.
    pub async fn own_employee(
        &self,
        options: CallOptions,
    ) -> Result<Option<Employee>, UpstreamError> {
        let options = self.terms(options);
        let own = &self.inner.employees;
        Box::pin(own.get(self.api(), options)).await
    }

    /// Who the own employee was last, of whatever key, without asking.
    pub(crate) fn last_employee(&self) -> Option<Employee> {
        self.inner.employees.last()
    }

    pub(crate) fn api(&self) -> &Api {
        &self.inner.api
    }

    /// The terms of a call of the port, with the time that it may take at most. A list of everybody is many calls, each
    /// with its own.
    pub(crate) fn terms(&self, options: CallOptions) -> CallOptions {
        let latest = Instant::now() + self.inner.settings.call_timeout;
        CallOptions {
            deadline: options.deadline.min(latest),
            ..options
        }
    }
}
