use std::path::Path;

use super::super::{Config, Connection, Fixed, Mistakes, Sources};
use super::*;

const HASH: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const TENANT: &str = "CE5F061F-abe6-4e40-9615-301f87bcb7f0";

/// A configuration whose one connection has these lines for credentials; they start in line 7.
fn parse(lines: &str) -> Result<Connection, Mistakes> {
    let text = format!(
        "[tenants.acme.cxone]\nbase_url = \"http://127.0.0.1:1\"\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\n\
         [tenants.acme.connections.entra]\nidp = \"entra\"\n{lines}"
    )
    .replace("[auth", "[tenants.acme.connections.entra.auth");
    let known = [
        ("TOKEN", "canary-token-of-some-length"),
        ("SHORT", "canary"),
    ];
    let known = known.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::parse(Path::new("x.toml"), &text, &Fixed(known.into()))?;
    assert!(!format!("{config:?}").contains("canary"));
    let mut tenants = config.tenants;
    Ok(tenants.remove(0).connections.remove(0))
}

fn credentials(lines: &str) -> Credentials {
    parse(lines).expect(lines).credentials
}

#[test]
fn tokens_are_plain_or_hashed_and_several() {
    let one = parse("token = \" ${env:TOKEN}\\n\"").expect("a connection");
    assert!(one.credentials.tokens[0].is("canary-token-of-some-length"));
    assert!(!one.short_token);
    let hashed = credentials(&format!("token = \"{HASH}\""));
    assert!(hashed.tokens[0].is("abc"));
    let several = parse(&format!(
        "token = \"${{env:SHORT}}\"\ntokens = [\"{HASH}\", \"${{env:TOKEN}}\"]"
    ));
    let several = several.expect("a connection");
    assert!(several.short_token, "serve warns");
    let tokens = several.credentials.tokens;
    assert_eq!(tokens.len(), 3);
    assert!(tokens[0].is("canary") && tokens[1].is("abc"));
    assert!(tokens[2].is("canary-token-of-some-length"));
}

#[test]
fn every_kind_is_enough_by_itself() {
    let basic = credentials(&format!(
        "[auth.basic]\nusers = [{{ name = \"okta\", password = \"{HASH}\" }}, {{ name = \"okta\", password = \"${{env:TOKEN}}\" }}]"
    ));
    assert_eq!(basic.users.len(), 2);
    assert!(basic.users[0].password.is("abc"));

    let oauth = credentials(&format!(
        "[auth.oauth]\ntoken_ttl = \"90m\"\nclients = [{{ id = \"a\", secrets = [\"{HASH}\"], scopes = [\"scim\"] }}, {{ id = \"b\", secrets = [\"{HASH}\"] }}]"
    ));
    let oauth = oauth.oauth.expect("clients");
    assert_eq!(oauth.token_ttl, Duration::from_secs(5400));
    assert_eq!(oauth.clients[0].scopes, ["scim"]);

    let identity = credentials(&format!(
        "[auth.workload_identity]\nclient_id = \"jackfield\"\ntenant_id = \"{TENANT}\"\nsubject = \"s\"\naudiences = [\"api://x\"]"
    ));
    let identity = identity.workload_identity.expect("an identity");
    assert_eq!(identity.token_ttl, Duration::from_secs(3600));
    assert_eq!(
        identity.tenant.keys_url(),
        "https://login.microsoftonline.com/ce5f061f-abe6-4e40-9615-301f87bcb7f0/discovery/v2.0/keys"
    );

    let entra = credentials(&format!(
        "[auth.entra]\ntenant_id = \"{TENANT}\"\nkeys_url = \"http://127.0.0.1:1/keys\""
    ));
    let entra = entra.entra.expect("a tenant");
    assert_eq!(entra.audiences, [PROVISIONING_AUDIENCE]);
    assert_eq!(entra.keys_url(), "http://127.0.0.1:1/keys");
}

