//! Turns: within a process, requests for the same user or name go one after the other instead of racing for the lock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// A turn; it ends when dropped.
pub(crate) type Turn = OwnedMutexGuard<()>;

/// Hands out turns by key. The ledger's intent is what keeps processes apart; this only spares them the collision.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    queues: Mutex<HashMap<String, Weak<AsyncMutex<()>>>>,
}

impl Turns {
    /// Waits for the turn at a key.
    pub(crate) async fn wait(&self, key: String) -> Turn {
        let queue = {
            let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
            let found = queues.get(&key).and_then(Weak::upgrade);
            found.unwrap_or_else(|| {
                if queues.len() >= 1024 {
                    queues.retain(|_, queue| queue.strong_count() > 0);
                }
                let queue = Arc::new(AsyncMutex::new(()));
                queues.insert(key, Arc::downgrade(&queue));
                queue
            })
        };
        queue.lock_owned().await
    }
}
