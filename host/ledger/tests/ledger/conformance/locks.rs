//! Opening, closing and abandoning intents.

use std::sync::Arc;

use bridge::event::EventKind;
use bridge::port::ledger::{Intent, Ledger, LedgerError, Lookup, Opening};
use bridge::user::{State, User};
use tokio::task::JoinSet;

use super::Engine;
use crate::fixture::{
    LEASE, acme, at, commit, deleted, event, grant, intent, person, renamed, scope, tenant,
};

/// Whose intent is in the way, by its fencing number.
async fn busy(ledger: &dyn Ledger, intent: &Intent) -> u64 {
    match ledger.open(intent, "b", at(0), LEASE).await {
        Ok(Opening::Busy(open)) => open.fence,
        other => panic!("nobody was in the way: {other:?}"),
    }
}

pub(crate) async fn fences_grow_with_every_grant(engine: impl Engine) {
    let ledger = engine.ledger();
    let mut last = 0;
    for name in ["ada", "ben", "cleo"] {
        let wanted = intent(&person(&acme(), name), &[name]);
        let fence = grant(&*ledger, &wanted).await;
        assert!(fence > last);
        last = fence;
        ledger
            .abandon(fence, wanted.user.id, vec![])
            .await
            .expect("the lock");
    }
    // Other tenants count on their own; also after a restart no number comes twice.
    grant(
        &*ledger,
        &intent(&person(&scope("globex/okta"), "ada"), &["ada"]),
    )
    .await;
    drop(ledger);
    let engine = engine.restart().await;
    let wanted = intent(&person(&acme(), "dan"), &["dan"]);
    assert!(grant(&*engine.ledger(), &wanted).await > last);
}

pub(crate) async fn a_second_opener_is_shown_the_open_intent(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let wanted = intent(&renamed(&ada, "ada.l"), &["ada", "ada.l"]);
    let fence = grant(&*ledger, &wanted).await;
    let second = ledger.open(&intent(&ada, &[]), "b", at(1), LEASE).await;
    let Ok(Opening::Busy(open)) = second else {
        panic!("not busy: {second:?}");
    };
    assert_eq!(open.intent, wanted);
    assert_eq!((open.owner.as_str(), open.fence), ("a", fence));
    assert_eq!(open.lease_until, at(30));
}

pub(crate) async fn a_name_is_locked_for_everybody_in_the_tenant(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = person(&acme(), "ada");
    let fence = grant(&*ledger, &intent(&ada, &["Desk"])).await;
    let ben = intent(&person(&scope("acme/okta"), "ben"), &["desk"]);
    assert_eq!(busy(&*ledger, &ben).await, fence);
    let elsewhere = intent(&person(&scope("globex/entra"), "ben"), &["desk"]);
    grant(&*ledger, &elsewhere).await;
    ledger.close(fence, ada, vec![]).await.expect("the lock");
    grant(&*ledger, &ben).await;
}

pub(crate) async fn a_rename_locks_both_names(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let fence = grant(
        &*ledger,
        &intent(&renamed(&ada, "ada.l"), &["ada", "ada.l"]),
    )
    .await;
    let old = intent(&person(&acme(), "x"), &["ada"]);
    let new = intent(&person(&acme(), "y"), &["other", "ada.l"]);
    for wanted in [&old, &new] {
        assert_eq!(busy(&*ledger, wanted).await, fence);
    }
    // Whoever was refused has locked nothing.
    grant(&*ledger, &intent(&person(&acme(), "z"), &["other"])).await;
    ledger
        .abandon(fence, ada.id, vec![])
        .await
        .expect("the lock");
    grant(&*ledger, &old).await;
    let new = intent(&new.user, &["ada.l"]);
    grant(&*ledger, &new).await;
}

pub(crate) async fn a_name_given_twice_is_locked_once(engine: impl Engine) {
    let ledger = engine.ledger();
    let wanted = intent(&person(&acme(), "ada"), &["ada", "ADA"]);
    let fence = grant(&*ledger, &wanted).await;
    ledger
        .abandon(fence, wanted.user.id, vec![])
        .await
        .expect("the lock");
    grant(&*ledger, &wanted).await;
}

pub(crate) async fn a_changed_row_is_stale_before_anything_else(engine: impl Engine) {
    let ledger = engine.ledger();
    let open = async |user: &User| ledger.open(&intent(user, &["n"]), "b", at(0), LEASE).await;
    let new = person(&acme(), "ada");
    let first = commit(&*ledger, new.clone()).await;
    let second = commit(&*ledger, first.clone()).await;
    grant(&*ledger, &intent(&second, &["n"])).await;
    let mut unknown = person(&acme(), "ben");
    unknown.version = 1;
    let mut moved = second.clone();
    moved.scope = scope("acme/okta");
    for old in [&new, &first, &unknown, &moved] {
        assert_eq!(open(old).await, Err(LedgerError::Stale));
    }
}

