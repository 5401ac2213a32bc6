use std::path::Path;

use registry::PublicKey;

use crate::config::tests::parse;
use crate::config::*;

/// A configuration that begins with these lines.
fn general(lines: &str) -> Result<General, String> {
    let text = format!(
        "{lines}\n[tenants.acme.cxone]\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\n[tenants.acme.connections.okta]\nidp = \"okta\"\n\
         token = \"x\"\n"
    );
    let config = parse(&text).map_err(|mistakes| mistakes.to_string())?;
    Ok(config.general)
}

#[test]
fn the_directories_are_beside_the_ledger_unless_said() {
    let plugins = general("").expect("defaults").plugins;
    assert_eq!(plugins.cache, Path::new("jackfield-cache"));
    assert_eq!(plugins.recordings, Path::new("jackfield-recordings"));
    assert!(plugins.keys.is_empty() && plugins.insecure_registries.is_empty());
    assert!(!plugins.assume_no_swap);
    let plugins = general(
        "[ledger]\nurl = \"sqlite:/var/lib/jackfield/ledger.db\"\n[plugins]\nrecordings = \"runs\"",
    );
    let plugins = plugins.expect("a configuration").plugins;
    assert_eq!(
        plugins.cache,
        Path::new("/var/lib/jackfield/jackfield-cache")
    );
    assert_eq!(plugins.recordings, Path::new("conf/runs"));
}

#[test]
fn keys_and_registries_are_read() {
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let plugins = general(&format!(
        "[plugins]\nkeys = {{ ours = \"ed25519:{zeros}\" }}\ninsecure_registries = [\"127.0.0.1:5000\", \"[::1]:5000\"]\nassume_no_swap = true"
    ));
    let plugins = plugins.expect("a configuration").plugins;
    assert_eq!(
        plugins.keys["ours"],
        PublicKey::parse(&format!("ed25519:{zeros}")).expect("a key")
    );
    assert_eq!(plugins.insecure_registries.len(), 2);
    assert!(plugins.assume_no_swap);
}

#[test]
fn mistakes_name_their_place() {
    for (lines, expected) in [
        ("[plugins]\ncache = \" \"", ":2:9: this names no directory"),
        (
            "[plugins]\nkeys = { ours = \"ed25519:AAAA\" }",
            ":2:17: the key ours: ",
        ),
        (
            "[plugins.keys]\nours = \"${env:CXONE_ACCESS_KEY_SECRET}\"",
            ":2:8: the key ours: ",
        ),
        (
            "[plugins]\ninsecure_registries = [\"http://127.0.0.1:5000\"]",
            ":2:24: this is no registry",
        ),
        ("[plugins]\nassume_no_swap = 1", ":2:18: invalid type"),
        (
            "[plugins]\nkey = {}",
            ":2:1: the key \"key\" is not known here\n  hint: did you mean \"keys\"?",
        ),
        (
            "[plugin]",
            "did you mean \"plugins\"? known: listen, ledger, plugins, tenants",
        ),
    ] {
        let message = general(lines).expect_err(lines);
        assert!(
            message.contains(expected),
            "{message:?} should have {expected:?}"
        );
        assert!(!message.contains("canary"), "{message}");
    }
}
