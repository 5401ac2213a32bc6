//! What becomes of a write when a plugin fails: rejected, passed by or owed, by plugin and ending.

use bridge::port::plugins::{
    Denial, Ending, Evaluated, Evaluation, PluginFailure, Plugins, Standing, Verdict,
};
use bridge::target::Attribute;
use plugin::{
    Chain, Engine, EngineSettings, FailurePolicy, Limits, OnFailure, PluginMode, PluginSource,
    PoolSize,
};
use serde_json::{Value, json};

use crate::guest::{Guest, offset};
use crate::scene::{engine, engine_with, evaluation, facts, named, source, target};

const LOOP: &str = "(loop $again (br $again)) unreachable";

pub(crate) fn plugin(name: &str, guest: &Guest, settings: Value) -> PluginSource {
    named(name, &guest.build(), settings)
}

/// A mapper that sets what a new user needs.
pub(crate) fn base() -> PluginSource {
    let settings = json!({
        "userName": "ada@example.com", "givenName": "Ada", "familyName": "Lovelace", "email": "ada@example.com",
    });
    plugin("base", &Guest::settings_mapper(), settings)
}

fn rule(name: &str, body: impl Fn(&mut Guest) -> String) -> PluginSource {
    let mut guest = Guest::new();
    let body = body(&mut guest);
    plugin(name, &guest.decide(&body), json!({}))
}

pub(crate) fn denies() -> PluginSource {
    rule("denies", |guest| {
        guest.denies(400, "invalidValue", "not in this tenant")
    })
}

/// A plugin whose component nobody could read: what it is is not known.
pub(crate) fn unreadable(name: &str) -> PluginSource {
    PluginSource {
        component: Err("no such file".to_owned()),
        ..named(name, b"", Value::Null)
    }
}

/// A rules plugin that is known to be one, and whose settings are wrong.
pub(crate) fn unset(name: &str) -> PluginSource {
    let mut guest = Guest::new();
    let body = guest.denies(400, "", "never");
    let about = json!({"name": "guest", "version": "1.0.0", "settings": {"required": ["domain"]}});
    plugin(
        name,
        &guest.decide(&body).describes(&about.to_string()),
        json!({}),
    )
}

/// A mapper that ends so.
pub(crate) fn ends(name: &str, ending: Ending) -> PluginSource {
    let mut guest = Guest::new();
    let body = match ending {
        Ending::NotLoaded => return unreadable(name),
        Ending::Error => guest.answers_error("internal", "no mood"),
        Ending::Limit => LOOP.to_owned(),
        Ending::Trap | Ending::Busy => "unreachable".to_owned(),
    };
    plugin(name, &guest.forward(&body).backward(&body), json!({}))
}

pub(crate) fn on(on_failure: OnFailure, plugin: PluginSource) -> PluginSource {
    PluginSource {
        on_failure: FailurePolicy::all(on_failure),
        ..plugin
    }
}

pub(crate) async fn evaluated(
    engine: &Engine,
    plugins: Vec<PluginSource>,
    evaluation: Evaluation,
) -> Result<Evaluated, PluginFailure> {
    let chain = Chain::load(engine, plugins, facts("acme"));
    chain.evaluate(evaluation).await
}

fn failed(evaluated: &Evaluated) -> Vec<(&str, Ending)> {
    let failed = evaluated
        .steps
        .iter()
        .filter_map(|step| match step.standing {
            Standing::Failed(ending) => Some((step.by.as_str(), ending)),
            Standing::Applied | Standing::Monitored => None,
        });
    failed.collect()
}

