use std::collections::BTreeMap;

use bridge::directory::LoginAuthenticator;
use bridge::port::cxone::{Change, Cxone, Held, UpstreamError};
use bridge::target::{Attribute, Target};
use cxone::{RoleValue, Settings};
use serde_json::{Value, json};

use crate::server::{Reply, Server, ada, list, soon};

const EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:nice:2.0:User";

fn target() -> Target {
    Target::from_json(&json!({
        "userName": "ada@example.com", "givenName": "Ada", "middleName": "M", "familyName": "Lin",
        "displayName": "Ada L.", "email": "ada@example.com", "mobileNumber": "+1 (555) 0101",
        "timeZone": "America/Denver", "userType": "Agent", "role": "agent", "team": "SUPPORT",
        "loginAuthenticator": "SSO",
    }))
    .unwrap()
}

fn change(set: &[(Attribute, Option<&str>)]) -> Change {
    Change {
        set: set
            .iter()
            .map(|(attribute, value)| (*attribute, value.map(str::to_owned)))
            .collect::<BTreeMap<_, _>>(),
        ..Change::default()
    }
}

/// A server that holds Ada and shows what is put.
async fn holding(raw: Value) -> Server {
    Server::start(move |request, _| match request.method.as_str() {
        "GET" if request.path == "/scim/v2/Users/u-1" => Some(Reply::Json(200, raw.clone())),
        "PUT" if request.path == "/scim/v2/Users/u-1" => {
            Some(Reply::Json(200, request.body.clone()))
        }
        _ => None,
    })
    .await
}

async fn put(raw: Value, change: Change) -> Value {
    let server = holding(raw).await;
    let adapter = server.adapter();
    let held = adapter.read("u-1", soon()).await.unwrap().expect("a user");
    adapter.replace(&held, &change, soon()).await.unwrap();
    server.calls().last().unwrap().body.clone()
}

// 1.4 CreateRequest: no schemas, no externalId, `timezone`, roles without `primary`, the extension's two members.
#[tokio::test]
async fn a_create_is_written_as_the_document_says() {
    let server = Server::start(|request, _| {
        (request.method == "POST" && request.path == "/scim/v2/Users")
            .then(|| Reply::Json(201, ada()))
    })
    .await;
    let held = server
        .adapter()
        .create(&target(), None, soon())
        .await
        .unwrap();
    assert_eq!(held.id, "u-1");
    let call = &server.calls()[0];
    assert!(call.head.contains("content-type: application/scim+json"));
    assert_eq!(
        call.body,
        json!({
            "userName": "ada@example.com",
            "name": {"givenName": "Ada", "middleName": "M", "familyName": "Lin"},
            "displayName": "Ada L.",
            "emails": [{"value": "ada@example.com", "type": "work", "primary": true}],
            "phoneNumbers": [{"value": "+1 (555) 0101", "type": "mobile"}],
            "timezone": "America/Denver",
            "userType": "Agent",
            "roles": [{"value": "r-1", "display": "Agent"}],
            EXTENSION: {
                "team": {"value": "t-1", "display": "Support"},
                "loginAuthenticator": {"value": "SSO"},
            },
            "active": true,
        })
    );
}

// 1.4 UpdateRequest: id and active required; `timeZone` of the answer goes back as `timezone`.
#[tokio::test]
async fn a_replace_gives_back_what_is_not_ours() {
    let body = put(ada(), change(&[(Attribute::FamilyName, Some("Byron"))])).await;
    assert_eq!(
        body,
        json!({
            "id": "u-1",
            "externalId": "ext-1",
            "locale": "en-US",
            "userName": "ada@example.com",
            "name": {"givenName": "Ada", "familyName": "Byron", "honorificPrefix": "Dr"},
            "emails": [
                {"value": "home@example.com", "type": "home"},
                {"value": "ada@example.com", "type": "work", "primary": true},
            ],
            "displayName": "Ada L.",
            "active": true,
            "phoneNumbers": [
                {"value": "+1 555 0100", "type": "work"},
                {"value": "+1 (555) 0101", "type": "mobile"},
            ],
            "roles": [
                {"value": "r-1", "display": "Agent"},
                {"value": "r-2", "display": "Manager"},
            ],
            EXTENSION: {
                "team": {"value": "t-1", "display": "Support"},
                "loginAuthenticator": {"value": "la-1", "display": "SSO"},
                "shift": "late",
            },
            "timezone": "America/Denver",
            "xNew": {"kept": [1, 2]},
        })
    );
}

