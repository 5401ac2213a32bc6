//! Keys.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::Engine;

pub(crate) async fn a_key_is_random_and_stays(engine: impl Engine) {
    let ledger = engine.ledger();
    let cursor = ledger.key("cursor").await.expect("a key");
    let token = ledger.key("token").await.expect("a key");
    assert_ne!(cursor, token);
    assert_ne!(cursor, [0; 32]);
    assert_eq!(ledger.key("cursor").await, Ok(cursor));
    assert_ne!(ledger.key("CURSOR").await, Ok(cursor));
    drop(ledger);
    let engine = engine.restart().await;
    assert_eq!(engine.ledger().key("cursor").await, Ok(cursor));
    assert_eq!(engine.ledger().key("token").await, Ok(token));
}

pub(crate) async fn of_50_first_callers_all_get_the_same(engine: impl Engine) {
    let ledger = engine.ledger();
    let mut callers = JoinSet::new();
    for _ in 0..50 {
        let ledger = Arc::clone(&ledger);
        callers.spawn(async move { ledger.key("cursor").await.expect("a key") });
    }
    let keys: HashSet<_> = callers.join_all().await.into_iter().collect();
    assert_eq!(keys.len(), 1);
}
