//! What plugins are told beside the documents, and what they tell of themselves.

use bridge::group::Membership;
use bridge::name::GroupId;
use bridge::port::plugins::{Evaluation, Operation, Plugins, Verdict};
use bridge::target::Attribute;
use bridge::user::AppliedTemplate;
use plugin::{Chain, Engine};
use serde_json::{Value, json};

use crate::guest::{Guest, offset};
use crate::logged;
use crate::scene::{ada, chain, engine, evaluation, facts, named, target};

/// A mapper, a chooser and a rule that log what `instructions` say of them, under names of their own.
fn witnesses(engine: &Engine, test: &str, of: impl Fn(&str) -> String) -> Chain {
    let mapper = Guest::new().forward(&format!(
        "{} {}",
        of("mapper"),
        Guest::echo(offset::FORWARD_DRAFT)
    ));
    let mut chooser = Guest::new();
    let body = format!("{} {}", of("chooser"), chooser.chooses(None));
    let chooser = chooser.choose(&body);
    let mut rule = Guest::new();
    let body = format!("{} {}", of("rules"), rule.allows(None));
    let rule = rule.decide(&body);
    let [a, b, c] = ["mapper", "chooser", "rules"].map(|kind| format!("{test}-{kind}"));
    chain(
        engine,
        &[
            (&a, &mapper, json!({})),
            (&b, &chooser, json!({})),
            (&c, &rule, json!({})),
        ],
    )
}

fn said(test: &str, kind: &str) -> Vec<String> {
    let lines = logged::lines(&format!("{test}-{kind}"));
    lines
        .iter()
        .filter_map(|line| line.split_once(" plugin=").map(|_| line.clone()))
        .collect()
}

#[tokio::test]
async fn every_kind_sees_the_users_groups() {
    let engine = engine();
    let chain = witnesses(&engine, "groups", |kind| {
        Guest::logs_group(match kind {
            "mapper" => offset::FORWARD_GROUPS,
            _ => offset::OCCASION_GROUPS,
        })
    });
    let id = GroupId::new();
    let evaluation = Evaluation {
        groups: vec![Membership {
            id,
            external_id: Some("0f-1".to_owned()),
            display_name: "CX Süd".to_owned(),
        }],
        ..evaluation()
    };
    chain.evaluate(evaluation).await.expect("it answers");
    for kind in ["mapper", "chooser", "rules"] {
        let lines = said("groups", kind);
        assert_eq!(lines.len(), 3, "{lines:?}");
        for (line, part) in lines
            .iter()
            .zip([id.to_string().as_str(), "0f-1", "CX Süd"])
        {
            assert!(line.contains(part), "{kind}: {line}");
        }
    }
}

#[tokio::test]
async fn facts_are_the_default_role_and_what_cxone_last_accepted() {
    let engine = engine();
    let accepted = json!({"userName": "ada@example.com", "role": "Manager", "active": true});
    for (test, default_role, accepted, mapper, others) in [
        (
            "both",
            "Agent",
            Some(accepted),
            r#"{"defaultRole":"Agent","accepted":{"userName":"[hidden]","role":"Manager","active":true}}"#,
            r#"{"accepted":{"userName":"[hidden]","role":"Manager","active":true}}"#,
        ),
        (
            "newcomer",
            "Agent",
            None,
            r#"{"defaultRole":"Agent"}"#,
            "{}",
        ),
        ("nothing", "", None, "{}", "{}"),
    ] {
        let chain = witnesses(&engine, test, |kind| {
            Guest::logs_document(match kind {
                "mapper" => offset::FORWARD_FACTS,
                _ => offset::OCCASION_FACTS,
            })
        });
        let evaluation = Evaluation {
            default_role: default_role.to_owned(),
            accepted: accepted.map(target),
            ..evaluation()
        };
        chain.evaluate(evaluation).await.expect("it answers");
        for (kind, expected) in [("mapper", mapper), ("chooser", others), ("rules", others)] {
            let lines = said(test, kind);
            assert_eq!(lines.len(), 1, "{lines:?}");
            assert!(
                lines[0].contains(&format!(" {expected} ")),
                "{kind}: {}",
                lines[0]
            );
        }
    }
}

#[tokio::test]
async fn a_look_up_has_no_facts() {
    let engine = engine();
    let chain = witnesses(&engine, "look-up", |_| {
        Guest::logs_document(offset::FORWARD_FACTS)
    });
    chain.to_target(ada()).await.expect("it answers");
    let lines = said("look-up", "mapper");
    assert!(lines.len() == 1 && lines[0].contains(" {} "), "{lines:?}");
}

