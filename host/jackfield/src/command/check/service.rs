//! The service of this configuration, if it runs: it is asked, and stands in nobody's way.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use client::{Client, Method, Request, Url};
use serde_json::{Map, Value};
use tokio::time::Instant;

/// It is on this machine.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a running service says of itself.
#[derive(Debug, Clone)]
pub(super) struct Service {
    /// Whether it can use its ledger.
    pub(super) ready: bool,
    /// Its connections, by tenant and name.
    pub(super) connections: Map<String, Value>,
}

impl Service {
    /// A number that it tells of a connection.
    pub(super) fn count(&self, connection: &str, what: &str) -> u64 {
        let connection = self.connections.get(connection);
        connection
            .and_then(|it| it.get(what)?.as_u64())
            .unwrap_or_default()
    }
}

/// The service that holds the admin listener; `None` where none of ours answers.
pub(super) async fn running(client: &Client, admin: SocketAddr) -> Option<Service> {
    let (status, body) = get(client, admin, "/readyz").await?;
    let connections = body.get("connections")?.as_object()?.clone();
    body.get("status")?;
    Some(Service {
        ready: status == 200,
        connections,
    })
}

/// What is answered at an address of this machine, if it is JSON.
pub(super) async fn get(client: &Client, addr: SocketAddr, path: &str) -> Option<(u16, Value)> {
    if addr.port() == 0 {
        return None;
    }
    let url = Url::parse(&format!("http://{}{path}", near(addr))).ok()?;
    let request = Request::new(
        Method::GET,
        url,
        "(this machine)",
        Instant::now() + PATIENCE,
    );
    let answer = client.send(request).await.ok()?;
    Some((answer.status.as_u16(), answer.json()?))
}

/// An address that stands for all of this machine's, as one of them.
fn near(mut addr: SocketAddr) -> SocketAddr {
    if addr.ip().is_unspecified() {
        addr.set_ip(if addr.is_ipv4() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            Ipv6Addr::LOCALHOST.into()
        });
    }
    addr
}