pub(crate) async fn a_taken_name_is_refused_before_cxone_is_called(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let open = async |user: &User| ledger.open(&intent(user, &["n"]), "b", at(0), LEASE).await;
    assert_eq!(
        open(&person(&acme(), "ADA")).await,
        Err(LedgerError::NameTaken)
    );
    let ben = commit(&*ledger, person(&acme(), "ben")).await;
    assert_eq!(
        open(&renamed(&ben, "ada")).await,
        Err(LedgerError::NameTaken)
    );
    commit(&*ledger, deleted(&ada, 1)).await;
    assert!(matches!(
        open(&renamed(&ben, "ada")).await,
        Ok(Opening::Granted { .. })
    ));
}

pub(crate) async fn an_open_intent_stops_commits_of_its_user(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let fence = grant(&*ledger, &intent(&ada, &["ada"])).await;
    let refused = ledger.commit(renamed(&ada, "ada.l"), vec![]).await;
    assert_eq!(refused, Err(LedgerError::Stale));
    let new = person(&acme(), "ben");
    let other = grant(&*ledger, &intent(&new, &["ben"])).await;
    assert_eq!(
        ledger.commit(new.clone(), vec![]).await,
        Err(LedgerError::Stale)
    );
    ledger
        .abandon(fence, ada.id, vec![])
        .await
        .expect("the lock");
    ledger
        .abandon(other, new.id, vec![])
        .await
        .expect("the lock");
    commit(&*ledger, renamed(&ada, "ada.l")).await;
    commit(&*ledger, new).await;
}

/// CXone may have been told already: the close must not meet `NameTaken`.
pub(crate) async fn an_open_create_keeps_its_name_from_others(engine: impl Engine) {
    let ledger = engine.ledger();
    let first = person(&acme(), "ada");
    let fence = grant(&*ledger, &intent(&first, &["cxone-1"])).await;
    let twin = person(&acme(), "ADA");
    assert_eq!(
        ledger.commit(twin.clone(), vec![]).await,
        Err(LedgerError::Stale)
    );
    assert_eq!(busy(&*ledger, &intent(&twin, &["cxone-2"])).await, fence);
    let ben = commit(&*ledger, person(&acme(), "ben")).await;
    let refused = ledger.commit(renamed(&ben, "ada"), vec![]).await;
    assert_eq!(refused, Err(LedgerError::Stale));
    commit(&*ledger, person(&scope("acme/okta"), "ada")).await;
    ledger.close(fence, first, vec![]).await.expect("the lock");
    let refused = ledger.commit(twin, vec![]).await;
    assert_eq!(refused, Err(LedgerError::NameTaken));
}

pub(crate) async fn a_deletion_reserves_no_name(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let gone = commit(&*ledger, deleted(&ada, 1)).await;
    let fence = grant(&*ledger, &intent(&gone, &["ada"])).await;
    commit(&*ledger, person(&acme(), "ada")).await;
    ledger.close(fence, gone, vec![]).await.expect("the lock");
}

pub(crate) async fn closing_stores_frees_and_records(engine: impl Engine) {
    let ledger = engine.ledger();
    let new = person(&acme(), "ada");
    let fence = grant(&*ledger, &intent(&new, &["ada"])).await;
    assert_eq!(ledger.user(&acme(), new.id).await, Ok(None));
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![]));
    let told = event(&new, EventKind::Told);
    let done = User {
        link: Some("11ec".into()),
        ..new
    };
    let ada = ledger
        .close(fence, done, vec![told.clone()])
        .await
        .expect("the lock");
    assert_eq!((ada.version, ada.link.as_deref()), (1, Some("11ec")));
    assert_eq!(ledger.user(&acme(), ada.id).await, Ok(Some(ada.clone())));
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![told]));
    let fence = grant(
        &*ledger,
        &intent(&renamed(&ada, "ada.l"), &["ada", "ada.l"]),
    )
    .await;
    let ada = ledger
        .close(fence, renamed(&ada, "ada.l"), vec![])
        .await
        .expect("the lock");
    assert_eq!(ada.version, 2);
    let lookup = Lookup::Name("ada.l@example.com".into());
    assert_eq!(
        ledger.find_users(&acme(), &lookup).await,
        Ok(vec![ada.clone()])
    );
    commit(&*ledger, ada).await;
}

