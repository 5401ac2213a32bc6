//! A world for a test: a simulated CXone, the service in front of it, a ledger of its own, all on 127.0.0.1 and free ports.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jackfield::app::{self, Running, StartError};
use jackfield::config::{Config, Fixed};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use simulator::{Settings, Simulator};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// The token of every connection of a test world.
pub(crate) const TOKEN: &str = "test-token";

/// A running world. Some of what it offers is used by a few tests only.
pub(crate) struct World {
    pub(crate) app: Running,
    pub(crate) simulator: simulator::Running,
    pub(crate) http: Client,
    toml: String,
    directory: TempDir,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    /// `null` where the body is empty.
    pub(crate) body: Value,
}

/// The part of a configuration that follows `[tenants.acme.cxone]`: one Entra connection with all three bundled plugins.
pub(crate) const ENTRA: &str = r#"
[tenants.acme.connections.entra]
idp = "entra"
token = "test-token"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
[[tenants.acme.connections.entra.plugins]]
use = "template-chooser"
[[tenants.acme.connections.entra.plugins]]
use = "tenant-rules"
"#;

/// One Entra connection with the mapper alone, as in the README.
pub(crate) const MAPPER_ONLY: &str = r#"
[tenants.acme.connections.entra]
idp = "entra"
token = "test-token"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
"#;

impl World {
    /// A world with [`ENTRA`].
    pub(crate) async fn start() -> Self {
        Self::with(ENTRA).await
    }

    /// A world with the connections (and anything else) of `connections`, in TOML.
    pub(crate) async fn with(connections: &str) -> Self {
        Self::speaking("scim", connections).await
    }

    /// The same with a CXone that is spoken to by one of its APIs.
    pub(crate) async fn speaking(api: &str, connections: &str) -> Self {
        let directory = TempDir::new().expect("a directory");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let simulator = Simulator::start(listener, Settings::default()).expect("a simulator");
        let toml = format!(
            r#"
[listen]
scim = "127.0.0.1:0"
admin = "127.0.0.1:0"
[ledger]
url = "sqlite:{ledger}"
[tenants.acme.cxone]
api = "{api}"
base_url = "{base}"
access_key_id = "simulator"
access_key_secret = "simulator-secret"
# As fast as it goes: what is paced is tested where it is built.
rate = 100000
{connections}"#,
            ledger = directory.path().join("jackfield.db").display(),
            base = simulator.base_url(),
        );
        let app = serve(&toml, directory.path()).await;
        Self {
            app,
            simulator,
            http: Client::new(),
            toml,
            directory,
        }
    }

    /// Stops the service in good order and starts it again on the same ledger.
    pub(crate) async fn restart(self) -> Self {
        self.restart_with(str::to_owned).await
    }

    /// The same, with another configuration.
    pub(crate) async fn restart_with(mut self, change: impl FnOnce(&str) -> String) -> Self {
        self.toml = change(&self.toml);
        self.app.stop().await;
        self.app = serve(&self.toml, self.directory.path()).await;
        self
    }

    /// A file of this world's directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A request to the Entra connection; `path` is what follows `/scim/v2`.
    pub(crate) async fn scim(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.connection("acme/entra", method, path, body).await
    }

    /// A request to a connection.
    pub(crate) async fn connection(
        &self,
        scope: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Reply {
        let url = format!("http://{}/{scope}/scim/v2{path}", self.app.scim);
        let mut request = self
            .http
            .request(
                Method::from_bytes(method.as_bytes()).expect("a method"),
                url,
            )
            .bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/scim+json; charset=utf-8")
                .body(body.to_string());
        }
        reply(request).await
    }

    /// Creates a user and answers the id.
    pub(crate) async fn created(&self, body: Value) -> String {
        let reply = self.scim("POST", "/Users", Some(body)).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        reply.body["id"].as_str().expect("an id").to_owned()
    }

    /// A PATCH with these operations.
    pub(crate) async fn patch(&self, id: &str, operations: Value) -> Reply {
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        self.scim("PATCH", &format!("/Users/{id}"), Some(body))
            .await
    }

    /// What the simulator holds and was told.
    pub(crate) async fn state(&self) -> Value {
        let url = format!("{}/simulator/state", self.simulator.base_url());
        reply(self.http.get(url)).await.body
    }

    /// The person of this user name as the simulated CXone shows them.
    pub(crate) async fn held(&self, user_name: &str) -> Option<Value> {
        let state = self.state().await;
        state["users"]
            .as_array()?
            .iter()
            .find(|user| user["userName"] == user_name)
            .cloned()
    }

