//! A tenant of the configuration, joined to its CXone and to its connections' plugins.

use std::path::Path;
use std::sync::Arc;

use bridge::connection::{Connection, Tenant};
use bridge::guard::Guard;
use bridge::port::cxone::Cxone;
use bridge::port::ledger::Ledger;
use client::Client;
use cxone::{ScimAdapter, Session, UserHubAdapter};
use plugin::{Chain, ConnectionFacts, RecordingSettings};

use super::StartError;
use super::place_cache::LedgerPlace;
use crate::config::{self, Api};

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

/// A tenant's connections, joined to its CXone and each to its plugins.
pub(super) fn join(
    tenant: config::Tenant,
    cxone: Arc<dyn Cxone>,
    chains: Vec<Chain>,
) -> Vec<Connection> {
    let shared = Arc::new(Tenant {
        name: tenant.name,
        cxone,
        default_role: tenant.cxone.default_role,
        templates: Arc::new(tenant.templates),
        protected: tenant.protected,
        policy: tenant.policy,
    });
    let connections = tenant.connections.into_iter().zip(chains);
    let joined = connections.map(|(connection, plugins)| Connection {
        takes: plugins.takes(),
        mode: connection.mode,
        plugins: Arc::new(plugins),
        guard: connection
            .guard
            .map_or_else(Guard::default, |(most, within)| Guard::new(most, within)),
        scope: connection.scope,
        dialect: connection.dialect,
        tenant: Arc::clone(&shared),
    });
    joined.collect()
}

/// What a connection's plugins are told of it, and what of their calls is recorded below `recordings`.
pub fn facts(connection: &config::Connection, recordings: &Path) -> ConnectionFacts {
    ConnectionFacts {
        tenant: connection.scope.tenant.to_string(),
        connection: connection.scope.connection.to_string(),
        idp: connection.dialect.name.to_owned(),
        recording: Some(RecordingSettings {
            dir: recordings.to_owned(),
            sample: connection.recording.sample,
            bytes: connection.recording.bytes,
            values: connection.recording.values,
        }),
    }
}
