//! One authenticated request, and where it goes.

use std::sync::Arc;

use bridge::connection::Connection;
use bridge::line::Bridge;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use scim::error::Error;

use crate::address::Parameters;
use crate::body;
use crate::discovery::{self, Discovery};
use crate::error::Failure;
use crate::respond::{self, Answer};
use crate::{groups, users};

/// What every handler gets.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) bridge: &'a Arc<Bridge>,
    pub(crate) connection: &'a Arc<Connection>,
    pub(crate) parameters: &'a Parameters,
    /// The connection's base URL as the client sees it, without a trailing slash.
    pub(crate) base_url: String,
}

const NOT_SERVED: &str = "this service does not do that";

impl Call<'_> {
    /// The route table.
    pub(crate) async fn dispatch<B>(
        &self,
        method: &Method,
        segments: &[String],
        headers: &HeaderMap,
        body: B,
    ) -> Answer
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let outcome = match (method.as_str(), segments.as_slice()) {
            ("POST", ["Users"]) => match body::json(headers, body).await {
                Ok(document) => users::create(self, document).await,
                Err(error) => Err(error.into()),
            },
            ("PUT", ["Users", id]) => match body::json(headers, body).await {
                Ok(document) => users::replace(self, id, document).await,
                Err(error) => Err(error.into()),
            },
            ("PATCH", ["Users", id]) => match body::json(headers, body).await {
                Ok(document) => users::patch(self, id, document).await,
                Err(error) => Err(error.into()),
            },
            (_, path) => {
                body::drain(body).await;
                self.without_body(method.as_str(), path).await
            }
        };
        outcome.unwrap_or_else(|failure| respond::failure(&failure))
    }

    async fn without_body(&self, method: &str, path: &[&str]) -> Result<Answer, Failure> {
        match (method, path) {
            ("GET", ["Users"]) => users::list(self).await,
            ("GET", ["Users", id]) => users::read(self, id).await,
            ("DELETE", ["Users", id]) => users::delete(self, id).await,
            ("GET", ["Groups"]) => groups::list(self),
            ("GET", ["ServiceProviderConfig" | "ServiceProviderConfigs"]) => {
                discovery::answer(self, Discovery::ServiceProviderConfig)
            }
            ("GET", ["ResourceTypes"]) => discovery::answer(self, Discovery::ResourceTypes),
            ("GET", ["ResourceTypes", name]) => {
                discovery::answer(self, Discovery::ResourceType(name))
            }
            ("GET", ["Schemas"]) => discovery::answer(self, Discovery::Schemas),
            ("GET", ["Schemas", urn]) => discovery::answer(self, Discovery::Schema(urn)),
            ("POST" | "PUT" | "PATCH" | "DELETE", ["Groups", ..])
            | ("POST", ["Bulk" | ".search"])
            | (_, ["Me", ..]) => {
                Err(Error::status(StatusCode::NOT_IMPLEMENTED.as_u16(), NOT_SERVED).into())
            }
            (_, ["Users"]) => Ok(respond::not_allowed("GET, POST")),
            (_, ["Users", _]) => Ok(respond::not_allowed("GET, PUT, PATCH, DELETE")),
            (
                _,
                [
                    "Groups"
                    | "ServiceProviderConfig"
                    | "ServiceProviderConfigs"
                    | "ResourceTypes"
                    | "Schemas",
                ],
            )
            | (_, ["ResourceTypes" | "Schemas", _]) => Ok(respond::not_allowed("GET")),
            _ => Err(Error::not_found("no such endpoint").into()),
        }
    }
}
