//! The service as a child process serves it: one connection of one tenant, bearer tokens, the bundled plugins.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::Arc;

use bridge::connection::{Connection, Tenant};
use bridge::line::Bridge;
use bridge::name::Scope;
use bridge::port::ledger::Ledger;
use bridge::port::plugins::Plugins;
use jiff::Timestamp;
use plugin::{
    Chain, ConnectionFacts, Engine, EngineSettings, FailurePolicy, PluginMode, PluginSource,
};
use service::{Authenticator, Credentials, FetchKeys, ScimService, SigningKey};
use tokio::net::TcpListener;

use crate::cxone::Cxone;

/// The connection's token.
pub(crate) const TOKEN: &str = "bench-token";

/// The plugins of the connection, where it has any.
const PLUGINS: [&str; 3] = ["entra", "template-chooser", "tenant-rules"];

/// The connection.
pub(crate) fn scope() -> Scope {
    Scope {
        tenant: "acme".parse().expect("a name"),
        connection: "entra".parse().expect("a name"),
    }
}

/// The bridge of the one connection.
pub(crate) fn bridge(ledger: Arc<dyn Ledger>, plugins: Arc<dyn Plugins>) -> Arc<Bridge> {
    let tenant = Tenant {
        name: scope().tenant,
        cxone: Arc::new(Cxone::default()),
        default_role: "Agent".to_owned(),
        protected: Default::default(),
        templates: Arc::default(),
        policy: Default::default(),
    };
    let connection = Connection {
        scope: scope(),
        takes: Vec::new(),
        mode: Default::default(),
        guard: Default::default(),
        dialect: scim::dialect::Dialect::by_name("entra").expect("a dialect"),
        plugins,
        tenant: Arc::new(tenant),
    };
    Arc::new(Bridge::new(
        ledger,
        vec![connection],
        "bench".to_owned(),
        Timestamp::now,
    ))
}

/// Three bundled plugins, as a configuration without settings gives them.
pub(crate) fn chain() -> Chain {
    let engine = Engine::new(EngineSettings::default()).expect("an engine");
    let plugins = PLUGINS.iter().map(|name| PluginSource {
        name: (*name).to_owned(),
        component: Ok(bundled::find(name).expect("a bundled plugin").bytes.into()),
        settings: serde_json::json!({}),
        settings_secret: false,
        mode: PluginMode::default(),
        on_failure: FailurePolicy::default(),
    });
    let facts = ConnectionFacts {
        tenant: scope().tenant.to_string(),
        connection: scope().connection.to_string(),
        idp: "entra".to_owned(),
        recording: None,
    };
    let chain = Chain::load(&engine, plugins.collect(), facts);
    assert!(Plugins::not_loaded(&chain).is_empty(), "{chain:?}");
    chain
}

/// Bearer tokens need no keys of others.
#[derive(Debug)]
struct NoKeys;

#[async_trait::async_trait]
impl FetchKeys for NoKeys {
    async fn fetch(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("there are none".to_owned())
    }
}

/// Serves, with the workers that belong to it.
pub(crate) async fn serve(listener: TcpListener, bridge: Arc<Bridge>) {
    let credentials = BTreeMap::from([(scope(), Credentials::bearer(TOKEN))]);
    let key = SigningKey::new([0; 32]);
    let authenticator = Authenticator::new(credentials, key, Arc::new(NoKeys));
    tokio::spawn(Arc::clone(&bridge).work_off(scope().tenant));
    tokio::spawn(Arc::clone(&bridge).re_evaluate(scope().tenant));
    let service = Arc::new(ScimService::new(bridge, authenticator, None));
    let handler = move |request| {
        let service = Arc::clone(&service);
        async move { service.answer(request).await }
    };
    service::server::serve(listener, handler, pending()).await;
}
