//! The SCIM service provider: from an HTTP request to an answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bridge::line::Bridge;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use scim::error::Error;

use crate::authenticate::{Authenticator, NOBODY};
use crate::call::Call;
use crate::error::Failure;
use crate::respond::{self, Answer};
use crate::server::Peer;
use crate::{address, body, token_endpoint};

/// How long a request may take in all. Under Okta's 60 s (idp.md 2.4) and over the time that CXone is given.
const DEADLINE: Duration = Duration::from_secs(40);

/// The SCIM side of the service.
#[derive(Debug)]
pub struct ScimService {
    bridge: Arc<Bridge>,
    authenticator: Arc<Authenticator>,
    public_url: Option<String>,
}

impl ScimService {
    /// A service over a bridge. `public_url` is what clients see in front of `/{tenant}/{connection}/scim/v2`; without it, it
    /// is taken from the request.
    pub fn new(
        bridge: Arc<Bridge>,
        authenticator: impl Into<Arc<Authenticator>>,
        public_url: Option<String>,
    ) -> Self {
        let public_url = public_url.map(|url| url.trim_end_matches('/').to_owned());
        Self {
            bridge,
            authenticator: authenticator.into(),
            public_url,
        }
    }

    /// Answers one request. What it logs is the method, the connection, the endpoint, the status and the time: no id, no query,
    /// no body.
    pub async fn answer<B>(&self, request: Request<B>) -> Result<Answer, Infallible>
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        let started = Instant::now();
        let method = request.method().clone();
        let endpoint = endpoint(request.uri().path());
        let answer = match tokio::time::timeout(DEADLINE, self.handle(request)).await {
            Ok(answer) => answer,
            Err(_) => {
                let error = Error::status(503, "the request took too long; send it again");
                let retry_after = Some(30);
                respond::failure(&Failure { error, retry_after })
            }
        };
        let (status, ms) = (answer.status().as_u16(), started.elapsed().as_millis());
        tracing::info!(%method, endpoint, status, ms, "answered");
        Ok(answer)
    }

    async fn handle<B>(&self, request: Request<B>) -> Answer
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        let (parts, body) = request.into_parts();
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
        if let Some(scope) = address::token_endpoint(&parts.uri) {
            let authenticator = &self.authenticator;
            return token_endpoint::answer(authenticator, scope.as_ref(), &parts, body, peer).await;
        }
        let Some(address) = address::parse(&parts.uri) else {
            body::drain(body).await;
            return respond::error(
                StatusCode::NOT_FOUND,
                "no such path: the base URL is /{tenant}/{connection}/scim/v2",
            );
        };
        let scope = address.scope.as_ref();
        let admitted = self.authenticator.admit(scope, &parts.headers, peer).await;
        let connection = admitted.and_then(|()| {
            let connection = scope.and_then(|scope| self.bridge.connection(scope));
            connection.ok_or_else(|| self.authenticator.failure(NOBODY, scope, peer))
        });
        let connection = match connection {
            Ok(connection) => connection,
            Err(failure) => {
                body::drain(body).await;
                return respond::failure(&failure);
            }
        };
        let base_url = format!(
            "{}/{}/scim/v2",
            self.origin(&parts.headers),
            connection.scope
        );
        let call = Call {
            bridge: &self.bridge,
            connection: &connection,
            parameters: &address.parameters,
            headers: &parts.headers,
            brief: false,
            authenticator: &self.authenticator,
            base_url,
        };
        call.dispatch(&parts.method, &address.segments, body).await
    }

    /// Scheme and host as the client sees them.
    fn origin(&self, headers: &HeaderMap) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let scheme = if text("x-forwarded-proto") == Some("https") {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", text("host").unwrap_or("localhost"))
    }
}

/// Tenant, connection and endpoint of a path: what may be logged of it. A path that has another form may hold anything.
fn endpoint(path: &str) -> String {
    let segments: Vec<&str> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let plain = |text: &&str| {
        text.len() < 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match segments.as_slice() {
        [tenant, connection, "scim", "v2", endpoint, ..]
            if [tenant, connection, endpoint].into_iter().all(plain) =>
        {
            format!("{tenant}/{connection}/{endpoint}")
        }
        [tenant, connection, "oauth2", "token"] if [tenant, connection].into_iter().all(plain) => {
            format!("{tenant}/{connection}/oauth2/token")
        }
        _ => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn no_more_of_a_path_is_logged_than_where_it_goes() {
        assert_eq!(
            endpoint("/acme/entra/scim/v2/Users/ada@example.com"),
            "acme/entra/Users"
        );
        assert_eq!(endpoint("/acme/entra/scim/v2/ada@example.com"), "-");
        assert_eq!(
            endpoint("/acme/entra/oauth2/token"),
            "acme/entra/oauth2/token"
        );
        assert_eq!(endpoint("/ada@example.com/entra/oauth2/token"), "-");
        assert_eq!(endpoint("/ada@example.com"), "-");
    }
}
