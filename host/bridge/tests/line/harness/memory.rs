//! A process's handle of the ledger in memory.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge::port::ledger::LedgerError;
use bridge::user::User;

use super::life::{Chance, Life};
use super::store::Store;

/// One process's way to the store.
#[derive(Debug)]
pub(crate) struct Memory {
    pub(crate) store: Arc<Mutex<Store>>,
    pub(crate) life: Arc<Life>,
    /// Makes each transaction take its time.
    pub(crate) chance: Option<Arc<Chance>>,
}

impl Memory {
    pub(super) async fn with<T>(&self, transaction: impl FnOnce(&mut Store) -> T) -> T {
        if let Some(chance) = &self.chance {
            let pause = chance.below(3);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        self.life.step().await;
        self.life.transactions.fetch_add(1, Ordering::SeqCst);
        let answer = transaction(&mut self.store.lock().expect("no panic"));
        // Done, but the process may die before it learns of it.
        self.life.step().await;
        answer
    }

    pub(super) async fn pick(
        &self,
        wanted: impl Fn(&User) -> bool,
    ) -> Result<Vec<User>, LedgerError> {
        Ok(self
            .with(|store| {
                store
                    .users
                    .iter()
                    .filter(|user| wanted(user))
                    .cloned()
                    .collect()
            })
            .await)
    }
}
