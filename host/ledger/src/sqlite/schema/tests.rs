//! A file of an earlier version, opened by this one.

use std::path::{Path, PathBuf};

use bridge::group::{Group, MemberChange};
use bridge::name::{Scope, TenantName, UserId, fold};
use bridge::port::ledger::{Ledger, Lookup};
use bridge::source::Source;
use bridge::user::User;
use rusqlite::{Connection, params};
use serde_json::json;
use tempfile::TempDir;

use super::{APPLICATION_ID, FIRST};
use crate::{OpenError, Sqlite};

/// As version 1 wrote it.
const INSERT_USER: &str = "INSERT INTO users (id, tenant, connection, version, folded_name, external_id, link, folded_target_name, state, \
     deleted, listed, debt_rank, debt_since, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

/// Somebody whom version 1 knew.
struct Somebody<'a> {
    name: &'a str,
    display_name: Option<&'a str>,
    state: &'a str,
    deleted: bool,
}

const SETTLED: Somebody<'_> = Somebody {
    name: "",
    display_name: None,
    state: "settled",
    deleted: false,
};

impl Somebody<'_> {
    fn insert(&self, store: &Connection) -> UserId {
        let id = UserId::new();
        let name = format!("{}@example.com", self.name);
        let address = self.name.to_uppercase() + "@example.com";
        let mut source = json!({
            "userName": name,
            "externalId": format!("ext-{}", self.name),
            "emails": [{"type": "work", "value": address}],
        });
        if let Some(display_name) = self.display_name {
            source["displayName"] = json!(display_name);
        }
        let moment = "2026-05-04T03:02:01.123456789Z";
        let deleted = self.deleted.then_some(moment);
        let owed = self.state == "owed";
        let debt = owed.then(|| json!({"deactivation": false, "since": moment, "attempts": 2}));
        let document = json!({
            "id": id, "scope": {"tenant": "acme", "connection": "entra"}, "sequence": 0, "version": 0,
            "source": source, "carried": ["emails"], "link": format!("11ec-{}", self.name),
            "target_name": name, "accepted": null, "shown": null, "attempted": {}, "owners": {},
            "provenance": {}, "template": null, "state": self.state, "reason": null, "uncertain": [],
            "undelivered": false, "debt": debt, "created": moment, "modified": moment, "deleted": deleted,
        });
        let listed = !self.deleted && self.state != "offered";
        let values = params![
            id.to_string(),
            "acme",
            "entra",
            3,
            name,
            format!("ext-{}", self.name),
            format!("11ec-{}", self.name),
            name,
            self.state,
            self.deleted.then_some(1_i64),
            listed,
            owed.then_some(1_i64),
            owed.then_some(1_i64),
            document.to_string(),
        ];
        let sequence = store
            .prepare_cached(INSERT_USER)
            .and_then(|mut insert| insert.insert(values))
            .expect("a user");
        if !self.deleted {
            store
                .execute(
                    "INSERT INTO user_emails (sequence, tenant, connection, email) VALUES (?1, 'acme', 'entra', ?2)",
                    params![sequence, address.to_lowercase()],
                )
                .expect("an address");
        }
        id
    }
}

fn acme() -> Scope {
    Scope {
        tenant: tenant(),
        connection: "entra".parse().expect("a name"),
    }
}

fn tenant() -> TenantName {
    "acme".parse().expect("a name")
}

/// A file of version 1, and the connection that fills it.
fn first() -> (TempDir, PathBuf, Connection) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("jackfield.db");
    let store = Connection::open(&path).expect("a file");
    store.execute_batch(FIRST).expect("the first schema");
    store
        .pragma_update(None, "application_id", APPLICATION_ID)
        .expect("a mark");
    store
        .pragma_update(None, "user_version", 1)
        .expect("a version");
    (directory, path, store)
}

fn version(path: &Path) -> i64 {
    let store = Connection::open(path).expect("a file");
    store
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("a version")
}

async fn found(ledger: &Sqlite, lookup: Lookup) -> Vec<UserId> {
    let users = ledger.find_users(&acme(), &lookup).await;
    ids(&users.expect("a look-up"))
}

fn ids(users: &[User]) -> Vec<UserId> {
    users.iter().map(|user| user.id).collect()
}

