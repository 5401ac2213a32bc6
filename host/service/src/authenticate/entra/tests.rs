use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::authenticate::test_tokens::*;

/// What becomes of a token, and how often the key document was read for it.
async fn check(
    tenant: &EntraTenant,
    version: Version,
    token: &str,
) -> (Result<(), Refused>, usize) {
    let document = Arc::new(Document::default());
    let fetch: Arc<dyn crate::FetchKeys> = Arc::<Document>::clone(&document);
    let keys = Arc::new(KeySet::new(tenant.keys_url(), fetch));
    let outcome = verify(tenant, version, &keys, token).await;
    (outcome, document.reads())
}

async fn refused(token: &str, reason: &str) -> usize {
    let (outcome, reads) = check(&tenant(), Version::OneOrTwo, token).await;
    let Err(Refused::Wrong(given)) = outcome else {
        panic!("{reason}: {outcome:?}");
    };
    assert!(given.contains(reason), "{given:?} should have {reason:?}");
    reads
}

#[tokio::test]
async fn entras_tokens_are_believed() {
    let (outcome, reads) = check(&tenant(), Version::Two, &signed(&claims())).await;
    assert_eq!((outcome, reads), (Ok(()), 1));
    let one = with("iss", json!(format!("https://sts.windows.net/{TENANT}/")));
    let (outcome, _) = check(&tenant(), Version::OneOrTwo, &signed(&one)).await;
    assert_eq!(outcome, Ok(()));
    let several = with("aud", json!(["api://other", AUDIENCE]));
    let (outcome, _) = check(&tenant(), Version::Two, &signed(&several)).await;
    assert_eq!(outcome, Ok(()));
    let shown = EntraTenant {
        audiences: vec![format!("{AUDIENCE}/.default")],
        ..tenant()
    };
    for audience in [AUDIENCE.to_owned(), format!("{AUDIENCE}/.default")] {
        let token = signed(&with("aud", json!(audience)));
        assert_eq!(check(&shown, Version::Two, &token).await.0, Ok(()));
    }
}

/// The clock's leeway, and each claim that is wrong, missing or of the wrong type.
#[tokio::test]
async fn claims_are_checked_one_by_one() {
    let now = jiff::Timestamp::now().as_second();
    for (name, value, reason) in [
        ("exp", json!(now - 120), "has expired"),
        ("exp", json!((now + 3600).to_string()), "lacks exp"),
        ("exp", Value::Null, "lacks exp"),
        ("exp", json!([now + 3600]), "cannot be read"),
        ("exp", json!(-1), "lacks exp"),
        ("nbf", json!(now + 120), "not valid yet"),
        ("nbf", json!((now + 120).to_string()), "wrong type"),
        ("aud", json!("api://other"), "aud is none"),
        ("aud", json!(["api://other"]), "aud is none"),
        ("aud", json!([]), "aud is none"),
        ("aud", json!(7), "lacks exp, iss or aud"),
        ("aud", Value::Null, "lacks exp, iss or aud"),
        (
            "iss",
            json!("https://login.microsoftonline.com/common/v2.0"),
            "iss is not",
        ),
        (
            "iss",
            json!([format!("https://login.microsoftonline.com/{TENANT}/v2.0")]),
            "no iss",
        ),
        ("iss", Value::Null, "no iss or tid"),
        (
            "tid",
            json!("00000000-0000-0000-0000-000000000000"),
            "another tenant's",
        ),
        ("tid", Value::Null, "no iss or tid"),
    ] {
        refused(&signed(&with(name, value)), reason).await;
    }
    for (name, value) in [("exp", now - 50), ("nbf", now + 50)] {
        let token = signed(&with(name, json!(value)));
        let (outcome, _) = check(&tenant(), Version::Two, &token).await;
        assert_eq!(outcome, Ok(()), "{name} within the leeway");
    }
    let one = with("iss", json!(format!("https://sts.windows.net/{TENANT}/")));
    let (outcome, _) = check(&tenant(), Version::Two, &signed(&one)).await;
    assert!(outcome.is_err(), "an assertion is of version 2");
}

