//! What the demo runs on: a simulated CXone, the service, a ledger that goes with it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bridge::event::{Event, EventKind};
use bridge::group::Membership;
use bridge::name::{Scope, UserId};
use bridge::user::User;
use client::{Client, Method, Request, SecretString, Url};
use serde_json::{Value, json};
use simulator::{Settings, Simulator};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::idp::Idp;
use crate::app::{self, Running};
use crate::config::{Config, Fixed};

/// The bearer token of the demo's connection. It opens nothing but a process on this machine's loopback.
pub(super) const TOKEN: &str = "demo-token";

/// The tenant that is played, as a configuration file would say it; the connection is the identity provider's.
const TENANT: &str = r#"
[listen]
scim = "${env:LISTEN}"
admin = "127.0.0.1:0"
[ledger]
url = "sqlite:${env:LEDGER}"
[tenants.acme.cxone]
api = "scim"
base_url = "${env:CXONE}"
access_key_id = "simulator"
access_key_secret = "simulator-secret"
[tenants.acme.templates."Voice agents"]
role = "Agent"
team = "Voice"
"#;

/// What an HTTP request came to.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Value,
}

/// The stage.
pub(super) struct Stage {
    app: Running,
    simulator: simulator::Running,
    http: Client,
    media_type: &'static str,
    scope: Scope,
    plugins: Vec<String>,
    directory: PathBuf,
}

impl Stage {
    /// Sets the stage for an identity provider; `listen` is where SCIM is served.
    pub(super) async fn set(idp: &Idp, listen: SocketAddr) -> Result<Self, String> {
        let directory = std::env::temp_dir().join(format!("jackfield-demo-{}", UserId::new()));
        std::fs::create_dir(&directory)
            .map_err(|error| format!("{} cannot be made: {error}", directory.display()))?;
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .map_err(|error| format!("cannot listen: {error}"))?;
        let simulator =
            Simulator::start(listener, Settings::default()).map_err(|error| error.to_string())?;
        let known = BTreeMap::from([
            ("LISTEN".to_owned(), listen.to_string()),
            (
                "LEDGER".to_owned(),
                directory.join("ledger.db").display().to_string(),
            ),
            ("CXONE".to_owned(), simulator.base_url()),
        ]);
        let text = format!("{TENANT}{}", idp.connection);
        let config = Config::parse(Path::new("demo.toml"), &text, &Fixed(known))
            .map_err(|mistake| mistake.to_string())?;
        let connections = config.tenants.iter().flat_map(|tenant| &tenant.connections);
        let Some((scope, plugins)) = connections
            .map(|first| {
                (
                    first.scope.clone(),
                    first
                        .plugins
                        .iter()
                        .map(|plugin| plugin.name.clone())
                        .collect(),
                )
            })
            .next()
        else {
            return Err("the demo's configuration has no connection".to_owned());
        };
        let engine = app::engine().map_err(|error| error.to_string())?;
        let app = app::start(config, &engine)
            .await
            .map_err(|error| error.to_string())?;
        let settings = client::Settings {
            user_agent: idp.user_agent,
            ..client::Settings::default()
        };
        let http = Client::new(settings).map_err(|error| error.to_string())?;
        let stage = Self {
            app,
            simulator,
            http,
            media_type: idp.media_type,
            scope,
            plugins,
            directory,
        };
        let teams: Vec<Value> = (1..)
            .zip(["Default Team", "Voice", "Leads"])
            .map(|(at, name)| {
                json!({"id": format!("7ea30000-0000-4000-8000-{at:012}"), "name": name})
            })
            .collect();
        stage.settings(json!({"teams": teams})).await?;
        Ok(stage)
    }

    /// Clears the stage.
    pub(super) async fn strike(self) {
        self.app.stop().await;
        self.simulator.shutdown().await;
        let _ = std::fs::remove_dir_all(&self.directory);
    }

    /// The connection's plugins, by name.
    pub(super) fn plugins(&self) -> &[String] {
        &self.plugins
    }

    /// The base URL that the identity provider would be given.
    pub(super) fn base_url(&self) -> String {
        format!("http://{}/{}/scim/v2", self.app.scim, self.scope)
    }

    /// The simulated CXone's base URL.
    pub(super) fn cxone_url(&self) -> String {
        self.simulator.base_url()
    }

    /// A request of the identity provider's, on the wire.
    pub(super) async fn say(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Reply, String> {
        self.send(method, &format!("{}{path}", self.base_url()), body)
            .await
    }

    /// The newest event of a user.
    pub(super) async fn last_event(&self, id: &str) -> Option<Event> {
        let user = UserId::parse(id)?;
        let ledger = self.app.bridge.ledger();
        let events = ledger.events(&self.scope, Some(user), 8).await.ok()?;
        // Beside the event that tells the story stand those that qualify it.
        let qualifies = |kind| {
            matches!(
                kind,
                EventKind::Unconfirmed | EventKind::Adopted | EventKind::HandedOver
            )
        };
        events.into_iter().find(|event| !qualifies(event.kind))
    }

    /// Who set each attribute of a user's target, and the state the user is in.
    pub(super) async fn user(&self, id: &str) -> Option<User> {
        self.app
            .bridge
            .read(&self.scope, UserId::parse(id)?)
            .await
            .ok()
    }

    /// The groups of a user.
    pub(super) async fn groups(&self, user: &User) -> Vec<Membership> {
        let found = self.app.bridge.memberships(&self.scope, &[user.id]).await;
        found
            .ok()
            .and_then(|mut found| found.remove(&user.id))
            .unwrap_or_default()
    }

    /// Waits until nobody's groups are left to be acted upon: an answer does not wait for more than it must.
    pub(super) async fn evaluated(&self) -> Result<(), String> {
        let ledger = self.app.bridge.ledger();
        for _ in 0..300 {
            let pending = ledger.pending(&self.scope.tenant, 1).await;
            if pending.map_err(|error| error.to_string())?.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("re-evaluations were still pending after 30 s".to_owned())
    }

    /// What the simulator holds and was told.
    pub(super) async fn state(&self) -> Result<Value, String> {
        Ok(self
            .send(
                "GET",
                &format!("{}/simulator/state", self.cxone_url()),
                None,
            )
            .await?
            .body)
    }

    /// Changes the simulator's settings.
    pub(super) async fn settings(&self, settings: Value) -> Result<(), String> {
        let reply = self
            .send(
                "PUT",
                &format!("{}/simulator/settings", self.cxone_url()),
                Some(&settings),
            )
            .await?;
        if reply.status < 300 {
            Ok(())
        } else {
            Err(format!(
                "the simulator refused its settings: {}",
                reply.body
            ))
        }
    }

    async fn send(&self, method: &str, url: &str, body: Option<&Value>) -> Result<Reply, String> {
        let url = Url::parse(url).map_err(|error| error.to_string())?;
        let method = Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?;
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut request = Request::new(method, url, "demo", deadline)
            .media_type(self.media_type)
            .bearer(SecretString::from(TOKEN.to_owned()));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self
            .http
            .send(request)
            .await
            .map_err(|failure| failure.to_string())?;
        Ok(Reply {
            status: answer.status.as_u16(),
            body: answer.json().unwrap_or(Value::Null),
        })
    }
}
