//! Where a layer is written to: as many bytes as were announced, and none more.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

/// Bytes in memory, up to a cap.
pub(super) struct Capped {
    pub(super) bytes: Vec<u8>,
    /// Whether more came than there was room for.
    pub(super) overflown: bool,
    cap: usize,
}

/// Memory that is taken before any byte has come: what is announced is only claimed.
const AT_FIRST: usize = 1024 * 1024;

impl Capped {
    pub(super) fn new(cap: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(cap.min(AT_FIRST)),
            overflown: false,
            cap,
        }
    }
}

impl AsyncWrite for Capped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        piece: &[u8],
    ) -> Poll<io::Result<usize>> {
        if piece.len() > self.cap - self.bytes.len() {
            self.overflown = true;
            return Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
        self.bytes.extend_from_slice(piece);
        Poll::Ready(Ok(piece.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test]
    async fn what_was_announced_fits_and_no_more() {
        let mut out = Capped::new(4);
        out.write_all(b"ab").await.expect("room");
        out.write_all(b"cd").await.expect("room");
        assert!(!out.overflown);
        out.write_all(b"e").await.expect_err("no room");
        assert_eq!((out.overflown, out.bytes.as_slice()), (true, &b"abcd"[..]));
    }
}
