//! Pending re-evaluations as rows.

use bridge::group::Pending;
use bridge::name::{Scope, TenantName, UserId};
use bridge::port::ledger::LedgerError;
use rusqlite::{Connection, OptionalExtension, params};

use super::failure::Trouble;
use super::members::user_id;
use super::sql;

/// Marks users of a connection, all with the same mark: a newer one than any before.
pub(super) fn mark(store: &Connection, scope: &Scope, users: &[UserId]) -> Result<(), Trouble> {
    if users.is_empty() {
        return Ok(());
    }
    let (tenant, connection) = (scope.tenant.as_str(), scope.connection.as_str());
    let mut next = store.prepare_cached(sql::NEXT_MARK)?;
    let mark: i64 = next.query_row([tenant], |row| row.get(0))?;
    let mut insert = store.prepare_cached(sql::MARK)?;
    for user in users {
        insert.execute(params![user.to_string(), tenant, connection, mark])?;
    }
    Ok(())
}

/// Those of a tenant, longest first.
pub(super) fn first(
    store: &Connection,
    tenant: &TenantName,
    limit: i64,
) -> Result<Vec<Pending>, Trouble> {
    let mut statement = store.prepare_cached(sql::PENDING)?;
    let mut rows = statement.query(params![tenant.as_str(), limit])?;
    let mut pending = Vec::new();
    while let Some(row) = rows.next()? {
        let connection: String = row.get(0)?;
        let user: String = row.get(1)?;
        pending.push(Pending {
            scope: Scope {
                tenant: tenant.clone(),
                connection: connection.parse().map_err(|_| {
                    LedgerError::Failed(format!("the connection of user {user} has no proper name"))
                })?,
            },
            user: user_id(&user)?,
            mark: number(row.get(2)?)?,
        });
    }
    Ok(pending)
}

/// That of a user.
pub(super) fn of(
    store: &Connection,
    scope: &Scope,
    user: UserId,
) -> Result<Option<Pending>, Trouble> {
    let mut statement = store.prepare_cached(sql::PENDING_OF)?;
    let key = params![
        scope.tenant.as_str(),
        scope.connection.as_str(),
        user.to_string()
    ];
    let mark: Option<i64> = statement.query_row(key, |row| row.get(0)).optional()?;
    let Some(mark) = mark else {
        return Ok(None);
    };
    Ok(Some(Pending {
        scope: scope.clone(),
        user,
        mark: number(mark)?,
    }))
}

/// Ends those that were not marked again since.
pub(super) fn end(store: &Connection, done: &[Pending]) -> Result<(), Trouble> {
    let mut delete = store.prepare_cached(sql::EVALUATED)?;
    for pending in done {
        // No mark was given that does not fit.
        let Ok(mark) = i64::try_from(pending.mark) else {
            continue;
        };
        delete.execute(params![
            pending.user.to_string(),
            pending.scope.tenant.as_str(),
            pending.scope.connection.as_str(),
            mark
        ])?;
    }
    Ok(())
}

fn number(mark: i64) -> Result<u64, Trouble> {
    let negative = |_| LedgerError::Failed("the mark of a re-evaluation is negative".to_owned());
    Ok(u64::try_from(mark).map_err(negative)?)
}
