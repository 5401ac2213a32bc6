//! The admin side: is it alive, is it ready. On a listener of its own.

use std::convert::Infallible;
use std::sync::Arc;

use bridge::connection::Connection;
use bridge::line::Bridge;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};

/// The admin side of the service.
#[derive(Debug)]
pub struct AdminService {
    bridge: Arc<Bridge>,
    connections: Vec<Arc<Connection>>,
}

impl AdminService {
    /// An admin side over a bridge.
    pub fn new(bridge: Arc<Bridge>) -> Self {
        let connections = bridge.connections().cloned().collect();
        Self {
            bridge,
            connections,
        }
    }

    /// Answers one request.
    pub async fn answer<B>(
        &self,
        request: Request<B>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let (status, body) = match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/healthz") => (StatusCode::OK, json!({"status": "ok"})),
            (&Method::GET | &Method::HEAD, "/readyz") => self.ready().await,
            (_, "/healthz" | "/readyz") => {
                (StatusCode::METHOD_NOT_ALLOWED, json!({"error": "GET only"}))
            }
            _ => (
                StatusCode::NOT_FOUND,
                json!({"error": "no such path; there are /healthz and /readyz"}),
            ),
        };
        let mut answer = Response::new(Full::new(Bytes::from(format!("{body}\n"))));
        *answer.status_mut() = status;
        answer.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        Ok(answer)
    }

    /// Ready once ledger and listeners are open. It does not depend on CXone; a plugin that could not be loaded shows in the
    /// detail of its connection and takes nothing else down.
    async fn ready(&self) -> (StatusCode, Value) {
        let mut connections = serde_json::Map::new();
        let mut usable = true;
        for connection in &self.connections {
            let plugins: Vec<Value> = connection
                .plugins
                .not_loaded()
                .into_iter()
                .map(|failure| json!({"plugin": failure.plugin, "reason": failure.message}))
                .collect();
            let status = if plugins.is_empty() {
                "ok"
            } else {
                "plugins not loaded: only reads, disables and deletes are served"
            };
            let users = self.bridge.ledger().count_users(&connection.scope).await;
            usable &= users.is_ok();
            connections.insert(
                connection.scope.to_string(),
                json!({"status": status, "plugins_not_loaded": plugins}),
            );
        }
        let (status, word) = if usable {
            (StatusCode::OK, "ready")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "the ledger cannot be read")
        };
        (status, json!({"status": word, "connections": connections}))
    }
}
