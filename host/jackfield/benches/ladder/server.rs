//! The child's side: one rung, serving until its input closes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::pending;
use std::io::Read as _;
use std::sync::Arc;

use bridge::connection::{Connection, Tenant};
use bridge::line::Bridge;
use bridge::name::Scope;
use bridge::port::ledger::Ledger;
use bridge::port::plugins::Plugins;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use plugin::{Chain, ConnectionFacts, Engine, EngineSettings, PluginSource};
use service::{Authenticator, Credentials, FetchKeys, ScimService, SigningKey};
use tokio::net::TcpListener;

use crate::doubles::{Cxone, Direct, Memory};
use crate::{DIRECTORY, Rung};

/// The connection's token.
pub(crate) const TOKEN: &str = "bench-token";

/// What bare hyper answers.
static ANSWER: &[u8] = include_bytes!("../user.json");

/// Serves a rung. The address goes to the standard output.
pub(crate) fn run(rung: Rung) {
    std::thread::spawn(|| {
        // The parent holds the other end, and closes it by ending.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let bridge = match rung {
            Rung::Hyper => None,
            Rung::Line => Some(bridge(Arc::new(Memory::default()), Arc::new(Direct))),
            Rung::Ledger => Some(bridge(sqlite(rung), Arc::new(Direct))),
            Rung::Plugins => Some(bridge(sqlite(rung), Arc::new(chain()))),
        };
        println!("{address}");
        match bridge {
            None => serve_bare(listener).await,
            Some(bridge) => serve(listener, bridge).await,
        }
    });
}

async fn bare(
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let _ = request.into_body().collect().await;
    let answer = hyper::Response::builder().header("content-type", "application/scim+json");
    let answer = answer.body(Full::new(Bytes::from_static(ANSWER)));
    Ok(answer.expect("an answer"))
}

async fn serve_bare(listener: TcpListener) {
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(bare)),
        );
    }
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

async fn serve(listener: TcpListener, bridge: Arc<Bridge>) {
    let credentials = BTreeMap::from([(scope(), Credentials::bearer(TOKEN))]);
    let key = SigningKey::new([0; 32]);
    let authenticator = Authenticator::new(credentials, key, Arc::new(NoKeys));
    tokio::spawn(Arc::clone(&bridge).work_off(scope().tenant));
    let service = Arc::new(ScimService::new(bridge, authenticator, None));
    let handler = move |request| {
        let service = Arc::clone(&service);
        async move { service.answer(request).await }
    };
    service::server::serve(listener, handler, pending()).await;
}

fn scope() -> Scope {
    Scope {
        tenant: "acme".parse().expect("a name"),
        connection: "entra".parse().expect("a name"),
    }
}

fn bridge(ledger: Arc<dyn Ledger>, plugins: Arc<dyn Plugins>) -> Arc<Bridge> {
    let tenant = Tenant {
        name: scope().tenant,
        cxone: Arc::new(Cxone::default()),
        default_role: "Agent".to_owned(),
        protected: Default::default(),
        templates: Arc::default(),
    };
    let connection = Connection {
        scope: scope(),
        takes: Vec::new(),
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

fn sqlite(rung: Rung) -> Arc<dyn Ledger> {
    let directory = std::env::var_os(DIRECTORY).expect("a directory");
    let file = std::path::Path::new(&directory).join(format!("{rung:?}.db"));
    Arc::new(ledger::Sqlite::open(file, "bench").expect("a ledger"))
}

/// A mapper, a chooser and rules, as a configuration without settings gives them.
fn chain() -> Chain {
    let engine = Engine::new(EngineSettings::default()).expect("an engine");
    let plugins = ["entra", "template-chooser", "tenant-rules"]
        .into_iter()
        .filter_map(bundled::find);
    let plugins = plugins.map(|bundled| PluginSource {
        name: bundled.name.to_owned(),
        component: Ok(bundled.bytes.into()),
        settings: serde_json::json!({}),
    });
    let facts = ConnectionFacts {
        tenant: scope().tenant.to_string(),
        connection: scope().connection.to_string(),
        idp: "entra".to_owned(),
    };
    let chain = Chain::load(&engine, plugins.collect(), facts);
    assert!(Plugins::not_loaded(&chain).is_empty(), "{chain:?}");
    chain
}
