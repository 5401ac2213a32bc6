use bridge::name::Scope;
use rusqlite::{Connection, params};
use tempfile::TempDir;

use super::{Kind, Start, seek, total};
use crate::sqlite::{Sqlite, sql};

fn scope(text: &str) -> Scope {
    Scope {
        tenant: "acme".parse().expect("a name"),
        connection: text.parse().expect("a name"),
    }
}

fn store() -> (TempDir, Connection) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("jackfield.db");
    drop(Sqlite::open(&path, "a").expect("a ledger"));
    let store = Connection::open(&path).expect("a connection");
    (directory, store)
}

fn insert(store: &Connection, connection: &str, sequence: i64, listed: bool) {
    let text = "INSERT INTO users (sequence, id, tenant, connection, version, folded_name, state, listed, document) \
                VALUES (?1, ?1, 'acme', ?2, 1, ?1, 'settled', ?3, '{}')";
    store
        .execute(text, params![sequence, connection, listed])
        .expect("a row");
}

/// The sequence of the row that so many listed ones come before, by the way that the ledger takes.
fn sought(store: &Connection, scope: &Scope, skip: u64) -> Option<i64> {
    let start = seek(store, scope, Kind::Users, skip).expect("a start")?;
    let (tenant, connection) = (scope.tenant.as_str(), scope.connection.as_str());
    let key = params![tenant, connection, start.sequence, 1, start.skip];
    let page = store.query_row(sql::LISTED_PAGE, key, |row| row.get(0));
    Some(page.expect("the start of a page that is there"))
}

/// The same by walking.
fn walked(store: &Connection, connection: &str) -> Vec<i64> {
    let text = "SELECT sequence FROM users WHERE connection = ?1 AND listed = 1 ORDER BY sequence";
    let mut statement = store.prepare(text).expect("a statement");
    statement
        .query_map([connection], |row| row.get(0))
        .and_then(Iterator::collect)
        .expect("rows")
}

fn compare(store: &Connection) {
    for connection in ["entra", "okta", "google"] {
        let scope = scope(connection);
        let rows = walked(store, connection);
        assert_eq!(
            total(store, &scope, Kind::Users).expect("a count"),
            rows.len() as i64
        );
        for (skip, sequence) in (0..).zip(&rows) {
            assert_eq!(sought(store, &scope, skip), Some(*sequence), "{skip}");
        }
        for beyond in [rows.len() as u64, 1 << 40, u64::MAX] {
            assert_eq!(sought(store, &scope, beyond), None, "{beyond}");
        }
    }
}

#[test]
fn every_page_begins_where_it_must_however_sparse_the_numbers() {
    let (_directory, store) = store();
    compare(&store);
    let sequences = [
        1,
        2,
        255,
        256,
        257,
        511,
        512,
        65_535,
        65_536,
        65_537,
        65_791,
        65_792,
        131_071,
        131_072,
        9_000_000,
        5_000_000_000,
    ];
    for (index, sequence) in sequences.into_iter().enumerate() {
        insert(&store, "entra", sequence, index % 5 != 3);
        insert(&store, "okta", sequence + 20_000_000_000, index % 2 == 0);
    }
    compare(&store);
    // Some come to be listed, some go, one block is emptied.
    for (listed, sequence) in [(0, 1), (1, 256), (0, 131_072), (0, 9_000_000), (0, 2)] {
        let changed = store
            .execute(
                "UPDATE users SET listed = ?1 WHERE sequence = ?2",
                [listed, sequence],
            )
            .expect("an update");
        assert_eq!(changed, 1);
        compare(&store);
    }
    store
        .execute("DELETE FROM users WHERE sequence % 3 = 0", [])
        .expect("a deletion");
    compare(&store);
    store.execute("DELETE FROM users", []).expect("a deletion");
    compare(&store);
}

/// What a page costs: it begins at most a block before the row that is sought.
#[test]
fn a_page_begins_within_a_block_of_its_first_row() {
    let (_directory, store) = store();
    let all = store.unchecked_transaction().expect("a transaction");
    for sequence in 1..=3000 {
        insert(&all, "entra", sequence, true);
    }
    all.commit().expect("a commit");
    let start = seek(&store, &scope("entra"), Kind::Users, 2900).expect("a start");
    let expected = Start {
        sequence: 2901 & !255,
        skip: 2901 & 255,
    };
    assert_eq!(start, Some(expected));
}
