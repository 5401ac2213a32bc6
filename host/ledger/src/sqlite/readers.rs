//! The readers: connections that see what is committed and never wait for the writer (WAL).

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use bridge::port::ledger::LedgerError;
use rusqlite::Connection;

use super::failure::Trouble;

/// Two pools, so that a look-up on a caller's thread never waits behind a list.
pub(super) struct Readers {
    quick: Pool,
    scans: Arc<Pool>,
}

impl Readers {
    /// Shares out the connections. Neither pool may be empty.
    pub(super) fn new(quick: Vec<Connection>, scans: Vec<Connection>) -> Self {
        Self {
            quick: Pool::new(quick),
            scans: Arc::new(Pool::new(scans)),
        }
    }

    /// A look-up of microseconds, on the caller's thread: a hop to another thread would cost several times as much.
    pub(super) fn quick<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Trouble>,
    ) -> Result<T, LedgerError> {
        read(&*self.quick.take()?).map_err(|Trouble(error)| error)
    }

    /// A read of unknown length, on a blocking thread of the runtime.
    pub(super) async fn scan<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let pool = Arc::clone(&self.scans);
        tokio::task::spawn_blocking(move || read(&*pool.take()?))
            .await
            .map_err(|_| LedgerError::Failed("a read was cut short".to_owned()))?
            .map_err(|Trouble(error)| error)
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers")
            .field("quick", &self.quick.connections.len())
            .field("scans", &self.scans.connections.len())
            .finish()
    }
}

struct Pool {
    connections: Vec<Mutex<Connection>>,
    next: AtomicUsize,
}

impl Pool {
    fn new(connections: Vec<Connection>) -> Self {
        Self {
            connections: connections.into_iter().map(Mutex::new).collect(),
            next: AtomicUsize::new(0),
        }
    }

    /// A free connection, or a place in the line of one of them.
    fn take(&self) -> Result<MutexGuard<'_, Connection>, LedgerError> {
        let start = self.next.fetch_add(1, Ordering::Relaxed);
        let turn = |offset: usize| {
            let index = start.wrapping_add(offset) % self.connections.len().max(1);
            self.connections.get(index)
        };
        for connection in (0..self.connections.len()).filter_map(turn) {
            match connection.try_lock() {
                Ok(guard) => return Ok(guard),
                // A read that panicked has left nothing half done: a connection holds no state of ours.
                Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let connection =
            turn(0).ok_or_else(|| LedgerError::Failed("the ledger has no reader".to_owned()))?;
        Ok(connection.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
