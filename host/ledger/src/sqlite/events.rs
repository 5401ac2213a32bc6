//! Events as rows.

use bridge::event::Event;
use bridge::name::{Scope, UserId};
use bridge::port::ledger::LedgerError;
use rusqlite::{Connection, params};

use super::failure::{Trouble, corrupt, unwritable};
use super::sql;

/// Events made ready to be written, in the order in which they happened.
#[derive(Debug)]
pub(super) struct Events(Vec<Row>);

#[derive(Debug)]
struct Row {
    tenant: String,
    connection: String,
    user: Option<String>,
    document: String,
}

impl Events {
    pub(super) fn of(events: &[Event]) -> Result<Self, LedgerError> {
        let rows = events.iter().map(|event| {
            Ok(Row {
                tenant: event.scope.tenant.to_string(),
                connection: event.scope.connection.to_string(),
                user: event.user.map(|user| user.to_string()),
                document: serde_json::to_string(event).map_err(|_| unwritable("an event"))?,
            })
        });
        Ok(Self(rows.collect::<Result<_, LedgerError>>()?))
    }

    /// Writes them.
    pub(super) fn store(&self, store: &Connection) -> Result<(), Trouble> {
        let mut insert = store.prepare_cached(sql::INSERT_EVENT)?;
        for row in &self.0 {
            insert.execute(params![row.tenant, row.connection, row.user, row.document])?;
        }
        Ok(())
    }
}

/// The last events of a scope or of one of its users, newest first.
pub(super) fn last(
    store: &Connection,
    scope: &Scope,
    user: Option<UserId>,
    limit: i64,
) -> Result<Vec<Event>, Trouble> {
    let (tenant, connection) = (scope.tenant.as_str(), scope.connection.as_str());
    let mut statement;
    let mut rows = match user {
        None => {
            statement = store.prepare_cached(sql::EVENTS)?;
            statement.query(params![tenant, connection, limit])?
        }
        Some(user) => {
            statement = store.prepare_cached(sql::EVENTS_OF_USER)?;
            statement.query(params![tenant, connection, limit, user.to_string()])?
        }
    };
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let sequence: i64 = row.get(0)?;
        let document: &[u8] = row.get_ref(1)?.as_bytes().map_err(rusqlite::Error::from)?;
        let event = serde_json::from_slice(document)
            .map_err(|error| corrupt(&format!("event {sequence}"), &error))?;
        events.push(event);
    }
    Ok(events)
}
