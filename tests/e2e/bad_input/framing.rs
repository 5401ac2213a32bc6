//! Requests whose frame is wrong: what a parser in front might read otherwise than ours. Nothing of a request is ever passed on as
//! it came, so there is no second reader to be misled; here it is shown that the first one is not either.

use crate::wire::head;
use crate::world::World;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// The statuses of all answers on a connection until it closes.
async fn statuses(world: &World, bytes: &[u8]) -> Vec<u16> {
    let mut stream = TcpStream::connect(world.app.scim)
        .await
        .expect("a connection");
    // A server that has seen enough may close before all is written.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(std::time::Duration::from_secs(30), read)
        .await
        .expect("an end");
    let text = String::from_utf8_lossy(&answer).into_owned();
    let lines = text.split("HTTP/1.1 ").skip(1);
    lines
        .filter_map(|line| line.get(..3)?.parse().ok())
        .collect()
}

fn with(lines: &[&str], body: &str) -> Vec<u8> {
    [
        head("POST", "/acme/entra/scim/v2/Users", lines),
        body.as_bytes().to_vec(),
    ]
    .concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_that_two_readers_could_read_differently() {
    let scene = Scene::set().await;
    let body = grace().to_string();
    let right = format!("content-length: {}", body.len());
    let longer = format!("content-length: {}", body.len() + 1);
    let many: Vec<String> = (0..120).map(|at| format!("x-{at}: 1")).collect();
    let many: Vec<&str> = many
        .iter()
        .map(String::as_str)
        .chain([right.as_str()])
        .collect();
    let huge = format!("x-huge: {}", "x".repeat(200 * 1024));
    let frames: Vec<(&str, Vec<u8>)> = vec![
        ("two lengths", with(&[&right, &longer], &body)),
        (
            "a length that is no number",
            with(&["content-length: 1e3"], &body),
        ),
        ("a length with a sign", with(&["content-length: +5"], &body)),
        (
            "an encoding nobody knows",
            with(&["transfer-encoding: xchunked"], &body),
        ),
        (
            "chunked, and then more",
            with(&["transfer-encoding: chunked, identity"], &body),
        ),
        ("a folded header", with(&["x-a: b\r\n c: d", &right], &body)),
        (
            "a space before the colon",
            with(&["content-length : 5"], &body),
        ),
        ("a header without a name", with(&[": x", &right], &body)),
        ("a NUL in a header", with(&["x-a: b\0c", &right], &body)),
        (
            "a carriage return in a header",
            with(&["x-a: b\rc: d", &right], &body),
        ),
        ("too many headers", with(&many, &body)),
        ("a header that is too long", with(&[&huge], &body)),
        (
            "a chunk size that is no number",
            with(&["transfer-encoding: chunked"], "zz\r\n"),
        ),
        (
            "no version",
            b"POST /acme/entra/scim/v2/Users\r\n\r\n".to_vec(),
        ),
        (
            "another protocol",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        ),
    ];
    for (what, bytes) in frames {
        let statuses = statuses(&scene.world, &bytes).await;
        let refused = statuses.iter().all(|status| (400..600).contains(status));
        assert!(refused && statuses.len() <= 1, "{what}: {statuses:?}");
        scene.unharmed(what).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_within_a_request_is_a_body_or_a_request_and_never_both() {
    let scene = Scene::set().await;
    // The length says that the DELETE is body; the encoding, which goes before it, that it is a request of its own. Without
    // credentials it is refused, and it is answered on its own.
    let inner = format!(
        "DELETE /acme/entra/scim/v2{} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        scene.path()
    );
    let body = format!("0\r\n\r\n{inner}");
    let length = format!("content-length: {}", body.len());
    let outer = format!(
        "POST /acme/entra/scim/v2/Users HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n{length}\r\ntransfer-encoding: chunked\r\n\r\n{body}",
        crate::world::TOKEN
    );
    let statuses = statuses(&scene.world, outer.as_bytes()).await;
    assert!(
        statuses.iter().all(|status| matches!(status, 400 | 401)),
        "{statuses:?}"
    );
    scene.unharmed("smuggled").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_claim_something_are_not_believed() {
    let scene = Scene::set().await;
    for (name, value) in [
        ("x-forwarded-user", "admin"),
        ("x-original-url", "/acme/entra/scim/v2/Groups"),
        ("x-rewrite-url", "/admin"),
        ("x_forwarded_for", "127.0.0.1"),
        ("connection", "close, authorization"),
        ("x-http-method", "DELETE"),
    ] {
        let answer = ask(&scene.world, "GET", &scene.path(), &[(name, value)], "").await;
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.body["id"], json!(scene.id), "{name}");
    }
    // An absolute address is read for its path alone.
    let target = format!(
        "http://elsewhere.example/acme/entra/scim/v2{}",
        scene.path()
    );
    let answer = crate::wire::raw(&scene.world, &[head("GET", &target, &[])]).await;
    assert_eq!(answer.status, 200);
    scene.unharmed("headers").await;
}
