//! Who is wrong: always the same answer, and told to wait after a while; who is right is never kept out.

use serde_json::json;

use super::*;
use crate::wire::{raw, refused};

const ROUTES: &[(&str, &str)] = &[
    ("GET", "/Users"),
    ("POST", "/Users"),
    ("GET", "/Users/0199aaaa-0000-7000-8000-000000000000"),
    ("PUT", "/Users/0199aaaa-0000-7000-8000-000000000000"),
    ("PATCH", "/Users/0199aaaa-0000-7000-8000-000000000000"),
    ("DELETE", "/Users/0199aaaa-0000-7000-8000-000000000000"),
    ("GET", "/Groups"),
    ("POST", "/Groups"),
    ("GET", "/Groups/0199aaaa-0000-7000-8000-000000000000"),
    ("PUT", "/Groups/0199aaaa-0000-7000-8000-000000000000"),
    ("PATCH", "/Groups/0199aaaa-0000-7000-8000-000000000000"),
    ("DELETE", "/Groups/0199aaaa-0000-7000-8000-000000000000"),
    ("POST", "/.search"),
    ("POST", "/Users/.search"),
    ("POST", "/Groups/.search"),
    ("POST", "/Bulk"),
    ("GET", "/Me"),
    ("GET", "/ServiceProviderConfig"),
    ("GET", "/ResourceTypes"),
    ("GET", "/ResourceTypes/User"),
    ("GET", "/Schemas"),
    ("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"),
    ("TRACE", "/Users"),
    ("GET", "/Nothing"),
    ("GET", ""),
];

/// Every route, for a caller without a credential, with a wrong one, and with one of each kind of another connection: one
/// answer, whether the connection exists or not.
#[tokio::test(flavor = "multi_thread")]
async fn a_credential_of_one_connection_is_worth_nothing_at_another() {
    let keys = Keys::serve().await;
    let connections = [
        connection("entra", "entra", &everything(&keys)),
        connection("okta", "okta", "token = \"okta-token\""),
    ];
    let world = World::with(&connections.concat()).await;
    let form = [("grant_type", "client_credentials")];
    let ours = bearer(&grant(&world, Some(&basic("entra", SECRET)), &form).await);
    let callers = [
        None,
        Some("Bearer wrong".to_owned()),
        Some("Bearer test-token".to_owned()),
        Some(basic("okta", "a-hashed-password")),
        Some(ours),
        Some(format!("Bearer {}", signed(&claims()))),
    ];
    let mut answers = Vec::new();
    for (at, caller) in callers.iter().enumerate() {
        for (of, connection) in ["acme/okta", "acme/nobody", "nobody/entra"]
            .iter()
            .enumerate()
        {
            for (half, routes) in ROUTES.chunks(7).enumerate() {
                // An address for each, so that the limit on failures is not what answers: few enough that two may share a
                // place in which failures are counted.
                let http = peer((20 + at * 15 + of * 5 + half) as u8);
                for (method, route) in routes {
                    let path = format!("/{connection}/scim/v2{route}");
                    let answer = ask(&world, &http, method, &path, caller.as_deref()).await;
                    refused(&answer, 401, "", &format!("{method} {path}"));
                    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
                    let headers: Vec<_> = headers
                        .map(|(name, value)| (name.clone(), value.clone()))
                        .collect();
                    answers.push((answer.body, headers));
                }
            }
        }
    }
    assert_eq!(answers.len(), callers.len() * 3 * ROUTES.len());
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "they differ"
    );
    let challenges = answers[0]
        .1
        .iter()
        .filter(|(name, _)| *name == "www-authenticate");
    assert_eq!(
        challenges.count(),
        2,
        "Bearer and Basic, whatever the connection has"
    );
    // Each of them is right where it belongs.
    for caller in callers.iter().flatten().skip(1) {
        assert_eq!(opens(&world, "acme/entra", caller).await, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_wrong_too_often_waits_and_who_is_right_does_not() {
    let world = World::start().await;
    let wrong = |connection: &'static str, http: Client| {
        let world = &world;
        async move {
            let path = format!("/{connection}/scim/v2/Users");
            ask(world, &http, "GET", &path, Some("Bearer wrong")).await
        }
    };
    let http = peer(2);
    for connection in ["acme/entra", "acme/nobody"] {
        // A place is forgiven each second, so a slow run sees a few more than twenty.
        let mut before = 0;
        let answer = loop {
            let answer = wrong(connection, http.clone()).await;
            if answer.status == 429 {
                break answer;
            }
            refused(&answer, 401, "", connection);
            before += 1;
            assert!(before < 200, "there is no limit");
        };
        assert!(before >= 20, "{before}");
        refused(&answer, 429, "", connection);
        let wait = answer.headers["retry-after"].to_str().expect("text");
        assert!((1..=20).contains(&wait.parse::<u32>().expect("whole seconds")));
    }
    // Who is right, at the same address or behind the same proxy, is let in.
    let path = "/acme/entra/scim/v2/Users";
    let right = ask(&world, &http, "GET", path, Some("Bearer test-token")).await;
    assert_eq!(right.status, 200);
    // Another address is another caller, and what a header says of addresses is nothing.
    assert_eq!(wrong("acme/entra", peer(3)).await.status, 401);
    let posing = http
        .get(format!("http://{}{path}", world.app.scim))
        .header("x-forwarded-for", "192.0.2.7")
        .bearer_auth("wrong");
    assert_eq!(reply(posing).await.status, 429);
}

/// Bytes that no client sends: an answer, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn strange_headers_are_refused_like_wrong_ones() {
    let world = World::start().await;
    let long = "a".repeat(60_000);
    let dots = format!("Bearer {}", "a.".repeat(20_000));
    for value in [
        b"Bearer \xff\xfe\xfd".to_vec(),
        b"\xff".to_vec(),
        format!("Bearer {long}").into_bytes(),
        format!("Basic {long}").into_bytes(),
        dots.into_bytes(),
        b"Bearer ..".to_vec(),
        b"Bearer a.b.c".to_vec(),
        b"Bearer .".to_vec(),
        b"Basic OjovOg==".to_vec(),
        b"Basic AAA6AAA=".to_vec(),
        b"Negotiate abc".to_vec(),
        b"Bearer\ttest-token".to_vec(),
        b"Bearer test-token, Bearer test-token".to_vec(),
    ] {
        let mut head = b"GET /acme/entra/scim/v2/Users HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: ".to_vec();
        head.extend(&value);
        head.extend(b"\r\n\r\n");
        let answer = raw(&world, &[head]).await;
        refused(
            &answer,
            401,
            "",
            &String::from_utf8_lossy(&value[..value.len().min(40)]),
        );
    }
    let twice = b"GET /acme/entra/scim/v2/Users HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer test-token\r\nauthorization: Bearer test-token\r\n\r\n";
    refused(
        &raw(&world, &[twice.to_vec()]).await,
        401,
        "",
        "two headers",
    );
    // A zero byte is no HTTP; hyper says so itself, without a body.
    let zero = b"GET /acme/entra/scim/v2/Users HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer a\0b\r\n\r\n";
    assert_eq!(raw(&world, &[zero.to_vec()]).await.status, 400);
    assert_eq!(
        world.scim("GET", "/Users", None).await.body["totalResults"],
        json!(0)
    );
}
