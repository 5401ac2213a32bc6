//! Registries that lie, dawdle and break.

use std::fs;
use std::time::Duration;

use registry::{Component, Credentials, Digest, FetchError, Store};
use serde_json::json;

use crate::misbehaving::{Answer, Asked, Misbehaving, manifest};
use crate::plugins::{COMPONENT, facts, place, store};

/// A registry that has one plugin and answers `layer` for its component.
async fn with_layer(layer: impl Fn() -> Answer + Send + Sync + 'static) -> (Misbehaving, Digest) {
    let manifest = manifest(COMPONENT, |_| ());
    let digest = Digest::of(&manifest);
    let server = Misbehaving::start(move |asked, _| match asked.path.as_str() {
        path if path.contains("/manifests/") => Answer::ok(manifest.clone()),
        path if path.contains("/blobs/") => layer(),
        _ => Answer::ok("{}"),
    });
    (server.await, digest)
}

async fn fetch(server: &Misbehaving, digest: &Digest) -> Result<Component, FetchError> {
    let dir = tempfile::tempdir().expect("a directory");
    let store = store(dir.path(), &server.address);
    store.fetch(&server.reference(digest)).await
}

#[tokio::test]
async fn other_bytes_are_refused() {
    let (honest, digest) = with_layer(|| Answer::ok(COMPONENT)).await;
    assert!(fetch(&honest, &digest).await.is_ok(), "the test itself");

    let (same_length, digest) = with_layer(|| Answer::ok("8 bytes!")).await;
    let error = fetch(&same_length, &digest).await.expect_err("other");
    assert!(
        matches!(
            error,
            FetchError::Changed {
                what: "component",
                ..
            }
        ),
        "{error}"
    );
    let (shorter, digest) = with_layer(|| Answer::ok("7 bytes")).await;
    let error = fetch(&shorter, &digest).await.expect_err("shorter");
    assert!(matches!(error, FetchError::Changed { .. }), "{error}");
    let (longer, digest) = with_layer(|| Answer::ok("9 bytes!!")).await;
    let error = fetch(&longer, &digest).await.expect_err("longer");
    assert!(
        matches!(
            error,
            FetchError::TooLarge {
                what: "component",
                longest: 8,
                ..
            }
        ),
        "{error}"
    );
    // Its digest is right, its length is not what the manifest says.
    let lying = manifest(COMPONENT, |manifest| {
        manifest["layers"][0]["size"] = json!(9)
    });
    let digest = Digest::of(&lying);
    let server = Misbehaving::start(move |asked, _| match asked.path.contains("/manifests/") {
        true => Answer::ok(lying.clone()),
        false => Answer::ok(COMPONENT),
    });
    let error = fetch(&server.await, &digest).await.expect_err("length");
    assert!(matches!(error, FetchError::Changed { .. }), "{error}");
}

/// What a registry that has one manifest, whatever is asked for, makes of a fetch.
async fn with_manifest(body: Vec<u8>, digest: &Digest) -> FetchError {
    let server = Misbehaving::start(move |asked, _| match asked.path.contains("/manifests/") {
        true => Answer::ok(body.clone()),
        false => Answer::ok(COMPONENT),
    });
    fetch(&server.await, digest).await.expect_err("refused")
}

