//! The schema, as the ordered list of migrations that make it.

mod second;
mod third;

#[cfg(test)]
mod tests;

use rusqlite::{Connection, Error};

/// Marks the file as Jackfield's ("JACK"), so that another program's database is not taken for an empty ledger.
pub(super) const APPLICATION_ID: i32 = 0x4a41_434b;

/// One step of the schema.
struct Migration {
    /// What SQL can do.
    statements: &'static str,
    /// What it cannot; done after it, in the same transaction.
    fill: fn(&Connection) -> Result<(), Error>,
}

/// `user_version` counts those that were applied. A migration that was ever released is never edited.
const MIGRATIONS: [Migration; 3] = [
    Migration {
        statements: FIRST,
        fill: |_| Ok(()),
    },
    Migration {
        statements: second::SECOND,
        fill: second::fill,
    },
    Migration {
        statements: third::THIRD,
        fill: third::fill,
    },
];

/// Instants in columns are microseconds since the epoch, for order alone: the documents hold them exactly. Columns are derived
/// from the document at each write; only `sequence` and `version` count on their own.
const FIRST: &str = "
CREATE TABLE users (
    -- AUTOINCREMENT: a sequence number is never given twice, so that a list's cursor can't meet a stranger.
    sequence           INTEGER PRIMARY KEY AUTOINCREMENT,
    id                 TEXT    NOT NULL UNIQUE,
    tenant             TEXT    NOT NULL,
    connection         TEXT    NOT NULL,
    version            INTEGER NOT NULL,
    folded_name        TEXT    NOT NULL,
    external_id        TEXT,
    link               TEXT,
    folded_target_name TEXT,
    state              TEXT    NOT NULL,
    deleted            INTEGER,
    -- Live and not just offered: what lists show.
    listed             INTEGER NOT NULL CHECK (listed IN (0, 1)),
    -- 0 for a deactivation, 1 for other debts.
    debt_rank          INTEGER CHECK (debt_rank IN (0, 1)),
    debt_since         INTEGER,
    document           TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_live_name ON users (tenant, connection, folded_name) WHERE deleted IS NULL;
CREATE INDEX users_tombstone ON users (tenant, connection, folded_name, deleted) WHERE deleted IS NOT NULL;
CREATE INDEX users_external_id ON users (tenant, connection, external_id) WHERE deleted IS NULL AND external_id IS NOT NULL;
CREATE INDEX users_link ON users (tenant, link) WHERE link IS NOT NULL;
CREATE INDEX users_target_name ON users (tenant, folded_target_name) WHERE deleted IS NULL AND folded_target_name IS NOT NULL;
CREATE INDEX users_listed ON users (tenant, connection) WHERE listed = 1;
CREATE INDEX users_debt ON users (tenant, debt_rank, debt_since) WHERE debt_rank IS NOT NULL;

-- The folded addresses of live users.
CREATE TABLE user_emails (
    sequence   INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    email      TEXT    NOT NULL,
    tenant     TEXT    NOT NULL,
    connection TEXT    NOT NULL,
    PRIMARY KEY (sequence, email)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_emails_email ON user_emails (tenant, connection, email, sequence);

-- How many users are listed: every list names its total, and counting a million index entries for it is too slow.
CREATE TABLE user_counts (
    tenant     TEXT    NOT NULL,
    connection TEXT    NOT NULL,
    listed     INTEGER NOT NULL,
    PRIMARY KEY (tenant, connection)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER users_count_insert AFTER INSERT ON users WHEN new.listed = 1 BEGIN
    INSERT INTO user_counts VALUES (new.tenant, new.connection, 1)
    ON CONFLICT DO UPDATE SET listed = listed + 1;
END;
CREATE TRIGGER users_count_update AFTER UPDATE OF listed ON users WHEN new.listed <> old.listed BEGIN
    INSERT INTO user_counts VALUES (new.tenant, new.connection, new.listed)
    ON CONFLICT DO UPDATE SET listed = listed + new.listed - old.listed;
END;
CREATE TRIGGER users_count_delete AFTER DELETE ON users WHEN old.listed = 1 BEGIN
    UPDATE user_counts SET listed = listed - 1 WHERE tenant = old.tenant AND connection = old.connection;
END;

-- The open intents, each the lock on its user. No reference to users: a create is locked before its row exists.
CREATE TABLE intents (
    user        TEXT    NOT NULL PRIMARY KEY,
    tenant      TEXT    NOT NULL,
    connection  TEXT    NOT NULL,
    -- The source's user name that closing will take; NULL where the user will be deleted.
    folded_name TEXT,
    fence       INTEGER NOT NULL,
    owner       TEXT    NOT NULL,
    lease_until TEXT    NOT NULL,
    document    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX intents_fence ON intents (tenant, fence);
CREATE UNIQUE INDEX intents_name ON intents (tenant, connection, folded_name) WHERE folded_name IS NOT NULL;

-- The folded user names in CXone that are locked with them.
CREATE TABLE intent_names (
    tenant TEXT NOT NULL,
    name   TEXT NOT NULL,
    user   TEXT NOT NULL REFERENCES intents ON DELETE CASCADE,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX intent_names_user ON intent_names (user);

-- The last fencing number that was given.
CREATE TABLE fences (
    tenant TEXT    NOT NULL PRIMARY KEY,
    last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant     TEXT NOT NULL,
    connection TEXT NOT NULL,
    user       TEXT,
    document   TEXT NOT NULL
) STRICT;
CREATE INDEX events_scope ON events (tenant, connection);
CREATE INDEX events_user ON events (tenant, connection, user) WHERE user IS NOT NULL;
";

/// What is wrong with the schema that a file has.
#[derive(Debug)]
pub(super) enum Unfit {
    /// Another program's database.
    Foreign,
    /// A schema of a later version of Jackfield: found, and the newest that is known.
    Newer(i64, i64),
    /// SQLite failed.
    Failed(Error),
}

impl From<Error> for Unfit {
    fn from(error: Error) -> Self {
        Unfit::Failed(error)
    }
}

/// The newest schema that is known.
pub(super) fn newest() -> i64 {
    MIGRATIONS.len() as i64
}

/// The schema that a file has; 0 for an empty one.
pub(super) fn version(connection: &Connection) -> Result<i64, Unfit> {
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if id != APPLICATION_ID {
        let tables = "SELECT count(*) FROM sqlite_schema";
        let tables: i64 = connection.query_row(tables, [], |row| row.get(0))?;
        if id != 0 || version != 0 || tables != 0 {
            return Err(Unfit::Foreign);
        }
    }
    if version > newest() {
        return Err(Unfit::Newer(version, newest()));
    }
    Ok(version)
}

/// Brings the schema to the newest version, each migration in a transaction of its own.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Unfit> {
    let version = version(connection)?;
    for (migration, number) in MIGRATIONS.iter().zip(1_i64..) {
        if number <= version {
            continue;
        }
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration.statements)?;
        (migration.fill)(&transaction)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}
