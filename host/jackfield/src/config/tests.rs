mod papers;

use std::collections::BTreeMap;
use std::path::Path;

use bridge::policy::Mode;
use client::ExposeSecret;

use super::sources::Fixed;
use super::*;

/// A configuration that has what most have.
pub(super) const SAMPLE: &str = r#"[listen]
scim = "127.0.0.1:8080"
admin = "127.0.0.1:8081"
[ledger]
url = "sqlite:jackfield.db"
[tenants.acme.cxone]
api = "scim"
base_url = "http://127.0.0.1:9090"
access_key_id = "${env:CXONE_ACCESS_KEY_ID}"
access_key_secret = "${env:CXONE_ACCESS_KEY_SECRET}"
[tenants.acme.connections.entra]
idp = "entra"
token = "${env:JACKFIELD_ENTRA_TOKEN}"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
[tenants.acme.connections.entra.plugins.settings]
"#;

fn sources() -> Fixed {
    let known = [
        ("CXONE_ACCESS_KEY_ID", "key-id"),
        ("CXONE_ACCESS_KEY_SECRET", "canary-secret"),
        ("JACKFIELD_ENTRA_TOKEN", "canary-token"),
    ];
    Fixed(
        known
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
    )
}

pub(super) fn parse(text: &str) -> Result<Config, Mistakes> {
    Config::parse(Path::new("conf/jackfield.toml"), text, &sources())
}

/// What is said about the sample once `from` is replaced by `to`.
fn mistake(from: &str, to: &str) -> String {
    assert!(SAMPLE.contains(from), "{from:?} is not in the text");
    let message = parse(&SAMPLE.replacen(from, to, 1))
        .expect_err(to)
        .to_string();
    assert!(!message.contains("canary"), "a secret is shown: {message}");
    message
}

/// The sample with more lines behind `[tenants.acme.cxone]`'s own.
pub(super) fn with(lines: &str) -> Result<Config, Mistakes> {
    parse(&SAMPLE.replace(
        "[tenants.acme.connections.entra]\n",
        &format!("{lines}\n[tenants.acme.connections.entra]\n"),
    ))
}

/// What is said about such a configuration; the first of the lines is line 11.
pub(super) fn refused(lines: &str) -> String {
    let message = with(lines).expect_err(lines).to_string();
    assert!(!message.contains("canary"), "a secret is shown: {message}");
    message
}

/// The one secret of a way in.
pub(super) fn secret(auth: &cxone::Auth) -> &str {
    let (cxone::Auth::AccessKey { secret, .. }
    | cxone::Auth::Password { secret, .. }
    | cxone::Auth::Basic { secret, .. }
    | cxone::Auth::Bearer(secret)) = auth;
    match secret {
        cxone::Secret::Text(text) => text.expose_secret(),
        cxone::Secret::File(path) => path.to_str().expect("a path"),
    }
}

#[test]
fn the_configuration_of_the_readme_is_read() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let page = std::fs::read_to_string(page).expect("the README");
    let (_, example) = page.split_once("```toml\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    let hash = format!("sha256:{:064}", 0);
    let text = example
        .replace("${file:secrets/acme-cxone}", "x")
        .replace("sha256:...", &hash);
    let config = parse(&text).expect("the README's configuration");
    assert_eq!(
        config.tenants[0].cxone.settings.place,
        cxone::PlaceSettings::default()
    );
}

#[test]
fn a_usual_configuration_is_read() {
    let config = parse(SAMPLE).expect("a configuration");
    assert_eq!(
        config.general.scim,
        "127.0.0.1:8080".parse().expect("an address")
    );
    let tenant = &config.tenants[0];
    assert_eq!(tenant.cxone.default_role, "Agent");
    assert_eq!(secret(&tenant.cxone.settings.auth), "canary-secret");
    assert!(tenant.cxone.settings.directory_required);
    let connection = &tenant.connections[0];
    assert!(connection.credentials.tokens[0].is("canary-token"));
    assert_eq!(connection.dialect.name, "entra");
    assert_eq!(
        connection.plugins[0].component,
        Component::Bundled("entra".to_owned())
    );
    assert!(!format!("{config:?}").contains("canary"));
}

#[test]
fn an_unknown_key_is_refused_with_its_place_and_the_nearest_one() {
    let message = mistake("base_url", "base_ulr");
    assert!(
        message.starts_with("conf/jackfield.toml:8:1: the key \"base_ulr\""),
        "{message}"
    );
    assert!(message.contains("did you mean \"base_url\"?"), "{message}");
    for (from, to) in [
        ("[listen]", "[listens]"),
        ("url =", "uri ="),
        ("use =", "uses ="),
    ] {
        assert!(mistake(from, to).contains("is not known here"));
    }
}

