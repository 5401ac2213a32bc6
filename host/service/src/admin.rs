//! The admin side: is it alive, is it ready. On a listener of its own.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use bridge::connection::Connection;
use bridge::line::Bridge;
use bridge::policy::Mode;
use bridge::port::ledger::Standing;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::{Map, Value, json};

use crate::command::Command;

/// The admin side of the service.
#[derive(Debug)]
pub struct AdminService {
    bridge: Arc<Bridge>,
    connections: Vec<Arc<Connection>>,
    /// Whether commands that change something are taken: only where nobody but this machine reaches the listener.
    commands: bool,
}

impl AdminService {
    /// An admin side over a bridge. `commands` says whether it takes those that change something.
    pub fn new(bridge: Arc<Bridge>, commands: bool) -> Self {
        let connections = bridge.connections();
        Self {
            bridge,
            connections,
            commands,
        }
    }

    /// Answers one request.
    pub async fn answer<B>(&self, request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible>
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        let (parts, body) = request.into_parts();
        let (status, body) = match (&parts.method, parts.uri.path()) {
            (&Method::GET | &Method::HEAD, "/healthz") => (StatusCode::OK, json!({"status": "ok"})),
            (&Method::GET | &Method::HEAD, "/readyz") => self.ready().await,
            (&Method::POST, path) if Command::PATHS.contains(&path) => {
                self.command(path, &parts.headers, body).await
            }
            (_, path) if Command::PATHS.contains(&path) => (
                StatusCode::METHOD_NOT_ALLOWED,
                json!({"error": "POST only"}),
            ),
            (_, "/healthz" | "/readyz") => {
                (StatusCode::METHOD_NOT_ALLOWED, json!({"error": "GET only"}))
            }
            _ => {
                let commands = Command::PATHS.join(", ");
                let error = format!("no such path; there are /healthz, /readyz, {commands}");
                (StatusCode::NOT_FOUND, json!({"error": error}))
            }
        };
        let mut answer = Response::new(Full::new(Bytes::from(format!("{body}\n"))));
        *answer.status_mut() = status;
        answer.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        Ok(answer)
    }

    /// A command of the command line, while the service runs.
    async fn command<B>(&self, path: &str, headers: &HeaderMap, body: B) -> (StatusCode, Value)
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        if !self.commands {
            let error = "commands are taken only where the admin listener is on a loopback address";
            return (StatusCode::FORBIDDEN, json!({"error": error}));
        }
        // A page in somebody's browser can post here, but neither without an Origin nor as JSON.
        let json_type = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
        if headers.contains_key(header::ORIGIN) || !json_type {
            let error = "commands are JSON, and not for browsers";
            return (StatusCode::FORBIDDEN, json!({"error": error}));
        }
        let read = crate::body::json(headers, body).await;
        let asked = read
            .map_err(|error| error.detail)
            .and_then(|body| Command::read(path, &body));
        let command = match asked {
            Ok(command) => command,
            Err(error) => return (StatusCode::BAD_REQUEST, json!({"error": error})),
        };
        match command.carry_out(&self.bridge).await {
            Ok(done) => (StatusCode::OK, done),
            Err(error) => (StatusCode::CONFLICT, json!({"error": error})),
        }
    }

    /// Ready once ledger and listeners are open. It does not depend on CXone; a plugin that could not be loaded shows in the
    /// detail of its connection and takes nothing else down.
    async fn ready(&self) -> (StatusCode, Value) {
        let (mut connections, mut tenants) = (Map::new(), Map::new());
        let mut standings = BTreeMap::new();
        let mut usable = true;
        for connection in &self.connections {
            let tenant = &connection.tenant;
            if !standings.contains_key(&tenant.name) {
                let found = self.bridge.ledger().standings(&tenant.name).await;
                usable &= found.is_ok();
                standings.insert(tenant.name.clone(), found.unwrap_or_default());
                let place = json!({"cxone": tenant.cxone.place()});
                tenants.insert(tenant.name.to_string(), place);
            }
            let of_tenant = standings.get(&tenant.name);
            let standing = of_tenant.and_then(|found| found.get(&connection.scope.connection));
            let standing = standing.copied().unwrap_or_default();
            connections.insert(connection.scope.to_string(), state(connection, standing));
        }
        let (status, word) = if usable {
            (StatusCode::OK, "ready")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "the ledger cannot be read")
        };
        let body = json!({"status": word, "tenants": tenants, "connections": connections});
        (status, body)
    }
}

/// What there is to say of a connection.
fn state(connection: &Connection, standing: Standing) -> Value {
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
    let mode = match connection.mode {
        Mode::Live => "live",
        Mode::Observe => "observe",
    };
    json!({
        "status": status, "mode": mode, "plugins_not_loaded": plugins, "removals_held": standing.held,
        "held_by_observe": standing.observed, "owed": standing.owed, "refused": standing.refused,
        "requests_refused": standing.requests, "deferred": standing.deferred, "unconfirmed": standing.unconfirmed,
    })
}
