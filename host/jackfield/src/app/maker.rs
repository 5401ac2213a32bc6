//! From a tenant's part of a configuration to what is served: components gathered, plugins loaded, connections joined to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use bridge::connection::Connection;
use bridge::name::Scope;
use bridge::port::cxone::Cxone;
use bridge::port::ledger::Ledger;
use client::Client;
use plugin::{Chain, Engine};
use service::Credentials;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::components::{Absent, Components, Stamp};
use super::{StartError, tenant};
use crate::config::{self, General, Print, Tenant};

/// Makes what is served of a tenant's part.
#[derive(Debug, Clone)]
pub(super) struct Maker {
    client: Client,
    engine: Engine,
    ledger: Arc<dyn Ledger>,
    components: Components,
    recordings: PathBuf,
    /// Who reads and loads plugins at a time: a component that takes long to compile leaves a turn for the others, and no more
    /// components than these need are in memory at once.
    turns: Arc<Semaphore>,
    /// Turns of those whose components are all loaded already: they wait for nobody's compiler.
    quick: Arc<Semaphore>,
}

/// Which components a tenant's plugins have, by connection, in order.
pub(super) struct Found {
    components: Vec<Vec<Result<Stamp, Absent>>>,
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

impl Found {
    /// The components that there are.
    pub(super) fn stamps(&self) -> BTreeSet<Stamp> {
        let all = self.components.iter().flatten();
        all.filter_map(|it| it.as_ref().ok()).cloned().collect()
    }

    /// The first plugin whose component there is not.
    pub(super) fn missing(&self, tenant: &Tenant) -> Option<String> {
        let mut connections = tenant.connections.iter().zip(&self.components);
        connections.find_map(|(connection, found)| {
            let mut plugins = connection.plugins.iter().zip(found);
            plugins.find_map(|(plugin, found)| {
                let reason = &found.as_ref().err()?.reason;
                let scope = &connection.scope;
                Some(format!("{scope}: plugin {}: {reason}", plugin.name))
            })
        })
    }

    /// Whether what is missing may be there another time, all of it.
    pub(super) fn passing(&self) -> bool {
        let absent = self.components.iter().flatten();
        let mut absent = absent.filter_map(|it| it.as_ref().err()).peekable();
        absent.peek().is_some() && absent.all(|it| it.passing)
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
        let turns = || Arc::new(Semaphore::new(turns.max(4)));
        Self {
            client,
            engine,
            ledger,
            components: Components::new(&general.plugins),
            recordings: general.plugins.recordings.clone(),
            turns: turns(),
            quick: turns(),
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

    /// Looks for the components of a tenant's plugins, in registries until a moment: no connection waits for another's.
    pub(super) async fn find(&self, tenant: &Tenant, until: Instant) -> Found {
        let connections: Vec<_> = tenant.connections.iter().collect();
        let components = self.components.find_all(&connections, until).await;
        let mut hash = Sha256::new();
        hash.update(format!("{:?}", (&self.recordings, self.components.keys())));
        let mut whole = true;
        for found in components.iter().flatten() {
            match found {
                Ok(stamp) => hash.update(format!("{stamp:?}")),
                Err(_) => whole = false,
            }
        }
        let identity = Identity {
            print: tenant.print,
            plugins: hash.finalize().into(),
        };
        Found {
            components,
            identity: whole.then_some(identity),
        }
    }

    /// Loads a tenant's plugins and joins its connections to them. A session towards CXone that is given is kept. `loaded` are
    /// components that somebody has loaded.
    ///
    /// # Errors
    /// Settings of CXone that cannot work.
    pub(super) async fn make(
        &self,
        tenant: Tenant,
        found: Found,
        session: Option<Arc<dyn Cxone>>,
        loaded: &BTreeSet<Stamp>,
    ) -> Result<Set, StartError> {
        let cxone = match session {
            Some(session) => session,
            None => {
                let session = tenant::session(&tenant, &self.client, Some(&self.ledger))?;
                tenant::adapter(tenant.cxone.api, session)
            }
        };
        let turns = match found.stamps().is_subset(loaded) {
            true => &self.quick,
            false => &self.turns,
        };
        // Nobody closes it.
        let turn = Arc::clone(turns).acquire_owned().await;
        let mut waiting = Vec::new();
        for (connection, found) in tenant.connections.iter().zip(found.components) {
            let facts = tenant::facts(connection, &self.recordings);
            let sources = self.components.sources(&connection.plugins, found).await;
            waiting.push((facts, sources));
        }
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
