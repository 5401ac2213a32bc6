use std::sync::Arc;

use bridge::port::ledger::Ledger;
use jiff::Timestamp;

use super::*;

fn named(name: &str) -> TenantName {
    name.parse().expect("a name")
}

#[tokio::test]
async fn names_that_could_not_be_read_are_not_written_over() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("ledger.db");
    let ledger = Arc::new(ledger::Sqlite::open(&path, "test").expect("a ledger"));
    let kept: Arc<dyn Ledger> = ledger.clone();
    let bridge = Bridge::new(kept, Vec::new(), "test".to_owned(), Timestamp::now);
    ledger.remember(FACT, "acme").await.expect("a fact");
    let former = Former::default();
    let failed = LedgerError::Failed("disk I/O error".to_owned());
    assert_eq!(former.learn(Err(failed)), None);
    former.add(&bridge, [&named("beta")]).await;
    let fact = async || ledger.recall(FACT).await.expect("a fact");
    assert_eq!(fact().await.as_deref(), Some("acme beta"));
    assert_eq!(former.tenants(), [named("acme"), named("beta")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_that_come_at_the_same_time_are_all_remembered() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("ledger.db");
    let ledger: Arc<dyn Ledger> = Arc::new(ledger::Sqlite::open(&path, "test").expect("a ledger"));
    let owner = "test".to_owned();
    let bridge = Arc::new(Bridge::new(
        Arc::clone(&ledger),
        Vec::new(),
        owner,
        Timestamp::now,
    ));
    let former = Arc::new(Former::of(&bridge, BTreeSet::new()).await);
    let mut adding = tokio::task::JoinSet::new();
    for number in 0..50 {
        let (former, bridge) = (Arc::clone(&former), Arc::clone(&bridge));
        adding.spawn(async move { former.add(&bridge, [&named(&format!("t{number}"))]).await });
    }
    adding.join_all().await;
    let again = Former::of(&bridge, BTreeSet::new()).await;
    assert_eq!(again.tenants().len(), 50);
}
