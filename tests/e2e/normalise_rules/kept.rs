//! What is kept and what never is: N17, N20, and what a PUT clears.

use serde_json::{Value, json};

use super::{CORE, ENT, patched, plain, user, with};
use crate::world::{World, ada};

#[tokio::test(flavor = "multi_thread")]
async fn n17_read_only_and_password() {
    const SECRET: &str = "x7Qp!-never-anywhere";
    let world = World::start().await;
    let echo = json!({"resourceType": "Group", "created": "2001-01-01T00:00:00Z", "location": "https://x.example.com/", "version": "W/\"7\""});
    let mut body = ada();
    (body["id"], body["meta"], body["groups"], body["password"]) = (
        json!("mine"),
        echo.clone(),
        json!([{"value": "g1"}]),
        json!(SECRET),
    );
    let id = world.created(body.clone()).await;
    let made = user(&world, &id).await;
    assert_ne!(id, "mine");
    let untouched = |read: &Value| {
        assert_eq!(
            (&read["id"], &read["groups"], &read["password"]),
            (&json!(id), &Value::Null, &Value::Null),
            "{read}"
        );
        assert_eq!(
            (&read["meta"]["resourceType"], &read["meta"]["created"]),
            (&json!("User"), &made["meta"]["created"]),
            "{read}"
        );
    };
    untouched(&made);
    body["title"] = json!("Lead");
    let put = world.scim("PUT", &format!("/Users/{id}"), Some(body)).await;
    assert_eq!(
        (put.status, &put.body["title"]),
        (200, &json!("Lead")),
        "{}",
        put.body
    );
    untouched(&put.body);
    for operation in [
        json!({"op": "replace", "value": {"password": SECRET, "id": "mine", "meta": echo, "groups": [], "title": "Head"}}),
        json!({"op": "Replace", "path": "password", "value": SECRET}),
        json!({"op": "Add", "path": format!("{CORE}:password"), "value": SECRET}),
        json!({"op": "replace", "path": "id", "value": "mine"}),
        json!({"op": "replace", "path": "meta.created", "value": "2001-01-01T00:00:00Z"}),
        json!({"op": "add", "path": "groups", "value": [{"value": "g1"}]}),
    ] {
        untouched(&patched(&world, &id, json!([operation])).await);
    }
    // Refused requests are kept for a retry: without the password, too.
    let denied = json!({"op": "Replace", "path": "userName", "value": "no address"});
    let answer = world
        .patch(
            &id,
            json!([denied, {"op": "Replace", "path": "password", "value": SECRET}]),
        )
        .await;
    assert!(
        answer.status >= 400 && !answer.body.to_string().contains(SECRET),
        "{}",
        answer.body
    );
    let mut denied = with(plain("nobody"), "userName", json!("no address"));
    denied["password"] = json!(SECRET);
    assert!(world.scim("POST", "/Users", Some(denied)).await.status >= 400);
    for (method, path, body) in world.told().await {
        assert!(
            !body.to_string().to_lowercase().contains("password"),
            "{method} {path} {body}"
        );
    }
    assert!(!world.state().await.to_string().contains(SECRET));
    let mut files = 0;
    for entry in std::fs::read_dir(world.path("")).expect("the ledger's directory") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        assert!(
            !bytes
                .windows(SECRET.len())
                .any(|window| window == SECRET.as_bytes()),
            "{}",
            path.display()
        );
        files += usize::from(bytes.windows(4).any(|window| window == b"1815"));
    }
    assert!(files > 0, "the ledger is where this test looks");
}

