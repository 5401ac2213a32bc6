//! The one place that joins the rooms: from a configuration to a running service.

mod entra_keys;
mod place_cache;
mod tenant;

use std::net::SocketAddr;
use std::sync::Arc;

use bridge::line::Bridge;
use bridge::name::{Scope, TenantName};
use bridge::port::ledger::Ledger;
use client::Client;
use jiff::Timestamp;
use plugin::{Engine, EngineSettings};
use service::{AdminService, Authenticator, ScimService, SigningKey};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::config::Config;
pub use tenant::{adapter, chain, session};

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The ledger.
    #[error("the ledger does not open: {0}")]
    Ledger(#[from] ledger::OpenError),
    /// The plugin engine.
    #[error(transparent)]
    Engine(#[from] plugin::EngineError),
    /// The HTTP client.
    #[error(transparent)]
    Client(#[from] client::BuildError),
    /// A tenant's CXone settings.
    #[error("tenant {0}: {1}")]
    Cxone(bridge::name::TenantName, cxone::BadSettings),
    /// The key that access tokens are signed with.
    #[error("the ledger gives no key for access tokens: {0}")]
    Key(bridge::port::ledger::LedgerError),
    /// A listener.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
}

/// A running service.
#[derive(Debug)]
pub struct Running {
    /// Where SCIM is served.
    pub scim: SocketAddr,
    /// Where the admin side is served.
    pub admin: SocketAddr,
    /// The bridge behind it.
    pub bridge: Arc<Bridge>,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
    workers: JoinSet<()>,
}

impl Running {
    /// Stops taking requests, lets those in flight end, and ends.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        for server in self.servers {
            let _ = server.await;
        }
        // What a worker was doing is a debt or an open intent: it is taken up at the next start.
        self.workers.shutdown().await;
    }
}

/// The engine that plugins run on. A process has one.
pub fn engine() -> Result<Engine, plugin::EngineError> {
    Engine::new(EngineSettings::default())
}

/// Starts the service.
pub async fn start(config: Config, engine: &Engine) -> Result<Running, StartError> {
    let (scim, admin, public_url) = (config.scim, config.admin, config.public_url.clone());
    let tenants: Vec<_> = config
        .tenants
        .iter()
        .map(|tenant| tenant.name.clone())
        .collect();
    let credentials = config
        .tenants
        .iter()
        .flat_map(|tenant| &tenant.connections)
        .map(|connection| (connection.scope.clone(), connection.credentials.clone()))
        .collect();
    let client = Client::new(client::Settings::default())?;
    let bridge = Arc::new(bridge(config, &client, engine)?);

    take_over(&bridge, &tenants).await;
    // Kept, so that tokens outlive a restart.
    let key = bridge.ledger().key("access-tokens").await;
    let key = key.map_err(StartError::Key)?;
    let scim = listen(scim).await?;
    let admin = listen(admin).await?;
    let (stop, stopped) = watch::channel(false);
    let mut workers = JoinSet::new();
    for connection in bridge.connections() {
        workers.spawn(go_live(Arc::clone(&bridge), connection.scope.clone()));
    }
    for tenant in tenants {
        workers.spawn(Arc::clone(&bridge).work_off(tenant.clone()));
        workers.spawn(Arc::clone(&bridge).re_evaluate(tenant.clone()));
        workers.spawn(Arc::clone(&bridge).forget_daily(tenant));
    }
    let scim_service = Arc::new(ScimService::new(
        Arc::clone(&bridge),
        Authenticator::new(
            credentials,
            SigningKey::new(key),
            Arc::new(entra_keys::EntraKeys(client)),
        ),
        public_url,
    ));
    let admin_service = Arc::new(AdminService::new(
        Arc::clone(&bridge),
        admin.1.ip().is_loopback(),
    ));
    let (scim_addr, admin_addr) = (scim.1, admin.1);
    let servers = vec![
        tokio::spawn(service::server::serve(
            scim.0,
            move |request| {
                let service = Arc::clone(&scim_service);
                async move { service.answer(request).await }
            },
            told(stopped.clone()),
        )),
        tokio::spawn(service::server::serve(
            admin.0,
            move |request| {
                let service = Arc::clone(&admin_service);
                async move { service.answer(request).await }
            },
            told(stopped),
        )),
    ];
    Ok(Running {
        scim: scim_addr,
        admin: admin_addr,
        bridge,
        stop,
        servers,
        workers,
    })
}

/// The bridge of a configuration without a service around it: for commands that need the ledger while no service runs.
pub async fn offline(config: Config, engine: &Engine) -> Result<Arc<Bridge>, StartError> {
    let client = Client::new(client::Settings::default())?;
    let tenants: Vec<_> = config
        .tenants
        .iter()
        .map(|tenant| tenant.name.clone())
        .collect();
    let bridge = bridge(config, &client, engine)?;
    take_over(&bridge, &tenants).await;
    Ok(Arc::new(bridge))
}

/// What a process that is gone left open becomes owed, before anybody else touches it.
async fn take_over(bridge: &Bridge, tenants: &[TenantName]) {
    for tenant in tenants {
        if let Err(error) = bridge.take_over(tenant).await {
            tracing::error!(%tenant, %error, "open intents cannot be read");
        }
    }
}

/// What came up while a connection observed is told to CXone once it is live. Requests are served meanwhile.
async fn go_live(bridge: Arc<Bridge>, scope: Scope) {
    if let Err(error) = bridge.go_live(&scope).await {
        tracing::error!(%scope, %error, "what was observed is not let go: the next start tries again");
    }
}

/// Opens the ledger and joins every connection to its rooms.
fn bridge(config: Config, client: &Client, engine: &Engine) -> Result<Bridge, StartError> {
    let owner = format!(
        "{}-{}",
        std::process::id(),
        Timestamp::now().as_nanosecond()
    );
    let ledger::Location::Sqlite(path) = &config.ledger;
    let ledger: Arc<dyn Ledger> = Arc::new(ledger::Sqlite::open(path, &owner)?);
    let mut connections = Vec::new();
    for tenant in config.tenants {
        connections.extend(tenant::join(tenant, client, engine, &ledger)?);
    }
    Ok(Bridge::new(ledger, connections, owner, now))
}

/// The time, to the millisecond: finer digits in `meta` help nobody.
fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(jiff::Unit::Millisecond).unwrap_or(now)
}

async fn told(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn listen(addr: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let wrap = |error| StartError::Listen(addr, error);
    let listener = TcpListener::bind(addr).await.map_err(wrap)?;
    let addr = listener.local_addr().map_err(wrap)?;
    Ok((listener, addr))
}
