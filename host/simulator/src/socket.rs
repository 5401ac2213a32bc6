//! A TCP connection that can end in a reset.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Tells a connection to end in a reset. Once given, nothing more is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResetOrder(Arc<AtomicBool>);

impl ResetOrder {
    pub(crate) fn give(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn given(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The connection. Dropping it after the order sends RST instead of FIN.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    order: ResetOrder,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, order: ResetOrder) -> Self {
        Self { stream, order }
    }

    fn writable(&self) -> io::Result<()> {
        if self.order.given() {
            Err(io::ErrorKind::ConnectionReset.into())
        } else {
            Ok(())
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.order.given() {
            // Where the platform cannot, the peer sees a plain close without an answer.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writable()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.writable()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.order.given() {
            // A shutdown would send FIN first, and the peer would read an orderly end.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