#[test]
fn mistakes_name_line_and_column() {
    for (from, to, expected) in [
        (
            "scim = \"127.0.0.1:8080\"",
            "scim = \"8080\"",
            ":2:8: this is no address",
        ),
        ("scim = \"127.0.0.1:8080\"", "scim = 8080", ":2:8:"),
        ("[ledger]", "[ledger", ":4:"),
        ("sqlite:jackfield.db", "postgres://x", ":5:7:"),
        (
            "api = \"scim\"",
            "api = \"soap\"",
            ":7:7: the api \"soap\" is not known",
        ),
        (
            "http://127.0.0.1:9090",
            "http://cxone.example.com",
            ":8:12: base_url",
        ),
        ("http://127.0.0.1:9090", "not a url", ":8:12: base_url"),
        (
            "${env:CXONE_ACCESS_KEY_ID}",
            "${env:NOT_SET}",
            ":9:17: the environment variable NOT_SET",
        ),
        (
            "${env:CXONE_ACCESS_KEY_ID}",
            "${vault:x}",
            ":9:17: ${vault:x} is no reference",
        ),
        (
            "${env:CXONE_ACCESS_KEY_ID}",
            "${env:X",
            ":9:17: a ${ has no }",
        ),
        (
            "${env:CXONE_ACCESS_KEY_ID}",
            "${file:nowhere}",
            ":9:17: nowhere cannot be read",
        ),
        (
            "idp = \"entra\"",
            "idp = \"entre\"",
            ":12:7: the idp \"entre\" is not known",
        ),
        (
            "${env:JACKFIELD_ENTRA_TOKEN}",
            " ",
            ":13:9: the token is empty",
        ),
        (
            "token = \"${env:JACKFIELD_ENTRA_TOKEN}\"",
            "",
            ":11:27: the connection entra has no credential",
        ),
        (
            "idp = \"entra\"",
            "idp = \"entra\"\nmode = \"obsreve\"",
            ":13:8: the mode \"obsreve\" is not known",
        ),
    ] {
        let message = mistake(from, to);
        assert!(
            message.contains(expected),
            "{message:?} should have {expected:?}"
        );
    }
}

#[test]
fn names_are_what_urls_and_okta_take() {
    let message = parse(&SAMPLE.replace("acme", "a_b"))
        .expect_err("a_b")
        .to_string();
    assert!(
        message.contains(":6:10: \"a_b\" is not a name"),
        "{message}"
    );
}

#[test]
fn a_filled_in_value_of_the_wrong_type_is_not_quoted() {
    let message = mistake(
        "[tenants.acme.connections.entra.plugins.settings]",
        "settings = \"${env:CXONE_ACCESS_KEY_SECRET}\"",
    );
    assert!(
        message.contains("the value that is filled in here has the wrong type"),
        "{message}"
    );
}

#[test]
fn what_is_filled_in_is_not_read_again() {
    let known = BTreeMap::from([("A".to_owned(), "${env:B}".to_owned())]);
    let text = SAMPLE
        .replace("${env:CXONE_ACCESS_KEY_ID}", "x")
        .replace("${env:CXONE_ACCESS_KEY_SECRET}", "<${env:A}>")
        .replace("${env:JACKFIELD_ENTRA_TOKEN}", "x");
    let config = Config::parse(Path::new("x.toml"), &text, &Fixed(known)).expect("a configuration");
    let auth = &config.tenants[0].cxone.settings.auth;
    assert_eq!(secret(auth), "<${env:B}>");
}

#[test]
fn a_byte_order_mark_and_crlf_do_no_harm() {
    let text = format!("\u{feff}{}", SAMPLE.replace('\n', "\r\n"));
    assert!(parse(&text).is_ok());
}

#[test]
fn a_component_is_a_path_or_a_name() {
    for (written, expected) in [
        ("./my.wasm", Component::File("conf/./my.wasm".into())),
        ("my.wasm", Component::File("conf/my.wasm".into())),
        (
            "tenant-rules",
            Component::Bundled("tenant-rules".to_owned()),
        ),
    ] {
        let config = parse(&SAMPLE.replace("use = \"entra\"", &format!("use = \"{written}\"")));
        let config = config.expect("a configuration");
        let plugin = &config.tenants[0].connections[0].plugins[0];
        assert_eq!(plugin.component, expected);
        assert_eq!(plugin.name, written, "messages show no more of a path");
    }
}

#[test]
fn a_connection_is_live_unless_it_observes() {
    let mode = |line: &str| {
        let text = SAMPLE.replace("idp = \"entra\"", &format!("idp = \"entra\"\n{line}"));
        parse(&text).expect("a configuration").tenants[0].connections[0].mode
    };
    assert_eq!(mode(""), Mode::Live);
    assert_eq!(mode("mode = \"live\""), Mode::Live);
    assert_eq!(mode("mode = \"observe\""), Mode::Observe);
}

#[test]
fn what_is_one_file_and_nothing_else_can_be_read_again() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("key"), "canary-key\n").expect("a file");
    let load = |value: &str| {
        let text = SAMPLE
            .replace("${env:CXONE_ACCESS_KEY_ID}", "x")
            .replace("${env:CXONE_ACCESS_KEY_SECRET}", value)
            .replace("${env:JACKFIELD_ENTRA_TOKEN}", "x");
        let path = directory.path().join("jackfield.toml");
        std::fs::write(&path, text).expect("a file");
        let config = Config::load(&path).expect("a configuration");
        secret(&config.tenants[0].cxone.settings.auth).to_owned()
    };
    let file = directory.path().join("key");
    assert_eq!(load("${file:key}"), file.to_str().expect("a path"));
    assert_eq!(
        load("x${file:key}"),
        "xcanary-key",
        "a part cannot be read again"
    );
    assert_eq!(load("${file:key}${file:key}"), "canary-keycanary-key");
}
