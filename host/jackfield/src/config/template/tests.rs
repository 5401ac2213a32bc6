use super::*;
use crate::config::tests::{refused, with};

fn template(lines: &str) -> Template {
    let config = with(&format!("[tenants.acme.templates.Voice]\n{lines}")).expect(lines);
    config.tenants[0].templates["Voice"].clone()
}

/// What is said about a template; its first line is line 12.
fn mistake(lines: &str) -> String {
    refused(&format!("[tenants.acme.templates.Voice]\n{lines}"))
}

#[test]
fn it_sets_clears_and_ignores() {
    let template = template(
        "role = \"Agent\"\nsecondaryRoles = [\"Manager\", \"Evaluator\"]\napplicationAttributes = \"ACD\"\n\
         clear = [\"middleName\", \"mobileNumber\"]\nignore = [\"team\"]\nin_cxone = false",
    );
    let values = &template.values;
    assert_eq!(values.get(Attribute::Role), Some("Agent"));
    let secondary: Vec<&str> = values.list(Attribute::SecondaryRoles).collect();
    assert_eq!(secondary, ["Evaluator", "Manager"]);
    assert_eq!(values.get(Attribute::ApplicationAttributes), Some("ACD"));
    let cleared = [Attribute::MiddleName, Attribute::MobileNumber].into();
    assert_eq!(values.cleared, cleared);
    assert_eq!(values.get(Attribute::Team), None, "as if it were not there");
    assert!(!template.in_cxone);
}

#[test]
fn every_attribute_that_people_may_share_can_be_set() {
    for name in shared_names() {
        let attribute = Attribute::parse(name).expect(name);
        let set = template(&format!("{name} = \"x\""));
        assert_eq!(set.values.get(attribute), Some("x"), "{name}");
    }
}

#[test]
fn cxones_own_template_is_named_where_it_is_known_how() {
    let assume = "[tenants.acme.cxone.assume]\ntemplate_attribute = \"template\"\n[tenants.acme.templates.Voice]\nin_cxone = true";
    let config = with(assume).expect("a configuration");
    assert!(config.tenants[0].templates["Voice"].in_cxone);
    let message = mistake("in_cxone = true");
    assert!(
        message.contains(":12:12: CXone could not be told this template's name"),
        "{message}"
    );
    assert!(message.contains("template_attribute"), "{message}");
}

#[test]
fn mistakes_name_their_place() {
    for (lines, expected) in [
        (
            "teem = \"x\"",
            ":12:1: a template cannot set \"teem\"\n  hint: did you mean \"team\"?",
        ),
        ("email = \"x\"", ":12:1: a template cannot set \"email\""),
        (
            "externalIdentity = \"x\"",
            "a template cannot set \"externalIdentity\"",
        ),
        ("role = \"\"", ":12:8: role is empty"),
        ("role = [\"x\"]", ":12:8: role takes one text"),
        ("role = 5", ":12:8: role takes one text"),
        (
            "secondaryRoles = 5",
            ":12:18: secondaryRoles takes a list of texts",
        ),
        ("secondaryRoles = [5]", ":12:18: secondaryRoles takes texts"),
        ("secondaryRoles = []", ":12:18: secondaryRoles is empty"),
        (
            "secondaryRoles = [\"a\\nb\"]",
            ":12:18: a value of secondaryRoles has a line end",
        ),
        (
            "clear = \"team\"",
            ":12:9: clear takes a list of attributes",
        ),
        ("clear = [5]", ":12:9: clear takes a list of attributes"),
        (
            "ignore = [\"teem\"]",
            ":12:10: a template cannot set \"teem\"",
        ),
        (
            "role = \"x\"\nclear = [\"role\"]",
            ":13:9: role is in two places",
        ),
        (
            "role = \"x\"\nignore = [\"role\"]",
            ":13:10: role is in two places",
        ),
        (
            "clear = [\"role\"]\nignore = [\"role\"]",
            ":13:10: role is in two places",
        ),
        ("in_cxone = \"yes\"", ":12:12: in_cxone is true or false"),
    ] {
        let message = mistake(lines);
        assert!(
            message.contains(expected),
            "{message:?} should have {expected:?}"
        );
    }
}