#[tokio::test]
async fn signatures_and_headers_are_checked() {
    refused(&signed_by_another(&claims()), "signature is wrong").await;
    let token = signed(&claims());
    let (head, signature) = token.rsplit_once('.').expect("a signature");
    refused(&format!("{head}."), "signature").await;
    let changed = URL_SAFE_NO_PAD.encode(with("sub", json!("other")).to_string());
    let header = head.split('.').next().expect("a header");
    refused(&format!("{header}.{changed}.{signature}"), "signature").await;

    let none = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "kid": "test-key"}).to_string());
    let payload = head.split('.').next_back().expect("a payload");
    refused(&format!("{none}.{payload}."), "no token in JWT form").await;
    let document: Value = serde_json::from_str(DOCUMENT).expect("JSON");
    let modulus = document["keys"][0]["n"].as_str().expect("a modulus");
    for public in [modulus.as_bytes(), DOCUMENT.as_bytes(), b""] {
        refused(&signed_with(public, &claims()), "not RS256").await;
    }
    for text in [
        "",
        "..",
        "a.b.c",
        "a.b",
        "\0.\0.\0",
        &"a".repeat(LONGEST + 1),
    ] {
        let (outcome, reads) = check(&tenant(), Version::OneOrTwo, text).await;
        assert!(matches!(outcome, Err(Refused::Wrong(_))), "{text:?}");
        assert_eq!(reads, 0);
    }
    let mut critical = super::super::test_tokens::header();
    critical.crit = Some(vec!["b64".to_owned()]);
    refused(&signed_as(&critical, &claims()), "crit").await;
}

/// Wherever a header says that keys are, they are read from the tenant's document, or not at all.
#[tokio::test]
async fn keys_come_from_the_tenants_document_alone() {
    let mut elsewhere = header();
    elsewhere.jku = Some("http://127.0.0.1:1/keys".to_owned());
    elsewhere.x5u = Some("http://127.0.0.1:1/cert".to_owned());
    let (outcome, reads) = check(&tenant(), Version::Two, &signed_as(&elsewhere, &claims())).await;
    assert_eq!(
        (outcome, reads),
        (Ok(()), 1),
        "signed by the right key all the same"
    );
    for kid in [
        "../../keys",
        "",
        "test-key\0",
        "TEST-KEY",
        "https://example.com/",
    ] {
        elsewhere.kid = Some(kid.to_owned());
        let token = signed_as(&elsewhere, &claims());
        assert_eq!(
            refused(&token, "key is not the tenant's").await,
            1,
            "{kid:?}"
        );
    }
    for kid in [None, Some("k".repeat(LONGEST_KID + 1))] {
        elsewhere.kid = kid;
        let token = signed_as(&elsewhere, &claims());
        assert_eq!(refused(&token, "names no key").await, 0);
    }
    // Another tenant's token causes no request either.
    let other = with("tid", json!("00000000-0000-0000-0000-000000000000"));
    assert_eq!(
        refused(&signed_by_another(&other), "another tenant's").await,
        0
    );
}

#[tokio::test]
async fn subject_and_app_are_pinned_where_they_are_given() {
    let pinned = EntraTenant {
        subject: Some(SUBJECT.to_owned()),
        app_id: Some(APP.to_owned()),
        ..tenant()
    };
    let mut azp = with("appid", Value::Null);
    azp["azp"] = json!(APP);
    for good in [claims(), azp.clone()] {
        let (outcome, _) = check(&pinned, Version::Two, &signed(&good)).await;
        assert_eq!(outcome, Ok(()));
    }
    let mut two = claims();
    two["azp"] = json!("other");
    azp["azp"] = json!("other");
    for (bad, reason) in [
        (with("sub", json!("other")), "sub is another"),
        (with("sub", Value::Null), "sub is another"),
        (with("appid", json!("other")), "appid is another"),
        (with("appid", Value::Null), "appid is another"),
        (azp, "appid is another"),
        (two, "appid is another"),
    ] {
        let (outcome, reads) = check(&pinned, Version::Two, &signed(&bad)).await;
        assert_eq!(
            outcome,
            Err(Refused::Wrong(match reason {
                "sub is another" => "the token's sub is another",
                _ => "the token's appid is another",
            }))
        );
        assert_eq!(reads, 0);
    }
}

#[tokio::test]
async fn nobody_is_refused_because_the_keys_cannot_be_read() {
    let keys = Arc::new(KeySet::new(String::new(), Arc::new(Document::down())));
    let outcome = verify(&tenant(), Version::Two, &keys, &signed(&claims())).await;
    assert!(matches!(outcome, Err(Refused::Undecided(_))), "{outcome:?}");
}
