//! Connections: HTTP/1.1 with keep-alive on a listener that the caller has bound.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::handle::{NoAnswer, Shared, handle};
use crate::settings::Settings;
use crate::socket::{ResetOrder, Socket};

/// How long a shutdown waits for requests under way.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// How long accepting rests after it failed, most likely for want of file descriptors.
const REST: Duration = Duration::from_millis(50);

/// CXone, simulated. See [`Simulator::start`].
#[derive(Debug)]
pub struct Simulator;

impl Simulator {
    /// Serves the listener until [`Running::shutdown`], or until the [`Running`] is dropped.
    ///
    /// Needs a Tokio runtime with I/O and time. Fails only when the listener has no address.
    pub fn start(listener: TcpListener, settings: Settings) -> io::Result<Running> {
        let addr = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared::new(settings, format!("http://{addr}")));
        let task = tokio::spawn(accept(listener, shared, stopped));
        Ok(Running { addr, stop, task })
    }
}

/// A simulator at work.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What to configure as `base_url`: `http://` and the address.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Takes no more connections, gives requests under way five seconds (those that hang get their 503), and ends.
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        // An error would mean that the task was aborted or panicked: it has ended either way.
        let _ = self.task.await;
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let mut stopped = stop.clone();
    loop {
        tokio::select! {
            () = told(&mut stopped) => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(stream, Arc::clone(&shared), stop.clone()));
                }
                Err(_) => tokio::time::sleep(REST).await,
            },
        }
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    // What is still open after that is aborted when the set is dropped.
    let _ = tokio::time::timeout(LAST_ANSWERS, all_ended).await;
}

async fn serve(stream: TcpStream, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    // Small answers must not wait for the peer's delayed acknowledgement; without it they only come later.
    let _ = stream.set_nodelay(true);
    let order = ResetOrder::default();
    let stopping = stop.clone();
    let service = service_fn(|request| {
        answer(
            handle(
                Arc::clone(&shared),
                stopping.clone(),
                order.clone(),
                request,
            ),
            order.clone(),
        )
    });
    let socket = TokioIo::new(Socket::new(stream, order.clone()));
    let mut builder = http1::Builder::new();
    let mut connection = pin!(
        builder
            .timer(TokioTimer::new())
            .serve_connection(socket, service)
    );
    tokio::select! {
        // How a connection ends is the client's affair.
        _ = connection.as_mut() => return,
        () = told(&mut stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Returns when the simulator is told to stop, or nobody is left to tell it.
pub(crate) async fn told(stop: &mut watch::Receiver<bool>) {
    // The guard inside is dropped here, not kept across the caller's next await.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// A request without an answer resets its connection.
async fn answer<T>(
    handled: impl Future<Output = Result<T, NoAnswer>>,
    order: ResetOrder,
) -> Result<T, NoAnswer> {
    let answered = handled.await;
    if answered.is_err() {
        order.give();
    }
    answered
}