pub(crate) async fn closing_needs_the_lock_and_the_version(engine: impl Engine) {
    let ledger = engine.ledger();
    let told = |user: &User| vec![event(user, EventKind::Told)];
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let free = ledger.close(1, ada.clone(), told(&ada)).await;
    assert_eq!(free, Err(LedgerError::Stale));
    let fence = grant(&*ledger, &intent(&ada, &["ada"])).await;
    for wrong in [fence - 1, fence + 1, u64::MAX] {
        let refused = ledger.close(wrong, ada.clone(), told(&ada)).await;
        assert_eq!(refused, Err(LedgerError::Stale), "{wrong}");
    }
    let mut old = ada.clone();
    old.version = 0;
    assert_eq!(
        ledger.close(fence, old, told(&ada)).await,
        Err(LedgerError::Stale)
    );
    // Nothing of it was kept, and the lock still holds.
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![]));
    assert_eq!(busy(&*ledger, &intent(&ada, &[])).await, fence);
    ledger
        .close(fence, ada.clone(), vec![])
        .await
        .expect("the lock");
    let twice = ledger.close(fence, ada, vec![]).await;
    assert_eq!(twice, Err(LedgerError::Stale));
}

pub(crate) async fn abandoning_frees_and_stores_nothing(engine: impl Engine) {
    let ledger = engine.ledger();
    let new = person(&acme(), "ada");
    let wanted = intent(&new, &["ada"]);
    let fence = grant(&*ledger, &wanted).await;
    let refused = event(&new, EventKind::Refused);
    ledger
        .abandon(fence, new.id, vec![refused.clone()])
        .await
        .expect("the lock");
    assert_eq!(ledger.user(&acme(), new.id).await, Ok(None));
    assert_eq!(ledger.count_users(&acme()).await, Ok(0));
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![refused]));
    grant(&*ledger, &wanted).await;
    let ben = commit(&*ledger, person(&acme(), "ben")).await;
    let change = User {
        state: State::Unconfirmed,
        ..ben.clone()
    };
    let fence = grant(&*ledger, &intent(&change, &["ben"])).await;
    ledger
        .abandon(fence, ben.id, vec![])
        .await
        .expect("the lock");
    assert_eq!(ledger.user(&acme(), ben.id).await, Ok(Some(ben)));
}

pub(crate) async fn abandoning_needs_the_lock(engine: impl Engine) {
    let ledger = engine.ledger();
    let new = person(&acme(), "ada");
    let refused = || vec![event(&new, EventKind::Refused)];
    let free = ledger.abandon(1, new.id, refused()).await;
    assert_eq!(free, Err(LedgerError::Stale));
    let fence = grant(&*ledger, &intent(&new, &["ada"])).await;
    let wrong = ledger.abandon(fence + 1, new.id, refused()).await;
    assert_eq!(wrong, Err(LedgerError::Stale));
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![]));
    assert_eq!(busy(&*ledger, &intent(&new, &[])).await, fence);
}

/// Opens all at once: the fencing numbers granted, and those that were in the way.
async fn race(ledger: &Arc<dyn Ledger>, intents: Vec<Intent>) -> (Vec<u64>, Vec<u64>) {
    let mut tasks = JoinSet::new();
    for wanted in intents {
        let ledger = Arc::clone(ledger);
        tasks.spawn(async move { ledger.open(&wanted, "a", at(0), LEASE).await });
    }
    let (mut granted, mut met) = (Vec::new(), Vec::new());
    for opening in tasks.join_all().await {
        match opening.expect("an opening") {
            Opening::Granted { fence } => granted.push(fence),
            Opening::Busy(open) => met.push(open.fence),
        }
    }
    (granted, met)
}

pub(crate) async fn of_50_openers_of_one_user_one_is_granted(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let intents = (0..50).map(|number| intent(&ada, &[&format!("name-{number}")]));
    let (granted, met) = race(&ledger, intents.collect()).await;
    assert_eq!(granted.len(), 1);
    assert_eq!(met, vec![granted[0]; 49]);
}

pub(crate) async fn of_50_creates_under_one_name_one_is_granted(engine: impl Engine) {
    let ledger = engine.ledger();
    let intents = (0..50).map(|number| {
        let user = person(&acme(), &format!("user-{number}"));
        intent(&user, &["desk"])
    });
    let (granted, met) = race(&ledger, intents.collect()).await;
    assert_eq!(granted.len(), 1);
    assert_eq!(met, vec![granted[0]; 49]);
}

pub(crate) async fn open_intents_survive_a_restart(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = person(&acme(), "ada");
    let wanted = intent(&ada, &["ada"]);
    let fence = grant(&*ledger, &wanted).await;
    drop(ledger);
    let engine = engine.restart().await;
    let ledger = engine.ledger();
    assert_eq!(busy(&*ledger, &wanted).await, fence);
    let open = ledger
        .expired(&tenant("acme"), at(60))
        .await
        .expect("intents");
    assert_eq!(open.len(), 1);
    assert_eq!((&open[0].intent, open[0].owner.as_str()), (&wanted, "a"));
    ledger.close(fence, ada, vec![]).await.expect("the lock");
}
