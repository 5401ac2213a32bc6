//! Facts about the world outside that the store remembers.

use rusqlite::{Connection, OptionalExtension};

use super::failure::Trouble;
use super::sql;

/// The fact of this name.
pub(super) fn recall(store: &Connection, name: &str) -> Result<Option<String>, Trouble> {
    let mut statement = store.prepare_cached(sql::FACT)?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

/// Puts a fact in place of the one before.
pub(super) fn remember(store: &Connection, name: &str, fact: &str) -> Result<(), Trouble> {
    store.prepare_cached(sql::REMEMBER)?.execute([name, fact])?;
    Ok(())
}