#[tokio::test]
async fn a_change_touches_its_own_item() {
    let body = put(
        ada(),
        change(&[
            (Attribute::Email, Some("new@example.com")),
            (Attribute::MobileNumber, Some("+1 5550199")),
            (Attribute::Role, Some("Manager")),
            (Attribute::TimeZone, Some("UTC")),
            (Attribute::Team, Some("t-9")),
        ]),
    )
    .await;
    assert_eq!(body["emails"][0]["value"], "home@example.com");
    assert_eq!(
        body["emails"][1],
        json!({"value": "new@example.com", "type": "work", "primary": true})
    );
    assert_eq!(body["phoneNumbers"][0]["value"], "+1 555 0100");
    assert_eq!(body["phoneNumbers"][1]["value"], "+1 5550199");
    assert_eq!(
        body["roles"],
        json!([{"value": "r-2", "display": "Manager"}])
    );
    assert_eq!(body["timezone"], "UTC");
    // What the directory does not know goes out as it is.
    assert_eq!(body[EXTENSION]["team"], json!({"value": "t-9"}));
}

#[tokio::test]
async fn a_new_primary_role_keeps_the_secondary_ones() {
    let mut raw = ada();
    raw["roles"] = json!([
        {"value": "r-8", "display": "Evaluator"},
        {"value": "r-1", "display": "Agent", "primary": true},
        {"value": "r-9", "display": "Auditor"},
    ]);
    let body = put(raw, change(&[(Attribute::Role, Some("Manager"))])).await;
    assert_eq!(
        body["roles"],
        json!([
            {"value": "r-2", "display": "Manager"},
            {"value": "r-8", "display": "Evaluator"},
            {"value": "r-9", "display": "Auditor"},
        ])
    );
}

#[tokio::test]
async fn clearing_removes_the_member() {
    let body = put(
        ada(),
        change(&[
            (Attribute::DisplayName, None),
            (Attribute::MobileNumber, None),
            (Attribute::TimeZone, None),
            (Attribute::Role, None),
            (Attribute::Team, None),
        ]),
    )
    .await;
    for gone in ["displayName", "timezone", "timeZone", "roles"] {
        assert!(body.get(gone).is_none(), "{gone}");
    }
    assert_eq!(
        body["phoneNumbers"],
        json!([{"value": "+1 555 0100", "type": "work"}])
    );
    assert!(body[EXTENSION].get("team").is_none());
    assert_eq!(body[EXTENSION]["shift"], "late");
}

// The design: a deactivation depends on nothing else, so not on roles and teams either.
#[tokio::test]
async fn a_deactivation_needs_no_directory() {
    let server = Server::start(|request, _| match request.method.as_str() {
        "PUT" => Some(Reply::Json(200, request.body.clone())),
        "POST" if request.path.ends_with("/search") => Some(Reply::Json(500, json!({}))),
        "GET" => Some(Reply::Json(200, ada())),
        _ => None,
    })
    .await;
    let adapter = server.adapter();
    let held = adapter.read("u-1", soon()).await.unwrap().expect("a user");
    let after = adapter
        .replace(&held, &Change::deactivation(), soon())
        .await;
    assert_eq!(after.unwrap().target.active, Some(false));
    assert_eq!(server.calls().last().unwrap().body["active"], false);
}

#[tokio::test]
async fn nothing_is_written_when_activity_is_unknown() {
    let mut raw = ada();
    raw.as_object_mut().unwrap().shift_remove("active");
    let server = holding(raw).await;
    let adapter = server.adapter();
    let held = adapter.read("u-1", soon()).await.unwrap().expect("a user");
    let renamed = change(&[(Attribute::GivenName, Some("Augusta"))]);
    assert!(adapter.replace(&held, &renamed, soon()).await.is_err());
    assert_eq!(server.calls().len(), 1);
    assert!(
        adapter
            .replace(&held, &Change::deactivation(), soon())
            .await
            .is_ok()
    );
}

