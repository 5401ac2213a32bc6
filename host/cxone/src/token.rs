//! Tokens (cxone.md 2.1, 2.2; developer portal "User Hub Getting Started"). Bought once, shared by every call, renewed ahead,
//! dropped when CXone refuses one.

pub(crate) mod login;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::port::cxone::UpstreamError;
use client::{ExposeSecret, SecretString};
use tokio::time::Instant;

use crate::api::unavailable;
use crate::claims::Claims;
use crate::flight::{Boxed, Flight, lock};
use crate::token::login::{Bought, Keys, Login, NoToken, TokenHost};

/// Assumption (cxone.md 2.1, 2.2): tokens that do not say so live an hour.
const DEFAULT_LIFE: Duration = Duration::from_secs(3600);
/// A longer life is taken for a mistake.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);
const LONGEST_LEAD: Duration = Duration::from_secs(300);
/// A renewal ahead of time may not eat up the time of the call that does it.
const AHEAD: Duration = Duration::from_secs(2);
/// After a renewal ahead of time has failed.
const PAUSE: Duration = Duration::from_secs(10);

/// A token in force.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    secret: SecretString,
    claims: Option<Arc<Claims>>,
    renew_at: Instant,
    ends_at: Instant,
}

impl Token {
    fn new(secret: SecretString, life: Option<Duration>, now: Instant) -> Self {
        let life = life
            .filter(|life| !life.is_zero() && *life <= LONGEST_LIFE)
            .unwrap_or(DEFAULT_LIFE);
        let lead = LONGEST_LEAD.min(life / 10);
        Self {
            secret,
            claims: None,
            renew_at: now + (life - lead),
            ends_at: now + life,
        }
    }

    fn of(bought: &Bought) -> Self {
        Self {
            claims: bought.claims.clone().map(Arc::new),
            ..Self::new(bought.secret.clone(), bought.life, Instant::now())
        }
    }

    pub(crate) fn secret(&self) -> SecretString {
        self.secret.clone()
    }

    pub(crate) fn claims(&self) -> Option<Arc<Claims>> {
        self.claims.clone()
    }
}

/// The token that everybody shares.
#[derive(Debug, Default)]
struct Shared {
    current: Mutex<Option<Arc<Token>>>,
    flight: Flight<Arc<Token>>,
}

impl Shared {
    /// The token, if it need not be renewed yet.
    fn fresh(&self) -> Option<Arc<Token>> {
        let current = lock(&self.current);
        let token = current.as_ref()?;
        (Instant::now() < token.renew_at).then(|| Arc::clone(token))
    }

    async fn get(
        &self,
        deadline: Instant,
        fetch: impl Future<Output = Result<Token, UpstreamError>>,
    ) -> Result<Arc<Token>, UpstreamError> {
        let ticket = self.flight.ending();
        let current = lock(&self.current).clone();
        let fetch = async {
            let token = Arc::new(fetch.await?);
            *lock(&self.current) = Some(Arc::clone(&token));
            Ok(token)
        };
        let now = Instant::now();
        match current {
            Some(token) if now < token.renew_at => Ok(token),
            // Still good: one caller renews it, the others go on with it.
            Some(token) if now < token.ends_at => {
                let fetch = async {
                    match tokio::time::timeout(AHEAD, fetch).await {
                        Ok(outcome) => outcome,
                        Err(_) => Err(unavailable("the token was not renewed in time")),
                    }
                };
                match self.flight.lead_if_free(fetch).await {
                    Some(Ok(renewed)) => Ok(renewed),
                    Some(Err(_)) => {
                        self.postpone(&token);
                        Ok(token)
                    }
                    None => Ok(token),
                }
            }
            _ => self.flight.join(ticket, deadline, fetch).await,
        }
    }

    fn postpone(&self, token: &Arc<Token>) {
        let mut current = lock(&self.current);
        if current.as_ref().is_some_and(|now| Arc::ptr_eq(now, token)) {
            *current = Some(Arc::new(Token {
                renew_at: Instant::now() + PAUSE,
                ..Token::clone(token)
            }));
        }
    }

