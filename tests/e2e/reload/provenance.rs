//! Plugins from a registry and from files, and who signed them, as the service sees them.

use std::path::Path;

use registry::{Digest, PushFacts, Reference, SigningKey, Store, add_signature};

use super::site::{Site, naming, tenant, using};
use crate::guests::Shelf;
use crate::registry_server::Server;

const TOKEN: &str = "token-of-before";

fn entra() -> &'static [u8] {
    bundled::find("entra").expect("a bundled plugin").bytes
}

/// Pushes a component, signed by somebody or by nobody, and answers what `use` needs.
async fn pushed(server: &Server, tag: &str, bytes: &[u8], by: Option<&SigningKey>) -> String {
    let place = Reference::parse_tagged(&server.place(&format!("mapper:{tag}"))).expect("a place");
    let folder = tempfile::tempdir().expect("a directory");
    let store = Store::new(folder.path().to_owned(), vec![server.address.clone()]);
    let signature = by.map(|key| key.sign(&Digest::of(bytes)).expect("a signature"));
    let signatures: Vec<String> = signature.into_iter().collect();
    let facts = PushFacts::default();
    let pushed = store.push(&place, bytes, &facts, &signatures).await;
    pushed.expect("pushed").reference.to_string()
}

/// What [plugins] has.
fn general(site: &Site, server: &Server, key: &SigningKey) {
    let path = site.path("jackfield.toml");
    let text = std::fs::read_to_string(&path).expect("a file");
    let text = format!(
        "{text}[plugins]\ninsecure_registries = [\"{}\"]\nkeys = {{ ann = \"{}\" }}\n",
        server.address,
        key.public()
    );
    std::fs::write(path, text).expect("a file");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_comes_from_a_registry_and_stays_when_that_is_gone() {
    let (server, ann, eve) = (
        Server::start(),
        SigningKey::generate().expect("a key"),
        SigningKey::generate().expect("a key"),
    );
    let site = Site::of(&[("pulls", tenant(TOKEN, "", &naming("Old")))]).await;
    general(&site, &server, &ann);
    let signed = pushed(&server, "1", entra(), Some(&ann)).await;
    let other = bundled::find("okta").expect("a bundled plugin").bytes;
    let foreign = pushed(&server, "2", other, Some(&eve)).await;
    let unsigned = pushed(&server, "3", other, None).await;

    site.write("pulls", &tenant(TOKEN, "", &using(Path::new(&signed))));
    assert_eq!(
        site.reloaded("pulls").await,
        ("swapped".into(), String::new())
    );
    assert_eq!(site.create("pulls", TOKEN, "ada").await.status, 201);
    for (reference, expected) in [
        (&foreign, "none of the 1 signature(s)"),
        (&unsigned, "is not signed"),
        (
            &signed
                .replace("sha256:", "sha256:0000")
                .replace(&signed[signed.len() - 4..], ""),
            "sha256:0000",
        ),
    ] {
        site.write("pulls", &tenant(TOKEN, "", &using(Path::new(reference))));
        let (result, reason) = site.reloaded("pulls").await;
        assert_eq!(result, "kept", "{reason}");
        assert!(reason.contains(expected), "{reason}");
    }
    assert_eq!(site.create("pulls", TOKEN, "bob").await.status, 201);

    server.stop();
    site.write(
        "pulls",
        &tenant("token-of-after", "", &using(Path::new(&signed))),
    );
    assert_eq!(
        site.reloaded("pulls").await,
        ("swapped".into(), String::new())
    );
    let site = site.restart().await;
    let made = site.create("pulls", "token-of-after", "eve").await;
    assert_eq!(made.status, 201, "{}", made.body);
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_keys_are_configured_a_file_is_signed_by_one_of_them() {
    let (server, ann, eve) = (
        Server::start(),
        SigningKey::generate().expect("a key"),
        SigningKey::generate().expect("a key"),
    );
    let shelf = Shelf::new();
    shelf.bundled("mapper.wasm", "okta");
    let path = shelf.path("mapper.wasm");
    let site = Site::of(&[
        ("signed", tenant(TOKEN, "", &using(&path))),
        ("bundled", tenant(TOKEN, "", &naming("Old"))),
    ])
    .await;
    general(&site, &server, &ann);
    let (result, reason) = site.reloaded("signed").await;
    assert_eq!(
        result, "kept",
        "it was served unsigned, and would not be any more"
    );
    assert!(reason.contains("is not signed"), "{reason}");
    let digest = Digest::of(bundled::find("okta").expect("a bundled plugin").bytes);
    let sign = |key: &SigningKey| {
        let signature = key.sign(&digest).expect("a signature");
        add_signature(&path, &signature).expect("a file");
    };
    sign(&eve);
    let (result, reason) = site.reloaded("signed").await;
    assert_eq!(result, "kept");
    assert!(reason.contains("none of the 1 signature(s)"), "{reason}");
    sign(&ann);
    assert_eq!(site.reloaded("signed").await.0, "swapped");
    assert_eq!(site.reloaded("signed").await.0, "unchanged");
    // What was signed is not what is there any more.
    shelf.bundled("mapper.wasm", "entra");
    assert_eq!(site.reloaded("signed").await.0, "kept");
    assert_eq!(site.reloaded("bundled").await.0, "unchanged");
    site.app.stop().await;
}
