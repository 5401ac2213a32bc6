//! Finding CXone from credentials alone (cxone.md 2.3, 2.4). Servers of this machine are the areas.

mod memory;

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bridge::port::cxone::{Cxone, UpstreamError};
use client::Url;
use cxone::{Auth, PlaceError, ScimAdapter, Session, Settings};
use serde_json::{Value, json};

use crate::server::{Reply, Seen, Server, ada, key, session, soon};

const KEY: &str = "/authentication/v1/token/access-key";
const DISCOVERY: &str = "/.well-known/cxone-configuration";
const OPENID: &str = "/.well-known/openid-configuration";
const ROLES: &str = "/authorization/v1/roles/search";

/// A token that says of itself what these claims say.
pub(crate) fn token(claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}.c2ln", part(&json!({"alg": "RS256"})), part(claims))
}

pub(crate) fn sold(token: &str) -> Reply {
    Reply::Json(200, json!({"access_token": token, "expires_in": 3600}))
}

fn of_tenant() -> Reply {
    sold(&token(&json!({"tenantId": "11eb-a", "sub": "user:u-9"})))
}

/// A document of the area, with nothing in it that leads away from who serves it.
fn document(area: &str) -> Value {
    json!({
        "private": false, "area": area, "cluster": "c57", "domain": "niceincontact.com",
        "uhDomain": "nice-incontact.com", "api_endpoint": format!("https://api-{area}.niceincontact.com"),
        "auth_endpoint": "https://cxone.niceincontact.com",
    })
}

fn user(request: &Seen) -> Option<Reply> {
    let scim = request.method == "GET" && request.path.starts_with("/scim/");
    scim.then(|| Reply::Json(200, ada()))
}

/// Settings that begin at these servers and know nothing more.
fn beginning(servers: &[&Server]) -> Settings {
    let mut settings = Settings::new(key());
    settings.place.discovery_urls = servers
        .iter()
        .map(|server| server.base_url.clone())
        .collect();
    settings
}

