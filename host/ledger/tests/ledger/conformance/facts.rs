//! Facts about the world outside.

use super::Engine;

pub(crate) async fn a_fact_is_replaced_and_stays(engine: impl Engine) {
    let ledger = engine.ledger();
    assert_eq!(ledger.recall("place").await, Ok(None));
    for fact in ["na1", "ß\n\"", "eu1"] {
        ledger.remember("place", fact).await.expect("a write");
        assert_eq!(ledger.recall("place").await, Ok(Some(fact.to_owned())));
    }
    ledger.remember("other", "").await.expect("a write");
    drop(ledger);
    let engine = engine.restart().await;
    let ledger = engine.ledger();
    assert_eq!(ledger.recall("place").await, Ok(Some("eu1".to_owned())));
    assert_eq!(ledger.recall("other").await, Ok(Some(String::new())));
    assert_eq!(ledger.recall("PLACE").await, Ok(None));
}
