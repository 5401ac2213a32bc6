use std::time::Duration;

use bridge::port::cxone::{Change, Cxone, Held, UpstreamError};
use bridge::target::Target;
use client::Url;
use cxone::{ScimAdapter, Settings};
use serde_json::{Value, json};

use crate::server::{Reply, Server, ada, key, session, soon};

pub(crate) fn target() -> Target {
    Target::from_json(&json!({
        "userName": "ada@example.com", "givenName": "Ada", "familyName": "Lovelace",
        "email": "ada.lovelace@example.com", "mobileNumber": "+1 (555) 0101",
    }))
    .unwrap()
}

fn held() -> Held {
    Held {
        id: "u-1".to_owned(),
        target: Target::default(),
        own: false,
        pending: None,
        raw: ada(),
    }
}

/// What a create, a replace and a read make of the same answer.
async fn outcomes(reply: Reply) -> [Result<(), UpstreamError>; 3] {
    let server =
        Server::start(move |request, _| request.path.starts_with("/scim/").then(|| reply.clone()))
            .await;
    let adapter = server.adapter_with(|settings| {
        settings.call_timeout = Duration::from_millis(400);
    });
    let created = adapter.create(&target(), None, soon()).await;
    let replaced = adapter
        .replace(&held(), &Change::deactivation(), soon())
        .await;
    let read = adapter.read("u-1", soon()).await;
    [created.map(drop), replaced.map(drop), read.map(drop)]
}

fn uncertain(outcome: &Result<(), UpstreamError>) -> Option<bool> {
    match outcome {
        Err(UpstreamError::Unavailable { uncertain, .. }) => Some(*uncertain),
        _ => None,
    }
}

#[tokio::test]
async fn a_write_that_may_have_arrived_is_uncertain_and_a_read_never() {
    for reply in [
        Reply::Json(500, json!({})),
        Reply::Text(502, "<html>bad gateway</html>".to_owned()),
        Reply::Json(503, json!({})),
        Reply::Json(504, json!({})),
        Reply::Json(408, json!({})),
        Reply::Close,
        Reply::Hang,
        // 3.4: an error under 200, `success` is the truth.
        Reply::Json(200, json!({"success": false, "message": "no"})),
        Reply::Json(200, json!({"error": "x", "errorDescription": "y"})),
        Reply::Text(200, "x".repeat(9 * 1024 * 1024)),
    ] {
        let [created, replaced, read] = outcomes(reply.clone()).await;
        let name: String = format!("{reply:?}").chars().take(60).collect();
        assert_eq!(uncertain(&created), Some(true), "{name}: {created:?}");
        assert_eq!(uncertain(&replaced), Some(true), "{name}: {replaced:?}");
        assert_eq!(uncertain(&read), Some(false), "{name}: {read:?}");
    }
}

#[tokio::test]
async fn what_was_turned_away_is_not_uncertain() {
    for status in [401, 403, 425, 429, 301, 307] {
        for outcome in outcomes(Reply::Json(status, json!({}))).await {
            assert_eq!(uncertain(&outcome), Some(false), "{status}: {outcome:?}");
        }
    }
}

// 3.4: 429 happens; Retry-After is not to be relied on.
#[tokio::test]
async fn the_pause_that_cxone_asks_for_is_passed_on() {
    for (header, wanted) in [
        ("retry-after: 7\r\n", Some(7.0)),
        ("retry-after: 1000000000\r\n", Some(60.0)),
        ("retry-after: soon\r\n", None),
        ("", None),
    ] {
        for outcome in outcomes(Reply::Header(429, header, json!({}))).await {
            let Err(UpstreamError::Unavailable { retry_after, .. }) = outcome else {
                panic!("{outcome:?}");
            };
            // What is left of it when a later request is not sent for its sake.
            let left = retry_after.map(|pause| pause.as_secs_f64().ceil());
            assert_eq!(left, wanted, "{header}");
        }
    }
}

