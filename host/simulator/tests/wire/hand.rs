//! `POST /simulator/users`: what CXone's own people type.

use serde_json::json;

use crate::support::World;

#[tokio::test]
async fn one_or_many_are_put_in_and_changed() {
    let world = World::start().await;
    let many: Vec<_> = (0..600)
        .map(|n| json!({ "userName": format!("p{n}@example.com"), "firstName": "P", "lastName": n.to_string(), "emailAddress": "p@example.com" }))
        .collect();
    let ids = world.hire(json!(many)).await;
    assert_eq!((ids.len(), world.users().await.len()), (600, 600));
    let more = json!({
        "userName": "P0@example.com", "displayName": "Pea", "middleName": "M", "type": "Agent", "status": "PENDING",
        "team": "Default Team", "role": "Manager", "externalIdentity": "x", "loginAuthenticator": "SSO", "timeZone": "UTC",
    });
    assert_eq!(world.hire(more).await, ids[..1]);
    let user = world.hub(&ids[0]).await;
    for (member, value) in [
        ("displayName", "Pea"),
        ("middleName", "M"),
        ("type", "Agent"),
        ("status", "PENDING"),
        ("role", "Manager"),
        ("externalIdentity", "x"),
        ("loginAuthenticatorId", "SSO"),
        ("timeZone", "UTC"),
        ("lastName", "0"),
    ] {
        assert_eq!(user[member], value, "{member}");
    }
    // No call of CXone's.
    let calls = world.state().await["calls"].as_array().unwrap().len();
    assert_eq!(calls, 2);
    for status in ["UNREGISTERED", "ACTIVE", "BLOCKED", "DELETED"] {
        world.hire(json!({ "id": ids[1], "status": status })).await;
        assert_eq!(world.hub(&ids[1]).await["status"], status);
    }
}

#[tokio::test]
async fn all_or_none() {
    let world = World::start().await;
    let good = json!({ "userName": "a@example.com", "firstName": "A", "lastName": "B", "emailAddress": "a@example.com" });
    for bad in [
        json!({ "userName": "b@example.com" }),
        json!({ "userName": "b@example.com", "firstName": 1 }),
        json!({ "userName": "a@example.com", "status": "ASLEEP" }),
        json!({ "userName": "a@example.com", "role": "Nobody" }),
        json!("x"),
    ] {
        let answer = world
            .send("POST", "/simulator/users", Some(json!([good, bad])))
            .await;
        assert_eq!(answer.status, 400, "{bad}");
        assert!(answer.body["message"].is_string());
        assert!(world.users().await.is_empty());
    }
    assert_eq!(
        world.send("GET", "/simulator/users", None).await.status,
        405
    );
    assert_eq!(
        world
            .raw("POST", "/simulator/users", None, None)
            .await
            .unwrap()
            .status,
        400
    );
}
