//! What can be seen from inside alone: query plans, and a disk that is full.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bridge::event::Event;
use bridge::name::Scope;
use bridge::port::ledger::{Ledger, LedgerError};
use bridge::source::Source;
use bridge::user::{State, User};
use rusqlite::{Connection, params_from_iter};
use serde_json::{Map, json};
use tempfile::TempDir;

use super::failure::Trouble;
use super::{Sqlite, sql};

fn ledger() -> (TempDir, Sqlite) {
    let directory = tempfile::tempdir().expect("a directory");
    let ledger = Sqlite::open(directory.path().join("jackfield.db"), "a").expect("a ledger");
    (directory, ledger)
}

fn person(name: &str, padding: usize) -> User {
    let scope = Scope {
        tenant: "acme".parse().expect("a name"),
        connection: "entra".parse().expect("a name"),
    };
    let mut source = Map::new();
    source.insert("userName".into(), json!(name));
    source.insert("title".into(), json!("x".repeat(padding)));
    let mut user = User::new(scope, Source::from(source), jiff::Timestamp::UNIX_EPOCH);
    user.state = State::Settled;
    user
}

/// The steps that SQLite will take for a statement.
fn plan(store: &Connection, text: &str) -> Vec<String> {
    let mut plan = store
        .prepare(&format!("EXPLAIN QUERY PLAN {text}"))
        .expect(text);
    let nothing = vec![rusqlite::types::Null; plan.parameter_count()];
    plan.query_map(params_from_iter(nothing), |row| row.get("detail"))
        .and_then(Iterator::collect)
        .expect(text)
}

/// With a million users a scan is seconds. Sorting is one too: an index gives the order.
#[test]
fn no_statement_scans_or_sorts() {
    let (_directory, ledger) = ledger();
    let store = Connection::open(ledger.file.path()).expect("a connection");
    for (name, text) in sql::ALL {
        let steps = plan(&store, text);
        // A parameter that is a list is gone through, and only that.
        for step in steps
            .iter()
            .filter(|step| !step.starts_with("SCAN asked VIRTUAL TABLE"))
        {
            assert!(
                !step.contains("SCAN") && !step.contains("TEMP B-TREE"),
                "{name}: {steps:?}"
            );
        }
        // An empty plan would prove nothing; only an insert may have one.
        let searches = steps.iter().any(|step| step.starts_with("SEARCH"));
        assert!(searches || text.starts_with("INSERT"), "{name}: {steps:?}");
    }
}

