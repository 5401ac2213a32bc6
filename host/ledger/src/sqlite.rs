//! The ledger on SQLite: one file, one process, one writer thread, several readers.

mod events;
mod facts;
mod failure;
mod file;
mod glance;
mod groups;
mod intents;
mod keys;
mod members;
mod pages;
mod pending;
mod port;
mod readers;
mod record;
mod refusals;
mod schema;
mod sql;
mod writer;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::Path;
use std::thread;

pub use file::OpenError;
pub use glance::Glance;

use file::DataFile;
use readers::Readers;
use writer::Writer;

/// The most connections for look-ups: more than the threads that could use them at once would be memory for nothing.
const QUICK_READERS: usize = 8;

/// Connections for lists, which run beside the look-ups.
const SCAN_READERS: usize = 2;

/// The ledger in a SQLite file.
///
/// Dropping it does what is queued, closes the file and frees its lock.
pub struct Sqlite {
    // In this order they are dropped: the lock goes last.
    writer: Writer,
    readers: Readers,
    file: DataFile,
}

impl Sqlite {
    /// Opens a ledger, or makes one where there is no file. `owner` names this process to a second one that is refused. The
    /// leases of all intents that are still open end here: this process alone has the file, so their holders are gone.
    ///
    /// Blocks for as long as the disk and a migration take.
    pub fn open(path: impl AsRef<Path>, owner: &str) -> Result<Self, OpenError> {
        Self::open_at(path.as_ref(), owner, crate::network_file_system)
    }

    fn open_at(
        path: &Path,
        owner: &str,
        network: fn(&Path) -> io::Result<Option<&'static str>>,
    ) -> Result<Self, OpenError> {
        let file = DataFile::lock(path, owner, network)?;
        let connection = file.writer()?;
        let left = intents::void_leases(&connection).map_err(|error| file.failed(&error))?;
        if left > 0 {
            tracing::info!(intents = left, "the last process left intents open");
        }
        let threads = thread::available_parallelism().map_or(2, usize::from);
        let quick = file.readers(threads.clamp(2, QUICK_READERS))?;
        let scans = file.readers(SCAN_READERS)?;
        let writer = Writer::start(connection).map_err(|error| file.refused(error))?;
        Ok(Self {
            writer,
            readers: Readers::new(quick, scans),
            file,
        })
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite")
            .field("path", &self.file.path())
            .finish_non_exhaustive()
    }
}
