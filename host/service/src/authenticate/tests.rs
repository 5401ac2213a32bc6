use std::time::Duration;

use http::{HeaderValue, header};
use serde_json::json;

use super::test_tokens::{Document, claims, signed, tenant, with};
use super::*;

fn scope(connection: &str) -> Scope {
    Scope {
        tenant: "acme".parse().expect("a name"),
        connection: connection.parse().expect("a name"),
    }
}

fn client(id: &str, secrets: &[&str], scopes: &[&str]) -> Client {
    Client {
        id: id.to_owned(),
        secrets: secrets.iter().copied().map(Secret::of).collect(),
        scopes: scopes.iter().map(|scope| scope.to_string()).collect(),
    }
}

/// A connection with everything.
fn everything() -> Credentials {
    let hour = Duration::from_secs(3600);
    Credentials {
        tokens: vec![Secret::of("t0ken"), Secret::of("has.one-dot")],
        users: vec![User {
            name: "okta".to_owned(),
            password: Secret::of("pass:word"),
        }],
        oauth: Some(OAuth {
            token_ttl: hour,
            clients: vec![
                client("entra", &["old", "new", "a+b%20c"], &[]),
                client("scoped", &["s"], &["scim"]),
            ],
        }),
        workload_identity: Some(WorkloadIdentity {
            client_id: "federated".to_owned(),
            token_ttl: hour,
            tenant: EntraTenant {
                subject: Some(super::test_tokens::SUBJECT.to_owned()),
                ..tenant()
            },
        }),
        entra: Some(tenant()),
    }
}

fn authenticator(connections: &[(&str, Credentials)]) -> Authenticator {
    let connections = connections.iter().cloned();
    let credentials = connections.map(|(name, credentials)| (scope(name), credentials));
    let key = SigningKey::new([7; 32]);
    Authenticator::new(credentials.collect(), key, Arc::new(Document::default()))
}

async fn status(of: &Authenticator, connection: &str, header: &str) -> u16 {
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_str(header).expect("a value");
    headers.insert(header::AUTHORIZATION, value);
    let admitted = of.admit(Some(&scope(connection)), &headers, None).await;
    admitted.err().map_or(200, |failure| failure.error.status)
}

fn asked(id: Option<&str>, secret: Option<&str>) -> Asked {
    Asked {
        header: Presented::Nothing,
        client_id: id.map(str::to_owned),
        client_secret: secret.map(str::to_owned),
        assertion: None,
        scopes: Vec::new(),
    }
}

fn basic(id: &str, secret: &str) -> Presented {
    Presented::Basic(id.to_owned(), secret.to_owned())
}

async fn token(of: &Authenticator, asked: &Asked) -> Option<String> {
    match of.grant(Some(&scope("entra")), asked, None).await {
        Ok(Granted::Token(token, ttl)) => {
            assert_eq!(ttl, Duration::from_secs(3600));
            Some(token)
        }
        Ok(Granted::NotInScope) | Err(_) => None,
    }
}

#[tokio::test]
async fn every_kind_opens_its_own_connection_and_no_other() {
    let both = authenticator(&[("entra", everything()), ("okta", Credentials::bearer("x"))]);
    let ours = token(&both, &asked(Some("entra"), Some("new"))).await;
    let ours = format!("Bearer {}", ours.expect("a token"));
    let entras = format!("Bearer {}", signed(&claims()));
    for header in [
        "Bearer t0ken",
        "Bearer has.one-dot",
        "Basic b2t0YTpwYXNzOndvcmQ=",
        &ours,
        &entras,
    ] {
        assert_eq!(status(&both, "entra", header).await, 200, "{header}");
        assert_eq!(status(&both, "okta", header).await, 401, "{header}");
        assert_eq!(status(&both, "nobody", header).await, 401, "{header}");
    }
    // A client's secret is for the token endpoint, a user's password for Basic.
    for header in ["Bearer new", "Bearer pass:word", "Basic ZW50cmE6bmV3"] {
        assert_eq!(status(&both, "entra", header).await, 401, "{header}");
    }
}

#[tokio::test]
async fn a_secret_in_header_body_or_both_is_taken_if_all_of_it_is_right() {
    let of = authenticator(&[("entra", everything())]);
    let with_header = |header: Presented, id: Option<&str>, secret: Option<&str>| Asked {
        header,
        ..asked(id, secret)
    };
    for (asked, granted) in [
        (asked(Some("entra"), Some("old")), true),
        (asked(Some("entra"), Some("new")), true),
        (asked(Some("entra"), Some("nee")), false),
        (asked(Some("entra"), None), false),
        (asked(None, Some("new")), false),
        (asked(None, None), false),
        (asked(Some("scoped"), Some("new")), false),
        (with_header(basic("entra", "new"), None, None), true),
        (
            with_header(basic("entra", "new"), Some("entra"), Some("new")),
            true,
        ),
        (
            with_header(basic("entra", "old"), Some("entra"), Some("new")),
            true,
        ),
        (with_header(basic("entra", "new"), None, Some("new")), true),
        (
            with_header(basic("entra", "new"), Some("entra"), Some("bad")),
            false,
        ),
        (
            with_header(basic("entra", "bad"), Some("entra"), Some("new")),
            false,
        ),
        (
            with_header(basic("entra", "new"), Some("scoped"), None),
            false,
        ),
        (
            with_header(basic("entra", "new"), Some("scoped"), Some("s")),
            false,
        ),
        // As it is, and as RFC 6749 has it encoded.
        (with_header(basic("entra", "a+b%20c"), None, None), true),
        (with_header(basic("entra", "a%2Bb%2520c"), None, None), true),
        (with_header(basic("entra", "a b c"), None, None), false),
        (
            with_header(
                Presented::Bearer("new".to_owned()),
                Some("entra"),
                Some("new"),
            ),
            false,
        ),
        (
            with_header(Presented::Unreadable, Some("entra"), Some("new")),
            false,
        ),
    ] {
        let given = token(&of, &asked).await.is_some();
        assert_eq!(
            given, granted,
            "{:?} {:?}",
            asked.client_id, asked.client_secret
        );
    }
}