#[tokio::test]
async fn each_ending_has_a_policy_of_its_own() {
    let engine = engine();
    let endings = [
        Ending::NotLoaded,
        Ending::Error,
        Ending::Trap,
        Ending::Limit,
    ];
    for ending in endings {
        for others in endings {
            for becomes in [OnFailure::Reject, OnFailure::Pass, OnFailure::Owe] {
                let mut policy = FailurePolicy::default();
                match others {
                    Ending::NotLoaded => policy.not_loaded = becomes,
                    Ending::Error => policy.error = becomes,
                    Ending::Trap => policy.trap = becomes,
                    Ending::Limit | Ending::Busy => policy.limit = becomes,
                }
                let plugin = PluginSource {
                    on_failure: policy,
                    ..ends("ill", ending)
                };
                let done = evaluated(&engine, vec![base(), plugin], evaluation()).await;
                let expected = if others == ending {
                    becomes
                } else {
                    OnFailure::Reject
                };
                match (done, expected) {
                    (Ok(evaluated), OnFailure::Pass) => {
                        assert_eq!(failed(&evaluated), [("ill", ending)]);
                        let warning = format!("ill failed ({ending}) and was passed by");
                        assert_eq!(evaluated.warnings, [warning]);
                        assert_eq!(evaluated.target.get(Attribute::GivenName), Some("Ada"));
                    }
                    (Err(failure), OnFailure::Reject | OnFailure::Owe) => {
                        assert_eq!((&*failure.plugin, failure.ending), ("ill", ending));
                        assert_eq!(failure.owe, expected == OnFailure::Owe, "{failure}");
                    }
                    (done, _) => panic!("{ending} {becomes:?}: {done:?}"),
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_without_room_is_each_plugins_own_affair() {
    let mut settings = EngineSettings {
        limits: Limits {
            fuel: u64::MAX,
            ..Limits::default()
        },
        pool: PoolSize::running(1),
        ..EngineSettings::default()
    };
    settings.pool.waiting = 0;
    let engine = engine_with(settings);
    let hog = Guest::new().forward(LOOP);
    let hog = Chain::load(&engine, vec![plugin("hog", &hog, json!({}))], facts("hogs"));
    let chain = |map: OnFailure, judge: OnFailure| {
        let plugins = vec![on(map, base()), on(judge, denies())];
        Chain::load(&engine, plugins, facts("acme"))
    };
    for (chain, expected) in [
        (chain(OnFailure::Pass, OnFailure::Pass), None),
        (
            chain(OnFailure::Pass, OnFailure::Owe),
            Some(("denies", true)),
        ),
        (
            chain(OnFailure::Pass, OnFailure::Reject),
            Some(("denies", false)),
        ),
        (
            chain(OnFailure::Owe, OnFailure::Reject),
            Some(("base", true)),
        ),
    ] {
        let known = Evaluation {
            accepted: Some(target(json!({"userName": "ada@example.com"}))),
            ..evaluation()
        };
        // The hog comes first and has the only place.
        let (hogged, done) =
            tokio::join!(biased; hog.evaluate(evaluation()), chain.evaluate(known));
        assert_eq!(hogged.expect_err("a loop").ending, Ending::Limit);
        match (done, expected) {
            (Ok(evaluated), None) => {
                let both = [("base", Ending::Busy), ("denies", Ending::Busy)];
                assert_eq!(failed(&evaluated), both);
                assert_eq!(evaluated.verdict, Verdict::Allow);
                assert_eq!(
                    evaluated.target.get(Attribute::UserName),
                    Some("ada@example.com")
                );
            }
            (Err(failure), Some(expected)) => {
                assert_eq!((&*failure.plugin, failure.owe), expected);
            }
            (done, expected) => panic!("{expected:?}: {done:?}"),
        }
    }
}

#[tokio::test]
async fn a_rule_that_is_missing_weakens_no_other() {
    let engine = engine();
    let traps = |name: &str| rule(name, |_| "unreachable".to_owned());
    for missing in [unreadable("absent"), unset("absent"), traps("absent")] {
        for at in 0..2 {
            let mut plugins = vec![base(), denies()];
            plugins.insert(1 + at, on(OnFailure::Pass, missing.clone()));
            let done = evaluated(&engine, plugins, evaluation())
                .await
                .expect("a decision");
            let Verdict::Deny(Denial { rule, .. }) = &done.verdict else {
                panic!("{:?}", done.verdict);
            };
            assert_eq!(rule, "denies");
        }
    }
}

#[tokio::test]
async fn a_denial_is_told_although_another_rule_owes_its_decision() {
    let engine = engine();
    let traps = rule("absent", |_| "unreachable".to_owned());
    for missing in [unset("absent"), traps] {
        let owes = on(OnFailure::Owe, missing);
        let plugins = vec![base(), owes.clone(), denies()];
        let done = evaluated(&engine, plugins, evaluation())
            .await
            .expect("a decision");
        assert!(
            matches!(done.verdict, Verdict::Deny(_)),
            "{:?}",
            done.verdict
        );
        let allows = rule("allows", |guest| guest.allows(None));
        let waits = rule("waits", |guest| guest.defers("a group"));
        for other in [allows, waits] {
            let plugins = vec![base(), owes.clone(), other];
            let failure = evaluated(&engine, plugins, evaluation())
                .await
                .expect_err("owed");
            assert_eq!((&*failure.plugin, failure.owe), ("absent", true));
        }
        let rejects = rule("rejects", |_| "unreachable".to_owned());
        let plugins = vec![base(), owes.clone(), rejects];
        let failure = evaluated(&engine, plugins, evaluation())
            .await
            .expect_err("rejected");
        assert_eq!((&*failure.plugin, failure.owe), ("rejects", false));
    }
}

#[tokio::test]
async fn it_shows_for_whose_failures_writes_are_owed() {
    let engine = engine();
    let unhappy = {
        // Traps where the name of the source's first member begins with `x`.
        let body = format!(
            "(if (i32.eq (i32.load8_u offset=2 (i32.load (i32.add (local.get $in) (i32.const {source})))) (i32.const 120))
               (then unreachable)) {echo}",
            source = offset::FORWARD_SOURCE,
            echo = Guest::echo(offset::FORWARD_DRAFT),
        );
        plugin("unhappy", &Guest::new().forward(&body), json!({}))
    };
    let plugins = vec![
        base(),
        on(OnFailure::Owe, unhappy),
        on(OnFailure::Owe, unset("unset")),
        on(OnFailure::Pass, unreadable("passed")),
    ];
    let chain = Chain::load(&engine, plugins, facts("acme"));
    let absent = ("unset".to_owned(), Ending::NotLoaded);
    assert_eq!(chain.owing(), std::slice::from_ref(&absent));
    let mut ill = evaluation();
    ill.source = source(json!({"x": 1}));
    chain.evaluate(ill).await.expect_err("owed");
    let unhappy = ("unhappy".to_owned(), Ending::Trap);
    assert_eq!(chain.owing(), [absent.clone(), unhappy]);
    chain
        .evaluate(evaluation())
        .await
        .expect_err("the rule is still missing");
    assert_eq!(chain.owing(), [absent]);
}

#[tokio::test]
async fn nobody_judges_a_target_that_is_owed() {
    let engine = engine();
    for ending in [Ending::NotLoaded, Ending::Trap] {
        let plugins = vec![on(OnFailure::Owe, ends("ill", ending)), base(), denies()];
        let failure = evaluated(&engine, plugins, evaluation())
            .await
            .expect_err("owed");
        assert_eq!((&*failure.plugin, failure.owe), ("ill", true));
    }
}

#[tokio::test]
async fn one_that_nobody_may_pass_comes_first_wherever_it_stands() {
    let engine = engine();
    let plugins = vec![
        on(OnFailure::Pass, unreadable("passed")),
        on(OnFailure::Owe, unreadable("owed")),
        PluginSource {
            mode: PluginMode::Monitor,
            ..unreadable("watched")
        },
        unreadable("needed"),
    ];
    let chain = Chain::load(&engine, plugins.clone(), facts("acme"));
    let failure = chain.evaluate(evaluation()).await.expect_err("rejected");
    assert_eq!((&*failure.plugin, failure.owe), ("needed", false));
    assert!(chain.stopped());
    let names: Vec<(String, bool)> = chain
        .not_loaded()
        .into_iter()
        .map(|failure| (failure.plugin, failure.owe))
        .collect();
    let all = ["passed", "owed", "watched", "needed"];
    assert_eq!(names, all.map(|name| (name.to_owned(), name == "owed")));
    let chain = Chain::load(&engine, plugins[..3].to_vec(), facts("acme"));
    assert!(!chain.stopped());
    let failure = chain.evaluate(evaluation()).await.expect_err("owed");
    assert_eq!((&*failure.plugin, failure.owe), ("owed", true));
}
