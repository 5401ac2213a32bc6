//! A look into a ledger from outside, while a service may have it: nothing is made, locked for long or migrated.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bridge::name::{ConnectionName, Scope, TenantName};
use bridge::port::ledger::{LedgerError, Standing};
use bridge::user::User;
use rusqlite::{Connection, OpenFlags, params};

use super::failure::{Trouble, describe};
use super::schema::{self, Unfit};
use super::{OpenError, record, refusals, sql};

/// A ledger that is only looked at. SQLite lets others read beside the process that writes.
#[derive(Debug)]
pub struct Glance {
    path: PathBuf,
    /// The schema that the file has.
    pub schema: i64,
    /// The newest that this version knows.
    pub newest: i64,
    store: Mutex<Connection>,
}

impl Glance {
    /// Opens a ledger for looking; `None` where there is no file yet.
    ///
    /// # Errors
    /// [`OpenError`] as for a service that would open it, but that somebody has it.
    pub fn open(path: &Path) -> Result<Option<Self>, OpenError> {
        if !fs::exists(path).map_err(|reason| OpenError::Io {
            path: path.to_owned(),
            reason,
        })? {
            return Ok(None);
        }
        let failed = |error: rusqlite::Error| OpenError::Store {
            path: path.to_owned(),
            reason: describe(&error),
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let store = Connection::open_with_flags(path, flags).map_err(failed)?;
        let newest = schema::newest();
        let schema = schema::version(&store).map_err(|unfit| match unfit {
            Unfit::Foreign => OpenError::Foreign {
                path: path.to_owned(),
            },
            Unfit::Newer(found, known) => OpenError::Newer {
                path: path.to_owned(),
                found,
                known,
            },
            Unfit::Failed(error) => failed(error),
        })?;
        Ok(Some(Self {
            path: path.to_owned(),
            schema,
            newest,
            store: Mutex::new(store),
        }))
    }

    /// What the process that has the ledger wrote down of itself; `None` if nobody has it.
    pub fn holder(path: &Path) -> Option<String> {
        let mut lock = fs::canonicalize(path).ok()?.into_os_string();
        lock.push(".lock");
        let mut file = File::open(lock).ok()?;
        // Shared: two who look do not see each other.
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {}
            Ok(()) | Err(TryLockError::Error(_)) => return None,
        }
        let mut text = String::new();
        let _ = file.by_ref().take(200).read_to_string(&mut text);
        Some(if text.is_empty() {
            "another process".to_owned()
        } else {
            text
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Live users of a connection in sequence, after a sequence number. None while the schema is an older one.
    ///
    /// # Errors
    /// [`LedgerError::Failed`].
    pub fn users(&self, scope: &Scope, after: i64, limit: usize) -> Result<Vec<User>, LedgerError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let key = params![
            scope.tenant.as_str(),
            scope.connection.as_str(),
            after,
            limit
        ];
        self.look(|store| record::users(store, sql::LISTED_AFTER, key))
    }

    /// Live users of any connection of a tenant who are linked to this CXone id or have this folded user name in CXone.
    ///
    /// # Errors
    /// [`LedgerError::Failed`].
    pub fn holders(
        &self,
        tenant: &TenantName,
        cxone_id: &str,
        folded_name: &str,
    ) -> Result<Vec<User>, LedgerError> {
        self.look(|store| {
            let mut found = record::users(store, sql::LINKED, [tenant.as_str(), cxone_id])?;
            found.extend(record::users(
                store,
                sql::HOLDERS,
                [tenant.as_str(), folded_name],
            )?);
            found.retain(User::live);
            Ok(found)
        })
    }

    /// How many users of each connection are not as they should be.
    ///
    /// # Errors
    /// [`LedgerError::Failed`].
    pub fn standings(
        &self,
        tenant: &TenantName,
    ) -> Result<BTreeMap<ConnectionName, Standing>, LedgerError> {
        self.look(|store| refusals::standings(store, tenant))
    }

    fn look<T: Default>(
        &self,
        look: impl FnOnce(&Connection) -> Result<T, Trouble>,
    ) -> Result<T, LedgerError> {
        if self.schema != self.newest {
            return Ok(T::default());
        }
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        look(&store).map_err(|trouble| trouble.0)
    }
}
