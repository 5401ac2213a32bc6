use super::super::provider::PROVIDERS;
use super::*;
use crate::config::{Config, Sources};
use bridge::policy::{Mode, Twins, UserNameForm};

struct Secrets;

impl Sources for Secrets {
    fn env(&self, name: &str) -> Result<String, String> {
        Err(name.to_owned())
    }

    fn file(&self, path: &str) -> Result<String, String> {
        assert_eq!(path, "secrets/acme-cxone");
        Ok("canary".to_owned())
    }
}

const HASH: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn answers(provider: &'static super::super::provider::Provider) -> Answers {
    Answers {
        provider,
        tenant: "acme".parse().expect("a name"),
        connection: provider.name.parse().expect("a name"),
        access_key_id: "a \"quoted\" \\ id".to_owned(),
        access_key_secret: "canary".to_owned().into(),
    }
}

fn plain() -> Text<'static> {
    Text {
        scim: ([127, 0, 0, 1], 8080).into(),
        admin: ([127, 0, 0, 1], 8081).into(),
        public_url: None,
        ledger: "jackfield.db",
        api: Api::Scim,
        place: &[],
        default_role: "Agent",
        enabled_fields: None,
        secret: "secrets/acme-cxone",
        token: HASH,
    }
}

fn parse(text: &str) -> Config {
    assert!(
        !text.contains("canary"),
        "the secret is in the configuration"
    );
    Config::parse(std::path::Path::new("x.toml"), text, &Secrets).expect(text)
}

#[test]
fn it_is_what_serve_reads_whatever_the_provider() {
    for provider in &PROVIDERS {
        let config = parse(&write(&answers(provider), &plain()));
        let tenant = &config.tenants[0];
        assert_eq!(tenant.policy.user_name_form, UserNameForm::Email);
        assert_eq!(tenant.policy.twins, Twins::Refuse);
        let connection = &tenant.connections[0];
        assert_eq!(connection.mode, Mode::Observe);
        assert_eq!(connection.dialect.name, provider.idp);
        assert_eq!(connection.plugins[0].name, provider.idp);
        assert!(
            connection.credentials.tokens[0].is("abc"),
            "the hash's secret"
        );
        assert!(!connection.short_token);
    }
}

#[test]
fn what_was_found_is_in_it() {
    let url = Url::parse("https://scim.example.com/").expect("a URL");
    let fields = [Attribute::DisplayName, Attribute::Team];
    let text = Text {
        public_url: Some(&url),
        ledger: "conf/jackfield.db",
        api: Api::UserHub,
        place: &[("area", Value::from("eu1"))],
        default_role: "Sales \"A\"",
        enabled_fields: Some(&fields),
        ..plain()
    };
    let config = parse(&write(&answers(&PROVIDERS[0]), &text));
    assert_eq!(
        config.general.public_url.as_deref(),
        Some("https://scim.example.com")
    );
    assert_eq!(
        config.general.ledger,
        ledger::Location::Sqlite("conf/jackfield.db".into())
    );
    let tenant = &config.tenants[0];
    assert_eq!(tenant.cxone.api, Api::UserHub);
    assert_eq!(tenant.cxone.settings.place.area.as_deref(), Some("eu1"));
    assert_eq!(tenant.cxone.default_role, "Sales \"A\"");
    assert_eq!(tenant.policy.enabled_fields, fields.into());
}

#[test]
fn every_line_that_does_something_says_what() {
    let text = write(&answers(&PROVIDERS[0]), &plain());
    let mut before = "";
    for line in text.lines() {
        let key = line.contains(" = ") && !line.starts_with('#');
        let told = line.contains(" # ") || before.starts_with('#');
        let speaks = line.starts_with("access_key_id");
        assert!(!key || told || speaks, "{line}");
        before = line;
    }
}
