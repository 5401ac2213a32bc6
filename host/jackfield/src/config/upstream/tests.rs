use cxone::{Auth, Secret};

use super::*;
use crate::config::tests::{parse, refused, secret, with};
use crate::config::{Config, Mistakes};

/// A configuration whose `cxone` table is these lines; they start in line 2.
fn table(lines: &str) -> Result<Config, Mistakes> {
    parse(&format!(
        "[tenants.acme.cxone]\n{lines}\n[tenants.acme.connections.okta]\nidp = \"okta\"\ntoken = \"canary-token\"\n"
    ))
}

fn cxone(lines: &str) -> Cxone {
    let config = table(lines).expect(lines);
    assert!(!format!("{config:?}").contains("canary"));
    config.tenants[0].cxone.clone()
}

const KEY: &str = "access_key_id = \"${env:CXONE_ACCESS_KEY_ID}\"\naccess_key_secret = \"${env:CXONE_ACCESS_KEY_SECRET}\"\n";

#[test]
fn an_access_key_is_enough() {
    let cxone = cxone(KEY);
    assert_eq!(cxone.api, Api::Scim);
    assert_eq!(cxone.default_role, "Agent");
    let settings = cxone.settings;
    assert_eq!(settings.name, "acme", "logs tell tenants apart");
    assert_eq!(settings.place, PlaceSettings::default());
    assert_eq!(secret(&settings.auth), "canary-secret");
    assert_eq!(settings.scim_path, "/scim/v2");
    assert!(settings.directory_required && !settings.invite);
    assert!((settings.rate - 20.0).abs() < f64::EPSILON);
}

#[test]
fn a_place_is_stated_as_far_as_it_is_known() {
    let place = cxone(&format!(
        "{KEY}area = \"na1\"\nauth_url = \"https://auth.example.com\"\ndiscovery_urls = [\"http://127.0.0.1:9090\", \"https://find.example.com\"]"
    ));
    let place = place.settings.place;
    assert_eq!(place.area.as_deref(), Some("na1"));
    assert_eq!(place.auth_url, Url::parse("https://auth.example.com").ok());
    assert_eq!(place.discovery_urls.len(), 2);
    let place = cxone(&format!("{KEY}base_url = \"http://127.0.0.1:9090\""))
        .settings
        .place;
    assert_eq!(place.base_url, Url::parse("http://127.0.0.1:9090").ok());
}

#[test]
fn every_way_in_has_its_keys() {
    let application =
        format!("{KEY}auth = \"password\"\nclient_id = \"app\"\nclient_secret = \"canary-app\"");
    let auth = cxone(&application).settings.auth;
    assert!(matches!(
        auth,
        Auth::Password {
            client_id: Secret::Text(_),
            ..
        }
    ));
    let basic = cxone(&format!("{KEY}auth = \"basic\"")).settings;
    assert!(matches!(basic.auth, Auth::Basic { .. }));
    assert_eq!(basic.scim_path, "/basic-auth/scim/v2");
    let bearer = cxone(
        "base_url = \"https://scim.example.com\"\nscim_path = \"/v2\"\nauth = \"bearer\"\ntoken = \" ${env:JACKFIELD_ENTRA_TOKEN}\\n\"\ndefault_role = \"\"",
    );
    assert_eq!(secret(&bearer.settings.auth), "canary-token");
    assert_eq!(bearer.settings.scim_path, "/v2");
    assert!(!bearer.settings.directory_required);
}

#[test]
fn user_hub_may_invite_and_the_rate_be_another() {
    let cxone = cxone(&format!("{KEY}api = \"user-hub\"\ninvite = true\nrate = 5"));
    assert_eq!(cxone.api, Api::UserHub);
    assert!(cxone.settings.invite);
    assert!((cxone.settings.rate - 5.0).abs() < f64::EPSILON);
}

#[test]
fn a_directory_may_be_stated() {
    let stated = cxone(&format!(
        "{KEY}roles = [{{ id = \"r1\", name = \"Agent\" }}, {{ id = \"r2\", name = \"Old\", status = \"INACTIVE\" }}]\n\
         teams = [{{ id = \"t1\", name = \"Voice\" }}]\nlogin_authenticators = [{{ id = \"l1\", name = \"SAML\" }}]"
    ));
    let stated = stated.settings.stated;
    let roles: Vec<(&str, bool)> = stated
        .roles
        .iter()
        .map(|role| (role.name.as_str(), role.active()))
        .collect();
    assert_eq!(roles, [("Agent", true), ("Old", false)]);
    assert_eq!(stated.teams[0].name, "Voice");
    assert_eq!(stated.login_authenticators[0].id, "l1");
}

