//! The child's side: one rung, serving until its input closes.

use std::convert::Infallible;
use std::sync::Arc;

use bridge::port::ledger::Ledger;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::doubles::{Direct, Memory};
use crate::process::end_with_parent;
use crate::serving::{bridge, chain, serve};
use crate::{DIRECTORY, Rung};

/// What bare hyper answers.
static ANSWER: &[u8] = include_bytes!("../user.json");

/// Serves a rung. The address goes to the standard output.
pub(crate) fn run(rung: Rung) {
    end_with_parent();
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

fn sqlite(rung: Rung) -> Arc<dyn Ledger> {
    let directory = std::env::var_os(DIRECTORY).expect("a directory");
    let file = std::path::Path::new(&directory).join(format!("{rung:?}.db"));
    Arc::new(ledger::Sqlite::open(file, "bench").expect("a ledger"))
}
