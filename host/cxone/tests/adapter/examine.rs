//! What is said of a CXone that answers in parts, or oddly.

use std::time::Duration;

use cxone::{PlaceError, Seen};
use serde_json::json;

use crate::server::{Reply, Seen as Request, Server, session};

const PATIENCE: Duration = Duration::from_secs(5);

async fn examined(
    script: impl Fn(&Request, usize) -> Option<Reply> + Send + Sync + 'static,
) -> cxone::Examination {
    let server = Server::start(script).await;
    let mut settings = server.settings();
    settings.rate = 10_000.0;
    session(settings).examine(PATIENCE).await
}

fn is_search(request: &Request) -> bool {
    request.path.starts_with("/scim/v2/Users?filter=")
}

// cxone.md 1.5, 3.1, 3.4: each thing is told apart by whether it is there, not allowed, absent or broken.
#[tokio::test]
async fn each_thing_is_told_apart() {
    let list = json!({"totalResults": 0, "Resources": []});
    let seen = examined(move |request, _| match request.path.as_str() {
        _ if is_search(request) => Some(Reply::Header(
            200,
            "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
            list.clone(),
        )),
        "/user-management/v2/users/search" => Some(Reply::Json(403, json!({"message": "no"}))),
        "/authorization/v1/roles/search" => Some(Reply::Json(500, json!({"message": "broken"}))),
        "/scim/v2/Schemas" => Some(Reply::Json(404, json!({"message": "nothing"}))),
        _ => None,
    })
    .await;
    assert!(seen.place.is_some(), "{seen:?}");
    let inside = seen.inside.expect("what is there");
    assert_eq!(inside.scim, Seen::There(()));
    assert!(
        inside
            .clock
            .is_some_and(|ahead| ahead.is_negative() && ahead.as_hours() < -24 * 365 * 25)
    );
    assert!(matches!(inside.people, Seen::Denied(why) if why.contains("403: no")));
    assert!(
        matches!(inside.roles, Seen::Failed(_)),
        "{:?}",
        inside.roles
    );
    assert_eq!(inside.teams.there().expect("teams")[0].name, "Support");
    assert!(inside.teams.there().expect("teams")[0].active);
    assert_eq!(inside.fields, Seen::There(None));
}

#[tokio::test]
async fn what_is_no_list_is_no_api() {
    for (status, body) in [
        (200, json!("<html>")),
        (200, json!({"success": false, "message": "x"})),
        (200, json!({})),
        (500, json!(1)),
    ] {
        let told = body.clone();
        let seen = examined(move |request, _| {
            is_search(request).then(|| Reply::Json(status, body.clone()))
        })
        .await;
        let scim = seen.inside.expect("what is there").scim;
        assert!(matches!(scim, Seen::Failed(_)), "{told} {scim:?}");
    }
    let seen = examined(|request, _| is_search(request).then(|| Reply::Json(404, json!({})))).await;
    assert!(matches!(
        seen.inside.expect("what is there").scim,
        Seen::Absent(_)
    ));
}

// cxone.md 2.1: 400, 401 and 403 of the token service are refusals of the key; anything else is the moment's.
#[tokio::test]
async fn a_refused_key_is_told_from_a_silent_host() {
    for (status, refusal) in [
        (400, true),
        (401, true),
        (403, true),
        (404, false),
        (500, false),
    ] {
        let seen = examined(move |_, _| Some(Reply::Json(status, json!({})))).await;
        assert!(seen.inside.is_none() && seen.place.is_none());
        match seen.found.outcome {
            Err(PlaceError::NoToken { refused, .. }) => assert_eq!(refused, refusal, "{status}"),
            other => panic!("{status}: {other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_never_answers_takes_no_longer_than_agreed() {
    let started = tokio::time::Instant::now();
    let seen =
        examined(|request, _| (!request.path.ends_with("access-key")).then_some(Reply::Hang)).await;
    let inside = seen.inside.expect("what is there");
    assert!(matches!(inside.scim, Seen::Failed(_)));
    assert!(
        started.elapsed() <= PATIENCE * 2 + Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
}