#[test]
fn mistakes_name_their_place_and_no_secret() {
    let entra = |lines: &str| format!("[auth.entra]\ntenant_id = \"{TENANT}\"\n{lines}");
    let client = |client: &str| format!("[auth.oauth]\nclients = [{client}]");
    let identity = "[auth.workload_identity]\nclient_id = \"x\"\n";
    for (lines, expected) in [
        (
            String::new(),
            ":5:27: the connection entra has no credential",
        ),
        (
            "tokens = []".to_owned(),
            ":5:27: the connection entra has no credential",
        ),
        (client(""), "the connection entra has no credential"),
        ("token = \" \"".to_owned(), ":7:9: the token is empty"),
        (
            "tokens = [\"x\", \"\"]".to_owned(),
            ":7:16: the token is empty",
        ),
        (
            "token = \"sha256:canary\"".to_owned(),
            ":7:9: the token is no hash",
        ),
        ("token = 5".to_owned(), ":7:9: invalid type"),
        (
            "tokens = \"${env:TOKEN}\"".to_owned(),
            ":7:10: the value that is filled in",
        ),
        ("[auth.bsaic]".to_owned(), "did you mean \"basic\"?"),
        (
            "[auth.basic]\nusers = [{ name = \"a:b\", password = \"x\" }]".to_owned(),
            ":8:19: a user's name",
        ),
        (
            "[auth.basic]\nusers = [{ name = \"a\", password = \"${env:SHORT}\" }]".to_owned(),
            ":8:35: the password is shorter than 16 bytes",
        ),
        (
            client("{ id = \"\", secrets = [] }"),
            ":8:19: the client's id is empty",
        ),
        (
            client("{ id = \"a\", secrets = [] }"),
            ":8:19: the client has no secret",
        ),
        (
            client(&format!(
                "{{ id = \"a\", secrets = [\"{HASH}\"] }}, {{ id = \"a\", secrets = [\"{HASH}\"] }}"
            )),
            "another client has this id",
        ),
        (
            client("{ id = \"a\", secrets = [\"${env:SHORT}\"] }"),
            "the secret is shorter",
        ),
        (
            format!("{}\ntoken_ttl = \"59m\"", client("")),
            ":9:13: a token's life is from 1h to 6h",
        ),
        (
            format!("{}\ntoken_ttl = \"7h\"", client("")),
            "from 1h to 6h",
        ),
        (
            format!("{}\ntoken_ttl = \"soon\"", client("")),
            "from 1h to 6h",
        ),
        (
            format!("{identity}tenant_id = \"{TENANT}\"\naudiences = [\"x\"]"),
            ":9:13: neither subject nor app_id",
        ),
        (
            format!("{identity}tenant_id = \"{TENANT}\"\nsubject = \"x\"\naudiences = []"),
            ":11:13: an audience is missing",
        ),
        (
            format!("{identity}tenant_id = \"{TENANT}\"\nsubject = \"x\""),
            "the key \"audiences\" is missing",
        ),
        (
            "[auth.entra]\ntenant_id = \"common\"".to_owned(),
            ":8:13: the tenant_id is no GUID",
        ),
        (
            entra("keys_url = \"keys\""),
            ":9:12: keys_url: this is no URL",
        ),
        (
            entra("keys_url = \"http://example.com/\""),
            ":9:12: keys_url: plain http",
        ),
        (
            entra("keys_url = \"https://169.254.169.254/\""),
            "keys_url: 169.254.169.254 is a link-local",
        ),
    ] {
        let message = parse(&lines).expect_err(&lines).to_string();
        assert!(
            message.contains(expected),
            "{message:?} should have {expected:?}"
        );
        assert!(!message.contains("canary"), "a secret is shown: {message}");
    }
}

/// Whatever is referred to.
struct Anything;

impl Sources for Anything {
    fn env(&self, name: &str) -> Result<String, String> {
        Ok(format!("whatever-is-in-{name}"))
    }

    fn file(&self, path: &str) -> Result<String, String> {
        Ok(format!("whatever-is-in-{path}"))
    }
}

#[test]
fn the_example_of_the_documentation_is_read() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let section = page.split("### Credentials\n").nth(1).expect("the section");
    let example = section.split("```").nth(1).expect("an example");
    let example = example.trim_start_matches("toml");
    let text = format!(
        "[tenants.acme.cxone]\nbase_url = \"http://127.0.0.1:1\"\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\n{example}"
    );
    let config = Config::parse(Path::new("x.toml"), &text, &Anything).expect("a configuration");
    let credentials = &config.tenants[0].connections[0].credentials;
    assert_eq!((credentials.tokens.len(), credentials.users.len()), (2, 1));
    assert!(credentials.tokens[1].is("test"), "the hash is one");
    assert_eq!(credentials.schemes().len(), 3);
    assert!(credentials.entra.is_some() && credentials.workload_identity.is_some());
}