#[tokio::test]
async fn other_manifests_are_refused() {
    let mine = Digest::of(&manifest(COMPONENT, |_| ()));
    let other = manifest(b"another component", |_| ());
    let error = with_manifest(other, &mine).await;
    assert!(
        matches!(
            error,
            FetchError::Changed {
                what: "manifest",
                ..
            }
        ),
        "{error}"
    );

    let long = manifest(COMPONENT, |manifest| {
        manifest["annotations"] = json!({ "a": "x".repeat(64 * 1024) });
    });
    let digest = Digest::of(&long);
    let error = with_manifest(long, &digest).await;
    assert!(
        matches!(
            error,
            FetchError::TooLarge {
                what: "manifest",
                longest: 65_536,
                ..
            }
        ),
        "{error}"
    );

    let image = manifest(COMPONENT, |manifest| {
        manifest["config"]["mediaType"] = json!("application/vnd.oci.image.config.v1+json");
    });
    let digest = Digest::of(&image);
    let error = with_manifest(image, &digest).await;
    let said = error.to_string();
    assert!(matches!(error, FetchError::NotAPlugin { .. }), "{said}");
    assert!(said.contains("jackfield plugin push"), "{said}");

    let large = manifest(COMPONENT, |manifest| {
        manifest["layers"][0]["size"] = json!(65 * 1024 * 1024);
    });
    let digest = Digest::of(&large);
    let error = with_manifest(large, &digest).await;
    assert!(
        matches!(
            error,
            FetchError::TooLarge {
                longest: 67_108_864,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn addresses_in_a_manifest_are_not_asked() {
    let elsewhere = Misbehaving::start(|_, _| Answer::ok(COMPONENT)).await;
    let url = format!("http://{}/component", elsewhere.address);
    let manifest = manifest(COMPONENT, |manifest| {
        manifest["layers"][0]["urls"] = json!([url]);
    });
    let digest = Digest::of(&manifest);
    let server = Misbehaving::start(move |asked, _| match asked.path.as_str() {
        path if path.contains("/manifests/") => Answer::ok(manifest.clone()),
        path if path.contains("/blobs/") => Answer::status(404),
        _ => Answer::ok("{}"),
    })
    .await;
    let error = fetch(&server, &digest).await.expect_err("not there");
    assert!(matches!(error, FetchError::Missing { .. }), "{error}");
    assert_eq!(elsewhere.asked().len(), 0);
}

#[tokio::test]
async fn a_registry_in_trouble_is_asked_again() {
    let manifest = manifest(COMPONENT, |_| ());
    let digest = Digest::of(&manifest);
    let before =
        |asked: &Asked, log: &[Asked]| log.iter().filter(|other| other.path == asked.path).count();
    let server = Misbehaving::start(move |asked, log| match asked.path.as_str() {
        path if path.contains("/manifests/") => match before(asked, log) {
            0 => Answer::status(503),
            1 => Answer::status(429),
            _ => Answer::ok(manifest.clone()),
        },
        path if path.contains("/blobs/") => match before(asked, log) {
            0 => Answer::Half(COMPONENT.to_vec()),
            _ => Answer::ok(COMPONENT),
        },
        _ => Answer::ok("{}"),
    })
    .await;
    let fetched = fetch(&server, &digest).await.expect("at the third try");
    assert_eq!(fetched.bytes, COMPONENT);
}

#[tokio::test]
async fn a_refusal_is_not_asked_again() {
    let denied = r#"{"errors": [{"code": "DENIED", "message": "no\r\nX: 1"}]}"#;
    let odd = r#"{"errors": [{"code": "ARTIFACT_LOCKED", "message": "said elsewhere\r\nX: 1"}]}"#;
    type Expected = fn(&FetchError) -> bool;
    let cases: [(u16, &'static str, Expected); 6] = [
        (401, "", |it| matches!(it, FetchError::Denied { .. })),
        (403, "", |it| matches!(it, FetchError::Denied { .. })),
        (403, denied, |it| matches!(it, FetchError::Denied { .. })),
        (404, "", |it| matches!(it, FetchError::Missing { .. })),
        (409, odd, |it| matches!(it, FetchError::Answer { .. })),
        (204, "", |it| matches!(it, FetchError::Answer { .. })),
    ];
    for (status, body, expected) in cases {
        let server = Misbehaving::start(move |asked, _| match asked.path.as_str() {
            "/v2/" => Answer::ok("{}"),
            _ => Answer::Say(status, String::new(), body.into()),
        })
        .await;
        let digest = Digest::of(b"a manifest");
        let error = fetch(&server, &digest).await.expect_err("refused");
        assert!(expected(&error), "{status}: {error}");
        assert!(!error.is_transport());
        assert!(!error.to_string().contains(['\r', '\n']), "{error}");
        assert!(!error.to_string().contains("elsewhere"), "{error}");
        let asked = server.asked();
        let manifests = asked.iter().filter(|asked| asked.path != "/v2/");
        assert_eq!(manifests.count(), 1, "{status}");
    }
}

#[tokio::test]
async fn silence_has_an_end() {
    let dir = tempfile::tempdir().expect("a directory");
    let server = Misbehaving::start(|_, _| Answer::Nothing).await;
    let store = store(dir.path(), &server.address).with_deadline(Duration::from_millis(200));
    let reference = server.reference(&Digest::of(b"a manifest"));
    let error = store.fetch(&reference).await.expect_err("silence");
    assert!(error.is_transport(), "{error}");
    assert!(error.to_string().contains("in time"), "{error}");
    let to = place(&format!("oci://{}/rules:1", server.address));
    let error = store.push(&to, COMPONENT, &facts(), &[]).await;
    assert!(error.expect_err("silence").is_transport());
}

#[tokio::test]
async fn plain_http_is_for_those_that_are_named() {
    let (server, digest) = with_layer(|| Answer::ok(COMPONENT)).await;
    let dir = tempfile::tempdir().expect("a directory");
    // The host alone does not name a port of it.
    let insecure = vec!["127.0.0.1".to_owned(), "127.0.0.1:1".to_owned()];
    let store = Store::new(dir.path().to_owned(), insecure)
        .with_credentials(Credentials::none())
        .with_deadline(Duration::from_secs(1));
    let error = store.fetch(&server.reference(&digest)).await;
    let error = error.expect_err("no TLS");
    assert!(error.is_transport(), "{error}");
    assert!(
        error.to_string().contains("plugins.insecure_registries"),
        "{error}"
    );
    assert_eq!(server.asked().len(), 0, "nothing went out in the clear");
    let to = place(&format!("oci://{}/rules:1", server.address));
    let error = store.push(&to, COMPONENT, &facts(), &[]).await;
    assert!(error.expect_err("no TLS").is_transport());
    assert_eq!(server.asked().len(), 0);
}

/// ann:swordfish
fn ann(dir: &std::path::Path, registry: &str) -> Credentials {
    let path = dir.join("config.json");
    let text = format!(r#"{{"auths": {{"{registry}": {{"auth": "YW5uOnN3b3JkZmlzaA=="}}}}}}"#);
    fs::write(&path, text).expect("written");
    Credentials::file(path)
}

const BASIC: &str = "www-authenticate: Basic realm=\"plugins\"\r\n";

#[tokio::test]
async fn a_redirect_is_followed_without_the_password() {
    let elsewhere = Misbehaving::start(|_, _| Answer::ok(COMPONENT)).await;
    let location = format!("location: http://{}/signed?for=you\r\n", elsewhere.address);
    let manifest = manifest(COMPONENT, |_| ());
    let digest = Digest::of(&manifest);
    let server = Misbehaving::start(move |asked, _| match asked.path.as_str() {
        "/v2/" => Answer::Say(401, BASIC.into(), Vec::new()),
        path if path.contains("/manifests/") => Answer::ok(manifest.clone()),
        _ => Answer::Say(307, location.clone(), Vec::new()),
    })
    .await;
    let dir = tempfile::tempdir().expect("a directory");
    let store =
        store(dir.path(), &server.address).with_credentials(ann(dir.path(), &server.address));
    let fetched = store.fetch(&server.reference(&digest)).await;
    assert_eq!(fetched.expect("fetched").bytes, COMPONENT);

    let with_password = |asked: &Asked| asked.head.to_lowercase().contains("authorization: basic");
    assert!(server.asked().iter().any(with_password));
    let there = elsewhere.asked();
    assert_eq!(there.len(), 1);
    assert!(!there.iter().any(with_password), "{there:?}");
    assert!(!there[0].head.to_lowercase().contains("authorization"));
}

#[tokio::test]
async fn a_redirect_to_other_bytes_is_refused_like_any() {
    let elsewhere = Misbehaving::start(|_, _| Answer::ok("8 bytes!")).await;
    let location = format!("location: http://{}/\r\n", elsewhere.address);
    let (server, digest) = with_layer(move || Answer::Say(307, location.clone(), Vec::new())).await;
    let error = fetch(&server, &digest).await.expect_err("other");
    assert!(matches!(error, FetchError::Changed { .. }), "{error}");

    let (circle, digest) =
        with_layer(|| Answer::Say(307, "location: /v2/rules/blobs/x\r\n".into(), Vec::new())).await;
    let error = fetch(&circle, &digest).await.expect_err("a circle");
    assert!(matches!(error, FetchError::Answer { .. }), "{error}");
}

#[tokio::test]
async fn a_token_that_no_header_can_hold_is_refused() {
    for token in [r#"{"token": "a\nb"}"#, r#"{"token": {"swordfish": 1}}"#] {
        let server = Misbehaving::start(move |asked, _| {
            let host = asked
                .head
                .lines()
                .find_map(|line| line.strip_prefix("host: "));
            let host = host.unwrap_or_default();
            let wanted = format!(
                "www-authenticate: Bearer realm=\"http://{host}/token\",service=\"plugins\"\r\n"
            );
            match asked.path.as_str() {
                path if path.starts_with("/token") => Answer::ok(token),
                _ => Answer::Say(401, wanted, Vec::new()),
            }
        })
        .await;
        let digest = Digest::of(b"a manifest");
        let error = fetch(&server, &digest).await.expect_err("no token");
        assert!(matches!(error, FetchError::Answer { .. }), "{error}");
        assert!(!format!("{error:?}").contains("swordfish"));
        assert!(error.to_string().contains("token service"), "{error}");
    }
}
