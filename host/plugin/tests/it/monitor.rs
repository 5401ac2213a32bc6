//! Plugins that are only watched: told, and nothing comes of it.

use bridge::port::plugins::{Ending, Plugins, Standing, Verdict};
use bridge::target::Attribute;
use plugin::{Chain, FailurePolicy, OnFailure, PluginMode, PluginSource};
use serde_json::{Value, json};

use crate::guest::{Guest, offset};
use crate::logged;
use crate::scene::{ada, engine, evaluation, facts, named, target};

fn enforced(name: &str, guest: &Guest, settings: Value) -> PluginSource {
    named(name, &guest.build(), settings)
}

fn watched(name: &str, guest: &Guest, settings: Value) -> PluginSource {
    PluginSource {
        mode: PluginMode::Monitor,
        // Whatever its policy says.
        on_failure: FailurePolicy::all(OnFailure::Reject),
        ..enforced(name, guest, settings)
    }
}

fn base() -> PluginSource {
    let settings =
        json!({"userName": "ada@example.com", "email": "ada@example.com", "role": "Agent"});
    enforced("base", &Guest::settings_mapper(), settings)
}

fn rule(body: impl Fn(&mut Guest) -> String) -> Guest {
    let mut guest = Guest::new();
    let body = body(&mut guest);
    guest.decide(&body)
}

fn chooser(template: Option<&str>) -> Guest {
    let mut guest = Guest::new();
    let body = guest.chooses(template);
    guest.choose(&body)
}

#[tokio::test]
async fn what_a_watched_mapper_would_change_is_told_and_thrown_away() {
    let engine = engine();
    let settings = json!({"userName": "ada@example.com", "email": "new@example.com", "role": "Agent", "team": "Blue"});
    let echo = Guest::new().forward(&Guest::echo(offset::FORWARD_DRAFT));
    let plugins = vec![
        base(),
        watched("candidate", &Guest::settings_mapper(), settings),
        enforced("echo", &echo, json!({})),
        watched("same", &echo, json!({})),
    ];
    let chain = Chain::load(&engine, plugins, facts("acme"));
    let done = chain.evaluate(evaluation()).await.expect("it answers");
    let expected = json!({"userName": "ada@example.com", "email": "ada@example.com", "role": "Agent", "active": true});
    assert_eq!(done.target, target(expected));
    let step = &done.steps[1];
    assert_eq!(
        (&*step.by, step.standing),
        ("candidate", Standing::Monitored)
    );
    assert_eq!(step.attributes(), [Attribute::Email, Attribute::Team]);
    let email = step.changed[0].after.as_deref();
    assert_eq!(
        email,
        Some("new@example.com"),
        "what it would be is for whoever explains"
    );
    assert_eq!(done.provenance()[&Attribute::Email], "base");
    assert_eq!(
        done.warnings,
        ["candidate (monitored) would change email, team"]
    );
}

#[tokio::test]
async fn what_a_watched_rule_would_say_is_told_without_the_person() {
    let engine = engine();
    for (test, guest, says, attributes) in [
        (
            "would-deny",
            rule(|guest| guest.denies(409, "", "ada@example.com is no agent")),
            "would deny (409): [hidden] is no agent",
            vec![],
        ),
        (
            "would-defer",
            rule(|guest| guest.defers("a group for ada@example.com")),
            "would defer: a group for [hidden]",
            vec![],
        ),
        (
            "would-amend",
            rule(|guest| {
                guest.amends(
                    br#"{"userName":"ada@example.com","email":"ada@example.com","role":"Lead"}"#,
                )
            }),
            "would change role",
            vec![Attribute::Role],
        ),
    ] {
        let chain = Chain::load(
            &engine,
            vec![base(), watched(test, &guest, json!({}))],
            facts("acme"),
        );
        let done = chain.evaluate(evaluation()).await.expect("it answers");
        assert_eq!(done.verdict, Verdict::Allow);
        assert_eq!(done.target.get(Attribute::Role), Some("Agent"));
        assert_eq!(done.warnings, [format!("{test} (monitored) {says}")]);
        let step = &done.steps[1];
        assert_eq!(
            (step.standing, step.attributes()),
            (Standing::Monitored, attributes)
        );
        let lines = logged::lines(test);
        let told = lines.iter().filter(|line| line.contains(says));
        assert_eq!(told.count(), 1, "{lines:#?}");
        assert!(!lines.concat().contains("ada@example.com"), "{lines:#?}");
    }
    let allows = watched(
        "allows",
        &rule(|guest| guest.allows(Some("odd name"))),
        json!({}),
    );
    let chain = Chain::load(&engine, vec![base(), allows], facts("acme"));
    let done = chain.evaluate(evaluation()).await.expect("it answers");
    assert_eq!(done.warnings, ["allows: odd name"]);
}

