//! Writing people through User Hub (cxone.md 3.2, 3.4).

use bridge::directory::LoginAuthenticator;
use bridge::port::cxone::{Change, Cxone, Held, UpstreamError};
use bridge::target::{Attribute, Target};
use serde_json::{Value, json};

use crate::hub::{Api, Hub, PLAIN, SEARCH, USERS, ada, person};
use crate::server::{Reply, Seen, soon};

const AUTHENTICATOR: &str = "/user-management/v1/users/u-1/login-authenticator";
const INVITE: &str = "/user-management/v2/users/inviteById";
const READ: &str = "/user-management/v3/users/u-1";
const READ_V1: &str = "/user-management/v1/users/u-1";

pub(crate) fn newcomer() -> Target {
    Target::from_json(&json!({
        "userName": "eve@example.com", "givenName": "Eve", "familyName": "Ray", "email": "eve@example.com",
    }))
    .unwrap()
}

pub(crate) fn change(set: &[(Attribute, Option<&str>)], active: Option<bool>) -> Change {
    Change {
        set: set
            .iter()
            .map(|(attribute, value)| (*attribute, value.map(str::to_owned)))
            .collect(),
        active,
        ..Change::default()
    }
}

pub(crate) async fn scripted(
    people: Vec<Value>,
    script: impl Fn(&Seen) -> Option<Reply> + Send + Sync + 'static,
) -> Hub {
    Hub::start(people, PLAIN, move |request, _| script(request)).await
}

pub(crate) fn adapter(hub: &Hub) -> Box<dyn Cxone> {
    hub.adapter_with(Api::UserHub, |settings| {
        settings.stated.login_authenticators = vec![LoginAuthenticator {
            id: "la-1".to_owned(),
            name: "SSO".to_owned(),
        }];
    })
}

pub(crate) async fn held(adapter: &dyn Cxone) -> Held {
    adapter.read("u-1", soon()).await.unwrap().expect("ada")
}

pub(crate) fn no(message: &str) -> Reply {
    Reply::Json(200, json!({"success": false, "message": message}))
}

pub(crate) fn uncertain<T: std::fmt::Debug>(outcome: &Result<T, UpstreamError>) -> Option<bool> {
    match outcome {
        Err(UpstreamError::Unavailable { uncertain, .. }) => Some(*uncertain),
        _ => None,
    }
}

/// The writes that were sent, in order.
pub(crate) fn writes(hub: &Hub) -> Vec<String> {
    let mut asked = hub.asked();
    asked.retain(|asked| !asked.starts_with("GET") && !asked.ends_with(SEARCH));
    asked
}

// 3.2: {success, message, error, uuid, msg}; the login authenticator is a call of its own.
#[tokio::test]
async fn a_create_is_answered_by_uuid_and_read_back() {
    let hub = Hub::with(vec![ada()]).await;
    let adapter = adapter(&hub);
    let mut target = newcomer();
    target.set(Attribute::LoginAuthenticator, "sso");
    let held = adapter
        .create(&target, Some("Night shift"), soon())
        .await
        .unwrap();
    assert_eq!(held.id, "n-2");
    assert_eq!(held.target.get(Attribute::LoginAuthenticator), Some("SSO"));
    // The role is required: the default one, by its id.
    assert_eq!(
        hub.bodies("POST", USERS),
        [json!({
            "userName": "eve@example.com", "firstName": "Eve", "lastName": "Ray",
            "emailAddress": "eve@example.com", "role": "r-1",
        })]
    );
    let path = "/user-management/v1/users/n-2/login-authenticator";
    assert_eq!(
        hub.bodies("PUT", path),
        [json!({"authenticatorId": "la-1"})]
    );
    assert_eq!(
        hub.asked(),
        [
            format!("POST {USERS}"),
            format!("PUT {path}"),
            "GET /user-management/v3/users/n-2".to_owned(),
        ]
    );
}

