use std::path::Path;

use tokio::net::TcpListener;

use super::*;
use crate::config::{Config, Fixed};

/// The plugins of a connection and where they come from, below a directory, with one registry without TLS.
fn plugins(directory: &Path, registry: &str, used: &[&str]) -> (Components, Vec<Plugin>) {
    let used = used
        .iter()
        .map(|used| format!("[[tenants.acme.connections.okta.plugins]]\nuse = \"{used}\"\n"));
    let text = format!(
        "[plugins]\ncache = \"cache\"\ninsecure_registries = [\"{registry}\"]\n[tenants.acme.cxone]\naccess_key_id = \"x\"\n\
         access_key_secret = \"x\"\n[tenants.acme.connections.okta]\nidp = \"okta\"\ntoken = \"x\"\n{}",
        used.collect::<String>()
    );
    let config = Config::parse(&directory.join("jackfield.toml"), &text, &Fixed::default());
    let config = config.expect("a configuration");
    let plugins = config.tenants[0].connections[0].plugins.clone();
    (Components::new(&config.general.plugins), plugins)
}

#[tokio::test]
async fn a_registry_that_never_answers_costs_its_own_plugins_only() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("own.wasm"), b"own").expect("a file");
    // The kernel accepts, and nobody answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let registry = listener.local_addr().expect("an address").to_string();
    // More than are pulled from one registry at once.
    let pulled = (0..AT_ONCE + 1).map(|it| Digest::of(&it.to_be_bytes()));
    let pulled = pulled.map(|digest| format!("oci://{registry}/acme/rules@{digest}"));
    let own = ["okta", "./own.wasm", "./nowhere.wasm"].map(str::to_owned);
    let used: Vec<String> = pulled.chain(own).collect();
    let (components, plugins) = {
        let each: Vec<(Components, Vec<Plugin>)> = used
            .iter()
            .map(|used| plugins(directory.path(), &registry, &[used]))
            .collect();
        let plugins: Vec<Plugin> = each.iter().flat_map(|(_, it)| it.clone()).collect();
        let (components, _) = each.into_iter().next().expect("one");
        (components, plugins)
    };
    let until = Instant::now() + Duration::from_millis(300);
    let asked: Vec<&Plugin> = plugins.iter().collect();
    let found = components.find(&asked, until).await;
    let (absent, there) = found.split_at(AT_ONCE + 1);
    for found in absent {
        let absent = found.as_ref().expect_err("no answer");
        assert!(absent.passing);
        let expected = "the registry gives no whole answer in time";
        assert!(absent.reason.ends_with(expected), "{}", absent.reason);
    }
    assert_eq!(there[0], Ok(Stamp::Bundled("okta".to_owned())));
    let own = Digest::of(b"own").to_string();
    assert_eq!(there[1], Ok(Stamp::Digest(own)));
    assert!(!there[2].as_ref().expect_err("no file").passing);
    let sources = components.sources(&plugins, found).await;
    let bytes = sources
        .iter()
        .map(|source| source.component.as_deref().map(<[u8]>::len).ok());
    let bytes: Vec<_> = bytes.skip(AT_ONCE + 2).collect();
    assert_eq!(bytes, [Some(3), None]);
}