#[tokio::test]
async fn scopes_are_those_of_the_client_if_it_has_any() {
    let of = authenticator(&[("entra", everything())]);
    for (id, secret, scope, granted) in [
        ("scoped", "s", "scim", true),
        ("scoped", "s", "admin", false),
        ("entra", "new", "api://x/.default", true),
    ] {
        let scopes = vec![scope.to_owned()];
        let asked = Asked {
            scopes,
            ..asked(Some(id), Some(secret))
        };
        assert_eq!(token(&of, &asked).await.is_some(), granted, "{scope}");
    }
}

#[tokio::test]
async fn an_assertion_of_the_tenants_provisioning_service_is_a_client() {
    let of = authenticator(&[("entra", everything())]);
    let present = |id: Option<&str>, secret: Option<&str>, claims| Asked {
        assertion: Some(signed(claims)),
        ..asked(id, secret)
    };
    let (good, bad) = (claims(), with("sub", json!("other")));
    let (v1, other) = (
        with(
            "iss",
            json!(format!(
                "https://sts.windows.net/{}/",
                super::test_tokens::TENANT
            )),
        ),
        with("tid", json!("00000000-0000-0000-0000-000000000000")),
    );
    for (asked, granted) in [
        (present(Some("federated"), None, &good), true),
        (present(None, None, &good), true),
        (present(Some("entra"), None, &good), false),
        (present(Some("entra"), Some("new"), &good), false),
        (present(Some("federated"), None, &bad), false),
        (present(Some("federated"), None, &v1), false),
        (present(Some("federated"), None, &other), false),
    ] {
        let token = token(&of, &asked).await;
        assert_eq!(token.is_some(), granted, "{:?}", asked.client_id);
        if let Some(token) = token {
            assert_eq!(status(&of, "entra", &format!("Bearer {token}")).await, 200);
        }
    }
    // The assertion itself is no bearer where only clients are trusted with one.
    let mut clients_only = everything();
    clients_only.entra = None;
    let of = authenticator(&[("entra", clients_only)]);
    let header = format!("Bearer {}", signed(&good));
    assert_eq!(status(&of, "entra", &header).await, 401);
}

#[tokio::test]
async fn what_is_taken_out_of_the_configuration_takes_its_tokens_along() {
    let before = authenticator(&[("entra", everything())]);
    let mut tokens = Vec::new();
    for secret in ["old", "new"] {
        tokens.push(token(&before, &asked(Some("entra"), Some(secret))).await);
    }
    let assertion = Some(signed(&claims()));
    tokens.push(
        token(
            &before,
            &Asked {
                assertion,
                ..asked(None, None)
            },
        )
        .await,
    );
    let headers: Vec<String> = tokens
        .into_iter()
        .map(|token| format!("Bearer {}", token.expect("a token")))
        .collect();

    let mut fewer = everything();
    let oauth = fewer.oauth.as_mut().expect("clients");
    oauth.clients[0].secrets.remove(0);
    if let Some(identity) = &mut fewer.workload_identity {
        identity.tenant.audiences.push("api://another".to_owned());
    }
    let after = authenticator(&[("entra", fewer)]);
    let mut statuses = Vec::new();
    for header in &headers {
        assert_eq!(status(&before, "entra", header).await, 200);
        statuses.push(status(&after, "entra", header).await);
    }
    assert_eq!(statuses, [401, 200, 401]);
}

#[tokio::test]
async fn who_is_wrong_too_often_waits_and_who_is_right_never_does() {
    let of = authenticator(&[("entra", everything())]);
    for name in ["entra", "nobody"] {
        for _ in 0..20 {
            assert_eq!(status(&of, name, "Bearer wrong").await, 401);
        }
        let headers = HeaderMap::new();
        let failure = of.admit(Some(&scope(name)), &headers, None).await.err();
        let failure = failure.expect("a failure");
        assert_eq!((failure.error.status, failure.retry_after), (429, Some(1)));
    }
    assert_eq!(status(&of, "entra", "Bearer t0ken").await, 200);
    let granted = token(&of, &asked(Some("entra"), Some("new"))).await;
    assert!(granted.is_some());
    let refused = of
        .grant(Some(&scope("entra")), &asked(Some("entra"), None), None)
        .await;
    assert_eq!(
        refused.err().map(|failure| failure.error.status),
        Some(429),
        "counted together"
    );
}
