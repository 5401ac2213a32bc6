//! People who are in CXone already, people who come back, and people whom another connection has.

use serde_json::{Value, json};

use crate::cxone::{made_by_hand, named, role, so_far, taken};
use crate::guests::Shelf;
use crate::world::{ENTRA, Reply, World, ada, person};

const ADA: &str = "ada@example.com";

async fn find(world: &World, name: &str) -> Reply {
    let filter = format!(
        "/Users?filter=userName%20eq%20%22{}%22",
        name.replace('@', "%40")
    );
    let found = world.scim("GET", &filter, None).await;
    assert_eq!(found.status, 200, "{}", found.body);
    found
}

fn set_active(active: &str) -> Value {
    json!([{"op": "Replace", "path": "active", "value": active}])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_finds_who_is_there_already_under_a_stable_id_and_changes_nothing() {
    let world = World::start().await;
    let made = made_by_hand(&world, "ada", "Manager").await;
    let since = so_far(&world).await;
    let found = find(&world, ADA).await;
    assert_eq!(found.body["totalResults"], 1);
    let offered = &found.body["Resources"][0];
    assert_eq!(
        (&offered["userName"], &offered["name"]["familyName"]),
        (&json!(ADA), &json!("Hand"))
    );
    assert_ne!(offered["id"], made["id"], "ids are Jackfield's own");
    let again = find(&world, "ADA@Example.com").await;
    assert_eq!(again.body["Resources"][0]["id"], offered["id"]);
    let world = world.restart().await;
    assert_eq!(
        find(&world, ADA).await.body["Resources"][0]["id"],
        offered["id"]
    );
    let read = world
        .scim(
            "GET",
            &format!("/Users/{}", offered["id"].as_str().expect("an id")),
            None,
        )
        .await;
    assert_eq!(read.status, 200, "{}", read.body);
    assert_eq!(taken(&world, since).await, Vec::<Value>::new());
    assert_eq!(named(&world, ADA).await, [made]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_write_on_a_match_adopts_and_the_role_stays() {
    let world = World::start().await;
    let made = made_by_hand(&world, "ada", "Manager").await;
    let id = find(&world, ADA).await.body["Resources"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let mut body = ada();
    body["roles"] = json!([{"primary": true, "value": "Evaluator"}]);
    let answer = world.scim("PUT", &format!("/Users/{id}"), Some(body)).await;
    assert_eq!(
        (answer.status, &answer.body["id"]),
        (200, &json!(id)),
        "{}",
        answer.body
    );
    let held = named(&world, ADA).await;
    assert_eq!(held.len(), 1);
    assert_eq!(
        (&held[0]["id"], &held[0]["displayName"]),
        (&made["id"], &json!("Ada Byron"))
    );
    assert_eq!(role(&world, ADA).await, "Manager");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_of_a_name_that_is_there_already_adopts() {
    for matched_before in [true, false] {
        let world = World::start().await;
        let made = made_by_hand(&world, "ada", "Manager").await;
        let offered = if matched_before {
            find(&world, ADA).await.body["Resources"][0]["id"].clone()
        } else {
            Value::Null
        };
        let answer = world.scim("POST", "/Users", Some(ada())).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        if matched_before {
            assert_eq!(answer.body["id"], offered);
        }
        let held = named(&world, ADA).await;
        assert_eq!(held.len(), 1);
        assert_eq!(
            (&held[0]["id"], &held[0]["displayName"]),
            (&made["id"], &json!("Ada Byron"))
        );
        assert_eq!(
            role(&world, ADA).await,
            "Manager",
            "what stood there before us stays"
        );
        let second = world.scim("POST", "/Users", Some(ada())).await;
        assert_eq!(
            (second.status, &second.body["scimType"]),
            (409, &json!("uniqueness"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_connections_user_is_neither_shown_nor_taken() {
    let world = World::with(&format!(
        "{ENTRA}{}",
        ENTRA.replace("connections.entra", "connections.second")
    ))
    .await;
    let id = world.created(ada()).await;
    let since = so_far(&world).await;
    let other = world
        .connection("acme/second", "POST", "/Users", Some(ada()))
        .await;
    assert_eq!(
        (other.status, &other.body["scimType"]),
        (409, &json!("uniqueness")),
        "{}",
        other.body
    );
    assert!(
        other.body["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("connection entra")),
        "{}",
        other.body
    );
    let filter = "/Users?filter=userName%20eq%20%22ada%40example.com%22";
    let shown = world.connection("acme/second", "GET", filter, None).await;
    assert_eq!(
        (shown.status, &shown.body["totalResults"]),
        (200, &json!(0))
    );
    let path = format!("/Users/{id}");
    for method in ["GET", "DELETE"] {
        assert_eq!(
            world
                .connection("acme/second", method, &path, None)
                .await
                .status,
            404
        );
    }
    assert_eq!(taken(&world, since).await, Vec::<Value>::new());

    // An offer is nobody's: who writes first has the user, and the other one hears it.
    made_by_hand(&world, "grace", "Agent").await;
    let grace = person("grace", "Grace", "Hopper");
    let filter = filter.replace("ada", "grace");
    for scope in ["acme/entra", "acme/second"] {
        let shown = world.connection(scope, "GET", &filter, None).await;
        assert_eq!(shown.body["totalResults"], 1, "{scope}: {}", shown.body);
    }
    let taken = world
        .connection("acme/second", "POST", "/Users", Some(grace.clone()))
        .await;
    assert_eq!(taken.status, 201, "{}", taken.body);
    let late = world
        .connection("acme/entra", "POST", "/Users", Some(grace))
        .await;
    assert_eq!(late.status, 409, "{}", late.body);
    assert_eq!(named(&world, "grace@example.com").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_deleted_and_made_again_is_new_to_the_idp_and_the_same_to_cxone() {
    let world = World::start().await;
    let mut body = ada();
    body["roles"] = json!([{"primary": true, "value": "Manager"}]);
    let first = world.created(body).await;
    let before = named(&world, ADA).await;
    assert_eq!(role(&world, ADA).await, "Manager");
    let path = format!("/Users/{first}");
    assert_eq!(world.scim("DELETE", &path, None).await.status, 204);
    assert_eq!(world.scim("GET", &path, None).await.status, 404);
    assert_eq!(world.scim("DELETE", &path, None).await.status, 404);
    assert_eq!(world.patch(&first, set_active("True")).await.status, 404);
    assert_eq!(world.held(ADA).await.expect("Ada")["active"], false);
    assert_eq!(
        find(&world, ADA).await.body["totalResults"],
        0,
        "a tombstoned name is not looked up"
    );

    let second = world.created(ada()).await;
    assert_ne!(first, second);
    let after = named(&world, ADA).await;
    assert_eq!(after.len(), 1);
    assert_eq!(
        (&after[0]["id"], &after[0]["active"]),
        (&before[0]["id"], &json!(true))
    );
    assert_eq!(
        role(&world, ADA).await,
        "Agent",
        "a recycled name inherits no privilege"
    );
    assert_eq!(world.scim("GET", &path, None).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_active_again_is_revived_under_the_rules() {
    let shelf = Shelf::new();
    shelf.bundled("rules.wasm", "tenant-rules");
    let world = World::with(&ENTRA.replace(
        "tenant-rules",
        &shelf.path("rules.wasm").display().to_string(),
    ))
    .await;
    let id = world.created(ada()).await;
    assert_eq!(world.patch(&id, set_active("False")).await.status, 200);
    let renamed = json!([{"op": "Replace", "path": "displayName", "value": "Ada King"}]);
    assert_eq!(world.patch(&id, renamed).await.status, 200);
    let held = world.held(ADA).await.expect("Ada");
    assert_eq!(
        (&held["active"], &held["displayName"]),
        (&json!(false), &json!("Ada Byron")),
        "it waits"
    );

    shelf.guest("rules.wasm", "deny");
    let world = world.restart().await;
    let refused = world.patch(&id, set_active("True")).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let kept = world.scim("GET", &format!("/Users/{id}"), None).await;
    assert_eq!(kept.body["active"], false, "refused for good: as it was");
    assert_eq!(world.held(ADA).await.expect("Ada")["active"], false);

    shelf.bundled("rules.wasm", "tenant-rules");
    let world = world.restart().await;
    let revived = world.patch(&id, set_active("True")).await;
    assert_eq!(
        (revived.status, &revived.body["active"]),
        (200, &json!(true)),
        "{}",
        revived.body
    );
    let held = world.held(ADA).await.expect("Ada");
    assert_eq!(
        (&held["active"], &held["displayName"]),
        (&json!(true), &json!("Ada King"))
    );

    // The other way back: a POST of an inactive user's name.
    assert_eq!(world.patch(&id, set_active("False")).await.status, 200);
    let posted = world.scim("POST", "/Users", Some(ada())).await;
    assert_eq!(
        (posted.status, &posted.body["id"]),
        (201, &json!(id)),
        "{}",
        posted.body
    );
    let held = named(&world, ADA).await;
    assert_eq!(held.len(), 1);
    assert_eq!(
        (&held[0]["active"], &held[0]["displayName"]),
        (&json!(true), &json!("Ada Byron"))
    );
}
