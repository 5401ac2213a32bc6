//! What a chain costs: a mapper, a template chooser and rules against the mapper alone; and a mapper in JavaScript or Python against
//! the same in Rust.
//!
//! `cargo bench -p jackfield --bench chain`; paths of components after `--` are measured against the first of them, on the settings
//! and the user of the guide's example. What came of it: docs/performance.md.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark is a program that prints, and stops where it cannot go on"
)]

#[path = "calls/rounds.rs"]
mod rounds;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bridge::directory::{Directory, Role};
use bridge::port::plugins::{Evaluation, Operation, Plugins};
use bridge::source::Source;
use bridge::template::Template;
use plugin::{Chain, ConnectionFacts, Engine, EngineSettings, Forward, PluginSource};
use rounds::{faults, heading, row, turn};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

/// Rounds; in each, every variant has its turn.
const ROUNDS: usize = 300;
/// Calls of a turn.
const CALLS: u32 = 30;
/// The same of components in other languages, which take longer.
const LANGUAGE_ROUNDS: usize = 60;
const LANGUAGE_CALLS: u32 = 10;

const SOURCE: &str = include_str!("user.json");

fn main() {
    let engine = Engine::new(EngineSettings::default()).expect("an engine");
    let runtime = Builder::new_multi_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    chains(&engine, &runtime);
    let paths: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument.ends_with(".wasm"))
        .collect();
    if !paths.is_empty() {
        languages(&engine, &paths);
    }
}

fn chains(engine: &Engine, runtime: &Runtime) {
    let rules = json!({"allowed_domains": ["example.com"], "required": ["email"]});
    let chooser = json!({"rules": [{"when": {"department": "Voice"}, "template": "voice"}], "default": "voice"});
    let all = [
        ("entra", json!({})),
        ("template-chooser", chooser),
        ("tenant-rules", rules),
    ];
    let alone = chain(engine, &all[..1]);
    let three = chain(engine, &all);
    let evaluate = |chain: &Chain| {
        let evaluated = runtime.block_on(chain.evaluate(evaluation()));
        black_box(evaluated.expect("an outcome"));
    };
    println!("one hop to the guest pool each; {ROUNDS} rounds of {CALLS}, interleaved");
    let mut times: [Vec<Duration>; 2] = Default::default();
    for round in 0..=ROUNDS {
        let turns = [
            turn(CALLS, || evaluate(&alone)),
            turn(CALLS, || evaluate(&three)),
        ];
        // The first round warms up.
        if round > 0 {
            times
                .iter_mut()
                .zip(turns)
                .for_each(|(times, turn)| times.push(turn));
        }
    }
    heading("the mapper");
    let of = |chain| faults(CALLS, || evaluate(chain));
    row("mapper", &times[0], &times[0], of(&alone));
    row("mapper + chooser + rules", &times[1], &times[0], of(&three));
}

fn chain(engine: &Engine, plugins: &[(&str, Value)]) -> Chain {
    let source = |(name, settings): &(&str, Value)| PluginSource {
        name: (*name).to_owned(),
        component: Ok(bundled::find(name).expect("bundled").bytes.into()),
        settings: settings.clone(),
        settings_secret: false,
        mode: plugin::PluginMode::default(),
        on_failure: plugin::FailurePolicy::default(),
    };
    let facts = ConnectionFacts {
        tenant: "acme".to_owned(),
        connection: "entra".to_owned(),
        idp: "entra".to_owned(),
        recording: None,
    };
    let chain = Chain::load(engine, plugins.iter().map(source).collect(), facts);
    assert!(chain.not_loaded().is_empty(), "{:?}", chain.not_loaded());
    chain
}

fn evaluation() -> Evaluation {
    let source: Value = serde_json::from_str(SOURCE).expect("JSON");
    let source = Source::from(source.as_object().expect("an object").clone());
    let role = Role {
        id: "1".to_owned(),
        name: "Agent".to_owned(),
        status: "ACTIVE".to_owned(),
    };
    let mut template = Template::default();
    template
        .values
        .set(bridge::target::Attribute::TimeZone, "Europe/Vienna");
    Evaluation {
        operation: Operation::Create,
        source,
        before: None,
        held: None,
        accepted: None,
        groups: Vec::new(),
        moment: jiff::Timestamp::UNIX_EPOCH,
        directory: Arc::new(Directory {
            version: "1".to_owned(),
            roles: vec![role],
            ..Directory::default()
        }),
        default_role: "Agent".to_owned(),
        templates: Arc::new(BTreeMap::from([("voice".to_owned(), template)])),
        template_due: true,
        applied: None,
        trial: false,
        provenance: BTreeMap::new(),
    }
}

/// Components of one plugin in several languages: `to-target`, a fresh instance each, the first is what the others are held against.
fn languages(engine: &Engine, paths: &[String]) {
    let load = |path: &String| {
        let bytes = std::fs::read(path).expect("the component cannot be read");
        let start = Instant::now();
        let loaded = engine.load(path, &bytes).expect("loads");
        let took = start.elapsed().as_millis();
        println!(
            "{path}: {} KB, checked and compiled in {took} ms",
            bytes.len() / 1000
        );
        loaded
    };
    let plugins: Vec<_> = paths.iter().map(load).collect();
    let source = json!({
        "userName": "ada@example.com", "name": {"givenName": "Ada", "familyName": "Byron"},
        "urn:ietf:params:scim:schemas:extension:acme:2.0:User": {"skill": "voice"},
    });
    let input = Forward {
        connection: "entra".to_owned(),
        idp: "entra".to_owned(),
        source: source.to_string(),
        remembered: None,
        draft: json!({"userName": "ada@example.com"}).to_string(),
        groups: Vec::new(),
        settings: json!({"skills": {"voice": "Voice"}}).to_string(),
        facts: "{}".to_owned(),
    };
    let call = |index: usize| {
        let (answer, report) = plugins[index].to_target_json(&paths[index], &input);
        black_box(answer.expect("a target"));
        report
    };
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); paths.len()];
    for round in 0..=LANGUAGE_ROUNDS {
        for (index, times) in times.iter_mut().enumerate() {
            let turn = turn(LANGUAGE_CALLS, || {
                call(index);
            });
            if round > 0 {
                times.push(turn);
            }
        }
    }
    heading("the first");
    for (index, path) in paths.iter().enumerate() {
        let faults = faults(LANGUAGE_CALLS, || call(index));
        row(path, &times[index], &times[0], faults);
        let report = call(index);
        println!("  fuel {}, memory {} KiB", report.fuel, report.memory >> 10);
    }
}
