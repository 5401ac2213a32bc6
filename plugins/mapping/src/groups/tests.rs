use jackfield_sdk::{Document, Group};

use super::*;

const RULES: &str = r#"[
    {"group":["CX Supervisors","CX Leads"],"role":"Manager","team":"Leads"},
    {"group":"0f-2","role":"Agent"},
    {"group":"018f-3","team":"Blue"}
]"#;

fn groups(names: &[(&str, &str, &str)]) -> Groups {
    names
        .iter()
        .map(|(id, external_id, name)| Group {
            id: (*id).to_owned(),
            external_id: Some((*external_id).to_owned()),
            display_name: (*name).to_owned(),
        })
        .collect()
}

fn by_group(rules: &str, no_group: NoGroup, fallback: &str) -> ByGroup {
    ByGroup {
        rules: serde_json::from_str(rules).unwrap(),
        no_group,
        fallback: serde_json::from_str(fallback).unwrap(),
    }
}

fn given(by_group: &ByGroup, groups: &Groups, facts: &str) -> String {
    let target = Target::parse(r#"{"userName":"ada@example.com","active":true}"#.to_owned());
    let facts = Lazy::new(facts.to_owned());
    let given = by_group.apply(groups, &facts, target.unwrap()).unwrap();
    given
        .to_json()
        .replace(r#""userName":"ada@example.com","#, "")
}

const FACTS: &str =
    r#"{"defaultRole":"Trainee","accepted":{"role":"Evaluator","team":"Red","active":true}}"#;

#[test]
fn a_group_is_meant_by_name_external_id_or_id() {
    let by_group = by_group(RULES, NoGroup::Default, "{}");
    for (id, external_id, name, expected) in [
        (
            "1",
            "x",
            "cx SUPERVISORS",
            r#"{"role":"Manager","team":"Leads","active":true}"#,
        ),
        (
            "1",
            "x",
            "CX Leads",
            r#"{"role":"Manager","team":"Leads","active":true}"#,
        ),
        ("1", "0f-2", "x", r#"{"role":"Agent","active":true}"#),
        (
            "018f-3",
            "x",
            "x",
            r#"{"role":"Trainee","team":"Blue","active":true}"#,
        ),
        ("1", "0F-2", "x", r#"{"role":"Trainee","active":true}"#),
        ("018F-3", "x", "x", r#"{"role":"Trainee","active":true}"#),
    ] {
        let groups = groups(&[(id, external_id, name)]);
        assert_eq!(
            given(&by_group, &groups, FACTS),
            expected,
            "{id} {external_id} {name}"
        );
    }
}

#[test]
fn the_first_rule_in_order_wins_as_a_whole() {
    let member = groups(&[("018f-3", "0f-2", "x"), ("1", "x", "CX Leads")]);
    let ordered = by_group(RULES, NoGroup::Default, "{}");
    assert_eq!(
        given(&ordered, &member, FACTS),
        r#"{"role":"Manager","team":"Leads","active":true}"#
    );
    // The rule for 0f-2 names no team: neither the next rule nor what CXone holds gives one.
    let member = groups(&[("018f-3", "0f-2", "x")]);
    assert_eq!(
        given(&ordered, &member, FACTS),
        r#"{"role":"Agent","active":true}"#
    );
    let with_default = by_group(RULES, NoGroup::Keep, r#"{"team":"Lobby"}"#);
    assert_eq!(
        given(&with_default, &member, FACTS),
        r#"{"role":"Agent","team":"Lobby","active":true}"#
    );
}

#[test]
fn a_user_in_none_of_them_gets_what_no_group_says() {
    let nobody = groups(&[("9", "9", "Everybody")]);
    for (no_group, fallback, facts, expected) in [
        (
            NoGroup::Default,
            "{}",
            FACTS,
            r#"{"role":"Trainee","active":true}"#,
        ),
        (NoGroup::Default, "{}", "{}", r#"{"active":true}"#),
        (
            NoGroup::Default,
            r#"{"role":"Guest","team":"Lobby"}"#,
            FACTS,
            r#"{"role":"Guest","team":"Lobby","active":true}"#,
        ),
        (
            NoGroup::Keep,
            r#"{"role":"Guest"}"#,
            FACTS,
            r#"{"role":"Evaluator","team":"Red","active":true}"#,
        ),
        (
            NoGroup::Keep,
            "{}",
            r#"{"defaultRole":"Trainee"}"#,
            r#"{"active":true}"#,
        ),
        (
            NoGroup::Deactivate,
            r#"{"role":"Guest"}"#,
            FACTS,
            r#"{"active":false}"#,
        ),
    ] {
        let by_group = by_group(RULES, no_group, fallback);
        assert_eq!(
            given(&by_group, &nobody, facts),
            expected,
            "{no_group:?} {fallback} {facts}"
        );
    }
}

#[test]
fn what_no_rule_names_is_not_theirs() {
    let roles = by_group(r#"[{"group":"A","role":"Agent"}]"#, NoGroup::Keep, "{}");
    assert!(roles.decides(Attribute::Role) && !roles.decides(Attribute::Team));
    assert!(!roles.decides(Attribute::UserName));
    assert_eq!(
        given(&roles, &Groups::default(), FACTS),
        r#"{"role":"Evaluator","active":true}"#
    );
    let by_default = by_group(
        r#"[{"group":"A","role":"Agent"}]"#,
        NoGroup::Default,
        r#"{"team":"T"}"#,
    );
    assert!(by_default.decides(Attribute::Team));
}

#[test]
fn without_rules_nothing_of_it_applies() {
    for no_group in [NoGroup::Default, NoGroup::Keep, NoGroup::Deactivate] {
        let none = by_group("[]", no_group, r#"{"role":"Guest","team":"Lobby"}"#);
        assert!(!none.decides(Attribute::Role) && !none.deactivates());
        assert_eq!(
            given(&none, &Groups::default(), FACTS),
            r#"{"active":true}"#
        );
    }
}

#[test]
fn facts_that_are_none_are_an_error() {
    let keep = by_group(RULES, NoGroup::Keep, "{}");
    let facts = Lazy::new(r#"{"accepted":7}"#.to_owned());
    assert!(
        keep.apply(&Groups::default(), &facts, Target::new())
            .is_err()
    );
}
