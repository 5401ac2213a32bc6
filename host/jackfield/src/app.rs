//! The one place that joins the rooms: from a configuration to a running service.

mod absent;
mod components;
mod entra_keys;
mod former;
mod maker;
mod place_cache;
mod process;
mod reload;
mod smoke;
mod tenant;
mod workers;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::line::Bridge;
use bridge::name::{Scope, TenantName};
use bridge::port::ledger::Ledger;
use client::Client;
use jiff::Timestamp;
use plugin::compile::{ChildCompiler, Compile};
use plugin::{Engine, EngineSettings};
use service::{AdminService, Authenticator, Credentials, Reloaded, ScimService, SigningKey};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::config::{Config, Plugins, Reading};
use crate::telemetry::{self, measure};
use absent::Again;
pub use components::{Absent, Components, Stamp};
use former::Former;
use maker::Maker;
use reload::{Reloader, Served};
pub use tenant::{adapter, facts, session};
use workers::Workers;

/// For the registries of all tenants together, at the start: then it starts without what they did not give.
pub(crate) const REGISTRIES_AT_START: Duration = Duration::from_secs(30);

/// The folder of compiled code in that of `plugins.cache`.
const CODE: &str = "code";

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
    /// A task of ours panicked.
    #[error("loading plugins broke off: the log says where")]
    CutShort,
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
    reloader: Arc<Reloader>,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl Running {
    /// Where to ask for a reload.
    pub fn reloads(&self) -> Reloads {
        Reloads(Arc::clone(&self.reloader))
    }

    /// Stops taking requests, lets those in flight end, and ends.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for server in self.servers {
            let _ = server.await;
        }
        self.reloader.workers.stop().await;
    }
}

/// Reloads the configuration of a running service.
#[derive(Debug, Clone)]
pub struct Reloads(Arc<Reloader>);

impl Reloads {
    /// Reads the configuration anew and swaps the tenants whose part changed.
    ///
    /// # Errors
    /// Why nothing was read.
    pub async fn reload(&self) -> Result<Reloaded, String> {
        self.0.reload(BTreeSet::new()).await
    }
}

/// The engine that plugins run on. A process has one.
pub fn engine() -> Result<Engine, plugin::EngineError> {
    Engine::new(EngineSettings::default())
}

/// The engine of a configuration: components are compiled in a process of their own, and their code is kept.
pub fn engine_of(plugins: &Plugins) -> Result<Engine, plugin::EngineError> {
    Engine::new(EngineSettings {
        assume_no_swap: plugins.assume_no_swap,
        // Beside what was pulled: the engine clears its folder.
        cache: Some(plugins.cache.join(CODE)),
        ..apart()
    })
}

/// An engine that compiles in a process of its own too. Compiled code is taken from where `serve` keeps it and kept there, if there is
/// such a folder and it is ours: a component that brings an interpreter takes half a minute to compile. Otherwise it leaves nothing behind.
pub fn engine_for_checks(plugins: Option<&Plugins>) -> Result<Engine, plugin::EngineError> {
    match plugins {
        Some(plugins) if plugins.cache.join(CODE).is_dir() => {
            engine_of(plugins).or_else(|_| Engine::new(apart()))
        }
        _ => Engine::new(apart()),
    }
}

fn apart() -> EngineSettings {
    // Whatever stands at the program's path by now: the code has to fit this one.
    let program = PathBuf::from("/proc/self/exe");
    let program = match program.exists() {
        true => Ok(program),
        false => std::env::current_exe(),
    };
    let compiler = program.map(|program| {
        let compiler = ChildCompiler::new(program, vec!["compile-plugin".to_owned()]);
        Arc::new(compiler) as Arc<dyn Compile>
    });
    EngineSettings {
        compiler: compiler.ok(),
        ..EngineSettings::default()
    }
}

/// Starts the service on a configuration that the program made itself: there is nothing to reload.
pub async fn start(config: Config, engine: &Engine) -> Result<Running, StartError> {
    start_from(config, None, engine).await
}

