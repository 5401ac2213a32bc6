//! A service whose configuration is on disk and can be changed while it runs.

use std::path::PathBuf;
use std::time::Duration;

use jackfield::app::{self, Running};
use jackfield::config::Config;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use simulator::{Settings, Simulator};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::world::{Reply, engine, person, reply};

/// A running service, a simulated CXone behind it, and the configuration's directory.
pub(crate) struct Site {
    pub(crate) app: Running,
    pub(crate) simulator: simulator::Running,
    pub(crate) http: Client,
    pub(crate) directory: TempDir,
}

impl Site {
    /// A directory of these tenants, each with what `tenant` says of it. `{cxone}` becomes the table's lines.
    pub(crate) async fn of(tenants: &[(&str, String)]) -> Self {
        let directory = TempDir::new().expect("a directory");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let simulator = Simulator::start(listener, Settings::default()).expect("a simulator");
        Self::before(directory, simulator, None, tenants).await
    }

    /// The same, with more lines of `jackfield.toml`.
    pub(crate) async fn with_general(lines: &str, tenants: &[(&str, String)]) -> Self {
        let directory = TempDir::new().expect("a directory");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let simulator = Simulator::start(listener, Settings::default()).expect("a simulator");
        Self::start(engine(), directory, simulator, None, (lines, tenants)).await
    }

    /// The same, on an engine of its own.
    pub(crate) async fn on(engine: &plugin::Engine, tenants: &[(&str, String)]) -> Self {
        let directory = TempDir::new().expect("a directory");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let simulator = Simulator::start(listener, Settings::default()).expect("a simulator");
        Self::start(engine, directory, simulator, None, ("", tenants)).await
    }

    /// The same, with something between it and the simulator.
    pub(crate) async fn before(
        directory: TempDir,
        simulator: simulator::Running,
        base_url: Option<String>,
        tenants: &[(&str, String)],
    ) -> Self {
        Self::start(engine(), directory, simulator, base_url, ("", tenants)).await
    }

    async fn start(
        engine: &plugin::Engine,
        directory: TempDir,
        simulator: simulator::Running,
        base_url: Option<String>,
        (lines, tenants): (&str, &[(&str, String)]),
    ) -> Self {
        let general = format!(
            "[listen]\nscim = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[ledger]\nurl = \"sqlite:{}\"\n{lines}",
            directory.path().join("ledger.db").display()
        );
        std::fs::write(directory.path().join("jackfield.toml"), general).expect("a file");
        let base_url = base_url.unwrap_or_else(|| simulator.base_url());
        std::fs::write(directory.path().join("base_url"), base_url).expect("a file");
        for (name, text) in tenants {
            let path = directory.path().join(format!("{name}.toml"));
            std::fs::write(path, text).expect("a file");
        }
        let path = directory.path().to_owned();
        let config = Config::load(&path).expect("a configuration");
        let app = app::start_from(config, Some(path), engine).await;
        Self {
            app: app.expect("a service"),
            simulator,
            http: Client::new(),
            directory,
        }
    }

