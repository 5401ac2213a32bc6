//! Where a tenant's CXone is (cxone.md 1.2, 2.3, 2.4): stated, remembered or found.

mod document;
mod find;
mod kept;
mod probe;
mod record;
mod trust;

use std::fmt;

use bridge::port::cxone::UpstreamError;
use client::Url;

pub(crate) use find::Finder;
pub(crate) use kept::Places;

use crate::api::unavailable;
use crate::settings::{Auth, PlaceSettings};
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
    /// The host of the other APIs, where it is known.
    pub api: Option<Url>,
    /// Where tokens are made.
    pub(crate) tokens: TokenHost,
}

impl Place {
    /// The host of tokens.
    pub fn auth(&self) -> &Url {
        &self.tokens.base
    }

    /// As stated, if it is: then nothing is looked for.
    fn stated(stated: &PlaceSettings, auth: &Auth) -> Option<Self> {
        let base = stated.base_url.clone()?;
        let auth_url = stated.auth_url.clone();
        let global = || {
            // Assumption (cxone.md 2.2): the password grant is at the global host, not at the areas'.
            let grant = matches!(auth, Auth::Password { .. }) && trust::of_nice(&base);
            grant.then(|| find::global(&base)).flatten()
        };
        let tokens = auth_url.or_else(global).unwrap_or_else(|| base.clone());
        Some(Self {
            area: stated.area.clone().or_else(|| area_of(&base)),
            tenant: None,
            user_hub: base,
            api: None,
            tokens: TokenHost::at(tokens),
        })
    }
}

/// The area that a host of NICE's is named after.
fn area_of(host: &Url) -> Option<String> {
    let host = trust::of_nice(host).then(|| host.domain()).flatten()?;
    host.strip_suffix(".nice-incontact.com").map(str::to_owned)
}

/// A URL as people write it.
fn shown(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
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
        f.write_str(shown(&self.user_hub))
    }
}

/// One step of looking for CXone, and what it gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was done, and at which host.
    pub what: String,
    /// What it gave, or why it gave nothing.
    pub gave: Result<String, String>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Ok(said) | Err(said)) = &self.gave;
        write!(f, "{}: {said}", self.what)
    }
}

/// What looking for CXone came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Every step, in order.
    pub steps: Vec<Step>,
    /// The place.
    pub outcome: Result<Place, PlaceError>,
}

/// Why CXone was not found, or not where the configuration has it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The configuration has another area.
    #[error(
        "area: {configured:?} is configured and the tenant is in {:?}: write area = {:?}",
        found.area.as_deref().unwrap_or_default(),
        found.area.as_deref().unwrap_or_default()
    )]
    WrongArea {
        /// The one in the configuration.
        configured: String,
        /// Where the tenant is. Its area is known.
        found: Box<Place>,
    },
    /// The configuration has another host.
    #[error(
        "base_url: {} is configured and the tenant is at {}: leave base_url out, or write base_url = {:?}",
        shown(configured), shown(&found.user_hub), shown(&found.user_hub)
    )]
    WrongHost {
        /// The one in the configuration.
        configured: Url,
        /// Where the tenant is.
        found: Box<Place>,
    },
    /// No host takes the credentials, or none can be asked.
    #[error("{error}")]
    NoToken {
        /// Whether the credentials are at fault, and not the moment.
        refused: bool,
        /// What came instead of a token.
        error: UpstreamError,
    },
    /// The token is taken in several areas.
    #[error("CXone takes the token in the areas {}: write area = {:?} or another of them", .0.join(", "), .0.first().map_or("", String::as_str))]
    Several(Vec<String>),
    /// Nobody says where the tenant is.
    #[error("CXone was not found: write area or base_url ({0})")]
    Nowhere(String),
}

impl From<PlaceError> for UpstreamError {
    fn from(error: PlaceError) -> Self {
        match error {
            PlaceError::NoToken { error, .. } => error,
            other => unavailable(other.to_string()),
        }
    }
}
