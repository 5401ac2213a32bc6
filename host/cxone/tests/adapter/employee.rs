//! Whose the access key is (cxone.md 1.6, 2.1, 2.2).

use std::time::Duration;

use bridge::port::cxone::{CallOptions, Cxone, Priority};
use cxone::{Auth, Employee, Secret};
use serde_json::{Value, json};

use crate::place::{sold, token};
use crate::server::{Reply, Server, ada, session, soon};

const KEY: &str = "/authentication/v1/token/access-key";
const KEYS: &str = "/access-key-management/v1/access-keys/simulator";
const USERINFO: &str = "/auth/userinfo";

/// A CXone whose token has these claims, and whose paths answer so.
async fn server(
    claims: Option<Value>,
    paths: &'static [(&'static str, u16, &'static str)],
) -> Server {
    Server::start(move |request, _| {
        if request.path == KEY {
            return Some(match &claims {
                Some(claims) => sold(&token(claims)),
                None => sold("opaque"),
            });
        }
        let (_, status, body) = paths.iter().find(|(path, ..)| *path == request.path)?;
        Some(Reply::Text(*status, (*body).to_owned()))
    })
    .await
}

async fn own(server: &Server) -> Option<Employee> {
    session(server.settings())
        .own_employee(soon())
        .await
        .unwrap()
}

fn asked(server: &Server) -> Vec<String> {
    let seen = server.seen().into_iter().map(|seen| seen.path);
    seen.filter(|path| path != KEY).collect()
}

// 2.1: GET /access-key-management/v1/access-keys/{id}.
#[tokio::test]
async fn the_keys_own_record_says_whose_it_is() {
    for record in [
        r#"{"resultSet": {"accessKeyId": "simulator", "userId": "u-9"}}"#,
        r#"{"accessKeyId": "simulator", "userId": "u-9"}"#,
    ] {
        let claims = json!({"sub": "user:somebody-else", "tenantId": "11eb-a"});
        let paths: &'static [_] = Box::leak(Box::new([
            (KEYS, 200, record),
            (
                "/user-management/v3/users/u-9",
                200,
                r#"{"user": {"userName": "scim@example.com"}}"#,
            ),
        ]));
        let server = server(Some(claims), paths).await;
        let employee = own(&server).await.unwrap();
        assert_eq!(employee.id, "u-9");
        assert_eq!(employee.user_name.as_deref(), Some("scim@example.com"));
        assert_eq!(asked(&server), [KEYS, "/user-management/v3/users/u-9"]);
        assert!(!format!("{employee:?}").contains("scim@example.com"));
    }
}

// Assumption (2.1): the token stands for the key's employee.
#[tokio::test]
async fn where_the_key_may_not_read_itself_the_token_says_it() {
    for subject in ["user:u-9", "u-9"] {
        let server = server(Some(json!({ "sub": subject })), &[(KEYS, 403, "{}")]).await;
        let employee = own(&server).await.unwrap();
        assert_eq!((employee.id.as_str(), employee.user_name), ("u-9", None));
        assert!(!asked(&server).contains(&USERINFO.to_owned()));
    }
}