#[tokio::test]
async fn everybody_of_version_1_is_found_by_every_index() {
    let (_directory, path, store) = first();
    let ada = Somebody {
        name: "ada",
        display_name: Some("Änne ΟΔΟΣ"),
        ..SETTLED
    };
    let ada = ada.insert(&store);
    let ben = Somebody {
        name: "οδος",
        display_name: Some("Ben"),
        state: "offered",
        ..SETTLED
    };
    let ben = ben.insert(&store);
    let gone = Somebody {
        name: "cleo",
        display_name: Some("Änne οδοσ"),
        deleted: true,
        ..SETTLED
    };
    let gone = gone.insert(&store);
    let dan = Somebody {
        name: "dan",
        state: "owed",
        ..SETTLED
    };
    let dan = dan.insert(&store);
    store
        .execute("INSERT INTO events (tenant, connection, user, document) VALUES ('acme', 'entra', ?1, ?2)", params![
            ada.to_string(),
            json!({
                "at": "2026-05-04T03:02:01Z", "scope": acme(), "user": ada, "kind": "created", "detail": null
            })
            .to_string()
        ])
        .expect("an event");
    drop(store);
    let ledger = Sqlite::open(&path, "a").expect("a ledger");
    assert_eq!(version(&path), 3);
    for (id, name) in [(ada, "ada"), (ben, "οδος"), (dan, "dan")] {
        let user = ledger.user(&acme(), id).await.expect("a read");
        assert_eq!(user.map(|user| user.version), Some(3), "{name}");
        let by_name = Lookup::Name(fold(&format!("{name}@example.com")));
        let by_email = Lookup::Email(fold(&format!("{}@example.com", name.to_uppercase())));
        let by_external_id = Lookup::ExternalId(format!("ext-{name}"));
        for lookup in [by_name, by_email, by_external_id] {
            assert_eq!(found(&ledger, lookup.clone()).await, [id], "{lookup:?}");
        }
        let link = format!("11ec-{name}");
        let linked = ledger.linked(&tenant(), &link).await.expect("users");
        assert_eq!(ids(&linked), [id]);
        let target_name = format!("{name}@example.com");
        let holders = ledger.holders(&tenant(), &target_name).await;
        assert_eq!(ids(&holders.expect("users")), [id]);
    }
    let called = |text: &str| Lookup::DisplayName(text.into());
    assert_eq!(found(&ledger, called("änne οδοσ")).await, [ada]);
    assert_eq!(found(&ledger, called("ben")).await, [ben]);
    let tombstones = ledger.tombstones(&acme(), "cleo@example.com").await;
    assert_eq!(ids(&tombstones.expect("users")), [gone]);
    let owed = ledger.owed(&tenant(), 9).await.expect("debts");
    assert_eq!(ids(&owed), [dan]);
    assert_eq!(ledger.count_users(&acme()).await, Ok(2));
    let list = ledger.list_users(&acme(), 0, 9).await.expect("a list");
    assert_eq!(ids(&list), [ada, dan]);
    let page = ledger.page_users(&acme(), 1, 9).await.expect("a page");
    assert_eq!(ids(&page), [dan]);
    let events = ledger.events(&acme(), Some(ada), 9).await;
    assert_eq!(events.map(|events| events.len()), Ok(1));
    // And what is new can be done to them.
    let name = json!({"displayName": "Sales"});
    let name = name.as_object().cloned().unwrap_or_default();
    let sales = Group::new(acme(), Source::from(name), jiff::Timestamp::UNIX_EPOCH);
    let all = MemberChange::Add(vec![ada, ben, gone, dan]);
    let answer = ledger.commit_group(sales, vec![all], vec![]).await;
    let answer = answer.expect("a commit");
    assert_eq!(answer.touched, [ada, ben, dan]);
    assert_eq!(answer.unknown, [gone]);
    let mut user = list[0].clone();
    user.deleted = Some(jiff::Timestamp::UNIX_EPOCH);
    ledger.commit(user, vec![]).await.expect("a commit");
    assert_eq!(ledger.count_users(&acme()).await, Ok(1));
    let page = ledger.page_users(&acme(), 0, 9).await.expect("a page");
    assert_eq!(ids(&page), [dan]);
}

/// More than are read at once, and more than a block holds; among them one that nobody can read.
#[tokio::test]
async fn thousands_of_version_1_are_filled_in() {
    let (_directory, path, mut store) = first();
    let names: Vec<_> = (0..2300).map(|number| format!("user-{number}")).collect();
    let all = store.transaction().expect("a transaction");
    let users: Vec<_> = names
        .iter()
        .map(|name| {
            Somebody {
                name,
                display_name: Some(name),
                ..SETTLED
            }
            .insert(&all)
        })
        .collect();
    all.execute("UPDATE users SET document = '{' WHERE sequence = 7", [])
        .expect("an update");
    all.commit().expect("a commit");
    drop(store);
    let ledger = Sqlite::open(&path, "a").expect("a ledger");
    for number in [0, 999, 1000, 2299] {
        let lookup = Lookup::DisplayName(format!("user-{number}"));
        assert_eq!(found(&ledger, lookup).await, [users[number]]);
    }
    assert_eq!(ledger.count_users(&acme()).await, Ok(2300));
    for skip in [8, 255, 256, 1700, 2299] {
        let page = ledger.page_users(&acme(), skip as u64, 1).await;
        assert_eq!(ids(&page.expect("a page")), [users[skip]], "{skip}");
    }
    let user = ledger.user(&acme(), users[6]).await;
    assert!(user.is_err(), "{user:?}");
}