#[tokio::test]
async fn the_accepted_persons_values_are_hidden_from_the_log() {
    let engine = engine();
    let mut guest = Guest::new();
    let body = guest.logs(2, "was grace.hopper@example.org before");
    let body = format!("{body} {}", Guest::echo(offset::FORWARD_DRAFT));
    let chain = chain(&engine, &[("gossip", &guest.forward(&body), json!({}))]);
    let evaluation = Evaluation {
        accepted: Some(target(json!({"email": "grace.hopper@example.org"}))),
        ..evaluation()
    };
    chain.evaluate(evaluation).await.expect("it answers");
    let lines = logged::lines("gossip");
    assert!(lines[0].contains("was [hidden] before"), "{}", lines[0]);
}

#[tokio::test]
async fn on_a_re_evaluation_no_choice_leaves_the_template_that_was_applied() {
    let engine = engine();
    let chooser = |template: Option<&str>| {
        let mut guest = Guest::new();
        let body = guest.chooses(template);
        guest.choose(&body)
    };
    for (operation, choice, expected) in [
        (Operation::ReEvaluate, None, Some("bronze")),
        (Operation::ReEvaluate, Some("gold"), Some("gold")),
        (Operation::ReEvaluate, Some("platinum"), None),
        (Operation::Create, None, None),
        (Operation::Revive, None, None),
        (Operation::Revive, Some("gold"), Some("gold")),
    ] {
        let chain = chain(&engine, &[("chooser", &chooser(choice), json!({}))]);
        let evaluation = Evaluation {
            operation,
            template_due: true,
            applied: Some(AppliedTemplate {
                name: "bronze".to_owned(),
                values: target(json!({"team": "Bronze"})),
            }),
            ..evaluation()
        };
        let evaluated = chain.evaluate(evaluation).await.expect("it answers");
        let stands = evaluated.template.as_ref().map(|template| &*template.name);
        assert_eq!(stands, expected, "{operation:?} {choice:?}");
        let team = match stands {
            Some("bronze") => Some("Bronze"),
            Some(_) => Some("Gold"),
            None => None,
        };
        assert_eq!(evaluated.target.get(Attribute::Team), team);
        let denied = matches!(evaluated.verdict, Verdict::Deny(_));
        assert_eq!(denied, choice == Some("platinum"));
    }
}

fn describing(takes: &Value) -> Guest {
    let about = json!({"name": "guest", "version": "1.0.0", "takes": takes, "settings": {}});
    Guest::settings_mapper().describes(&about.to_string())
}

#[test]
fn a_chain_takes_what_its_mappers_say_and_what_settings_name() {
    let engine = engine();
    let one = describing(&json!(["userName", "emails[type eq \"work\"].value"]));
    let other = describing(&json!(["userName", "urn:example:a:1.0:x"]));
    let mut rule = Guest::new();
    let body = rule.allows(None);
    let said = json!({"name": "rule", "version": "1.0.0", "takes": ["title"], "settings": {}});
    let rule = rule.decide(&body).describes(&said.to_string());
    let chain = chain(
        &engine,
        &[
            (
                "one",
                &one,
                json!({"attributes": {"team": "urn:example:b:1.0:y"}}),
            ),
            ("other", &other, Value::Null),
            (
                "rule",
                &rule,
                json!({"rules": [{"attribute": "urn:example:a:1.0:x"}, "title"]}),
            ),
        ],
    );
    let expected = [
        "emails[type eq \"work\"].value",
        "urn:example:a:1.0:x",
        "urn:example:b:1.0:y",
        "userName",
    ];
    assert_eq!(chain.takes(), expected);
}

#[test]
fn takes_that_are_no_list_of_paths_are_refused() {
    let engine = engine();
    for (takes, good) in [
        (json!(null), true),
        (json!([]), true),
        (json!("userName"), false),
        (json!([7]), false),
        (json!([""]), false),
        (json!(["a\nb"]), false),
        (json!(["x".repeat(201)]), false),
        (json!(vec!["x"; 501]), false),
    ] {
        let guest = describing(&takes);
        let plugins = vec![named("describing", &guest.build(), json!({}))];
        let chain = Chain::load(&engine, plugins, facts("acme"));
        assert_eq!(chain.not_loaded().is_empty(), good, "{takes}");
        assert_eq!(chain.takes(), Vec::<String>::new());
    }
}
