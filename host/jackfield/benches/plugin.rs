//! A fresh sandboxed call of the bundled `entra` plugin against its native twin: the same crate, the same JSON texts in and out.
//!
//! `cargo bench -p jackfield --bench plugin`; a path after `--` measures another component of the plugin. What is
//! measured and what came of it: docs/performance.md.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark is a program that prints, and stops where it cannot go on"
)]

#[path = "calls/rounds.rs"]
mod rounds;

use std::time::{Duration, Instant};

use entra::Entra;
use jackfield_sdk::native;
use plugin::{Engine, EngineSettings, Forward, Loaded};
use rounds::{faults, heading, row, turn};

/// Rounds; in each, every variant has its turn.
const ROUNDS: usize = 600;
/// Calls of a turn: few, so that most turns fit between two interruptions by whatever else the machine does.
const CALLS: u32 = 30;
/// How often a component is loaded; the fastest counts.
const LOADS: usize = 3;

/// An Entra user of 1.9 KB, as the host hands them to a mapper.
const SOURCE: &str = include_str!("user.json");

fn main() {
    let component = match std::env::args().skip(1).find(|arg| !arg.starts_with('-')) {
        Some(path) => std::fs::read(path).expect("the component cannot be read"),
        None => bundled("entra").to_vec(),
    };
    compile_times();

    let engine = |assume_no_swap| {
        let settings = EngineSettings {
            assume_no_swap,
            ..EngineSettings::default()
        };
        Engine::new(settings).expect("an engine")
    };
    let (production, no_swap) = (engine(false), engine(true));
    let fresh = production.load("entra", &component).expect("loads");
    let scanned = no_swap.load("entra", &component).expect("loads");

    let source = SOURCE.trim().to_owned();
    let input = Forward {
        connection: "entra".to_owned(),
        idp: "entra".to_owned(),
        source: source.clone(),
        remembered: Some(source.clone()),
        draft: "{}".to_owned(),
        groups: Vec::new(),
        settings: "{}".to_owned(),
        facts: "{}".to_owned(),
    };
    let twin = native::Forward {
        connection: "entra".to_owned(),
        idp: "entra".to_owned(),
        source: source.clone(),
        remembered: Some(source.clone()),
        ..native::Forward::default()
    };
    let natively = || native::to_target::<Entra>(twin.clone()).expect("a target");
    assert_eq!(natively(), called(&fresh, &input), "the twins differ");
    println!(
        "\nentra.to-target, {} bytes in, {} bytes out; {ROUNDS} rounds of {CALLS} calls each, interleaved",
        source.len(),
        natively().len()
    );

    let mut times: [Vec<Duration>; 3] = Default::default();
    for round in 0..=ROUNDS {
        let turns = [
            turn(CALLS, natively),
            turn(CALLS, || called(&fresh, &input)),
            turn(CALLS, || called(&scanned, &input)),
        ];
        // The first round warms up.
        if round > 0 {
            for (times, turn) in times.iter_mut().zip(turns) {
                times.push(turn);
            }
        }
    }
    let faults = [
        faults(CALLS, natively),
        faults(CALLS, || called(&fresh, &input)),
        faults(CALLS, || called(&scanned, &input)),
    ];
    let names = [
        "native",
        "fresh instance, fuel and epoch",
        "same, assume_no_swap (pagemap_scan)",
    ];
    heading("native");
    for ((name, faults), turns) in names.into_iter().zip(faults).zip(&times) {
        row(name, turns, &times[0], faults);
    }
}

fn bundled(name: &str) -> &'static [u8] {
    bundled::find(name).expect("bundled").bytes
}

/// What loading costs: checks, the compiler, `describe`.
fn compile_times() {
    println!("{:<44}{:>8}{:>10}", "loading, one thread", "KB", "ms");
    for plugin in bundled::all() {
        let load = || {
            // An engine for each time: one that has loaded the component knows it.
            let engine = Engine::new(EngineSettings::default()).expect("an engine");
            let start = Instant::now();
            let _loaded = engine.load(plugin.name, plugin.bytes).expect("loads");
            start.elapsed().as_millis()
        };
        let took = (0..LOADS).map(|_| load()).min().unwrap_or_default();
        println!(
            "{:<44}{:>8}{took:>10}",
            plugin.name,
            plugin.bytes.len() / 1000
        );
    }
}

fn called(plugin: &Loaded, input: &Forward) -> String {
    plugin.to_target_json("entra", input).0.expect("a target")
}
