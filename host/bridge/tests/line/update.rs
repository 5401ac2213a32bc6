//! PUT and PATCH: what CXone is told, and what it is spared.

use bridge::event::EventKind;
use bridge::refusal::Refusal;
use bridge::target::Attribute;
use bridge::user::State;
use serde_json::json;

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, by_hand, patch, person, post, put};

#[tokio::test(start_paused = true)]
async fn a_put_replaces_and_a_patch_changes() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world
        .change(patch(user.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(world.held("ada").get(Attribute::DisplayName), Some("Ada"));
    world.change(put(user.id, person("ada"))).await;
    assert_eq!(
        world.held("ada").get(Attribute::DisplayName),
        None,
        "cleared"
    );
    assert_eq!(world.cxone().told.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_changes_nothing_is_neither_told_nor_a_modification() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    let calls = world.cxone().calls;
    let same = world.change(put(user.id, person("ada"))).await;
    assert_eq!(same.modified, user.modified);
    let same = world.change(active(user.id, true)).await;
    assert_eq!(same.modified, user.modified);
    // Only the source knows of this: CXone need not be asked, but the resource did change.
    let noted = world.change(patch(user.id, json!({"nickName": "A"}))).await;
    assert!(noted.modified > user.modified);
    assert_eq!(world.cxone().told.len(), 1);
    // What is asked is roles and teams, for the rules; nobody is read or found.
    assert!(world.cxone().calls <= calls + 3);
}

#[tokio::test(start_paused = true)]
async fn a_refused_change_leaves_the_source() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.fail(Call::Replace, Fault::Refused);
    let change = || patch(user.id, json!({"displayName": "Ada"}));
    assert!(matches!(world.ask(change()).await, Err(Refusal::Denied(_))));
    assert_eq!(world.row(user.id), user);
    world.change(change()).await;
    assert_eq!(world.held("ada").get(Attribute::DisplayName), Some("Ada"));
    let trapped = world
        .ask(patch(user.id, json!({"displayName": "trap"})))
        .await;
    assert!(matches!(trapped, Err(Refusal::Plugin(_))));
}

#[tokio::test(start_paused = true)]
async fn a_rename_onto_somebody_else_is_refused_whoever_knows_it() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.create(person("bob")).await;
    world.cxone().put(by_hand("eve", "Agent"));
    let rename = |name: &str| patch(user.id, json!({"userName": format!("{name}@example.com")}));
    // The ledger knows bob, only CXone knows eve.
    assert!(matches!(
        world.ask(rename("bob")).await,
        Err(Refusal::Denied(_) | Refusal::Taken(_))
    ));
    assert!(
        matches!(world.ask(rename("eve")).await, Err(Refusal::Denied(denial)) if denial.status == 409)
    );
    assert_eq!(world.row(user.id), user);
    world.change(rename("ida")).await;
    assert_eq!(world.cxone().people.len(), 3);
    world.held("ida");
}

#[tokio::test(start_paused = true)]
async fn a_rename_holds_both_names() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    let (renamed, old, new) = tokio::join!(
        world.ask(patch(user.id, json!({"userName": "eve@example.com"}))),
        async {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            world.ask(post(person("ada"))).await
        },
        async {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            world.ask(post(person("eve"))).await
        },
    );
    assert!(renamed.is_ok());
    assert!(new.is_err(), "eve is taken");
    // The old name is free once the rename is through: somebody new, not the one renamed.
    assert!(
        old.is_ok() || matches!(old, Err(Refusal::Taken(_))),
        "{old:?}"
    );
    world.held("eve");
    assert!(world.cxone().named("ada@example.com").len() <= 1);
}

#[tokio::test(start_paused = true)]
async fn an_inactive_user_takes_no_name_that_is_taken() {
    let world = World::new();
    world.create(person("ada")).await;
    let mut body = person("bob");
    body["active"] = json!(false);
    let bob = world.create(body).await;
    let taken = world
        .ask(patch(bob.id, json!({"userName": "ada@example.com"})))
        .await;
    assert!(matches!(taken, Err(Refusal::Taken(_))), "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn a_role_changed_by_hand_is_theirs_from_then_on() {
    let world = World::new();
    let mut body = person("ada");
    body["title"] = json!("Agent");
    let user = world.create(body).await;
    world.cxone().people[0].1.set(Attribute::Role, "Supervisor");
    world
        .change(patch(user.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
    let events = world.store().events.clone();
    assert!(
        events
            .iter()
            .any(|event| event.kind == EventKind::HandedOver)
    );
    world
        .change(patch(user.id, json!({"title": "Agent", "nickName": "A"})))
        .await;
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
}

#[tokio::test(start_paused = true)]
async fn what_cxone_shows_otherwise_is_unconfirmed_and_not_sent_again() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.fail(Call::Replace, Fault::Ignored);
    let change = patch(user.id, json!({"displayName": "Ada"}));
    assert_eq!(world.change(change).await.state, State::Unconfirmed);
    let told = world.cxone().told.len();
    world
        .change(put(user.id, {
            let mut body = person("ada");
            body["displayName"] = json!("Ada");
            body["name"]["familyName"] = json!("Byron");
            body
        }))
        .await;
    assert_eq!(world.cxone().told.len(), told + 1);
    assert_eq!(
        world.held("ada").get(Attribute::DisplayName),
        None,
        "not resent"
    );
}

#[tokio::test(start_paused = true)]
async fn somebody_whom_cxone_lost_is_made_again() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.cxone().people.clear();
    world
        .change(patch(user.id, json!({"displayName": "Ada"})))
        .await;
    assert_eq!(world.held("ada").active, Some(true));
    world.fail(Call::Replace, Fault::Gone);
    world
        .change(patch(user.id, json!({"displayName": "Eve"})))
        .await;
    assert_eq!(world.held("ada").get(Attribute::DisplayName), Some("Eve"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_believed_on_fresh_roles_or_where_none_can_be_had() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    let give = |role: &str| patch(user.id, json!({"title": role}));
    // Somebody has just made the role.
    world.cxone().recent = Some(vec!["Agent"]);
    world.change(give("Supervisor")).await;
    assert_eq!(world.held("ada").get(Attribute::Role), Some("Supervisor"));
    // Nobody can say otherwise.
    world.fail(Call::Directory, Fault::Slow(0));
    world.fail(Call::Directory, Fault::Away);
    let denied = world.ask(give("Wizard")).await;
    assert!(matches!(denied, Err(Refusal::Denied(_))), "{denied:?}");
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_write_left_behind_is_put_right() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    let name = |name: &str| patch(user.id, json!({"name": {"givenName": name}}));
    world.fail(Call::Replace, Fault::Lost { applied: true });
    world.change(name("Eve")).await;
    world.change(active(user.id, false)).await;
    assert_eq!(world.held("ada").get(Attribute::GivenName), Some("Eve"));
    world.change(name("ada")).await;
    world.change(active(user.id, true)).await;
    assert_eq!(world.held("ada").get(Attribute::GivenName), Some("ada"));
}

#[tokio::test(start_paused = true)]
async fn somebody_found_anew_by_name_gets_the_profile() {
    let world = World::new();
    let mut body = person("ada");
    body["displayName"] = json!("Ada");
    let user = world.create(body).await;
    world.cxone().people.clear();
    world.cxone().put(by_hand("ada", "Agent"));
    world
        .change(patch(user.id, json!({"name": {"givenName": "Augusta"}})))
        .await;
    let held = world.held("ada");
    assert_eq!(held.get(Attribute::DisplayName), Some("Ada"));
    assert_eq!(held.get(Attribute::GivenName), Some("Augusta"));
}
