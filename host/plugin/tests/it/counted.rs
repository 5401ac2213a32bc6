//! What is counted of plugins' calls, by a recorder that keeps it in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bridge::port::plugins::{Ending, Plugins};
use metrics::atomics::AtomicU64;
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    with_local_recorder,
};
use plugin::{Chain, Engine, FailurePolicy, OnFailure, PluginMode, PluginSource};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

use crate::guest::Guest;
use crate::scene::{ada, engine, evaluation, facts, named};

/// Numbers by `name{label=value,...}`.
#[derive(Default)]
pub(crate) struct Numbers {
    counters: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    gauges: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
}

fn named_by(key: &Key) -> String {
    let labels: Vec<String> = key
        .labels()
        .map(|label| format!("{}={}", label.key(), label.value()))
        .collect();
    format!("{}{{{}}}", key.name(), labels.join(","))
}

impl Recorder for Numbers {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let mut counters = self.counters.lock().expect("no panic");
        Counter::from_arc(Arc::clone(counters.entry(named_by(key)).or_default()))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let mut gauges = self.gauges.lock().expect("no panic");
        Gauge::from_arc(Arc::clone(gauges.entry(named_by(key)).or_default()))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

impl Numbers {
    /// A counter; `None` where nobody registered it.
    pub(crate) fn counter(&self, name: &str) -> Option<u64> {
        let counters = self.counters.lock().expect("no panic");
        counters.get(name).map(|it| it.load(Ordering::SeqCst))
    }

    fn gauge(&self, name: &str) -> Option<f64> {
        let gauges = self.gauges.lock().expect("no panic");
        gauges
            .get(name)
            .map(|it| f64::from_bits(it.load(Ordering::SeqCst)))
    }

    /// Everything that was counted.
    pub(crate) fn total(&self) -> u64 {
        let counters = self.counters.lock().expect("no panic");
        counters.values().map(|it| it.load(Ordering::SeqCst)).sum()
    }

    /// What is not 0 of a counter, by what comes behind the connection.
    fn of(&self, name: &str) -> Vec<(String, u64)> {
        let start = format!("{name}{{tenant=acme,connection=entra,");
        let counters = self.counters.lock().expect("no panic");
        let found = counters.iter().filter_map(|(of, it)| {
            let rest = of.strip_prefix(&start)?.trim_end_matches('}');
            Some((rest.to_owned(), it.load(Ordering::SeqCst)))
        });
        found.filter(|(_, count)| *count > 0).collect()
    }

