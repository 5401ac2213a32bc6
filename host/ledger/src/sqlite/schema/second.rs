//! Migration 2: groups, their members, pending re-evaluations, keys; users by display name; lists that skip in no time.

use bridge::port::ledger::folded_emails;
use bridge::user::User;
use rusqlite::{Connection, Error, params};

use crate::sqlite::record::folded_display_name;

/// Columns of a group are derived from its document, but for `sequence`, `version` and `modified`: who is deleted leaves groups
/// without anybody reading their documents.
pub(super) const SECOND: &str = "
ALTER TABLE users ADD COLUMN folded_display_name TEXT;
CREATE INDEX users_display_name ON users (tenant, connection, folded_display_name)
    WHERE deleted IS NULL AND folded_display_name IS NOT NULL;

-- Names no table: `group` is a word of SQL's.
CREATE TABLE groups (
    sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT    NOT NULL UNIQUE,
    tenant       TEXT    NOT NULL,
    connection   TEXT    NOT NULL,
    version      INTEGER NOT NULL,
    -- RFC 3339 in UTC with nine digits after the second: the order of the texts is that of the instants.
    modified     TEXT    NOT NULL,
    folded_name  TEXT    NOT NULL,
    display_name TEXT    NOT NULL,
    external_id  TEXT,
    document     TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX groups_name ON groups (tenant, connection, folded_name);
CREATE INDEX groups_external_id ON groups (tenant, connection, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX groups_listed ON groups (tenant, connection);

-- Only live users of the group's connection. The id itself and not the user's sequence: a group's members are read from one
-- range of this tree, whereas the rows of users, documents and all, lie far apart.
CREATE TABLE members (
    group_sequence INTEGER NOT NULL REFERENCES groups ON DELETE CASCADE,
    -- Counts the joins of the group: the order of members.
    joined         INTEGER NOT NULL,
    user           TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (group_sequence, joined)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX members_user ON members (user, group_sequence);

-- The users who are to be evaluated anew. `since` is the mark with which a user came in, and so their place.
CREATE TABLE pending (
    user       TEXT    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    tenant     TEXT    NOT NULL,
    connection TEXT    NOT NULL,
    since      INTEGER NOT NULL,
    mark       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_age ON pending (tenant, since, user);

-- The last mark that was given. One counter for all users of a tenant, so that no mark comes twice, even for a user whose
-- last re-evaluation was done and forgotten.
CREATE TABLE marks (
    tenant TEXT    NOT NULL PRIMARY KEY,
    last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- How many listed users (kind 0) or groups (kind 1) of a connection have a sequence number that is `block` once its lower
-- `shift` bits are cut off. A page far down a list is found by adding these up instead of walking over what it skips.
CREATE TABLE blocks (
    tenant     TEXT    NOT NULL,
    connection TEXT    NOT NULL,
    kind       INTEGER NOT NULL,
    shift      INTEGER NOT NULL,
    block      INTEGER NOT NULL,
    listed     INTEGER NOT NULL,
    PRIMARY KEY (tenant, connection, kind, shift, block)
) STRICT, WITHOUT ROWID;
INSERT INTO blocks
    SELECT tenant, connection, 0, 8, sequence >> 8, count(*) FROM users WHERE listed = 1 GROUP BY 1, 2, 5;
INSERT INTO blocks
    SELECT tenant, connection, 0, 16, sequence >> 16, count(*) FROM users WHERE listed = 1 GROUP BY 1, 2, 5;
CREATE TRIGGER users_blocks_insert AFTER INSERT ON users WHEN new.listed = 1 BEGIN
    INSERT INTO blocks VALUES
        (new.tenant, new.connection, 0, 8, new.sequence >> 8, 1),
        (new.tenant, new.connection, 0, 16, new.sequence >> 16, 1)
    ON CONFLICT DO UPDATE SET listed = listed + 1;
END;
CREATE TRIGGER users_blocks_update AFTER UPDATE OF listed ON users WHEN new.listed <> old.listed BEGIN
    INSERT INTO blocks VALUES
        (new.tenant, new.connection, 0, 8, new.sequence >> 8, new.listed),
        (new.tenant, new.connection, 0, 16, new.sequence >> 16, new.listed)
    ON CONFLICT DO UPDATE SET listed = listed + new.listed - old.listed;
END;
CREATE TRIGGER users_blocks_delete AFTER DELETE ON users WHEN old.listed = 1 BEGIN
    UPDATE blocks SET listed = listed - 1
    WHERE tenant = old.tenant AND connection = old.connection AND kind = 0
        AND (shift = 8 AND block = old.sequence >> 8 OR shift = 16 AND block = old.sequence >> 16);
END;
CREATE TRIGGER groups_blocks_insert AFTER INSERT ON groups BEGIN
    INSERT INTO blocks VALUES
        (new.tenant, new.connection, 1, 8, new.sequence >> 8, 1),
        (new.tenant, new.connection, 1, 16, new.sequence >> 16, 1)
    ON CONFLICT DO UPDATE SET listed = listed + 1;
END;
CREATE TRIGGER groups_blocks_delete AFTER DELETE ON groups BEGIN
    UPDATE blocks SET listed = listed - 1
    WHERE tenant = old.tenant AND connection = old.connection AND kind = 1
        AND (shift = 8 AND block = old.sequence >> 8 OR shift = 16 AND block = old.sequence >> 16);
END;

-- Whom the guard holds: a debt without a rank.
CREATE INDEX users_forgettable ON users (tenant, deleted)
    WHERE deleted IS NOT NULL AND folded_name <> '' AND state <> 'owed';
CREATE INDEX users_held ON users (tenant, connection) WHERE state = 'owed' AND debt_rank IS NULL;
";

/// How many users are read at once.
const BATCH: usize = 1000;

/// Fills in what SQL cannot fold: display names, and addresses as they are folded today.
pub(super) fn fill(store: &Connection) -> Result<(), Error> {
    let mut read = store.prepare(
        "SELECT sequence, tenant, connection, document FROM users WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
    )?;
    let mut after = 0;
    loop {
        let batch = read
            .query_map(params![after, BATCH as i64], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?
            .collect::<Result<Vec<(i64, String, String, String)>, Error>>()?;
        let Some((last, ..)) = batch.last() else {
            return Ok(());
        };
        after = *last;
        for (sequence, tenant, connection, document) in &batch {
            // One that cannot be read is an error to whoever asks for it, and no reason to serve nobody.
            if let Ok(user) = serde_json::from_str::<User>(document) {
                index(store, *sequence, tenant, connection, &user)?;
            }
        }
    }
}

fn index(
    store: &Connection,
    sequence: i64,
    tenant: &str,
    connection: &str,
    user: &User,
) -> Result<(), Error> {
    if let Some(name) = folded_display_name(user) {
        store
            .prepare_cached("UPDATE users SET folded_display_name = ?2 WHERE sequence = ?1")?
            .execute(params![sequence, name])?;
    }
    if !user.live() {
        return Ok(());
    }
    let emails = folded_emails(&user.source);
    let before = store
        .prepare_cached("SELECT email FROM user_emails WHERE sequence = ?1 ORDER BY email")?
        .query_map([sequence], |row| row.get(0))?
        .collect::<Result<Vec<String>, Error>>()?;
    if before == emails {
        return Ok(());
    }
    store
        .prepare_cached("DELETE FROM user_emails WHERE sequence = ?1")?
        .execute([sequence])?;
    let mut insert = store.prepare_cached(
        "INSERT INTO user_emails (sequence, tenant, connection, email) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for email in emails {
        insert.execute(params![sequence, tenant, connection, email])?;
    }
    Ok(())
}