#[tokio::test]
async fn without_a_role_nobody_is_created() {
    let hub = Hub::with(Vec::new()).await;
    let adapter = hub.adapter_with(Api::UserHub, |settings| settings.default_role = None);
    let outcome = adapter.create(&newcomer(), None, soon()).await;
    let Err(UpstreamError::Unavailable {
        reason,
        uncertain: false,
        ..
    }) = outcome
    else {
        panic!("{outcome:?}");
    };
    assert!(reason.contains("default_role"), "{reason}");
    assert_eq!(writes(&hub), Vec::<String>::new());
}

// 3.4: a write can say success: false under a status of success, and that is the truth.
#[tokio::test]
async fn a_create_without_success_is_refused() {
    for (answer, duplicate) in [
        (
            json!({"success": false, "message": "Role is not active"}),
            false,
        ),
        (
            json!({"success": "false", "msg": "Role is not active"}),
            false,
        ),
        (
            json!({"success": false, "message": "no", "error": "USER_ALREADY_EXISTS"}),
            true,
        ),
    ] {
        let reply = Reply::Json(200, answer.clone());
        let hub = scripted(Vec::new(), move |request| {
            request.is("POST", USERS).then(|| reply.clone())
        })
        .await;
        let outcome = adapter(&hub).create(&newcomer(), None, soon()).await;
        let Err(UpstreamError::Refused {
            status: 200,
            duplicate: found,
            ..
        }) = outcome
        else {
            panic!("{answer}: {outcome:?}");
        };
        assert_eq!(found, duplicate, "{answer}");
    }
}

