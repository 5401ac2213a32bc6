//! The admin side: is it alive, is it ready, how much of what happened; and the commands. On a listener of its own.

use std::collections::{BTreeMap, BTreeSet};
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
use crate::process::{Kept, Process};

const METRICS: &str = "/metrics";
const RELOAD: &str = "/admin/reload";

/// The admin side of the service.
#[derive(Debug)]
pub struct AdminService {
    bridge: Arc<Bridge>,
    process: Arc<dyn Process>,
    /// Whether commands that change something are taken: only where nobody but this machine reaches the listener.
    commands: bool,
}

impl AdminService {
    /// An admin side over a bridge. `commands` says whether it takes those that change something.
    pub fn new(bridge: Arc<Bridge>, process: Arc<dyn Process>, commands: bool) -> Self {
        Self {
            bridge,
            process,
            commands,
        }
    }

    /// Answers one request.
    pub async fn answer<B>(&self, request: Request<B>) -> Result<Response<Full<Bytes>>, Infallible>
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        let (parts, body) = request.into_parts();
        if (&parts.method, parts.uri.path()) == (&Method::GET, METRICS) {
            // https://prometheus.io/docs/instrumenting/exposition_formats/
            let media_type = "text/plain; version=0.0.4; charset=utf-8";
            return Ok(respond(StatusCode::OK, media_type, self.process.metrics()));
        }
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
            (&Method::POST, RELOAD) => self.reload(&parts.headers, body).await,
            (_, RELOAD) => (
                StatusCode::METHOD_NOT_ALLOWED,
                json!({"error": "POST only"}),
            ),
            (_, "/healthz" | "/readyz" | METRICS) => {
                (StatusCode::METHOD_NOT_ALLOWED, json!({"error": "GET only"}))
            }
            _ => {
                let commands = Command::PATHS.join(", ");
                let error = format!(
                    "no such path; there are /healthz, /readyz, {METRICS}, {RELOAD}, {commands}"
                );
                (StatusCode::NOT_FOUND, json!({"error": error}))
            }
        };
        Ok(respond(status, "application/json", format!("{body}\n")))
    }

    /// Why a command is not taken from whoever sent these headers, if it is not.
    fn refuses(&self, headers: &HeaderMap) -> Option<(StatusCode, Value)> {
        // A page in somebody's browser can post here, but neither without an Origin nor as JSON.
        let json_type = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
        let error = match () {
            () if !self.commands => {
                "commands are taken only where the admin listener is on a loopback address"
            }
            () if headers.contains_key(header::ORIGIN) || !json_type => {
                "commands are JSON, and not for browsers"
            }
            () => return None,
        };
        Some((StatusCode::FORBIDDEN, json!({"error": error})))
    }

    /// Reads the configuration anew. The body may be empty, or name what may go with its debts.
    async fn reload<B>(&self, headers: &HeaderMap, body: B) -> (StatusCode, Value)
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        if let Some(refused) = self.refuses(headers) {
            crate::body::drain(body).await;
            return refused;
        }
        let let_go = match crate::body::json_if_any(headers, body).await {
            Ok(body) => let_go(body.as_ref()),
            Err(error) => Err(error.detail),
        };
        let let_go = match let_go {
            Ok(let_go) => let_go,
            Err(error) => return (StatusCode::BAD_REQUEST, json!({"error": error})),
        };
        match self.process.reload(let_go).await {
            Ok(done) if done.whole() => (StatusCode::OK, done.to_json()),
            Ok(done) => (StatusCode::CONFLICT, done.to_json()),
            Err(error) => (StatusCode::CONFLICT, json!({"error": error})),
        }
    }

    /// A command of the command line, while the service runs.
    async fn command<B>(&self, path: &str, headers: &HeaderMap, body: B) -> (StatusCode, Value)
    where
        B: http_body::Body<Data = Bytes> + Unpin,
    {
        if let Some(refused) = self.refuses(headers) {
            return refused;
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
        let kept = self.process.kept();
        for connection in self.bridge.connections() {
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
            let kept = kept.get(tenant.name.as_str());
            let state = state(&connection, standing, kept);
            connections.insert(connection.scope.to_string(), state);
        }
        for tenant in self.process.tenants() {
            if standings.contains_key(&tenant) {
                continue;
            }
            let found = self.bridge.ledger().standings(&tenant).await;
            usable &= found.is_ok();
            standings.insert(tenant, found.unwrap_or_default());
        }
        for (tenant, of_tenant) in &standings {
            for (connection, standing) in of_tenant.iter().filter(|(_, it)| it.unpaid() > 0) {
                let gone = connections.entry(format!("{tenant}/{connection}"));
                gone.or_insert_with(|| {
                    let status = "not configured: what it owes waits until it is back";
                    counted(json!({"status": status}), *standing)
                });
            }
        }
        // A new tenant that cannot be served has no connection to say it at.
        for (name, kept) in kept {
            tenants
                .entry(name)
                .or_insert_with(|| json!({"not_served": kept.to_json()}));
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

fn respond(status: StatusCode, media_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}

/// What there is to say of a connection.
fn state(connection: &Connection, standing: Standing, kept: Option<&Kept>) -> Value {
    let plugins: Vec<Value> = connection
        .plugins
        .not_loaded()
        .into_iter()
        .map(|failure| json!({"plugin": failure.plugin, "reason": failure.message}))
        .collect();
    let owing = connection.plugins.owing().into_iter();
    let owing: Vec<Value> = owing
        .map(|(plugin, ending)| json!({"plugin": plugin, "ending": ending.to_string()}))
        .collect();
    let status = match (plugins.is_empty(), kept) {
        (false, _) if connection.plugins.stopped() => {
            "plugins not loaded: only reads, disables and deletes are served"
        }
        (_, Some(_)) => "served as before: its configuration is not taken over",
        (false, None) => "plugins not loaded: writes are served as on_failure says",
        (true, None) => "ok",
    };
    let mode = match connection.mode {
        Mode::Live => "live",
        Mode::Observe => "observe",
    };
    let state = json!({
        "status": status, "kept": kept.map(Kept::to_json), "mode": mode, "plugins_not_loaded": plugins, "plugins_owing": owing,
    });
    counted(state, standing)
}

/// With how many users are not as they should be.
fn counted(mut state: Value, standing: Standing) -> Value {
    let counts = [
        ("removals_held", standing.held),
        ("held_by_observe", standing.observed),
        ("owed", standing.owed),
        ("refused", standing.refused),
        ("requests_refused", standing.requests),
        ("deferred", standing.deferred),
        ("unconfirmed", standing.unconfirmed),
    ];
    if let Some(state) = state.as_object_mut() {
        state.extend(counts.map(|(name, count)| (name.to_owned(), json!(count))));
    }
    state
}

/// What a reload may let go, of `{"let_go": ["acme/entra", ...]}`.
fn let_go(body: Option<&Value>) -> Result<BTreeSet<String>, String> {
    let expected =
        || r#"expected {"let_go": ["TENANT/CONNECTION" or "TENANT", ...]} or no body"#.to_owned();
    let Some(body) = body else {
        return Ok(BTreeSet::new());
    };
    let body = body.as_object().ok_or_else(expected)?;
    if body.keys().any(|key| key != "let_go") {
        return Err(expected());
    }
    let Some(names) = body.get("let_go") else {
        return Ok(BTreeSet::new());
    };
    let names = names.as_array().ok_or_else(expected)?;
    let names = names.iter().map(|name| name.as_str().map(str::to_owned));
    names.collect::<Option<_>>().ok_or_else(expected)
}