    /// Stops the service in good order and starts it again on what is configured now.
    pub(crate) async fn restart(self) -> Self {
        let path = self.directory.path().to_owned();
        self.app.stop().await;
        let config = Config::load(&path).expect("a configuration");
        let app = app::start_from(config, Some(path), engine()).await;
        Self {
            app: app.expect("a service"),
            ..self
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a tenant's file.
    pub(crate) fn write(&self, tenant: &str, text: &str) {
        std::fs::write(self.path(&format!("{tenant}.toml")), text).expect("a file");
    }

    /// `POST /admin/reload`.
    pub(crate) async fn reload(&self) -> Reply {
        let url = format!("http://{}/admin/reload", self.app.admin);
        let request = self
            .http
            .post(url)
            .header("content-type", "application/json");
        reply(request).await
    }

    /// What became of a tenant: the result, and the reason.
    pub(crate) async fn reloaded(&self, tenant: &str) -> (String, String) {
        let answer = self.reload().await.body;
        let text = |key: &str| {
            let text = answer["tenants"][tenant][key].as_str();
            text.unwrap_or_default().to_owned()
        };
        (text("result"), text("reason"))
    }

    pub(crate) async fn ready(&self) -> Value {
        let url = format!("http://{}/readyz", self.app.admin);
        reply(self.http.get(url)).await.body
    }

    /// The value of a metric's line that begins like this.
    pub(crate) async fn metric(&self, line: &str) -> Option<f64> {
        let text = self.metrics().await;
        let found = text.lines().find_map(|it| it.strip_prefix(line));
        found.and_then(|value| value.trim().parse().ok())
    }

    pub(crate) async fn metrics(&self) -> String {
        let url = format!("http://{}/metrics", self.app.admin);
        let answer = self.http.get(url).send().await.expect("an answer");
        answer.text().await.expect("a body")
    }

    /// A request to a connection with a token.
    pub(crate) async fn scim(
        &self,
        scope: &str,
        token: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Reply {
        let url = format!("http://{}/{scope}/scim/v2{path}", self.app.scim);
        let mut request = self.http.request(method, url).bearer_auth(token);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/scim+json")
                .body(body.to_string());
        }
        reply(request).await
    }

    /// Creates somebody by `tenant`'s connection `entra`, and answers with what came back.
    pub(crate) async fn create(&self, tenant: &str, token: &str, name: &str) -> Reply {
        let body = person(name, "Ada", "Byron");
        let scope = format!("{tenant}/entra");
        self.scim(&scope, token, Method::POST, "/Users", Some(body))
            .await
    }

    /// What the simulated CXone shows of somebody's attribute.
    pub(crate) async fn held(&self, name: &str, attribute: &str) -> Value {
        let url = format!("{}/simulator/state", self.simulator.base_url());
        let state = reply(self.http.get(url)).await.body;
        let users = state["users"].as_array().cloned().unwrap_or_default();
        let name = json!(format!("{name}@example.com"));
        let found = users.into_iter().find(|user| user["userName"] == name);
        found.map_or(Value::Null, |user| user[attribute].clone())
    }

    /// Changes the simulator's settings.
    pub(crate) async fn simulate(&self, settings: Value) {
        let url = format!("{}/simulator/settings", self.simulator.base_url());
        let request = self
            .http
            .put(url)
            .header("content-type", "application/json");
        let answer = reply(request.body(settings.to_string())).await;
        assert!((200..300).contains(&answer.status), "{}", answer.body);
    }

    /// Waits, up to 30 s, until something holds.
    pub(crate) async fn eventually<F: AsyncFn(&Self) -> bool>(&self, what: &str, holds: F) {
        for _ in 0..600 {
            if holds(self).await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never: {what}");
    }
}

/// A tenant's file: one Entra connection with a token, more of its own lines, and the plugins.
pub(crate) fn tenant(token: &str, lines: &str, plugins: &str) -> String {
    format!(
        "[cxone]\nbase_url = \"${{file:base_url}}\"\naccess_key_id = \"simulator\"\naccess_key_secret = \"simulator-secret\"\n\
         rate = 100000\n[connections.entra]\nidp = \"entra\"\ntoken = \"{token}\"\n{lines}\n{plugins}"
    )
}

/// A mapper that names everybody the same.
pub(crate) fn naming(display_name: &str) -> String {
    format!(
        "[[connections.entra.plugins]]\nuse = \"entra\"\n[connections.entra.plugins.settings.attributes]\n\
         displayName = {{ constant = \"{display_name}\" }}\n"
    )
}

/// A connection whose one plugin is this file.
pub(crate) fn using(path: &std::path::Path) -> String {
    format!(
        "[[connections.entra.plugins]]\nuse = \"{}\"\n",
        path.display()
    )
}
