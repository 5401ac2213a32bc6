use serde_json::{Value, json};

use super::*;

fn source(document: &Value) -> Source {
    Source::from(document.as_object().expect("an object").clone())
}

const ADA: &str = r#"{
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada", "active": true,
    "name": {"givenName": "Ada"},
    "emails": [{"type": "work", "value": "w", "primary": true}, {"type": "home", "value": "h"}],
    "roles": [{"value": "Agent"}], "photos": [{"value": "a"}, {"value": "b"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales", "manager": {"value": "7"}}
}"#;

fn ada() -> Source {
    source(&serde_json::from_str(ADA).expect("JSON"))
}

#[test]
fn every_single_value_has_the_path_that_scim_gives_it() {
    let leaves = of(&ada());
    let paths: Vec<&str> = leaves.iter().map(|leaf| leaf.path.as_str()).collect();
    let expected = [
        "userName",
        "name.givenName",
        "emails[type eq \"work\"].value",
        "emails[type eq \"work\"].primary",
        "emails[type eq \"home\"].value",
        "roles.value",
        "photos[0].value",
        "photos[1].value",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn a_path_leads_to_the_values_that_a_plugin_finds_by_it() {
    let leaves = of(&ada());
    let answers = |path: &str| {
        let place = place(path)?;
        let found = leaves.iter().filter(|leaf| leaf.answers(&place));
        Some(found.map(|leaf| leaf.value.clone()).collect::<Vec<_>>())
    };
    let texts = |texts: &[&str]| Some(texts.iter().map(|text| json!(text)).collect());
    assert_eq!(answers("USERNAME"), texts(&["ada"]));
    assert_eq!(answers("name.givenName"), texts(&["Ada"]));
    assert_eq!(answers("emails[type eq \"WORK\"].value"), texts(&["w"]));
    assert_eq!(answers("emails.value"), texts(&["w", "h"]));
    assert_eq!(answers("emails[primary eq true].value"), texts(&["w", "h"]));
    assert_eq!(answers("emails[type eq \"other\"].value"), texts(&[]));
    assert_eq!(answers("roles"), texts(&["Agent"]));
    assert_eq!(answers("title"), texts(&[]));
    let enterprise = "URN:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    assert_eq!(
        answers(&format!("{enterprise}:department")),
        texts(&["Sales"])
    );
    assert_eq!(answers(&format!("{enterprise}:manager")), texts(&["7"]));
    assert_eq!(answers(&format!("{enterprise}:division")), texts(&[]));
    let core = "urn:ietf:params:scim:schemas:core:2.0:User:userName";
    assert_eq!(answers(core), texts(&["ada"]));
    assert_eq!(answers("emails[value sw \"a\"].value"), None);
}

/// Each value taken away leaves the rest; put back, the document is as before, but for where it stands.
#[test]
fn a_value_is_taken_away_changed_and_put_back() {
    let before = ada();
    for leaf in of(&before) {
        let without = with(&before, &leaf.place, None);
        let left = of(&without);
        assert!(
            !left.iter().any(|it| it.value == leaf.value),
            "{}",
            leaf.path
        );
        // Of an address nothing is left but that it is the primary one: that goes along.
        let along = usize::from(leaf.path == "emails[type eq \"work\"].value");
        assert_eq!(left.len() + 1 + along, of(&before).len(), "{}", leaf.path);
        let changed = with(&before, &leaf.place, Some(&json!("other")));
        let mut found = of(&changed).into_iter();
        let found = found.find(|it| it.path == leaf.path).expect("still there");
        assert_eq!(found.value, json!("other"), "{}", leaf.path);
        let back = with(&changed, &leaf.place, Some(&leaf.value));
        assert_eq!(back, before, "{}", leaf.path);
    }
}

#[test]
fn what_was_not_there_is_made_where_a_plugin_looks_for_it() {
    let empty = source(&json!({"userName": "ada"}));
    for (path, document) in [
        ("title", json!({"title": "x"})),
        ("name.givenName", json!({"name": {"givenName": "x"}})),
        ("emails.value", json!({"emails": [{"value": "x"}]})),
        (
            "phoneNumbers[type eq \"mobile\"].value",
            json!({"phoneNumbers": [{"type": "mobile", "value": "x"}]}),
        ),
        (
            "urn:example:people:1.0:User:skill",
            json!({"urn:example:people:1.0:User": {"skill": "x"}}),
        ),
    ] {
        let place = place(path).expect("a place");
        let mut expected = json!({"userName": "ada"});
        let members = document.as_object().expect("an object").clone();
        expected.as_object_mut().expect("an object").extend(members);
        let made = with(&empty, &place, Some(&json!("x")));
        assert_eq!(Value::Object(made.into_map()), expected, "{path}");
    }
}
