//! What a chain makes of its plugins' answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use bridge::port::plugins::{Denial, Ending, Plugins, Verdict};
use bridge::target::Attribute;
use bridge::template::Template;
use bridge::user::AppliedTemplate;
use serde_json::json;

use crate::guest::{Guest, offset};
use crate::scene::{ada, chain, engine, evaluation, source, target};

fn chooser(template: Option<&str>) -> Guest {
    let mut guest = Guest::new();
    let body = guest.chooses(template);
    guest.choose(&body)
}

fn rule(body: impl Fn(&mut Guest) -> String) -> Guest {
    let mut guest = Guest::new();
    let body = body(&mut guest);
    guest.decide(&body)
}

#[tokio::test]
async fn mappers_run_in_order_and_the_host_knows_who_set_what() {
    let engine = engine();
    let mapper = Guest::settings_mapper();
    let chain = chain(
        &engine,
        &[
            (
                "one",
                &mapper,
                json!({"userName": "ada", "email": "ada@example.com", "role": "Agent"}),
            ),
            (
                "two",
                &mapper,
                json!({"userName": "ada", "email": "ada@example.org", "team": "Blue"}),
            ),
            (
                "three",
                &Guest::new().forward(&Guest::echo(offset::FORWARD_DRAFT)),
                json!({}),
            ),
        ],
    );
    let evaluated = chain.evaluate(evaluation()).await.expect("it answers");
    let expected =
        json!({"userName": "ada", "email": "ada@example.org", "team": "Blue", "active": true});
    assert_eq!(evaluated.target, target(expected));
    let steps: Vec<(&str, Vec<Attribute>)> = evaluated
        .steps
        .iter()
        .map(|step| (step.by.as_str(), step.attributes()))
        .collect();
    assert_eq!(
        steps,
        [
            (
                "one",
                vec![Attribute::UserName, Attribute::Email, Attribute::Role]
            ),
            (
                "two",
                vec![Attribute::Email, Attribute::Role, Attribute::Team]
            ),
            ("three", vec![]),
        ]
    );
    assert_eq!(evaluated.provenance()[&Attribute::Email], "two");
    assert_eq!(evaluated.verdict, Verdict::Allow);
}

#[tokio::test]
async fn a_mapper_is_given_the_source_as_it_stands() {
    let engine = engine();
    let guest = Guest::new().forward(&Guest::echo(offset::FORWARD_SOURCE));
    let chain = chain(&engine, &[("echo", &guest, json!({}))]);
    let mut evaluation = evaluation();
    evaluation.source = source(json!({"userName": "zoë\u{0}@example.com"}));
    let evaluated = chain.evaluate(evaluation).await.expect("it answers");
    assert_eq!(
        evaluated.target.get(Attribute::UserName),
        Some("zoë\u{0}@example.com")
    );
}

#[tokio::test]
async fn a_plugin_may_deactivate_and_never_activate() {
    let engine = engine();
    for (says, mapped, active) in [
        (json!(true), json!({}), true),
        (json!(true), json!({"active": true}), true),
        (json!(true), json!({"active": false}), false),
        (json!(false), json!({"active": true}), false),
        (json!(false), json!({}), false),
    ] {
        let chain = chain(
            &engine,
            &[("mapper", &Guest::settings_mapper(), mapped.clone())],
        );
        let mut evaluation = evaluation();
        evaluation.source = source(json!({"userName": "ada", "active": says}));
        let source = evaluation.source.clone();
        let evaluated = chain.evaluate(evaluation).await.expect("it answers");
        assert_eq!(evaluated.target.active, Some(active), "{says} {mapped}");
        let looked_up = chain.to_target(source).await.expect("it answers");
        assert_eq!(looked_up.active, Some(active), "{says} {mapped}");
    }
}

