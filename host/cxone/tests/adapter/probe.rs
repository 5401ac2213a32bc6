//! Probes of a CXone that answers nonsense, or fails while somebody is written on.

use std::sync::{Arc, Mutex};

use bridge::port::cxone::Cxone;
use bridge::target::Attribute;
use cxone::{ScimAdapter, Session};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::server::{Reply, Seen, Server, ada, list, session, soon};

fn fields() -> std::collections::BTreeSet<Attribute> {
    let all = Attribute::ALL.into_iter();
    all.filter(|field| field.optional_field()).collect()
}

async fn hurried(server: &Server) -> Session {
    let mut settings = server.settings();
    settings.rate = 10_000.0;
    session(settings)
}

#[tokio::test]
async fn nonsense_settles_nothing() {
    for body in [
        json!(null),
        json!([]),
        json!("x"),
        json!({"Resources": 5, "users": 5, "roles": "x"}),
        json!({"success": false}),
    ] {
        let told = body.clone();
        let server = Server::start(move |request, _| {
            let token = request.path.ends_with("access-key");
            (!token).then(|| Reply::Json(200, body.clone()))
        })
        .await;
        let probed = hurried(&server)
            .await
            .probe(&fields())
            .await
            .expect("a place");
        let settled: Vec<&str> = probed.settled.keys().copied().collect();
        let harmless = [
            "scim",
            "user_hub",
            "groups",
            "extra_parameters",
            "basic_credentials",
        ];
        assert!(
            settled.iter().all(|it| harmless.contains(it)),
            "{told}: {settled:?}"
        );
        assert!(!probed.observed.is_empty());
    }
}

/// A SCIM service with Ada alone, which obeys PUT until it is told to fail.
async fn one_user(
    fails: impl Fn(&Value) -> bool + Send + Sync + 'static,
) -> (Server, Arc<Mutex<Value>>) {
    let held = Arc::new(Mutex::new(ada()));
    let shared = Arc::clone(&held);
    let server = Server::start(move |request: &Seen, _| {
        let mut held = shared.lock().expect("no panic");
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/scim/v2/Users/u-1") => Some(Reply::Json(200, held.clone())),
            ("GET", path) if path.starts_with("/scim/v2/Users?") => Some(list(&[held.clone()])),
            ("PUT", "/scim/v2/Users/u-1") if fails(&request.body) => {
                Some(Reply::Json(500, json!({})))
            }
            ("PUT", "/scim/v2/Users/u-1") => {
                let mut user = request.body.clone();
                user["timeZone"] = user["timezone"].take();
                for member in ["schemas", "meta", "userType"] {
                    user[member] = ada()[member].clone();
                }
                for (role, shown) in [("r-1", "Agent"), ("r-2", "Manager")] {
                    let roles = user["roles"].as_array_mut().expect("roles");
                    for it in roles.iter_mut().filter(|it| it["value"] == role) {
                        it["display"] = json!(shown);
                        it["primary"] = json!(role == "r-1");
                    }
                    roles.sort_by_key(|it| it["value"] != "r-2");
                }
                user.as_object_mut()
                    .expect("a user")
                    .shift_remove("timezone");
                *held = user;
                Some(Reply::Json(200, held.clone()))
            }
            _ => None,
        }
    })
    .await;
    (server, held)
}

async fn probed(server: &Server) -> cxone::UserProbed {
    let session = hurried(server).await;
    let adapter = ScimAdapter::new(session.clone());
    let held = adapter
        .find("ada@example.com", soon())
        .await
        .expect("an answer")
        .expect("ada");
    let (_stop, stopped) = watch::channel(false);
    session
        .probe_user(&held, &fields(), stopped)
        .await
        .expect("a place")
}

#[tokio::test]
async fn whoever_was_written_on_is_as_before() {
    let (server, held) = one_user(|_| false).await;
    let probed = probed(&server).await;
    assert_eq!(
        probed.restored,
        Ok(()),
        "{:?}",
        held.lock().expect("no panic")
    );
    assert_eq!(probed.probed.settled["email_shown"], "as_written");
    assert_eq!(probed.probed.settled["put_absent"], "cleared");
    assert!(!probed.stopped);
}

// The write that gives back is lost once: the next way of giving back has it.
#[tokio::test]
async fn a_failure_in_between_is_made_good() {
    let once = Mutex::new(false);
    let (server, _) = one_user(move |body| {
        let plain = body["emails"][0]["value"] != json!("Jackfield-Probe@example.invalid");
        let mut once = once.lock().expect("no panic");
        let fails = plain && body["active"] == json!(true) && *once;
        *once = !plain;
        fails
    })
    .await;
    let probed = probed(&server).await;
    assert_eq!(probed.restored, Ok(()));
}

#[tokio::test]
async fn what_cannot_be_given_back_is_named() {
    let changed = Mutex::new(false);
    let (server, held) = one_user(move |body| {
        let mut changed = changed.lock().expect("no panic");
        let fails = *changed;
        *changed |= body["emails"][0]["value"] == json!("Jackfield-Probe@example.invalid");
        fails
    })
    .await;
    let probed = probed(&server).await;
    let left = probed.restored.expect_err("it cannot be given back");
    assert!(probed.stopped);
    let now = held.lock().expect("no panic").clone();
    for member in &left {
        assert_ne!(now[member], ada()[member], "{member}");
    }
    assert_eq!(left, ["emails"]);
}
