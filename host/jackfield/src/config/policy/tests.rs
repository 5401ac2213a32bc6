use super::*;
use crate::config::tests::{parse, refused, with};

fn policy(lines: &str) -> Policy {
    with(lines).expect(lines).tenants[0].policy.clone()
}

#[test]
fn nothing_said_is_the_default() {
    assert_eq!(policy(""), Policy::default());
}

#[test]
fn every_word_has_its_meaning() {
    let form = |word: &str| policy(&format!("user_name_form = \"{word}\"")).user_name_form;
    assert_eq!(
        [form("any"), form("email")],
        [UserNameForm::Any, UserNameForm::Email]
    );
    let rename = |word: &str| policy(&format!("pending_rename = \"{word}\"")).pending_rename;
    assert_eq!(
        [rename("owe"), rename("refuse")],
        [PendingRename::Owe, PendingRename::Refuse]
    );
    let down = |word: &str| policy(&format!("on_unreachable = \"{word}\"")).on_unreachable;
    assert_eq!(
        [down("owe"), down("refuse")],
        [OnUnreachable::Owe, OnUnreachable::Refuse]
    );
    let off = |word: &str| policy(&format!("disabled_field = \"{word}\"")).disabled_field;
    assert_eq!(
        [off("leave-out"), off("refuse")],
        [DisabledField::LeaveOut, DisabledField::Refuse]
    );
    let zones = ["iana", "windows", "as-written"];
    let zones = zones.map(|word| policy(&format!("time_zones = \"{word}\"")).time_zones);
    assert_eq!(
        zones,
        [
            TimeZoneForm::Iana,
            TimeZoneForm::Windows,
            TimeZoneForm::AsWritten
        ]
    );
    let twins = |word: &str| policy(&format!("[tenants.acme]\ntwins = \"{word}\"")).twins;
    assert_eq!(
        [twins("refuse"), twins("allow")],
        [Twins::Refuse, Twins::Allow]
    );
}

#[test]
fn fields_go_by_our_names_and_by_those_of_account_settings() {
    assert_eq!(
        policy("enabled_fields = []").enabled_fields,
        BTreeSet::new()
    );
    let ours = policy(
        "enabled_fields = [\"displayName\", \"middleName\", \"mobileNumber\", \"timeZone\", \"userType\", \"loginAuthenticator\", \"role\", \"team\"]",
    );
    let theirs = policy(
        "enabled_fields = [\"Display Name\", \"Middle Name\", \"Mobile Number\", \"Time Zone\", \"Type\", \"Login Authenticator\", \"primary role\", \"Team\"]",
    );
    assert_eq!(ours.enabled_fields, theirs.enabled_fields);
    assert_eq!(ours, Policy::default(), "these are all eight");
}

#[test]
fn newcomers_have_defaults() {
    let given = policy(
        "defaults = { timeZone = \"Europe/London\", applicationAttributes = [\"WFM\", \"ACD\"] }",
    );
    let expected = [
        (Attribute::TimeZone, "Europe/London".to_owned()),
        (Attribute::ApplicationAttributes, "ACD\nWFM".to_owned()),
    ];
    assert_eq!(given.defaults, expected.into());
}

#[test]
fn mistakes_name_their_place() {
    for (lines, expected) in [
        (
            "user_name_form = \"emial\"",
            ":11:18: the user_name_form \"emial\" is not known\n  hint: did you mean \"email\"? known: any, email",
        ),
        (
            "pending_rename = \"later\"",
            ":11:18: the pending_rename \"later\" is not known",
        ),
        (
            "on_unreachable = \"503\"",
            ":11:18: the on_unreachable \"503\" is not known",
        ),
        (
            "disabled_field = \"ignore\"",
            ":11:18: the disabled_field \"ignore\" is not known",
        ),
        (
            "time_zones = \"utc\"",
            ":11:14: the time_zones \"utc\" is not known",
        ),
        (
            "time_zones = \"${env:CXONE_ACCESS_KEY_SECRET}\"",
            ":11:14: the time_zones that is filled in here is not known",
        ),
        (
            "enabled_fields = [\"team\", \"email\"]",
            ":11:27: \"email\" is no optional field",
        ),
        ("enabled_fields = \"team\"", ":11:18: invalid type"),
        (
            "defaults = { timezone = \"x\" }",
            ":11:14: there is no default for \"timezone\"\n  hint: did you mean \"timeZone\"?",
        ),
        (
            "defaults = { userName = \"x\" }",
            "there is no default for \"userName\"",
        ),
        (
            "defaults = { externalIdentity = \"x\" }",
            "there is no default for \"externalIdentity\"",
        ),
        ("defaults = { team = \"\" }", ":11:21: team is empty"),
        (
            "enabled_fields = [\"role\"]\ndefaults = { team = \"x\" }",
            ":12:14: team is not among enabled_fields",
        ),
        (
            "[tenants.acme]\ntwins = \"ask\"",
            ":12:9: the twins \"ask\" is not known",
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
fn another_tenant_decides_for_itself() {
    let text = "[tenants.a]\ntwins = \"allow\"\n[tenants.a.cxone]\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\n\
        [tenants.a.connections.x]\nidp = \"okta\"\ntoken = \"x\"\n\
        [tenants.b.cxone]\naccess_key_id = \"x\"\naccess_key_secret = \"x\"\n[tenants.b.connections.x]\nidp = \"okta\"\ntoken = \"x\"\n";
    let tenants = parse(text).expect("a configuration").tenants;
    assert_eq!(
        [tenants[0].policy.twins, tenants[1].policy.twins],
        [Twins::Allow, Twins::Refuse]
    );
}