#[tokio::test]
async fn watched_ones_have_their_say_whatever_the_others_did() {
    let engine = engine();
    let denies = |detail: &'static str| rule(move |guest| guest.denies(400, "", detail));
    let plugins = vec![
        base(),
        watched("would-first", &chooser(Some("gold")), json!({})),
        enforced("chooses", &chooser(Some("gold")), json!({})),
        watched("would-none", &chooser(None), json!({})),
        watched("would-odd", &chooser(Some("platinum")), json!({})),
        watched("would", &denies("as before"), json!({})),
        enforced("does", &denies("for good"), json!({})),
        watched("would-too", &denies("as well"), json!({})),
    ];
    let chain = Chain::load(&engine, plugins, facts("acme"));
    let done = chain.evaluate(evaluation()).await.expect("it answers");
    let template = done.template.as_ref().map(|template| &*template.name);
    assert_eq!(template, Some("gold"));
    let Verdict::Deny(denial) = &done.verdict else {
        panic!("{:?}", done.verdict);
    };
    assert_eq!(denial.rule, "does");
    assert_eq!(
        done.warnings,
        [
            "would-first (monitored) would choose the template \"gold\"",
            "would-odd (monitored) would choose the template \"platinum\"",
            "would (monitored) would deny (400): as before",
            "would-too (monitored) would deny (400): as well",
        ]
    );
    let would = &done.steps[1];
    assert_eq!(
        (&*would.by, would.attributes()),
        ("would-first", vec![Attribute::Role, Attribute::Team])
    );
}

#[tokio::test]
async fn a_watched_chooser_alone_chooses_nothing() {
    let engine = engine();
    let plugins = vec![base(), watched("would", &chooser(Some("gold")), json!({}))];
    let chain = Chain::load(&engine, plugins, facts("acme"));
    let done = chain.evaluate(evaluation()).await.expect("it answers");
    assert_eq!(done.template, None);
    assert_eq!(done.target.get(Attribute::Team), None);
}

#[tokio::test]
async fn the_failure_of_a_watched_plugin_is_nobodys() {
    let engine = engine();
    let traps = "unreachable";
    let mapper = Guest::new().forward(traps).backward(traps);
    let chooser = Guest::new().choose(traps);
    let rules = Guest::new().decide(traps);
    let unreadable = PluginSource {
        component: Err("no such file".to_owned()),
        ..watched("absent", &mapper, json!({}))
    };
    let plugins = vec![
        watched("watched-mapper", &mapper, json!({})),
        base(),
        unreadable,
        watched("chooser", &chooser, json!({})),
        watched("rules", &rules, json!({})),
    ];
    let chain = Chain::load(&engine, plugins, facts("acme"));
    assert!(!chain.stopped());
    assert_eq!(chain.not_loaded()[0].ending, Ending::NotLoaded);
    let done = chain.evaluate(evaluation()).await.expect("it answers");
    assert_eq!(done.verdict, Verdict::Allow);
    assert_eq!(
        done.target.get(Attribute::UserName),
        Some("ada@example.com")
    );
    assert_eq!(
        done.warnings,
        [
            "absent (monitored) failed (not loaded)",
            "watched-mapper (monitored) failed (trap)",
            "chooser (monitored) failed (trap)",
            "rules (monitored) failed (trap)",
        ]
    );
    // Nor is it asked where nobody would see what it does.
    assert_eq!(chain.to_target(ada()).await.map(drop), Ok(()));
    assert_eq!(
        chain.to_source(target(json!({})), None).await.map(drop),
        Ok(())
    );
    let lines = logged::lines("watched-mapper");
    let called = lines
        .iter()
        .filter(|line| line.contains("plugin call failed"));
    assert_eq!(called.count(), 1, "{lines:#?}");
}