#[tokio::test(flavor = "multi_thread")]
async fn n20_values_are_kept_verbatim() {
    let world = World::start().await;
    world
        .settings(json!({"switches": {"email_shown": "lower_case", "phone_shown": "reformatted"}}))
        .await;
    let exact = |email: &str, phone: &str, name: &str| {
        let mut body = plain("grace");
        body["emails"] = json!([{"type": "work", "value": email}]);
        body["phoneNumbers"] = json!([{"type": "mobile", "value": phone}]);
        body["displayName"] = json!(name);
        body
    };
    let id = world
        .created(exact(
            "Grace.Hopper@Example.com",
            "+44 (20) 7946-0001",
            "  Grace  Hopper ",
        ))
        .await;
    for (email, phone, name) in [
        (
            "Grace.Hopper@Example.com",
            "+44 (20) 7946-0001",
            "  Grace  Hopper ",
        ),
        (
            "GRACE@EXAMPLE.COM",
            "tel:+442079460001;ext=12",
            "Gr\u{e4}ce \u{1F600} \"Amazing\" \\ Hopper",
        ),
        (
            "grace+x@example.com",
            "0044 20.7946.0001",
            "Gra\u{308}ce\tHopper",
        ),
    ] {
        let answer = world
            .scim(
                "PUT",
                &format!("/Users/{id}"),
                Some(exact(email, phone, name)),
            )
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let read = user(&world, &id).await;
        assert_eq!(
            (
                &read["emails"][0]["value"],
                &read["phoneNumbers"][0]["value"],
                &read["displayName"]
            ),
            (&json!(email), &json!(phone), &json!(name))
        );
        let calls = world.writes().await.len();
        assert_eq!(
            world
                .scim(
                    "PUT",
                    &format!("/Users/{id}"),
                    Some(exact(email, phone, name))
                )
                .await
                .status,
            200
        );
        assert_eq!(
            world.writes().await.len(),
            calls,
            "shown otherwise is no reason to write again"
        );
    }
    world.switch("email_shown", "pending").await;
    let read = patched(&world, &id, json!([{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "New@example.com"}])).await;
    assert_eq!(read["emails"][0]["value"], "New@example.com");
    assert_ne!(
        world.held("grace@example.com").await.unwrap()["emails"][0]["value"],
        "New@example.com"
    );
}

/// As the RFC says for Entra; Okta and OneLogin clear only what they carried before.
#[tokio::test(flavor = "multi_thread")]
async fn put_by_identity_provider() {
    let connections: String = ["entra", "generic", "okta", "onelogin"]
        .iter()
        .map(|idp| format!("[tenants.acme.connections.{idp}]\nidp = \"{idp}\"\ntoken = \"test-token\"\n[[tenants.acme.connections.{idp}.plugins]]\nuse = \"entra\"\n"))
        .collect();
    let world = World::with(&connections).await;
    for (idp, clears_all) in [
        ("entra", true),
        ("generic", true),
        ("okta", false),
        ("onelogin", false),
    ] {
        let scope = format!("acme/{idp}");
        let body = with(
            with(
                with(plain(idp), "title", json!("Lead")),
                "active",
                json!(true),
            ),
            ENT,
            json!({"department": "Voice"}),
        );
        let made = world.connection(&scope, "POST", "/Users", Some(body)).await;
        assert_eq!(made.status, 201, "{idp}: {}", made.body);
        let path = format!("/Users/{}", made.body["id"].as_str().unwrap());
        let operations = json!({"Operations": [{"op": "add", "value": {"nickName": "Amazing", format!("{ENT}:costCenter"): "7"}}]});
        assert_eq!(
            world
                .connection(&scope, "PATCH", &path, Some(operations))
                .await
                .status,
            200
        );

        let put = world
            .connection(
                &scope,
                "PUT",
                &path,
                Some(with(plain(idp), "displayName", json!("Grace"))),
            )
            .await;
        assert_eq!(put.status, 200, "{idp}: {}", put.body);
        let read = world.connection(&scope, "GET", &path, None).await.body;
        assert_eq!(read, put.body);
        assert_eq!(
            (
                &read["displayName"],
                &read["title"],
                &read[ENT]["department"]
            ),
            (&json!("Grace"), &Value::Null, &Value::Null),
            "{idp}: carried before, absent now: {read}"
        );
        assert_eq!(read["active"], true, "{idp}: absent is unchanged");
        let kept = if clears_all {
            Value::Null
        } else {
            json!("Amazing")
        };
        assert_eq!(
            read["nickName"], kept,
            "{idp}: never carried by a POST or PUT"
        );
        let kept = if clears_all { Value::Null } else { json!("7") };
        assert_eq!(read[ENT]["costCenter"], kept, "{idp}");
        // Once carried, it is theirs to clear.
        for title in [json!("Amazing"), Value::Null] {
            let body = with(plain(idp), "nickName", title.clone());
            let put = world.connection(&scope, "PUT", &path, Some(body)).await;
            assert_eq!(put.body["nickName"], title, "{idp}");
        }
        // Okta and OneLogin deactivate by PUT.
        let put = world
            .connection(
                &scope,
                "PUT",
                &path,
                Some(with(plain(idp), "active", json!(false))),
            )
            .await;
        assert_eq!(
            (put.status, &put.body["active"]),
            (200, &json!(false)),
            "{idp}"
        );
        assert_eq!(
            world.held(&format!("{idp}@example.com")).await.unwrap()["active"],
            false,
            "{idp}"
        );
    }
}
