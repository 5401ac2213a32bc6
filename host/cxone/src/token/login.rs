//! The requests that buy a token: with an access key (cxone.md 2.1), or with one in the name of a registered application, by
//! the password grant (cxone.md 2.2).

use std::sync::Arc;
use std::time::Duration;

use bridge::port::cxone::UpstreamError;
use client::{Answer, ExposeSecret, Method, Request, SecretString, StatusCode, Url};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::complaint::{Personal, words};
use crate::secret::Watched;
use crate::settings::{ACCESS_KEY_PATH, Auth, is_token, join};
use crate::upstreams::{Upstreams, failed, urgent};

/// Where tokens of a password grant are made (cxone.md 2.2).
const GRANT_PATH: &str = "/auth/token";

/// Where tokens are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenHost {
    /// The host.
    pub(crate) base: Url,
    /// The whole URL of the password grant, where it was found to be another than the usual one below `base`.
    pub(crate) endpoint: Option<Url>,
}

impl TokenHost {
    pub(crate) fn at(base: Url) -> Self {
        Self {
            base,
            endpoint: None,
        }
    }

    fn grant(&self) -> Url {
        let usual = || join(&self.base, GRANT_PATH);
        self.endpoint.clone().unwrap_or_else(usual)
    }
}

/// What buys tokens.
#[derive(Debug)]
enum Credential {
    Key {
        id: Watched,
        secret: Watched,
    },
    Application {
        client_id: Watched,
        client_secret: Watched,
        id: Watched,
        secret: Watched,
    },
}

/// A token as it was sold.
pub(crate) struct Bought {
    pub(crate) secret: SecretString,
    pub(crate) life: Option<Duration>,
}

/// Why there is no token.
#[derive(Debug)]
pub(crate) struct NoToken {
    /// Whether the credentials are at fault, and not the moment.
    pub(crate) refused: bool,
    pub(crate) error: UpstreamError,
}

impl From<UpstreamError> for NoToken {
    fn from(error: UpstreamError) -> Self {
        Self {
            refused: false,
            error,
        }
    }
}

/// How one tenant's tokens are bought.
#[derive(Debug)]
pub(crate) struct Login {
    upstreams: Arc<Upstreams>,
    credential: Credential,
}

impl Login {
    /// `None` where no token is bought.
    pub(crate) fn of(auth: &Auth, upstreams: &Arc<Upstreams>) -> Option<Self> {
        let credential = match auth {
            // Assumption (cxone.md 1.2): a key that SCIM takes in Basic buys a token for everything else.
            Auth::AccessKey { id, secret } | Auth::Basic { id, secret } => Credential::Key {
                id: Watched::new("access_key_id", id),
                secret: Watched::new("access_key_secret", secret),
            },
            Auth::Password {
                client_id,
                client_secret,
                id,
                secret,
            } => Credential::Application {
                client_id: Watched::new("client_id", client_id),
                client_secret: Watched::new("client_secret", client_secret),
                id: Watched::new("access_key_id", id),
                secret: Watched::new("access_key_secret", secret),
            },
            Auth::Bearer(_) => return None,
        };
        Some(Self {
            upstreams: Arc::clone(upstreams),
            credential,
        })
    }

    /// The id of the access key.
    pub(crate) async fn key_id(&self) -> Result<SecretString, UpstreamError> {
        let (Credential::Key { id, .. } | Credential::Application { id, .. }) = &self.credential;
        id.get().await
    }

    /// Buys a token with what the credentials are at this moment.
    pub(crate) async fn log_in(
        &self,
        host: &TokenHost,
        deadline: Instant,
    ) -> Result<Bought, NoToken> {
        let (request, url, told) = match &self.credential {
            Credential::Key { id, secret } => {
                let (id, secret) = (id.afresh().await?, secret.afresh().await?);
                let body = json!({
                    "accessKeyId": id.expose_secret(),
                    "accessKeySecret": secret.expose_secret(),
                });
                let url = join(&host.base, ACCESS_KEY_PATH);
                let request = Request::new(Method::POST, url.clone(), ACCESS_KEY_PATH, deadline);
                (request.json(&body), url, body)
            }
            Credential::Application {
                client_id,
                client_secret,
                id,
                secret,
            } => {
                let (id, secret) = (id.afresh().await?, secret.afresh().await?);
                let (client, word) = (client_id.afresh().await?, client_secret.afresh().await?);
                let told = json!([
                    id.expose_secret(),
                    secret.expose_secret(),
                    client.expose_secret(),
                    word.expose_secret(),
                ]);
                let url = host.grant();
                let request = Request::new(Method::POST, url.clone(), GRANT_PATH, deadline)
                    .basic(client, word)
                    .form(&[
                        ("grant_type", "password"),
                        ("username", id.expose_secret()),
                        ("password", secret.expose_secret()),
                    ]);
                (request, url, told)
            }
        };
        let answer = match urgent(&self.upstreams, &url, request, true).await {
            Ok(answer) => answer,
            Err(failure) => return Err(failed(&failure, "no token", false).into()),
        };
        self.bought(&answer, &Personal::of(&told))
    }

    fn bought(&self, answer: &Answer, personal: &Personal) -> Result<Bought, NoToken> {
        let refused = matches!(
            answer.status,
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        );
        let no = |text: String| NoToken {
            refused,
            error: UpstreamError::Unavailable {
                reason: text,
                uncertain: false,
                retry_after: answer.retry_after,
            },
        };
        if !answer.status.is_success() {
            let status = answer.status.as_u16();
            let said = words(answer, personal);
            return Err(no(if refused {
                format!("{}: status {status}, {said}", self.refused())
            } else {
                format!("no token: status {status}, {said}")
            }));
        }
        let json = answer.json().unwrap_or_default();
        match json.get("access_token").and_then(Value::as_str) {
            Some(token) if is_token(token) => Ok(Bought {
                secret: SecretString::from(token),
                life: life(&json),
            }),
            _ => Err(no("no token: the answer has no access_token".to_owned())),
        }
    }

    fn refused(&self) -> &'static str {
        match self.credential {
            Credential::Key { .. } => {
                "the access key is refused (check access_key_id and access_key_secret)"
            }
            Credential::Application { .. } => {
                "the application or its access key is refused (check client_id, client_secret, access_key_id and access_key_secret)"
            }
        }
    }
}

/// `expires_in`, in seconds, as a number or as text.
pub(super) fn life(answer: &Value) -> Option<Duration> {
    let seconds = match answer.get("expires_in")? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok()
}
