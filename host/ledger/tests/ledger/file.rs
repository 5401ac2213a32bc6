//! The file: who may open it, and what an operator is told.

use std::fs;
use std::path::PathBuf;

use bridge::group::MemberChange;
use bridge::port::ledger::{Ledger, LedgerError, Lookup, Opening};
use ledger::{OpenError, Sqlite};
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use crate::fixture::{
    LEASE, acme, at, commit, deleted, event, group, intent, people, person, regroup, team, tenant,
    with,
};
use crate::sqlite::reopened;

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("jackfield.db");
    (directory, path)
}

#[test]
fn a_second_process_is_refused_by_any_path() {
    let (directory, path) = place();
    let first = Sqlite::open(&path, "host-1").expect("a ledger");
    let winding = directory
        .path()
        .join("../")
        .join(directory.path().file_name().expect("a name"));
    let link = directory.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    for second in [path.clone(), winding.join("jackfield.db"), link] {
        let refused = Sqlite::open(&second, "host-2").expect_err("two processes");
        assert!(matches!(refused, OpenError::InUse { .. }), "{refused:?}");
        let text = refused.to_string();
        let holder = format!("in use by host-1, process {}:", std::process::id());
        assert!(text.contains(&holder), "{text}");
    }
    drop(first);
    reopened(&path, "host-2").expect("the lock was freed");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let (directory, path) = place();
    let ledger = Sqlite::open(&path, "a").expect("a ledger");
    commit(&ledger, person(&acme(), "ada")).await;
    let files: Vec<_> = fs::read_dir(directory.path())
        .expect("a directory")
        .map(|file| file.expect("a file"))
        .collect();
    assert_eq!(
        files.len(),
        4,
        "data, log, index of the log, lock: {files:?}"
    );
    for file in files {
        let mode = file.metadata().expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file:?}");
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let (_directory, path) = place();
    drop(Sqlite::open(&path, "a").expect("a ledger"));
    let file = Connection::open(&path).expect("a database");
    file.pragma_update(None, "user_version", 99)
        .expect("a version");
    let refused = reopened(&path, "a").expect_err("a newer schema");
    assert!(
        matches!(refused, OpenError::Newer { found: 99, .. }),
        "{refused:?}"
    );
    let version: i64 = file
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("a version");
    assert_eq!(version, 99);
}

#[test]
fn what_is_no_ledger_is_refused() {
    let (directory, path) = place();
    let other = Connection::open(&path).expect("a database");
    other.execute_batch("CREATE TABLE t (x)").expect("a table");
    let refused = Sqlite::open(&path, "a").expect_err("another program's");
    assert!(matches!(refused, OpenError::Foreign { .. }), "{refused:?}");

    let text = directory.path().join("notes.txt");
    fs::write(
        &text,
        "these are notes, and not a database at all\n".repeat(99),
    )
    .expect("a file");
    let refused = Sqlite::open(&text, "a").expect_err("no database");
    assert!(matches!(refused, OpenError::Store { .. }), "{refused:?}");
    assert!(
        refused.to_string().contains("restore the file"),
        "{refused}"
    );

    let nowhere = directory.path().join("no/such/jackfield.db");
    let refused = Sqlite::open(&nowhere, "a").expect_err("no directory");
    assert!(matches!(refused, OpenError::Io { .. }), "{refused:?}");
    let refused = Sqlite::open(directory.path(), "a").expect_err("a directory");
    assert!(matches!(refused, OpenError::Io { .. }), "{refused:?}");
}

#[tokio::test]
async fn leases_of_the_last_process_are_void_whatever_its_name() {
    let (_directory, path) = place();
    let wanted = intent(&person(&acme(), "ada"), &["ada"]);
    let ledger = Sqlite::open(&path, "a").expect("a ledger");
    let opening = ledger.open(&wanted, "a", at(0), LEASE).await;
    assert!(matches!(opening, Ok(Opening::Granted { .. })));
    assert_eq!(ledger.expired(&tenant("acme"), at(1)).await, Ok(vec![]));
    drop(ledger);
    let ledger = reopened(&path, "a").expect("a ledger");
    let expired = ledger
        .expired(&tenant("acme"), at(1))
        .await
        .expect("intents");
    assert_eq!(expired.len(), 1);
    ledger
        .seize(&expired[0], "a", at(1), LEASE)
        .await
        .expect("a seizure");
    assert_eq!(ledger.expired(&tenant("acme"), at(1)).await, Ok(vec![]));
}