/// The right index, not just any: one on the tenant alone would read all its users.
#[test]
fn every_look_up_uses_its_index_to_the_end() {
    let (_directory, ledger) = ledger();
    let store = Connection::open(ledger.file.path()).expect("a connection");
    for (text, index) in [
        (sql::USER, "sqlite_autoindex_users_1 (id=?)"),
        (
            sql::USERS_BY_NAME,
            "users_live_name (tenant=? AND connection=? AND folded_name=?)",
        ),
        (
            sql::USERS_BY_EXTERNAL_ID,
            "users_external_id (tenant=? AND connection=? AND external_id=?)",
        ),
        (
            sql::USERS_BY_EMAIL,
            "user_emails_email (tenant=? AND connection=? AND email=?)",
        ),
        (
            sql::USERS_BY_DISPLAY_NAME,
            "users_display_name (tenant=? AND connection=? AND folded_display_name=?)",
        ),
        (
            sql::LISTED_AFTER,
            "users_listed (tenant=? AND connection=? AND rowid>?)",
        ),
        (
            sql::LISTED_PAGE,
            "users_listed (tenant=? AND connection=? AND rowid>?)",
        ),
        (sql::LISTED_COUNT, "PRIMARY KEY (tenant=? AND connection=?)"),
        (
            sql::TOMBSTONES,
            "users_tombstone (tenant=? AND connection=? AND folded_name=? AND deleted>?)",
        ),
        (sql::LINKED, "users_link (tenant=? AND link=?)"),
        (
            sql::HOLDERS,
            "users_target_name (tenant=? AND folded_target_name=?)",
        ),
        (sql::OWED, "users_debt (tenant=? AND debt_rank>?)"),
        (
            sql::FORGETTABLE,
            "users_forgettable (tenant=? AND deleted<?)",
        ),
        (sql::HELD, "users_held (tenant=? AND connection=?)"),
        (sql::UNSETTLED, "users_unsettled (tenant=? AND rowid>?)"),
        (sql::STANDINGS, "users_standing (tenant=?)"),
        (sql::REFUSALS, "refusals_standing (tenant=?)"),
        (sql::REFUSAL_COUNTS, "refusals_counts (tenant=?)"),
        (
            sql::FORGETTABLE_REFUSALS,
            "refusals_strangers (tenant=? AND at<?)",
        ),
        (
            sql::STANDS_OF_USER,
            "refusals_user (tenant=? AND connection=? AND user=?)",
        ),
        (
            sql::STANDS_OF_NAME,
            "refusals_name (tenant=? AND connection=? AND folded_name=?)",
        ),
        (
            sql::END_REFUSAL_OF_NAME,
            "refusals_name (tenant=? AND connection=? AND folded_name=?)",
        ),
        (
            sql::DELETE_REFUSAL_OF_USER,
            "refusals_user (tenant=? AND connection=? AND user=?)",
        ),
        (
            sql::NAME_HOLDER,
            "users_live_name (tenant=? AND connection=? AND folded_name=?)",
        ),
        (sql::INTENT_OF_NAME, "PRIMARY KEY (tenant=? AND name=?)"),
        (
            sql::INTENT_OF_SOURCE_NAME,
            "intents_name (tenant=? AND connection=? AND folded_name=?)",
        ),
        (
            sql::GROUPS_BY_NAME,
            "groups_name (tenant=? AND connection=? AND folded_name=?)",
        ),
        (
            sql::GROUPS_BY_EXTERNAL_ID,
            "groups_external_id (tenant=? AND connection=? AND external_id=?)",
        ),
        (sql::GROUPS_BY_MEMBER, "members_user (user=?)"),
        (
            sql::GROUPS_AFTER,
            "groups_listed (tenant=? AND connection=? AND rowid>?)",
        ),
        (
            sql::GROUPS_PAGE,
            "groups_listed (tenant=? AND connection=? AND rowid>?)",
        ),
        (sql::MEMBERS, "PRIMARY KEY (group_sequence=?)"),
        (sql::MEMBERSHIPS, "members_user (user=?)"),
        (
            sql::BLOCKS,
            "PRIMARY KEY (tenant=? AND connection=? AND kind=? AND shift=? AND block>? AND block<?)",
        ),
        (
            sql::BLOCKS_TOTAL,
            "PRIMARY KEY (tenant=? AND connection=? AND kind=? AND shift=?)",
        ),
        (sql::IS_MEMBER, "members_user (user=? AND group_sequence=?)"),
        (
            sql::DELETE_MEMBER,
            "members_user (user=? AND group_sequence=?)",
        ),
        (sql::MEMBERS_OF, "PRIMARY KEY (group_sequence=?)"),
        (sql::LAST_JOINED, "PRIMARY KEY (group_sequence=?)"),
        (sql::PENDING, "pending_age (tenant=?)"),
        (sql::EVENTS, "events_scope (tenant=? AND connection=?)"),
        (
            sql::EVENTS_OF_USER,
            "events_user (tenant=? AND connection=? AND user=?)",
        ),
    ] {
        let steps = plan(&store, text);
        assert!(
            steps.iter().any(|step| step.ends_with(index)),
            "{text}: {steps:?}"
        );
    }
}

#[test]
fn a_ledger_on_a_network_file_system_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("jackfield.db");
    let refused = Sqlite::open_at(&path, "a", |_| Ok(Some("NFS"))).expect_err("it is refused");
    let text = refused.to_string();
    assert!(
        text.contains("is on NFS") && text.contains("local disk"),
        "{text}"
    );
    assert!(!path.exists(), "nothing is made there");
}

