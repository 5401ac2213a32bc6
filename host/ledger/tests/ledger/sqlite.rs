//! SQLite keeps what the port promises.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bridge::port::ledger::Ledger;
use ledger::{OpenError, Sqlite};
use tempfile::TempDir;

use crate::conformance::{Engine, conformance};

/// A ledger in a directory of its own.
pub(crate) struct File {
    ledger: Arc<Sqlite>,
    directory: TempDir,
}

impl Engine for File {
    async fn create() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        open(directory)
    }

    fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::clone(&self.ledger) as Arc<dyn Ledger>
    }

    async fn restart(self) -> Self {
        drop(self.ledger);
        open(self.directory)
    }
}

fn open(directory: TempDir) -> File {
    let ledger = reopened(&directory.path().join("jackfield.db"), "a").expect("a ledger");
    File {
        ledger: Arc::new(ledger),
        directory,
    }
}

/// Opens a ledger that may have been closed just now. Another test may be starting a process, which has all our files, the lock
/// among them, until it runs its own program.
pub(crate) fn reopened(path: &Path, owner: &str) -> Result<Sqlite, OpenError> {
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        match Sqlite::open(path, owner) {
            Err(OpenError::InUse { .. }) if Instant::now() < patience => thread::yield_now(),
            other => return other,
        }
    }
}

conformance!(crate::sqlite::File);
