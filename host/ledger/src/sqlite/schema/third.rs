//! Migration 3: whoever is not as they should be in CXone, refused requests, facts.

use bridge::event::Event;
use bridge::port::ledger::{asked_name, grants};
use bridge::user::{State, User};
use rusqlite::{Connection, Error, OptionalExtension, params};

pub(super) const THIRD: &str = "
-- Who holds a debt: 0 for the guard, 1 for a connection that only observes.
ALTER TABLE users ADD COLUMN hold INTEGER;
UPDATE users SET hold = 0 WHERE state = 'owed' AND debt_rank IS NULL;
-- Somebody may be refused or deferred and held as well: going live decides anew.
DROP INDEX users_held;
CREATE INDEX users_held ON users (tenant, connection) WHERE hold IS NOT NULL;
CREATE INDEX users_unsettled ON users (tenant) WHERE state IN ('refused', 'owed', 'deferred', 'unconfirmed');
CREATE INDEX users_standing ON users (tenant, connection, state, hold)
    WHERE state IN ('refused', 'owed', 'deferred', 'unconfirmed');

-- Requests that were refused, by their events. Of somebody stored the last one; of all others each, until its event is
-- forgotten: nobody's deletion does that.
CREATE TABLE refusals (
    event       INTEGER NOT NULL PRIMARY KEY REFERENCES events ON DELETE CASCADE,
    tenant      TEXT    NOT NULL,
    connection  TEXT    NOT NULL,
    user        TEXT,
    folded_name TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    -- Whether it was neither granted nor refused again nor dismissed since.
    stands      INTEGER NOT NULL CHECK (stands IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX refusals_user ON refusals (tenant, connection, user) WHERE user IS NOT NULL;
CREATE UNIQUE INDEX refusals_name ON refusals (tenant, connection, folded_name) WHERE user IS NULL AND stands = 1;
CREATE INDEX refusals_standing ON refusals (tenant) WHERE stands = 1;
CREATE INDEX refusals_counts ON refusals (tenant, connection) WHERE stands = 1;
CREATE INDEX refusals_strangers ON refusals (tenant, at) WHERE user IS NULL;

CREATE TABLE facts (
    name TEXT NOT NULL PRIMARY KEY,
    fact TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// Reads out of the events which requests were refused and not granted since.
pub(super) fn fill(store: &Connection) -> Result<(), Error> {
    let mut read = store.prepare(
        "SELECT sequence, document FROM events
         WHERE json_extract(document, '$.kind') IN ('refused', 'plugin-failed') ORDER BY sequence",
    )?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let (sequence, document): (i64, String) = (row.get(0)?, row.get(1)?);
        // One that cannot be read is an error to whoever asks for it, and no reason to serve nobody.
        if let Ok(event) = serde_json::from_str::<Event>(&document)
            && let Some(name) = asked_name(&event)
        {
            insert(store, sequence, &event, &name)?;
        }
    }
    Ok(())
}

fn insert(store: &Connection, sequence: i64, event: &Event, name: &str) -> Result<(), Error> {
    let (tenant, connection) = (event.scope.tenant.as_str(), event.scope.connection.as_str());
    let (user, at) = (
        event.user.map(|user| user.to_string()),
        event.at.as_microsecond(),
    );
    let row = match &user {
        Some(user) => stored(store, user)?,
        None => None,
    };
    let (user, stands) = match row {
        Some(row) => {
            // Acknowledged before it was refused: the row says so.
            let acknowledged = row.state == State::Refused
                && Some(row.source.as_map()) == event.detail["asked"].as_object();
            if !row.live() || acknowledged || granted_since(store, sequence, event)? {
                return Ok(());
            }
            store.execute(
                "DELETE FROM refusals WHERE tenant = ?1 AND connection = ?2 AND user = ?3",
                params![tenant, connection, user],
            )?;
            (user, true)
        }
        None => {
            store.execute(
                "UPDATE refusals SET stands = 0
                 WHERE tenant = ?1 AND connection = ?2 AND folded_name = ?3 AND user IS NULL AND stands = 1",
                params![tenant, connection, name],
            )?;
            (None, !made_since(store, event, name)?)
        }
    };
    store.execute(
        "INSERT INTO refusals (event, tenant, connection, user, folded_name, at, stands)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![sequence, tenant, connection, user, name, at, stands],
    )?;
    Ok(())
}

fn stored(store: &Connection, user: &str) -> Result<Option<User>, Error> {
    let document: Option<String> = store
        .prepare_cached("SELECT document FROM users WHERE id = ?1")?
        .query_row([user], |row| row.get(0))
        .optional()?;
    Ok(document.and_then(|document| serde_json::from_str(&document).ok()))
}

/// Whether a later event says that a request about the same user was granted.
fn granted_since(store: &Connection, sequence: i64, event: &Event) -> Result<bool, Error> {
    let mut later = store.prepare_cached(
        "SELECT document FROM events
         WHERE tenant = ?1 AND connection = ?2 AND user = ?3 AND sequence > ?4",
    )?;
    let mut rows = later.query(params![
        event.scope.tenant.as_str(),
        event.scope.connection.as_str(),
        event.user.map(|user| user.to_string()),
        sequence
    ])?;
    while let Some(row) = rows.next()? {
        let document: String = row.get(0)?;
        let later = serde_json::from_str::<Event>(&document);
        if later.is_ok_and(|later| grants(later.kind)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether there is a user of this name, or was one who was made after the event.
fn made_since(store: &Connection, event: &Event, name: &str) -> Result<bool, Error> {
    let mut named = store.prepare_cached(
        "SELECT deleted IS NULL, listed, document FROM users
         WHERE tenant = ?1 AND connection = ?2 AND folded_name = ?3",
    )?;
    let key = [
        event.scope.tenant.as_str(),
        event.scope.connection.as_str(),
        name,
    ];
    let mut rows = named.query(key)?;
    while let Some(row) = rows.next()? {
        let (live, listed, document): (bool, bool, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let user = serde_json::from_str::<User>(&document);
        let later = user.is_ok_and(|user| user.created >= event.at);
        if listed || (!live && later) {
            return Ok(true);
        }
    }
    Ok(false)
}
