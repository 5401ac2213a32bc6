//! From credentials to a place (cxone.md 2.3): log in anywhere, ask where the token's tenant is, and if nobody says so,
//! which area takes the token.

use std::sync::Arc;
use std::time::Duration;

use client::{Answer, Failure, Method, Request, Url};
use tokio::time::Instant;

use super::document::{self, CONFIGURATION, Hosts, OPENID};
use super::trust::{believed, of_nice};
use super::{Found, Place, PlaceError, Step, shown};
use crate::access::{Access, Pass};
use crate::settings::{Auth, PlaceSettings, Settings};
use crate::token::login::{NoToken, TokenHost};
use crate::upstreams::Upstreams;

/// Reported (cxone.md 2.1, 2.2): tokens are global, so that any of these hosts makes them for any tenant, but for the
/// government's.
const NA1: &str = "https://na1.nice-incontact.com";
const GLOBAL: &str = "https://cxone.niceincontact.com";
const GOVERNMENT: &str = "https://cxone-gov.niceincontact.com";
/// An own share of the time for each step, so that one silent host does not eat up the others'.
const SHORTEST_STEP: Duration = Duration::from_secs(1);

/// The global host that belongs to a host of NICE's.
pub(super) fn global(host: &Url) -> Option<Url> {
    let government = host
        .domain()
        .is_some_and(|host| host.contains("-gov.") || host.starts_with("na2."));
    Url::parse(if government { GOVERNMENT } else { GLOBAL }).ok()
}

/// The usual host of User Hub in an area (cxone.md 1.2).
pub(super) fn usual(area: &str) -> Option<Url> {
    Url::parse(&format!("https://{area}.nice-incontact.com")).ok()
}

/// Looks for one tenant's CXone.
#[derive(Debug)]
pub(crate) struct Finder {
    pub(super) upstreams: Arc<Upstreams>,
    pub(super) stated: PlaceSettings,
    /// Whether tokens come from the password grant.
    grant: bool,
}

/// The time of a step.
pub(super) fn share(deadline: Instant) -> Instant {
    let now = Instant::now();
    let left = deadline.saturating_duration_since(now);
    deadline.min(now + (left / 3).max(SHORTEST_STEP))
}

/// A failure in a step's words.
pub(super) fn said(failure: &Failure) -> String {
    failure.to_string()
}

impl Finder {
    pub(crate) fn new(settings: &Settings, upstreams: &Arc<Upstreams>) -> Self {
        Self {
            upstreams: Arc::clone(upstreams),
            stated: settings.place.clone(),
            grant: matches!(settings.auth, Auth::Password { .. }),
        }
    }

    /// Where looking begins.
    pub(super) fn starts(&self) -> Vec<Url> {
        let stated = &self.stated;
        if !stated.discovery_urls.is_empty() {
            return stated.discovery_urls.clone();
        }
        if let Some(base) = &stated.base_url
            && !of_nice(base)
        {
            return vec![base.clone()];
        }
        let mut starts: Vec<Url> = stated.base_url.iter().cloned().collect();
        starts.extend(stated.area.as_deref().and_then(usual));
        let public = match (self.grant, stated.area.as_deref()) {
            (_, Some("na2")) => [GOVERNMENT, GLOBAL, NA1],
            (true, _) => [GLOBAL, GOVERNMENT, NA1],
            (false, _) => [NA1, GLOBAL, GOVERNMENT],
        };
        starts.extend(public.into_iter().filter_map(|url| Url::parse(url).ok()));
        if self.grant {
            // Assumption (cxone.md 2.2): the areas' own hosts have no password grant, so they come last.
            starts.sort_by_key(|url| {
                url.domain()
                    .is_some_and(|host| host.ends_with(".nice-incontact.com"))
            });
        }
        let mut seen = Vec::new();
        starts.retain(|url| {
            !seen.contains(url) && {
                seen.push(url.clone());
                true
            }
        });
        starts
    }

    /// Looks for CXone, whatever is remembered of it.
    pub(crate) async fn find(&self, access: &Access, deadline: Instant) -> Found {
        let mut steps = Vec::new();
        let outcome = Box::pin(self.look(access, deadline, &mut steps)).await;
        // Hosts that were tried in vain say nothing against the one that was found.
        access.take_lost();
        Found { steps, outcome }
    }

    async fn look(
        &self,
        access: &Access,
        deadline: Instant,
        steps: &mut Vec<Step>,
    ) -> Result<Place, PlaceError> {
        let (tokens, pass) = self.log_in(access, deadline, steps).await?;
        let tenant = pass.claims().and_then(|claims| claims.tenant.clone());
        let told = match &tenant {
            Some(tenant) => self.ask_for(tenant, &tokens, deadline, steps).await,
            None => None,
        };
        let told = match told {
            Some(hosts) => Some(hosts),
            None => self.probe(&pass, deadline, steps).await?,
        };
        let area = self.stated.area.as_deref();
        let hosts = match (told, area.and_then(usual)) {
            (Some(hosts), _) => hosts,
            (None, Some(user_hub)) if self.stated.discovery_urls.is_empty() => {
                steps.push(Step {
                    what: "area".to_owned(),
                    gave: Ok(format!(
                        "nobody says where it is, so {} is taken",
                        shown(&user_hub)
                    )),
                });
                Hosts {
                    area: area.map(str::to_owned),
                    tenant: None,
                    user_hub,
                    api: None,
                }
            }
            (None, _) => return Err(PlaceError::Nowhere(nowhere(steps))),
        };
        let place = Place {
            tokens: match (&pass, &self.stated.auth_url) {
                (Pass::Bearer(_), None) => TokenHost::at(hosts.user_hub.clone()),
                _ => tokens,
            },
            area: hosts.area,
            tenant: tenant.or(hosts.tenant),
            user_hub: hosts.user_hub,
            api: hosts.api,
        };
        self.agreed(place)
    }

