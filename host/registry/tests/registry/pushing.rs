//! What is pushed is what is fetched.

use registry::{Digest, FetchError, LONGEST_COMPONENT, PushError, Reference, SigningKey};

use crate::plugins::{COMPONENT, facts, place, push, store};
use crate::server::Server;

#[tokio::test]
async fn what_was_pushed_is_fetched_by_the_reference_that_push_gives() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let store = store(dir.path(), &server.address);
    let key = SigningKey::generate().expect("a key");
    let to = server.place("acme/rules:1.0.0");
    let pushed = push(&store, &to, COMPONENT, Some(&key)).await;
    assert_eq!(pushed.component, Digest::of(COMPONENT));
    assert_ne!(pushed.digest, pushed.component);

    let printed = pushed.reference.to_string();
    assert_eq!(
        printed,
        server.place("acme/rules@") + pushed.digest.as_str()
    );
    let reference = Reference::parse(&printed).expect("what is printed is read");
    let fetched = store.fetch(&reference).await.expect("fetched");
    assert_eq!(fetched.bytes, COMPONENT);
    assert_eq!(fetched.digest, pushed.component);
    let [signature] = fetched.signatures.as_slice() else {
        panic!("{:?}", fetched.signatures);
    };
    assert!(key.public().verify(&fetched.digest, signature));

    let tagged = reference.to_string().replace("rules@", "rules:1.0.0@");
    let tagged = Reference::parse(&tagged).expect("a reference");
    assert!(store.fetch(&tagged).await.is_ok());
}

#[tokio::test]
async fn a_component_of_several_pieces_arrives_whole() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let store = store(dir.path(), &server.address);
    let bytes: Vec<u8> = (0..9 * 1024 * 1024_u32).map(|n| (n >> 7) as u8).collect();
    let pushed = push(&store, &server.place("large:1"), &bytes, None).await;
    let fetched = store.fetch(&pushed.reference).await.expect("fetched");
    assert!(fetched.bytes == bytes);
}

#[tokio::test]
async fn equal_input_has_an_equal_digest() {
    let (one, two) = (Server::start(), Server::start());
    let dir = tempfile::tempdir().expect("a directory");
    let to_one = store(dir.path(), &one.address);
    let to_two = store(dir.path(), &two.address);
    let key = SigningKey::generate().expect("a key");
    let first = push(&to_one, &one.place("a:1"), COMPONENT, Some(&key)).await;
    let again = push(&to_one, &one.place("a:1"), COMPONENT, Some(&key)).await;
    let other = push(&to_two, &two.place("b/c:2"), COMPONENT, Some(&key)).await;
    assert_eq!(first, again);
    assert_eq!(first.digest, other.digest);
    // A signature is a part of the manifest, not of the component.
    let unsigned = push(&to_one, &one.place("a:1"), COMPONENT, None).await;
    assert_ne!(first.digest, unsigned.digest);
    assert_eq!(first.component, unsigned.component);
}

#[tokio::test]
async fn a_tag_that_moves_moves_nobody() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let pushing = store(&dir.path().join("push"), &server.address);
    let to = server.place("rules:stable");
    let pinned = push(&pushing, &to, COMPONENT, None).await.reference;
    let moved = push(&pushing, &to, b"another component", None).await;
    assert_ne!(pinned, moved.reference);

    let fetching = store(&dir.path().join("fetch"), &server.address);
    let fetched = fetching.fetch(&pinned).await.expect("fetched");
    assert_eq!(fetched.bytes, COMPONENT);
    let tagged = pinned.to_string().replace("rules@", "rules:stable@");
    let tagged = Reference::parse(&tagged).expect("a reference");
    let fetched = fetching.fetch(&tagged).await.expect("fetched");
    assert_eq!(fetched.bytes, COMPONENT, "the digest says which");
    Reference::parse(&to).expect_err("a tag pins nothing");
}

#[tokio::test]
async fn what_is_not_there_is_missing() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let store = store(dir.path(), &server.address);
    push(&store, &server.place("rules:1"), COMPONENT, None).await;
    let nothing = Digest::of(b"nothing");
    for name in ["rules", "nobody/pushed-this"] {
        let text = format!("{}@{nothing}", server.place(name));
        let reference = Reference::parse(&text).expect("a reference");
        let error = store.fetch(&reference).await.expect_err(name);
        assert!(matches!(error, FetchError::Missing { .. }), "{error}");
        assert!(!error.is_transport());
        let said = error.to_string();
        assert!(
            said.starts_with(&text) && said.contains("push it"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn what_nobody_could_fetch_is_not_pushed() {
    let dir = tempfile::tempdir().expect("a directory");
    // Nobody is asked.
    let store = store(dir.path(), "registry.example.com");
    let to = place("oci://registry.example.com/rules:1");
    let mut long = facts();
    long.description = "x".repeat(70_000);
    let too_many = vec![0; LONGEST_COMPONENT + 1];
    for (bytes, facts, fix) in [
        (&[][..], facts(), "build it first"),
        (&too_many, facts(), "67108864 bytes"),
        (COMPONENT, long, "shorten the description"),
    ] {
        let error = store.push(&to, bytes, &facts, &[]).await.expect_err(fix);
        assert!(matches!(error, PushError::Unfit { .. }), "{error}");
        assert!(error.to_string().contains(fix), "{error}");
    }
}