/// The text for the operator names the record and holds nothing of the person.
fn assert_corrupt<T: std::fmt::Debug>(answer: Result<T, LedgerError>, what: &str) {
    let error = answer.expect_err("a corrupt document");
    let LedgerError::Failed(text) = &error else {
        panic!("{error:?}");
    };
    assert!(text.contains(what) && !text.contains("ada"), "{text}");
}

#[tokio::test]
async fn a_corrupt_document_is_an_error_without_its_content() {
    let (_directory, path) = place();
    let ledger = Sqlite::open(&path, "a").expect("a ledger");
    let ada = commit(&ledger, person(&acme(), "ada")).await;
    let wanted = intent(&person(&acme(), "ben"), &["ben"]);
    ledger
        .open(&wanted, "a", at(0), LEASE)
        .await
        .expect("an opening");
    ledger
        .record(vec![event(&ada, bridge::event::EventKind::Told)])
        .await
        .expect("a record");
    let team = ledger
        .commit_group(group(&acme(), "ada's"), vec![], vec![])
        .await
        .expect("a group")
        .group;
    let file = Connection::open(&path).expect("a database");
    for table in ["users", "groups", "intents", "events"] {
        // A string where an object belongs: serde's own message would quote it.
        let spoil = format!("UPDATE {table} SET document = '\"ada@example.com\"'");
        file.execute(&spoil, []).expect("an update");
    }
    assert_corrupt(ledger.user(&acme(), ada.id).await, "sequence 1");
    let name = Lookup::Name("ada@example.com".into());
    assert_corrupt(ledger.find_users(&acme(), &name).await, "sequence 1");
    assert_corrupt(ledger.list_users(&acme(), 0, 9).await, "sequence 1");
    assert_corrupt(
        ledger.group(&acme(), team.id).await,
        "group with sequence 1",
    );
    let again = ledger.commit_group(team, vec![], vec![]).await;
    assert_corrupt(again, "group with sequence 1");
    assert_corrupt(ledger.events(&acme(), None, 9).await, "event 1");
    let id = wanted.user.id.to_string();
    assert_corrupt(ledger.expired(&tenant("acme"), at(99)).await, &id);
    assert_corrupt(ledger.open(&wanted, "b", at(0), LEASE).await, &id);
    // The rest goes on.
    commit(&ledger, person(&acme(), "cleo")).await;
}

/// Members that cannot be read are in nobody's way: a group may have a hundred thousand of them.
#[tokio::test]
async fn a_change_of_one_member_reads_no_other() {
    let (_directory, path) = place();
    let ledger = Sqlite::open(&path, "a").expect("a ledger");
    let [ada, ben, cleo] = people(&ledger, &acme(), ["ada", "ben", "cleo"]).await;
    let sales = team(&ledger, &acme(), "Sales", &[ada, ben]).await;
    let file = Connection::open(&path).expect("a database");
    file.pragma_update(None, "foreign_keys", false)
        .expect("a setting");
    let spoil = "UPDATE members SET user = 'nobody' WHERE user = ?1";
    let spoilt = file.execute(spoil, [ada.to_string()]).expect("an update");
    assert_eq!(spoilt, 1);
    assert_corrupt(ledger.members(&acme(), sales.id).await, "the id of a user");
    let sales = with(&sales, "description", json!("who sells"));
    let changes = [
        MemberChange::Add(vec![cleo]),
        MemberChange::Remove(vec![ben]),
    ];
    let answer = regroup(&ledger, &sales, changes).await;
    assert_eq!(answer.touched, [ben, cleo]);
    let all = vec![MemberChange::Set(vec![cleo])];
    let refused = ledger.commit_group(answer.group.clone(), all, vec![]).await;
    assert_corrupt(refused, "the id of a user");
    let refused = ledger.delete_group(&answer.group, vec![]).await;
    assert_corrupt(refused, "the id of a user");
    let gone = ledger.user(&acme(), cleo).await.expect("a read");
    commit(&ledger, deleted(&gone.expect("a user"), 1)).await;
}

#[test]
fn debug_shows_no_content() {
    let (_directory, path) = place();
    let ledger = Sqlite::open(&path, "a").expect("a ledger");
    let text = format!("{ledger:?}");
    assert!(
        text.starts_with("Sqlite { path: ") && text.ends_with(", .. }"),
        "{text}"
    );
}
