use std::collections::BTreeMap;
use std::path::Path;

use client::ExposeSecret;

use super::*;

/// The configuration of the README.
const README: &str = r#"[listen]
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

fn parse(text: &str) -> Result<Config, Mistake> {
    Config::parse(Path::new("conf/jackfield.toml"), text, &sources())
}

/// What is said about the README's configuration once `from` is replaced by `to`.
fn mistake(from: &str, to: &str) -> String {
    assert!(README.contains(from), "{from:?} is not in the text");
    let message = parse(&README.replacen(from, to, 1))
        .expect_err(to)
        .to_string();
    assert!(!message.contains("canary"), "a secret is shown: {message}");
    message
}

fn secret(auth: &cxone::Auth) -> &str {
    match auth {
        cxone::Auth::AccessKey { secret, .. } | cxone::Auth::Bearer(secret) => {
            secret.expose_secret()
        }
    }
}

#[test]
fn the_configuration_of_the_readme_is_read() {
    let shown = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md"))
        .expect("the README");
    for line in README.lines() {
        assert!(shown.contains(line), "the README has no line {line:?}");
    }
    let config = parse(README).expect("a configuration");
    assert_eq!(config.scim, "127.0.0.1:8080".parse().expect("an address"));
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
            "idp = \"entra\"\nmode = \"observe\"",
            ":13:8: the mode \"observe\"",
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
    let message = parse(&README.replace("acme", "a_b"))
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
    let text = README
        .replace("${env:CXONE_ACCESS_KEY_ID}", "x")
        .replace("${env:CXONE_ACCESS_KEY_SECRET}", "<${env:A}>")
        .replace("${env:JACKFIELD_ENTRA_TOKEN}", "x");
    let config = Config::parse(Path::new("x.toml"), &text, &Fixed(known)).expect("a configuration");
    let auth = &config.tenants[0].cxone.settings.auth;
    assert_eq!(secret(auth), "<${env:B}>");
}

#[test]
fn a_byte_order_mark_and_crlf_do_no_harm() {
    let text = format!("\u{feff}{}", README.replace('\n', "\r\n"));
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
        let config = parse(&README.replace("use = \"entra\"", &format!("use = \"{written}\"")));
        let config = config.expect("a configuration");
        let plugin = &config.tenants[0].connections[0].plugins[0];
        assert_eq!(plugin.component, expected);
        assert_eq!(plugin.name, written, "messages show no more of a path");
    }
}

#[test]
fn templates_set_what_is_not_the_idps() {
    let with = |line: &str| parse(&format!("{README}[tenants.acme.templates.Voice]\n{line}\n"));
    let config = with("role = \"Agent\"\nteam = \"Voice\"").expect("a configuration");
    let template = &config.tenants[0].templates["Voice"];
    assert_eq!(template.get(Attribute::Role), Some("Agent"));
    let message = with("teem = \"x\"").expect_err("unknown").to_string();
    assert!(message.contains("did you mean \"team\"?"), "{message}");
    assert!(with("email = \"x\"").is_err());
}

const KEY: &str = "access_key_id = \"${env:CXONE_ACCESS_KEY_ID}\"\naccess_key_secret = \"${env:CXONE_ACCESS_KEY_SECRET}\"\n";

#[test]
fn another_scim_server_may_stand_in_for_cxone() {
    let text = "scim_path = \"/v2\"\nauth = \"bearer\"\ntoken = \" ${env:JACKFIELD_ENTRA_TOKEN}\\n\"\ndefault_role = \"\"\n";
    let config = parse(&README.replace(KEY, text)).expect("a configuration");
    let settings = &config.tenants[0].cxone.settings;
    assert!(matches!(settings.auth, cxone::Auth::Bearer(_)));
    assert_eq!(secret(&settings.auth), "canary-token");
    assert_eq!(settings.scim_path, "/v2");
    assert!(!settings.directory_required);
    assert!(!format!("{config:?}").contains("canary"));
}

#[test]
fn credentials_belong_to_one_way_in() {
    for (to, expected) in [
        (
            "auth = \"basic\"\n",
            ":9:8: the auth \"basic\" is not known",
        ),
        (
            "auth = \"bearer\"\n",
            ":6:1: the key \"token\" is missing here",
        ),
        (
            "auth = \"bearer\"\ntoken = \" \"\n",
            ":10:9: token is empty",
        ),
        (
            "auth = \"bearer\"\ntoken = \"a b\"\n",
            ":10:9: token: it has characters",
        ),
        (
            "token = \"x\"\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\n",
            ":9:9: token does not go with auth = \"access-key\"",
        ),
        (
            "auth = \"bearer\"\ntoken = \"x\"\naccess_key_id = \"x\"\n",
            ":11:17: access_key_id does not go with auth = \"bearer\"",
        ),
        (
            "auth = \"bearer\"\ntoken = \"x\"\naccess_key_secret = \"canary\"\n",
            ":11:21: access_key_secret does not go",
        ),
        (
            "access_key_id = \"x\"\n",
            "the key \"access_key_secret\" is missing here",
        ),
        (
            "access_key_id = \"\"\naccess_key_secret = \"x\"\n",
            ":9:17: access_key_id is empty",
        ),
        (
            "access_key_id = \"x\"\naccess_key_secret = \"x\"\nscim_path = \"v2\"\n",
            ":11:13: scim_path: this is no path",
        ),
    ] {
        let message = mistake(KEY, to);
        assert!(
            message.contains(expected),
            "{message:?} should have {expected:?}"
        );
    }
    assert!(mistake(KEY, "auth = \"baerer\"\n").contains("did you mean \"bearer\"?"));
}
