//! Bad weather: the switches `outage`, `outage_scope`, `outage_applies` and `latency_ms`.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{World, ada, request};

/// Long enough that only a bug meets it.
const FOREVER: Duration = Duration::from_secs(20);

async fn until_calls(world: &World, count: usize) {
    let seen = async {
        while world.state().await["calls"].as_array().unwrap().len() < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(FOREVER, seen).await.unwrap();
}

#[tokio::test]
async fn reset_ends_the_connection_without_an_answer() {
    let world = World::start().await;
    world.switch("outage", "reset").await;
    let error = world
        .try_send("POST", "/scim/v2/Users", Some(ada(json!({}))))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let call = world.last_call().await;
    assert_eq!(
        (&call["status"], &call["body"]["userName"]),
        (&Value::Null, &json!("ada@example.com"))
    );
    assert_eq!(world.users().await.len(), 0);
    world.switch("outage", "none").await;
    assert_eq!(world.get("/scim/v2/Schemas").await.status, 200);
}

#[tokio::test]
async fn unavailable_answers_503() {
    let world = World::start().await;
    for position in [json!("503"), json!(503)] {
        world.switch("outage", position).await;
        assert_eq!(world.create(ada(json!({}))).await.status, 503);
        assert_eq!(world.last_call().await["status"], 503);
        assert_eq!(
            world.login("simulator", "simulator-secret").await.status,
            503
        );
    }
    assert_eq!(world.users().await.len(), 0);
}

#[tokio::test]
async fn hang_answers_503_when_it_is_switched_off() {
    let world = World::start().await;
    world.switch("outage", "hang").await;
    let waiting = world.create(ada(json!({})));
    let switching = async {
        until_calls(&world, 2).await;
        assert_eq!(world.last_call().await["status"], Value::Null);
        // Another switch does not wake it for good.
        world.switch("latency_ms", 1).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(world.last_call().await["status"], Value::Null);
        world.switch("outage", "none").await;
    };
    let (answer, ()) = tokio::time::timeout(FOREVER, async { tokio::join!(waiting, switching) })
        .await
        .unwrap();
    assert_eq!(answer.status, 503);
    assert_eq!(world.last_call().await["status"], 503);
    assert_eq!(world.users().await.len(), 0);
}

#[tokio::test]
async fn a_reset_of_the_simulator_ends_a_hang() {
    let world = World::start().await;
    world.switch("outage", "hang").await;
    let switching = async {
        until_calls(&world, 2).await;
        world.send("POST", "/simulator/reset", None).await;
    };
    let both = async { tokio::join!(world.create(ada(json!({}))), switching) };
    let (answer, ()) = tokio::time::timeout(FOREVER, both).await.unwrap();
    assert_eq!(answer.status, 503);
    // The late answer does not appear in the new record.
    assert_eq!(world.state().await["calls"], json!([]));
}

#[tokio::test]
async fn a_client_that_hangs_up_is_never_answered() {
    let world = World::start().await;
    world.switch("outage", "hang").await;
    let mut stream = world.connect().await;
    let text = request("GET", "/scim/v2/Schemas", None, None, "keep-alive");
    stream.write_all(text.as_bytes()).await.unwrap();
    until_calls(&world, 2).await;
    drop(stream);
    tokio::time::sleep(Duration::from_millis(50)).await;
    world.switch("outage", "none").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(world.last_call().await["status"], Value::Null);
}

#[tokio::test]
async fn with_outage_applies_the_write_took_effect() {
    for (outage, applies, users) in [
        ("reset", json!(true), 1),
        ("503", json!("true"), 1),
        ("hang", json!(true), 1),
        ("reset", json!(false), 0),
        ("503", json!("false"), 0),
    ] {
        let world = World::start().await;
        world
            .set(json!({ "switches": { "outage": outage, "outage_applies": applies } }))
            .await;
        let create = world.try_send("POST", "/scim/v2/Users", Some(ada(json!({}))));
        match outage {
            "reset" => assert!(create.await.is_err()),
            "503" => assert_eq!(create.await.unwrap().status, 503),
            _ => tokio::select! {
                answer = create => panic!("answered: {answer:?}"),
                () = until_calls(&world, 2) => {}
            },
        }
        assert_eq!(world.users().await.len(), users, "{outage}");
    }
}

#[tokio::test]
async fn outage_scope() {
    let world = World::start().await;
    let id = world.created(json!({})).await;
    world
        .set(json!({ "switches": { "outage": "503", "outage_scope": "users" } }))
        .await;
    assert_eq!(
        world.login("simulator", "simulator-secret").await.status,
        200
    );
    assert_eq!(
        world
            .send("POST", "/authorization/v1/roles/search", None)
            .await
            .status,
        200
    );
    assert_eq!(world.get("/scim/v2/Schemas").await.status, 200);
    assert_eq!(world.get(&format!("/scim/v2/Users/{id}")).await.status, 503);
    assert_eq!(
        world.get("/basic-auth/scim/v2/Users?filter=x").await.status,
        503
    );
    assert_eq!(world.find("x").await.status, 503);
    world.switch("outage_scope", "all").await;
    assert_eq!(
        world
            .send("POST", "/authorization/v1/roles/search", None)
            .await
            .status,
        503
    );
}

#[tokio::test]
async fn latency_delays_all_but_the_simulators_own_paths() {
    let world = World::start().await;
    world.switch("latency_ms", 80).await;
    let before = Instant::now();
    assert_eq!(world.get("/scim/v2/Schemas").await.status, 200);
    assert!(before.elapsed() >= Duration::from_millis(80));
    world.switch("latency_ms", 86_400_000).await;
    tokio::time::timeout(FOREVER, world.state()).await.unwrap();
}

#[tokio::test]
async fn shutdown_answers_who_hangs_and_closes_the_listener() {
    let mut world = World::start().await;
    world.switch("outage", "hang").await;
    let mut stream = world.connect().await;
    let text = request("GET", "/scim/v2/Schemas", None, None, "keep-alive");
    stream.write_all(text.as_bytes()).await.unwrap();
    until_calls(&world, 2).await;
    let idle = world.connect().await;
    tokio::time::timeout(FOREVER, world.shutdown())
        .await
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    drop(idle);
    assert!(
        world
            .try_send("GET", "/simulator/state", None)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_connection_is_kept_alive() {
    let world = World::start().await;
    let mut stream = world.connect().await;
    for connection in ["keep-alive", "close"] {
        let text = request("GET", "/scim/v2/Schemas", None, None, connection);
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") {
            assert!(
                stream.read_buf(&mut answer).await.unwrap() > 0,
                "closed after {connection}"
            );
        }
        assert!(answer.starts_with(b"HTTP/1.1 401"));
    }
    assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
}