#[tokio::test]
async fn the_first_chooser_that_names_a_template_decides() {
    let engine = engine();
    let mapper = Guest::settings_mapper();
    let plugins = [
        (
            "map",
            &mapper,
            json!({"role": "Agent", "email": "ada@example.com"}),
        ),
        ("shy", &chooser(None), json!({})),
        ("bold", &chooser(Some("gold")), json!({})),
        ("late", &chooser(Some("silver")), json!({})),
    ];
    let evaluated = chain(&engine, &plugins)
        .evaluate(evaluation())
        .await
        .expect("it answers");
    let template = evaluated.template.clone().expect("a template");
    assert_eq!(template.name, "gold");
    assert_eq!(
        template.values,
        target(json!({"role": "Supervisor", "team": "Gold"}))
    );
    let expected =
        json!({"role": "Supervisor", "team": "Gold", "email": "ada@example.com", "active": true});
    assert_eq!(evaluated.target, target(expected));
    let by: Vec<&str> = evaluated
        .steps
        .iter()
        .map(|step| step.by.as_str())
        .collect();
    assert_eq!(by, ["map", "shy", "bold", "template gold"]);
    assert_eq!(evaluated.provenance()[&Attribute::Role], "template gold");
}

#[tokio::test]
async fn what_a_template_clears_stays_cleared_unless_a_rule_sets_it() {
    let engine = engine();
    let amends = rule(|guest| guest.amends(b"{\"role\":\"Trainee\"}"));
    let plugins = [
        (
            "map",
            &Guest::settings_mapper(),
            json!({"role": "Agent", "displayName": "Ada"}),
        ),
        ("bold", &chooser(Some("bare")), json!({})),
        ("amends", &amends, json!({})),
    ];
    let mut values = target(json!({"team": "Gold"}));
    values.clear(Attribute::DisplayName);
    values.clear(Attribute::Role);
    let mut evaluation = evaluation();
    let template = Template {
        values,
        in_cxone: false,
    };
    evaluation.templates = Arc::new(BTreeMap::from([("bare".to_owned(), template)]));
    let evaluated = chain(&engine, &plugins)
        .evaluate(evaluation)
        .await
        .expect("a decision");
    let set = [Attribute::Role, Attribute::Team, Attribute::DisplayName];
    assert!(
        set.iter()
            .all(|it| evaluated.steps[2].attributes().contains(it))
    );
    assert_eq!(evaluated.target.get(Attribute::Role), Some("Trainee"));
    let cleared: Vec<Attribute> = evaluated.target.cleared.into_iter().collect();
    assert_eq!(cleared, [Attribute::DisplayName]);
}

#[tokio::test]
async fn an_unknown_template_is_refused_with_the_fix() {
    let engine = engine();
    let chain = chain(
        &engine,
        &[
            ("bold", &chooser(Some("platinum")), json!({})),
            ("never", &rule(|_| "unreachable".to_owned()), json!({})),
        ],
    );
    let evaluated = chain.evaluate(evaluation()).await.expect("a decision");
    let Verdict::Deny(denial) = evaluated.verdict else {
        panic!("{:?}", evaluated.verdict);
    };
    assert_eq!((denial.rule.as_str(), denial.status), ("bold", 400));
    assert!(denial.detail.contains("\"platinum\""), "{}", denial.detail);
    assert!(denial.fix.contains("known: gold"), "{}", denial.fix);
    assert_eq!(evaluated.template, None);
}

#[tokio::test]
async fn a_template_that_was_applied_stands_when_none_is_due() {
    let engine = engine();
    let chain = chain(&engine, &[("bold", &chooser(Some("gold")), json!({}))]);
    let mut evaluation = evaluation();
    evaluation.template_due = false;
    let applied = AppliedTemplate {
        name: "bronze".to_owned(),
        values: target(json!({"team": "Bronze"})),
    };
    evaluation.applied = Some(applied.clone());
    let evaluated = chain
        .evaluate(evaluation.clone())
        .await
        .expect("it answers");
    assert_eq!(evaluated.template, Some(applied));
    assert_eq!(evaluated.target.get(Attribute::Team), Some("Bronze"));
    evaluation.applied = None;
    let evaluated = chain.evaluate(evaluation).await.expect("it answers");
    assert_eq!((evaluated.template, evaluated.steps), (None, Vec::new()));
}

