//! Registries that ask who is there.

use std::fs;
use std::path::Path;

use registry::{Credentials, FetchError, PushError, Reference, Store};

use crate::plugins::{COMPONENT, facts, place, push, store};
use crate::server::Server;

/// A file as `docker login` writes it, with `user:password` in base64.
fn logged_in(dir: &Path, registry: &str, auth: &str) -> Credentials {
    let path = dir.join(format!("{}.json", auth.len()));
    let text = format!(r#"{{"auths": {{"{registry}": {{"auth": "{auth}"}}}}}}"#);
    fs::write(&path, text).expect("written");
    Credentials::file(path)
}

/// ann:swordfish
const RIGHT: &str = "YW5uOnN3b3JkZmlzaA==";
/// ann:haddock
const WRONG: &str = "YW5uOmhhZGRvY2s=";

async fn refused(store: &Store, to: &str, reference: &Reference, advice: &str) {
    let error = store.push(&place(to), COMPONENT, &facts(), &[]).await;
    let error = error.expect_err("no access");
    assert!(matches!(error, PushError::Denied { .. }), "{error}");
    assert!(!error.is_transport());
    let fetching = store.fetch(reference).await.expect_err("no access");
    assert!(matches!(fetching, FetchError::Denied { .. }), "{fetching}");
    assert!(!fetching.is_transport());
    let said = format!("{error} {error:?} {fetching} {fetching:?} {store:?}");
    assert!(said.contains(advice), "{said}");
    for secret in ["swordfish", "haddock", RIGHT, WRONG] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[tokio::test]
async fn a_registry_with_passwords_is_open_to_who_has_one() {
    let server = Server::for_ann();
    let dir = tempfile::tempdir().expect("a directory");
    let to = server.place("a:1");
    let store = |name: &str| store(&dir.path().join(name), &server.address);
    let ann = logged_in(dir.path(), &server.address, RIGHT);
    let haddock = logged_in(dir.path(), &server.address, WRONG);

    let pushing = store("push").with_credentials(ann.clone());
    let pushed = push(&pushing, &to, COMPONENT, None).await;
    let fetching = store("fetch").with_credentials(ann);
    let fetched = fetching.fetch(&pushed.reference).await.expect("fetched");
    assert_eq!(fetched.bytes, COMPONENT);

    refused(&store("nobody"), &to, &pushed.reference, "DOCKER_CONFIG").await;
    let empty = Credentials::file(dir.path().join("absent.json"));
    let login = format!("docker login {}", server.address);
    let nobody = store("empty").with_credentials(empty);
    refused(&nobody, &to, &pushed.reference, &login).await;
    let wrong = store("wrong").with_credentials(haddock);
    refused(&wrong, &to, &pushed.reference, &login).await;

    // What is cached needs no password.
    let cached = fetching.with_credentials(Credentials::none());
    cached.fetch(&pushed.reference).await.expect("cached");
}

#[tokio::test]
async fn a_broken_file_of_passwords_is_named() {
    let dir = tempfile::tempdir().expect("a directory");
    let broken = logged_in(dir.path(), "registry.example.com", "swordfish");
    let store = store(dir.path(), "127.0.0.1:1").with_credentials(broken);
    let to = "oci://registry.example.com/rules:1";
    let error = store.push(&place(to), COMPONENT, &facts(), &[]).await;
    let error = error.expect_err("broken");
    assert!(matches!(error, PushError::Credentials(_)), "{error}");
    let said = format!("{error} {error:?}");
    assert!(
        said.contains(".json") && !said.contains("swordfish"),
        "{said}"
    );
}
