//! Bad weather but outages: throttling, bursts, spoiled, slow and cut answers.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{World, ada};

const SCHEMAS: &str = "/scim/v2/Schemas";

async fn statuses(world: &World, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(world.get(SCHEMAS).await.status);
    }
    statuses
}

#[tokio::test]
async fn throttle() {
    let world = World::start().await;
    world.switch("throttle", 1).await;
    assert_eq!(statuses(&world, 3).await, [429, 429, 429]);
    assert_eq!(world.last_call().await["status"], 429);
    world.switch("throttle", 3).await;
    assert_eq!(statuses(&world, 6).await, [200, 200, 429, 200, 200, 429]);
    // Turning it counts anew, and nothing is done for who is turned away.
    world
        .set(json!({ "switches": { "throttle": 2, "outage_applies": true } }))
        .await;
    assert_eq!(world.get(SCHEMAS).await.status, 200);
    assert_eq!(world.create(ada(json!({}))).await.status, 429);
    assert!(world.users().await.is_empty());
    world.switch("throttle", 0).await;
    assert_eq!(statuses(&world, 2).await, [200, 200]);
}

#[tokio::test]
async fn retry_after() {
    let world = World::start().await;
    world.switch("throttle", 1).await;
    for (position, shown) in [
        ("none", None),
        ("seconds:7", Some("7")),
        ("absurd", Some("999999999")),
    ] {
        world.switch("retry_after", position).await;
        assert_eq!(
            world.fetch(SCHEMAS).await.header("retry-after"),
            shown,
            "{position}"
        );
    }
    world.switch("retry_after", "date:3600").await;
    let wire = world.fetch(SCHEMAS).await;
    let shown = wire.header("retry-after").unwrap();
    assert!(
        shown.ends_with(" GMT") && Some(shown) != wire.header("date"),
        "{shown}"
    );
    assert_eq!(
        world.state().await["settings"]["switches"]["retry_after"],
        "date:3600"
    );
    // A 503 has it too, an answer that is well has not.
    world
        .set(json!({ "switches": { "throttle": 0, "errors_5xx": "503:1" } }))
        .await;
    assert!(world.fetch(SCHEMAS).await.header("retry-after").is_some());
    assert!(world.fetch(SCHEMAS).await.header("retry-after").is_none());
    let bad = json!({ "switches": { "retry_after": "soon" } });
    assert_eq!(
        world
            .send("PUT", "/simulator/settings", Some(bad))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn errors_5xx() {
    let world = World::start().await;
    for position in [json!("500"), json!(502), json!("503"), json!("504")] {
        world.switch("errors_5xx", position.clone()).await;
        let status: u16 = position.to_string().trim_matches('"').parse().unwrap();
        assert_eq!(statuses(&world, 2).await, [status, status]);
    }
    world.switch("errors_5xx", "500:2").await;
    assert_eq!(world.get(SCHEMAS).await.status, 500);
    assert_eq!(
        world.state().await["settings"]["switches"]["errors_5xx"],
        "500:1"
    );
    assert_eq!(statuses(&world, 2).await, [500, 200]);
    assert_eq!(
        world.state().await["settings"]["switches"]["errors_5xx"],
        "none"
    );
    for (applies, users) in [(false, 0), (true, 1)] {
        world
            .set(json!({ "switches": { "errors_5xx": "500:1", "outage_applies": applies } }))
            .await;
        assert_eq!(world.create(ada(json!({}))).await.status, 500);
        assert_eq!(world.users().await.len(), users);
    }
    let bad = json!({ "switches": { "errors_5xx": "501" } });
    assert_eq!(
        world
            .send("PUT", "/simulator/settings", Some(bad))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn answer() {
    let world = World::start().await;
    world.switch("answer", "html").await;
    let page = world.fetch(SCHEMAS).await;
    assert_eq!(
        (page.status(), page.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    assert!(page.body.starts_with(b"<!doctype html>"));

    world.switch("answer", "garbage").await;
    let garbage = world.fetch(SCHEMAS).await;
    assert_eq!(
        (garbage.status(), garbage.header("content-type")),
        (200, Some("application/scim+json"))
    );
    assert!(std::str::from_utf8(&garbage.body).is_err());

    world.switch("answer", "truncated").await;
    let truncated = world.fetch(SCHEMAS).await;
    assert_eq!(
        truncated.header("content-length"),
        Some(truncated.body.len().to_string().as_str())
    );
    assert!(serde_json::from_slice::<Value>(&truncated.body).is_err());

    world.switch("answer", "error_in_200").await;
    let error = world.create(ada(json!({}))).await;
    assert_eq!((error.status, &error.body["status"]), (200, &json!("500")));
    assert!(world.users().await.is_empty());

    world.switch("answer", "huge").await;
    let huge = world.fetch(SCHEMAS).await;
    assert!(huge.body.len() > 32 * 1024 * 1024 && huge.end.is_none());
    assert_eq!(huge.json()["totalResults"], 2);

    world.switch("answer", "normal").await;
    assert_eq!(world.fetch(SCHEMAS).await.json()["totalResults"], 2);
}

/// What spoils an answer that was made spoils a write that took effect; what comes instead of one does not.
#[tokio::test]
async fn whether_a_write_took_effect() {
    for (form, applies, users) in [
        ("html", false, 0),
        ("html", true, 1),
        ("error_in_200", true, 1),
        ("garbage", false, 1),
        ("truncated", false, 1),
    ] {
        let world = World::start().await;
        world
            .set(json!({ "switches": { "answer": form, "outage_applies": applies } }))
            .await;
        let bearer = world.bearer();
        let body = ada(json!({})).to_string();
        world
            .wire(
                "POST",
                "/scim/v2/Users",
                &[("authorization", &bearer)],
                &body,
            )
            .await;
        assert_eq!(world.users().await.len(), users, "{form} {applies}");
    }
}

#[tokio::test]
async fn cut_answer() {
    let world = World::start().await;
    let bearer = world.bearer();
    for (position, end) in [("reset", Some(ErrorKind::ConnectionReset)), ("close", None)] {
        world.send("POST", "/simulator/reset", None).await;
        world.switch("cut_answer", position).await;
        let body = ada(json!({})).to_string();
        let wire = world
            .wire(
                "POST",
                "/scim/v2/Users",
                &[("authorization", &bearer)],
                &body,
            )
            .await;
        assert_eq!((wire.status(), wire.end), (201, end), "{position}");
        let promised: usize = wire.header("content-length").unwrap().parse().unwrap();
        assert_eq!(wire.body.len(), promised / 2, "{position}");
        // It took effect, and was never answered in full.
        assert_eq!(world.users().await.len(), 1, "{position}");
        assert_eq!(world.last_call().await["status"], Value::Null, "{position}");
    }
    world.switch("cut_answer", "none").await;
    assert_eq!(world.get(SCHEMAS).await.status, 200);
}

#[tokio::test]
async fn slow_body_ms() {
    let world = World::start().await;
    let whole = world.fetch(SCHEMAS).await.body;
    world.switch("slow_body_ms", 5).await;
    let begun = std::time::Instant::now();
    let slow = world.fetch(SCHEMAS).await;
    assert!(
        begun.elapsed() >= Duration::from_millis(40),
        "eight parts with a rest before each"
    );
    assert_eq!((slow.body, slow.end), (whole, None));
    // The simulator's own paths are never slow.
    world.switch("slow_body_ms", 86_400_000).await;
    tokio::time::timeout(Duration::from_secs(20), world.state())
        .await
        .unwrap();
}

/// Switch `outage_scope`: the weather meets users only, in both of their APIs.
#[tokio::test]
async fn weather_can_meet_users_alone() {
    let world = World::start().await;
    world
        .set(json!({ "switches": { "outage_scope": "users", "throttle": 1 } }))
        .await;
    for (method, path, status) in [
        ("GET", "/scim/v2/Users/x", 429),
        ("GET", "/user-management/v1/users", 429),
        ("POST", "/user-management/v2/users/search", 429),
        ("POST", "/user-management/v4/teams/search", 200),
        ("POST", "/authorization/v1/roles/search", 200),
        ("GET", "/scim/v2/Schemas", 200),
        ("GET", "/.well-known/cxone-configuration", 200),
    ] {
        assert_eq!(
            world.send(method, path, None).await.status,
            status,
            "{path}"
        );
    }
    world
        .set(json!({ "switches": { "throttle": 0, "answer": "garbage" } }))
        .await;
    assert_eq!(world.get(SCHEMAS).await.status, 200);
    world.switch("outage_scope", "all").await;
    assert!(std::str::from_utf8(&world.fetch(SCHEMAS).await.body).is_err());
}
