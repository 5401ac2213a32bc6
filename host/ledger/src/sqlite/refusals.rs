//! Requests that were refused, as rows beside their events; and how many of everybody are not as they should be.

use std::collections::BTreeMap;

use bridge::event::Event;
use bridge::name::{ConnectionName, TenantName};
use bridge::port::ledger::{LedgerError, Standing, asked_name};
use rusqlite::{Connection, params};

use super::events::{self, Row};
use super::failure::Trouble;
use super::{record, sql};

/// Keeps a refused request that was just recorded, in place of the last one about the same person.
pub(super) fn keep(store: &Connection, event: i64, row: &Row) -> Result<(), Trouble> {
    let Some(name) = &row.asked_name else {
        return Ok(());
    };
    let (tenant, connection) = (&row.tenant, &row.connection);
    // A create that a plugin failed at names an id that nobody was given.
    let known = match &row.user {
        Some(user) => record::is_stored(store, user)?,
        None => false,
    };
    let user = row.user.as_ref().filter(|_| known);
    match user {
        Some(user) => of_user_is_past(store, tenant, connection, user)?,
        None => of_name_is_past(store, tenant, connection, name)?,
    }
    let values = params![event, tenant, connection, user, name, row.at];
    store.prepare_cached(sql::INSERT_REFUSAL)?.execute(values)?;
    Ok(())
}

/// Something newer was granted to a user.
pub(super) fn of_user_is_past(
    store: &Connection,
    tenant: &str,
    connection: &str,
    user: &str,
) -> Result<(), Trouble> {
    let key = [tenant, connection, user];
    store
        .prepare_cached(sql::DELETE_REFUSAL_OF_USER)?
        .execute(key)?;
    Ok(())
}

/// There is a user of this name now. The row stays until its event is forgotten.
pub(super) fn of_name_is_past(
    store: &Connection,
    tenant: &str,
    connection: &str,
    folded_name: &str,
) -> Result<(), Trouble> {
    let key = [tenant, connection, folded_name];
    store
        .prepare_cached(sql::END_REFUSAL_OF_NAME)?
        .execute(key)?;
    Ok(())
}

/// Those of a tenant that stand, oldest first.
pub(super) fn standing(
    store: &Connection,
    tenant: &TenantName,
    limit: i64,
) -> Result<Vec<Event>, Trouble> {
    let mut statement = store.prepare_cached(sql::REFUSALS)?;
    let mut rows = statement.query(params![tenant.as_str(), limit])?;
    let mut refusals = Vec::new();
    while let Some(row) = rows.next()? {
        let mut refusal = events::event(row)?;
        if row.get(2)? {
            refusal.user = None;
        }
        refusals.push(refusal);
    }
    Ok(refusals)
}

/// Whether one is the last about its person still.
pub(super) fn stands(store: &Connection, refusal: &Event) -> Result<bool, Trouble> {
    let Some(name) = asked_name(refusal) else {
        return Ok(false);
    };
    let (tenant, connection) = place(refusal);
    let (user, at) = (refusal.user, refusal.at.as_microsecond());
    if let Some(user) = user {
        let key = params![tenant, connection, user.to_string(), at];
        if store.prepare_cached(sql::STANDS_OF_USER)?.exists(key)? {
            return Ok(true);
        }
    }
    let key = params![tenant, connection, name, at];
    Ok(store.prepare_cached(sql::STANDS_OF_NAME)?.exists(key)?)
}

/// Ends one, if it is the last about its person still.
pub(super) fn dismiss(store: &Connection, refusal: &Event) -> Result<bool, Trouble> {
    let Some(name) = asked_name(refusal) else {
        return Ok(false);
    };
    let (tenant, connection) = place(refusal);
    let (user, at) = (refusal.user, refusal.at.as_microsecond());
    if let Some(user) = user {
        let key = params![tenant, connection, user.to_string(), at];
        if store.prepare_cached(sql::DISMISS_OF_USER)?.execute(key)? > 0 {
            return Ok(true);
        }
    }
    let key = params![tenant, connection, name, at];
    Ok(store.prepare_cached(sql::DISMISS_OF_NAME)?.execute(key)? > 0)
}

fn place(refusal: &Event) -> (&str, &str) {
    let scope = &refusal.scope;
    (scope.tenant.as_str(), scope.connection.as_str())
}

/// Empties what was refused to people who were never stored; answers how many there were.
pub(super) fn forget(
    store: &Connection,
    tenant: &TenantName,
    before: i64,
    limit: i64,
) -> Result<usize, Trouble> {
    let mut statement = store.prepare_cached(sql::FORGETTABLE_REFUSALS)?;
    let due = statement
        .query_map(params![tenant.as_str(), before, limit], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    for event in &due {
        store.prepare_cached(sql::FORGET_EVENT)?.execute([event])?;
        store
            .prepare_cached(sql::DELETE_REFUSAL)?
            .execute([event])?;
    }
    Ok(due.len())
}

/// How many users of each connection are not as they should be, and how many refused requests stand.
pub(super) fn standings(
    store: &Connection,
    tenant: &TenantName,
) -> Result<BTreeMap<ConnectionName, Standing>, Trouble> {
    let mut found: BTreeMap<ConnectionName, Standing> = BTreeMap::new();
    let name = |text: String| {
        text.parse::<ConnectionName>().map_err(|_| {
            LedgerError::Failed("a connection of the ledger has no proper name".into())
        })
    };
    let mut statement = store.prepare_cached(sql::STANDINGS)?;
    let mut rows = statement.query([tenant.as_str()])?;
    while let Some(row) = rows.next()? {
        let standing = found.entry(name(row.get(0)?)?).or_default();
        let (state, hold): (String, Option<i64>) = (row.get(1)?, row.get(2)?);
        let place = match (state.as_str(), hold) {
            ("owed", None) => &mut standing.owed,
            ("owed", Some(GUARDED)) => &mut standing.held,
            ("owed", Some(_)) => &mut standing.observed,
            ("refused", _) => &mut standing.refused,
            ("deferred", _) => &mut standing.deferred,
            _ => &mut standing.unconfirmed,
        };
        *place += u64::try_from(row.get::<_, i64>(3)?).unwrap_or_default();
    }
    let mut statement = store.prepare_cached(sql::REFUSAL_COUNTS)?;
    let mut rows = statement.query([tenant.as_str()])?;
    while let Some(row) = rows.next()? {
        let standing = found.entry(name(row.get(0)?)?).or_default();
        standing.requests = u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default();
    }
    Ok(found)
}

/// Who holds a debt, as the column `hold` says it: the guard.
pub(super) const GUARDED: i64 = 0;
/// A connection that only observes.
pub(super) const OBSERVED: i64 = 1;
