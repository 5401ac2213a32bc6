//! Leaving and coming back through User Hub (cxone.md 3.2).

use bridge::port::cxone::{Change, UpstreamError};
use bridge::target::Attribute;
use serde_json::{Value, json};

use crate::hub::{Hub, USERS, ada};
use crate::server::{Reply, soon};
use crate::user_hub_write::{adapter, change, held, no, scripted, uncertain, writes};

const DEACTIVATE: &str = "/user-management/v1/users/deactivate";
const REVIVE: &str = "/user-management/v1/users/u-1/revive";

// 3.2: revive has no body and answers {success, uuid}. Who comes back may have less than they had.
#[tokio::test]
async fn who_comes_back_is_revived_then_read_then_written() {
    let mut left = ada();
    left["status"] = json!("DELETED");
    let hub = Hub::with(vec![left]).await;
    let adapter = adapter(&hub);
    let held = held(&*adapter).await;
    hub.people.lock().unwrap()[0]["assignedGroup"] = json!("g-2");
    let back = change(&[(Attribute::Email, Some("ada@example.org"))], Some(true));
    let after = adapter.replace(&held, &back, soon()).await.unwrap();
    assert_eq!(after.target.active, Some(true));
    assert_eq!(
        writes(&hub),
        [format!("POST {REVIVE}"), format!("PUT {USERS}")]
    );
    assert_eq!(hub.bodies("POST", REVIVE), [Value::Null]);
    assert_eq!(hub.bodies("PUT", USERS)[0]["assignedGroup"], "g-2");
}

#[tokio::test]
async fn what_fails_after_something_took_effect_is_uncertain() {
    let failures = [
        Reply::Json(400, json!({"details": "the team is unknown"})),
        no("the team is unknown"),
        Reply::Json(401, json!({})),
        Reply::Json(404, json!({})),
        Reply::Json(429, json!({})),
        Reply::Close,
    ];
    for reply in failures {
        let name = format!("{reply:?}");
        let mut left = ada();
        left["status"] = json!("DELETED");
        let hub = scripted(vec![left], move |request| {
            request.is("PUT", USERS).then(|| reply.clone())
        })
        .await;
        let adapter = adapter(&hub);
        let held = held(&*adapter).await;
        let back = change(&[(Attribute::Email, Some("ada@example.org"))], Some(true));
        let outcome = adapter.replace(&held, &back, soon()).await;
        assert_eq!(uncertain(&outcome), Some(true), "{name}: {outcome:?}");
        assert_eq!(hub.person("u-1")["status"], "ACTIVE");
    }
}

#[tokio::test]
async fn a_leaver_goes_before_anything_else_is_written() {
    for team_found in [true, false] {
        let hub = scripted(vec![ada()], move |request| {
            let team = request.path.ends_with("teams/search");
            (team && !team_found).then(|| Reply::Json(500, json!({})))
        })
        .await;
        let adapter = adapter(&hub);
        let held = held(&*adapter).await;
        let leaves = change(&[(Attribute::Team, Some("Support"))], Some(false));
        let outcome = adapter.replace(&held, &leaves, soon()).await;
        assert_eq!(hub.person("u-1")["status"], "DELETED");
        assert_eq!(writes(&hub)[0], format!("POST {DEACTIVATE}"));
        if team_found {
            assert_eq!(outcome.unwrap().target.active, Some(false));
        } else {
            assert_eq!(uncertain(&outcome), Some(true), "{outcome:?}");
        }
    }
}

// The design: a deactivation depends on nothing else, so not on roles and teams either.
#[tokio::test]
async fn a_deactivation_needs_no_directory() {
    let hub = scripted(vec![ada()], |request| {
        let directory = request.path.contains("roles") || request.path.contains("teams");
        directory.then(|| Reply::Json(500, json!({})))
    })
    .await;
    let adapter = adapter(&hub);
    let held = held(&*adapter).await;
    let after = adapter
        .replace(&held, &Change::deactivation(), soon())
        .await
        .unwrap();
    assert_eq!(after.target.active, Some(false));
    assert_eq!(
        hub.bodies("POST", DEACTIVATE),
        [json!({"userIds": ["u-1"]})]
    );
    assert_eq!(writes(&hub), [format!("POST {DEACTIVATE}")]);
}

// 3.2: {notDeletedUserIds} is the truth.
#[tokio::test]
async fn who_was_not_deactivated_is_not_said_to_be() {
    let named = Reply::Json(200, json!({"notDeletedUserIds": ["U-1"]}));
    for (reply, status, wanted) in [
        (named.clone(), "ACTIVE", Some(Some(false))),
        (named, "DELETED", None),
        (Reply::Json(200, json!({})), "ACTIVE", Some(Some(true))),
        (Reply::Text(204, String::new()), "DELETED", None),
        (Reply::Text(204, String::new()), "ACTIVE", Some(Some(true))),
        (
            Reply::Json(200, json!({"notDeletedUserIds": []})),
            "DELETED",
            None,
        ),
        (Reply::Json(500, json!({})), "ACTIVE", Some(Some(true))),
        (Reply::Json(403, json!({})), "ACTIVE", Some(Some(false))),
    ] {
        let name = format!("{reply:?} {status}");
        let hub = scripted(vec![ada()], move |request| {
            request.is("POST", DEACTIVATE).then(|| reply.clone())
        })
        .await;
        let adapter = adapter(&hub);
        let held = held(&*adapter).await;
        hub.people.lock().unwrap()[0]["status"] = json!(status);
        let outcome = adapter
            .replace(&held, &Change::deactivation(), soon())
            .await;
        match wanted {
            Some(wanted) => assert_eq!(uncertain(&outcome), wanted, "{name}: {outcome:?}"),
            None => assert_eq!(outcome.unwrap().target.active, Some(false), "{name}"),
        }
    }
}

#[tokio::test]
async fn a_404_to_a_write_is_gone_only_where_the_user_is() {
    for gone in [true, false] {
        let hub = scripted(vec![ada()], |request| {
            request
                .is("POST", DEACTIVATE)
                .then(|| Reply::Json(404, json!({})))
        })
        .await;
        let adapter = adapter(&hub);
        let held = held(&*adapter).await;
        if gone {
            hub.people.lock().unwrap().clear();
        }
        let outcome = adapter
            .replace(&held, &Change::deactivation(), soon())
            .await;
        if gone {
            assert_eq!(outcome, Err(UpstreamError::Gone));
        } else {
            assert_eq!(uncertain(&outcome), Some(false), "{outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_revival_that_was_not_needed_is_none_that_failed() {
    for (status, refused) in [("ACTIVE", false), ("BLOCKED", true), ("DELETED", true)] {
        let mut person = ada();
        person["status"] = json!(status);
        let hub = scripted(vec![person], |request| {
            request
                .is("POST", REVIVE)
                .then(|| no("only who is inactive"))
        })
        .await;
        let adapter = adapter(&hub);
        let held = held(&*adapter).await;
        let outcome = adapter
            .replace(&held, &change(&[], Some(true)), soon())
            .await;
        assert_eq!(
            matches!(outcome, Err(UpstreamError::Refused { .. })),
            refused,
            "{status}: {outcome:?}"
        );
    }
}
