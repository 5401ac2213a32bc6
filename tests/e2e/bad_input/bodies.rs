//! Bodies: broken, of wrong types, ambiguous, too deep, too long.

use serde_json::{Value, json};

use super::{ENT, JSON, Scene, grace};
use crate::wire::{ask, head, raw, refused};

#[tokio::test(flavor = "multi_thread")]
async fn malformed_json() {
    let scene = Scene::set().await;
    let bodies: [&[u8]; 19] = [
        b" ",
        b"{",
        b"nope",
        b"null",
        b"7",
        b"\"text\"",
        b"[]",
        b"[{\"userName\": \"grace@example.com\"}]",
        b"{\"userName\": }",
        b"{\"userName\": \"grace@example.com\",}",
        b"{'userName': 'grace@example.com'}",
        b"{userName: \"grace@example.com\"}",
        b"{\"userName\": \"grace@example.com\"} {}",
        b"{\"userName\": \"grace@exam",
        b"{\"userName\": NaN}",
        b"{\"userName\": 1e999}",
        b"{\"userName\": \"\xff\xfe\"}",
        b"{\"userName\": \"\\ud800\"}",
        b"{\"userName\": \"grace\\u0000@example.com\"}",
    ];
    for body in bodies {
        scene
            .refuse_everywhere(body, "invalidSyntax", &String::from_utf8_lossy(body))
            .await;
    }
    let answer = ask(
        &scene.world,
        "POST",
        "/Users",
        JSON,
        "{\n  \"userName\": oops\n}",
    )
    .await;
    assert!(
        answer.body["detail"]
            .as_str()
            .unwrap()
            .contains("line 2, column 1"),
        "the place: {}",
        answer.body
    );
    let answer = ask(&scene.world, "POST", "/Users", JSON, "").await;
    refused(&answer, 400, "invalidSyntax", "no body");
    // A client that goes away in the middle of its body leaves nothing behind.
    let body = grace().to_string();
    let length = format!("content-length: {}", body.len());
    let sent = [
        head("POST", "/acme/entra/scim/v2/Users", &[&length]),
        body.as_bytes()[..body.len() - 1].to_vec(),
    ]
    .concat();
    let mut stream = tokio::net::TcpStream::connect(scene.world.app.scim)
        .await
        .expect("a connection");
    tokio::io::AsyncWriteExt::write_all(&mut stream, &sent)
        .await
        .expect("sent");
    drop(stream);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    scene.unharmed("a body cut short").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_types() {
    let scene = Scene::set().await;
    for (name, key, wrong) in [
        ("userName", "userName", json!(7)),
        (
            "userName",
            "userName",
            json!(["a@example.com", "b@example.com"]),
        ),
        ("userName", "userName", json!({"first": "a"})),
        ("name", "name", json!("Ada Byron")),
        (
            "name.givenName",
            "name",
            json!({"givenName": 7, "familyName": "Byron"}),
        ),
        (
            "name.familyName",
            "name",
            json!({"givenName": "Ada", "familyName": {"x": "y"}}),
        ),
        ("emails", "emails", json!([7])),
        ("emails", "emails", json!(true)),
        ("emails.value", "emails", json!([{"value": false}])),
        (
            "emails.primary",
            "emails",
            json!([{"value": "a@example.com", "primary": "perhaps"}]),
        ),
        (
            "emails",
            "emails",
            json!([{"value": "a@example.com", "primary": true}, {"value": "b@example.com", "primary": true}]),
        ),
        ("active", "active", json!("yes")),
        ("active", "active", json!(1)),
        ("displayName", "displayName", json!(false)),
        ("externalId", "externalId", json!(7)),
        ("department", ENT, json!({"department": 7})),
        (ENT, ENT, json!("Voice")),
        ("manager", ENT, json!({"manager": 7})),
    ] {
        let mut body = grace();
        body[key] = wrong;
        for (method, path) in [("POST", "/Users".to_owned()), ("PUT", scene.path())] {
            let answer = scene.world.scim(method, &path, Some(body.clone())).await;
            refused(&answer, 400, "invalidValue", name);
            assert!(
                answer.body["detail"].as_str().unwrap().contains(name),
                "{name} is named: {}",
                answer.body
            );
        }
        let value = json!({key: body[key]});
        refused(
            &scene
                .world
                .patch(&scene.id, json!([{"op": "replace", "value": value}]))
                .await,
            400,
            "invalidValue",
            name,
        );
        scene.unharmed(name).await;
    }
    for (scim_type, operations) in [
        ("invalidSyntax", json!([])),
        ("invalidSyntax", json!("replace")),
        ("invalidSyntax", json!(["replace"])),
        ("invalidSyntax", json!([{}])),
        (
            "invalidSyntax",
            json!([{"op": 1, "path": "title", "value": "x"}]),
        ),
        ("invalidSyntax", json!([{"op": "replace", "path": "title"}])),
        (
            "invalidPath",
            json!([{"op": "replace", "path": 7, "value": "x"}]),
        ),
        (
            "invalidPath",
            json!([{"op": "replace", "path": {"title": 1}, "value": "x"}]),
        ),
        ("noTarget", json!([{"op": "remove"}])),
        ("invalidValue", json!([{"op": "replace", "value": 7}])),
        ("mutability", json!([{"op": "remove", "path": "userName"}])),
        // One bad operation spoils the request: nothing of it is done.
        (
            "invalidPath",
            json!([{"op": "replace", "path": "title", "value": "Lead"}, {"op": "replace", "path": "shoeSize", "value": "46"}]),
        ),
    ] {
        refused(
            &scene.world.patch(&scene.id, operations.clone()).await,
            400,
            scim_type,
            &operations.to_string(),
        );
        scene.unharmed(&operations.to_string()).await;
    }
    let operation = json!({"op": "replace", "path": "title", "value": "x"});
    for body in [
        json!({}),
        json!({"Operations": null}),
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "Operations": [operation]}),
    ] {
        refused(
            &scene
                .world
                .scim("PATCH", &scene.path(), Some(body.clone()))
                .await,
            400,
            "invalidSyntax",
            &body.to_string(),
        );
    }
    let many = Value::from(vec![operation; 2_001]);
    refused(
        &scene.world.patch(&scene.id, many).await,
        413,
        "",
        "too many operations",
    );
    scene.unharmed("operations").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicate_keys() {
    let scene = Scene::set().await;
    for (key, body) in [
        (
            "userName",
            r#"{"userName": "grace@example.com", "userName": "mary@example.com"}"#,
        ),
        (
            "USERNAME",
            r#"{"userName": "grace@example.com", "USERNAME": "grace@example.com"}"#,
        ),
        (
            "value",
            r#"{"userName": "grace@example.com", "emails": [{"value": "a@example.com", "value": "b@example.com"}]}"#,
        ),
        (
            "operations",
            r#"{"Operations": [{"op": "replace", "path": "active", "value": true}], "operations": [{"op": "replace", "path": "active", "value": false}]}"#,
        ),
        (
            "Path",
            r#"{"Operations": [{"op": "replace", "path": "title", "Path": "active", "value": "x"}]}"#,
        ),
    ] {
        scene
            .refuse_everywhere(body.as_bytes(), "invalidSyntax", body)
            .await;
        let answer = ask(&scene.world, "POST", "/Users", JSON, body).await;
        assert!(
            answer.body["detail"]
                .as_str()
                .unwrap()
                .contains(&format!("\"{key}\"")),
            "{key} is named: {}",
            answer.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_too_deep_or_too_long() {
    const LIMIT: usize = 1024 * 1024;
    let scene = Scene::set().await;
    for depth in [40, 1_000, 100_000] {
        let deep = [
            b"{\"userName\": ".to_vec(),
            b"[".repeat(depth),
            b"]".repeat(depth),
            b"}".to_vec(),
        ]
        .concat();
        scene
            .refuse_everywhere(&deep, "invalidSyntax", &format!("{depth} arrays"))
            .await;
        let deep = [b"{\"x\":".repeat(depth), b"1".to_vec(), b"}".repeat(depth)].concat();
        scene
            .refuse_everywhere(&deep, "invalidSyntax", &format!("{depth} objects"))
            .await;
        scene
            .refuse_everywhere(
                &b"[".repeat(depth),
                "invalidSyntax",
                &format!("{depth} brackets"),
            )
            .await;
    }
    let target = format!("/acme/entra/scim/v2/Users/{}", scene.id);
    for length in [LIMIT + 1, 7 * LIMIT] {
        let body = vec![b'x'; length];
        let size = format!("content-length: {length}");
        let chunks: Vec<u8> = body
            .chunks(64 * 1024)
            .flat_map(|chunk| {
                [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat()
            })
            .collect();
        let chunked = [chunks, b"0\r\n\r\n".to_vec()].concat();
        for (method, target) in [
            ("POST", "/acme/entra/scim/v2/Users"),
            ("PUT", &target),
            ("PATCH", &target),
        ] {
            let what = format!("{method} of {length}");
            let answer = raw(
                &scene.world,
                &[head(method, target, &[&size]), body.clone()],
            )
            .await;
            refused(&answer, 413, "", &what);
            let answer = raw(
                &scene.world,
                &[
                    head(method, target, &["transfer-encoding: chunked"]),
                    chunked.clone(),
                ],
            )
            .await;
            refused(&answer, 413, "", &format!("{what} in chunks"));
        }
        // Whatever else is wrong, its answer arrives as well.
        for (status, target, line) in [
            (404, "/acme/entra/scim/v2/Nothing", "x: y"),
            (404, "/nowhere", "x: y"),
            (401, "/acme/okta/scim/v2/Users", "x: y"),
            (415, "/acme/entra/scim/v2/Users", "content-type: text/plain"),
            (405, "/acme/entra/scim/v2/Schemas", "x: y"),
        ] {
            let answer = raw(
                &scene.world,
                &[head("POST", target, &[&size, line]), body.clone()],
            )
            .await;
            refused(
                &answer,
                status,
                "",
                &format!("{target} with {length} bytes"),
            );
        }
        scene.unharmed(&length.to_string()).await;
    }
    // Up to the limit a body is read.
    let mut body = grace().to_string().into_bytes();
    body.resize(LIMIT, b' ');
    assert_eq!(
        ask(&scene.world, "POST", "/Users", JSON, body).await.status,
        201
    );
}

/// What CXone would refuse, or a rule does, is refused before CXone is asked.
#[tokio::test(flavor = "multi_thread")]
async fn users_that_cxone_could_not_hold() {
    let scene = Scene::set().await;
    for (named, key, value) in [
        ("userName", "userName", Value::Null),
        ("email", "emails", Value::Null),
        ("givenName", "name", json!({"familyName": "Hopper"})),
        ("familyName", "name", json!({"givenName": "Grace"})),
        ("userName", "userName", json!("grace")),
        ("role", "roles", json!([{"value": "Administrator"}])),
        ("role", "roles", json!([{"value": "Astronaut"}])),
    ] {
        let mut body = grace();
        body[key] = value.clone();
        let answer = scene.post(body).await;
        assert!(
            (400..500).contains(&answer.status) && ![401, 404, 409].contains(&answer.status),
            "{key} {value}: {}",
            answer.body
        );
        refused(
            &answer,
            answer.status,
            answer.body["scimType"].as_str().unwrap_or_default(),
            key,
        );
        assert!(
            answer.body["detail"].as_str().unwrap().contains(named),
            "{key} {value} is named: {}",
            answer.body
        );
        scene.unharmed(&format!("{key} {value}")).await;
    }
}
