//! CXone is out of service: the identity provider does not notice, and nothing is lost.

use serde_json::{Value, json};

use crate::cxone::{NO_AGENT, calls, caught_up, named, roles, so_far, taken};
use crate::world::{Reply, World, ada, person, reply};

fn rename(to: &str) -> Value {
    json!([{"op": "Replace", "path": "displayName", "value": to}])
}

fn disable() -> Value {
    json!([{"op": "Replace", "path": "active", "value": "False"}])
}

async fn ready(world: &World) -> Reply {
    reply(world.http.get(format!("http://{}/readyz", world.app.admin))).await
}

async fn find(world: &World, name: &str) -> Reply {
    let filter = format!("/Users?filter=userName%20eq%20%22{name}%40example.com%22");
    world.scim("GET", &filter, None).await
}

async fn created(world: &World, name: &str) -> String {
    world.created(person(name, name, "Example")).await
}

/// Whether CXone holds somebody as active.
async fn active(world: &World, name: &str) -> Option<bool> {
    let held = world.held(&format!("{name}@example.com")).await?;
    held["active"].as_bool()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_connection_owes_and_catches_up() {
    owes_and_catches_up("reset").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_503_owes_and_catches_up() {
    owes_and_catches_up("503").await;
}

async fn owes_and_catches_up(outage: &str) {
    let world = World::start().await;
    let ada_id = world.created(ada()).await;
    let mut leavers = Vec::new();
    for name in ["grace", "barbara", "edsger"] {
        leavers.push(created(&world, name).await);
    }
    world.switch("outage", outage).await;

    // The profile writes come first, so that the order in which they are delivered is not that of their arrival.
    for name in ["Ada Lovelace", "Ada King"] {
        let answer = world.patch(&ada_id, rename(name)).await;
        assert_eq!(
            (answer.status, &answer.body["displayName"]),
            (200, &json!(name))
        );
    }
    let joan = created(&world, "joan").await;
    for id in &leavers[..2] {
        let answer = world.patch(id, disable()).await;
        assert_eq!(
            (answer.status, &answer.body["active"]),
            (200, &json!(false)),
            "{}",
            answer.body
        );
    }
    let gone = format!("/Users/{}", leavers[2]);
    assert_eq!(world.scim("DELETE", &gone, None).await.status, 204);
    assert_eq!(world.scim("GET", &gone, None).await.status, 404);

    let kept = world.scim("GET", &format!("/Users/{ada_id}"), None).await;
    assert_eq!(kept.body["displayName"], "Ada King");
    let kept = world.scim("GET", &format!("/Users/{joan}"), None).await;
    assert_eq!((kept.status, &kept.body["active"]), (200, &json!(true)));
    assert_eq!(ready(&world).await.status, 200);
    assert_eq!(
        world.held("ada@example.com").await.expect("Ada")["displayName"],
        "Ada Byron"
    );
    assert_eq!(active(&world, "joan").await, None);
    for name in ["grace", "barbara", "edsger"] {
        assert_eq!(active(&world, name).await, Some(true), "{name}");
    }

    let since = so_far(&world).await;
    world.switch("outage", "none").await;
    caught_up(&world).await;
    for name in ["grace", "barbara", "edsger"] {
        assert_eq!(active(&world, name).await, Some(false), "{name}");
    }
    assert_eq!(
        world.held("ada@example.com").await.expect("Ada")["displayName"],
        "Ada King"
    );
    assert_eq!(active(&world, "joan").await, Some(true));
    let taken = taken(&world, since).await;
    // One attempt may have been on its way when CXone came back, so one deactivation may come a round later.
    let first: Vec<&Value> = taken
        .iter()
        .take(2)
        .map(|call| &call["body"]["active"])
        .collect();
    assert_eq!(first, [false, false], "deactivations go first: {taken:#?}");
    assert_eq!(taken.len(), 5, "one newest state for each user: {taken:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_cxone_is_waited_for_within_bounds_and_caught_up_with() {
    let world = World::start().await;
    let ada_id = world.created(ada()).await;
    let grace = created(&world, "grace").await;
    world.switch("outage", "hang").await;
    let (renamed, disabled, joan, match_) = tokio::join!(
        world.patch(&ada_id, rename("Ada King")),
        world.patch(&grace, disable()),
        world.scim("POST", "/Users", Some(person("joan", "Joan", "Clarke"))),
        find(&world, "nobody"),
    );
    assert_eq!(
        (renamed.status, disabled.status, joan.status),
        (200, 200, 201)
    );
    assert_eq!(match_.status, 503, "{}", match_.body);
    world.switch("outage", "none").await;
    caught_up(&world).await;
    assert_eq!(
        world.held("ada@example.com").await.expect("Ada")["displayName"],
        "Ada King"
    );
    assert_eq!(active(&world, "grace").await, Some(false));
    assert_eq!(named(&world, "joan@example.com").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_that_work_while_users_do_not_change_nothing() {
    let world = World::start().await;
    let grace = created(&world, "grace").await;
    world
        .settings(json!({"switches": {"outage": "503", "outage_scope": "users"}}))
        .await;
    let joan = created(&world, "joan").await;
    assert_eq!(world.patch(&grace, disable()).await.status, 200);
    assert_eq!(find(&world, "nobody").await.status, 503);
    world.switch("outage", "none").await;
    caught_up(&world).await;
    assert_eq!(
        (active(&world, "grace").await, active(&world, "joan").await),
        (Some(false), Some(true))
    );
    assert_eq!(
        world
            .scim("GET", &format!("/Users/{joan}"), None)
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_that_cxone_must_answer_is_503_and_one_from_the_ledger_is_not() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    for outage in ["reset", "503"] {
        world.switch("outage", outage).await;
        let missed = find(&world, "nobody").await;
        assert_eq!(missed.status, 503, "{}", missed.body);
        let wait = missed.headers["retry-after"].to_str().expect("text");
        assert!(
            wait.parse::<u64>().is_ok_and(|seconds| seconds > 0),
            "{wait}"
        );
        assert_eq!(missed.body["Resources"], Value::Null);

        let since = so_far(&world).await;
        let known = find(&world, "ada").await;
        assert_eq!(
            (known.status, &known.body["Resources"][0]["id"]),
            (200, &json!(id))
        );
        assert_eq!(
            calls(&world, since).await,
            Vec::<Value>::new(),
            "the ledger knows"
        );
    }
    world.switch("outage", "none").await;
    let nobody = find(&world, "nobody").await;
    assert_eq!(
        (nobody.status, &nobody.body["totalResults"]),
        (200, &json!(0))
    );
}

/// The attempts to create somebody, taken or not.
async fn posts(world: &World, name: &str) -> usize {
    let calls = calls(world, 0).await;
    let named = json!(format!("{name}@example.com"));
    calls
        .iter()
        .filter(|call| call["method"] == "POST" && call["body"]["userName"] == named)
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_and_goes_within_an_outage_is_never_made() {
    let world = World::start().await;
    created(&world, "grace").await;
    world.switch("outage", "reset").await;
    let id = world.created(ada()).await;
    let joan = created(&world, "joan").await;
    let gone = world.patch(&id, disable()).await;
    assert_eq!((gone.status, &gone.body["active"]), (200, &json!(false)));
    let gone = format!("/Users/{joan}");
    assert_eq!(world.scim("DELETE", &gone, None).await.status, 204);
    created(&world, "barbara").await;
    world.switch("outage", "none").await;
    caught_up(&world).await;
    assert_eq!(active(&world, "barbara").await, Some(true));
    assert_eq!(
        (posts(&world, "ada").await, posts(&world, "joan").await),
        (0, 0)
    );

    let revived = world
        .patch(
            &id,
            json!([{"op": "Replace", "path": "active", "value": "True"}]),
        )
        .await;
    assert_eq!(
        (revived.status, &revived.body["active"]),
        (200, &json!(true))
    );
    assert_eq!(active(&world, "ada").await, Some(true));
}

/// Creates Ada; CXone goes out just when the create has reached it, and takes it or not.
async fn created_into_an_outage(world: &World, applies: bool) -> String {
    created(world, "grace").await;
    world.switch("latency_ms", 500).await;
    let out = async {
        world
            .eventually("the create is on its way", async |world| {
                posts(world, "ada").await == 1
            })
            .await;
        world.settings(json!({"switches": {"outage": "reset", "outage_applies": applies, "latency_ms": 0}})).await;
    };
    let (id, ()) = tokio::join!(world.created(ada()), out);
    assert_eq!(
        named(world, "ada@example.com").await.len(),
        usize::from(applies),
        "as the switch has it"
    );
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_whose_answer_was_lost_makes_no_second_user() {
    for applies in [true, false] {
        let world = World::start().await;
        let id = created_into_an_outage(&world, applies).await;
        assert_eq!(world.patch(&id, rename("Ada King")).await.status, 200);
        world.switch("outage", "none").await;
        caught_up(&world).await;
        let made = named(&world, "ada@example.com").await;
        assert_eq!(made.len(), 1);
        assert_eq!(made[0]["displayName"], "Ada King");
        assert_eq!(posts(&world, "ada").await, if applies { 1 } else { 2 });
        let known = find(&world, "ada").await;
        assert_eq!(
            (
                &known.body["totalResults"],
                &known.body["Resources"][0]["id"]
            ),
            (&json!(1), &json!(id))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_may_have_arrived_is_looked_for_and_deactivated() {
    for applies in [true, false] {
        let world = World::start().await;
        let id = created_into_an_outage(&world, applies).await;
        let gone = world.patch(&id, disable()).await;
        assert_eq!((gone.status, &gone.body["active"]), (200, &json!(false)));
        world.switch("outage", "none").await;
        caught_up(&world).await;
        assert_eq!(active(&world, "ada").await, applies.then_some(false));
        assert_eq!(posts(&world, "ada").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_within_an_outage_loses_nothing() {
    let world = World::start().await;
    let ada_id = world.created(ada()).await;
    let grace = created(&world, "grace").await;
    world.switch("outage", "503").await;
    assert_eq!(world.patch(&ada_id, rename("Ada King")).await.status, 200);
    assert_eq!(world.patch(&grace, disable()).await.status, 200);
    let joan = created(&world, "joan").await;
    let mut world = world.restart().await;
    assert_eq!(ready(&world).await.status, 200);
    for (id, member, value) in [
        (&ada_id, "displayName", json!("Ada King")),
        (&grace, "active", json!(false)),
        (&joan, "userName", json!("joan@example.com")),
    ] {
        let kept = world.scim("GET", &format!("/Users/{id}"), None).await;
        assert_eq!((kept.status, &kept.body[member]), (200, &value));
    }
    world = world.restart().await;
    let since = so_far(&world).await;
    world.switch("outage", "none").await;
    caught_up(&world).await;
    assert_eq!(
        world.held("ada@example.com").await.expect("Ada")["displayName"],
        "Ada King"
    );
    assert_eq!(active(&world, "grace").await, Some(false));
    assert_eq!(named(&world, "joan@example.com").await.len(), 1);
    assert_eq!(taken(&world, since).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_starts_while_cxone_is_down_serves() {
    let world = World::start().await;
    world.switch("outage", "reset").await;
    let world = world.restart().await;
    assert_eq!(ready(&world).await.status, 200);
    let id = world.created(ada()).await;
    let known = find(&world, "ada").await;
    assert_eq!(
        (known.status, &known.body["Resources"][0]["id"]),
        (200, &json!(id))
    );
    assert_eq!(find(&world, "nobody").await.status, 503);
    assert_eq!(world.patch(&id, rename("Ada King")).await.status, 200);
    assert_eq!(
        calls(&world, 0)
            .await
            .iter()
            .filter(|call| call["method"] != "GET")
            .count(),
        0
    );
    world.switch("outage", "none").await;
    caught_up(&world).await;
    let made = named(&world, "ada@example.com").await;
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["displayName"], "Ada King");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owed_create_that_a_rule_refuses_later_is_kept_and_not_made() {
    let world = World::start().await;
    world.switch("outage", "503").await;
    let world = world.restart().await;
    let id = world.created(ada()).await;
    world.settings(roles(&NO_AGENT)).await;
    world.switch("outage", "none").await;
    caught_up(&world).await;
    assert_eq!(posts(&world, "ada").await, 0);
    let kept = world.scim("GET", &format!("/Users/{id}"), None).await;
    assert_eq!((kept.status, &kept.body["active"]), (200, &json!(true)));
}
