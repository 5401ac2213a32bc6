//! The requests that buy a token: with an access key (cxone.md 2.1), or with one in the name of a registered application, by
//! the password grant (cxone.md 2.2).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bridge::port::cxone::UpstreamError;
use client::{Answer, ExposeSecret, Failure, Method, Request, SecretString, Url};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::claims::Claims;
use crate::complaint::{Personal, words};
use crate::secret::Watched;
use crate::settings::{ACCESS_KEY_PATH, Auth, is_token, join};
use crate::upstreams::{Upstreams, failed};

/// Where tokens of a password grant are made (cxone.md 2.2).
const GRANT_PATH: &str = "/auth/token";
/// Where tokens of an access key are renewed: the path is confirmed, the body reported (cxone.md 2.1).
const REFRESH_PATH: &str = "/public/user/refresh";

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
struct Credential {
    id: Watched,
    secret: Watched,
    /// A registered application and its secret.
    client: Option<Box<(Watched, Watched)>>,
}

/// The credentials as they are at one moment.
pub(crate) struct Keys {
    id: SecretString,
    secret: SecretString,
    /// The application and its secret.
    client: Option<(SecretString, SecretString)>,
}

impl Keys {
    fn all(&self) -> Vec<&str> {
        let client = self.client.iter().flat_map(|(id, secret)| [id, secret]);
        let all = [&self.id, &self.secret].into_iter().chain(client);
        all.map(SecretString::expose_secret).collect()
    }

    /// The access key: its id and its secret.
    pub(crate) fn into_key(self) -> (SecretString, SecretString) {
        (self.id, self.secret)
    }

    /// Whether these are the same credentials.
    pub(crate) fn same(&self, other: &Keys) -> bool {
        self.all() == other.all()
    }
}

/// A token as it was sold.
pub(crate) struct Bought {
    pub(crate) secret: SecretString,
    pub(crate) life: Option<Duration>,
    /// What buys the next one.
    pub(crate) refresh: Option<SecretString>,
    pub(crate) claims: Option<Claims>,
}

/// Why there is no token.
#[derive(Debug)]
pub(crate) struct NoToken {
    /// Whether the credentials are at fault, and not the moment.
    pub(crate) refused: bool,
    /// Whether there is no such way to get one.
    pub(crate) absent: bool,
    pub(crate) error: UpstreamError,
}

impl From<UpstreamError> for NoToken {
    fn from(error: UpstreamError) -> Self {
        Self {
            refused: false,
            absent: false,
            error,
        }
    }
}

/// How one tenant's tokens are bought.
#[derive(Debug)]
pub(crate) struct Login {
    upstreams: Arc<Upstreams>,
    credential: Credential,
    /// That the host of tokens did not answer as one.
    lost: AtomicBool,
}

impl Login {
    /// `None` where no token is bought.
    pub(crate) fn of(auth: &Auth, upstreams: &Arc<Upstreams>) -> Option<Self> {
        let (id, secret, client) = match auth {
            // Assumption (cxone.md 1.2): a key that SCIM takes in Basic buys a token for everything else.
            Auth::AccessKey { id, secret } | Auth::Basic { id, secret } => (id, secret, None),
            Auth::Password {
                client_id,
                client_secret,
                id,
                secret,
            } => (id, secret, Some((client_id, client_secret))),
            Auth::Bearer(_) => return None,
        };
        let application = |(id, secret)| {
            let id = Watched::new("client_id", id);
            Box::new((id, Watched::new("client_secret", secret)))
        };
        let credential = Credential {
            id: Watched::new("access_key_id", id),
            secret: Watched::new("access_key_secret", secret),
            client: client.map(application),
        };
        Some(Self {
            upstreams: Arc::clone(upstreams),
            credential,
            lost: AtomicBool::default(),
        })
    }

    /// The id of the access key.
    pub(crate) async fn key_id(&self) -> Result<SecretString, UpstreamError> {
        self.credential.id.get().await
    }

    /// The credentials as they are at this moment.
    pub(crate) async fn keys(&self) -> Result<Keys, UpstreamError> {
        let Credential { id, secret, client } = &self.credential;
        Ok(Keys {
            id: id.afresh().await?,
            secret: secret.afresh().await?,
            client: match client.as_deref() {
                Some((id, secret)) => Some((id.afresh().await?, secret.afresh().await?)),
                None => None,
            },
        })
    }