// 2.2: /auth/userinfo {sub}.
#[tokio::test]
async fn where_the_token_is_opaque_userinfo_says_it() {
    let server = server(
        None,
        &[(KEYS, 404, ""), (USERINFO, 200, r#"{"sub": "user:u-9"}"#)],
    )
    .await;
    assert_eq!(own(&server).await.unwrap().id, "u-9");
    let seen = server.seen().into_iter().find(|seen| seen.path == USERINFO);
    assert!(
        seen.unwrap()
            .head
            .contains("authorization: bearer opaque\r\n")
    );
}

#[tokio::test]
async fn nobody_is_told_and_not_asked_again_at_once() {
    for status in [401, 403, 404] {
        let paths: &'static [_] =
            Box::leak(Box::new([(KEYS, status, "{}"), (USERINFO, status, "{}")]));
        let server = server(None, paths).await;
        let session = session(server.settings());
        assert_eq!(session.own_employee(soon()).await, Ok(None), "{status}");
        let before = server.seen().len();
        assert_eq!(session.own_employee(soon()).await, Ok(None));
        assert_eq!(server.seen().len(), before);
    }
}

#[tokio::test]
async fn an_outage_is_not_nobody() {
    for status in [503, 408, 425] {
        let paths: &'static [_] = Box::leak(Box::new([(KEYS, status, "{}")]));
        let server = server(None, paths).await;
        let own = session(server.settings()).own_employee(soon()).await;
        assert!(own.is_err(), "{status}: {own:?}");
    }
}

/// A key in a file is replaced while we run; until it is known whose the new one is, leavers go, but not who had the last.
#[tokio::test]
async fn it_follows_the_key_in_its_file() {
    let user: &'static str = Box::leak(ada().to_string().into());
    let paths: &'static [_] = Box::leak(Box::new([
        (
            "/access-key-management/v1/access-keys/a",
            200,
            r#"{"userId": "u-1"}"#,
        ),
        ("/access-key-management/v1/access-keys/bb", 503, "{}"),
        (
            "/access-key-management/v1/access-keys/ccc",
            200,
            r#"{"userId": "u-9"}"#,
        ),
        ("/scim/v2/Users/u-1", 200, user),
    ]));
    let server = server(None, paths).await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("id");
    let replace = async |id: &str| {
        std::fs::write(&path, id).unwrap();
        // A file is looked at once a second.
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(2)).await;
        tokio::time::resume();
    };
    replace("a").await;
    let adapter = server.adapter_with(|settings| {
        settings.auth = Auth::AccessKey {
            id: Secret::File(path.clone()),
            secret: "simulator-secret".into(),
        };
    });
    let own = async |priority| {
        let held = adapter.read("u-1", CallOptions::of(priority)).await;
        held.map(|held| held.expect("ada").own)
    };
    assert_eq!(own(Priority::Request).await, Ok(true));
    replace("bb").await;
    assert!(own(Priority::Request).await.is_err());
    assert_eq!(own(Priority::Deactivation).await, Ok(true));
    replace("ccc").await;
    assert_eq!(own(Priority::Request).await, Ok(false));
}

/// A leaver must not stay because nobody says whose the key is.
#[tokio::test]
async fn where_the_keys_record_is_ill_the_token_says_it_and_leavers_do_not_wait() {
    let ill = server(Some(json!({"sub": "u-9"})), &[(KEYS, 503, "{}")]).await;
    assert_eq!(own(&ill).await.unwrap().id, "u-9");
    let user: &'static str = Box::leak(ada().to_string().into());
    let paths: &'static [_] = Box::leak(Box::new([
        (KEYS, 503, "{}"),
        ("/scim/v2/Users/u-1", 200, user),
    ]));
    let silent = server(None, paths).await;
    let adapter = silent.adapter();
    assert!(adapter.read("u-1", soon()).await.is_err());
    let leaving = CallOptions::of(Priority::Deactivation);
    assert!(adapter.read("u-1", leaving).await.unwrap().is_some());
}

#[tokio::test]
async fn it_is_asked_for_once() {
    let server = server(Some(json!({"sub": "u-9"})), &[(KEYS, 403, "{}")]).await;
    let session = session(server.settings());
    for _ in 0..3 {
        assert!(session.own_employee(soon()).await.unwrap().is_some());
    }
    assert_eq!(
        asked(&server).iter().filter(|path| *path == KEYS).count(),
        1
    );
}

#[tokio::test]
async fn another_server_is_not_asked_whose_its_token_is() {
    let server = Server::start(|_, _| Some(Reply::Json(200, ada()))).await;
    let mut settings = server.settings();
    settings.auth = Auth::Bearer("sesame".into());
    assert_eq!(session(settings).own_employee(soon()).await, Ok(None));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn claims_are_hints_for_who_asks() {
    let claims =
        json!({"tenantId": "11eb-a", "icBUId": 4711, "role": {"legacyId": "Administrator"}});
    let server = server(Some(claims), &[]).await;
    let claims = session(server.settings())
        .claims(soon())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(claims.tenant.as_deref(), Some("11eb-a"));
    assert_eq!(claims.business_unit.as_deref(), Some("4711"));
    assert_eq!(claims.role.as_deref(), Some("Administrator"));
}
