use super::*;
use crate::config::tests::{refused, with};

fn assume(lines: &str) -> Assume {
    let config = with(&format!("[tenants.acme.cxone.assume]\n{lines}")).expect(lines);
    config.tenants[0].cxone.settings.assume.clone()
}

fn mistake(lines: &str) -> String {
    refused(&format!("[tenants.acme.cxone.assume]\n{lines}"))
}

#[test]
fn what_an_adapter_reads_is_handed_to_it() {
    assert_eq!(assume(""), Assume::default());
    assert_eq!(assume("role_value = \"name\"").role_value, RoleValue::Name);
    for word in ["id", "either"] {
        assert_eq!(
            assume(&format!("role_value = \"{word}\"")).role_value,
            RoleValue::Id
        );
    }
    let named = assume("template_attribute = \"urn:example:User:template\"");
    assert_eq!(
        named.template_attribute.as_deref(),
        Some("urn:example:User:template")
    );
}

#[test]
fn an_attribute_that_is_absent_is_none() {
    assert_eq!(
        assume("template_attribute = \"absent\"").template_attribute,
        None
    );
}

#[test]
fn every_position_of_everything_unknown_can_be_pasted() {
    for switch in unknowns() {
        for position in switch.allowed {
            // A kind of number has a description in place of positions.
            if position.contains(' ') {
                continue;
            }
            assume(&format!("{} = \"{position}\"", switch.name));
        }
    }
    assume("not_offered = 404");
}

#[test]
fn mistakes_name_their_place() {
    for (lines, expected) in [
        (
            "role_valeu = \"id\"",
            ":12:1: the key \"role_valeu\" is not known here\n  hint: did you mean \"role_value\"?",
        ),
        (
            "role_value = \"uuid\"",
            ":12:14: role_value is assumed to be what it cannot be\n  hint: known: id, name, either",
        ),
        ("role_value = 1", ":12:14: role_value is assumed"),
        (
            "template_attribute = \"\"",
            ":12:22: template_attribute is no attribute's name",
        ),
        (
            "template_attribute = \"a b\"",
            ":12:22: template_attribute is no attribute's name",
        ),
        (
            "put_absent = \"maybe\"",
            ":12:14: put_absent is assumed to be what it cannot be\n  hint: known: cleared, kept",
        ),
        ("put_absent = [\"kept\"]", ":12:14: put_absent is assumed"),
        (
            "outage = \"hang\"",
            ":12:1: the key \"outage\" is not known here",
        ),
        (
            "latency_ms = 5",
            ":12:1: the key \"latency_ms\" is not known here",
        ),
    ] {
        let message = mistake(lines);
        assert!(
            message.contains(expected),
            "{message:?} should have {expected:?}"
        );
    }
}
