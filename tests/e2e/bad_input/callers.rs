//! Callers who may not: tokens, and ids of other connections.

use std::cell::RefCell;

use serde_json::{Value, json};
use simulator::{Settings, Simulator};
use tokio::net::TcpListener;

use super::grace;
use crate::authentication::peer;
use crate::wire::refused;
use crate::world::{World, ada, reply};

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_other_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let other = Simulator::start(listener, Settings::default()).expect("a simulator");
    let plugins = |scope: &str| format!("[[tenants.{scope}.plugins]]\nuse = \"entra\"\n");
    let world = World::with(&format!(
        "[tenants.acme.connections.entra]\nidp = \"entra\"\ntoken = \"test-token\"\n{}\
         [tenants.acme.connections.okta]\nidp = \"okta\"\ntoken = \"okta-token\"\n{}\
         [tenants.globex.cxone]\napi = \"scim\"\nbase_url = \"{}\"\naccess_key_id = \"simulator\"\naccess_key_secret = \"simulator-secret\"\n\
         [tenants.globex.connections.entra]\nidp = \"entra\"\ntoken = \"globex-token\"\n{}",
        plugins("acme.connections.entra"),
        plugins("acme.connections.okta"),
        other.base_url(),
        plugins("globex.connections.entra"),
    ))
    .await;
    let id = world.created(ada()).await;
    let user = world.scim("GET", &format!("/Users/{id}"), None).await.body;
    let calls = world.told().await.len();
    let http = RefCell::new(world.http.clone());
    let send =
        async |method: &str, target: &str, authorization: Option<&str>, body: Option<&Value>| {
            let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
            let http = http.borrow().clone();
            let mut request = http.request(method, format!("http://{}{target}", world.app.scim));
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            if let Some(body) = body {
                request = request.body(body.to_string());
            }
            reply(request).await
        };
    let changes = json!({"Operations": [{"op": "replace", "path": "active", "value": false}]});
    let full = ada();
    let requests = |base: &str| {
        [
            ("GET", format!("{base}/Users/{id}"), None),
            ("PUT", format!("{base}/Users/{id}"), Some(full.clone())),
            ("PATCH", format!("{base}/Users/{id}"), Some(changes.clone())),
            ("DELETE", format!("{base}/Users/{id}"), None),
        ]
    };

    for (at, authorization) in [
        None,
        Some(""),
        Some("Bearer"),
        Some("Bearer "),
        Some("Bearer test-toke"),
        Some("Bearer test-tokens"),
        Some("Bearer TEST-TOKEN"),
        Some("Bearer okta-token"),
        Some("Bearer globex-token"),
        Some("Bearer Bearer test-token"),
        Some("Basic test-token"),
        Some("test-token"),
        Some("non-token"),
    ]
    .into_iter()
    .enumerate()
    {
        // An address for each, so that the limit on failures is not what answers.
        *http.borrow_mut() = peer(200 + at as u8);
        let more = [
            ("GET", "/acme/entra/scim/v2/Users".to_owned(), None),
            (
                "POST",
                "/acme/entra/scim/v2/Users".to_owned(),
                Some(grace()),
            ),
            (
                "GET",
                "/acme/entra/scim/v2/ServiceProviderConfig".to_owned(),
                None,
            ),
            ("GET", "/acme/entra/scim/v2/Nothing".to_owned(), None),
        ];
        for (method, target, body) in requests("/acme/entra/scim/v2").into_iter().chain(more) {
            let answer = send(method, &target, authorization, body.as_ref()).await;
            refused(
                &answer,
                401,
                "",
                &format!("{method} {target} by {authorization:?}"),
            );
            assert!(answer.headers.contains_key("www-authenticate"));
        }
    }
    // Whether a tenant or a connection exists is nobody's business.
    for base in [
        "/acme/nobody/scim/v2",
        "/nobody/entra/scim/v2",
        "/acme_/entra/scim/v2",
        "/ACME/entra/scim/v2",
    ] {
        let answer = send(
            "GET",
            &format!("{base}/Users"),
            Some("Bearer test-token"),
            None,
        )
        .await;
        assert_eq!(
            (answer.status, &answer.body["detail"]),
            (
                401,
                &json!("the credentials are missing or not this connection's")
            ),
            "{base}"
        );
    }

    // An id of another connection is no id, in the same tenant or another.
    for (base, token) in [
        ("/acme/okta/scim/v2", "Bearer okta-token"),
        ("/globex/entra/scim/v2", "Bearer globex-token"),
    ] {
        for (method, target, body) in requests(base) {
            refused(
                &send(method, &target, Some(token), body.as_ref()).await,
                404,
                "",
                &format!("{method} {target}"),
            );
        }
        for filter in [
            format!("id%20eq%20%22{id}%22"),
            "externalId%20eq%20%22ada%22".to_owned(),
            "emails.value%20eq%20%22ada@example.com%22".to_owned(),
            "active%20eq%20true".to_owned(),
        ] {
            let answer = send(
                "GET",
                &format!("{base}/Users?filter={filter}"),
                Some(token),
                None,
            )
            .await;
            assert_eq!(
                (answer.status, &answer.body["totalResults"]),
                (200, &json!(0)),
                "{base} {filter}"
            );
        }
        assert_eq!(
            send("GET", &format!("{base}/Users"), Some(token), None)
                .await
                .body["totalResults"],
            0
        );
    }
    assert_eq!(world.told().await.len(), calls, "CXone heard nothing");
    let named = send(
        "GET",
        "/acme/okta/scim/v2/Users?filter=userName%20eq%20%22ada@example.com%22",
        Some("Bearer okta-token"),
        None,
    )
    .await;
    assert_eq!(
        (named.status, &named.body["totalResults"]),
        (200, &json!(0)),
        "a user of another connection is not offered"
    );
    let taken = send(
        "POST",
        "/acme/okta/scim/v2/Users",
        Some("Bearer okta-token"),
        Some(&full),
    )
    .await;
    refused(
        &taken,
        409,
        "uniqueness",
        "the name is another connection's",
    );
    assert!(!taken.body.to_string().contains(&id));

    assert!(
        world.writes().await.len() == 1,
        "Ada's create and nothing else"
    );
    assert_eq!(
        world.scim("GET", &format!("/Users/{id}"), None).await.body,
        user
    );
    // The other tenant is another CXone: the same name is free there.
    let free = send(
        "POST",
        "/globex/entra/scim/v2/Users",
        Some("Bearer globex-token"),
        Some(&full),
    )
    .await;
    assert_eq!(free.status, 201, "{}", free.body);
    assert_eq!(world.writes().await.len(), 1);
}