    /// Forgets a token that was refused, unless it has been replaced since: a storm of refusals is one renewal. Whether it
    /// was still in use.
    fn forget(&self, token: &Token) -> bool {
        let mut current = lock(&self.current);
        let same = current
            .as_ref()
            .is_some_and(|now| now.secret.expose_secret() == token.secret.expose_secret());
        if same {
            *current = None;
        }
        same
    }
}

/// What buys the next token, while the credentials are those that bought this one.
struct Renewal {
    refresh: SecretString,
    keys: Keys,
}

/// The tokens of one tenant.
pub(crate) struct Tokens {
    login: Login,
    shared: Shared,
    renewal: Mutex<Option<Renewal>>,
    /// That there is nothing to refresh with at this host.
    no_refresh: AtomicBool,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    pub(crate) fn new(login: Login) -> Self {
        Self {
            login,
            shared: Shared::default(),
            renewal: Mutex::default(),
            no_refresh: AtomicBool::default(),
        }
    }

    /// A token in force, bought at `host` if need be. Failures are never uncertain: what the token was for has not been
    /// sent.
    pub(crate) async fn get(
        &self,
        host: &TokenHost,
        deadline: Instant,
    ) -> Result<Arc<Token>, UpstreamError> {
        if let Some(token) = self.shared.fresh() {
            return Ok(token);
        }
        let fetch: Boxed<'_, Token> = Box::pin(self.fetch(host, deadline));
        Box::pin(self.shared.get(deadline, fetch)).await
    }

    /// A token bought now, which is everybody's from now on.
    pub(crate) async fn enter(
        &self,
        host: &TokenHost,
        deadline: Instant,
    ) -> Result<Arc<Token>, NoToken> {
        let keys = self.login.keys().await?;
        let bought = self.login.log_in(&keys, host, deadline).await?;
        let token = Arc::new(self.keep(bought, keys, None));
        *lock(&self.shared.current) = Some(Arc::clone(&token));
        Ok(token)
    }

    /// The id of the access key.
    pub(crate) async fn key_id(&self) -> Result<SecretString, UpstreamError> {
        self.login.key_id().await
    }

    /// The access key.
    pub(crate) async fn key(&self) -> Result<(SecretString, SecretString), UpstreamError> {
        Ok(self.login.keys().await?.into_key())
    }

    /// Whether the host of tokens was seen to be none since this was asked last.
    pub(crate) fn take_lost(&self) -> bool {
        self.login.take_lost()
    }

    /// Forgets a token that CXone refused, and what would renew it.
    pub(crate) fn forget(&self, token: &Token) {
        if self.shared.forget(token) {
            lock(&self.renewal).take();
        }
    }

    async fn fetch(&self, host: &TokenHost, deadline: Instant) -> Result<Token, UpstreamError> {
        let keys = self.login.keys().await?;
        let renewal = lock(&self.renewal).take();
        if let Some(renewal) = renewal
            && renewal.keys.same(&keys)
            && !self.no_refresh.load(Ordering::Relaxed)
        {
            // Half the time, so that logging in anew is still to be had.
            let half = deadline.saturating_duration_since(Instant::now()) / 2;
            let by = Instant::now() + half;
            match self.login.refresh(&keys, &renewal.refresh, host, by).await {
                Ok(bought) => return Ok(self.keep(bought, keys, Some(renewal.refresh))),
                Err(none) => {
                    tracing::debug!(error = %none.error, "the token was not refreshed, so it is bought anew");
                    self.no_refresh.fetch_or(none.absent, Ordering::Relaxed);
                }
            }
        }
        match self.login.log_in(&keys, host, deadline).await {
            Ok(bought) => Ok(self.keep(bought, keys, None)),
            Err(none) => Err(none.error),
        }
    }

    /// The token that was bought; what renews it is kept, if only the last one's.
    fn keep(&self, bought: Bought, keys: Keys, last: Option<SecretString>) -> Token {
        let token = Token::of(&bought);
        let refresh = bought.refresh.or(last);
        *lock(&self.renewal) = refresh.map(|refresh| Renewal { refresh, keys });
        token
    }
}

#[cfg(test)]
mod tests;