#[test]
fn a_migration_is_done_whole_or_not_at_all() {
    let (_directory, path, store) = first();
    let ada = Somebody {
        name: "ada",
        display_name: Some("Ada"),
        ..SETTLED
    };
    ada.insert(&store);
    // In the way of the last statement.
    store
        .execute_batch(
            "CREATE TRIGGER groups_blocks_delete AFTER DELETE ON users BEGIN SELECT 1; END",
        )
        .expect("a trigger");
    let refused = Sqlite::open(&path, "a").expect_err("it cannot be done");
    assert!(matches!(refused, OpenError::Store { .. }), "{refused:?}");
    assert_eq!(version(&path), 1);
    let added =
        "SELECT count(*) FROM pragma_table_info('users') WHERE name = 'folded_display_name'";
    let added: i64 = store
        .query_row(added, [], |row| row.get(0))
        .expect("a count");
    assert_eq!(added, 0);
    store
        .execute_batch("DROP TRIGGER groups_blocks_delete")
        .expect("room");
    drop(store);
    drop(Sqlite::open(&path, "a").expect("a ledger"));
    assert_eq!(version(&path), 3);
}

fn record(store: &Connection, user: Option<UserId>, seconds: i64, kind: &str, asked: &str) {
    let moment = jiff::Timestamp::new(1_777_000_000 + seconds, 0).expect("a moment");
    let document = json!({
        "at": moment.to_string(), "scope": acme(), "user": user, "kind": kind,
        "detail": {"asked": {"userName": format!("{asked}@example.com")}, "at": seconds},
    });
    let values = params![user.map(|user| user.to_string()), document.to_string()];
    store
        .execute(
            "INSERT INTO events (tenant, connection, user, document) VALUES ('acme', 'entra', ?1, ?2)",
            values,
        )
        .expect("an event");
}

#[tokio::test]
async fn what_stands_refused_in_a_file_of_version_2_is_read_out_of_its_events() {
    let (_directory, path, store) = first();
    let somebody = |name, state, deleted| Somebody {
        name,
        display_name: None,
        state,
        deleted,
    };
    let ada = somebody("ada", "settled", false).insert(&store);
    let ben = somebody("ben", "settled", false).insert(&store);
    let cleo = somebody("cleo", "refused", false).insert(&store);
    let dan = somebody("dan", "settled", true).insert(&store);
    somebody("known", "settled", false).insert(&store);
    somebody("offered", "offered", false).insert(&store);
    somebody("owing", "owed", false).insert(&store);
    store
        .execute_batch(super::second::SECOND)
        .expect("the second schema");
    store
        .pragma_update(None, "user_version", 2)
        .expect("a version");
    store
        .execute(
            "UPDATE users SET debt_rank = NULL WHERE folded_name = 'owing@example.com'",
            [],
        )
        .expect("somebody held");

    record(&store, Some(ada), 1, "refused", "adele");
    record(&store, Some(ada), 2, "refused", "adelheid");
    record(&store, Some(ada), 3, "caught-up", "");
    record(&store, Some(ben), 4, "refused", "ben");
    record(&store, Some(ben), 5, "replaced", "");
    record(&store, Some(dan), 6, "refused", "dan");
    record(&store, None, 7, "refused", "known");
    record(&store, None, 8, "refused", "Fay");
    record(&store, None, 9, "plugin-failed", "fay");
    record(&store, Some(UserId::new()), 10, "plugin-failed", "gus");
    record(&store, None, 11, "refused", "offered");
    // Refused after it had been acknowledged: the row says so.
    let source: String = store
        .query_row(
            "SELECT document FROM users WHERE id = ?1",
            [cleo.to_string()],
            |row| row.get(0),
        )
        .expect("a row");
    let source: serde_json::Value = serde_json::from_str(&source).expect("a document");
    let told = json!({
        "at": "2026-05-04T03:02:01Z", "scope": acme(), "user": cleo, "kind": "refused",
        "detail": {"asked": source["source"]},
    });
    store
        .execute(
            "INSERT INTO events (tenant, connection, user, document) VALUES ('acme', 'entra', ?1, ?2)",
            params![cleo.to_string(), told.to_string()],
        )
        .expect("an event");
    drop(store);

    let ledger = Sqlite::open(&path, "a").expect("a ledger");
    assert_eq!(version(&path), 3);
    let refusals = ledger.refusals(&tenant(), 99).await.expect("refusals");
    let which: Vec<_> = refusals.iter().map(|it| it.detail["at"].as_i64()).collect();
    assert_eq!(which, [Some(2), Some(9), Some(10), Some(11)]);
    let unsettled = ledger.unsettled(&tenant(), 0, 99).await.expect("users");
    let unsettled: Vec<_> = unsettled
        .iter()
        .map(|user| user.source.user_name())
        .collect();
    assert_eq!(unsettled, ["cleo@example.com", "owing@example.com"]);
    let standings = ledger.standings(&tenant()).await.expect("standings");
    let entra = &standings[&acme().connection];
    assert_eq!((entra.refused, entra.held, entra.owed), (1, 1, 0));
    assert_eq!(entra.requests, 4);
    // What strangers asked for can be forgotten, whether it stands or not.
    let now = jiff::Timestamp::now();
    assert_eq!(ledger.forget_refusals(&tenant(), now, 99).await, Ok(5));
    let left = ledger.refusals(&tenant(), 99).await.expect("refusals");
    assert_eq!(left.len(), 1);
}
