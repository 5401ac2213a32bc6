//! A gate before the simulated CXone: open, it lets connections through; closed, nobody listens there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

pub(crate) struct Gate {
    at: SocketAddr,
    open: Arc<AtomicBool>,
}

impl Gate {
    /// An open gate before an address.
    pub(crate) async fn before(base_url: &str) -> Self {
        let beyond: SocketAddr = base_url
            .trim_start_matches("http://")
            .parse()
            .expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("an address");
        let open = Arc::new(AtomicBool::new(true));
        tokio::spawn(keep(listener, at, beyond, Arc::clone(&open)));
        Self { at, open }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.at)
    }

    pub(crate) fn close(&self) {
        self.open.store(false, Ordering::SeqCst);
    }

    pub(crate) fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}

async fn keep(listener: TcpListener, at: SocketAddr, beyond: SocketAddr, open: Arc<AtomicBool>) {
    let mut listener = Some(listener);
    loop {
        if !open.load(Ordering::SeqCst) {
            listener = None;
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        }
        let Some(listening) = &listener else {
            listener = listen(at);
            continue;
        };
        let accepted = tokio::time::timeout(Duration::from_millis(5), listening.accept()).await;
        if let Ok(Ok((inner, _))) = accepted {
            tokio::spawn(join(inner, beyond, Arc::clone(&open)));
        }
    }
}

/// At an address that connections of before may linger on.
fn listen(at: SocketAddr) -> Option<TcpListener> {
    let socket = TcpSocket::new_v4().ok()?;
    socket.set_reuseaddr(true).ok()?;
    socket.bind(at).ok()?;
    socket.listen(128).ok()
}

async fn join(mut inner: TcpStream, beyond: SocketAddr, open: Arc<AtomicBool>) {
    let Ok(mut outer) = TcpStream::connect(beyond).await else {
        return;
    };
    let closed = async {
        while open.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut inner, &mut outer) => {}
        () = closed => {}
    }
}
