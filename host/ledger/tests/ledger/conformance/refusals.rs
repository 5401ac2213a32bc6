//! Requests that were refused for good, and not granted since.

use bridge::event::{Event, EventKind};
use bridge::name::{Scope, UserId};
use bridge::port::ledger::{Ledger, Opening};
use bridge::user::{State, User};
use serde_json::json;

use super::Engine;
use crate::fixture::{
    LEASE, acme, at, commit, deleted, event, intent, person, renamed, scope, tenant,
};

/// A request of then, refused, as it is recorded.
fn refusal(scope: &Scope, user: Option<UserId>, name: &str, seconds: i64) -> Event {
    Event {
        at: at(seconds),
        scope: scope.clone(),
        user,
        kind: EventKind::Refused,
        detail: json!({"rule": "pure", "asked": {"userName": format!("{name}@example.com")}}),
    }
}

pub(super) async fn refuse(
    ledger: &dyn Ledger,
    scope: &Scope,
    user: Option<UserId>,
    name: &str,
    seconds: i64,
) -> Event {
    let refusal = refusal(scope, user, name, seconds);
    let recorded = ledger.record(vec![refusal.clone()]).await;
    recorded.expect("a record");
    refusal
}

async fn refusals(ledger: &dyn Ledger) -> Vec<Event> {
    let refusals = ledger.refusals(&tenant("acme"), 99).await;
    refusals.expect("refusals")
}

pub(crate) async fn of_each_person_the_last_request_oldest_first(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    refuse(&*ledger, &acme(), Some(ada.id), "ada", 1).await;
    refuse(&*ledger, &acme(), None, "ben", 2).await;
    // The clock went back: the order is that of recording.
    let okta = refuse(&*ledger, &scope("acme/okta"), None, "ben", 0).await;
    refuse(&*ledger, &scope("globex/entra"), None, "ben", 4).await;
    let ada = refuse(&*ledger, &acme(), Some(ada.id), "adele", 5).await;
    let ben = refuse(&*ledger, &acme(), None, "BEN", 6).await;
    let failed = Event {
        kind: EventKind::PluginFailed,
        ..refusal(&acme(), None, "cleo", 7)
    };
    // Without what was asked there is nothing to replay; and another kind is none.
    let vague = Event {
        detail: json!({"asked": null}),
        ..refusal(&acme(), None, "dan", 8)
    };
    let told = Event {
        kind: EventKind::Owed,
        ..refusal(&acme(), None, "eve", 9)
    };
    let all = vec![failed.clone(), vague, told];
    ledger.record(all).await.expect("a record");
    assert_eq!(refusals(&*ledger).await, [okta.clone(), ada, ben, failed]);
    let first = ledger.refusals(&tenant("acme"), 1).await;
    assert_eq!(first, Ok(vec![okta]));
}

/// A plugin that fails at a create is recorded with the id that the user would have had.
pub(crate) async fn a_user_who_is_never_stored_counts_by_name(engine: impl Engine) {
    let ledger = engine.ledger();
    refuse(&*ledger, &acme(), Some(UserId::new()), "ada", 1).await;
    let last = refuse(&*ledger, &acme(), Some(UserId::new()), "ada", 2).await;
    let nobodys = Event { user: None, ..last };
    assert_eq!(refusals(&*ledger).await, std::slice::from_ref(&nobodys));
    assert_eq!(ledger.dismiss(&nobodys, vec![]).await, Ok(true));
    refuse(&*ledger, &acme(), Some(UserId::new()), "ada", 3).await;
    commit(&*ledger, person(&acme(), "ada")).await;
    assert_eq!(refusals(&*ledger).await, []);
}

/// It was acknowledged first: the row says that it is refused.
pub(crate) async fn what_is_recorded_beside_a_write_is_none(engine: impl Engine) {
    let ledger = engine.ledger();
    let user = User {
        state: State::Refused,
        ..person(&acme(), "ada")
    };
    let refused = refusal(&acme(), Some(user.id), "ada", 1);
    let user = ledger.commit(user, vec![refused.clone()]).await;
    let user = user.expect("a commit");
    let all = vec![user.clone()];
    let both = ledger.commit_all(all, vec![refused.clone()]).await;
    let user = both.expect("a commit")[0].clone();
    let Ok(Opening::Granted { fence }) = ledger.open(&intent(&user, &[]), "a", at(0), LEASE).await
    else {
        panic!("the lock is free");
    };
    let closed = ledger.close(fence, user.clone(), vec![refused.clone()]);
    let user = closed.await.expect("a close");
    assert_eq!(refusals(&*ledger).await, []);
    // And a request that is refused while the lock is held is one.
    let Ok(Opening::Granted { fence }) = ledger.open(&intent(&user, &[]), "a", at(0), LEASE).await
    else {
        panic!("the lock is free");
    };
    let abandoned = ledger.abandon(fence, user.id, vec![refused.clone()]).await;
    abandoned.expect("an end");
    assert_eq!(refusals(&*ledger).await, [refused]);
}

pub(crate) async fn a_granted_request_ends_it(engine: impl Engine) {
    let ledger = engine.ledger();
    let mut ada = commit(&*ledger, person(&acme(), "ada")).await;
    for kind in [
        EventKind::Created,
        EventKind::Replaced,
        EventKind::Updated,
        EventKind::Deactivated,
        EventKind::Revived,
    ] {
        let other = refuse(&*ledger, &acme(), None, "ben", 1).await;
        refuse(&*ledger, &acme(), Some(ada.id), "ada", 2).await;
        let granted = ledger.commit(ada.clone(), vec![event(&ada, kind)]).await;
        ada = granted.expect("a commit");
        assert_eq!(refusals(&*ledger).await, [other], "{kind}");
    }
}