#[tokio::test]
async fn a_create_without_an_id_in_the_answer_is_found_by_name() {
    for answer in [
        Reply::Json(200, json!({"success": true})),
        Reply::Json(201, json!({})),
        Reply::Text(204, String::new()),
    ] {
        let reply = answer.clone();
        let script = move |request: &Seen| request.is("POST", USERS).then(|| reply.clone());
        let mut eve = person(1, "UNREGISTERED");
        eve["userName"] = json!("eve@example.com");
        let hub = scripted(vec![eve], script.clone()).await;
        let held = adapter(&hub)
            .create(&newcomer(), None, soon())
            .await
            .unwrap();
        assert_eq!(held.id, "p-1", "{answer:?}");
        let hub = scripted(vec![ada()], script).await;
        let outcome = adapter(&hub).create(&newcomer(), None, soon()).await;
        assert_eq!(uncertain(&outcome), Some(true), "{answer:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_create_that_fails_half_way_is_uncertain() {
    for reply in [
        Reply::Json(400, json!({"details": "no"})),
        no("no"),
        Reply::Json(404, json!({})),
        Reply::Close,
    ] {
        let name = format!("{reply:?}");
        let hub = scripted(Vec::new(), move |request| {
            request
                .path
                .ends_with("/login-authenticator")
                .then(|| reply.clone())
        })
        .await;
        let mut target = newcomer();
        target.set(Attribute::LoginAuthenticator, "SSO");
        let outcome = adapter(&hub).create(&target, None, soon()).await;
        assert_eq!(uncertain(&outcome), Some(true), "{name}: {outcome:?}");
        assert_eq!(hub.people.lock().unwrap().len(), 1, "{name}");
    }
}

// 3.2: PUT with id in the body; 3.1: applicationAttributes is shown by v1 only.
#[tokio::test]
async fn an_update_gives_back_what_was_read() {
    let hub = scripted(vec![ada()], |request| {
        let mut v1 = ada();
        v1["applicationAttributes"] = json!({"ACD": [{"name": "recording"}]});
        request
            .is("GET", READ_V1)
            .then(|| Reply::Json(200, json!({ "user": v1 })))
    })
    .await;
    let adapter = adapter(&hub);
    let held = held(&*adapter).await;
    let renamed = change(&[(Attribute::FamilyName, Some("Byron"))], None);
    let after = adapter.replace(&held, &renamed, soon()).await.unwrap();
    assert_eq!(after.target.get(Attribute::FamilyName), Some("Byron"));
    let body = &hub.bodies("PUT", USERS)[0];
    assert_eq!(
        body["applicationAttributes"],
        json!({"ACD": [{"name": "recording"}]})
    );
    for (member, value) in ada().as_object().unwrap() {
        match member.as_str() {
            "lastName" => assert_eq!(body["lastName"], "Byron"),
            "role" => assert_eq!(body["role"], "r-1"),
            "middleName"
            | "displayName"
            | "fullName"
            | "type"
            | "roleUUID"
            | "status"
            | "loginAuthenticatorId" => assert_eq!(body.get(member), None, "{member}"),
            _ => assert_eq!(body.get(member), Some(value), "{member}"),
        }
    }
    assert_eq!(writes(&hub), [format!("PUT {USERS}")]);
}

// What v1 shows decides features and billing: who cannot be asked for it now is not written onto.
#[tokio::test]
async fn an_update_waits_for_what_it_must_give_back() {
    let hub = scripted(vec![ada()], |request| {
        request
            .is("GET", READ_V1)
            .then(|| Reply::Json(503, json!({})))
    })
    .await;
    let adapter = adapter(&hub);
    let held = held(&*adapter).await;
    let renamed = change(&[(Attribute::FamilyName, Some("Byron"))], None);
    let outcome = adapter.replace(&held, &renamed, soon()).await;
    assert_eq!(uncertain(&outcome), Some(false), "{outcome:?}");
    assert_eq!(writes(&hub), Vec::<String>::new());
}

// 3.2: PUT /users/{id}/login-authenticator {authenticatorId}.
#[tokio::test]
async fn a_login_authenticator_alone_is_one_call() {
    let hub = Hub::with(vec![ada()]).await;
    let adapter = adapter(&hub);
    let held = held(&*adapter).await;
    // What the configuration does not state goes out as it is; nobody is left without one.
    for wanted in [Some("SSO"), Some("la-9"), None] {
        let set = change(&[(Attribute::LoginAuthenticator, wanted)], None);
        adapter.replace(&held, &set, soon()).await.unwrap();
    }
    let sent = ["la-1", "la-9"].map(|id| json!({ "authenticatorId": id }));
    assert_eq!(hub.bodies("PUT", AUTHENTICATOR), sent);
    assert_eq!(hub.bodies("PUT", USERS), Vec::<Value>::new());
}

#[tokio::test]
async fn a_write_that_cannot_be_read_back_is_uncertain() {
    let hub = Hub::start(vec![ada()], PLAIN, |request, before| {
        let again = request.is("GET", READ) && before > 0;
        again.then(|| Reply::Text(503, "Ada Lin ada@example.com".to_owned()))
    })
    .await;
    let adapter = adapter(&hub);
    let held = held(&*adapter).await;
    let renamed = change(&[(Attribute::FamilyName, Some("Byron"))], None);
    let outcome = adapter.replace(&held, &renamed, soon()).await;
    assert_eq!(uncertain(&outcome), Some(true), "{outcome:?}");
    let shown = format!("{outcome:?}");
    assert!(!shown.contains("Ada") && !shown.contains("ada@"), "{shown}");
}

// 3.2: middleName, displayName and type are read and not written.
#[tokio::test]
async fn what_no_body_has_is_not_sent_and_said_so() {
    let hub = Hub::with(vec![ada()]).await;
    let adapter = adapter(&hub);
    let cannot = [
        Attribute::MiddleName,
        Attribute::DisplayName,
        Attribute::UserType,
    ];
    assert_eq!(adapter.cannot_carry(), cannot);
    let held = held(&*adapter).await;
    let set = cannot.map(|attribute| (attribute, Some("x")));
    let after = adapter
        .replace(&held, &change(&set, None), soon())
        .await
        .unwrap();
    assert_eq!(after.target, held.target);
    assert_eq!(writes(&hub), Vec::<String>::new());
}

/// The access key `simulator` is this employee's.
fn of_key(request: &Seen, id: &str) -> Option<Reply> {
    let path = "/access-key-management/v1/access-keys/simulator";
    let answer = json!({"resultSet": {"accessKeyId": "simulator", "userId": id}});
    request.is("GET", path).then(|| Reply::Json(200, answer))
}

// 3.2: inviteById {inviteUserIds, senderUserId}.
#[tokio::test]
async fn who_is_created_is_invited_where_that_is_wanted() {
    for (invite, sender) in [(false, Some("u-1")), (true, Some("u-1")), (true, None)] {
        let hub = scripted(vec![ada()], move |request| of_key(request, sender?)).await;
        let adapter = hub.adapter_with(Api::UserHub, |settings| settings.invite = invite);
        let held = adapter.create(&newcomer(), None, soon()).await.unwrap();
        let invited = invite && sender.is_some();
        assert_eq!(held.pending, Some(invited), "{invite} {sender:?}");
        let sent = json!({"inviteUserIds": ["n-2"], "senderUserId": "u-1"});
        let wanted = if invited { vec![sent] } else { Vec::new() };
        assert_eq!(hub.bodies("POST", INVITE), wanted, "{invite} {sender:?}");
        let back = change(&[(Attribute::FamilyName, Some("Roe"))], None);
        adapter.replace(&held, &back, soon()).await.unwrap();
        assert_eq!(
            hub.bodies("POST", INVITE).len(),
            usize::from(invited),
            "only once"
        );
    }
}

#[tokio::test]
async fn an_invitation_that_fails_fails_no_create() {
    for reply in [
        no("no"),
        Reply::Json(403, json!({})),
        Reply::Json(404, json!({})),
        Reply::Close,
    ] {
        let name = format!("{reply:?}");
        let hub = scripted(vec![ada()], move |request| {
            let invited = request.is("POST", INVITE).then(|| reply.clone());
            invited.or_else(|| of_key(request, "u-1"))
        })
        .await;
        let adapter = hub.adapter_with(Api::UserHub, |settings| settings.invite = true);
        let held = adapter.create(&newcomer(), None, soon()).await;
        assert_eq!(held.map(|held| held.id).as_deref(), Ok("n-2"), "{name}");
        assert_eq!(hub.bodies("POST", INVITE).len(), 1, "{name}");
    }
}

#[tokio::test]
async fn an_update_does_not_take_away_what_the_key_may_not_read() {
    let other = json!({"user": person(1, "ACTIVE")});
    for reply in [
        Reply::Json(400, json!({"details": "no"})),
        Reply::Json(401, json!({"message": "no"})),
        Reply::Json(403, json!({"message": "no"})),
        Reply::Json(200, other),
        Reply::Text(200, "<html>".to_owned()),
    ] {
        let name = format!("{reply:?}");
        let hub = scripted(vec![ada()], move |request| {
            request.is("GET", READ_V1).then(|| reply.clone())
        })
        .await;
        let adapter = adapter(&hub);
        let held = held(&*adapter).await;
        let renamed = change(&[(Attribute::FamilyName, Some("Byron"))], None);
        let outcome = adapter.replace(&held, &renamed, soon()).await;
        let Err(UpstreamError::Unavailable {
            reason,
            uncertain: false,
            ..
        }) = outcome
        else {
            panic!("{name}: {outcome:?}");
        };
        assert!(
            reason.contains("may not read the user in v1, which alone shows applicationAttributes"),
            "{reason}"
        );
        assert_eq!(writes(&hub), Vec::<String>::new(), "{name}");
    }
}

// Where v3 shows them itself, or there is no v1 at all, nobody waits for v1.
#[tokio::test]
async fn an_update_does_without_a_v1_that_is_not_needed_or_not_there() {
    for (status, shown) in [(403, true), (404, false)] {
        let mut row = ada();
        if shown {
            row["applicationAttributes"] = json!({"ACD": [{"name": "recording"}]});
        }
        let hub = scripted(vec![row], move |request| {
            request
                .is("GET", READ_V1)
                .then(|| Reply::Json(status, json!({"message": "no"})))
        })
        .await;
        let adapter = adapter(&hub);
        let held = held(&*adapter).await;
        let renamed = change(&[(Attribute::FamilyName, Some("Byron"))], None);
        adapter.replace(&held, &renamed, soon()).await.unwrap();
        let body = &hub.bodies("PUT", USERS)[0];
        assert_eq!(
            body.get("applicationAttributes").is_some(),
            shown,
            "{status}"
        );
    }
}