    /// The calls on CXone's users since the `skip`th: method, path, body.
    pub(crate) async fn told(&self) -> Vec<(String, String, Value)> {
        let state = self.state().await;
        let calls = state["calls"].as_array().cloned().unwrap_or_default();
        let users = calls.into_iter().filter(|call| {
            call["path"]
                .as_str()
                .is_some_and(|path| path.contains("/Users"))
        });
        users
            .map(|call| {
                let text = |key: &str| call[key].as_str().unwrap_or_default().to_owned();
                (text("method"), text("path"), call["body"].clone())
            })
            .collect()
    }

    /// The writes on CXone's users, by whichever API: method, path, body.
    pub(crate) async fn writes(&self) -> Vec<(String, String, Value)> {
        let state = self.state().await;
        let calls = state["calls"].as_array().cloned().unwrap_or_default();
        let writes = calls.into_iter().filter_map(|call| {
            let text = |key: &str| call[key].as_str().unwrap_or_default().to_owned();
            let (method, path) = (text("method"), text("path"));
            let of_users = path.contains("/Users") || path.contains("/users");
            let reads = method == "GET" || path.ends_with("/search");
            (of_users && !reads).then(|| (method, path, call["body"].clone()))
        });
        writes.collect()
    }

    /// Changes the simulator's settings.
    pub(crate) async fn settings(&self, settings: Value) {
        let url = format!("{}/simulator/settings", self.simulator.base_url());
        let request = self
            .http
            .put(url)
            .header("content-type", "application/json")
            .body(settings.to_string());
        let answer = reply(request).await;
        assert!((200..300).contains(&answer.status), "{}", answer.body);
    }

    /// Sets one switch of the simulator.
    pub(crate) async fn switch(&self, name: &str, value: impl Into<Value>) {
        self.settings(json!({"switches": {name: value.into()}}))
            .await;
    }

    /// Waits, up to 30 s, until something holds.
    pub(crate) async fn eventually<F: AsyncFn(&Self) -> bool>(&self, what: &str, holds: F) {
        for _ in 0..600 {
            if holds(self).await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never: {what}\n{:#}", self.state().await);
    }
}

/// Sends a request.
pub(crate) async fn reply(request: reqwest::RequestBuilder) -> Reply {
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let text = answer.text().await.expect("a body");
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).expect("JSON")
    };
    Reply {
        status,
        headers,
        body,
    }
}

/// Serves; a task of a service of before, that reads a list for others, may have the ledger for a moment still.
async fn serve(toml: &str, directory: &Path) -> Running {
    let path = directory.join("jackfield.toml");
    for _ in 0..100 {
        let config = Config::parse(&path, toml, &Fixed::default()).expect("a configuration");
        match app::start(config, engine()).await {
            Err(StartError::Ledger(ledger::OpenError::InUse { .. })) => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            started => return started.expect("a service"),
        }
    }
    panic!("the ledger of the service of before is never let go");
}

/// One engine for all tests of the process. It forgets a component that nobody uses, so its plugins are held here: else each
/// world would compile them anew.
pub(crate) fn engine() -> &'static plugin::Engine {
    static ENGINE: OnceLock<(plugin::Engine, Vec<Arc<plugin::Loaded>>)> = OnceLock::new();
    let (engine, _) = ENGINE.get_or_init(|| {
        let engine = app::engine().expect("an engine");
        let load = |plugin: &bundled::Bundled| {
            engine
                .load(plugin.name, plugin.bytes)
                .expect("a bundled plugin")
        };
        let loaded = bundled::all().iter().map(load).collect();
        (engine, loaded)
    });
    engine
}

/// Ada, as Entra sends her (fixture E-05).
pub(crate) fn ada() -> Value {
    person("ada", "Ada", "Byron")
}

/// Somebody, as Entra sends them.
pub(crate) fn person(name: &str, given: &str, family: &str) -> Value {
    let address = format!("{name}@example.com");
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "externalId": name,
        "userName": address,
        "active": true,
        "displayName": format!("{given} {family}"),
        "title": "Supervisor",
        "preferredLanguage": "en-GB",
        "emails": [{"primary": true, "type": "work", "value": address}],
        "name": {"givenName": given, "familyName": family, "formatted": format!("{given} {family}")},
        "addresses": [{"type": "work", "formatted": "HQ-4", "locality": "London", "country": "GB", "primary": true}],
        "phoneNumbers": [{"type": "mobile", "value": "+442079460001"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
            {"employeeNumber": "1815", "department": "Voice", "manager": "u-grace"},
        "roles": [],
        "meta": {"resourceType": "User"},
    })
}