/// Lets the file grow by this many pages and no more.
async fn room(ledger: &Sqlite, pages: i64) {
    let limit = move |store: &Connection| {
        let now: i64 = store.pragma_query_value(None, "page_count", |row| row.get(0))?;
        store.pragma_update_and_check(None, "max_page_count", now + pages, |_| Ok(()))?;
        Ok(())
    };
    ledger.writer.submit(limit).await.expect("a limit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_disk_refuses_who_does_not_fit_and_serves_the_others() {
    let (_directory, ledger) = ledger();
    let ledger = Arc::new(ledger);
    let ada = ledger
        .commit(person("ada", 0), vec![])
        .await
        .expect("a commit");
    room(&ledger, 20).await;
    let mut small = Vec::new();
    let mut large = Vec::new();
    for number in 0..20 {
        let commit = |user: User| {
            let ledger = Arc::clone(&ledger);
            tokio::spawn(async move { ledger.commit(user, Vec::<Event>::new()).await })
        };
        small.push(commit(person(&format!("small-{number}"), 0)));
        large.push(commit(person(&format!("large-{number}"), 1 << 20)));
    }
    for commit in small {
        let user = commit.await.expect("a task").expect("room for a small one");
        assert_eq!(ledger.user(&user.scope, user.id).await, Ok(Some(user)));
    }
    for commit in large {
        let refused = commit
            .await
            .expect("a task")
            .expect_err("no room for a large one");
        let LedgerError::Failed(text) = &refused else {
            panic!("{refused:?}");
        };
        assert!(
            text.contains("is full") && text.contains("free some space"),
            "{text}"
        );
        assert!(!text.contains("large-"), "{text}");
    }
    assert_eq!(ledger.count_users(&ada.scope).await, Ok(21));
    room(&ledger, 1 << 20).await;
    ledger
        .commit(person("large", 1 << 20), vec![])
        .await
        .expect("room again");
    assert_eq!(ledger.count_users(&ada.scope).await, Ok(22));
}

/// SQLite ends the transaction on some errors: then nobody of the group may be told that it was done.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lost_transaction_is_repeated_singly() {
    let (_directory, ledger) = ledger();
    let ledger = Arc::new(ledger);
    // Holds the writer until all others wait behind it, so that they become one group.
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (enter, mut entered) = tokio::sync::mpsc::unbounded_channel();
    let held = std::sync::Mutex::new(held);
    let gate = spawn(&ledger, move |_| {
        let _ = enter.send(());
        let _ = held.lock().map(|held| held.recv());
        Ok(())
    });
    entered.recv().await.expect("the gate");
    let tries = Arc::new(AtomicUsize::new(0));
    let breaker = spawn(&ledger, {
        let tries = Arc::clone(&tries);
        move |store| {
            tries.fetch_add(1, Ordering::Relaxed);
            store.execute_batch("ROLLBACK")?;
            Err(LedgerError::Failed("the disk is ill".into()).into())
        }
    });
    let commits: Vec<_> = (0..10)
        .map(|number| {
            let ledger = Arc::clone(&ledger);
            let user = person(&format!("user-{number}"), 0);
            tokio::spawn(async move { ledger.commit(user, vec![]).await })
        })
        .collect();
    while ledger.writer.waiting() < 11 {
        tokio::task::yield_now().await;
    }
    drop(release);
    assert_eq!(gate.await.expect("a task"), Ok(()));
    let ill = Err(LedgerError::Failed("the disk is ill".into()));
    assert_eq!(breaker.await.expect("a task"), ill);
    assert_eq!(
        tries.load(Ordering::Relaxed),
        2,
        "in the group, then singly"
    );
    for commit in commits {
        let user = commit.await.expect("a task").expect("a commit");
        assert_eq!(ledger.user(&user.scope, user.id).await, Ok(Some(user)));
    }
}

/// Gives the writer something to do that no method of the port would.
fn spawn(
    ledger: &Arc<Sqlite>,
    work: impl Fn(&Connection) -> Result<(), Trouble> + Send + 'static,
) -> tokio::task::JoinHandle<Result<(), LedgerError>> {
    let ledger = Arc::clone(ledger);
    tokio::spawn(async move { ledger.writer.submit(work).await })
}