// 3.3: 204 and empty bodies occur. What CXone shows then is read.
#[tokio::test]
async fn a_write_without_a_user_in_the_answer_is_read_back() {
    for answer in [
        Reply::Text(200, String::new()),
        Reply::Text(204, String::new()),
        Reply::Text(200, "OK".to_owned()),
        Reply::Json(200, json!({})),
    ] {
        let reply = answer.clone();
        let server = Server::start(move |request, _| match request.method.as_str() {
            "PUT" => Some(reply.clone()),
            "POST" if request.path == "/scim/v2/Users" => Some(reply.clone()),
            "GET" if request.path.contains('?') => Some(list(&[ada()])),
            "GET" => Some(Reply::Json(200, ada())),
            _ => None,
        })
        .await;
        let adapter = server.adapter();
        let held = adapter.create(&target(), None, soon()).await.unwrap();
        assert_eq!((held.id.as_str(), &held.raw), ("u-1", &ada()), "{answer:?}");
        let held = adapter
            .replace(&held, &Change::deactivation(), soon())
            .await;
        assert_eq!(held.unwrap().raw, ada(), "{answer:?}");
    }
}

#[tokio::test]
async fn a_write_that_cannot_be_read_back_is_uncertain() {
    let server = Server::start(|request, _| match request.method.as_str() {
        "PUT" => Some(Reply::Text(200, String::new())),
        "POST" if request.path == "/scim/v2/Users" => Some(Reply::Text(201, String::new())),
        "GET" if request.path.contains('?') => Some(list(&[])),
        "GET" => Some(Reply::Json(503, json!({}))),
        _ => None,
    })
    .await;
    let adapter = server.adapter();
    let held = Held {
        id: "u-1".to_owned(),
        target: Target::default(),
        own: false,
        pending: None,
        raw: ada(),
    };
    for outcome in [
        adapter.create(&target(), None, soon()).await,
        adapter
            .replace(&held, &Change::deactivation(), soon())
            .await,
    ] {
        assert!(
            matches!(
                outcome,
                Err(UpstreamError::Unavailable {
                    uncertain: true,
                    ..
                })
            ),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn an_id_that_cxone_lost_is_gone() {
    let server = Server::start(|_, _| None).await;
    let held = Held {
        id: "u-1".to_owned(),
        target: Target::default(),
        own: false,
        pending: None,
        raw: ada(),
    };
    let outcome = server
        .adapter()
        .replace(&held, &Change::deactivation(), soon())
        .await;
    assert_eq!(outcome, Err(UpstreamError::Gone));
}

fn login_authenticators() -> Vec<LoginAuthenticator> {
    vec![LoginAuthenticator {
        id: "la-1".to_owned(),
        name: "SSO".to_owned(),
    }]
}

async fn posted(set: impl FnOnce(&mut Settings), target: &Target, template: Option<&str>) -> Value {
    let server = Server::start(|request, _| {
        (request.method == "POST" && request.path == "/scim/v2/Users")
            .then(|| Reply::Json(201, ada()))
    })
    .await;
    let adapter = server.adapter_with(set);
    adapter.create(target, template, soon()).await.unwrap();
    server.calls()[0].body.clone()
}

// 1.4: no attribute that names a template is known; one that a probe found is used.
#[tokio::test]
async fn a_template_is_named_where_its_attribute_is_known() {
    let plain = posted(|_| {}, &target(), None).await;
    assert_eq!(posted(|_| {}, &target(), Some("Night shift")).await, plain);
    let known = |settings: &mut Settings| {
        settings.assume.template_attribute = Some("employeeTemplate".to_owned());
    };
    assert_eq!(posted(known, &target(), None).await, plain);
    let mut wanted = plain;
    wanted["employeeTemplate"] = json!("Night shift");
    assert_eq!(posted(known, &target(), Some("Night shift")).await, wanted);
}

// 1.4: whether an id or a name is in `value` is UNKNOWN.
#[tokio::test]
async fn a_role_is_named_by_what_a_probe_found() {
    let mut target = target();
    target.set_list(Attribute::SecondaryRoles, ["manager", "Auditor"]);
    let by = |role_value| {
        move |settings: &mut Settings| {
            settings.assume.role_value = role_value;
            settings.stated.login_authenticators = login_authenticators();
        }
    };
    let body = posted(by(RoleValue::Id), &target, None).await;
    let wanted = json!([
        {"value": "r-1", "display": "Agent"},
        {"value": "Auditor"},
        {"value": "r-2", "display": "Manager"},
    ]);
    assert_eq!(body["roles"], wanted);
    assert_eq!(
        body[EXTENSION]["team"],
        json!({"value": "t-1", "display": "Support"})
    );
    let body = posted(by(RoleValue::Name), &target, None).await;
    let wanted = json!([
        {"value": "Agent", "display": "Agent"},
        {"value": "Auditor"},
        {"value": "Manager", "display": "Manager"},
    ]);
    assert_eq!(body["roles"], wanted);
    assert_eq!(
        body[EXTENSION]["team"],
        json!({"value": "Support", "display": "Support"})
    );
    // The id of a login authenticator, either way.
    let wanted = json!({"value": "la-1", "display": "SSO"});
    assert_eq!(body[EXTENSION]["loginAuthenticator"], wanted);
}

// 1.4: requests have no `primary` on roles, so the first is the primary one.
#[tokio::test]
async fn secondary_roles_come_after_the_primary_one() {
    let mut newcomer = Target::default();
    newcomer.set(Attribute::UserName, "ada@example.com");
    newcomer.set_list(Attribute::SecondaryRoles, ["Manager"]);
    // With no primary role at all the first would become it.
    let body = posted(|_| {}, &newcomer, None).await;
    assert_eq!(body.get("roles"), None);
    let default = |settings: &mut Settings| settings.default_role = Some("agent".to_owned());
    let body = posted(default, &newcomer, None).await;
    assert_eq!(
        body["roles"],
        json!([{"value": "r-1", "display": "Agent"}, {"value": "r-2", "display": "Manager"}])
    );
    let of = |set| async move { put(ada(), change(set)).await["roles"].clone() };
    let agent = json!({"value": "r-1", "display": "Agent"});
    assert_eq!(
        of(&[(Attribute::SecondaryRoles, Some("Auditor\nagent"))]).await,
        json!([agent, {"value": "Auditor"}])
    );
    assert_eq!(
        of(&[(Attribute::SecondaryRoles, None)]).await,
        json!([agent])
    );
    assert_eq!(
        of(&[
            (Attribute::Role, Some("Manager")),
            (Attribute::SecondaryRoles, Some("Agent"))
        ])
        .await,
        json!([{"value": "r-2", "display": "Manager"}, agent])
    );
}

// 3.2: no API lists login authenticators; the configuration states them.
#[tokio::test]
async fn a_login_authenticator_is_shown_and_written_by_its_stated_name() {
    let server = holding(ada()).await;
    let adapter = server.adapter_with(|settings| {
        settings.stated.login_authenticators = login_authenticators();
    });
    let held = adapter.read("u-1", soon()).await.unwrap().expect("a user");
    assert_eq!(held.target.get(Attribute::LoginAuthenticator), Some("SSO"));
    assert_eq!(held.target.get(Attribute::SecondaryRoles), Some("Manager"));
    let set = change(&[(Attribute::LoginAuthenticator, Some("sso"))]);
    adapter.replace(&held, &set, soon()).await.unwrap();
    let body = server.calls().pop().unwrap().body;
    let wanted = json!({"value": "la-1", "display": "SSO"});
    assert_eq!(body[EXTENSION]["loginAuthenticator"], wanted);
}

#[tokio::test]
async fn what_scim_has_no_member_for_is_said() {
    let server = Server::start(|_, _| None).await;
    let cannot = [
        Attribute::ExternalIdentity,
        Attribute::ApplicationAttributes,
    ];
    assert_eq!(server.adapter().cannot_carry(), cannot);
}