#[test]
fn credentials_belong_to_one_way_in() {
    for (lines, expected) in [
        (
            "auth = \"baerer\"",
            ":2:8: the auth \"baerer\" is not known\n  hint: did you mean \"bearer\"?",
        ),
        (
            "auth = \"bearer\"",
            ":1:1: the key \"token\" is missing here\n  hint: auth = \"bearer\" needs it",
        ),
        ("auth = \"bearer\"\ntoken = \" \"", ":3:9: token is empty"),
        (
            "auth = \"bearer\"\ntoken = \"a b\"",
            ":3:9: token: it has characters",
        ),
        (
            "token = \"x\"\naccess_key_id = \"x\"\naccess_key_secret = \"x\"",
            ":2:9: token does not go with auth = \"access-key\"\n  hint: leave it out, or write auth = \"bearer\"",
        ),
        (
            "auth = \"bearer\"\ntoken = \"x\"\naccess_key_id = \"x\"",
            ":4:17: access_key_id does not go with auth = \"bearer\"",
        ),
        (
            "auth = \"bearer\"\ntoken = \"x\"\naccess_key_secret = \"canary\"",
            ":4:21: access_key_secret does not go",
        ),
        (
            "access_key_id = \"x\"",
            "the key \"access_key_secret\" is missing here",
        ),
        (
            "access_key_id = \"\"\naccess_key_secret = \"x\"",
            ":2:17: access_key_id is empty",
        ),
        (
            "access_key_id = \"x\"\naccess_key_secret = \"x\"\nclient_id = \"x\"",
            ":4:13: client_id does not go with auth = \"access-key\"\n  hint: leave it out, or write auth = \"password\"",
        ),
        (
            "auth = \"basic\"\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\nclient_secret = \"x\"",
            ":5:17: client_secret does not go with auth = \"basic\"",
        ),
        (
            "auth = \"password\"\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\nclient_id = \"x\"",
            "the key \"client_secret\" is missing here",
        ),
        (
            "auth = \"basic\"",
            "the key \"access_key_id\" is missing here",
        ),
    ] {
        let message = table(lines).expect_err(lines).to_string();
        assert!(
            message.contains(expected),
            "{message:?} should have {expected:?}"
        );
        assert!(!message.contains("canary"), "a secret is shown: {message}");
    }
}

#[test]
fn mistakes_name_their_place() {
    for (lines, expected) in [
        ("area = \"NA 1\"", ":11:8: area: this is no area"),
        ("auth_url = \"nowhere\"", ":11:12: auth_url: this is no URL"),
        (
            "auth_url = \"http://example.com\"",
            ":11:12: auth_url: plain http",
        ),
        ("scim_path = \"v2\"", ":11:13: scim_path: this is no path"),
        ("rate = 0", ":11:8: rate: write how many"),
        ("rate = nan", ":11:8: rate: write how many"),
        ("rate = \"20\"", ":11:8: invalid type"),
        (
            "invite = true",
            ":11:10: invite does not go with api = \"scim\"",
        ),
        (
            "discovery_urls = [\"https://find.example.com\"]",
            ":11:19: discovery_urls does not go with base_url",
        ),
        (
            "roles = [{ id = \"\", name = \"x\" }]",
            ":11:17: the role's id is empty",
        ),
        ("roles = [{ id = \"x\" }]", "the key \"name\" is missing"),
        (
            "roles = [{ id = \"x\", name = \"x\", status = \"ON\" }]",
            "the status \"ON\" is not known",
        ),
        (
            "teams = [{ id = \"x\", name = \"x\" }, { id = \"x\", name = \"y\" }]",
            "another team has this id",
        ),
        (
            "login_authenticators = [{ id = \"x\", name = \" \" }]",
            "the login authenticator's name is empty",
        ),
    ] {
        let message = refused(lines);
        assert!(
            message.contains(expected),
            "{message:?} should have {expected:?}"
        );
    }
}

#[test]
fn a_list_of_urls_names_the_wrong_one() {
    let message = table(&format!(
        "{KEY}discovery_urls = [\"https://a.example.com\", \"http://b.example.com\"]"
    ));
    let message = message.expect_err("plain http").to_string();
    assert!(
        message.contains(":4:44: discovery_urls: plain http"),
        "{message}"
    );
}

#[test]
fn user_hub_has_paths_and_credentials_of_its_own() {
    for (lines, expected) in [
        (
            "api = \"user-hub\"\nscim_path = \"/v2\"",
            "scim_path does not go with api = \"user-hub\"",
        ),
        (
            "api = \"user-hub\"\nauth = \"basic\"",
            "auth = \"basic\" does not go with api = \"user-hub\"",
        ),
        ("api = \"soap\"", ":4:7: the api \"soap\" is not known"),
    ] {
        let message = table(&format!("{KEY}{lines}"))
            .expect_err(lines)
            .to_string();
        assert!(
            message.contains(expected),
            "{message:?} should have {expected:?}"
        );
    }
    let template = format!("{KEY}api = \"user-hub\"\n[tenants.acme.templates.x]\nin_cxone = true");
    let message = table(&template).expect_err("no template").to_string();
    assert!(message.contains("User Hub takes no template"), "{message}");
}

#[test]
fn a_usual_tenant_may_have_more_of_it() {
    assert!(with("api_url = \"x\"").is_err());
    assert!(
        with("auth_url = \"http://127.0.0.1:9090\"\nrate = 2.5\ndefault_role = \"Manager\"")
            .is_ok()
    );
}
