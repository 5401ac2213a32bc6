//! The token endpoint, as RFC 6749 and RFC 7523 have it.

use serde_json::json;

use super::*;

const GRANT: (&str, &str) = ("grant_type", "client_credentials");
const ID: (&str, &str) = ("client_id", "entra");
const RIGHT: (&str, &str) = ("client_secret", SECRET);

async fn world(keys: &Keys) -> World {
    World::with(&connection("entra", "entra", &everything(keys))).await
}

/// E-35: Entra's administrators choose header, body or both; whatever is there has to be right.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_secret_comes_in_the_header_in_the_body_or_in_both() {
    let keys = Keys::serve().await;
    let world = world(&keys).await;
    let (right, wrong) = (basic("entra", SECRET), basic("entra", "wrong"));
    let wrong_secret = ("client_secret", "wrong");
    let other = ("client_id", "federated");
    let second = ("client_secret", "a-second-secret");
    for (header, form, granted) in [
        (None, vec![GRANT, ID, RIGHT], true),
        (None, vec![GRANT, ID, second], true),
        (Some(&right), vec![GRANT], true),
        (Some(&right), vec![GRANT, ID], true),
        (Some(&right), vec![GRANT, ID, RIGHT], true),
        (Some(&right), vec![GRANT, ID, wrong_secret], false),
        (Some(&wrong), vec![GRANT, ID, RIGHT], false),
        (Some(&right), vec![GRANT, other, RIGHT], false),
        (None, vec![GRANT, ID, wrong_secret], false),
        (None, vec![GRANT, ID], false),
        (None, vec![GRANT, RIGHT], false),
        (None, vec![GRANT], false),
    ] {
        let answer = grant(&world, header.map(String::as_str), &form).await;
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["content-type"], "application/json");
        if granted {
            assert_eq!(answer.body["token_type"], "Bearer");
            assert_eq!(answer.body["expires_in"], 3600);
            assert_eq!(opens(&world, "acme/entra", &bearer(&answer)).await, 200);
        } else {
            assert_eq!(
                (answer.status, &answer.body["error"]),
                (401, &json!("invalid_client")),
                "{form:?}"
            );
            assert!(answer.headers.contains_key("www-authenticate"));
        }
    }
}

/// E-36: Entra's provisioning service with an assertion of its own tenant, and no secret.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_of_entra_is_as_good_as_a_secret() {
    let keys = Keys::serve().await;
    let world = world(&keys).await;
    let now = jiff::Timestamp::now().as_second();
    let elsewhere = "00000000-0000-0000-0000-000000000000";
    for (what, claims, id, granted) in [
        ("as Microsoft shows it", assertion(), "federated", true),
        ("another client", assertion(), "entra", false),
        (
            "another object",
            with(assertion(), "sub", json!(elsewhere)),
            "federated",
            false,
        ),
        (
            "another tenant",
            with(assertion(), "tid", json!(elsewhere)),
            "federated",
            false,
        ),
        (
            "another audience",
            with(assertion(), "aud", json!("api://other")),
            "federated",
            false,
        ),
        (
            "expired",
            with(assertion(), "exp", json!(now - 120)),
            "federated",
            false,
        ),
        ("Entra's token of version 1", claims(), "federated", false),
    ] {
        let token = signed(&claims);
        let form = [
            GRANT,
            ("client_id", id),
            ("client_assertion_type", ASSERTION),
            ("client_assertion", &token),
            ("scope", "scim"),
        ];
        let answer = grant(&world, None, &form).await;
        if granted {
            assert_eq!(answer.body["scope"], "scim");
            assert_eq!(
                opens(&world, "acme/entra", &bearer(&answer)).await,
                200,
                "{what}"
            );
        } else {
            assert_eq!(
                (answer.status, &answer.body["error"]),
                (401, &json!("invalid_client")),
                "{what}"
            );
        }
    }
    assert_eq!(keys.reads(), 1);
}

