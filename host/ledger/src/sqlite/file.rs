//! The file: who may open it, and how connections to it are set up.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::failure::describe;
use super::schema::{self, Unfit};

/// Why the file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The operating system refused the file or its lock file.
    #[error("the ledger {} cannot be opened: {reason}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        reason: io::Error,
    },
    /// It is on a network file system.
    #[error(
        "the ledger {} is on {system}, a network file system, where neither SQLite's locks nor its log can be relied on: move it to a local disk and name that in `url` under [ledger]",
        path.display()
    )]
    Network {
        /// The file.
        path: PathBuf,
        /// The file system.
        system: &'static str,
    },
    /// Another process has it.
    #[error("the ledger {} is in use by {holder}: end that process first", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
        /// What the other process wrote down of itself.
        holder: String,
    },
    /// It is a database, but not a ledger.
    #[error("{} is another program's database: name a file that does not exist yet, or a ledger", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A later version of Jackfield wrote it.
    #[error(
        "the ledger {} has schema {found}, and this version knows {known}: start the newer version again, or restore a backup",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The schema that the file has.
        found: i64,
        /// The newest schema that is known.
        known: i64,
    },
    /// SQLite failed.
    #[error("the ledger {} cannot be opened: {reason}", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// What SQLite said, and the fix where there is one.
        reason: String,
    },
}

/// How long a connection waits for another program, such as a backup, before it fails.
const BUSY: Duration = Duration::from_secs(5);

/// More than the statements there are: each is prepared once for each connection.
const STATEMENTS: usize = 128;

/// What a write-ahead log is cut down to after a checkpoint, in bytes: one long reader must not cost the disk for good.
const LOG: i64 = 64 << 20;

/// A data file that this process has to itself as long as this lives.
#[derive(Debug)]
pub(super) struct DataFile {
    path: PathBuf,
    _lock: File,
}

impl DataFile {
    /// Makes the file if there is none, for this user only, and locks it against other processes. `network` tells a network
    /// file system from a local one.
    pub(super) fn lock(
        path: &Path,
        owner: &str,
        network: fn(&Path) -> io::Result<Option<&'static str>>,
    ) -> Result<Self, OpenError> {
        let failed = |reason| OpenError::Io {
            path: path.to_owned(),
            reason,
        };
        // A link may lead elsewhere.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Some(system) = network(&place).map_err(failed)? {
            return Err(OpenError::Network {
                path: path.to_owned(),
                system,
            });
        }
        let data = private(path).map_err(failed)?;
        warn_if_readable(path, &data).map_err(failed)?;
        // Two ways to the same file must meet at the same lock.
        let path = fs::canonicalize(path).map_err(failed)?;
        let mut lock_path = path.clone().into_os_string();
        lock_path.push(".lock");
        let mut lock = private(Path::new(&lock_path)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = holder(&mut lock);
                return Err(OpenError::InUse { path, holder });
            }
            Err(TryLockError::Error(reason)) => return Err(failed(reason)),
        }
        // Best effort: it only makes the message of a second process clearer.
        let _ = lock.set_len(0);
        let _ = write!(lock, "{owner}, process {}", process::id());
        Ok(Self { path, _lock: lock })
    }

    /// The file, as an absolute path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The connection that writes. Brings the schema to the newest version.
    pub(super) fn writer(&self) -> Result<Connection, OpenError> {
        let mut connection = self.connect().map_err(|error| self.failed(&error))?;
        durable(&connection).map_err(|error| self.failed(&error))?;
        schema::migrate(&mut connection).map_err(|unfit| match unfit {
            Unfit::Foreign => OpenError::Foreign {
                path: self.path.clone(),
            },
            Unfit::Newer(found, known) => OpenError::Newer {
                path: self.path.clone(),
                found,
                known,
            },
            Unfit::Failed(error) => self.failed(&error),
        })?;
        Ok(connection)
    }

    /// Connections that only read.
    pub(super) fn readers(&self, count: usize) -> Result<Vec<Connection>, OpenError> {
        let reader = |_| {
            let connection = self.connect()?;
            connection.pragma_update(None, "query_only", true)?;
            Ok(connection)
        };
        let readers: Result<_, rusqlite::Error> = (0..count).map(reader).collect();
        readers.map_err(|error| self.failed(&error))
    }

    /// An error of SQLite about this file.
    pub(super) fn failed(&self, error: &rusqlite::Error) -> OpenError {
        OpenError::Store {
            path: self.path.clone(),
            reason: describe(error),
        }
    }

    /// An error of the operating system about this file.
    pub(super) fn refused(&self, reason: io::Error) -> OpenError {
        OpenError::Io {
            path: self.path.clone(),
            reason,
        }
    }

    fn connect(&self) -> Result<Connection, rusqlite::Error> {
        // No mutex: a connection is in one thread at a time. No URI: '?' and '%' in a path are themselves.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }
}

/// Makes every commit wait for the disk, and readers independent of the writer.
fn durable(connection: &Connection) -> Result<(), rusqlite::Error> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        let failure = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
        let text = "the file system has no shared memory for a write-ahead log; use a local disk";
        return Err(rusqlite::Error::SqliteFailure(
            failure,
            Some(text.to_owned()),
        ));
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update_and_check(None, "journal_size_limit", LOG, |_| Ok(()))
}

/// Opens a file, or makes it readable and writable for this user only: it holds personal data. SQLite gives its own files
/// beside it the same mode.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn warn_if_readable(path: &Path, file: &File) -> io::Result<()> {
    let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata()?);
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others may open the ledger, which holds personal data: chmod 600 it");
    }
    Ok(())
}

#[cfg(not(unix))]
fn warn_if_readable(_: &Path, _: &File) -> io::Result<()> {
    Ok(())
}

fn holder(lock: &mut File) -> String {
    let mut text = String::new();
    match lock.take(200).read_to_string(&mut text) {
        Ok(length) if length > 0 => text,
        _ => "another process".to_owned(),
    }
}
