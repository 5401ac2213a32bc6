//! Where in a list a page begins, without walking over what it skips.
//!
//! The table `blocks` counts what is listed in each stretch of 256 and of 65,536 sequence numbers. Adding up finds the stretch
//! that a page begins in: at a million rows some hundred small rows are read instead of up to a million index entries.

#[cfg(test)]
mod tests;

use bridge::name::Scope;
use rusqlite::{Connection, params};

use super::failure::Trouble;
use super::sql;

/// What is listed. The numbers are those of the table's column `kind`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Users = 0,
    Groups = 1,
}

/// The sizes of blocks, as powers of two, largest first.
const SHIFTS: [u32; 2] = [16, 8];

/// A place in a list: so many rows after the first one with at least this sequence number.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) sequence: i64,
    pub(super) skip: i64,
}

/// Where the page that skips so many rows begins; `None` where the list is shorter. To be asked in the transaction that then
/// reads the page.
pub(super) fn seek(
    store: &Connection,
    scope: &Scope,
    kind: Kind,
    skip: u64,
) -> Result<Option<Start>, Trouble> {
    let Ok(mut skip) = i64::try_from(skip) else {
        return Ok(None);
    };
    let mut statement = store.prepare_cached(sql::BLOCKS)?;
    let (tenant, connection) = (scope.tenant.as_str(), scope.connection.as_str());
    let (mut first, mut last) = (0, i64::MAX);
    for shift in SHIFTS {
        let mut rows = statement.query(params![
            tenant,
            connection,
            kind as i64,
            shift,
            first >> shift,
            last >> shift
        ])?;
        loop {
            let Some(row) = rows.next()? else {
                return Ok(None);
            };
            let listed: i64 = row.get(1)?;
            if skip < listed {
                let block: i64 = row.get(0)?;
                first = block << shift;
                last = first | ((1 << shift) - 1);
                break;
            }
            skip -= listed;
        }
    }
    Ok(Some(Start {
        sequence: first,
        skip,
    }))
}

/// How many there are in all.
pub(super) fn total(store: &Connection, scope: &Scope, kind: Kind) -> Result<i64, Trouble> {
    let mut statement = store.prepare_cached(sql::BLOCKS_TOTAL)?;
    let (tenant, connection) = (scope.tenant.as_str(), scope.connection.as_str());
    let key = params![tenant, connection, kind as i64, SHIFTS[0]];
    Ok(statement.query_row(key, |row| row.get(0))?)
}

/// Reads a page from where it begins, both as of one moment.
pub(super) fn page<T>(
    store: &Connection,
    scope: &Scope,
    kind: Kind,
    skip: u64,
    read: impl FnOnce(Start) -> Result<Vec<T>, Trouble>,
) -> Result<Vec<T>, Trouble> {
    let moment = store.unchecked_transaction()?;
    let page = match seek(store, scope, kind, skip)? {
        Some(start) => read(start)?,
        None => Vec::new(),
    };
    moment.finish()?;
    Ok(page)
}
