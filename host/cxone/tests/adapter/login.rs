//! Ways in (cxone.md 1.2, 2.1, 2.2): what goes over the wire, what renews a token, and secrets in files.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bridge::port::cxone::{Cxone, Freshness, UpstreamError};
use cxone::{Auth, ScimAdapter, Secret};
use serde_json::json;

use crate::server::{Reply, Seen, Server, ada, soon};

const KEY: &str = "/authentication/v1/token/access-key";
const GRANT: &str = "/auth/token";
const REFRESH: &str = "/public/user/refresh";

fn application() -> Auth {
    Auth::Password {
        client_id: "app@jackfield".into(),
        client_secret: "app secret".into(),
        id: "key id".into(),
        secret: "s3cret&=".into(),
    }
}

fn with(server: &Server, auth: Auth) -> ScimAdapter {
    server.adapter_with(|settings| {
        settings.scim_path = auth.scim_path().to_owned();
        settings.auth = auth;
    })
}

fn read(request: &Seen) -> Option<Reply> {
    (request.method == "GET").then(|| Reply::Json(200, ada()))
}

fn sold(token: &str) -> Reply {
    Reply::Json(200, json!({"access_token": token, "expires_in": 3600}))
}

fn at<'a>(seen: &'a [Seen], path: &str) -> Vec<&'a Seen> {
    seen.iter().filter(|seen| seen.path == path).collect()
}

// 2.2: form-encoded, the client by HTTP Basic, the access key as user name and password.
#[tokio::test]
async fn the_password_grant_is_a_form_with_the_client_in_basic() {
    let server = Server::start(|request, _| match request.path.as_str() {
        GRANT => Some(sold("granted")),
        _ => read(request),
    })
    .await;
    with(&server, application())
        .read("u-1", soon())
        .await
        .unwrap();
    let seen = server.seen();
    let grant = at(&seen, GRANT)[0];
    assert_eq!(grant.method, "POST");
    assert_eq!(
        grant.text,
        "grant_type=password&username=key+id&password=s3cret%26%3D"
    );
    let type_line = "content-type: application/x-www-form-urlencoded\r\n";
    assert!(grant.head.contains(type_line), "{}", grant.head);
    // app@jackfield:app secret, the head being in lower case here.
    let basic = "authorization: basic ywxwqgphy2tmawvsz";
    let basic_line = grant
        .head
        .lines()
        .find(|line| line.starts_with("authorization:"));
    assert_eq!(
        basic_line,
        Some("authorization: basic yxbwqgphy2tmawvszdphchagc2vjcmv0"),
        "{basic}"
    );
    assert!(
        server.calls()[0]
            .head
            .contains("authorization: bearer granted\r\n")
    );
    assert_eq!(server.tokens(), 0);
}

#[tokio::test]
async fn a_refused_application_is_named_without_its_secrets() {
    let server = Server::start(|request, _| {
        (request.path == GRANT).then(|| {
            let text = "bad s3cret&= of key id for app@jackfield with app secret";
            Reply::Json(
                401,
                json!({"error": "invalid_client", "errorDescription": text}),
            )
        })
    })
    .await;
    let outcome = with(&server, application()).read("u-1", soon()).await;
    let Err(UpstreamError::Unavailable { reason, .. }) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(reason.contains("client_id"), "{reason}");
    for secret in ["s3cret", "key id", "app secret"] {
        assert!(!reason.contains(secret), "{reason}");
    }
}

