use serde_json::json;

use super::*;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn ada() -> Source {
    let text = r#"{"userName":"ada","Active":"True","nickName":null,"name":{"givenName":"Ada"},"title":"",
        "emails":[{"type":"home","value":"h"},{"type":"WORK","primary":true,"value":"w"},{"type":"other","value":null}],
        "phoneNumbers":{"type":"mobile","value":"1"},
        "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user":{"Department":"Support","manager":{"value":"7"},"costCenter":41}}"#;
    text.parse().unwrap()
}

#[test]
fn values_are_found_without_case() {
    let source = ada();
    for (path, expected) in [
        ("USERNAME", Some("ada")),
        ("name.GivenName", Some("Ada")),
        ("name.familyName", None),
        ("nickName", None),
        ("title", Some("")),
        ("emails[type eq \"work\"].value", Some("w")),
        (
            "emails[type eq \"work\" and primary eq \"True\"].value",
            Some("w"),
        ),
        ("emails[type eq \"work\" and primary eq false].value", None),
        ("emails[primary eq true].value", Some("w")),
        ("emails[type eq \"other\"].value", None),
        ("emails.value", Some("h")),
        ("emails", Some("h")),
        ("phoneNumbers[type eq \"mobile\"].value", Some("1")),
        ("userName.value", None),
        ("not a path", None),
    ] {
        assert_eq!(source.str(path), expected, "{path}");
    }
    assert_eq!(
        source.str(&format!("{ENTERPRISE}:department")),
        Some("Support")
    );
    assert_eq!(source.str(&format!("{ENTERPRISE}:manager")), Some("7"));
    assert_eq!(
        source.text(&format!("{ENTERPRISE}:costCenter")).as_deref(),
        Some("41")
    );
    assert_eq!(source.bool("active"), Some(true));
    assert_eq!(source.get("name"), Some(&json!({"givenName": "Ada"})));
}

#[test]
fn set_finds_what_is_there_and_makes_what_is_missing() {
    for (before, path, after) in [
        (r#"{"USERNAME":"a"}"#, "userName", r#"{"USERNAME":"x"}"#),
        ("{}", "name.givenName", r#"{"name":{"givenName":"x"}}"#),
        ("{}", "emails.value", r#"{"emails":[{"value":"x"}]}"#),
        (
            r#"{"emails":null}"#,
            "emails[type eq \"work\"].value",
            r#"{"emails":[{"type":"work","value":"x"}]}"#,
        ),
        (
            r#"{"emails":[{"type":"home","value":"h"}]}"#,
            "emails[type eq \"work\" and primary eq \"true\"].value",
            r#"{"emails":[{"type":"home","value":"h"},{"type":"work","primary":true,"value":"x"}]}"#,
        ),
        (
            r#"{"emails":[{"type":"home","value":"h"},{"type":"Work","value":"w"}]}"#,
            "emails[type eq \"work\"]",
            r#"{"emails":[{"type":"home","value":"h"},{"type":"Work","value":"x"}]}"#,
        ),
        (
            r#"{"emails":{"type":"home"}}"#,
            "emails[type eq \"home\"].value",
            r#"{"emails":[{"type":"home","value":"x"}]}"#,
        ),
        (
            r#"{"emails":[{"type":"home"}]}"#,
            "emails",
            r#"{"emails":[{"type":"home","value":"x"}]}"#,
        ),
        (
            r#"{"emails":[{"type":"home"},{"value":"w"}]}"#,
            "emails.value",
            r#"{"emails":[{"type":"home"},{"value":"x"}]}"#,
        ),
        (
            "{}",
            "urn:example:2.0:User:site",
            r#"{"urn:example:2.0:User":{"site":"x"}}"#,
        ),
        (
            r#"{"manager":{"value":"7"}}"#,
            "manager",
            r#"{"manager":{"value":"x"}}"#,
        ),
    ] {
        let mut source: Source = before.parse().unwrap();
        source.set(path, "x").unwrap();
        assert_eq!(source.str(path), Some("x"), "{before} {path}");
        assert_eq!(source.into_json(), after, "{before} {path}");
    }
}

#[test]
fn set_refuses_what_cannot_be() {
    let mut source = ada();
    assert!(source.set("userName.value", "x").is_err());
    assert!(source.set("userName[type eq \"work\"].value", "x").is_err());
    assert!(source.set("a b", "x").is_err());
    let mut odd: Source = r#"{"emails":["h"],"urn:example:2.0:User":"x"}"#.parse().unwrap();
    assert!(odd.set("emails.value", "x").is_err());
    assert!(odd.set("urn:example:2.0:User:site", "x").is_err());
}

#[test]
fn an_unchanged_source_is_given_back_byte_for_byte() {
    let text = "{ \"b\":1.0,\"a\" : 1e5, \"c\":12345678901234567890123 }";
    let source: Source = text.parse().unwrap();
    assert_eq!(source.into_json(), text);
}

#[test]
fn debug_and_errors_hold_no_values() {
    assert!(!format!("{:?}", ada()).contains("Support"));
    let error = r#"{"userName":"Secret","#.parse::<Source>().unwrap_err().to_string();
    assert!(!error.contains("Secret"), "{error}");
    let error = r#""Secret""#.parse::<Source>().unwrap_err().to_string();
    assert!(!error.contains("Secret"), "{error}");
}
