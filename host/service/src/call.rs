//! One authenticated request, and where it goes.

use std::sync::Arc;

use bridge::connection::Connection;
use bridge::line::Bridge;
use bridge::said::Condition;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use scim::error::Error;
use scim::search_request::SearchRequest;
use serde_json::Value;

use crate::address::Parameters;
use crate::authenticate::Authenticator;
use crate::discovery::{self, Discovery};
use crate::error::Failure;
use crate::respond::{self, Answer};
use crate::{asked, body, bulk, entity_tag, groups, search, users};

/// What every handler gets.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) bridge: &'a Arc<Bridge>,
    pub(crate) connection: &'a Arc<Connection>,
    pub(crate) parameters: &'a Parameters,
    pub(crate) headers: &'a HeaderMap,
    /// Whether the resource that a write leaves is not shown: a bulk answer has its location and tag alone.
    pub(crate) brief: bool,
    pub(crate) authenticator: &'a Authenticator,
    /// The connection's base URL as the client sees it, without a trailing slash.
    pub(crate) base_url: String,
}

impl Call<'_> {
    /// Whether the client says that it has the version of this entity tag.
    pub(crate) fn has(&self, tag: &str) -> bool {
        entity_tag::known_to(self.headers, tag)
    }

    /// The route table.
    pub(crate) async fn dispatch<B>(&self, method: &Method, segments: &[String], body: B) -> Answer
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let takes_body = match (method.as_str(), segments.as_slice()) {
            ("POST", [.., ".search" | "Bulk" | "Users" | "Groups"]) => true,
            ("PUT" | "PATCH", ["Users" | "Groups", id]) => *id != ".search",
            _ => false,
        };
        let outcome = if takes_body {
            match body::json(self.headers, body).await {
                Ok(document) => self.with_body(method.as_str(), &segments, document).await,
                Err(error) => Err(error.into()),
            }
        } else {
            body::drain(body).await;
            self.without_body(method.as_str(), &segments).await
        };
        outcome.unwrap_or_else(|failure| respond::failure(&failure))
    }

    async fn with_body(&self, method: &str, path: &[&str], body: Value) -> Result<Answer, Failure> {
        match (method, path) {
            ("POST", [".search"]) => search::everything(self, &SearchRequest::parse(&body)?).await,
            ("POST", ["Users", ".search"]) => {
                users::list(self, &SearchRequest::parse(&body)?).await
            }
            ("POST", ["Groups", ".search"]) => {
                groups::list(self, &SearchRequest::parse(&body)?).await
            }
            ("POST", ["Bulk"]) => bulk::carry_out(self, body).await,
            (method, path) => {
                let condition = entity_tag::if_match(self.headers);
                self.write(method, path, body, condition).await
            }
        }
    }

    /// A write of one resource: a request of its own, or a part of a bulk one.
    pub(crate) async fn write(
        &self,
        method: &str,
        path: &[&str],
        body: Value,
        condition: Condition,
    ) -> Result<Answer, Failure> {
        match (method, path) {
            ("POST", ["Users"]) => users::create(self, body).await,
            ("PUT", ["Users", id]) => users::replace(self, id, body, condition).await,
            ("PATCH", ["Users", id]) => users::patch(self, id, body, condition).await,
            ("DELETE", ["Users", id]) => users::delete(self, id, condition).await,
            ("POST", ["Groups"]) => groups::create(self, body).await,
            ("PUT", ["Groups", id]) => groups::replace(self, id, body, condition).await,
            ("PATCH", ["Groups", id]) => groups::patch(self, id, body, condition).await,
            ("DELETE", ["Groups", id]) => groups::delete(self, id, condition).await,
            _ => Err(Error::not_found("no such endpoint").into()),
        }
    }

    async fn without_body(&self, method: &str, path: &[&str]) -> Result<Answer, Failure> {
        match (method, path) {
            ("GET", []) => search::everything(self, &asked::search(self.parameters)?).await,
            (_, [".search" | "Bulk"] | ["Users" | "Groups", ".search"]) => {
                Ok(respond::not_allowed("POST"))
            }
            ("GET", ["Users"]) => users::list(self, &asked::search(self.parameters)?).await,
            ("GET", ["Users", id]) => users::read(self, id).await,
            ("GET", ["Groups"]) => groups::list(self, &asked::search(self.parameters)?).await,
            ("GET", ["Groups", id]) => groups::read(self, id).await,
            ("DELETE", ["Users" | "Groups", _]) => {
                let condition = entity_tag::if_match(self.headers);
                self.write("DELETE", path, Value::Null, condition).await
            }
            ("GET", ["ServiceProviderConfig" | "ServiceProviderConfigs"]) => {
                discovery::answer(self, Discovery::ServiceProviderConfig)
            }
            ("GET", ["ResourceTypes"]) => discovery::answer(self, Discovery::ResourceTypes),
            ("GET", ["ResourceTypes", name]) => {
                discovery::answer(self, Discovery::ResourceType(name))
            }
            ("GET", ["Schemas"]) => discovery::answer(self, Discovery::Schemas),
            ("GET", ["Schemas", urn]) => discovery::answer(self, Discovery::Schema(urn)),
            // RFC 7644, section 3.11: who does not serve it says 501.
            (_, ["Me", ..]) => {
                let detail = "there is no /Me: who calls is an identity provider and no user";
                Err(Error::status(StatusCode::NOT_IMPLEMENTED.as_u16(), detail).into())
            }
            (_, ["Users" | "Groups"]) => Ok(respond::not_allowed("GET, POST")),
            (_, ["Users" | "Groups", _]) => Ok(respond::not_allowed("GET, PUT, PATCH, DELETE")),
            (
                _,
                [
                    "ServiceProviderConfig"
                    | "ServiceProviderConfigs"
                    | "ResourceTypes"
                    | "Schemas",
                ]
                | ["ResourceTypes" | "Schemas", _]
                | [],
            ) => Ok(respond::not_allowed("GET")),
            _ => Err(Error::not_found("no such endpoint").into()),
        }
    }
}