    /// Buys a token with credentials.
    pub(crate) async fn log_in(
        &self,
        keys: &Keys,
        host: &TokenHost,
        deadline: Instant,
    ) -> Result<Bought, NoToken> {
        let (id, secret) = (keys.id.expose_secret(), keys.secret.expose_secret());
        let (url, request) = match &keys.client {
            None => {
                let url = join(&host.base, ACCESS_KEY_PATH);
                let request = Request::new(Method::POST, url.clone(), ACCESS_KEY_PATH, deadline);
                let body = json!({ "accessKeyId": id, "accessKeySecret": secret });
                (url, request.json(&body))
            }
            Some((client, word)) => {
                let url = host.grant();
                let request = Request::new(Method::POST, url.clone(), GRANT_PATH, deadline)
                    .basic(client.clone(), word.clone())
                    .form(&[
                        ("grant_type", "password"),
                        ("username", id),
                        ("password", secret),
                    ]);
                (url, request)
            }
        };
        self.buy(keys, &url, request, true).await
    }

    /// Buys the next token with what came with the last one.
    pub(crate) async fn refresh(
        &self,
        keys: &Keys,
        refresh: &SecretString,
        host: &TokenHost,
        deadline: Instant,
    ) -> Result<Bought, NoToken> {
        let token = refresh.expose_secret();
        let (url, request) = match &keys.client {
            None => {
                let url = join(&host.base, REFRESH_PATH);
                let request = Request::new(Method::POST, url.clone(), REFRESH_PATH, deadline);
                (url, request.json(&json!({ "token": token })))
            }
            Some((client, word)) => {
                let url = host.grant();
                let request = Request::new(Method::POST, url.clone(), GRANT_PATH, deadline)
                    .basic(client.clone(), word.clone())
                    .form(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
                (url, request)
            }
        };
        // What refreshes may be good once only.
        self.buy(keys, &url, request, false).await
    }

    /// Whether the host of tokens was seen to be none since this was asked last.
    pub(crate) fn take_lost(&self) -> bool {
        self.lost.swap(false, Ordering::Relaxed)
    }

    async fn buy(
        &self,
        keys: &Keys,
        url: &Url,
        request: Request,
        repeatable: bool,
    ) -> Result<Bought, NoToken> {
        let sent = self.upstreams.urgent(url, request, repeatable).await;
        let lost = match &sent {
            Ok(answer) => answer.status.as_u16() == 404,
            Err(failure) => matches!(failure, Failure::Connect { .. }),
        };
        self.lost.fetch_or(lost, Ordering::Relaxed);
        match sent {
            Ok(answer) => self.bought(&answer, &Personal::of(&json!(keys.all()))),
            Err(failure) => Err(failed(&failure, "no token", false).into()),
        }
    }

    fn bought(&self, answer: &Answer, personal: &Personal) -> Result<Bought, NoToken> {
        let status = answer.status.as_u16();
        let refused = matches!(status, 400 | 401 | 403);
        let no = |text: String| NoToken {
            refused,
            absent: matches!(status, 404 | 405 | 410),
            error: UpstreamError::Unavailable {
                reason: text,
                uncertain: false,
                retry_after: answer.retry_after,
            },
        };
        if !answer.status.is_success() {
            let said = words(answer, personal);
            return Err(no(if refused {
                format!("{}: status {status}, {said}", self.refused())
            } else {
                format!("no token: status {status}, {said}")
            }));
        }
        let json = answer.json().unwrap_or_default();
        let text = |member: &str| json.get(member).and_then(Value::as_str);
        let Some(token) = text("access_token").filter(|token| is_token(token)) else {
            return Err(no("no token: the answer has no access_token".to_owned()));
        };
        let told = [Some(token), text("id_token")].into_iter().flatten();
        let refresh = text("refresh_token").filter(|token| is_token(token));
        Ok(Bought {
            secret: SecretString::from(token),
            life: life(&json),
            refresh: refresh.map(SecretString::from),
            claims: told.filter_map(Claims::of).reduce(Claims::or),
        })
    }

    fn refused(&self) -> &'static str {
        match self.credential.client {
            None => "the access key is refused (check access_key_id and access_key_secret)",
            Some(_) => {
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
