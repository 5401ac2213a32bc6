//! A request, with every header that it can have.

use std::fmt;

use reqwest::Method;
use secrecy::SecretString;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

/// A request. `Debug` shows method and route only.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) route: &'static str,
    pub(crate) deadline: Instant,
    pub(crate) media_type: &'static str,
    /// Of the body, where it is not `media_type`.
    pub(crate) content_type: Option<&'static str>,
    pub(crate) bearer: Option<SecretString>,
    pub(crate) basic: Option<(SecretString, SecretString)>,
    pub(crate) body: Option<Vec<u8>>,
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
            content_type: None,
            bearer: None,
            basic: None,
            body: None,
        }
    }

    /// With a bearer token.
    pub fn bearer(mut self, token: SecretString) -> Self {
        self.bearer = Some(token);
        self
    }

    /// With a user and a password (RFC 7617).
    pub fn basic(mut self, user: SecretString, password: SecretString) -> Self {
        self.basic = Some((user, password));
        self
    }

    /// With a media type for `accept` and `content-type`; `application/json` otherwise. `application/json` is
    /// always accepted.
    pub fn media_type(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self
    }

    /// With a JSON body.
    pub fn json(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self
    }

    /// With a form (`application/x-www-form-urlencoded`) as its body.
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.body = Some(form.finish().into_bytes());
        self.content_type = Some("application/x-www-form-urlencoded");
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
