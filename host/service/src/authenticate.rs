//! Who is calling. A connection has credentials of several kinds (`credentials`), all kept as digests (`secret`); what is
//! presented is read from the `Authorization` header (`header`) and is a bearer token, a user and password, an access token of
//! our own token endpoint (`access_token`), or a token of Entra (`entra`, `keys`). Who is wrong too often is told to wait
//! (`attempts`).
//!
//! Every failure looks the same, whether the connection exists, and whatever it has: the reason is in the log.

mod access_token;
mod attempts;
mod credentials;
mod entra;
mod grant;
mod header;
mod keys;
mod secret;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bridge::name::{Scope, TenantName};
use http::HeaderMap;
use jiff::Timestamp;
use scim::discovery::AuthenticationScheme;
use scim::error::Error;

pub use access_token::SigningKey;
pub use credentials::{Client, Credentials, OAuth, User, WorkloadIdentity};
pub use entra::{EntraTenant, PROVISIONING_AUDIENCE};
pub(crate) use grant::{Asked, Granted};
pub(crate) use header::{Presented, presented};
pub use keys::FetchKeys;
pub use secret::{BadHash, Secret};

use crate::error::Failure;
use attempts::Attempts;
use entra::Version;
use keys::KeySet;

/// Why somebody is not let in, in words for the log. They hold nothing of what was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It is not right.
    Wrong(&'static str),
    /// It cannot be told now whether it is right. To refuse it would put the identity provider into quarantine for a bad
    /// hour of somebody else's.
    Undecided(&'static str),
}

const NO_CONNECTION: &str = "there is no such connection";
pub(crate) const NOBODY: Refused = Refused::Wrong(NO_CONNECTION);

/// Lets callers in, or not.
#[derive(Debug)]
pub struct Authenticator {
    known: ArcSwap<Known>,
    /// An empty token, which opens nothing.
    nobody: Credentials,
    key: SigningKey,
    fetch: Arc<dyn FetchKeys>,
    attempts: Attempts,
}

/// The credentials of all connections. A change makes another one.
#[derive(Debug, Clone, Default)]
struct Known {
    credentials: BTreeMap<Scope, Credentials>,
    /// By their address: connections of one tenant share them.
    entra: BTreeMap<String, Arc<KeySet>>,
}

impl Known {
    /// Takes over key sets that are still trusted, with the keys that they have read.
    fn new(
        credentials: BTreeMap<Scope, Credentials>,
        former: &Known,
        fetch: &Arc<dyn FetchKeys>,
    ) -> Self {
        let trusted = credentials.values().flat_map(|one| {
            let identity = one.workload_identity.iter();
            identity.map(|identity| &identity.tenant).chain(&one.entra)
        });
        let entra = trusted.map(|tenant| {
            let url = tenant.keys_url();
            let keys = former.entra.get(&url).cloned();
            let keys =
                keys.unwrap_or_else(|| Arc::new(KeySet::new(url.clone(), Arc::clone(fetch))));
            (url, keys)
        });
        Self {
            entra: entra.collect(),
            credentials,
        }
    }

    fn keys(&self, tenant: &EntraTenant) -> Result<&Arc<KeySet>, Refused> {
        let keys = self.entra.get(&tenant.keys_url());
        keys.ok_or(Refused::Undecided("there are no keys of the tenant"))
    }
}

impl Authenticator {
    /// `key` signs access tokens; Entra's keys are read by `fetch`.
    pub fn new(
        credentials: BTreeMap<Scope, Credentials>,
        key: SigningKey,
        fetch: Arc<dyn FetchKeys>,
    ) -> Self {
        let known = Known::new(credentials, &Known::default(), &fetch);
        Self {
            known: ArcSwap::from_pointee(known),
            nobody: Credentials::bearer(""),
            key,
            fetch,
            attempts: Attempts::new(),
        }
    }

    /// Gives the connections of a tenant other credentials, all at once: those of before open nothing any more. With none the tenant
    /// is closed.
    pub fn replace_tenant(&self, tenant: &TenantName, credentials: &BTreeMap<Scope, Credentials>) {
        self.known.rcu(|known| {
            let mut all = known.credentials.clone();
            all.retain(|scope, _| scope.tenant != *tenant);
            all.extend(credentials.clone());
            Known::new(all, known, &self.fetch)
        });
    }

    /// Whether a request may use a connection; the answer for whoever may not.
    pub(crate) async fn admit(
        &self,
        scope: Option<&Scope>,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
    ) -> Result<(), Failure> {
        let presented = presented(headers);
        let known = self.known.load_full();
        let outcome = match scope {
            Some(scope) => self.check(scope, &known, &presented).await,
            None => Err(NOBODY),
        };
        outcome.map_err(|refused| self.failure(refused, scope, peer))
    }

    /// The credentials of a connection, and for one that does not exist those that nothing opens, so that both are
    /// compared with as long.
    fn of<'a>(&'a self, scope: &Scope, known: &'a Known) -> &'a Credentials {
        known.credentials.get(scope).unwrap_or(&self.nobody)
    }

    async fn check(
        &self,
        scope: &Scope,
        known: &Known,
        presented: &Presented,
    ) -> Result<(), Refused> {
        match presented {
            Presented::Bearer(token) => self.check_bearer(scope, known, token).await,
            Presented::Basic(name, password) => {
                match self.of(scope, known).has_user(name, password) {
                    true => Ok(()),
                    false => Err(Refused::Wrong("no user of the connection")),
                }
            }
            Presented::Nothing => Err(Refused::Wrong("no Authorization header")),
            Presented::Unreadable => {
                Err(Refused::Wrong("an Authorization header of no known form"))
            }
        }
    }

    /// By the form of the token alone: one of the connection's own always counts first, then two dots make a JWT and one dot
    /// an access token.
    async fn check_bearer(&self, scope: &Scope, known: &Known, token: &str) -> Result<(), Refused> {
        let credentials = self.of(scope, known);
        if credentials.has_token(token) {
            return Ok(());
        }
        match (token.matches('.').count(), &credentials.entra) {
            (2, Some(tenant)) => {
                let keys = known.keys(tenant)?;
                entra::verify(tenant, Version::OneOrTwo, keys, token).await
            }
            (1, _) => {
                let now = Timestamp::now().as_second();
                let got =
                    access_token::read(&self.key, scope, token, now).map_err(Refused::Wrong)?;
                match got.among(credentials.fingerprints(&self.key, scope)) {
                    true => Ok(()),
                    false => Err(Refused::Wrong("what the access token was got with is gone")),
                }
            }
            _ => Err(Refused::Wrong("no token of the connection")),
        }
    }

    /// The ways into a connection.
    pub(crate) fn schemes(&self, scope: &Scope) -> Vec<AuthenticationScheme> {
        let known = self.known.load();
        let credentials = known.credentials.get(scope);
        credentials.map(Credentials::schemes).unwrap_or_default()
    }

    /// What whoever is refused is told; it counts the failure. The log names a connection only if there is one: another
    /// name is the caller's own text.
    pub(crate) fn failure(
        &self,
        refused: Refused,
        scope: Option<&Scope>,
        peer: Option<IpAddr>,
    ) -> Failure {
        let all = self.known.load();
        let known = scope.filter(|scope| all.credentials.contains_key(scope));
        let named = scope.map(Scope::to_string).unwrap_or_default();
        let connection = known.map(Scope::to_string).unwrap_or_default();
        match refused {
            Refused::Undecided(reason) => {
                tracing::warn!(connection, reason, "a caller cannot be told apart");
                Failure {
                    error: Error::status(503, "the credentials cannot be checked now"),
                    retry_after: Some(60),
                }
            }
            Refused::Wrong(reason) => match self.attempts.failed(peer, &named) {
                None => {
                    let reason = known.map_or(NO_CONNECTION, |_| reason);
                    tracing::info!(connection, reason, "a caller is refused");
                    Error::status(401, "the credentials are missing or not this connection's")
                        .into()
                }
                Some(seconds) => {
                    tracing::debug!(connection, reason, "a caller is refused, again");
                    Failure {
                        error: Error::status(429, "too many wrong credentials: wait a while"),
                        retry_after: Some(seconds),
                    }
                }
            },
        }
    }
}

#[cfg(test)]
mod test_tokens;
#[cfg(test)]
mod tests;
