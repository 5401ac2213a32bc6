//! A registry is needed once.

use std::fs;
use std::path::{Path, PathBuf};

use registry::{Digest, FetchError};

use crate::plugins::{COMPONENT, push, store};
use crate::server::{Server, elsewhere};

fn cached(dir: &Path, digest: &Digest) -> PathBuf {
    let hex = digest.as_str().strip_prefix("sha256:").expect("a digest");
    dir.join("oci").join("sha256").join(hex)
}

#[tokio::test]
async fn a_registry_that_is_down_stops_only_what_is_not_cached() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let had = store(&dir.path().join("had"), &server.address);
    let pushed = push(&had, &server.place("a:1"), COMPONENT, None).await;
    had.fetch(&pushed.reference).await.expect("fetched");
    let new = store(&dir.path().join("new"), &server.address);
    server.stop();

    let fetched = had.fetch(&pushed.reference).await.expect("from the cache");
    assert_eq!(fetched.bytes, COMPONENT);
    assert_eq!(had.kept(&pushed.reference).await, Some(fetched));
    assert_eq!(new.kept(&pushed.reference).await, None);
    let error = new.fetch(&pushed.reference).await.expect_err("down");
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
    assert!(error.is_transport());
    let said = error.to_string();
    assert!(
        said.starts_with("oci://127.0.0.1:") && said.contains("check the address"),
        "{said}"
    );
}

#[tokio::test]
async fn what_is_damaged_is_pulled_again_or_not_used() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let store = store(dir.path(), &server.address);
    let pushed = push(&store, &server.place("a:1"), COMPONENT, None).await;
    store.fetch(&pushed.reference).await.expect("fetched");

    for digest in [&pushed.component, &pushed.digest] {
        let path = cached(dir.path(), digest);
        let whole = fs::read(&path).expect("cached");
        fs::write(&path, b"damaged").expect("damaged");
        let fetched = store.fetch(&pushed.reference).await.expect("pulled again");
        assert_eq!(fetched.bytes, COMPONENT);
        assert_eq!(fs::read(&path).expect("cached"), whole, "and repaired");
    }
    server.stop();
    store.fetch(&pushed.reference).await.expect("cached");
    for digest in [&pushed.component, &pushed.digest] {
        fs::write(cached(dir.path(), digest), b"damaged").expect("damaged");
        let error = store.fetch(&pushed.reference).await.expect_err("damaged");
        assert!(error.is_transport(), "{error}");
    }
}

#[tokio::test]
async fn a_digest_is_the_same_wherever_it_was_pulled_from() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let store = store(dir.path(), &server.address);
    let pushed = push(&store, &server.place("a:1"), COMPONENT, None).await;
    store.fetch(&pushed.reference).await.expect("fetched");
    let moved = elsewhere(&pushed.reference, "registry.example.com");
    let fetched = store.fetch(&moved).await.expect("from the cache");
    assert_eq!(fetched.bytes, COMPONENT);
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_costs_the_next_start_only() {
    let server = Server::start();
    let dir = tempfile::tempdir().expect("a directory");
    let blocked = dir.path().join("a-file");
    fs::write(&blocked, "not a directory").expect("written");
    let store = store(&blocked, &server.address);
    let pushed = push(&store, &server.place("a:1"), COMPONENT, None).await;
    let fetched = store.fetch(&pushed.reference).await.expect("fetched");
    assert_eq!(fetched.bytes, COMPONENT);
    server.stop();
    let error = store.fetch(&pushed.reference).await.expect_err("down");
    assert!(error.is_transport(), "{error}");
}
