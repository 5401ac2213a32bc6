//! Events.

use bridge::event::{Event, EventKind};
use serde_json::json;

use super::Engine;
use crate::fixture::{acme, at, event, person, scope};

pub(crate) async fn events_are_newest_first_and_exact(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = person(&acme(), "ada");
    let with = |kind, detail| Event {
        detail,
        ..event(&ada, kind)
    };
    let created = with(EventKind::Created, json!({"b": 1, "a": [null, "ß"]}));
    // The clock of whoever said so went back: the order is that of recording.
    let told = Event {
        at: at(-5),
        ..with(EventKind::Told, json!(null))
    };
    let refused = with(EventKind::Refused, json!("no role"));
    let both = vec![created.clone(), told.clone()];
    ledger.commit(ada.clone(), both).await.expect("a commit");
    ledger
        .record(vec![refused.clone()])
        .await
        .expect("a record");
    ledger.record(vec![]).await.expect("nothing to record");
    assert_eq!(
        ledger.events(&acme(), None, 9).await,
        Ok(vec![refused, told, created])
    );
}

pub(crate) async fn events_of_one_user(engine: impl Engine) {
    let ledger = engine.ledger();
    let (ada, ben) = (person(&acme(), "ada"), person(&acme(), "ben"));
    let mut stranger = event(&ada, EventKind::Offered);
    stranger.scope = scope("acme/okta");
    let said = |user, kind| event(user, kind);
    ledger
        .record(vec![
            said(&ada, EventKind::Created),
            said(&ben, EventKind::Created),
            stranger,
            said(&ada, EventKind::Deleted),
        ])
        .await
        .expect("a record");
    assert_eq!(
        ledger.events(&acme(), Some(ada.id), 9).await,
        Ok(vec![
            said(&ada, EventKind::Deleted),
            said(&ada, EventKind::Created)
        ])
    );
    assert_eq!(
        ledger
            .events(&acme(), None, 9)
            .await
            .map(|events| events.len()),
        Ok(3)
    );
    let nobody = person(&acme(), "nobody").id;
    assert_eq!(ledger.events(&acme(), Some(nobody), 9).await, Ok(vec![]));
}

pub(crate) async fn events_end_at_the_limit(engine: impl Engine) {
    let ledger = engine.ledger();
    let ada = person(&acme(), "ada");
    let kinds = [EventKind::Created, EventKind::Told, EventKind::Updated];
    let all: Vec<Event> = kinds.into_iter().map(|kind| event(&ada, kind)).collect();
    ledger.record(all.clone()).await.expect("a record");
    for user in [None, Some(ada.id)] {
        let last = ledger.events(&acme(), user, 2).await;
        assert_eq!(last, Ok(vec![all[2].clone(), all[1].clone()]));
        assert_eq!(ledger.events(&acme(), user, 0).await, Ok(vec![]));
        let every = ledger.events(&acme(), user, usize::MAX).await;
        assert_eq!(every.map(|events| events.len()), Ok(3));
    }
}

pub(crate) async fn an_event_needs_no_user(engine: impl Engine) {
    let ledger = engine.ledger();
    let refused = Event {
        user: None,
        ..event(&person(&acme(), "ada"), EventKind::Refused)
    };
    ledger
        .record(vec![refused.clone()])
        .await
        .expect("a record");
    assert_eq!(ledger.events(&acme(), None, 9).await, Ok(vec![refused]));
}
