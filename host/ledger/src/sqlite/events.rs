//! Events as rows.

use bridge::event::Event;
use bridge::name::{Scope, UserId};
use bridge::port::ledger::{LedgerError, asked_name, grants};
use rusqlite::{Connection, params};

use super::failure::{Trouble, corrupt, unwritable};
use super::{refusals, sql};

/// Events made ready to be written, in the order in which they happened.
#[derive(Debug)]
pub(super) struct Events(Vec<Row>);

#[derive(Debug)]
pub(super) struct Row {
    pub(super) tenant: String,
    pub(super) connection: String,
    pub(super) user: Option<String>,
    pub(super) at: i64,
    /// Whether it says that a request was granted.
    grants: bool,
    /// The folded user name that a refused request asked for.
    pub(super) asked_name: Option<String>,
    document: String,
}

impl Events {
    pub(super) fn of(events: &[Event]) -> Result<Self, LedgerError> {
        let rows = events.iter().map(|event| {
            Ok(Row {
                tenant: event.scope.tenant.to_string(),
                connection: event.scope.connection.to_string(),
                user: event.user.map(|user| user.to_string()),
                at: event.at.as_microsecond(),
                grants: grants(event.kind),
                asked_name: asked_name(event),
                document: serde_json::to_string(event).map_err(|_| unwritable("an event"))?,
            })
        });
        Ok(Self(rows.collect::<Result<_, LedgerError>>()?))
    }

    /// Writes them beside what they tell of. Where that is a granted request, what was refused to the user before is past.
    pub(super) fn store(&self, store: &Connection) -> Result<(), Trouble> {
        for row in &self.0 {
            row.insert(store)?;
            if let Some(user) = row.user.as_ref().filter(|_| row.grants) {
                refusals::of_user_is_past(store, &row.tenant, &row.connection, user)?;
            }
        }
        Ok(())
    }

    /// Writes them alone: nothing came of the request that they tell of.
    pub(super) fn record(&self, store: &Connection) -> Result<(), Trouble> {
        for row in &self.0 {
            let event = row.insert(store)?;
            refusals::keep(store, event, row)?;
        }
        Ok(())
    }
}

impl Row {
    fn insert(&self, store: &Connection) -> Result<i64, Trouble> {
        let mut insert = store.prepare_cached(sql::INSERT_EVENT)?;
        let values = params![self.tenant, self.connection, self.user, self.document];
        Ok(insert.insert(values)?)
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
        events.push(event(row)?);
    }
    Ok(events)
}

/// An event from its sequence and document.
pub(super) fn event(row: &rusqlite::Row<'_>) -> Result<Event, Trouble> {
    let sequence: i64 = row.get(0)?;
    let document: &[u8] = row.get_ref(1)?.as_bytes().map_err(rusqlite::Error::from)?;
    let event = serde_json::from_slice(document)
        .map_err(|error| corrupt(&format!("event {sequence}"), &error))?;
    Ok(event)
}