// 1.5: the status and body of SCIM's refusals are UNKNOWN; the shapes of 3.4 are told in their words.
#[tokio::test]
async fn refusals_are_for_good_and_told_without_the_persons_values() {
    let words = "User ada@example.com (Ada Lovelace, +1 (555) 0101, Ada.Lovelace@EXAMPLE.com) already exists";
    let bodies = [
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400", "detail": words}),
        json!({"code": "BAD", "details": words, "errors": []}),
        json!({"status": 400, "error": "Bad Request", "message": words, "path": "/scim/v2/Users"}),
        json!({"error": "bad", "errorDescription": words}),
        Value::String(words.to_owned()),
    ];
    for body in bodies {
        let [created, replaced, _] = outcomes(Reply::Json(400, body.clone())).await;
        for outcome in [created, replaced] {
            let Err(
                error @ UpstreamError::Refused {
                    status: 400,
                    duplicate: true,
                    ..
                },
            ) = &outcome
            else {
                panic!("{body} gave {outcome:?}");
            };
            for shown in [error.to_string(), format!("{error:?}")] {
                assert!(shown.contains("already exists"), "{shown}");
                let lower = shown.to_lowercase();
                for canary in ["ada", "0101", "example.com"] {
                    assert!(!lower.contains(canary), "{shown}");
                }
            }
        }
    }
    for status in [409, 412, 422] {
        let [created, ..] = outcomes(Reply::Json(
            status,
            json!({"details": "role Agent is missing"}),
        ))
        .await;
        let wanted = UpstreamError::Refused {
            status,
            detail: "role Agent is missing".to_owned(),
            duplicate: status == 409,
            pending: false,
        };
        assert_eq!(created, Err(wanted));
    }
}

#[tokio::test]
async fn garbage_and_failures_show_neither_secrets_nor_values() {
    for reply in [
        Reply::Text(
            500,
            "token-1 simulator-secret ada@example.com Lovelace".to_owned(),
        ),
        Reply::Json(200, json!({"success": false, "message": "Ada Lovelace"})),
        Reply::Close,
        Reply::Hang,
    ] {
        for outcome in &outcomes(reply.clone()).await[..1] {
            let shown = format!("{outcome:?}");
            for canary in ["ada@", "Lovelace", "filter="] {
                assert!(!shown.contains(canary), "{shown}");
            }
        }
    }
    let server = Server::start(|_, _| None).await;
    let adapter = server.adapter();
    let _ = adapter.read("u-1", soon()).await;
    let shown = format!("{adapter:?}");
    for canary in ["simulator-secret", "token-1"] {
        assert!(!shown.contains(canary), "{shown}");
    }
}

// The first attempt may have been carried out, whatever becomes of the token for the second or third.
#[tokio::test]
async fn a_token_that_is_not_renewed_does_not_make_a_lost_write_certain() {
    for lost in [
        Reply::Json(503, json!({})),
        Reply::Json(401, json!({})),
        Reply::Json(200, json!({"access_token": "token-2", "expires_in": 3600})),
    ] {
        let name = format!("{lost:?}");
        let server = Server::start(move |request, before| match request.method.as_str() {
            "PUT" => Some(match before {
                1 => Reply::Json(401, json!({})),
                2 => Reply::Json(429, json!({})),
                _ => Reply::Close,
            }),
            "POST" if request.path.ends_with("/access-key") && before > 0 => Some(lost.clone()),
            _ => None,
        })
        .await;
        let replaced = server
            .adapter()
            .replace(&held(), &Change::deactivation(), soon())
            .await;
        assert_eq!(uncertain(&replaced.map(drop)), Some(true), "{name}");
        let puts = server
            .calls()
            .iter()
            .filter(|it| it.method == "PUT")
            .count();
        assert!(puts >= 2, "{name}: {puts}");
    }
}

#[tokio::test]
async fn nobody_listening_is_certain() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let url = Url::parse(&url).unwrap();
    let adapter = ScimAdapter::new(session(Settings::at(url.clone(), key())));
    let outcome = adapter.create(&target(), None, soon()).await;
    assert_eq!(uncertain(&outcome.map(drop)), Some(false));
    // Reached only after the token: the write itself finds nobody.
    let server = Server::start(|_, _| None).await;
    let auth = server.base_url.clone();
    let mut settings = Settings::at(url, key());
    settings.place.auth_url = Some(auth);
    let adapter = ScimAdapter::new(session(settings));
    let outcome = adapter.create(&target(), None, soon()).await;
    assert_eq!(uncertain(&outcome.map(drop)), Some(false));
}

#[tokio::test]
async fn a_wrong_base_url_is_said_so() {
    let server = Server::start(|request, _| {
        request
            .path
            .starts_with("/scim/")
            .then(|| Reply::Text(404, "<html>".to_owned()))
    })
    .await;
    let outcome = server.adapter().find("ada@example.com", soon()).await;
    let Err(UpstreamError::Unavailable { reason, .. }) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(reason.contains("base_url"), "{reason}");
}