#[tokio::test]
async fn the_first_denial_ends_the_rules_also_after_a_deferral() {
    let engine = engine();
    let waits = rule(|guest| guest.defers("a group"));
    let denies = rule(|guest| guest.denies(409, "invalidValue", "the role Agent is not active"));
    let never = rule(|_| "unreachable".to_owned());
    let evaluated = chain(
        &engine,
        &[
            ("waits", &waits, json!({})),
            ("roles", &denies, json!({})),
            ("never", &never, json!({})),
        ],
    )
    .evaluate(evaluation())
    .await
    .expect("a decision");
    let denial = Denial {
        rule: "roles".to_owned(),
        status: 409,
        scim_type: Some("invalidValue".to_owned()),
        detail: "the role Agent is not active".to_owned(),
        attribute: Some("role".to_owned()),
        fix: "activate it".to_owned(),
    };
    assert_eq!(evaluated.verdict, Verdict::Deny(denial));
    assert_eq!(evaluated.steps.len(), 2);
}

#[tokio::test]
async fn a_deferral_is_kept_while_the_rest_run() {
    let engine = engine();
    let waits = |what: &'static str| rule(move |guest| guest.defers(what));
    let allows = rule(|guest| guest.allows(Some("odd\nname for ada@example.com")));
    let evaluated = chain(
        &engine,
        &[
            ("first", &waits("a group"), json!({})),
            ("allows", &allows, json!({})),
            ("second", &waits("a team"), json!({})),
        ],
    )
    .evaluate(evaluation())
    .await
    .expect("a decision");
    assert_eq!(
        evaluated.verdict,
        Verdict::Defer("first: a group".to_owned())
    );
    assert_eq!(evaluated.warnings, ["allows: odd\\nname for [hidden]"]);
}

#[tokio::test]
async fn a_rule_that_fails_is_no_denial() {
    let engine = engine();
    let breaks = rule(|_| "unreachable".to_owned());
    let failure = chain(&engine, &[("breaks", &breaks, json!({}))])
        .evaluate(evaluation())
        .await
        .expect_err("a trap");
    assert_eq!(
        (failure.plugin.as_str(), failure.ending),
        ("breaks", Ending::Trap)
    );
}

#[tokio::test]
async fn a_denial_is_made_fit_for_the_wire() {
    let engine = engine();
    for (status, sent) in [(400, 400), (499, 499), (500, 403), (200, 403), (0, 403)] {
        let denies = rule(|guest| guest.denies(status, "made-up", &"no\r\n".repeat(1_000)));
        let evaluated = chain(&engine, &[("rule", &denies, json!({}))])
            .evaluate(evaluation())
            .await
            .expect("a decision");
        let Verdict::Deny(denial) = evaluated.verdict else {
            panic!("{:?}", evaluated.verdict);
        };
        assert_eq!(denial.status, sent);
        assert_eq!(denial.scim_type, None);
        assert!(denial.detail.len() <= 1_000 && !denial.detail.contains(['\r', '\n']));
    }
}

#[tokio::test]
async fn an_amendment_is_the_next_rules_target_and_never_activates() {
    let engine = engine();
    let amends = rule(|guest| guest.amends(b"{\"role\":\"Trainee\",\"active\":true}"));
    let echo = {
        // Answers the target that it was shown as its own amendment.
        let body = format!(
            "(i32.store (i32.const 512) (i32.const 0)) (i32.store (i32.const 516) (i32.const 1))
             (i32.store (i32.const 520) (i32.load (i32.add (local.get $in) (i32.const {target}))))
             (i32.store (i32.const 524) (i32.load (i32.add (local.get $in) (i32.const {length}))))
             (i32.store (i32.const 564) (i32.const 0)) (i32.store (i32.const 568) (i32.const 0))
             (i32.const 512)",
            target = offset::OCCASION_TARGET,
            length = offset::OCCASION_TARGET + 4,
        );
        Guest::new().decide(&body)
    };
    let plugins = [
        (
            "map",
            &Guest::settings_mapper(),
            json!({"role": "Agent", "team": "Blue", "active": false}),
        ),
        ("amends", &amends, json!({})),
        ("echo", &echo, json!({})),
    ];
    let evaluated = chain(&engine, &plugins)
        .evaluate(evaluation())
        .await
        .expect("a decision");
    assert_eq!(
        evaluated.target,
        target(json!({"role": "Trainee", "active": true}))
    );
    assert_eq!(
        evaluated.steps[1].attributes(),
        [Attribute::Role, Attribute::Team]
    );
    assert_eq!(evaluated.steps[2].changed, []);
    let mut inactive = evaluation();
    inactive.source = source(json!({"userName": "ada", "active": false}));
    let evaluated = chain(&engine, &plugins)
        .evaluate(inactive)
        .await
        .expect("a decision");
    assert_eq!(evaluated.target.active, Some(false));
}

