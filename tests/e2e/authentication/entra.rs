//! Entra's own tokens as bearer: forged, expired, of others, and a key document that is not there.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;
use crate::wire::refused;

async fn world(keys: &Keys) -> World {
    let credentials = format!(
        "[auth.entra]\ntenant_id = \"{TENANT}\"\nkeys_url = \"{}\"",
        keys.url
    );
    World::with(&connection("entra", "entra", &credentials)).await
}

/// An HMAC whose secret is what everybody can read.
fn hmac(secret: &[u8]) -> String {
    let mut header = header("test-key");
    header.alg = Algorithm::HS256;
    encode(&header, &claims(), &EncodingKey::from_secret(secret)).expect("a token")
}

/// E-37, and everything else that a token may be but right. One read of the keys is all that it causes.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_tenants_own_tokens_are_believed() {
    let keys = Keys::serve().await;
    let world = world(&keys).await;
    let now = jiff::Timestamp::now().as_second();
    let elsewhere = "00000000-0000-0000-0000-000000000000";
    let changed = |name: &str, value: Value| signed(&with(claims(), name, value));
    let of_tenant = |tenant: &str| {
        let issuer = format!("https://sts.windows.net/{tenant}/");
        signed(&with(
            with(claims(), "tid", json!(tenant)),
            "iss",
            json!(issuer),
        ))
    };
    let right = signed(&claims());
    let (head, signature) = right.rsplit_once('.').expect("a signature");
    let payload = head.split('.').next_back().expect("a payload");
    let none = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "kid": "test-key"}).to_string());
    let document: Value = serde_json::from_str(DOCUMENT).expect("JSON");
    let modulus = document["keys"][0]["n"].as_str().expect("a modulus");
    let mut elsewhere_keys = header("elsewhere");
    elsewhere_keys.jku = Some(keys.url.clone());
    elsewhere_keys.x5u = Some(keys.url.clone());
    let long = "k".repeat(5000);
    let mut wrong = vec![
        ("another tid", changed("tid", json!(elsewhere))),
        ("no tid", changed("tid", Value::Null)),
        ("another tenant", of_tenant(elsewhere)),
        (
            "another issuer",
            changed("iss", json!("https://example.com/")),
        ),
        ("another audience", changed("aud", json!("api://other"))),
        ("no audience", changed("aud", Value::Null)),
        ("no expiry", changed("exp", Value::Null)),
        (
            "an expiry in text",
            changed("exp", json!((now + 3600).to_string())),
        ),
        ("expired", changed("exp", json!(now - 120))),
        ("not yet valid", changed("nbf", json!(now + 120))),
        ("no algorithm", format!("{none}.{payload}.")),
        (
            "no algorithm, a signature",
            format!("{none}.{payload}.{signature}"),
        ),
        ("HMAC by the modulus", hmac(modulus.as_bytes())),
        ("HMAC by the document", hmac(DOCUMENT.as_bytes())),
        (
            "another's key",
            signed_as(&header("test-key"), &claims(), OTHER_KEY),
        ),
        (
            "another's key, said to be elsewhere",
            signed_as(&elsewhere_keys, &claims(), OTHER_KEY),
        ),
        ("no signature", format!("{head}.")),
        (
            "a long name of a key",
            signed_as(&header(&long), &claims(), KEY),
        ),
    ];
    for kid in [
        "../../etc/passwd",
        "%2e%2e",
        "http://127.0.0.1/",
        "",
        "test-key ",
    ] {
        wrong.push((
            "a strange name of a key",
            signed_as(&header(kid), &claims(), OTHER_KEY),
        ));
    }
    // A flood of names.
    for at in 0..40 {
        let kid = format!("flood-{at}");
        wrong.push((
            "an unknown key",
            signed_as(&header(&kid), &claims(), OTHER_KEY),
        ));
    }
    let mut bodies = Vec::new();
    for (at, (what, token)) in wrong.iter().enumerate() {
        // From several addresses: it is not the limit on failures that is shown here.
        let http = match at % 15 {
            0 => peer(100 + (at / 15) as u8),
            _ => continue_as(&bodies),
        };
        let authorization = format!("Bearer {token}");
        let answer = ask(
            &world,
            &http,
            "GET",
            "/acme/entra/scim/v2/Users",
            Some(&authorization),
        )
        .await;
        refused(&answer, 401, "", what);
        bodies.push((http, answer.body));
    }
    assert!(
        bodies.iter().all(|(_, body)| *body == bodies[0].1),
        "all look the same"
    );
    assert_eq!(
        opens(&world, "acme/entra", &format!("Bearer {right}")).await,
        200
    );
    for (name, value) in [("exp", now - 50), ("nbf", now + 50)] {
        let token = changed(name, json!(value));
        assert_eq!(
            opens(&world, "acme/entra", &format!("Bearer {token}")).await,
            200,
            "{name} within a minute"
        );
    }
    assert_eq!(keys.reads(), 1, "the keys are read once a minute at most");
}

/// The client of the last request.
fn continue_as(before: &[(Client, Value)]) -> Client {
    before.last().expect("a request before").0.clone()
}

/// A key document that cannot be read is our bad hour: 401 would put the identity provider into quarantine. Known keys stay.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_keys_cannot_be_read_nobody_is_refused_for_it() {
    let keys = Keys::serve().await;
    keys.break_down();
    let world = world(&keys).await;
    for _ in 0..30 {
        let authorization = format!("Bearer {}", signed(&claims()));
        let answer = ask(
            &world,
            &world.http,
            "GET",
            "/acme/entra/scim/v2/Users",
            Some(&authorization),
        )
        .await;
        refused(&answer, 503, "", "the keys are unreachable");
        assert_eq!(answer.headers["retry-after"], "60");
    }
    assert_eq!(keys.reads(), 1);
    let other = signed(&with(
        claims(),
        "tid",
        json!("00000000-0000-0000-0000-000000000000"),
    ));
    assert_eq!(
        opens(&world, "acme/entra", &format!("Bearer {other}")).await,
        401
    );
}
