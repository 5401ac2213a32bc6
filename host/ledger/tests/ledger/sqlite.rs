//! SQLite keeps what the port promises.

use std::sync::Arc;

use bridge::port::ledger::Ledger;
use ledger::Sqlite;
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
    let ledger = Sqlite::open(directory.path().join("jackfield.db"), "a").expect("a ledger");
    File {
        ledger: Arc::new(ledger),
        directory,
    }
}

conformance!(crate::sqlite::File);
