//! Requests that no well-behaved client library sends, and the form that every error has.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{Reply, TOKEN, World, reply};

/// A request to `acme/entra` with these headers and this body as they are; the path follows `/scim/v2`.
pub(crate) async fn ask(
    world: &World,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Vec<u8>>,
) -> Reply {
    let url = format!("http://{}/acme/entra/scim/v2{path}", world.app.scim);
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let mut request = world.http.request(method, url).bearer_auth(TOKEN);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body: Vec<u8> = body.into();
    if !body.is_empty() {
        request = request.body(body);
    }
    reply(request).await
}

/// Asserts that an answer is a SCIM error of this status and scimType (`""` for none) that says something (N22, N25).
pub(crate) fn refused(answer: &Reply, status: u16, scim_type: &str, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.body);
    assert_eq!(
        answer.headers["content-type"], "application/scim+json",
        "{what}"
    );
    let body = &answer.body;
    assert_eq!(
        body["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:Error"]),
        "{what}"
    );
    assert_eq!(body["status"], status.to_string(), "{what}: a string");
    assert_eq!(
        body["scimType"].as_str().unwrap_or_default(),
        scim_type,
        "{what}: {body}"
    );
    assert!(
        body["detail"]
            .as_str()
            .is_some_and(|detail| detail.len() > 10),
        "{what}: {body}"
    );
}

/// Sends bytes over a connection of their own and reads the answer to its end.
pub(crate) async fn raw(world: &World, parts: &[Vec<u8>]) -> Reply {
    let mut stream = TcpStream::connect(world.app.scim)
        .await
        .expect("a connection");
    for part in parts {
        stream.write_all(part).await.expect("the server reads on");
    }
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await;
    read.expect("an answer in time").expect("no reset");
    let text = String::from_utf8(answer).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .expect("a status");
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').expect("a header");
        let name = reqwest::header::HeaderName::from_bytes(name.as_bytes()).expect("a name");
        headers.insert(name, value.trim().parse().expect("a value"));
    }
    let body = if body.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(body).expect("JSON")
    };
    Reply {
        status: status.parse().expect("a number"),
        headers,
        body,
    }
}

/// The head of a request with this target, byte for byte, and these further lines.
pub(crate) fn head(method: &str, target: &str, lines: &[&str]) -> Vec<u8> {
    let mut head = format!(
        "{method} {target} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n"
    );
    for line in lines {
        head.push_str(line);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}
