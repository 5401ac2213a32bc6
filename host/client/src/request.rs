//! A request, with every header that it can have.

use std::fmt;

use reqwest::Method;
use secrecy::SecretString;
use serde_json::Value;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

/// A request. `Debug` shows method and route only.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) route: &'static str,
    pub(crate) deadline: Instant,
    pub(crate) media_type: &'static str,
    pub(crate) access: Option<Access>,
    pub(crate) body: Option<Body>,
}

/// What goes into `authorization`.
#[derive(Clone)]
pub(crate) enum Access {
    Bearer(SecretString),
    Basic(SecretString, SecretString),
}

#[derive(Clone)]
pub(crate) struct Body {
    /// Its `content-type`, where that is not the request's media type.
    pub(crate) media_type: Option<&'static str>,
    pub(crate) bytes: Vec<u8>,
}

impl Request {
    /// A request without body that must be answered whole by `deadline`. `route` stands for the path in logs, as
    /// `/scim/v2/Users/{id}`; the path itself is never logged.
    pub fn new(method: Method, url: Url, route: &'static str, deadline: Instant) -> Self {
        Self {
            method,
            url,
            route,
            deadline,
            media_type: "application/json",
            access: None,
            body: None,
        }
    }

    /// With a bearer token.
    pub fn bearer(mut self, token: SecretString) -> Self {
        self.access = Some(Access::Bearer(token));
        self
    }

    /// With HTTP Basic (RFC 7617). An id with a colon cannot be written down, so such a request fails unsent.
    pub fn basic(mut self, id: SecretString, secret: SecretString) -> Self {
        self.access = Some(Access::Basic(id, secret));
        self
    }

    /// With a media type for `accept` and a JSON body's `content-type`; `application/json` otherwise. `application/json`
    /// is always accepted.
    pub fn media_type(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.body = Some(Body {
            media_type: None,
            bytes: body.to_string().into_bytes(),
        });
        self
    }

    /// With a form as body (`application/x-www-form-urlencoded`), as OAuth's token endpoints want it (RFC 6749, section
    /// 4.3.2).
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let bytes = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish()
            .into_bytes();
        self.body = Some(Body {
            media_type: Some("application/x-www-form-urlencoded"),
            bytes,
        });
        self
    }

    pub(crate) fn host(&self) -> String {
        match (self.url.host_str(), self.url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("route", &self.route)
            .finish_non_exhaustive()
    }
}
