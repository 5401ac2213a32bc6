//! A look into a ledger that a service has.

use std::fs;
use std::path::Path;

use bridge::name::fold;
use ledger::{Glance, OpenError, Sqlite};
use rusqlite::Connection;

use crate::fixture::{acme, commit, deleted, names, owing, person, tenant};

fn open(path: &Path) -> Glance {
    Glance::open(path).expect("a ledger").expect("a file")
}

#[tokio::test]
async fn a_ledger_in_use_is_seen_as_it_stands_and_left_as_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("jackfield.db");
    assert!(Glance::open(&path).expect("no file").is_none());
    assert!(!path.exists(), "nothing is made");
    let ledger = Sqlite::open(&path, "host-1").expect("a ledger");
    let mut ada = person(&acme(), "ada");
    ada.link = Some("u-1".into());
    ada.target_name = Some("ada@example.com".into());
    let ada = commit(&ledger, ada).await;
    commit(&ledger, owing(&person(&acme(), "eve"), false, 1)).await;

    let glance = open(&path);
    assert_eq!(glance.schema, glance.newest);
    let seen = glance.users(&acme(), 0, 10).expect("users");
    assert_eq!(names(&seen), ["ada", "eve"]);
    let after = glance.users(&acme(), ada.sequence, 10).expect("users");
    assert_eq!(names(&after), ["eve"]);
    let owed = glance.standings(&tenant("acme")).expect("standings");
    assert_eq!(owed[&acme().connection].owed, 1);
    for (id, name) in [("u-1", ""), ("", "ADA@example.com")] {
        let held = glance
            .holders(&tenant("acme"), id, &fold(name))
            .expect("users");
        assert_eq!(names(&held), ["ada"], "{id} {name}");
    }
    commit(&ledger, deleted(&ada, 5)).await;
    let held = glance.holders(&tenant("acme"), "u-1", "").expect("users");
    assert!(held.is_empty(), "who was deleted holds nobody");

    let holder = format!("host-1, process {}", std::process::id());
    assert_eq!(Glance::holder(&path), Some(holder));
    drop(ledger);
    assert_eq!(Glance::holder(&path), None);
}

#[test]
fn what_is_no_ledger_or_another_versions_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("jackfield.db");
    drop(Sqlite::open(&path, "a").expect("a ledger"));
    let file = Connection::open(&path).expect("a database");
    let version = |version: i64| file.pragma_update(None, "user_version", version);
    version(1).expect("a version");
    let old = open(&path);
    assert_eq!(old.schema, 1);
    assert!(old.users(&acme(), 0, 10).expect("nobody").is_empty());
    version(99).expect("a version");
    let newer = Glance::open(&path).expect_err("a newer schema");
    assert!(
        matches!(newer, OpenError::Newer { found: 99, .. }),
        "{newer:?}"
    );
    let foreign = directory.path().join("other.db");
    fs::write(&foreign, "no database").expect("a file");
    assert!(Glance::open(&foreign).is_err());
}