    pub(crate) fn load(&self, engine: &Engine, plugins: Vec<PluginSource>) -> Chain {
        with_local_recorder(self, || Chain::load(engine, plugins, facts("acme")))
    }
}

fn source(name: &str, guest: &Guest, settings: Value) -> PluginSource {
    named(name, &guest.build(), settings)
}

fn passed(plugin: PluginSource) -> PluginSource {
    PluginSource {
        on_failure: FailurePolicy::all(OnFailure::Pass),
        ..plugin
    }
}

fn base() -> PluginSource {
    let settings = json!({
        "userName": "ada@example.com", "givenName": "Ada", "familyName": "Lovelace", "email": "ada@example.com",
    });
    source("base", &Guest::settings_mapper(), settings)
}

#[tokio::test]
async fn every_ending_is_counted_with_its_kind() {
    let engine = engine();
    let ends = |name: &str, body: &dyn Fn(&mut Guest) -> String| {
        let mut guest = Guest::new();
        let body = body(&mut guest);
        passed(source(name, &guest.forward(&body), json!({})))
    };
    let mut judge = Guest::new();
    let allows = judge.allows(None);
    let numbers = Numbers::default();
    let chain = numbers.load(
        &engine,
        vec![
            base(),
            ends("errs", &|guest| guest.answers_error("internal", "no mood")),
            ends("traps", &|_| "unreachable".to_owned()),
            ends("loops", &|_| {
                "(loop $again (br $again)) unreachable".to_owned()
            }),
            ends("bad", &|guest| guest.answers(b"no document")),
            passed(PluginSource {
                component: Err("no such file".to_owned()),
                ..base()
            }),
            source("judge", &judge.decide(&allows), json!({})),
        ],
    );
    for _ in 0..2 {
        chain.evaluate(evaluation()).await.expect("it answers");
    }
    chain.to_target(ada()).await.expect("it answers");
    let of = |name: &str, export: &str, ending: &str, count: u64| {
        (
            format!("plugin={name},export={export},ending={ending}"),
            count,
        )
    };
    let expected = [
        of("bad", "to-target", "error", 3),
        of("base", "load", "not-loaded", 3),
        of("base", "to-target", "ok", 3),
        of("errs", "to-target", "error", 3),
        of("judge", "decide", "ok", 2),
        of("loops", "to-target", "limit", 3),
        of("traps", "to-target", "trap", 3),
    ];
    assert_eq!(numbers.of("jackfield_plugin_calls_total"), expected);
    let fuel = numbers.of("jackfield_plugin_fuel_total");
    let names: Vec<&str> = fuel.iter().map(|(name, _)| name.as_str()).collect();
    let used = ["bad", "base", "errs", "judge", "loops", "traps"];
    assert_eq!(names, used.map(|name| format!("plugin={name}")));
    let most = fuel.iter().max_by_key(|(_, fuel)| *fuel).expect("some");
    assert_eq!(most.0, "plugin=loops");
    let seconds =
        numbers.gauge("jackfield_plugin_seconds_total{tenant=acme,connection=entra,plugin=loops}");
    assert!(seconds.is_some_and(|seconds| seconds > 0.0), "{seconds:?}");
    let missing = numbers.gauge("jackfield_plugins_not_loaded{tenant=acme,connection=entra}");
    assert_eq!(missing, Some(1.0));
    // What never happened shows as 0.
    let never = "jackfield_plugin_calls_total{tenant=acme,connection=entra,plugin=judge,export=decide,ending=busy}";
    assert_eq!(numbers.counter(never), Some(0));
}

#[test]
fn what_is_not_loaded_is_shown_until_the_last_chain_is_gone() {
    let (engine, numbers) = (engine(), Numbers::default());
    let load = |missing: usize| {
        let absent = PluginSource {
            component: Err("no such file".to_owned()),
            ..base()
        };
        numbers.load(&engine, vec![absent; missing])
    };
    let shown = || numbers.gauge("jackfield_plugins_not_loaded{tenant=acme,connection=entra}");
    let first = load(2);
    assert_eq!(shown(), Some(2.0));
    let second = load(1);
    drop(first);
    assert_eq!(shown(), Some(1.0), "the next one was there already");
    // A reload that is given up again.
    let third = load(3);
    second.show();
    drop(third);
    assert_eq!(shown(), Some(1.0));
    drop(second);
    assert_eq!(shown(), Some(0.0));
}

#[tokio::test]
async fn what_a_watched_plugin_would_do_is_counted() {
    let engine = engine();
    let watched = |name: &str, guest: &Guest, settings: Value| PluginSource {
        mode: PluginMode::Monitor,
        ..source(name, guest, settings)
    };
    let judge = |body: &dyn Fn(&mut Guest) -> String| {
        let mut guest = Guest::new();
        let body = body(&mut guest);
        guest.decide(&body)
    };
    let chooser = |template: Option<&str>| {
        let mut guest = Guest::new();
        let body = guest.chooses(template);
        guest.choose(&body)
    };
    let numbers = Numbers::default();
    let same = json!({
        "userName": "ada@example.com", "givenName": "Ada", "familyName": "Lovelace", "email": "ada@example.com",
    });
    let chain = numbers.load(
        &engine,
        vec![
            base(),
            watched("changes", &Guest::settings_mapper(), json!({})),
            watched("same", &Guest::settings_mapper(), same),
            watched("gold", &chooser(Some("gold")), json!({})),
            watched("none", &chooser(None), json!({})),
            watched("odd", &chooser(Some("odd")), json!({})),
            watched("allows", &judge(&|guest| guest.allows(None)), json!({})),
            watched("amends", &judge(&|guest| guest.amends(b"{}")), json!({})),
            watched("defers", &judge(&|guest| guest.defers("x")), json!({})),
            watched(
                "denies",
                &judge(&|guest| guest.denies(400, "", "x")),
                json!({}),
            ),
            watched("traps", &judge(&|_| "unreachable".to_owned()), json!({})),
        ],
    );
    chain.evaluate(evaluation()).await.expect("it answers");
    let expected = [
        ("allows", "allow"),
        ("amends", "amend"),
        ("changes", "changes"),
        ("defers", "defer"),
        ("denies", "deny"),
        ("gold", "template"),
        ("none", "no-template"),
        ("odd", "unknown-template"),
        ("same", "nothing"),
        ("traps", "trap"),
    ];
    let expected = expected.map(|(name, verdict)| (format!("plugin={name},verdict={verdict}"), 1));
    assert_eq!(numbers.of("jackfield_plugin_monitored_total"), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_without_room_is_counted() {
    let mut settings = plugin::EngineSettings {
        limits: plugin::Limits {
            fuel: u64::MAX,
            ..plugin::Limits::default()
        },
        pool: plugin::PoolSize::running(1),
        ..plugin::EngineSettings::default()
    };
    settings.pool.waiting = 0;
    let engine = crate::scene::engine_with(settings);
    let hog = Guest::new().forward("(loop $again (br $again)) unreachable");
    let numbers = Numbers::default();
    let chain = numbers.load(&engine, vec![source("hog", &hog, json!({}))]);
    let (first, second) =
        tokio::join!(biased; chain.evaluate(evaluation()), chain.evaluate(evaluation()));
    assert_eq!(first.expect_err("a loop").ending, Ending::Limit);
    assert_eq!(second.expect_err("no room").ending, Ending::Busy);
    let of = |ending: &str| (format!("plugin=hog,export=to-target,ending={ending}"), 1);
    assert_eq!(
        numbers.of("jackfield_plugin_calls_total"),
        [of("busy"), of("limit")]
    );
}
