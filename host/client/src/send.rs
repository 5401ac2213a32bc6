//! The client.

use std::time::{Duration, SystemTime};

use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, redirect};
use secrecy::ExposeSecret;
use tokio::time::Instant;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::guard::{Resolver, check_url};
use crate::request::{Access, Request};
use crate::retry_after::retry_after;

/// What holds for every request of a client.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Longest time for name, connection and TLS together. Shorter than any deadline, so that a host that is down is
    /// known not to have got the request.
    pub connect_timeout: Duration,
    /// Longest answer, in bytes.
    pub answer_cap: usize,
    /// Whether https may go to private addresses. CXone is public, so it is off.
    pub allow_private: bool,
    /// The `User-Agent`; `None` sends none.
    pub user_agent: Option<&'static str>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            answer_cap: 8 * 1024 * 1024,
            allow_private: false,
            user_agent: Some(concat!("jackfield/", env!("CARGO_PKG_VERSION"))),
        }
    }
}

/// The HTTP library cannot start.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up: {0}")]
pub struct BuildError(#[from] reqwest::Error);

/// The client. Clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    settings: Settings,
}

impl Client {
    /// A client with its own connections. Certificates are checked against the system's store; a system without one
    /// still gets a client, which reaches plain http on loopback and no https.
    pub fn new(settings: Settings) -> Result<Self, BuildError> {
        let http = match builder(&settings).build() {
            Ok(http) => http,
            Err(error) => {
                let http = builder(&settings).tls_certs_only([]).build()?;
                tracing::warn!(
                    %error,
                    "no CA certificates found, so https reaches nobody: install the system's ca-certificates"
                );
                http
            }
        };
        Ok(Self { http, settings })
    }

    /// Whether https may go to private addresses.
    pub fn allow_private(&self) -> bool {
        self.settings.allow_private
    }

    /// Sends a request and reads the answer, whatever its status.
    ///
    /// A GET whose connection breaks before an answer is sent once more within the same deadline: servers close idle
    /// connections just when a request goes out on them, and a GET changes nothing. Nothing else is retried, except
    /// by the HTTP library where it knows that the server has not seen the request.
    pub async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let outcome = self.once(&request).await;
        match outcome {
            Err(Failure::Broken {
                answered: false, ..
            }) if request.method == Method::GET => self.once(&request).await,
            outcome => outcome,
        }
    }

    /// Sends a request once.
    pub(crate) async fn once(&self, request: &Request) -> Result<Answer, Failure> {
        let started = Instant::now();
        // On the heap: reqwest's futures are large, and callers nest this one many times over.
        let outcome = Box::pin(self.attempt(request, started)).await;
        let (method, route) = (&request.method, request.route);
        let ms = started.elapsed().as_millis();
        match &outcome {
            Ok(answer) => {
                tracing::debug!(%method, route, status = answer.status.as_u16(), ms, "upstream answered");
            }
            Err(failure) => {
                tracing::debug!(%method, route, %failure, ms, "upstream did not answer")
            }
        }
        outcome
    }

    async fn attempt(&self, request: &Request, started: Instant) -> Result<Answer, Failure> {
        check_url(&request.url, self.settings.allow_private)?;
        let host = request.host();
        if Instant::now() >= request.deadline {
            return Err(Failure::NoTime { host });
        }
        let building = self.write(request)?;
        let answer = async {
            let response = building
                .send()
                .await
                .map_err(|error| Failure::sending(&error, &host))?;
            read(response, &host, self.settings.answer_cap).await
        };
        match tokio::time::timeout_at(request.deadline, answer).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::Deadline {
                after: started.elapsed(),
                host: host.clone(),
            }),
        }
    }

    /// The request in the library's terms: this is the whole list of headers.
    fn write(&self, request: &Request) -> Result<RequestBuilder, Failure> {
        let mut building = self
            .http
            .request(request.method.clone(), request.url.clone())
            .header(ACCEPT, accept(request.media_type));
        match &request.access {
            Some(Access::Bearer(token)) => building = building.bearer_auth(token.expose_secret()),
            Some(Access::Basic(id, _)) if id.expose_secret().contains(':') => {
                return Err(Failure::Malformed);
            }
            Some(Access::Basic(id, secret)) => {
                building = building.basic_auth(id.expose_secret(), Some(secret.expose_secret()));
            }
            None => {}
        }
        if let Some(body) = &request.body {
            building = building
                .header(CONTENT_TYPE, body.media_type.unwrap_or(request.media_type))
                .body(body.bytes.clone());
        }
        Ok(building)
    }
}

fn builder(settings: &Settings) -> reqwest::ClientBuilder {
    let building = match settings.user_agent {
        Some(name) => reqwest::Client::builder().user_agent(name),
        None => reqwest::Client::builder(),
    };
    building
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(Duration::from_secs(30))
        .dns_resolver(Resolver {
            allow_private: settings.allow_private,
        })
}

fn accept(media_type: &str) -> String {
    match media_type {
        "application/json" => media_type.to_owned(),
        other => format!("{other}, application/json"),
    }
}

async fn read(mut response: Response, host: &str, cap: usize) -> Result<Answer, Failure> {
    let too_long = || Failure::TooLong {
        host: host.to_owned(),
        cap,
    };
    let status = response.status();
    let header = |name: HeaderName| {
        let value = response.headers().get(name);
        value.and_then(|value| value.to_str().ok())
    };
    let pause = header(RETRY_AFTER).and_then(|value| retry_after(value, SystemTime::now()));
    let date = header(DATE).and_then(|value| httpdate::parse_http_date(value).ok());
    let media_type = header(CONTENT_TYPE).map(media_type);
    if response
        .content_length()
        .is_some_and(|length| length > cap as u64)
    {
        return Err(too_long());
    }
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(|_| Failure::Broken {
            host: host.to_owned(),
            answered: true,
        })?;
        let Some(chunk) = chunk else { break };
        if body.len() + chunk.len() > cap {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status,
        retry_after: pause,
        date,
        media_type,
        uncertain: false,
        body,
    })
}

/// A media type without its parameters (RFC 9110, section 8.3.1).
fn media_type(content_type: &str) -> String {
    let bare = content_type.split(';').next().unwrap_or_default();
    bare.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_future_is_small() {
        let client = Client::new(Settings::default()).expect("a client");
        let url = url::Url::parse("http://127.0.0.1:1").expect("a URL");
        let request = Request::new(Method::GET, url, "/", Instant::now());
        let size = size_of_val(&client.send(request));
        assert!(size < 2048, "{size} bytes");
    }
}