fn shown(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

fn paths(server: &Server) -> Vec<String> {
    server.seen().into_iter().map(|seen| seen.path).collect()
}

async fn reason(session: &Session) -> String {
    match session.place(soon()).await {
        Err(UpstreamError::Unavailable { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

/// An area that knows its tenants.
async fn area(name: &'static str) -> Server {
    Server::start(move |request, _| match request.path.split('?').next()? {
        KEY => Some(of_tenant()),
        DISCOVERY => {
            let mut document = document(name);
            let tenant = request.path.split_once("?tenantId=").map(|(_, id)| id);
            document["tenantId"] = json!(tenant);
            Some(Reply::Json(200, document))
        }
        _ => user(request),
    })
    .await
}

// 2.3: token, tenant id, discovery.
#[tokio::test]
async fn a_key_alone_finds_the_tenants_place() {
    let server = area("na1").await;
    let session = session(beginning(&[&server]));
    assert!(session.known_place().is_none());
    let adapter = ScimAdapter::new(session.clone());
    assert!(adapter.read("u-1", soon()).await.unwrap().is_some());
    let asked = paths(&server);
    let discovery = format!("{DISCOVERY}?tenantId=11eb-a");
    assert_eq!(asked[..3], [KEY, &discovery, "/scim/v2/Users/u-1"]);
    // Nobody's credentials go to discovery.
    assert!(!server.seen()[1].head.contains("authorization:"));
    let place = session.known_place().unwrap();
    let line = format!("area na1, tenant 11eb-a, {}", shown(&server.base_url));
    assert_eq!(place.to_string(), line);
    // The token that found the place is the one in use, and nothing is looked for again.
    adapter.read("u-1", soon()).await.unwrap();
    let after = paths(&server);
    let again = after.iter().filter(|path| path.starts_with("/.well-known"));
    assert_eq!((again.count(), server.tokens()), (1, 1));
}

#[tokio::test]
async fn a_crowd_looks_once() {
    let server = area("na1").await;
    let session = session(beginning(&[&server]));
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let session = session.clone();
            tokio::spawn(async move { session.place(soon()).await })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap().is_ok());
    }
    assert_eq!(paths(&server).len(), 2);
}

/// An area that takes the tokens of its own tenants, and tells nobody where a tenant is.
async fn probed(name: &'static str, status: u16, login: Reply) -> Server {
    Server::start(move |request, _| match request.path.as_str() {
        KEY => Some(login.clone()),
        DISCOVERY => Some(Reply::Json(200, document(name))),
        ROLES => Some(Reply::Json(status, json!({"roles": []}))),
        _ => user(request),
    })
    .await
}

// 2.3: the same document without a tenant is each area's own.
#[tokio::test]
async fn without_a_tenant_the_area_that_takes_the_token_is_the_one() {
    // A token that says nothing, and one whose tenant nobody knows.
    for login in [sold("opaque"), of_tenant()] {
        for (right, wrong) in [(200, 401), (403, 401), (200, 403), (400, 404), (200, 500)] {
            let na1 = probed("na1", wrong, login.clone()).await;
            let eu1 = probed("eu1", right, login.clone()).await;
            let session = session(beginning(&[&na1, &eu1]));
            let place = session.place(soon()).await.unwrap();
            assert_eq!(place.area.as_deref(), Some("eu1"), "{right} {wrong}");
            assert_eq!(place.user_hub, eu1.base_url);
            let body = eu1.seen().into_iter().find(|seen| seen.path == ROLES);
            assert_eq!(body.unwrap().body["page"]["pageSize"], 1);
        }
    }
}

#[tokio::test]
async fn two_areas_that_take_the_token_need_a_word() {
    let na1 = probed("na1", 200, sold("opaque")).await;
    let eu1 = probed("eu1", 200, sold("opaque")).await;
    let said = reason(&session(beginning(&[&na1, &eu1]))).await;
    assert!(
        said.contains("na1, eu1") && said.contains("write area = "),
        "{said}"
    );
    let mut settings = beginning(&[&na1, &eu1]);
    settings.place.area = Some("eu1".to_owned());
    let place = session(settings).place(soon()).await.unwrap();
    assert_eq!(place.area.as_deref(), Some("eu1"));
}

#[tokio::test]
async fn a_place_that_nobody_knows_is_told_with_every_step() {
    let server = Server::start(|request, _| (request.path == KEY).then(of_tenant)).await;
    let said = reason(&session(beginning(&[&server]))).await;
    assert!(said.contains("write area or base_url"), "{said}");
    assert!(
        said.contains("discovery of tenant 11eb-a") && said.contains("404"),
        "{said}"
    );
}

#[tokio::test]
async fn a_wrong_area_is_named_with_the_right_one() {
    let server = area("na1").await;
    let mut settings = beginning(&[&server]);
    settings.place.area = Some("eu1".to_owned());
    let session = session(settings);
    let wanted = "area: \"eu1\" is configured and the tenant is in \"na1\": write area = \"na1\"";
    assert_eq!(reason(&session).await, wanted);
    let found = session.find(soon()).await;
    let Err(PlaceError::WrongArea {
        configured,
        found: place,
    }) = found.outcome
    else {
        panic!("{found:?}");
    };
    assert_eq!(
        (configured.as_str(), place.area.as_deref()),
        ("eu1", Some("na1"))
    );
    let steps: Vec<String> = found.steps.iter().map(ToString::to_string).collect();
    let at = shown(&server.base_url);
    assert_eq!(
        steps,
        [
            format!("log in at {at}: a token of tenant 11eb-a"),
            format!("discovery of tenant 11eb-a at {at}: area na1, {at}"),
        ]
    );
    assert!(server.calls().is_empty());
}

// 2.1: tokens are global, so any host makes them; government tenants have one of their own (2.3).
#[tokio::test]
async fn the_next_host_is_asked_where_one_refuses_the_key_or_is_silent() {
    let refusing = Server::start(|request, _| {
        (request.path == KEY).then(|| Reply::Json(401, json!({"message": "no"})))
    })
    .await;
    let closing = Server::start(|_, _| Some(Reply::Close)).await;
    let government = area("na2").await;
    let session = session(beginning(&[&closing, &refusing, &government]));
    let place = session.place(soon()).await.unwrap();
    assert_eq!(place.area.as_deref(), Some("na2"));
    assert_eq!(*place.auth(), government.base_url);
}

#[tokio::test]
async fn a_key_that_no_host_takes_is_said_to_be_refused() {
    let refusing = Server::start(|_, _| Some(Reply::Json(401, json!({"message": "no"})))).await;
    let closing = Server::start(|_, _| Some(Reply::Close)).await;
    let said = reason(&session(beginning(&[&closing, &refusing]))).await;
    assert!(said.contains("access_key_secret"), "{said}");
}

#[tokio::test]
async fn hosts_that_are_stated_are_used() {
    let (auth, server) = (area("na1").await, area("na1").await);
    let mut settings = beginning(&[&server]);
    settings.place.auth_url = Some(auth.base_url.clone());
    let place = session(settings).place(soon()).await.unwrap();
    assert_eq!(
        (place.auth(), &place.user_hub),
        (&auth.base_url, &server.base_url)
    );
    assert_eq!((auth.tokens(), server.tokens()), (1, 0));
    // A base_url is believed without asking anybody.
    let offline = session(Settings::at(
        Url::parse("https://eu1.nice-incontact.com").unwrap(),
        key(),
    ));
    let place = offline.place(soon()).await.unwrap();
    assert_eq!(
        place.to_string(),
        "area eu1, https://eu1.nice-incontact.com"
    );
}

// 2.2, 2.3: openid-configuration names the token endpoint.
#[tokio::test]
async fn the_password_grant_is_where_openid_configuration_says() {
    let elsewhere = Server::start(|_, _| None).await;
    let endpoint = Arc::new(Mutex::new(String::new()));
    let told = Arc::clone(&endpoint);
    let server = Server::start(move |request, _| match request.path.split('?').next()? {
        OPENID => {
            let endpoint = told.lock().unwrap().clone();
            Some(Reply::Json(200, json!({ "token_endpoint": endpoint })))
        }
        "/oauth/tokens" | "/auth/token" => Some(of_tenant()),
        DISCOVERY => Some(Reply::Json(200, document("na1"))),
        _ => user(request),
    })
    .await;
    let own = format!("{}oauth/tokens", server.base_url);
    let own_usual = "/auth/token".to_owned();
    let foreign = "https://evil.example.com/oauth/tokens".to_owned();
    let inside = "http://10.0.0.1/oauth/tokens".to_owned();
    for (said, asked) in [
        (own, "/oauth/tokens".to_owned()),
        (foreign, own_usual.clone()),
        (inside, own_usual.clone()),
        (String::new(), own_usual),
    ] {
        *endpoint.lock().unwrap() = said;
        let mut settings = beginning(&[&server]);
        settings.auth = Auth::Password {
            client_id: "app".into(),
            client_secret: "word".into(),
            id: "simulator".into(),
            secret: "simulator-secret".into(),
        };
        let before = server.seen().len();
        session(settings).place(soon()).await.unwrap();
        let posted = server
            .seen()
            .into_iter()
            .skip(before)
            .find(|seen| seen.method == "POST");
        assert_eq!(posted.unwrap().path, asked);
    }
    assert!(elsewhere.seen().is_empty());
}

// A document is a server's word, and an access key goes where it leads.
#[tokio::test]
async fn a_document_leads_nowhere_but_to_who_serves_it() {
    for hostile in [
        json!({"area": "na1", "uhDomain": "evil.example.com", "domain": "evil.example.com"}),
        json!({"area": "na1", "ui_endpoint": "https://evil.example.com", "api_endpoint": "http://10.0.0.1"}),
        json!({"area": "na1", "ui_endpoint": "http://169.254.169.254/latest", "uhDomain": "x"}),
        json!({"area": "../../x", "ui_endpoint": "ftp://127.0.0.1"}),
    ] {
        let served = hostile.clone();
        let server = Server::start(move |request, _| match request.path.split('?').next()? {
            KEY => Some(of_tenant()),
            DISCOVERY => Some(Reply::Json(200, served.clone())),
            _ => user(request),
        })
        .await;
        let place = session(beginning(&[&server])).place(soon()).await.unwrap();
        assert_eq!(
            (&place.user_hub, &place.api),
            (&server.base_url, &None),
            "{hostile}"
        );
    }
}

#[tokio::test]
async fn what_is_no_document_of_this_tenant_is_none() {
    let huge = json!({"area": "na1", "padding": "x".repeat(70_000)});
    let mut other = document("na1");
    other["tenantId"] = json!("another");
    for reply in [
        Reply::Json(200, json!([])),
        Reply::Json(200, json!("na1")),
        Reply::Json(200, huge),
        Reply::Text(200, "<html>".to_owned()),
        Reply::Header(302, "location: https://evil.example.com/\r\n", json!({})),
    ] {
        let served = reply.clone();
        let server = Server::start(move |request, _| match request.path.split('?').next()? {
            KEY => Some(of_tenant()),
            DISCOVERY => Some(served.clone()),
            _ => user(request),
        })
        .await;
        let said = reason(&session(beginning(&[&server]))).await;
        assert!(said.contains("CXone was not found"), "{reply:?}: {said}");
    }
    let server = Server::start(move |request, _| match request.path.split('?').next()? {
        KEY => Some(of_tenant()),
        DISCOVERY => Some(Reply::Json(200, other.clone())),
        _ => None,
    })
    .await;
    let found = session(beginning(&[&server])).find(soon()).await;
    let step = found.steps[1].to_string();
    assert!(step.ends_with("it tells of another tenant"), "{step}");
}

#[tokio::test]
async fn looking_in_vain_is_not_repeated_at_once() {
    let server = Server::start(|_, _| Some(Reply::Json(401, json!({"message": "no"})))).await;
    let session = session(beginning(&[&server]));
    let first = reason(&session).await;
    let asked = server.seen().len();
    assert_eq!(reason(&session).await, first);
    assert_eq!(server.seen().len(), asked);
}
