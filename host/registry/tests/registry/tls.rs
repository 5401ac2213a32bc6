//! TLS, as every registry that is not named speaks it.
//!
//! The certificates are for 127.0.0.1, by an authority whose key is thrown away (`tls/`).

use std::env;
use std::path::Path;
use std::process::Command;

use registry::{Credentials, Store};

use crate::plugins::{COMPONENT, push};
use crate::server::Server;

/// Set for the second process, to the registry's address.
const SECOND: &str = "JACKFIELD_TEST_TLS_REGISTRY";

fn over_tls(dir: &Path) -> Store {
    Store::new(dir.to_owned(), Vec::new()).with_credentials(Credentials::none())
}

/// The system's certificates are known to a process once and for all, so a second one is run that trusts the authority.
#[tokio::test]
async fn a_registry_is_believed_by_its_certificate() {
    let dir = tempfile::tempdir().expect("a directory");
    if let Ok(address) = env::var(SECOND) {
        let to = format!("oci://{address}/rules:1");
        let pushed = push(&over_tls(&dir.path().join("push")), &to, COMPONENT, None).await;
        let fetching = over_tls(&dir.path().join("fetch"));
        let fetched = fetching.fetch(&pushed.reference).await.expect("fetched");
        assert_eq!(fetched.bytes, COMPONENT);
        return;
    }
    let server = Server::with_tls();
    let nothing = registry::Digest::of(b"nothing");
    let text = format!("{}@{nothing}", server.place("rules"));
    let reference = registry::Reference::parse(&text).expect("a reference");
    let error = over_tls(dir.path()).fetch(&reference).await;
    let error = error.expect_err("an unknown authority");
    assert!(error.is_transport(), "{error}");
    assert!(error.to_string().contains("certificate"), "{error}");

    let authority = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/registry/tls/ca.pem");
    let second = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", "tls::a_registry_is_believed_by_its_certificate"])
        .env(SECOND, &server.address)
        .env("SSL_CERT_FILE", authority)
        .output()
        .expect("a second process");
    let said = String::from_utf8_lossy(&second.stdout);
    assert!(
        second.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
