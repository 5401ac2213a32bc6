//! Random keys that the store keeps.

use bridge::port::ledger::LedgerError;
use rusqlite::{Connection, OptionalExtension};

use super::failure::Trouble;
use super::sql;

/// The key of this name, once it was made.
pub(super) fn kept(store: &Connection, name: &str) -> Result<Option<[u8; 32]>, Trouble> {
    let mut statement = store.prepare_cached(sql::KEY)?;
    let key: Option<[u8; 32]> = statement.query_row([name], |row| row.get(0)).optional()?;
    Ok(key)
}

/// A key as good as any.
pub(super) fn random() -> Result<[u8; 32], LedgerError> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| {
        LedgerError::Failed(format!("the system gives no random numbers: {error}"))
    })?;
    Ok(key)
}

/// Keeps a key, unless somebody was faster; answers the one that counts.
pub(super) fn keep(store: &Connection, name: &str, key: &[u8; 32]) -> Result<[u8; 32], Trouble> {
    let mut insert = store.prepare_cached(sql::INSERT_KEY)?;
    insert.execute((name, key))?;
    let lost = || LedgerError::Failed(format!("the key {name:?} was not kept"));
    Ok(kept(store, name)?.ok_or_else(lost)?)
}
