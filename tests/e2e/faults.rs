//! CXone's bad weather, F1 to F8: writes are acknowledged and owed, matches that miss are 503, nobody is made twice, nothing
//! acknowledged is lost, and afterwards everything is caught up with. How long that took is printed (`--nocapture`).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bridge::name::TenantName;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::cxone::{caught_up, named};
use crate::world::{MAPPER_ONLY, Reply, World, person};

mod gate;

use gate::Gate;

/// How many are there before the weather turns: the first two leave, the others get another name.
const BEFORE: usize = 6;
/// How many come while it is bad.
const NEWCOMERS: usize = 10;

fn name(number: usize) -> String {
    format!("user{number}")
}

fn address(number: usize) -> String {
    format!("user{number}@example.com")
}

async fn find(world: &World, number: usize) -> Reply {
    let filter = format!(
        "/Users?filter=userName%20eq%20%22{}%40example.com%22",
        name(number)
    );
    world.scim("GET", &filter, None).await
}

async fn create(world: &World, number: usize) -> Reply {
    let body = person(&name(number), &format!("Given{number}"), "Example");
    world.scim("POST", "/Users", Some(body)).await
}

async fn provision(world: &World) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..BEFORE {
        let made = create(world, number).await;
        assert_eq!(made.status, 201, "{}", made.body);
        ids.push(made.body["id"].as_str().expect("an id").to_owned());
    }
    ids
}

/// A cycle of an identity provider, all of it at once: leavers, news, newcomers, and a match of somebody unknown.
async fn cycle(world: &World, ids: &[String]) {
    let mut asked = Vec::new();
    for (number, id) in ids.iter().enumerate() {
        asked.push(match number {
            0 => (
                "PATCH",
                format!("/Users/{id}"),
                operations("active", json!("False")),
            ),
            1 => ("DELETE", format!("/Users/{id}"), None),
            _ => (
                "PATCH",
                format!("/Users/{id}"),
                operations("name.familyName", json!(format!("Renamed{number}"))),
            ),
        });
    }
    for number in BEFORE..BEFORE + NEWCOMERS {
        let body = person(&name(number), &format!("Given{number}"), "Example");
        asked.push(("POST", "/Users".to_owned(), Some(body)));
    }
    let mut all = JoinSet::new();
    for (method, path, body) in asked {
        let url = format!("http://{}/acme/entra/scim/v2{path}", world.app.scim);
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = world
            .http
            .request(method.clone(), url)
            .bearer_auth(crate::world::TOKEN);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/scim+json")
                .body(body.to_string());
        }
        all.spawn(async move { (method, crate::world::reply(request).await) });
    }
    while let Some(done) = all.join_next().await {
        let (method, answer) = done.expect("an answer");
        let wanted = match method.as_str() {
            "POST" => 201,
            "DELETE" => 204,
            _ => 200,
        };
        assert_eq!(answer.status, wanted, "{method}: {}", answer.body);
    }
}

fn operations(path: &str, value: Value) -> Option<Value> {
    Some(
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "Replace", "path": path, "value": value}]}),
    )
}

/// Whether CXone holds exactly what was acknowledged, each person once.
async fn holds_everything(world: &World, fault: &str) {
    let state = world.state().await;
    let mut count = BTreeMap::new();
    for user in state["users"].as_array().expect("users") {
        *count
            .entry(user["userName"].as_str().unwrap_or_default().to_owned())
            .or_insert(0) += 1;
    }
    assert_eq!(
        count.len(),
        BEFORE + NEWCOMERS,
        "{fault}: somebody is missing"
    );
    assert!(
        count.values().all(|count| *count == 1),
        "{fault}: twice: {count:?}"
    );
    for number in 0..BEFORE + NEWCOMERS {
        let held = &named(world, &address(number)).await[0];
        assert_eq!(held["active"], json!(number > 1), "{fault}: {number}");
        let family = match number {
            2..BEFORE => format!("Renamed{number}"),
            _ => "Example".to_owned(),
        };
        assert_eq!(held["name"]["familyName"], family, "{fault}: {number}");
    }
}

/// Lets a cycle come while the weather is bad, and sees what is left of it afterwards.
async fn weathered(fault: &str, bad: Value, good: Value) {
    let world = World::with(MAPPER_ONLY).await;
    let ids = provision(&world).await;
    world.settings(json!({ "switches": bad })).await;
    cycle(&world, &ids).await;
    let missed = find(&world, 999).await;
    assert!(
        missed.status == 503 || (missed.status == 200 && missed.body["totalResults"] == 0),
        "{fault}: {}",
        missed.body
    );
    if missed.status == 503 {
        assert!(missed.headers.contains_key("retry-after"), "{fault}");
    }
    // A match that the ledger can answer needs no CXone.
    assert_eq!(find(&world, 3).await.body["totalResults"], 1, "{fault}");
    world.settings(json!({ "switches": good })).await;
    recovered(&world, fault).await;
}

#[allow(
    clippy::print_stdout,
    reason = "the time to recover is for people to read"
)]
async fn recovered(world: &World, fault: &str) {
    let since = Instant::now();
    settled(world, fault).await;
    let took = since.elapsed().as_secs_f64();
    println!("{fault}: caught up {took:.1} s after the weather turned");
    holds_everything(world, fault).await;
}

