//! What becomes of a write when a plugin fails: rejected, passed by or owed, by plugin and ending.

use bridge::port::plugins::{
    Denial, Ending, Evaluated, Evaluation, Operation, PluginFailure, Plugins, Standing, Verdict,
};
use bridge::target::Attribute;
use bridge::user::AppliedTemplate;
use plugin::{
    Chain, Engine, EngineSettings, FailurePolicy, Limits, OnFailure, PluginMode, PluginSource,
    PoolSize,
};
use serde_json::{Value, json};

use crate::guest::{Guest, offset};
use crate::scene::{ada, engine, engine_with, evaluation, facts, named, source, target};

const LOOP: &str = "(loop $again (br $again)) unreachable";

fn plugin(name: &str, guest: &Guest, settings: Value) -> PluginSource {
    named(name, &guest.build(), settings)
}

/// A mapper that sets what a new user needs.
fn base() -> PluginSource {
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

fn denies() -> PluginSource {
    rule("denies", |guest| {
        guest.denies(400, "invalidValue", "not in this tenant")
    })
}

/// A plugin whose component nobody could read: what it is is not known.
fn unreadable(name: &str) -> PluginSource {
    PluginSource {
        component: Err("no such file".to_owned()),
        ..named(name, b"", Value::Null)
    }
}

/// A rules plugin that is known to be one, and whose settings are wrong.
fn unset(name: &str) -> PluginSource {
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
fn ends(name: &str, ending: Ending) -> PluginSource {
    let mut guest = Guest::new();
    let body = match ending {
        Ending::NotLoaded => return unreadable(name),
        Ending::Error => guest.answers_error("internal", "no mood"),
        Ending::Limit => LOOP.to_owned(),
        Ending::Trap | Ending::Busy => "unreachable".to_owned(),
    };
    plugin(name, &guest.forward(&body).backward(&body), json!({}))
}

fn on(on_failure: OnFailure, plugin: PluginSource) -> PluginSource {
    PluginSource {
        on_failure: FailurePolicy::all(on_failure),
        ..plugin
    }
}

async fn evaluated(
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
    assert_eq!(chain.owing(), [absent.clone()]);
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

#[tokio::test]
async fn what_a_passed_mapper_set_before_is_not_withdrawn() {
    let engine = engine();
    let known = || {
        let accepted = json!({
            "userName": "ada@example.com", "email": "old@example.com", "displayName": "Countess", "team": "Blue",
            "role": "Lead", "timeZone": "Europe/London", "active": true,
        });
        let by = |attribute, name: &str| (attribute, name.to_owned());
        Evaluation {
            operation: Operation::Update,
            template_due: false,
            accepted: Some(target(accepted)),
            provenance: [
                by(Attribute::UserName, "base"),
                by(Attribute::Email, "ill"),
                by(Attribute::DisplayName, "ill"),
                by(Attribute::TimeZone, "base"),
                by(Attribute::Role, "template gold"),
            ]
            .into(),
            ..evaluation()
        }
    };
    for ending in [Ending::NotLoaded, Ending::Trap] {
        let ill = on(OnFailure::Pass, ends("ill", ending));
        let done = evaluated(&engine, vec![ill, base()], known())
            .await
            .expect("passed by");
        // Hers by base, although `ill` set it last; the display name stays; nobody knows who set the team; the others are
        // withdrawn by whoever set them.
        let expected = json!({
            "userName": "ada@example.com", "givenName": "Ada", "familyName": "Lovelace", "email": "ada@example.com",
            "displayName": "Countess", "team": "Blue", "active": true,
        });
        assert_eq!(done.target, target(expected), "{ending}");
        let step = &done.steps[0];
        assert_eq!(step.attributes(), [Attribute::DisplayName]);
        let provenance = done.provenance();
        assert_eq!(provenance[&Attribute::DisplayName], "ill");
        assert_eq!(provenance[&Attribute::Email], "base");
        assert!(!provenance.contains_key(&Attribute::Team));
    }
    let quiet = plugin("ill", &Guest::settings_mapper(), json!({}));
    let done = evaluated(&engine, vec![quiet, base()], known())
        .await
        .expect("it answers");
    let withdrawn = [Attribute::DisplayName, Attribute::Team, Attribute::TimeZone];
    assert!(withdrawn.iter().all(|it| done.target.get(*it).is_none()));
}

#[tokio::test]
async fn what_a_template_clears_is_not_kept() {
    let engine = engine();
    let mut values = target(json!({"team": "Gold"}));
    values.clear(Attribute::DisplayName);
    let known = Evaluation {
        operation: Operation::Update,
        template_due: false,
        accepted: Some(target(json!({"userName": "a", "displayName": "Countess"}))),
        provenance: [(Attribute::DisplayName, "ill".to_owned())].into(),
        applied: Some(AppliedTemplate {
            name: "gold".to_owned(),
            values,
        }),
        ..evaluation()
    };
    let plugins = vec![on(OnFailure::Pass, ends("ill", Ending::Trap)), base()];
    let done = evaluated(&engine, plugins, known).await.expect("passed by");
    assert_eq!(done.target.get(Attribute::DisplayName), None);
    assert!(done.target.cleared.contains(&Attribute::DisplayName));
}

#[tokio::test]
async fn a_newcomer_who_lacks_what_cxone_requires_is_not_refused_for_good() {
    let engine = engine();
    let ill = || on(OnFailure::Pass, ends("ill", Ending::Trap));
    let failure = evaluated(&engine, vec![ill()], evaluation())
        .await
        .expect_err("lacking");
    assert_eq!(
        (&*failure.plugin, failure.ending, failure.owe),
        ("ill", Ending::Trap, false)
    );
    assert!(
        failure
            .message
            .contains("without it a new user has no userName"),
        "{failure}"
    );
    // What is missing although every mapper did its work is CXone's constraint to refuse.
    let nobody = plugin("base", &Guest::settings_mapper(), json!({}));
    let done = evaluated(&engine, vec![nobody], evaluation()).await;
    assert!(done.is_ok(), "{done:?}");
    let done = evaluated(&engine, vec![ill(), denies()], evaluation())
        .await
        .expect("denied");
    assert!(matches!(done.verdict, Verdict::Deny(_)));
}

#[tokio::test]
async fn the_applied_template_stands_while_its_chooser_is_passed_by() {
    let engine = engine();
    let returning = || Evaluation {
        operation: Operation::Revive,
        applied: Some(AppliedTemplate {
            name: "bronze".to_owned(),
            values: target(json!({"team": "Bronze"})),
        }),
        ..evaluation()
    };
    let chooser = |body: &dyn Fn(&mut Guest) -> String| {
        let mut guest = Guest::new();
        let body = body(&mut guest);
        on(
            OnFailure::Pass,
            plugin("chooser", &guest.choose(&body), json!({})),
        )
    };
    let broken = chooser(&|_| "unreachable".to_owned());
    for (missing, stands) in [
        (broken.clone(), Some("bronze")),
        (on(OnFailure::Pass, unreadable("chooser")), Some("bronze")),
        (chooser(&|guest| guest.chooses(None)), None),
    ] {
        let done = evaluated(&engine, vec![base(), missing], returning())
            .await
            .expect("a target");
        let template = done.template.as_ref().map(|template| &*template.name);
        assert_eq!(template, stands);
        assert_eq!(done.target.get(Attribute::Team), stands.map(|_| "Bronze"));
    }
    let mut other = chooser(&|guest| guest.chooses(Some("gold")));
    other.name = "other".to_owned();
    let done = evaluated(&engine, vec![base(), broken, other], returning())
        .await
        .expect("a target");
    assert_eq!(
        done.template.map(|template| template.name).as_deref(),
        Some("gold")
    );
}

#[tokio::test]
async fn a_read_passes_by_or_is_rejected_and_owes_nothing() {
    let engine = engine();
    let chain = |plugin: PluginSource| Chain::load(&engine, vec![base(), plugin], facts("acme"));
    for ending in [Ending::NotLoaded, Ending::Trap] {
        for (becomes, passes) in [
            (OnFailure::Pass, true),
            (OnFailure::Owe, false),
            (OnFailure::Reject, false),
        ] {
            let chain = chain(on(becomes, ends("ill", ending)));
            let shown = chain.to_source(target(json!({})), None).await;
            let named = chain.to_target(ada()).await;
            assert_eq!(
                (shown.is_ok(), named.is_ok()),
                (passes, passes),
                "{becomes:?}"
            );
            let failures = [shown.map(drop), named.map(drop)];
            assert!(
                failures
                    .into_iter()
                    .filter_map(Result::err)
                    .all(|failure| !failure.owe)
            );
        }
    }
    // Reading needs no rules.
    let judge = chain(unset("judge"));
    assert!(judge.to_source(target(json!({})), None).await.is_ok());
    assert!(judge.to_target(ada()).await.is_ok());
    judge
        .evaluate(evaluation())
        .await
        .expect_err("writing does");
}
