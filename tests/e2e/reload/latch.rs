//! A latch before the simulated CXone: closed, what comes in waits there until it is opened.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone)]
pub(crate) struct Latch {
    pub(crate) at: SocketAddr,
    open: Arc<watch::Sender<bool>>,
    waiting: Arc<AtomicUsize>,
}

impl Latch {
    /// An open latch before an address.
    pub(crate) async fn before(base_url: &str) -> Self {
        let beyond: SocketAddr = base_url
            .trim_start_matches("http://")
            .parse()
            .expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let latch = Self {
            at: listener.local_addr().expect("an address"),
            open: Arc::new(watch::Sender::new(true)),
            waiting: Arc::default(),
        };
        let kept = latch.clone();
        tokio::spawn(async move {
            while let Ok((inner, _)) = listener.accept().await {
                let latch = kept.clone();
                tokio::spawn(async move {
                    if let Ok(outer) = TcpStream::connect(beyond).await {
                        let _ = latch.join(inner, outer).await;
                    }
                });
            }
        });
        latch
    }

    pub(crate) fn close(&self) {
        self.open.send_replace(false);
    }

    pub(crate) fn open(&self) {
        self.open.send_replace(true);
    }

    /// Whether a request waits at it.
    pub(crate) fn holds(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    async fn join(&self, inner: TcpStream, outer: TcpStream) -> std::io::Result<()> {
        let (mut from, mut back) = inner.into_split();
        let (mut answers, mut to) = outer.into_split();
        let answering = tokio::spawn(async move { tokio::io::copy(&mut answers, &mut back).await });
        let mut bytes = vec![0; 16 * 1024];
        loop {
            let read = from.read(&mut bytes).await?;
            if read == 0 {
                break;
            }
            self.waiting.fetch_add(1, Ordering::SeqCst);
            let mut open = self.open.subscribe();
            let _ = open.wait_for(|open| *open).await;
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            to.write_all(&bytes[..read]).await?;
        }
        to.shutdown().await?;
        let _ = answering.await;
        Ok(())
    }
}