/// RFC 6749, section 5.2: what is wrong with the request is told, in the same words whether the connection exists or not.
#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_no_requests_for_a_token_are_told_so() {
    let keys = Keys::serve().await;
    let world = world(&keys).await;
    let kind = ("client_assertion_type", ASSERTION);
    for (form, status, error) in [
        (vec![], 400, "invalid_request"),
        (vec![ID, RIGHT], 400, "invalid_request"),
        (vec![("grant_type", ""), ID, RIGHT], 400, "invalid_request"),
        (vec![GRANT, GRANT, ID, RIGHT], 400, "invalid_request"),
        (vec![GRANT, ID, RIGHT, RIGHT], 400, "invalid_request"),
        (
            vec![("grant_type", "password"), ID, RIGHT],
            400,
            "unsupported_grant_type",
        ),
        (
            vec![("grant_type", "authorization_code")],
            400,
            "unsupported_grant_type",
        ),
        (vec![GRANT, kind], 400, "invalid_request"),
        (
            vec![GRANT, ("client_assertion", "x")],
            400,
            "invalid_request",
        ),
        (
            vec![
                GRANT,
                ("client_assertion", "x"),
                ("client_assertion_type", "saml"),
            ],
            400,
            "invalid_request",
        ),
        (
            vec![GRANT, ID, RIGHT, ("scope", "a\"b")],
            400,
            "invalid_scope",
        ),
        (
            vec![GRANT, ID, ("client_secret", "wrong")],
            401,
            "invalid_client",
        ),
        (
            vec![GRANT, kind, ("client_assertion", "x")],
            401,
            "invalid_client",
        ),
    ] {
        let ours = grant(&world, None, &form).await;
        assert_eq!(
            (ours.status, &ours.body["error"]),
            (status, &json!(error)),
            "{form:?}"
        );
        assert_eq!(ours.headers["cache-control"], "no-store");
        for nobodys in ["acme/nobody", "nobody/entra", "a_b/entra"] {
            let theirs = grant_at(&world, nobodys, None, &form).await;
            assert_eq!(
                (theirs.status, &theirs.body),
                (ours.status, &ours.body),
                "{nobodys} {form:?}"
            );
        }
    }
    for method in ["GET", "PUT", "DELETE"] {
        let answer = ask(
            &world,
            &world.http,
            method,
            "/acme/entra/oauth2/token",
            None,
        )
        .await;
        assert_eq!(
            (answer.status, &answer.headers["allow"]),
            (405, &"POST".parse().expect("a value"))
        );
    }
    let url = format!("http://{}/acme/entra/oauth2/token", world.app.scim);
    let json = world
        .http
        .post(&url)
        .header("content-type", "application/json")
        .body("{}");
    assert_eq!(reply(json).await.status, 415);
    let large = world.http.post(&url).body(vec![b'a'; 2 * 1024 * 1024]);
    assert_eq!(reply(large).await.status, 413);
    assert_eq!(keys.reads(), 0);
}

/// A client that has scopes gets these and no others.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_asks_for_its_own_scopes() {
    let credentials = format!(
        "[auth.oauth]\nclients = [{{ id = \"entra\", secrets = [\"{SECRET}\"], scopes = [\"scim\", \"scim.write\"] }}]"
    );
    let world = World::with(&connection("entra", "entra", &credentials)).await;
    for (scope, granted) in [
        ("scim", true),
        ("scim  scim.write", true),
        ("scim admin", false),
    ] {
        let answer = grant(&world, None, &[GRANT, ID, RIGHT, ("scope", scope)]).await;
        if granted {
            let words: Vec<&str> = scope.split_whitespace().collect();
            assert_eq!(answer.body["scope"], words.join(" "));
        } else {
            assert_eq!(
                (answer.status, &answer.body["error"]),
                (400, &json!("invalid_scope"))
            );
        }
    }
}