pub(crate) async fn what_the_queue_does_ends_nothing(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let refused = refuse(&*ledger, &acme(), Some(ada.id), "ada", 1).await;
    let events = vec![
        event(&ada, EventKind::CaughtUp),
        event(&ada, EventKind::ReEvaluated),
    ];
    let ada = ledger.commit(ada, events).await.expect("a commit");
    commit(&*ledger, ada).await;
    assert_eq!(refusals(&*ledger).await, [refused]);
}

pub(crate) async fn a_user_of_the_name_ends_it(engine: impl Engine) {
    let ledger = engine.ledger();
    let refused = refuse(&*ledger, &acme(), None, "Ada", 1).await;
    let offered = User {
        state: State::Offered,
        ..person(&acme(), "ada")
    };
    let offered = commit(&*ledger, offered).await;
    commit(&*ledger, person(&scope("acme/okta"), "ada")).await;
    commit(&*ledger, person(&acme(), "ben")).await;
    assert_eq!(
        refusals(&*ledger).await,
        [refused],
        "nobody said a word yet"
    );
    let written = User {
        state: State::Settled,
        ..offered
    };
    commit(&*ledger, written).await;
    assert_eq!(refusals(&*ledger).await, []);
    // A rename makes a user of the name, too.
    refuse(&*ledger, &acme(), None, "cleo", 2).await;
    let dan = commit(&*ledger, person(&acme(), "dan")).await;
    commit(&*ledger, renamed(&dan, "cleo")).await;
    assert_eq!(refusals(&*ledger).await, []);
}

pub(crate) async fn a_deletion_ends_it(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    refuse(&*ledger, &acme(), Some(ada.id), "ada", 1).await;
    commit(&*ledger, deleted(&ada, 2)).await;
    assert_eq!(refusals(&*ledger).await, []);
}

pub(crate) async fn what_is_dismissed_is_recorded_and_gone(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let by_id = refuse(&*ledger, &acme(), Some(ada.id), "ada", 1).await;
    let by_name = refuse(&*ledger, &acme(), None, "ben", 2).await;
    for (refused, left) in [(&by_name, vec![by_id.clone()]), (&by_id, vec![])] {
        let said = Event {
            kind: EventKind::Told,
            ..refused.clone()
        };
        assert_eq!(ledger.stands(refused).await, Ok(true));
        let dismissed = ledger.dismiss(refused, vec![said.clone()]).await;
        assert_eq!(dismissed, Ok(true));
        assert_eq!(refusals(&*ledger).await, left);
        assert_eq!(ledger.stands(refused).await, Ok(false));
        let again = ledger.dismiss(refused, vec![said.clone()]).await;
        assert_eq!(again, Ok(false));
        let last = ledger.events(&acme(), None, 2).await.expect("events");
        assert_eq!(last[0], said);
        assert_ne!(last[1], said, "recorded once");
    }
}

pub(crate) async fn an_older_one_is_not_dismissed(engine: impl Engine) {
    let ledger = engine.ledger();
    let old = refuse(&*ledger, &acme(), None, "ada", 1).await;
    let new = refuse(&*ledger, &acme(), None, "ada", 2).await;
    assert_eq!(ledger.stands(&old).await, Ok(false));
    assert_eq!(ledger.stands(&new).await, Ok(true));
    assert_eq!(ledger.dismiss(&old, vec![]).await, Ok(false));
    assert_eq!(refusals(&*ledger).await, [new]);
}

pub(crate) async fn strangers_are_forgotten_and_nobody_else(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = commit(&*ledger, person(&acme(), "ada")).await;
    let of_ada = refuse(&*ledger, &acme(), Some(ada.id), "ada", 1).await;
    refuse(&*ledger, &acme(), None, "ben", 1).await;
    refuse(&*ledger, &acme(), Some(UserId::new()), "cleo", 2).await;
    // Granted since, but the event still tells what was asked.
    refuse(&*ledger, &acme(), None, "dan", 3).await;
    commit(&*ledger, person(&acme(), "dan")).await;
    let late = refuse(&*ledger, &acme(), None, "eve", 9).await;
    let other = refuse(&*ledger, &scope("globex/entra"), None, "fay", 1).await;
    let of_acme = tenant("acme");
    let forget = |limit| ledger.forget_refusals(&of_acme, at(9), limit);
    assert_eq!(forget(2).await, Ok(2), "longest ago first");
    assert_eq!(forget(9).await, Ok(1));
    assert_eq!(forget(9).await, Ok(0));
    assert_eq!(refusals(&*ledger).await, [of_ada, late]);
    let events = ledger.events(&acme(), None, 99).await.expect("events");
    let told = serde_json::to_string(&events).expect("text");
    for (name, known) in [
        ("ada", true),
        ("ben", false),
        ("cleo", false),
        ("dan", false),
        ("eve", true),
    ] {
        assert_eq!(told.contains(name), known, "{name}");
    }
    assert_eq!(events.len(), 5, "that it happened is kept");
    let events = ledger.events(&other.scope, None, 9).await;
    assert_eq!(events, Ok(vec![other]));
}

pub(crate) async fn refusals_survive_a_restart(engine: impl Engine) {
    let ledger = engine.ledger();
    let refused = refuse(&*ledger, &acme(), None, "ada", 1).await;
    drop(ledger);
    let engine = engine.restart().await;
    assert_eq!(refusals(&*engine.ledger()).await, [refused]);
}
