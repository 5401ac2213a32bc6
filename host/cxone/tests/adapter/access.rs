use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bridge::port::cxone::{Cxone, UpstreamError};
use serde_json::json;

use crate::server::{Reply, Seen, Server, ada, soon};

fn is_token(request: &Seen) -> bool {
    request.path == "/authentication/v1/token/access-key"
}

// 2.1: POST {accessKeyId, accessKeySecret} as JSON; access_token is the bearer.
#[tokio::test]
async fn a_hundred_calls_share_one_token() {
    let server =
        Server::start(|request, _| (request.method == "GET").then(|| Reply::Json(200, ada())))
            .await;
    let adapter = Arc::new(server.adapter());
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let adapter = Arc::clone(&adapter);
            tokio::spawn(async move { adapter.read("u-1", soon()).await })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap().unwrap().is_some());
    }
    assert_eq!(server.tokens(), 1);
    let token = server.seen().into_iter().find(is_token).unwrap();
    assert_eq!(
        token.body,
        json!({"accessKeyId": "simulator", "accessKeySecret": "simulator-secret"})
    );
    assert!(!token.head.contains("authorization:"));
    // Roles and teams were read once for all, too.
    let searches = server
        .seen()
        .iter()
        .filter(|seen| seen.path.ends_with("/search"))
        .count();
    assert_eq!(searches, 2);
}

/// Tokens by number; `good` says which one counts.
async fn numbered(good: Arc<AtomicUsize>) -> Server {
    let issued = AtomicUsize::new(0);
    Server::start(move |request, _| {
        if is_token(request) {
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            let token = format!("token-{number}");
            return Some(Reply::Json(
                200,
                json!({"access_token": token, "expires_in": 3600}),
            ));
        }
        let good = good.load(Ordering::SeqCst);
        if !request.head.contains(&format!("bearer token-{good}\r\n")) {
            return Some(Reply::Json(
                401,
                json!({"status": 401, "error": "Unauthorized", "message": "token expired"}),
            ));
        }
        request
            .path
            .starts_with("/scim/")
            .then(|| Reply::Json(200, ada()))
    })
    .await
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_request_sent_once_more() {
    let good = Arc::new(AtomicUsize::new(1));
    let server = numbered(Arc::clone(&good)).await;
    let adapter = Arc::new(server.adapter());
    adapter.read("u-1", soon()).await.unwrap();
    assert_eq!(server.tokens(), 1);
    good.store(2, Ordering::SeqCst);
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let adapter = Arc::clone(&adapter);
            tokio::spawn(async move { adapter.read("u-1", soon()).await })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap().unwrap().is_some());
    }
    assert_eq!(server.tokens(), 2);
    let with = |token: &str| {
        let token = format!("bearer {token}\r\n");
        server
            .calls()
            .iter()
            .filter(|call| call.head.contains(&token))
            .count()
    };
    assert_eq!(with("token-2"), 50);
}

#[tokio::test]
async fn a_key_that_is_refused_is_named_and_leaves_nothing_uncertain() {
    for status in [401, 403] {
        let server = Server::start(move |request, _| {
            request.path.starts_with("/scim/").then(|| {
                Reply::Json(
                    status,
                    json!({"error": "denied", "errorDescription": "no permission"}),
                )
            })
        })
        .await;
        let outcome = server
            .adapter()
            .create(&crate::failures::target(), None, soon())
            .await;
        let Err(UpstreamError::Unavailable {
            reason,
            uncertain: false,
            ..
        }) = outcome
        else {
            panic!("{outcome:?}");
        };
        assert!(
            reason.contains("access_key_id") && reason.contains("no permission"),
            "{reason}"
        );
        let sent = if status == 401 { 2 } else { 1 };
        assert_eq!((server.calls().len(), server.tokens()), (sent, sent));
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_a_crowd_asks_once() {
    for reply in [
        Reply::Json(503, json!({})),
        Reply::Json(401, json!({"message": "bad simulator-secret of simulator"})),
        Reply::Json(200, json!({})),
        Reply::Json(200, json!({"access_token": "line\r\nbreak"})),
        Reply::Close,
        Reply::Hang,
    ] {
        let answer = reply.clone();
        let server =
            Server::start(move |request, _| is_token(request).then(|| answer.clone())).await;
        let adapter = Arc::new(server.adapter_with(|settings| {
            settings.call_timeout = Duration::from_millis(500);
        }));
        let calls: Vec<_> = (0..20)
            .map(|_| {
                let adapter = Arc::clone(&adapter);
                tokio::spawn(async move { adapter.find("ada@example.com", soon()).await })
            })
            .collect();
        for call in calls {
            let outcome = call.await.unwrap();
            let Err(UpstreamError::Unavailable {
                reason,
                uncertain: false,
                ..
            }) = outcome
            else {
                panic!("{reply:?} gave {outcome:?}");
            };
            assert!(!reason.contains("simulator-secret"), "{reason}");
        }
        assert!(server.tokens() < 20, "{reply:?}: {}", server.tokens());
        assert!(server.calls().is_empty());
    }
}

#[tokio::test]
async fn tokens_come_from_the_auth_url_when_there_is_one() {
    let auth = Server::start(|_, _| None).await;
    let server =
        Server::start(|request, _| (request.method == "GET").then(|| Reply::Json(200, ada())))
            .await;
    let auth_url = auth.base_url.clone();
    let adapter = server.adapter_with(|settings| {
        settings.place.auth_url = Some(auth_url);
    });
    adapter.read("u-1", soon()).await.unwrap();
    assert_eq!((auth.tokens(), server.tokens()), (1, 0));
}

// The directory is asked afresh for Now; an old one stands in for Recent only.
#[tokio::test]
async fn the_directory_outlives_an_outage_for_who_can_bear_it() {
    use bridge::port::cxone::Freshness;
    let down = Arc::new(AtomicBool::new(false));
    let is_down = Arc::clone(&down);
    let server = Server::start(move |request, _| {
        (is_down.load(Ordering::SeqCst) && request.path.ends_with("/search"))
            .then_some(Reply::Close)
    })
    .await;
    let adapter = server.adapter();
    let first = adapter.directory(Freshness::Recent, soon()).await.unwrap();
    down.store(true, Ordering::SeqCst);
    assert!(adapter.directory(Freshness::Now, soon()).await.is_err());
    let recent = adapter.directory(Freshness::Recent, soon()).await.unwrap();
    assert_eq!(first, recent);
    down.store(false, Ordering::SeqCst);
    let now = adapter.directory(Freshness::Now, soon()).await.unwrap();
    assert_eq!(first.version, now.version);
}
