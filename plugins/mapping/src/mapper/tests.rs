use jackfield_sdk::{Code, Group, native, settings, testing};
use serde_json::Value;

use super::*;

/// The standard table as a mapper.
#[derive(Debug)]
struct Standard;

impl Mapped for Standard {
    fn table() -> Table {
        Table::standard()
    }
}

crate::mapper!(Standard);
crate::laws!(Standard);

fn map(source: &str, settings: &str, groups: &[&str]) -> Result<String, Error> {
    native::to_target::<Standard>(native::Forward {
        source: source.to_owned(),
        settings: settings.to_owned(),
        groups: groups
            .iter()
            .map(|name| Group {
                id: "1".to_owned(),
                external_id: None,
                display_name: (*name).to_owned(),
            })
            .collect(),
        facts: r#"{"defaultRole":"Agent"}"#.to_owned(),
        ..native::Forward::default()
    })
}

fn back(target: &str, source: &str, settings: &str) -> String {
    let made = native::to_source::<Standard>(native::Backward {
        target: target.to_owned(),
        remembered: (source != "{}").then(|| source.to_owned()),
        settings: settings.to_owned(),
        ..native::Backward::default()
    });
    made.unwrap()
}

#[test]
fn what_groups_decide_no_row_decides() {
    let source = r#"{"roles":[{"value":"Administrator"}],"urn:ietf:params:scim:schemas:extension:nice:2.0:User":{"team":"Gold"}}"#;
    let roles = r#"{"groups":[{"group":"CX Supervisors","role":"Manager"}]}"#;
    for (settings, groups, expected) in [
        ("{}", &[][..], r#"{"role":"Administrator","team":"Gold"}"#),
        (
            roles,
            &["CX Supervisors"],
            r#"{"role":"Manager","team":"Gold"}"#,
        ),
        (roles, &[], r#"{"role":"Agent","team":"Gold"}"#),
        (
            r#"{"groups":[{"group":"CX Supervisors","team":"Leads"}]}"#,
            &[],
            r#"{"role":"Administrator"}"#,
        ),
    ] {
        assert_eq!(
            map(source, settings, groups).unwrap(),
            expected,
            "{settings} {groups:?}"
        );
    }
}

#[test]
fn backwards_what_groups_decide_is_left() {
    let roles = r#"{"groups":[{"group":"A","role":"Manager"}]}"#;
    assert_eq!(
        back(r#"{"role":"Manager","userType":"T"}"#, "{}", roles),
        r#"{"userType":"T"}"#
    );
}

#[test]
fn inactive_for_want_of_a_group_is_not_the_sources_word() {
    let settings = r#"{"groups":[{"group":"A","role":"Manager"}],"no_group":"deactivate"}"#;
    let active = r#"{"active":true}"#;
    assert_eq!(map(active, settings, &[]).unwrap(), r#"{"active":false}"#);
    assert_eq!(back(r#"{"active":false}"#, active, settings), active);
    // Somebody whom the identity provider never wrote is shown as CXone has them.
    assert_eq!(
        back(r#"{"active":false}"#, "{}", settings),
        r#"{"active":false}"#
    );
    assert_eq!(
        back(r#"{"active":true}"#, r#"{"active":false}"#, settings),
        active
    );
    assert_eq!(
        back(r#"{"active":false}"#, active, "{}"),
        r#"{"active":false}"#
    );
}

#[test]
fn mistakes_in_settings_are_named_with_their_place() {
    for (written, said) in [
        (
            r#"{"atributes":{}}"#,
            "settings.atributes: unknown field `atributes`, expected one of `attributes`, `groups`, `no_group`, `default`",
        ),
        (
            r#"{"attributes":{"mail":"x"}}"#,
            "settings.attributes.mail: unknown target attribute `mail`, expected one of `userName`, ",
        ),
        (
            r#"{"attributes":{"role":{"frm":"x"}}}"#,
            "settings.attributes.role.frm: unknown field `frm`, expected one of `from`, ",
        ),
        (
            r#"{"attributes":{"role":"a b"}}"#,
            "settings.attributes.role: `a b` is not an attribute path",
        ),
        (
            r#"{"groups":[{"group":"A","role":"R"},{"name":"B"}]}"#,
            "settings.groups[1].name: unknown field `name`, expected one of `group`, `role`, `team`",
        ),
        (
            r#"{"groups":[{"group":"A"}]}"#,
            "settings: groups: rule 1: it gives neither `role` nor `team`",
        ),
        (
            r#"{"groups":[{"group":[],"role":"R"}]}"#,
            "settings: groups: rule 1: `group` is empty",
        ),
        (
            r#"{"no_group":"remove"}"#,
            "settings.no_group: unknown variant `remove`, expected one of `default`, `keep`, `deactivate`",
        ),
        (
            r#"{"default":{"active":false}}"#,
            "settings.default.active: unknown field `active`, expected `role` or `team`",
        ),
    ] {
        let error = map("{}", written, &[]).unwrap_err();
        assert_eq!(error.code(), Code::Settings);
        assert!(error.message().starts_with(said), "{}", error.message());
    }
}

#[test]
fn it_describes_itself_with_what_it_takes_and_the_schema_of_its_settings() {
    let about: Value = serde_json::from_str(&settings::describe::<Standard>()).unwrap();
    assert_eq!(about["name"], "mapping");
    assert_eq!(about["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(about["settings"]["additionalProperties"], false);
    let expected: Vec<_> = Table::standard()
        .paths()
        .into_iter()
        .map(Value::from)
        .collect();
    assert_eq!(about["takes"].as_array(), Some(&expected));
}

#[test]
fn the_schema_in_the_file_is_that_of_the_settings() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/settings.schema.json");
    assert_eq!(testing::schema_is_current::<Standard>(file), Ok(()));
}