/// Reads until the server has seen `path` so many times. Tokens live for moments here.
async fn read_until(server: &Server, adapter: &ScimAdapter, path: &str, times: usize) {
    let reading = async {
        while at(&server.seen(), path).len() < times {
            adapter.read("u-1", soon()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), reading)
        .await
        .unwrap();
}

fn brief(token: &str, refresh: &str) -> Reply {
    let token = json!({"access_token": token, "refresh_token": refresh, "expires_in": 0.05});
    Reply::Json(200, token)
}

// 2.1: POST /public/user/refresh {token}.
#[tokio::test]
async fn an_access_keys_token_is_refreshed_with_what_came_with_it() {
    let server = Server::start(|request, before| match request.path.as_str() {
        KEY => Some(brief("first", "again-1")),
        REFRESH if before == 0 => Some(brief("second", "again-2")),
        REFRESH => Some(brief("third", "again-3")),
        _ => read(request),
    })
    .await;
    read_until(&server, &server.adapter(), REFRESH, 2).await;
    let seen = server.seen();
    let bodies: Vec<_> = at(&seen, REFRESH)
        .iter()
        .map(|seen| seen.body.clone())
        .collect();
    assert_eq!(
        bodies[..2],
        [json!({"token": "again-1"}), json!({"token": "again-2"})]
    );
    assert_eq!(server.tokens(), 1);
    assert!(
        server
            .calls()
            .iter()
            .any(|call| call.head.contains("bearer second\r\n"))
    );
}

// 2.2: grant_type=refresh_token at the same endpoint.
#[tokio::test]
async fn a_granted_token_is_refreshed_at_the_token_endpoint() {
    let server = Server::start(|request, before| match request.path.as_str() {
        GRANT if before == 0 => Some(brief("first", "again-1")),
        GRANT => Some(sold("second")),
        _ => read(request),
    })
    .await;
    read_until(&server, &with(&server, application()), GRANT, 2).await;
    let seen = server.seen();
    let second = at(&seen, GRANT)[1];
    assert_eq!(
        second.text,
        "grant_type=refresh_token&refresh_token=again-1"
    );
    assert!(second.head.contains("authorization: basic "));
}

#[tokio::test]
async fn when_a_refresh_is_refused_the_key_logs_in_anew() {
    for (status, refreshes) in [(400, 2), (401, 2), (404, 1), (500, 2)] {
        let server = Server::start(move |request, _| match request.path.as_str() {
            KEY => Some(brief("token", "again")),
            REFRESH => Some(Reply::Json(status, json!({"message": "no"}))),
            _ => read(request),
        })
        .await;
        read_until(&server, &server.adapter(), KEY, 3).await;
        let asked = at(&server.seen(), REFRESH).len();
        // Where there is no such path, it is not asked for again.
        assert!(
            asked >= refreshes && (status != 404 || asked == 1),
            "{status}: {asked}"
        );
    }
}

// 1.2: the basic family takes the access key itself. Assumption: the same key buys a token for everything else.
#[tokio::test]
async fn basic_is_for_scim_and_a_token_for_the_rest() {
    let server = Server::start(|request, _| read(request)).await;
    let auth = Auth::Basic {
        id: "simulator".into(),
        secret: "simulator-secret".into(),
    };
    let adapter = with(&server, auth);
    adapter.read("u-1", soon()).await.unwrap();
    adapter.directory(Freshness::Now, soon()).await.unwrap();
    let seen = server.seen();
    let user = at(&seen, "/basic-auth/scim/v2/Users/u-1")[0];
    // simulator:simulator-secret, the head being in lower case here.
    let basic = "authorization: basic c2ltdwxhdg9yonnpbxvsyxrvci1zzwnyzxq=\r\n";
    assert!(user.head.contains(basic), "{}", user.head);
    let roles = at(&seen, "/authorization/v1/roles/search")[0];
    assert!(roles.head.contains("authorization: bearer token-1\r\n"));
}

fn written(directory: &Path, text: &str) -> Secret {
    let path = directory.join("secret");
    std::fs::write(&path, text).unwrap();
    Secret::File(path)
}

#[tokio::test]
async fn a_key_that_was_rotated_is_read_again_for_the_next_token() {
    let directory = tempfile::tempdir().unwrap();
    let rotated = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&rotated);
    let server = Server::start(move |request, _| {
        let secret = if now.load(Ordering::SeqCst) {
            "second"
        } else {
            "first"
        };
        let wanted = format!("bearer token-{secret}\r\n");
        match request.path.as_str() {
            KEY if request.body["accessKeySecret"] == secret => {
                Some(sold(&format!("token-{secret}")))
            }
            KEY => Some(Reply::Json(401, json!({}))),
            _ if !request.head.contains(&wanted) => Some(Reply::Json(401, json!({}))),
            _ => read(request),
        }
    })
    .await;
    let secret = written(directory.path(), "first\n");
    let id = "simulator".into();
    let adapter = with(&server, Auth::AccessKey { id, secret });
    adapter.read("u-1", soon()).await.unwrap();
    rotated.store(true, Ordering::SeqCst);
    written(directory.path(), "second\n");
    assert!(adapter.read("u-1", soon()).await.unwrap().is_some());
    assert_eq!(server.tokens(), 2);
}

#[tokio::test]
async fn a_token_in_a_file_is_read_again_once_it_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let rotated = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&rotated);
    let server = Server::start(move |request, _| {
        let good = if now.load(Ordering::SeqCst) {
            "second"
        } else {
            "first"
        };
        let in_force = request.head.contains(&format!("bearer {good}\r\n"));
        if in_force {
            read(request)
        } else {
            Some(Reply::Json(401, json!({})))
        }
    })
    .await;
    let adapter = with(&server, Auth::Bearer(written(directory.path(), "first")));
    adapter.read("u-1", soon()).await.unwrap();
    rotated.store(true, Ordering::SeqCst);
    // As long as the first, and within the same second.
    written(directory.path(), "secon");
    assert!(adapter.read("u-1", soon()).await.is_err());
    written(directory.path(), "second");
    assert!(adapter.read("u-1", soon()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_named_by_its_key() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(|request, _| read(request)).await;
    let long = "x".repeat(70_000);
    for (text, word) in [
        ("", "empty"),
        (" \n", "empty"),
        (&long, "longer"),
        ("two words", "ASCII"),
    ] {
        let auth = Auth::Bearer(written(directory.path(), text));
        let outcome = with(&server, auth).read("u-1", soon()).await;
        let Err(UpstreamError::Unavailable { reason, .. }) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(
            reason.contains("token: ") && reason.contains(word),
            "{reason}"
        );
        assert!(
            !reason.contains("xxx") && !reason.contains("two words"),
            "{reason}"
        );
    }
    let path = directory.path().join("nowhere");
    let outcome = with(&server, Auth::Bearer(Secret::File(path.clone())))
        .read("u-1", soon())
        .await;
    let Err(UpstreamError::Unavailable { reason, .. }) = outcome else {
        panic!("{outcome:?}");
    };
    // The reason goes as far as the identity provider.
    assert!(reason.starts_with("token: "), "{reason}");
    assert!(!reason.contains("nowhere"), "{reason}");
    assert!(server.seen().is_empty());
}