#[tokio::test]
async fn a_rule_sees_the_directory() {
    let engine = engine();
    let rule = rule(|guest| {
        let (name, length) = guest.bytes(b"agent");
        let allows = guest.allows(None);
        let denies = guest.denies(403, "", "no such role");
        format!(
            "(call $find_role (i32.const {name}) (i32.const {length}) (i32.const 256))
             (if (result i32) (i32.load8_u (i32.const 256)) (then {allows}) (else {denies}))"
        )
    });
    let chain = chain(&engine, &[("roles", &rule, json!({}))]);
    let evaluated = chain.evaluate(evaluation()).await.expect("a decision");
    assert_eq!(evaluated.verdict, Verdict::Allow);
    let mut without = evaluation();
    without.directory = Arc::default();
    let evaluated = chain.evaluate(without).await.expect("a decision");
    assert!(
        matches!(evaluated.verdict, Verdict::Deny(_)),
        "{:?}",
        evaluated.verdict
    );
}

#[tokio::test]
async fn one_component_may_be_of_every_kind() {
    let engine = engine();
    let mut guest = Guest::new();
    let chooses = guest.chooses(Some("gold"));
    let denies = guest.denies(400, "invalidValue", "no");
    let guest = guest
        .forward(&Guest::echo(offset::FORWARD_SETTINGS))
        .choose(&chooses)
        .decide(&denies);
    let chain = chain(
        &engine,
        &[("all", &guest, json!({"email": "ada@example.com"}))],
    );
    let evaluated = chain.evaluate(evaluation()).await.expect("a decision");
    let by: Vec<&str> = evaluated
        .steps
        .iter()
        .map(|step| step.by.as_str())
        .collect();
    assert_eq!(by, ["all", "all", "template gold", "all"]);
    assert!(matches!(evaluated.verdict, Verdict::Deny(_)));
}

#[tokio::test]
async fn mappers_run_backward_from_the_last() {
    let engine = engine();
    let mapper = Guest::settings_mapper();
    let echo = Guest::new().backward(&Guest::echo(offset::BACKWARD_DRAFT));
    let chained = chain(
        &engine,
        &[
            ("first", &echo, json!({})),
            ("last", &mapper, json!({"userName": "from last"})),
        ],
    );
    let shown = target(json!({"userName": "ada"}));
    let found = chained
        .to_source(shown.clone(), Some(ada()))
        .await
        .expect("it answers");
    assert_eq!(found.user_name(), "from last");
    let both = chain(
        &engine,
        &[
            ("first", &mapper, json!({"userName": "from first"})),
            ("last", &mapper, json!({"userName": "from last"})),
        ],
    );
    let found = both
        .to_source(shown.clone(), None)
        .await
        .expect("it answers");
    assert_eq!(found.user_name(), "from first");
    let alone = chain(&engine, &[("echo", &echo, json!({}))]);
    assert_eq!(alone.to_source(shown.clone(), Some(ada())).await, Ok(ada()));
    assert_eq!(alone.to_source(shown, None).await, Ok(source(json!({}))));
    let wrong = chain(&engine, &[("wrong", &mapper, json!([]))]);
    let failure = wrong
        .to_source(target(json!({})), None)
        .await
        .expect_err("no object");
    assert_eq!(failure.ending, Ending::Error);
}

#[tokio::test]
async fn a_chain_of_no_plugins_still_answers() {
    let engine = engine();
    let chain = chain(&engine, &[]);
    let evaluated = chain.evaluate(evaluation()).await.expect("it answers");
    assert_eq!(evaluated.target, target(json!({"active": true})));
    assert_eq!(evaluated.verdict, Verdict::Allow);
}

#[tokio::test]
async fn equal_input_gives_equal_answers() {
    let engine = engine();
    let mapper = Guest::settings_mapper();
    let settings = json!({"role": "Agent", "email": "ada@example.com"});
    let chain = chain(
        &engine,
        &[
            ("map", &mapper, settings),
            ("choose", &chooser(Some("gold")), json!({})),
        ],
    );
    let once = chain.evaluate(evaluation()).await.expect("it answers");
    assert_eq!(chain.evaluate(evaluation()).await, Ok(once));
}
