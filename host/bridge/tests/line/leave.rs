//! Deactivation is sacred, and a recycled name inherits nothing.

use std::time::Duration;

use bridge::line::Answer;
use bridge::refusal::Refusal;
use bridge::said::Ask;
use bridge::said::Condition;
use bridge::target::Attribute;
use bridge::user::State;
use serde_json::json;

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, by_hand, patch, person, post, scope};

#[tokio::test(start_paused = true)]
async fn a_disable_depends_on_no_plugin_and_commits_the_source_whole() {
    for trouble in ["deny", "defer", "trap"] {
        let world = World::new();
        let user = world.create(person("ada")).await;
        let ask = patch(user.id, json!({"active": false, "displayName": trouble}));
        let left = world.change(ask).await;
        assert_eq!(left.state, State::Settled);
        let held = world.held("ada");
        assert_eq!(
            (held.active, held.get(Attribute::DisplayName)),
            (Some(false), None)
        );
        assert_eq!(left.source.resource().display_name(), Some(trouble));
    }
}

#[tokio::test(start_paused = true)]
async fn a_leaver_leaves_from_every_state() {
    // What precedes the disable, and whether a person is left in CXone.
    type Before = fn(&World);
    let befores: [(Before, bool); 4] = [
        (|_| {}, true),
        (
            |world| world.fail(Call::Create, Fault::Lost { applied: true }),
            true,
        ),
        (
            |world| world.fail(Call::Create, Fault::Lost { applied: false }),
            false,
        ),
        (|world| world.fail(Call::Directory, Fault::Away), false),
    ];
    for (before, remains) in befores {
        for delete in [false, true] {
            for down in [false, true] {
                let world = World::new();
                before(&world);
                let user = world.create(person("ada")).await;
                world.cxone().down = down;
                if delete {
                    world.delete(user.id).await;
                } else {
                    world.change(active(user.id, false)).await;
                }
                world.settle().await;
                let cxone = world.cxone();
                assert_eq!(cxone.people.len(), usize::from(remains));
                assert!(
                    cxone
                        .people
                        .iter()
                        .all(|(_, target)| target.active == Some(false))
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_that_seemed_lost_leaves_under_its_old_name() {
    let world = World::new();
    world.fail(Call::Create, Fault::Lost { applied: true });
    let user = world.create(person("ada")).await;
    world.cxone().down = true;
    world
        .change(patch(user.id, json!({"userName": "eve@example.com"})))
        .await;
    world.change(active(user.id, false)).await;
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(false));
    // Ours: what it shows is no decision of CXone's people, so a role can still be given.
    world
        .change(patch(
            user.id,
            json!({"active": true, "title": "Supervisor"}),
        ))
        .await;
    assert_eq!(world.held("eve").get(Attribute::Role), Some("Supervisor"));
}

#[tokio::test(start_paused = true)]
async fn while_inactive_the_profile_stays_in_the_ledger() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.change(active(user.id, false)).await;
    let calls = world.cxone().calls;
    world
        .change(patch(user.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(world.cxone().calls, calls);
    world.change(active(user.id, true)).await;
    let held = world.held("ada");
    assert_eq!(
        (held.active, held.get(Attribute::DisplayName)),
        (Some(true), Some("Ada"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_deleted_user_is_gone_and_a_recycled_name_inherits_no_privilege() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.cxone().people[0].1.set(Attribute::Role, "Supervisor");
    world.delete(user.id).await;
    assert_eq!(
        world.ask(Ask::Delete(user.id)).await,
        Err(Refusal::NotFound)
    );
    assert_eq!(world.find("entra", "ada").await.expect("a page").total, 0);
    let again = world.create(person("ada")).await;
    assert_ne!(again.id, user.id);
    assert_eq!(again.link, user.link, "the same CXone user");
    let held = world.held("ada");
    assert_eq!(
        (held.active, held.get(Attribute::Role)),
        (Some(true), Some("Agent"))
    );
    // The role was given for want of one: it is not withdrawn by the next write.
    world
        .change(patch(again.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Agent"));
}

#[tokio::test(start_paused = true)]
async fn no_privilege_is_inherited_either_where_the_first_attempt_failed() {
    for (call, fault) in [
        (Call::Find, Fault::Lost { applied: true }),
        (Call::Replace, Fault::Away),
        (Call::Replace, Fault::Lost { applied: true }),
    ] {
        let world = World::new();
        let user = world.create(person("ada")).await;
        world.cxone().people[0].1.set(Attribute::Role, "Supervisor");
        world.delete(user.id).await;
        world.fail(call, fault);
        let again = world.create(person("ada")).await;
        assert_eq!(again.state, State::Owed);
        world.settle().await;
        let held = world.held("ada");
        assert_eq!(
            (held.active, held.get(Attribute::Role)),
            (Some(true), Some("Agent")),
            "{call:?} {fault:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn no_privilege_is_inherited_from_a_create_that_seemed_lost() {
    let world = World::new();
    let mut body = person("ada");
    body["title"] = json!("Supervisor");
    world.fail(Call::Create, Fault::Lost { applied: true });
    let user = world.create(body).await;
    world.cxone().down = true;
    world.delete(user.id).await;
    world.cxone().down = false;
    let again = world.create(person("ada")).await;
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Agent"));
    assert_eq!(again.owners.get(&Attribute::Role), None, "nobody's by hand");
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_debt_of_the_deleted_does_not_reach_who_came_after() {
    for through in [false, true] {
        let world = World::new();
        let user = world.create(person("ada")).await;
        world.cxone().down = true;
        world.delete(user.id).await;
        assert!(world.row(user.id).debt.is_some());
        world.cxone().down = through;
        let again = world.create(person("ada")).await;
        assert_eq!(again.debt.is_some(), through);
        world.settle().await;
        assert_eq!(world.held("ada").active, Some(true));
        assert_eq!(world.row(again.id).state, State::Settled);
    }
}

#[tokio::test(start_paused = true)]
async fn active_again_before_the_disable_was_delivered() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.cxone().down = true;
    world.change(active(user.id, false)).await;
    let again = world.change(active(user.id, true)).await;
    assert!(again.debt.as_ref().is_some_and(|debt| !debt.deactivation));
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(true));
    assert_eq!(world.cxone().told.len(), 1, "nothing was missed");
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_defers_the_return_does_not_undo_the_disable() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.fail(Call::Read, Fault::Away);
    world.change(active(user.id, false)).await;
    let waits = world
        .change(patch(
            user.id,
            json!({"active": true, "displayName": "defer"}),
        ))
        .await;
    assert!(waits.source.active());
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(false));
    assert_eq!(world.row(user.id).state, State::Deferred);
}

#[tokio::test(start_paused = true)]
async fn a_return_that_a_rule_refuses_later_does_not_undo_the_disable() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.cxone().down = true;
    world.change(active(user.id, false)).await;
    // The return is owed too: roles cannot be read, so no rule can be asked.
    let returns = json!({"active": true, "displayName": "deny"});
    assert_eq!(
        world.change(patch(user.id, returns)).await.state,
        State::Owed
    );
    world.cxone().down = false;
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_disable_that_cxone_ignores_or_refuses_is_kept_and_blocks_nobody() {
    let world = World::new();
    let mut ids = Vec::new();
    for (name, fault) in [
        ("ada", Fault::Ignored),
        ("bob", Fault::Refused),
        ("eve", Fault::Gone),
    ] {
        let user = world.create(person(name)).await;
        for _ in 0..50 {
            world.fail(Call::Replace, fault);
        }
        assert_eq!(
            world.change(active(user.id, false)).await.state,
            State::Owed,
            "{name}"
        );
        world.cxone().faults.clear();
        ids.push(user.id);
    }
    // All three keep failing; a create that is owed behind them gets through all the same.
    world.cxone().down = true;
    world.create(person("ida")).await;
    world.cxone().down = false;
    for _ in 0..500 {
        world.fail(Call::Replace, Fault::Refused);
    }
    assert!(!world.drain(Duration::from_secs(30)).await);
    assert_eq!(world.held("ida").active, Some(true));
    assert!(ids.iter().all(|id| world.row(*id).debt.is_some()));
    world.settle().await;
    for name in ["ada", "bob", "eve"] {
        assert_eq!(world.held(name).active, Some(false));
    }
}

#[tokio::test(start_paused = true)]
async fn whom_another_connection_only_found_leaves_all_the_same() {
    let world = World::new();
    // The id is lost, so only the name leads to the person.
    let user = world.create(person("ada")).await;
    let (_, target) = world.cxone().people.remove(0);
    world.cxone().put(target);
    // Nobody else's yet as far as the ledger can tell by the new id: the other connection is shown them.
    assert_eq!(world.find("okta", "ada").await.expect("a page").total, 1);
    world.change(active(user.id, false)).await;
    assert_eq!(world.held("ada").active, Some(false));
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_person_is_not_disabled_through_an_old_find() {
    for delete in [false, true] {
        let world = World::new();
        world.cxone().put(by_hand("ada", "Agent"));
        let found = world.find("entra", "ada").await.expect("found").found;
        world
            .bridge
            .write(&scope("okta"), post(person("ada")), Condition::None)
            .await
            .expect("adopted");
        let ask = if delete {
            Ask::Delete(found[0].id)
        } else {
            active(found[0].id, false)
        };
        let answer = world.ask(ask).await;
        assert!(matches!(answer, Ok(Answer::Changed(_) | Answer::Deleted)));
        assert_eq!(world.held("ada").active, Some(true));
    }
}

#[tokio::test(start_paused = true)]
async fn whom_the_identity_provider_found_and_deletes_is_disabled() {
    let world = World::new();
    world.cxone().put(by_hand("ada", "Agent"));
    let found = world.find("entra", "ada").await.expect("found").found;
    world.delete(found[0].id).await;
    assert_eq!(world.held("ada").active, Some(false));
    assert_eq!(world.find("entra", "ada").await.expect("a page").total, 0);
}

/// The create was acknowledged while CXone could not be asked: whoever is there by that name is theirs, and leaves.
#[tokio::test(start_paused = true)]
async fn who_was_acknowledged_unseen_and_leaves_is_looked_for() {
    for away in [Call::Directory, Call::Find] {
        for observes in [false, true] {
            for delete in [false, true] {
                let mut world = World::configured(|world| {
                    world.observing.extend(observes.then_some("entra"));
                })
                .await;
                world.cxone().put(by_hand("ada", "Supervisor"));
                world.fail(away, Fault::Away);
                let ada = world.create(person("ada")).await;
                assert_eq!((ada.state, &ada.link), (State::Owed, &None));
                world.cxone().down = true;
                match delete {
                    true => world.delete(ada.id).await,
                    false => drop(world.change(active(ada.id, false)).await),
                }
                let debt = world.row(ada.id).debt.expect("a debt");
                assert!(debt.deactivation && debt.observed == observes, "{away:?}");
                world.cxone().down = false;
                world.observing.clear();
                world.restart().await;
                world.go_live().await;
                world.settle().await;
                assert_eq!(world.held("ada").active, Some(false), "{away:?} {observes}");
                if !delete {
                    world.change(active(ada.id, true)).await;
                    let held = world.held("ada");
                    let role = held.get(Attribute::Role);
                    assert_eq!((held.active, role), (Some(true), Some("Supervisor")));
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn whom_a_rule_kept_waiting_was_never_ours_to_send_away() {
    let world = World::new();
    world.cxone().put(by_hand("ada", "Agent"));
    let mut waits = person("ada");
    waits["displayName"] = json!("defer");
    let ada = world.create(waits).await;
    world.change(active(ada.id, false)).await;
    world.settle().await;
    assert_eq!(world.held("ada").active, Some(true));
}

#[tokio::test(start_paused = true)]
async fn who_came_back_unseen_while_observed_is_not_sent_away_in_between() {
    let mut world = World::configured(|world| {
        world.observing.insert("entra");
    })
    .await;
    world.cxone().put(by_hand("ada", "Supervisor"));
    world.cxone().down = true;
    let ada = world.create(person("ada")).await;
    world.delete(ada.id).await;
    world.create(person("ada")).await;
    world.cxone().down = false;
    world.observing.clear();
    world.restart().await;
    world.go_live().await;
    world.settle().await;
    let held = world.held("ada");
    assert_eq!(held.get(Attribute::Role), Some("Supervisor"));
    assert_eq!(held.active, Some(true));
}
