//! A tenant of the configuration, joined to its CXone and to its connections' plugins.

use std::sync::Arc;

use bridge::connection::{Connection, Tenant};
use bridge::guard::Guard;
use bridge::name::Scope;
use bridge::port::cxone::Cxone;
use bridge::port::ledger::Ledger;
use client::Client;
use cxone::{ScimAdapter, Session, UserHubAdapter};
use plugin::{Chain, ConnectionFacts, Engine, FailurePolicy, PluginMode, PluginSource};

use super::StartError;
use super::place_cache::LedgerPlace;
use crate::config::{self, Api, Component};

/// The session that a tenant's CXone is spoken to in. With a ledger, the place that is found is kept there.
///
/// # Errors
/// [`StartError::Cxone`] for settings that cannot work. Nothing is sent.
pub fn session(
    tenant: &config::Tenant,
    client: &Client,
    ledger: Option<&Arc<dyn Ledger>>,
) -> Result<Session, StartError> {
    let cache = ledger.map(|ledger| {
        let place = LedgerPlace::new(Arc::clone(ledger), tenant.name.clone());
        Arc::new(place) as Arc<dyn cxone::PlaceCache>
    });
    Session::new(tenant.cxone.settings.clone(), client.clone(), cache)
        .map_err(|error| StartError::Cxone(tenant.name.clone(), error))
}

/// The adapter that `api` asks for.
pub fn adapter(api: Api, session: Session) -> Arc<dyn Cxone> {
    match api {
        Api::Scim => Arc::new(ScimAdapter::new(session)),
        Api::UserHub => Arc::new(UserHubAdapter::new(session)),
    }
}

/// A tenant's connections, joined to its CXone and to their plugins.
pub(super) fn join(
    tenant: config::Tenant,
    client: &Client,
    engine: &Engine,
    ledger: &Arc<dyn Ledger>,
) -> Result<Vec<Connection>, StartError> {
    let session = session(&tenant, client, Some(ledger))?;
    let shared = Arc::new(Tenant {
        name: tenant.name,
        cxone: adapter(tenant.cxone.api, session),
        default_role: tenant.cxone.default_role,
        templates: Arc::new(tenant.templates),
        protected: tenant.protected,
        policy: tenant.policy,
    });
    let connections = tenant.connections.into_iter();
    let joined = connections.map(|connection| {
        let idp = connection.dialect.name;
        let plugins = chain(engine, &connection.scope, idp, connection.plugins);
        Connection {
            takes: plugins.takes(),
            mode: connection.mode,
            plugins: Arc::new(plugins),
            guard: connection
                .guard
                .map_or_else(Guard::default, |(most, within)| Guard::new(most, within)),
            scope: connection.scope,
            dialect: connection.dialect,
            tenant: Arc::clone(&shared),
        }
    });
    Ok(joined.collect())
}

/// Loads the plugins of a connection. One that cannot be loaded is in the chain with the reason.
pub fn chain(engine: &Engine, scope: &Scope, idp: &str, plugins: Vec<config::Plugin>) -> Chain {
    let sources = plugins.into_iter().map(|plugin| {
        let component = match &plugin.component {
            Component::Bundled(name) => bundled::find(name)
                .map(|found| found.bytes.into())
                .ok_or_else(|| {
                    let known: Vec<&str> = bundled::all().iter().map(|it| it.name).collect();
                    format!(
                        "no plugin of this name is built in; there are {}; a path has a '/' or ends in .wasm",
                        known.join(", ")
                    )
                }),
            Component::File(path) => std::fs::read(path)
                .map(Into::into)
                .map_err(|error| format!("it cannot be read: {error}")),
        };
        PluginSource {
            name: plugin.name,
            component,
            settings: plugin.settings,
            settings_secret: false,
            mode: PluginMode::default(),
            on_failure: FailurePolicy::default(),
        }
    });
    let facts = ConnectionFacts {
        tenant: scope.tenant.to_string(),
        connection: scope.connection.to_string(),
        idp: idp.to_owned(),
        recording: None,
    };
    Chain::load(engine, sources.collect(), facts)
}
