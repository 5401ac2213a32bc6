//! Tokens (cxone.md 2.1, 2.2; developer portal "User Hub Getting Started"). Bought once, shared by every call, renewed ahead,
//! dropped when CXone refuses one.

pub(crate) mod login;

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::port::cxone::UpstreamError;
use client::{ExposeSecret, SecretString};
use tokio::time::Instant;

use crate::api::unavailable;
use crate::flight::{Flight, lock};
use crate::token::login::{Login, TokenHost};

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
            renew_at: now + (life - lead),
            ends_at: now + life,
        }
    }

    pub(crate) fn secret(&self) -> SecretString {
        self.secret.clone()
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

    /// Forgets a token that was refused, unless it has been replaced since: a storm of refusals is one renewal.
    fn forget(&self, token: &Token) {
        let mut current = lock(&self.current);
        if current
            .as_ref()
            .is_some_and(|now| now.secret.expose_secret() == token.secret.expose_secret())
        {
            *current = None;
        }
    }
}

/// The tokens of one tenant.
pub(crate) struct Tokens {
    login: Login,
    shared: Shared,
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
        // On the heap: futures that hold this one hold it several times over.
        let fetch = Box::pin(self.fetch(host, deadline));
        Box::pin(self.shared.get(deadline, fetch)).await
    }

    /// Forgets a token that CXone refused.
    pub(crate) fn forget(&self, token: &Token) {
        self.shared.forget(token);
    }

    async fn fetch(&self, host: &TokenHost, deadline: Instant) -> Result<Token, UpstreamError> {
        match self.login.log_in(host, deadline).await {
            Ok(bought) => Ok(Token::new(bought.secret, bought.life, Instant::now())),
            Err(none) => Err(none.error),
        }
    }
}

#[cfg(test)]
mod tests;
