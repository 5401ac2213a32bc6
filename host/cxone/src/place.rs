//! Where a tenant's CXone is (cxone.md 1.2, 2.3, 2.4).

use std::fmt;

use bridge::port::cxone::UpstreamError;
use client::Url;

use crate::api::unavailable;
use crate::settings::Settings;
use crate::token::login::TokenHost;

/// Where a tenant's CXone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The area, where it is known.
    pub area: Option<String>,
    /// The tenant's id, where it is known.
    pub tenant: Option<String>,
    /// The host of SCIM and User Hub.
    pub user_hub: Url,
    pub(crate) tokens: TokenHost,
}

/// A line for people.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(area) = &self.area {
            write!(f, "area {area}, ")?;
        }
        if let Some(tenant) = &self.tenant {
            write!(f, "tenant {tenant}, ")?;
        }
        f.write_str(self.user_hub.as_str().trim_end_matches('/'))
    }
}

/// The place of one tenant.
#[derive(Debug)]
pub(crate) struct Places {
    stated: Option<Place>,
}

impl Places {
    pub(crate) fn new(settings: &Settings) -> Self {
        let place = &settings.place;
        let stated = place.base_url.as_ref().map(|base| Place {
            area: place.area.clone(),
            tenant: None,
            user_hub: base.clone(),
            tokens: TokenHost::at(place.auth_url.as_ref().unwrap_or(base).clone()),
        });
        Self { stated }
    }

    pub(crate) async fn get(&self) -> Result<Place, UpstreamError> {
        let none = || unavailable("base_url: without it nothing is found");
        self.stated.clone().ok_or_else(none)
    }
}
