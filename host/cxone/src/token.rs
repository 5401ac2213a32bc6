//! Access-key tokens: `POST /authentication/v1/token/access-key` (cxone.md 2.1, developer portal "User Hub Getting
//! Started"). Fetched once, shared by every call, renewed ahead, dropped when CXone refuses one.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::port::cxone::UpstreamError;
use client::{Client, ExposeSecret, Method, Request, SecretString, StatusCode, Url};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::api::{failed, unavailable};
use crate::complaint::{Personal, words};
use crate::flight::{Flight, lock};
use crate::settings::join;

const PATH: &str = "/authentication/v1/token/access-key";
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
    fn drop(&self, token: &Token) {
        let mut current = lock(&self.current);
        if current
            .as_ref()
            .is_some_and(|now| now.secret.expose_secret() == token.secret.expose_secret())
        {
            *current = None;
        }
    }
}

/// The tokens of one access key.
pub(crate) struct Tokens {
    client: Client,
    url: Url,
    key_id: String,
    key_secret: SecretString,
    shared: Shared,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    /// The tokens of a key, made at `base`.
    pub(crate) fn new(base: &Url, key_id: &str, key_secret: &SecretString, client: Client) -> Self {
        Self {
            client,
            url: join(base, PATH),
            key_id: key_id.to_owned(),
            key_secret: key_secret.clone(),
            shared: Shared::default(),
        }
    }

    /// A token in force. Failures are never uncertain: what the token was for has not been sent.
    pub(crate) async fn get(&self, deadline: Instant) -> Result<Arc<Token>, UpstreamError> {
        if let Some(token) = self.shared.fresh() {
            return Ok(token);
        }
        // On the heap: futures that hold this one hold it several times over.
        let fetch = Box::pin(self.fetch(deadline));
        Box::pin(self.shared.get(deadline, fetch)).await
    }

    /// Forgets a token that CXone refused.
    pub(crate) fn drop(&self, token: &Token) {
        self.shared.drop(token);
    }

    async fn fetch(&self, deadline: Instant) -> Result<Token, UpstreamError> {
        let body = json!({
            "accessKeyId": self.key_id,
            "accessKeySecret": self.key_secret.expose_secret(),
        });
        let request = Request::new(Method::POST, self.url.clone(), PATH, deadline).json(&body);
        let answer = match self.client.send(request).await {
            Ok(answer) => answer,
            Err(failure) => return Err(failed(&failure, "no token", false)),
        };
        let refused = matches!(
            answer.status,
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        );
        let reason = |text: &str| UpstreamError::Unavailable {
            reason: text.to_owned(),
            uncertain: false,
            retry_after: answer.retry_after,
        };
        if !answer.status.is_success() {
            let status = answer.status.as_u16();
            let said = words(&answer, &Personal::of(&body));
            return Err(reason(&if refused {
                format!(
                    "the access key is refused (check access_key_id and access_key_secret): status {status}, {said}"
                )
            } else {
                format!("no token: status {status}, {said}")
            }));
        }
        let json = answer.json().unwrap_or_default();
        match json.get("access_token").and_then(Value::as_str) {
            // A token goes into a header: anything but visible ASCII is no token.
            Some(token) if !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()) => {
                let token = SecretString::from(token);
                Ok(Token::new(token, life(&json), Instant::now()))
            }
            _ => Err(reason("no token: the answer has no access_token")),
        }
    }
}

/// `expires_in`, in seconds, as a number or as text.
fn life(answer: &Value) -> Option<Duration> {
    let seconds = match answer.get("expires_in")? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests;
