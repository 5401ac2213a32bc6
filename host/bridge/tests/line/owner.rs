//! One owner for each CXone user.

use bridge::refusal::Refusal;
use bridge::said::Condition;
use bridge::target::Attribute;
use bridge::user::State;
use serde_json::json;

use crate::harness::cxone::{Call, Fault};
use crate::harness::world::{World, active, by_hand, patch, person, post, scope};

#[tokio::test(start_paused = true)]
async fn who_was_found_by_two_belongs_to_the_first_to_write() {
    let world = World::new();
    world.cxone().put(by_hand("ada", "Agent"));
    let mine = world.find("entra", "ada").await.expect("found").found[0].id;
    let theirs = world.find("okta", "ada").await.expect("found").found[0].id;
    world
        .change(patch(mine, json!({"displayName": "Ada"})))
        .await;
    let other = patch(theirs, json!({"displayName": "Eve"}));
    let other = world
        .bridge
        .write(&scope("okta"), other, Condition::None)
        .await;
    assert!(matches!(other, Err(Refusal::Denied(denial)) if denial.status == 409));
    assert_eq!(world.find("okta", "ada").await.expect("a page").total, 0);
    assert_eq!(world.held("ada").get(Attribute::DisplayName), Some("Ada"));
}

#[tokio::test(start_paused = true)]
async fn the_first_write_counts_also_while_cxone_is_away() {
    let world = World::new();
    world.cxone().put(by_hand("ada", "Agent"));
    let mine = world.find("entra", "ada").await.expect("found").found[0].id;
    let theirs = world.find("okta", "ada").await.expect("found").found[0].id;
    world.cxone().down = true;
    let other = patch(theirs, json!({"displayName": "Eve"}));
    world
        .bridge
        .write(&scope("okta"), other, Condition::None)
        .await
        .expect("owed");
    let late = world.ask(patch(mine, json!({"displayName": "Ada"}))).await;
    assert!(matches!(late, Err(Refusal::Denied(denial)) if denial.status == 409));
    world.settle().await;
    assert_eq!(world.held("ada").get(Attribute::DisplayName), Some("Eve"));
}

#[tokio::test(start_paused = true)]
async fn two_that_nobody_could_compare_end_with_one_owner_who_is_not_hindered() {
    let world = World::new();
    world.cxone().down = true;
    let mine = world.create(person("ada")).await;
    let theirs = world
        .bridge
        .write(&scope("okta"), post(person("ada")), Condition::None)
        .await;
    let Ok(bridge::line::Answer::Created(theirs)) = theirs else {
        panic!("{theirs:?}")
    };
    world.settle().await;
    world.held("ada");
    assert_eq!(world.row(mine.id).state, State::Settled);
    assert_eq!(world.row(theirs.id).state, State::Refused);
    // The one who lost neither blocks nor disables the owner's person.
    world
        .change(patch(mine.id, json!({"displayName": "Ada"})))
        .await;
    world
        .bridge
        .write(&scope("okta"), active(theirs.id, false), Condition::None)
        .await
        .expect("inactive");
    assert_eq!(world.held("ada").active, Some(true));
    let rename = patch(mine.id, json!({"userName": "eve@example.com"}));
    world.change(rename).await;
    world.held("eve");
}

#[tokio::test(start_paused = true)]
async fn a_leaver_leaves_though_an_older_claim_on_them_was_refused() {
    let world = World::new();
    world.cxone().put(by_hand("ada", "Agent"));
    // Found first, written last: the older row waits with the link and without an accepted write.
    let older = world.find("okta", "ada").await.expect("found").found[0].id;
    let mine = world.create(person("ada")).await;
    world.fail(Call::Directory, Fault::Away);
    let late = world
        .bridge
        .write(
            &scope("okta"),
            patch(older, json!({"displayName": "Eve"})),
            Condition::None,
        )
        .await;
    assert!(late.is_err());
    world.change(active(mine.id, false)).await;
    assert_eq!(world.held("ada").active, Some(false));
}

#[tokio::test(start_paused = true)]
async fn the_probe_and_the_deleted_are_nobody() {
    let world = World::new();
    let user = world.create(person("ada")).await;
    world.delete(user.id).await;
    let calls = world.cxone().calls;
    assert_eq!(world.find("entra", "ada").await.expect("a page").total, 0);
    assert_eq!(world.cxone().calls, calls);
}

#[tokio::test(start_paused = true)]
async fn who_was_found_inactive_is_not_taken_over_by_a_change_of_profile() {
    let world = World::new();
    let mut away = by_hand("ada", "Agent");
    away.active = Some(false);
    world.cxone().put(away);
    let older = world.find("okta", "ada").await.expect("found").found[0].id;
    let mine = world.create(person("ada")).await;
    let ask = patch(older, json!({"nickName": "A"}));
    let late = world
        .bridge
        .write(&scope("okta"), ask, Condition::None)
        .await;
    assert!(matches!(late, Err(Refusal::Denied(denial)) if denial.status == 409));
    // Nor does an old find that is disabled stand in anybody's way.
    world.delete(mine.id).await;
    assert_eq!(world.held("ada").active, Some(false));
    let again = world.create(person("ada")).await;
    assert_eq!(again.state, State::Settled);
}
