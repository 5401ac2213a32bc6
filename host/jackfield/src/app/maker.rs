//! From a tenant's part of a configuration to what is served: components gathered, plugins loaded, connections joined to them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bridge::connection::Connection;
use bridge::name::Scope;
use bridge::port::cxone::Cxone;
use bridge::port::ledger::Ledger;
use client::Client;
use plugin::{Chain, Engine, PluginSource};
use service::Credentials;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::components::Components;
use super::{StartError, tenant};
use crate::config::{self, Component, General, Print, Tenant};

/// Makes what is served of a tenant's part.
#[derive(Debug, Clone)]
pub(super) struct Maker {
    client: Client,
    engine: Engine,
    ledger: Arc<dyn Ledger>,
    components: Components,
    recordings: PathBuf,
    /// Whose plugins are loaded at a time: a component that takes long to compile leaves a turn for the others.
    turns: Arc<Semaphore>,
}

/// The components of each connection's plugins.
pub(super) struct Gathered {
    sources: Vec<Vec<PluginSource>>,
    /// `None` where a component is missing.
    pub(super) identity: Option<Identity>,
}

/// Tells whether two sets are the same: the configuration with everything that is filled in, and the components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) print: Print,
    plugins: [u8; 32],
}

/// A tenant, ready to be served.
pub(super) struct Set {
    pub(super) connections: Vec<Connection>,
    pub(super) credentials: BTreeMap<Scope, Credentials>,
    pub(super) cxone: Arc<dyn Cxone>,
    /// Of each plugin that is not loaded the reason, with its connection.
    pub(super) not_loaded: Vec<String>,
}

impl Gathered {
    /// By connection, in order.
    pub(super) fn sources(&self) -> impl Iterator<Item = &[PluginSource]> {
        self.sources.iter().map(Vec::as_slice)
    }
}

impl Maker {
    pub(super) fn new(
        client: Client,
        engine: Engine,
        ledger: Arc<dyn Ledger>,
        general: &General,
    ) -> Self {
        let turns = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            client,
            engine,
            ledger,
            components: Components::new(&general.plugins),
            recordings: general.plugins.recordings.clone(),
            turns: Arc::new(Semaphore::new(turns.max(4))),
        }
    }

    /// The same with what a later configuration says of all plugins, but for what is read at the start only.
    pub(super) fn with(&self, plugins: &config::Plugins, cache: PathBuf) -> Self {
        let plugins = config::Plugins {
            cache,
            ..plugins.clone()
        };
        Self {
            components: Components::new(&plugins),
            recordings: plugins.recordings,
            ..self.clone()
        }
    }

    /// Gets the components of a tenant's plugins.
    pub(super) async fn gather(&self, tenant: &Tenant) -> Gathered {
        let mut sources = Vec::new();
        for connection in &tenant.connections {
            sources.push(self.components.sources(&connection.plugins).await);
        }
        let mut hash = Sha256::new();
        hash.update(format!("{:?}", (&self.recordings, self.components.keys())));
        let plugins = tenant.connections.iter().flat_map(|it| &it.plugins);
        let mut whole = true;
        for (plugin, source) in plugins.zip(sources.iter().flatten()) {
            match (&plugin.component, &source.component) {
                (_, Err(_)) => whole = false,
                // The name is in the print, and what has it changes with the program only; so it is with a digest.
                (Component::Bundled(_) | Component::Oci(_), Ok(_)) => {}
                (Component::File(_), Ok(bytes)) => hash.update(Sha256::digest(bytes)),
            }
        }
        let identity = Identity {
            print: tenant.print,
            plugins: hash.finalize().into(),
        };
        Gathered {
            sources,
            identity: whole.then_some(identity),
        }
    }

    /// Loads a tenant's plugins and joins its connections to them. A session towards CXone that is given is kept.
    ///
    /// # Errors
    /// Settings of CXone that cannot work.
    pub(super) async fn make(
        &self,
        tenant: Tenant,
        gathered: Gathered,
        session: Option<Arc<dyn Cxone>>,
    ) -> Result<Set, StartError> {
        let cxone = match session {
            Some(session) => session,
            None => {
                let session = tenant::session(&tenant, &self.client, Some(&self.ledger))?;
                tenant::adapter(tenant.cxone.api, session)
            }
        };
        let facts = tenant.connections.iter();
        let facts = facts.map(|connection| tenant::facts(connection, &self.recordings));
        let waiting: Vec<_> = facts.zip(gathered.sources).collect();
        // Nobody closes it.
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let engine = self.engine.clone();
        // Compiling blocks.
        let loading = tokio::task::spawn_blocking(move || {
            let all = waiting.into_iter();
            let chains = all.map(|(facts, sources)| Chain::load(&engine, sources, facts));
            let chains: Vec<Chain> = chains.collect();
            drop(turn);
            chains
        });
        let chains = loading.await.map_err(|_| StartError::CutShort)?;
        let credentials = tenant.connections.iter();
        let credentials = credentials
            .map(|connection| (connection.scope.clone(), connection.credentials.clone()))
            .collect();
        let connections = tenant::join(tenant, Arc::clone(&cxone), chains);
        let not_loaded = connections.iter().flat_map(|connection| {
            let failures = connection.plugins.not_loaded().into_iter();
            failures.map(|it| format!("{}: plugin {}: {}", connection.scope, it.plugin, it.message))
        });
        Ok(Set {
            not_loaded: not_loaded.collect(),
            connections,
            credentials,
            cxone,
        })
    }
}
