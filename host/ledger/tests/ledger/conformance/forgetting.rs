//! Deleted users of whom nothing personal is kept any longer.

use bridge::event::EventKind;
use bridge::port::ledger::{Ledger, LedgerError};
use bridge::source::Source;
use bridge::user::User;
use serde_json::json;

use super::Engine;
use crate::fixture::{acme, at, commit, deleted, event, names, owing, person, scope, tenant};

async fn forgettable(ledger: &dyn Ledger, before: i64, limit: usize) -> Vec<String> {
    let users = ledger
        .forgettable(&tenant("acme"), at(before), limit)
        .await
        .expect("users");
    names(&users)
}

/// Somebody who was deleted then.
async fn gone(ledger: &dyn Ledger, name: &str, seconds: i64) -> User {
    let user = commit(ledger, person(&acme(), name)).await;
    commit(ledger, deleted(&user, seconds)).await
}

/// The row that says nothing about a person.
fn nobody(user: &User) -> User {
    User {
        source: Source::default(),
        target_name: None,
        ..user.clone()
    }
}

pub(crate) async fn who_was_deleted_long_ago_is_forgettable_longest_first(engine: impl Engine) {
    let ledger = engine.ledger();
    gone(&*ledger, "late", 300).await;
    gone(&*ledger, "early", 100).await;
    gone(&*ledger, "middle", 200).await;
    let okta = commit(&*ledger, person(&scope("acme/okta"), "okta")).await;
    commit(&*ledger, deleted(&okta, 150)).await;
    let other = commit(&*ledger, person(&scope("globex/entra"), "other")).await;
    commit(&*ledger, deleted(&other, 100)).await;
    assert_eq!(
        forgettable(&*ledger, 300, 9).await,
        ["early", "okta", "middle"]
    );
    assert_eq!(forgettable(&*ledger, 300, 1).await, ["early"]);
    assert_eq!(forgettable(&*ledger, 100, 9).await, Vec::<String>::new());
}

pub(crate) async fn who_is_live_or_owed_something_is_not(engine: impl Engine) {
    let ledger = engine.ledger();
    commit(&*ledger, person(&acme(), "live")).await;
    let owed = gone(&*ledger, "owed", 100).await;
    let owed = commit(&*ledger, owing(&owed, true, 100)).await;
    assert_eq!(forgettable(&*ledger, 300, 9).await, Vec::<String>::new());
    let paid = User {
        debt: None,
        state: bridge::user::State::Settled,
        ..owed
    };
    commit(&*ledger, paid).await;
    assert_eq!(forgettable(&*ledger, 300, 9).await, ["owed"]);
}

pub(crate) async fn what_is_forgotten_is_no_more(engine: impl Engine) {
    let ledger = engine.ledger();
    let user = gone(&*ledger, "ada", 100).await;
    let other = gone(&*ledger, "ben", 100).await;
    for user in [&user, &other] {
        let mut event = event(user, EventKind::Refused);
        event.detail = json!({"asked": {"userName": "ada@example.com"}});
        ledger.record(vec![event]).await.expect("a record");
    }
    let stale = User {
        version: user.version - 1,
        ..nobody(&user)
    };
    assert_eq!(ledger.forget(stale).await, Err(LedgerError::Stale));
    assert_eq!(ledger.forget(nobody(&user)).await, Ok(()));
    assert_eq!(forgettable(&*ledger, 300, 9).await, ["ben"]);
    let row = ledger.user(&acme(), user.id).await.expect("a read");
    let row = row.expect("the row stays");
    assert_eq!(row.source, Source::default());
    assert_eq!((row.deleted, &row.link), (user.deleted, &user.link));
    let stones = ledger.tombstones(&acme(), "ada@example.com").await;
    assert_eq!(stones, Ok(vec![]));
    for (user, kept) in [
        (&user, json!({})),
        (&other, json!({"asked": {"userName": "ada@example.com"}})),
    ] {
        let events = ledger
            .events(&acme(), Some(user.id), 9)
            .await
            .expect("events");
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].kind, events[0].at), (EventKind::Refused, at(0)));
        assert_eq!(events[0].detail, kept);
    }
}
