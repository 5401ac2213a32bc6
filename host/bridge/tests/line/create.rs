//! POST: who is made, found, revived or refused.

use std::time::Duration;

use bridge::event::EventKind;
use bridge::line::Answer;
use bridge::port::plugins::Operation;
use bridge::refusal::Refusal;
use bridge::said::Condition;
use bridge::target::Attribute;
use bridge::user::State;
use serde_json::json;

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, by_hand, patch, person, post, scope};

#[tokio::test(start_paused = true)]
async fn a_create_is_settled_at_once_and_leaves_no_lock() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    assert_eq!(user.state, State::Settled);
    assert_eq!(world.held("ada").active, Some(true));
    assert!(world.store().intents.is_empty());
    assert!(user.uncertain.is_empty() && user.debt.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_second_create_of_an_active_user_is_a_conflict() {
    let world = World::new();
    world.create(person("ada")).await;
    let mut body = person("ada");
    body["userName"] = json!("ADA@example.com");
    assert!(matches!(
        world.ask(post(body)).await,
        Err(Refusal::Taken(_))
    ));
    assert_eq!(world.cxone().told.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn identical_concurrent_creates_share_one_outcome() {
    let world = World::new();
    let mut other = person("ada");
    other["displayName"] = json!("Another body");
    let (one, two, three) = tokio::join!(
        world.ask(post(person("ada"))),
        world.ask(post(person("ada"))),
        world.ask(post(other)),
    );
    assert!(matches!(one, Ok(Answer::Created(_))));
    assert_eq!(one, two);
    assert!(matches!(three, Err(Refusal::Taken(_))));
    // Afterwards it is a create like any other.
    let later = world.ask(post(person("ada"))).await;
    assert!(matches!(later, Err(Refusal::Taken(_))));
}

#[tokio::test(start_paused = true)]
async fn an_inactive_create_waits_and_is_judged_as_a_create_later() {
    let world = World::new();
    let mut body = person("ada");
    body["active"] = json!(false);
    let user = world.create(body).await;
    assert_eq!(user.state, State::Deferred);
    assert_eq!(world.cxone().calls, 0);
    world.change(active(user.id, true)).await;
    assert_eq!(
        world.cxone().told,
        [(Call::Create, "ada@example.com".into())]
    );
    assert_eq!(
        *world.plugins.operations.lock().expect("fine"),
        [Operation::Create]
    );
}

#[tokio::test(start_paused = true)]
async fn a_create_revives_the_inactive_user_under_the_same_id() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.change(active(user.id, false)).await;
    assert_eq!(world.held("ada").active, Some(false));
    let revived = world.create(person("ada")).await;
    assert_eq!((revived.id, revived.created), (user.id, user.created));
    assert_eq!(world.held("ada").active, Some(true));
    let operations = world.plugins.operations.lock().expect("fine").clone();
    assert_eq!(operations.last(), Some(&Operation::Revive));
}

#[tokio::test(start_paused = true)]
async fn whom_nobody_owns_is_adopted_and_keeps_their_role() {
    let world = World::new();
    world.cxone().put(by_hand("ada", "Supervisor"));
    let mut body = person("ada");
    body["title"] = json!("Agent");
    let user = world.create(body).await;
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
    assert!(world.cxone().told.is_empty(), "adopting changes nothing");
    let events = world.store().events.clone();
    assert!(events.iter().any(|event| event.kind == EventKind::Adopted));
    // Nor does a later write.
    world
        .change(patch(user.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
}

#[tokio::test(start_paused = true)]
async fn an_adoption_that_failed_half_way_still_leaves_the_role_alone() {
    let world = World::new();
    world.cxone().put(by_hand("ada", "Supervisor"));
    let found = world.find("entra", "ada").await.expect("found").found;
    world.fail(Call::Replace, Fault::Away);
    let ask = patch(found[0].id, json!({"title": "Agent", "displayName": "Ada"}));
    assert_eq!(world.change(ask).await.state, State::Owed);
    world.settle().await;
    let held = world.held("ada");
    assert_eq!(held.get(Attribute::DisplayName), Some("Ada"));
    assert_eq!(held.get(Attribute::Role), Some("Supervisor"));
}

#[tokio::test(start_paused = true)]
async fn an_inactive_create_over_somebody_found_changes_nobody() {
    let world = World::new();
    world.cxone().put(by_hand("ada", "Agent"));
    let found = world.find("entra", "ada").await.expect("found").found;
    let mut body = person("ada");
    body["active"] = json!(false);
    let user = world.create(body).await;
    assert_eq!((user.id, user.state), (found[0].id, State::Deferred));
    assert_eq!(world.held("ada").active, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_create_that_seemed_lost_makes_one_person() {
    for applied in [true, false] {
        let world = World::new();
        world.cxone().unique = false;
        world.fail(Call::Create, Fault::Lost { applied });
        let user = world.create(person("ada")).await;
        assert_eq!(user.state, State::Owed);
        world.settle().await;
        assert_eq!(world.held("ada").active, Some(true));
        let row = world.row(user.id);
        assert!(row.state == State::Settled && row.uncertain.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_that_seemed_lost_is_found_under_its_old_name() {
    let world = World::new();
    world.fail(Call::Create, Fault::Lost { applied: true });
    let user = world.create(person("ada")).await;
    world.cxone().down = true;
    world
        .change(patch(user.id, json!({"userName": "eve@example.com"})))
        .await;
    world.settle().await;
    assert_eq!(world.cxone().people.len(), 1, "one person, renamed");
    assert_eq!(world.held("eve").active, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_fails_makes_nobody_uncertain() {
    let world = World::new();
    world.fail(Call::Find, Fault::Lost { applied: true });
    let user = world.create(person("ada")).await;
    assert!(user.uncertain.is_empty());
    world.change(active(user.id, false)).await;
    world.settle().await;
    assert!(world.cxone().people.is_empty(), "never made");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_leaves_nothing_but_an_event() {
    let world = World::new();
    world.fail(Call::Create, Fault::Refused);
    assert!(matches!(
        world.ask(post(person("ada"))).await,
        Err(Refusal::Denied(_))
    ));
    let mut denied = person("bob");
    denied["displayName"] = json!("deny");
    assert!(matches!(
        world.ask(post(denied)).await,
        Err(Refusal::Denied(_))
    ));
    let store = world.store();
    assert!(store.users.is_empty() && store.intents.is_empty());
    let kinds: Vec<_> = store
        .events
        .iter()
        .map(|event| (event.kind, event.user))
        .collect();
    assert_eq!(kinds, [(EventKind::Refused, None); 2]);
}

#[tokio::test(start_paused = true)]
async fn what_a_rule_defers_is_created_when_it_may_be() {
    let world = World::new();
    let mut body = person("ada");
    body["displayName"] = json!("defer");
    let user = world.create(body).await;
    assert_eq!(user.state, State::Deferred);
    assert!(world.cxone().people.is_empty());
    world
        .change(patch(user.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(world.held("ada").get(Attribute::DisplayName), Some("Ada"));
    let operations = world.plugins.operations.lock().expect("fine").clone();
    assert!(
        operations
            .iter()
            .all(|operation| *operation == Operation::Create)
    );
}

#[tokio::test(start_paused = true)]
async fn somebody_faster_is_found_and_adopted() {
    let world = World::new();
    world.cxone().put(by_hand("ada", "Supervisor"));
    // The look-up just missed them.
    world.fail(Call::Find, Fault::Ignored);
    world.create(person("ada")).await;
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
    // CXone's word may be a passing one, too.
    world.fail(Call::Create, Fault::Duplicate);
    world.create(person("bob")).await;
    assert_eq!(world.held("bob").active, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_hangs_up_changes_nothing_about_the_work() {
    let world = World::new();
    let asked = world.ask(post(person("ada")));
    assert!(
        tokio::time::timeout(Duration::from_millis(3), asked)
            .await
            .is_err()
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.held("ada").active, Some(true));
    assert!(world.store().intents.is_empty());
}

#[tokio::test(start_paused = true)]
async fn another_connections_user_is_a_conflict() {
    let world = World::new();
    world.create(person("ada")).await;
    let other = world
        .bridge
        .write(&scope("okta"), post(person("ada")), Condition::None)
        .await;
    assert!(
        matches!(other, Err(Refusal::Denied(denial)) if denial.status == 409 && denial.detail.contains("entra"))
    );
    let okta = scope("okta");
    let (one, two) = tokio::join!(
        world.ask(post(person("bob"))),
        world
            .bridge
            .write(&okta, post(person("bob")), Condition::None),
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    world.held("bob");
}
