//! Who decides what: the identity provider its own, CXone's people what was handed over to them.

use serde_json::{Value, json};

use crate::cxone::{changed_by_hand, role, so_far, taken};
use crate::world::{World, ada};

const ADA: &str = "ada@example.com";

fn replace(path: &str, value: impl Into<Value>) -> Value {
    json!([{"op": "Replace", "path": path, "value": value.into()}])
}

fn role_is(name: &str) -> Value {
    replace("roles", json!([{"primary": true, "value": name}]))
}

async fn changed(world: &World, id: &str, operations: Value) {
    let answer = world.patch(id, operations).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_nobody_touched_follows_the_source_and_one_changed_by_hand_stays() {
    let world = World::start().await;
    let mut body = ada();
    body["roles"] = json!([{"primary": true, "value": "Evaluator"}]);
    let id = world.created(body).await;
    assert_eq!(role(&world, ADA).await, "Evaluator");
    changed(&world, &id, role_is("Manager")).await;
    assert_eq!(role(&world, ADA).await, "Manager");

    changed_by_hand(&world, ADA, "roles", json!([{"value": "Administrator"}])).await;
    changed(&world, &id, replace("displayName", "Ada King")).await;
    assert_eq!(
        world.held(ADA).await.expect("Ada")["displayName"],
        "Ada King"
    );
    assert_eq!(role(&world, ADA).await, "Administrator");

    // Handed over once, handed over for good: also when the source says something new, and after a restart.
    let world = world.restart().await;
    changed(&world, &id, role_is("Evaluator")).await;
    changed(&world, &id, replace("displayName", "Ada Lovelace")).await;
    assert_eq!(role(&world, ADA).await, "Administrator");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_changed_by_hand_stays_when_the_source_then_names_another() {
    let world = World::start().await;
    let mut body = ada();
    body["roles"] = json!([{"primary": true, "value": "Evaluator"}]);
    let id = world.created(body).await;
    changed_by_hand(&world, ADA, "roles", json!([{"value": "Manager"}])).await;
    changed(&world, &id, role_is("Agent")).await;
    assert_eq!(role(&world, ADA).await, "Manager");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promotion_by_hand_survives_where_the_source_names_no_role() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    changed_by_hand(&world, ADA, "roles", json!([{"value": "Manager"}])).await;
    changed(&world, &id, replace("displayName", "Ada King")).await;
    assert_eq!(role(&world, ADA).await, "Manager");
    assert_eq!(
        world.held(ADA).await.expect("Ada")["displayName"],
        "Ada King"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_display_name_changed_by_hand_is_put_back_at_the_next_write_that_differs() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    changed_by_hand(&world, ADA, "displayName", json!("By Hand")).await;
    let since = so_far(&world).await;
    changed(&world, &id, replace("title", "Director")).await;
    assert_eq!(
        taken(&world, since).await,
        Vec::<Value>::new(),
        "CXone has no title"
    );
    changed(&world, &id, replace("name.givenName", "Augusta")).await;
    let held = world.held(ADA).await.expect("Ada");
    assert_eq!(
        (&held["displayName"], &held["name"]["givenName"]),
        (&json!("Ada Byron"), &json!("Augusta"))
    );
}

/// Ada once more, in full, as POST and PUT have her, with an address that CXone folds.
fn body(address: &str, phone: &str) -> Value {
    let mut body = ada();
    body["emails"] = json!([{"primary": true, "type": "work", "value": address}]);
    body["phoneNumbers"] = json!([{"type": "mobile", "value": phone}]);
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cxone_shows_otherwise_is_written_once_and_again_when_it_changes() {
    for (switch, position) in [
        ("email_shown", "pending"),
        ("email_shown", "lower_case"),
        ("phone_shown", "reformatted"),
    ] {
        let world = World::start().await;
        world.switch(switch, position).await;
        let id = world
            .created(body("Ada@Example.com", "+442079460001"))
            .await;
        let path = format!("/Users/{id}");

        let since = so_far(&world).await;
        for _ in 0..2 {
            let same = world
                .scim("PUT", &path, Some(body("Ada@Example.com", "+442079460001")))
                .await;
            assert_eq!(same.status, 200, "{}", same.body);
            assert_eq!(
                same.body["emails"][0]["value"], "Ada@Example.com",
                "as the identity provider wrote it"
            );
        }
        assert_eq!(
            taken(&world, since).await,
            Vec::<Value>::new(),
            "{switch} {position}"
        );
        let world = world.restart().await;
        assert_eq!(
            world
                .scim("PUT", &path, Some(body("Ada@Example.com", "+442079460001")))
                .await
                .status,
            200
        );
        assert_eq!(
            taken(&world, since).await,
            Vec::<Value>::new(),
            "{switch} {position}"
        );

        // Something else changes: what was not confirmed is not lost by it.
        changed(&world, &id, replace("displayName", "Ada King")).await;
        assert_eq!(taken(&world, since).await.len(), 1, "{switch} {position}");
        changed(&world, &id, replace("displayName", "Ada King")).await;
        assert_eq!(taken(&world, since).await.len(), 1, "{switch} {position}");
        // What it shows now is what it holds.
        world.switch(switch, "as_written").await;
        let held = world.held(ADA).await.expect("Ada");
        assert_eq!(held["displayName"], "Ada King");
        assert_eq!(
            held["emails"][0]["value"], "Ada@Example.com",
            "{switch} {position}"
        );
        assert_eq!(
            held["phoneNumbers"][0]["value"], "+442079460001",
            "{switch} {position}"
        );
        world.switch(switch, position).await;

        changed(
            &world,
            &id,
            replace("emails[type eq \"work\"].value", "Countess@Example.com"),
        )
        .await;
        changed(
            &world,
            &id,
            replace("phoneNumbers[type eq \"mobile\"].value", "+442079460002"),
        )
        .await;
        world.switch(switch, "as_written").await;
        let held = world.held(ADA).await.expect("Ada");
        assert_eq!(
            held["emails"][0]["value"], "Countess@Example.com",
            "{switch} {position}"
        );
        assert_eq!(
            held["phoneNumbers"][0]["value"], "+442079460002",
            "{switch} {position}"
        );
    }
}
