//! A SCIM server that is not CXone: a token as it is, another path, no roles and teams to search, no extension of CXone's.

use bridge::port::cxone::{Change, Cxone, Freshness, UpstreamError};
use bridge::target::Attribute;
use cxone::{Auth, ScimAdapter};
use serde_json::{Value, json};

use crate::failures::target;
use crate::server::{Reply, Seen, Server, soon};

fn plain(server: &Server) -> ScimAdapter {
    server.adapter_with(|settings| {
        settings.auth = Auth::Bearer("sesame".into());
        settings.scim_path = "/v2".to_owned();
        settings.directory_required = false;
    })
}

/// A user as RFC 7643, section 8.3 spells one, with an extension and members of others.
fn grace() -> Value {
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ],
        "id": "u-2",
        "meta": {"resourceType": "User", "version": "W/\"1\""},
        "userName": "grace@example.com",
        "name": {"givenName": "Grace", "familyName": "Ho"},
        "emails": [{"value": "grace@example.com", "type": "work", "primary": true}],
        "timezone": "Europe/London",
        "active": true,
        "nickName": "Gigi",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Navy"},
    })
}

fn not_there(request: &Seen) -> Option<Reply> {
    let error = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "404",
        "detail": "no such endpoint",
    });
    (!request.path.starts_with("/v2/Users")).then_some(Reply::Json(404, error))
}

async fn server() -> Server {
    Server::start(|request, _| match request.method.as_str() {
        _ if not_there(request).is_some() => not_there(request),
        "POST" => {
            let mut user = request.body.clone();
            user["id"] = json!("u-3");
            Some(Reply::Json(201, user))
        }
        "PUT" => Some(Reply::Json(200, request.body.clone())),
        _ => Some(Reply::Json(200, grace())),
    })
    .await
}

#[tokio::test]
async fn the_token_goes_out_as_it_is_and_no_key_is_spent() {
    let server = server().await;
    let held = plain(&server)
        .read("u-2", soon())
        .await
        .unwrap()
        .expect("a user");
    assert_eq!(held.target.get(Attribute::TimeZone), Some("Europe/London"));
    let read = &server.seen()[0];
    assert!(read.is("GET", "/v2/Users/u-2"), "{read:?}");
    assert!(read.head.contains("authorization: bearer sesame\r\n"));
    assert_eq!(server.tokens(), 0);
}

#[tokio::test]
async fn a_token_that_is_refused_is_named_and_not_sent_again() {
    for status in [401, 403] {
        let server = Server::start(move |_, _| Some(Reply::Json(status, json!({})))).await;
        let Err(UpstreamError::Unavailable { reason, .. }) =
            plain(&server).read("u-2", soon()).await
        else {
            panic!("{status}");
        };
        assert!(reason.contains("check token"), "{reason}");
        assert!(!reason.contains("access_key") && !reason.contains("sesame"));
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_server_without_roles_and_teams_has_an_empty_directory() {
    let server = server().await;
    for freshness in [Freshness::Recent, Freshness::Now] {
        let directory = plain(&server).directory(freshness, soon()).await.unwrap();
        assert!(directory.roles.is_empty() && directory.teams.is_empty());
    }
    // Where a role is checked, none to check against is a mistake of the base URL.
    let needed = server.adapter_with(|settings| {
        settings.auth = Auth::Bearer("sesame".into());
    });
    let Err(UpstreamError::Unavailable { reason, .. }) =
        needed.directory(Freshness::Now, soon()).await
    else {
        panic!("a directory");
    };
    assert!(reason.contains("base_url"), "{reason}");
}

#[tokio::test]
async fn an_outage_of_the_directory_is_no_empty_directory() {
    for reply in [
        Reply::Json(503, json!({})),
        Reply::Json(400, json!({})),
        Reply::Close,
    ] {
        let server = Server::start(move |_, _| Some(reply.clone())).await;
        assert!(
            plain(&server)
                .directory(Freshness::Now, soon())
                .await
                .is_err()
        );
    }
}

#[tokio::test]
async fn nothing_of_cxones_is_sent_that_nobody_named() {
    let server = server().await;
    let held = plain(&server)
        .create(&target(), None, soon())
        .await
        .unwrap();
    assert_eq!(held.id, "u-3");
    let sent = server
        .seen()
        .into_iter()
        .find(|seen| seen.is("POST", "/v2/Users"));
    let body = sent.expect("a create").body;
    assert!(body.get("roles").is_none(), "{body}");
    assert!(!body.to_string().contains("nice"), "{body}");
}

#[tokio::test]
async fn what_others_keep_there_survives_a_replace() {
    let server = server().await;
    let adapter = plain(&server);
    let held = adapter.read("u-2", soon()).await.unwrap().expect("a user");
    let mut change = Change::deactivation();
    change
        .set
        .insert(Attribute::FamilyName, Some("Hopper".to_owned()));
    adapter.replace(&held, &change, soon()).await.unwrap();
    let sent = server.seen().into_iter().find(|seen| seen.method == "PUT");
    let mut expected = grace();
    let user = expected.as_object_mut().unwrap();
    user.retain(|name, _| name != "schemas" && name != "meta");
    expected["active"] = json!(false);
    expected["name"]["familyName"] = json!("Hopper");
    assert_eq!(sent.expect("a replace").body, expected);
}