/// Starts the service. `path` is where the configuration was read, and is read again at a reload.
pub async fn start_from(
    config: Config,
    path: Option<PathBuf>,
    engine: &Engine,
) -> Result<Running, StartError> {
    let general = config.general.clone();
    let client = Client::new(client::Settings::default())?;
    telemetry::install_metrics();
    measure::engine(engine);
    let made = make(config, &client, engine).await?;
    let bridge = Arc::new(made.bridge);
    take_over(&bridge, made.served.keys()).await;
    // Kept, so that tokens outlive a restart.
    let key = bridge.ledger().key("access-tokens").await;
    let key = key.map_err(StartError::Key)?;
    let scim = listen(general.scim).await?;
    let admin = listen(general.admin).await?;
    let (stop, stopped) = watch::channel(false);
    let workers = Workers::new(Arc::clone(&bridge));
    for connection in bridge.connections() {
        workers.go_live(connection.scope.clone(), None);
    }
    for tenant in made.served.keys() {
        workers.employ(tenant);
    }
    let keys = Arc::new(entra_keys::EntraKeys(client));
    let authenticator = Authenticator::new(made.credentials, SigningKey::new(key), keys);
    let authenticator = Arc::new(authenticator);
    let folder = path.as_deref().map(Reading::folder_of).unwrap_or_default();
    let former = Former::of(&bridge, folder).await;
    former.add(&bridge, made.served.keys()).await;
    former.tell_who_owes(&bridge).await;
    let reloader = Arc::new(Reloader {
        bridge: Arc::clone(&bridge),
        authenticator: Arc::clone(&authenticator),
        workers: Arc::new(workers),
        maker: made.maker,
        path,
        served: tokio::sync::Mutex::new(made.served),
        kept: Mutex::default(),
        general: general.clone(),
        former,
    });
    let asking = Arc::clone(&reloader).ask_again();
    reloader.workers.spawn(asking);
    let public_url = general.public_url;
    let scim_service = ScimService::new(Arc::clone(&bridge), authenticator, public_url);
    let scim_service = Arc::new(scim_service);
    let admin_service = Arc::new(AdminService::new(
        Arc::clone(&bridge),
        Arc::new(process::ThisProcess(Arc::clone(&reloader))),
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
        reloader,
        stop,
        servers,
    })
}

/// The bridge of a configuration without a service around it: for commands that need the ledger while no service runs.
pub async fn offline(config: Config, engine: &Engine) -> Result<Arc<Bridge>, StartError> {
    let client = Client::new(client::Settings::default())?;
    let made = make(config, &client, engine).await?;
    take_over(&made.bridge, made.served.keys()).await;
    Ok(Arc::new(made.bridge))
}

/// What a process that is gone left open becomes owed, before anybody else touches it.
async fn take_over(bridge: &Bridge, tenants: impl Iterator<Item = &TenantName>) {
    for tenant in tenants {
        if let Err(error) = bridge.take_over(tenant).await {
            tracing::error!(%tenant, %error, "open intents cannot be read");
        }
    }
}

/// A configuration, made into what is served.
struct Made {
    bridge: Bridge,
    maker: Maker,
    credentials: BTreeMap<Scope, Credentials>,
    served: BTreeMap<TenantName, Served>,
}

/// Opens the ledger, and makes every tenant beside the others. A plugin that is not loaded is in its chain with the reason: who is
/// served without it is better off than who is not served.
async fn make(config: Config, client: &Client, engine: &Engine) -> Result<Made, StartError> {
    let owner = format!(
        "{}-{}",
        std::process::id(),
        Timestamp::now().as_nanosecond()
    );
    let ledger::Location::Sqlite(path) = &config.general.ledger;
    let ledger: Arc<dyn Ledger> = Arc::new(ledger::Sqlite::open(path, &owner)?);
    let general = &config.general;
    let maker = Maker::new(client.clone(), engine.clone(), Arc::clone(&ledger), general);
    let mut making = JoinSet::new();
    let until = Instant::now() + REGISTRIES_AT_START;
    for tenant in config.tenants {
        let maker = maker.clone();
        making.spawn(async move {
            let (name, cxone_print) = (tenant.name.clone(), tenant.print.cxone);
            let found = maker.find(&tenant, until).await;
            let again = found.passing().then(|| {
                let (maker, tenant) = (maker.clone(), tenant.clone());
                Arc::new(Again { maker, tenant })
            });
            let (identity, components) = (found.identity, found.stamps());
            let set = maker.make(tenant, found, None, &BTreeSet::new()).await?;
            let served = Served {
                identity: identity.filter(|_| set.not_loaded.is_empty()),
                cxone: Arc::clone(&set.cxone),
                cxone_print,
                components,
                again,
            };
            Ok::<_, StartError>((name, served, set))
        });
    }
    let (mut connections, mut credentials) = (Vec::new(), BTreeMap::new());
    let mut served = BTreeMap::new();
    while let Some(made) = making.join_next().await {
        let (name, tenant, set) = made.map_err(|_| StartError::CutShort)??;
        served.insert(name, tenant);
        connections.extend(set.connections);
        credentials.extend(set.credentials);
    }
    Ok(Made {
        bridge: Bridge::new(ledger, connections, owner, now),
        maker,
        credentials,
        served,
    })
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