/// Waits, up to 90 s, until nothing is owed: a breaker rests up to a minute.
async fn settled(world: &World, fault: &str) {
    let tenant: TenantName = "acme".parse().expect("a name");
    for _ in 0..900 {
        let owed = world.app.bridge.ledger().owed(&tenant, 1).await;
        if owed.expect("the ledger").is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{fault}: still owed");
}

/// The connection is refused: nobody listens where CXone was.
#[tokio::test(flavor = "multi_thread")]
async fn f1_nobody_listens() {
    let world = World::with(MAPPER_ONLY).await;
    let ids = provision(&world).await;
    let gate = Gate::before(&world.simulator.base_url()).await;
    let through = gate.base_url();
    let direct = world.simulator.base_url();
    let world = world
        .restart_with(|toml| toml.replace(&direct, &through))
        .await;
    gate.close();
    cycle(&world, &ids).await;
    assert_eq!(find(&world, 999).await.status, 503);
    gate.open();
    recovered(&world, "F1, nobody listens").await;
}

/// Half-open: connections are taken, and nothing ever comes back.
#[tokio::test(flavor = "multi_thread")]
async fn f1_connections_are_taken_and_forgotten() {
    weathered(
        "F1, half-open",
        json!({"outage": "hang"}),
        json!({"outage": "none"}),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f2_bodies_that_take_for_ever() {
    weathered(
        "F2, slow bodies",
        json!({"slow_body_ms": 5000}),
        json!({"slow_body_ms": 0}),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f3_too_many_requests() {
    for pause in ["none", "seconds:1", "date:2"] {
        weathered(
            &format!("F3, every request throttled, Retry-After {pause}"),
            json!({"throttle": 1, "retry_after": pause}),
            json!({"throttle": 0, "retry_after": "none"}),
        )
        .await;
    }
}

/// Every third request is turned away, for good: everything gets through all the same.
#[tokio::test(flavor = "multi_thread")]
async fn f3_every_third_request_is_too_many() {
    weathered(
        "F3, every third",
        json!({"throttle": 3}),
        json!({"throttle": 3}),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_bursts_of_server_errors() {
    for status in ["500", "502", "503", "504"] {
        weathered(
            &format!("F4, {status}"),
            json!({"errors_5xx": status}),
            json!({"errors_5xx": "none"}),
        )
        .await;
    }
}

/// The request is taken, carried out or not, and the connection reset.
#[tokio::test(flavor = "multi_thread")]
async fn f5_connections_that_break_after_the_request() {
    for applies in [true, false] {
        weathered(
            &format!("F5, reset, carried out: {applies}"),
            json!({"outage": "reset", "outage_applies": applies}),
            json!({"outage": "none", "outage_applies": false}),
        )
        .await;
    }
    weathered(
        "F5, reset within the answer",
        json!({"cut_answer": "reset"}),
        json!({"cut_answer": "none"}),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f6_answers_that_are_none() {
    for answer in ["html", "garbage", "truncated", "error_in_200", "huge"] {
        weathered(
            &format!("F6, {answer}"),
            json!({"answer": answer}),
            json!({"answer": "normal"}),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_tokens_that_end() {
    for tokens in ["all_expired_now", "refused", "endpoint_down"] {
        weathered(
            &format!("F7, {tokens}"),
            json!({"tokens": tokens}),
            json!({"tokens": "valid"}),
        )
        .await;
    }
}

/// The identity provider repeats a create while its first is still on the way, and again after it timed out.
#[tokio::test(flavor = "multi_thread")]
async fn f8_a_create_that_is_repeated() {
    let world = World::with(MAPPER_ONLY).await;
    for latency in [300, 1500] {
        let number = 100 + latency;
        world.switch("latency_ms", latency).await;
        let first = create(&world, number);
        let second = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            create(&world, number).await
        };
        // The identity provider hangs up on the third before any answer.
        let third = tokio::time::timeout(Duration::from_millis(200), create(&world, number));
        let (first, second, _) = tokio::join!(first, second, third);
        assert_eq!((first.status, second.status), (201, 201));
        assert_eq!(first.body["id"], second.body["id"]);
        world.switch("latency_ms", 0).await;
        assert_eq!(create(&world, number).await.status, 409);
        assert_eq!(named(&world, &address(number)).await.len(), 1);
    }
    caught_up(&world).await;
}

/// Where the tenant would rather have the identity provider try again: 503 and nothing changes, but for leavers.
#[tokio::test(flavor = "multi_thread")]
async fn writes_are_refused_for_now_where_the_tenant_wants_it() {
    let world = World::with(MAPPER_ONLY).await;
    let ids = provision(&world).await;
    let world = world
        .restart_with(|toml| {
            toml.replace(
                "rate = 100000",
                "rate = 100000\non_unreachable = \"refuse\"",
            )
        })
        .await;
    world.switch("outage", "503").await;
    let refused = create(&world, 50).await;
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(refused.headers.contains_key("retry-after"));
    let rename = json!([{"op": "Replace", "path": "name.familyName", "value": "Never"}]);
    assert_eq!(world.patch(&ids[2], rename).await.status, 503);
    let read = world.scim("GET", &format!("/Users/{}", ids[2]), None).await;
    assert_eq!(read.body["name"]["familyName"], "Example");
    let leaves = json!([{"op": "Replace", "path": "active", "value": "False"}]);
    assert_eq!(world.patch(&ids[0], leaves).await.status, 200);
    world.switch("outage", "none").await;
    settled(&world, "refuse").await;
    assert_eq!(named(&world, &address(0)).await[0]["active"], json!(false));
    assert!(named(&world, &address(50)).await.is_empty());
    assert_eq!(create(&world, 50).await.status, 201);
}
