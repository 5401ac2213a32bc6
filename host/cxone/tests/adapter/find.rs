use bridge::port::cxone::{Cxone, UpstreamError};
use bridge::target::Attribute;
use serde_json::{Value, json};

use crate::server::{Reply, Seen, Server, ada, list, soon};

const ADA: &str = "/scim/v2/Users?filter=userName%20eq%20%22ada%40example.com%22";

fn is_search(request: &Seen) -> bool {
    request.path.starts_with("/scim/v2/Users?")
}

async fn searching(reply: Reply) -> Result<Option<String>, UpstreamError> {
    let server = Server::start(move |request, _| match request.path.as_str() {
        "/scim/v2/Users/u-1" => Some(Reply::Json(200, ada())),
        _ if is_search(request) => Some(reply.clone()),
        _ => None,
    })
    .await;
    let found = server.adapter().find("ada@example.com", soon()).await?;
    Ok(found.map(|held| held.id))
}

// 1.3: searchUser takes `filter` only. 1.4: an item of a list has no phoneNumbers, an answer by id has.
#[tokio::test]
async fn a_user_is_found_and_then_read_whole() {
    let server = Server::start(|request, _| match request.path.as_str() {
        ADA => Some(list(&[ada()])),
        "/scim/v2/Users/u-1" => Some(Reply::Json(200, ada())),
        _ => None,
    })
    .await;
    let held = server
        .adapter()
        .find("ada@example.com", soon())
        .await
        .unwrap();
    let held = held.expect("a user");
    assert_eq!(held.raw, ada());
    let shown = |attribute| held.target.get(attribute);
    assert_eq!(shown(Attribute::MobileNumber), Some("+1 (555) 0101"));
    assert_eq!(shown(Attribute::Email), Some("ada@example.com"));
    assert_eq!(shown(Attribute::TimeZone), Some("America/Denver"));
    assert_eq!(shown(Attribute::Role), Some("Agent"));
    assert_eq!(shown(Attribute::Team), Some("Support"));
    assert_eq!(shown(Attribute::LoginAuthenticator), Some("la-1"));
    assert_eq!(shown(Attribute::UserType), None);
    assert_eq!(held.target.active, Some(true));
    let calls = server.calls();
    assert_eq!(calls.len(), 2);
    for call in calls {
        assert!(call.head.contains("authorization: bearer token-1"));
        assert!(
            call.head
                .contains("accept: application/scim+json, application/json")
        );
    }
}

