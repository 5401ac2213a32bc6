//! Leases and what becomes of them.

use std::sync::Arc;
use std::time::Duration;

use bridge::event::EventKind;
use bridge::port::ledger::{Intent, Ledger, LedgerError, OpenIntent, Opening};
use tokio::task::JoinSet;

use super::Engine;
use crate::fixture::{LEASE, acme, at, event, grant, intent, person, scope, tenant};

async fn met(ledger: &dyn Ledger, wanted: &Intent, seconds: i64) -> OpenIntent {
    match ledger.open(wanted, "b", at(seconds), LEASE).await {
        Ok(Opening::Busy(open)) => *open,
        other => panic!("nobody was in the way: {other:?}"),
    }
}

pub(crate) async fn a_lease_that_has_run_out_still_holds(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = person(&acme(), "ada");
    let fence = grant(&*ledger, &intent(&ada, &["ada"])).await;
    assert_eq!(met(&*ledger, &intent(&ada, &[]), 3600).await.fence, fence);
    assert_eq!(
        ledger.commit(ada.clone(), vec![]).await,
        Err(LedgerError::Stale)
    );
    ledger
        .close(fence, ada, vec![])
        .await
        .expect("nobody has seized it");
}

pub(crate) async fn expired_lists_what_has_run_out(engine: impl Engine) {
    let ledger = engine.ledger();
    let mut fences = Vec::new();
    for (text, name, start) in [
        ("acme/entra", "ada", 0),
        ("acme/okta", "ben", 100),
        ("acme/okta", "cleo", 1),
        ("globex/okta", "dan", 0),
    ] {
        let wanted = intent(&person(&scope(text), name), &[name]);
        match ledger.open(&wanted, "a", at(start), LEASE).await {
            Ok(Opening::Granted { fence }) => fences.push(fence),
            other => panic!("not granted: {other:?}"),
        }
    }
    let expired = async |seconds| {
        let open = ledger
            .expired(&tenant("acme"), at(seconds))
            .await
            .expect("intents");
        open.iter().map(|open| open.fence).collect::<Vec<_>>()
    };
    assert!(expired(29).await.is_empty());
    assert_eq!(expired(30).await, [fences[0]]);
    assert_eq!(expired(31).await, [fences[0], fences[2]]);
    assert_eq!(expired(500).await, [fences[0], fences[1], fences[2]]);
}

pub(crate) async fn a_running_lease_is_not_seized(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = person(&acme(), "ada");
    grant(&*ledger, &intent(&ada, &["ada"])).await;
    let open = met(&*ledger, &intent(&ada, &[]), 0).await;
    let early = ledger.seize(&open, "b", at(29), LEASE).await;
    assert_eq!(early, Err(LedgerError::Stale));
    ledger
        .seize(&open, "b", at(30), LEASE)
        .await
        .expect("the lease has run out");
    // A lease may be as long as time.
    let open = met(&*ledger, &intent(&ada, &[]), 0).await;
    ledger
        .seize(&open, "b", at(60), Duration::MAX)
        .await
        .expect("a seizure");
    assert_eq!(
        met(&*ledger, &intent(&ada, &[]), 0).await.lease_until,
        jiff::Timestamp::MAX
    );
}

pub(crate) async fn a_seized_lock_is_lost_to_its_holder(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = person(&acme(), "ada");
    let wanted = intent(&ada, &["ada"]);
    let old = grant(&*ledger, &wanted).await;
    let open = met(&*ledger, &wanted, 0).await;
    let new = ledger
        .seize(&open, "b", at(40), LEASE)
        .await
        .expect("a seizure");
    assert!(new > old);
    let told = || vec![event(&ada, EventKind::Told)];
    let refused = ledger.close(old, ada.clone(), told()).await;
    assert_eq!(refused, Err(LedgerError::Stale));
    let refused = ledger.abandon(old, ada.id, told()).await;
    assert_eq!(refused, Err(LedgerError::Stale));
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![]));
    let now = met(&*ledger, &wanted, 0).await;
    assert_eq!((now.owner.as_str(), now.fence), ("b", new));
    assert_eq!((now.lease_until, &now.intent), (at(70), &wanted));
    // The names are still locked.
    let other = intent(&person(&acme(), "x"), &["ada"]);
    assert_eq!(met(&*ledger, &other, 0).await.fence, new);
    ledger.close(new, ada, vec![]).await.expect("the lock");
}

pub(crate) async fn a_seizure_is_won_once(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = person(&acme(), "ada");
    grant(&*ledger, &intent(&ada, &["ada"])).await;
    let open = Arc::new(met(&*ledger, &intent(&ada, &[]), 0).await);
    let mut tasks = JoinSet::new();
    for number in 0..20 {
        let (ledger, open) = (Arc::clone(&ledger), Arc::clone(&open));
        let owner = format!("owner-{number}");
        // A lease of nothing, so that only the fencing number decides.
        let seizure = async move { ledger.seize(&open, &owner, at(40), Duration::ZERO).await };
        tasks.spawn(seizure);
    }
    let answers = tasks.join_all().await;
    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    let stale = answers
        .iter()
        .filter(|answer| **answer == Err(LedgerError::Stale));
    assert_eq!((won, stale.count()), (1, 19));
}

pub(crate) async fn what_is_gone_is_not_seized(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = person(&acme(), "ada");
    let wanted = intent(&ada, &["ada"]);
    let fence = grant(&*ledger, &wanted).await;
    let open = met(&*ledger, &wanted, 0).await;
    ledger
        .abandon(fence, ada.id, vec![])
        .await
        .expect("the lock");
    let gone = ledger.seize(&open, "b", at(40), LEASE).await;
    assert_eq!(gone, Err(LedgerError::Stale));
    grant(&*ledger, &wanted).await;
    let renewed = ledger.seize(&open, "b", at(40), LEASE).await;
    assert_eq!(renewed, Err(LedgerError::Stale));
}
