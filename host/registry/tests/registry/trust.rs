//! Who made it, and whether it is what they made: no answer but a plain yes will do.

use std::collections::BTreeMap;

use registry::{Digest, FetchError, PublicKey, SignatureError, SigningKey, verify_any};

use crate::plugins::{COMPONENT, facts, place, push, store};
use crate::server::Server;

fn keys(named: &[(&str, &SigningKey)]) -> BTreeMap<String, PublicKey> {
    named
        .iter()
        .map(|(name, key)| ((*name).to_owned(), key.public()))
        .collect()
}

#[tokio::test]
async fn only_a_known_signature_of_this_component_counts() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let store = store(dir.path(), &server.address);
    let (ann, eve) = (
        SigningKey::generate().expect("a key"),
        SigningKey::generate().expect("a key"),
    );
    let known = keys(&[("ann", &ann)]);

    let signed = push(&store, &server.place("a:1"), COMPONENT, Some(&ann)).await;
    let signed = store.fetch(&signed.reference).await.expect("fetched");
    assert_eq!(
        verify_any(&known, &signed.digest, &signed.signatures),
        Ok("ann")
    );

    let foreign = push(&store, &server.place("a:2"), COMPONENT, Some(&eve)).await;
    let foreign = store.fetch(&foreign.reference).await.expect("fetched");
    let error = verify_any(&known, &foreign.digest, &foreign.signatures).expect_err("eve's");
    assert!(
        matches!(error, SignatureError::Unknown { looked_at: 1, .. }),
        "{error}"
    );

    let unsigned = push(&store, &server.place("a:3"), COMPONENT, None).await;
    let unsigned = store.fetch(&unsigned.reference).await.expect("fetched");
    let error = verify_any(&known, &unsigned.digest, &unsigned.signatures).expect_err("none");
    assert!(matches!(error, SignatureError::Absent { .. }), "{error}");

    // A signature that ann made for something else, put beside other content by who keeps the registry.
    let other = b"another component";
    let (to, facts) = (place(&server.place("a:4")), facts());
    let borrowed = store.push(&to, other, &facts, &signed.signatures);
    let borrowed = borrowed.await.expect("pushed");
    let borrowed = store.fetch(&borrowed.reference).await.expect("fetched");
    assert_eq!(borrowed.digest, Digest::of(other));
    assert!(verify_any(&known, &borrowed.digest, &borrowed.signatures).is_err());
}

#[tokio::test]
async fn a_component_changed_in_the_registry_is_refused() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let had = store(&dir.path().join("had"), &server.address);
    let pushed = push(&had, &server.place("a:1"), COMPONENT, None).await;
    had.fetch(&pushed.reference).await.expect("fetched");

    server.tamper(&pushed.component, |bytes| bytes[7] ^= 1);
    let new = store(&dir.path().join("new"), &server.address);
    // Again and again: nothing of it is kept.
    for _ in 0..2 {
        let error = new.fetch(&pushed.reference).await.expect_err("changed");
        assert!(
            matches!(&error, FetchError::Changed { what: "component", digest, .. } if *digest == pushed.component),
            "{error}"
        );
        assert!(!error.is_transport());
    }
    let fetched = had.fetch(&pushed.reference).await.expect("from the cache");
    assert_eq!(fetched.bytes, COMPONENT);
}

#[tokio::test]
async fn a_manifest_changed_in_the_registry_is_refused() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let had = store(&dir.path().join("had"), &server.address);
    let pushed = push(&had, &server.place("a:1"), COMPONENT, None).await;
    had.fetch(&pushed.reference).await.expect("fetched");

    server.tamper(&pushed.digest, |bytes| {
        let text = String::from_utf8_lossy(bytes).replace("acme-rules", "acme-rulez");
        *bytes = text.into_bytes();
    });
    let new = store(&dir.path().join("new"), &server.address);
    let error = new.fetch(&pushed.reference).await.expect_err("changed");
    assert!(
        matches!(&error, FetchError::Changed { what: "manifest", digest, .. } if *digest == pushed.digest),
        "{error}"
    );
    had.fetch(&pushed.reference).await.expect("from the cache");
}