// 1.5: whether userName is compared without case is UNKNOWN.
#[tokio::test]
async fn the_folded_name_is_asked_when_the_written_one_is_not_there() {
    let server = Server::start(|request, _| match request.path.as_str() {
        ADA => Some(list(&[ada()])),
        "/scim/v2/Users/u-1" => Some(Reply::Json(200, ada())),
        _ if is_search(request) => Some(list(&[])),
        _ => None,
    })
    .await;
    let held = server
        .adapter()
        .find("Ada@Example.com", soon())
        .await
        .unwrap();
    assert_eq!(held.expect("a user").id, "u-1");
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn a_name_cannot_break_out_of_the_filter() {
    let server = Server::start(|request, _| is_search(request).then(|| list(&[]))).await;
    let name = "x\" or userName pr or userName eq \"\\y&count=1#";
    assert_eq!(server.adapter().find(name, soon()).await, Ok(None));
    let asked = &server.calls()[0].path;
    let query = asked
        .strip_prefix("/scim/v2/Users?filter=")
        .expect("a filter");
    let decoded = percent_encoding::percent_decode_str(query)
        .decode_utf8()
        .unwrap();
    let wanted = format!("userName eq {}", Value::String(name.to_owned()));
    assert_eq!(decoded, wanted);
    assert!(!query.contains(['&', '#', '"', ' ']));
}

#[tokio::test]
async fn nobody_is_the_word_of_a_whole_list_only() {
    assert_eq!(searching(list(&[])).await, Ok(None));
    // RFC 7644, section 3.4.2: Resources may be absent when nothing matches.
    let none = Reply::Json(200, json!({"schemas": [], "totalResults": 0}));
    assert_eq!(searching(none).await, Ok(None));
    let stranger = json!({"id": "u-9", "userName": "eve@example.com"});
    assert_eq!(
        searching(list(std::slice::from_ref(&stranger))).await,
        Ok(None)
    );
    for reply in [
        Reply::Json(
            404,
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"}),
        ),
        Reply::Text(404, String::new()),
        Reply::Text(200, String::new()),
        Reply::Text(204, String::new()),
        Reply::Text(200, "<html>welcome</html>".to_owned()),
        Reply::Text(200, "{\"Resources\": [".to_owned()),
        Reply::Json(200, json!({})),
        Reply::Json(200, json!({"totalResults": 1})),
        Reply::Json(200, json!({"totalResults": 0, "Resources": {}})),
        Reply::Json(200, json!({"totalResults": 2, "Resources": [stranger]})),
        Reply::Json(
            200,
            json!({"totalResults": 0, "Resources": [], "error": "x", "errorDescription": "y"}),
        ),
        Reply::Json(
            200,
            json!({"totalResults": 1, "Resources": [{"userName": "ada@example.com"}]}),
        ),
        Reply::Json(500, json!({})),
        Reply::Close,
    ] {
        let found = searching(reply.clone()).await;
        let Err(UpstreamError::Unavailable { uncertain, .. }) = found else {
            panic!("{reply:?} gave {found:?}");
        };
        assert!(!uncertain);
    }
    let refused = searching(Reply::Json(400, json!({"detail": "filter"}))).await;
    assert!(matches!(
        refused,
        Err(UpstreamError::Refused { status: 400, .. })
    ));
}

#[tokio::test]
async fn the_exact_name_comes_before_an_active_one() {
    let user = |id: &str, name: &str, active| json!({"id": id, "userName": name, "active": active});
    let of = |users: Vec<Value>| async move {
        let server = Server::start(move |request, _| {
            if is_search(request) {
                return Some(list(&users));
            }
            let id = request.path.strip_prefix("/scim/v2/Users/")?;
            let held = users.iter().find(|user| user["id"] == id)?;
            Some(Reply::Json(200, held.clone()))
        })
        .await;
        let found = server
            .adapter()
            .find("ada@example.com", soon())
            .await
            .unwrap();
        found.expect("a user").id
    };
    let exact = vec![
        user("u-9", "eve@example.com", true),
        user("u-1", "ADA@example.com", true),
        user("u-2", "ada@example.com", false),
    ];
    assert_eq!(of(exact).await, "u-2");
    let active = vec![
        user("u-1", "ADA@example.com", false),
        user("u-2", "Ada@example.com", true),
    ];
    assert_eq!(of(active).await, "u-2");
}

#[tokio::test]
async fn a_user_is_read_by_id_and_by_no_other_path() {
    let server = Server::start(|request, _| {
        (request.path == "/scim/v2/Users/a%2F..%2Fb%3Fx%3D1%23%25").then(|| {
            let mut ada = ada();
            ada["id"] = json!("a/../b?x=1#%");
            Reply::Json(200, ada)
        })
    })
    .await;
    let adapter = server.adapter();
    assert!(
        adapter
            .read("a/../b?x=1#%", soon())
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(adapter.read("u-2", soon()).await, Ok(None));
    let asked = server.calls().len();
    for id in ["", ".", ".."] {
        assert!(adapter.read(id, soon()).await.is_err(), "{id:?}");
    }
    assert_eq!(server.calls().len(), asked);
}

#[tokio::test]
async fn another_user_or_no_user_is_no_answer() {
    for body in [
        json!({"id": "u-2", "userName": "eve@example.com"}),
        json!({}),
        json!([]),
    ] {
        let answer = body.clone();
        let server = Server::start(move |request, _| {
            request
                .path
                .starts_with("/scim/")
                .then(|| Reply::Json(200, answer.clone()))
        })
        .await;
        assert!(
            server.adapter().read("u-1", soon()).await.is_err(),
            "{body}"
        );
    }
}

#[tokio::test]
async fn odd_members_are_no_opinion_and_stay_in_raw() {
    let odd = json!({
        "id": "u-1", "userName": 5, "name": "Ada", "emails": {"value": "x"}, "active": "maybe",
        "roles": [7], "phoneNumbers": [null], "timezone": "UTC",
        "urn:ietf:params:scim:schemas:extension:nice:2.0:User": {"team": "t-1"},
    });
    let answer = odd.clone();
    let server = Server::start(move |request, _| {
        request
            .path
            .starts_with("/scim/")
            .then(|| Reply::Json(200, answer.clone()))
    })
    .await;
    let held = server
        .adapter()
        .read("u-1", soon())
        .await
        .unwrap()
        .expect("a user");
    assert_eq!(held.raw, odd);
    assert_eq!(
        held.target.to_json(),
        json!({"userName": "5", "timeZone": "UTC", "team": "Support", "role": "7"})
    );
}
