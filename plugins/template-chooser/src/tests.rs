use jackfield_sdk::{Group, native, testing};

use super::*;

const SOURCE: &str = r#"{"title":"Team Lead","userType":"","emails":[{"type":"work","value":"ada@example.com"}],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Support North"}}"#;

fn choose(settings: &str) -> Result<Choice, Error> {
    native::choose::<TemplateChooser>(native::Occasion {
        source: SOURCE.to_owned(),
        groups: vec![Group {
            id: "018f-1".to_owned(),
            external_id: Some("0f-1".to_owned()),
            display_name: "CX Supervisors".to_owned(),
        }],
        settings: settings.to_owned(),
        ..native::Occasion::default()
    })
}

fn holds(when: &str) -> bool {
    let choice = choose(&format!(
        r#"{{"rules":[{{"when":{when},"template":"T"}}]}}"#
    ))
    .unwrap();
    choice.template.is_some()
}

#[test]
fn each_condition_holds_where_it_should() {
    for (when, expected) in [
        (r#"{"attribute":"title","equals":"team lead"}"#, true),
        (
            r#"{"attribute":"title","equals":"team lead","case_sensitive":true}"#,
            false,
        ),
        (r#"{"attribute":"title","in":["Clerk","TEAM LEAD"]}"#, true),
        (r#"{"attribute":"title","in":[]}"#, false),
        (r#"{"attribute":"title","contains":"M L"}"#, true),
        (r#"{"attribute":"title","starts_with":"team"}"#, true),
        (r#"{"attribute":"title","starts_with":"lead"}"#, false),
        (
            r#"{"attribute":"title","starts_with":"team","ends_with":"clerk"}"#,
            false,
        ),
        (
            r#"{"attribute":"emails[type eq \"work\"].value","ends_with":"@example.com"}"#,
            true,
        ),
        (r#"{"attribute":"userType","contains":""}"#, false),
        (r#"{"attribute":"nickName","contains":""}"#, false),
        (r#"{"department":"support north"}"#, true),
        (
            r#"{"department":["Sales","Support North"],"title":"Clerk"}"#,
            false,
        ),
        (r#"{"title":"Team Lead","group":"cx supervisors"}"#, true),
        (r#"{"group":["Others","0f-1"]}"#, true),
        (r#"{"group":"018f-1"}"#, true),
        (r#"{"group":"Others"}"#, false),
        (
            r#"[{"group":"0f-1"},{"attribute":"title","equals":"Clerk"}]"#,
            false,
        ),
        (
            r#"[{"group":"0f-1"},{"attribute":"title","contains":"lead"}]"#,
            true,
        ),
    ] {
        assert_eq!(holds(when), expected, "{when}");
    }
}

#[test]
fn the_first_rule_that_matches_wins_and_says_why_without_values() {
    let settings = r#"{"rules":[
        {"when":{"title":"Clerk"},"template":"Clerks"},
        {"when":{"department":"Support North","group":"0f-1"},"template":"Leads"},
        {"when":{"title":"Team Lead"},"template":"Others"}
    ],"default":"Everybody"}"#;
    assert_eq!(
        choose(settings).unwrap(),
        Choice::template("Leads", "rule 2: group and department")
    );
}

#[test]
fn without_a_match_the_default_or_none() {
    let rule = r#"{"when":{"title":"Clerk"},"template":"Clerks"}"#;
    let with = choose(&format!(r#"{{"rules":[{rule}],"default":"Everybody"}}"#)).unwrap();
    assert_eq!(with.template.as_deref(), Some("Everybody"));
    assert_eq!(
        choose(&format!(r#"{{"rules":[{rule}]}}"#))
            .unwrap()
            .template,
        None
    );
    assert_eq!(choose("{}").unwrap().template, None);
}

#[test]
fn mistakes_in_settings_are_named() {
    for (written, said) in [
        (
            r#"{"rule":[]}"#,
            "settings.rule: unknown field `rule`, expected `rules` or `default`",
        ),
        (
            r#"{"rules":[{"when":{"titel":"x"},"template":"T"}]}"#,
            "unknown field `titel`, expected one of `attribute`",
        ),
        (
            r#"{"rules":[{"when":{"title":"x"}}]}"#,
            "missing field `template`",
        ),
        (
            r#"{"rules":[{"when":{},"template":"T"}]}"#,
            "rule 1: a condition needs",
        ),
        (
            r#"{"rules":[{"when":[],"template":"T"}]}"#,
            "rule 1: `when` is empty",
        ),
        (
            r#"{"rules":[{"when":{"title":"x"},"template":""}]}"#,
            "rule 1: `template` is empty",
        ),
        (
            r#"{"rules":[{"when":{"attribute":"title"},"template":"T"}]}"#,
            "rule 1: `attribute` needs one of",
        ),
        (
            r#"{"rules":[{"when":{"equals":"x"},"template":"T"}]}"#,
            "rule 1: a comparison needs",
        ),
        (
            r#"{"rules":[{"when":{"attribute":"a b","equals":"x"},"template":"T"}]}"#,
            "rule 1: `a b` is not an attribute path",
        ),
    ] {
        let error = choose(written).unwrap_err().to_string();
        assert!(error.contains(said), "{written}: {error}");
    }
}

#[test]
fn the_schema_in_the_file_is_that_of_the_settings() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/settings.schema.json");
    assert_eq!(testing::schema_is_current::<TemplateChooser>(file), Ok(()));
}