    /// The place, if it is where the configuration has it.
    fn agreed(&self, place: Place) -> Result<Place, PlaceError> {
        if let (Some(configured), Some(found)) = (&self.stated.area, &place.area)
            && configured != found
        {
            return Err(PlaceError::WrongArea {
                configured: configured.clone(),
                found: Box::new(place),
            });
        }
        match &self.stated.base_url {
            Some(base) if of_nice(base) && base.origin() != place.user_hub.origin() => {
                Err(PlaceError::WrongHost {
                    configured: base.clone(),
                    found: Box::new(place),
                })
            }
            Some(base) => Ok(Place {
                user_hub: base.clone(),
                ..place
            }),
            None => Ok(place),
        }
    }

    async fn log_in(
        &self,
        access: &Access,
        deadline: Instant,
        steps: &mut Vec<Step>,
    ) -> Result<(TokenHost, Pass), PlaceError> {
        let mut worst: Option<NoToken> = None;
        let hosts = match &self.stated.auth_url {
            Some(url) => vec![url.clone()],
            None => self.starts(),
        };
        for base in hosts {
            let mut host = TokenHost::at(base);
            if self.grant && self.stated.auth_url.is_none() {
                host.endpoint = self.endpoint(&host.base, deadline, steps).await;
            }
            let entered = Box::pin(access.enter(&host, share(deadline))).await;
            let bought = !matches!(entered, Ok(Pass::Bearer(_)));
            if bought {
                steps.push(Step {
                    what: format!("log in at {}", shown(&host.base)),
                    gave: match &entered {
                        Ok(pass) => Ok(entered_as(pass)),
                        Err(none) => Err(none.error.to_string()),
                    },
                });
            }
            match entered {
                Ok(pass) => return Ok((host, pass)),
                // That a key is refused says more than that a host is silent.
                Err(none) if none.refused || worst.is_none() => worst = Some(none),
                Err(_) => {}
            }
        }
        Err(match worst {
            Some(none) => PlaceError::NoToken {
                refused: none.refused,
                error: none.error,
            },
            None => PlaceError::Nowhere("there is no host to begin with".to_owned()),
        })
    }

    /// The token endpoint that a host names.
    async fn endpoint(&self, host: &Url, deadline: Instant, steps: &mut Vec<Step>) -> Option<Url> {
        let answer = self.get(host, OPENID, None, deadline).await;
        let gave = match &answer {
            Ok(answer) => document::token_endpoint(answer, host),
            Err(failure) => Err(said(failure)),
        };
        steps.push(Step {
            what: format!("openid-configuration of {}", shown(host)),
            gave: gave
                .as_ref()
                .map(|url| shown(url).to_owned())
                .map_err(String::clone),
        });
        gave.ok()
    }

    /// Where a tenant is, by whoever knows.
    async fn ask_for(
        &self,
        tenant: &str,
        tokens: &TokenHost,
        deadline: Instant,
        steps: &mut Vec<Step>,
    ) -> Option<Hosts> {
        let mut asked = self.starts();
        // Who made the token knows its tenant, unless the host of tokens is stated and serves nothing else.
        asked.sort_by_key(|url| *url != tokens.base);
        for url in asked {
            let query = format!("tenantId={tenant}");
            let answer = self
                .get(&url, CONFIGURATION, Some(&query), share(deadline))
                .await;
            let gave = match &answer {
                Ok(answer) => document::hosts(answer, &url),
                Err(failure) => Err(said(failure)),
            };
            let gave = gave.and_then(|hosts| match &hosts.tenant {
                Some(other) if other != tenant => Err("it tells of another tenant".to_owned()),
                _ => Ok(hosts),
            });
            steps.push(Step {
                what: format!("discovery of tenant {tenant} at {}", shown(&url)),
                gave: gave.as_ref().map(told).map_err(String::clone),
            });
            if let Ok(hosts) = gave {
                return Some(hosts);
            }
        }
        None
    }

    /// A document that needs no credentials, so none are sent.
    pub(super) async fn get(
        &self,
        base: &Url,
        path: &'static str,
        query: Option<&str>,
        deadline: Instant,
    ) -> Result<Answer, Failure> {
        let mut url = crate::settings::join(base, path);
        url.set_query(query);
        let request = Request::new(Method::GET, url.clone(), path, deadline);
        self.upstreams.urgent(&url, request, true).await
    }

    /// Whether a host that was remembered may still be asked.
    pub(super) fn believes(&self, url: &Url) -> bool {
        Some(url) == self.stated.auth_url.as_ref()
            || self.starts().iter().any(|start| believed(url, start))
    }
}

/// Hosts in a step's words.
pub(super) fn told(hosts: &Hosts) -> String {
    match &hosts.area {
        Some(area) => format!("area {area}, {}", shown(&hosts.user_hub)),
        None => shown(&hosts.user_hub).to_owned(),
    }
}

/// A token in a step's words.
fn entered_as(pass: &Pass) -> String {
    match pass.claims().and_then(|claims| claims.tenant.clone()) {
        Some(tenant) => format!("a token of tenant {tenant}"),
        None => "a token that does not say its tenant".to_owned(),
    }
}

/// What the steps in vain said.
fn nowhere(steps: &[Step]) -> String {
    let failed = steps.iter().filter(|step| step.gave.is_err());
    let said: Vec<String> = failed.map(Step::to_string).collect();
    said.join("; ")
}

#[cfg(test)]
mod tests;
