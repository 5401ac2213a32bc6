//! A rename that CXone does not take while the employee is pending: the rest goes through.

use std::time::Duration;

use bridge::policy::PendingRename;
use bridge::refusal::Refusal;
use bridge::target::Attribute;
use bridge::user::{State, User};
use serde_json::json;

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, patch, person};

async fn pending(world: &World, shown: bool) -> User {
    let ada = world.create(person("ada")).await;
    if shown {
        let id = ada.link.clone().expect("a link");
        world.cxone().pending.insert(id);
    } else {
        world.fail(Call::Replace, Fault::Pending);
    }
    ada
}

fn married() -> serde_json::Value {
    json!({"userName": "king@example.com", "displayName": "Ada King"})
}

fn owed_for_pending(user: &User) {
    let reason = user.reason.clone().unwrap_or_default();
    assert_eq!(
        (user.state, reason.as_str()),
        (
            State::Owed,
            "CXone does not rename an employee who is pending"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn the_rest_goes_through_and_the_rename_is_owed() {
    for shown in [true, false] {
        let world = World::new();
        let ada = pending(&world, shown).await;
        let owed = world.change(patch(ada.id, married())).await;
        owed_for_pending(&owed);
        assert_eq!(owed.source.user_name(), "king@example.com");
        let held = world.held("ada");
        assert_eq!(held.get(Attribute::DisplayName), Some("Ada King"));
        let replaces = |world: &World| {
            let terms = &world.cxone().terms;
            terms
                .iter()
                .filter(|(call, _)| *call == Call::Replace)
                .count()
        };
        assert_eq!(
            replaces(&world),
            if shown { 1 } else { 2 },
            "what is known is not tried"
        );
        let events = world.store().events.len();
        if shown {
            assert!(!world.drain(Duration::from_secs(3600)).await);
            assert_eq!(replaces(&world), 1);
            let attempts = world.row(ada.id).debt.map(|debt| debt.attempts);
            assert!(
                attempts.is_some_and(|attempts| (6..14).contains(&attempts)),
                "rests grow: {attempts:?}"
            );
            assert_eq!(world.store().events.len(), events, "an attempt is no event");
            world.cxone().pending.clear();
        }
        assert!(world.drain(Duration::from_secs(1800)).await);
        world.held("king");
        assert_eq!(world.row(ada.id).state, State::Settled);
    }
}

#[tokio::test(start_paused = true)]
async fn more_writes_and_the_removal_pass_while_the_rename_is_owed() {
    let world = World::new();
    let ada = pending(&world, true).await;
    world.change(patch(ada.id, married())).await;
    let again = world
        .change(patch(ada.id, json!({"displayName": "Lady King"})))
        .await;
    owed_for_pending(&again);
    assert_eq!(
        world.held("ada").get(Attribute::DisplayName),
        Some("Lady King")
    );
    let gone = world.change(active(ada.id, false)).await;
    assert_eq!(
        (gone.state, world.held("ada").active),
        (State::Settled, Some(false))
    );
}

#[tokio::test(start_paused = true)]
async fn a_rename_taken_back_is_owed_no_more() {
    let world = World::new();
    let ada = pending(&world, true).await;
    world.change(patch(ada.id, married())).await;
    let back = world
        .change(patch(ada.id, json!({"userName": "ada@example.com"})))
        .await;
    assert_eq!(back.state, State::Settled);
}

#[tokio::test(start_paused = true)]
async fn a_tenant_may_want_it_refused() {
    for shown in [true, false] {
        let world =
            World::configured(|world| world.policy.pending_rename = PendingRename::Refuse).await;
        let ada = pending(&world, shown).await;
        let refused = world.ask(patch(ada.id, married())).await;
        assert!(matches!(refused, Err(Refusal::Denied(_))), "{refused:?}");
        assert_eq!(world.row(ada.id).source.user_name(), "ada@example.com");
        assert_eq!(world.held("ada").get(Attribute::DisplayName), None);
        // What is no rename passes.
        let passes = world
            .change(patch(ada.id, json!({"displayName": "Ada"})))
            .await;
        assert_eq!(passes.state, State::Settled);
    }
}

/// What is added for completeness alone is not sent at every attempt.
#[tokio::test(start_paused = true)]
async fn an_owed_rename_sends_nothing_that_cxone_only_shows_otherwise() {
    for shown in [true, false] {
        let world = World::new();
        let written = (Attribute::GivenName, "ada".to_owned());
        world.cxone().shows.insert(written, "Ada".to_owned());
        let ada = pending(&world, shown).await;
        assert_eq!(ada.state, State::Unconfirmed);
        let renamed = patch(ada.id, json!({"userName": "king@example.com"}));
        owed_for_pending(&world.change(renamed).await);
        let told = world.cxone().told.len();
        assert_eq!(told, 1, "the create alone");
        if shown {
            assert!(!world.drain(Duration::from_secs(3600)).await);
            assert_eq!(world.cxone().told.len(), told);
            world.cxone().pending.clear();
        }
        world.settle().await;
        assert_eq!(world.held("king").get(Attribute::GivenName), Some("ada"));
    }
}
