//! What a request costs, rung by rung: bare hyper, the line without plugins and with a ledger in memory, with the SQLite
//! ledger, with the three bundled plugins.
//!
//! `cargo bench -p jackfield --bench ladder`. Each rung is a child process of its own, so that only its CPU time and memory
//! count, not the load's; CXone is a table in memory. The rungs take turns. docs/performance.md has the figures.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark is a program that prints, and stops where it cannot go on"
)]

#[path = "../serving/cxone.rs"]
mod cxone;
mod doubles;
mod load;
#[path = "../serving/process.rs"]
mod process;
mod server;
#[path = "../serving/service.rs"]
mod serving;

use std::time::Duration;

use load::{Load, Request};
use process::Child;

/// Rounds; in each, every rung has its turn with every request.
const ROUNDS: usize = 7;
/// How long a turn lasts.
const TURN: Duration = Duration::from_millis(900);
/// Where a child finds which rung it is.
const RUNG: &str = "JACKFIELD_BENCH_RUNG";
/// Where a child finds the directory for its ledger.
const DIRECTORY: &str = "JACKFIELD_BENCH_DIRECTORY";

/// A rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rung {
    Hyper,
    Line,
    Ledger,
    Plugins,
}

impl Rung {
    const ALL: [Self; 4] = [Self::Hyper, Self::Line, Self::Ledger, Self::Plugins];

    const fn name(self) -> &'static str {
        match self {
            Self::Hyper => "bare hyper, a fixed answer",
            Self::Line => "the line, ledger in memory, no plugin",
            Self::Ledger => "with the SQLite ledger",
            Self::Plugins => "with three plugins",
        }
    }
}

fn main() {
    if let Ok(name) = std::env::var(RUNG) {
        let rung = Rung::ALL.into_iter().find(|rung| rung.name() == name);
        return server::run(rung.expect("a rung"));
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(climb());
}

async fn climb() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().to_str().expect("a path in UTF-8");
    let mut rungs = Vec::new();
    for rung in Rung::ALL {
        let child = Child::start(&[(RUNG, rung.name()), (DIRECTORY, path)]);
        let fresh = child.memory();
        let load = Load::prepare(child.address, rung).await;
        rungs.push((rung, child, load, fresh));
    }
    // CPU time of a request in us: by rung and request, a list with an entry for each round.
    let mut costs = [const { [const { Vec::new() }; 2] }; 4];
    for round in 0..=ROUNDS {
        for (of_rung, (_, child, load, _)) in costs.iter_mut().zip(&rungs) {
            for (of_request, request) in of_rung.iter_mut().zip(Request::ALL) {
                let before = child.cpu();
                let answered = load.run(request, TURN).await;
                let used = child.cpu().saturating_sub(before);
                // The first round warms up.
                if round > 0 {
                    of_request.push(used.as_secs_f64() * 1e6 / answered as f64);
                }
            }
        }
    }
    print_costs(&costs);
    println!(
        "\n{:<40}{:>10}{:>12}",
        "memory (VmRSS), MiB", "at start", "after load"
    );
    for (rung, child, _, fresh) in &rungs {
        println!("{:<40}{fresh:>10.1}{:>12.1}", rung.name(), child.memory());
    }
}

fn print_costs(costs: &[[Vec<f64>; 2]; 4]) {
    let [bare, ..] = costs;
    println!(
        "CPU time of the server for one request; {ROUNDS} rounds, interleaved; ratios: median (least to greatest)"
    );
    for (at, request) in Request::ALL.into_iter().enumerate() {
        println!(
            "\n{:<40}{:>8}   {:<24}x the rung above",
            request.name(),
            "us",
            "x bare hyper"
        );
        let mut above = None;
        for (rung, cost) in Rung::ALL.into_iter().zip(costs) {
            let (Some(cost), Some(bare)) = (cost.get(at), bare.get(at)) else {
                continue;
            };
            println!(
                "{:<40}{:>8.1}   {:<24}{}",
                rung.name(),
                median(cost.clone()),
                ratio(cost, bare),
                above.map_or_else(String::new, |above| ratio(cost, above)),
            );
            above = Some(cost);
        }
    }
}

/// The median, least and greatest of the ratios within each round.
fn ratio(cost: &[f64], base: &[f64]) -> String {
    let ratios: Vec<f64> = cost
        .iter()
        .zip(base)
        .map(|(cost, base)| cost / base)
        .collect();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = ratios.iter().copied().fold(0.0, f64::max);
    format!("{:.2} ({least:.2} to {greatest:.2})", median(ratios))
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list.get(list.len() / 2).copied().unwrap_or(f64::NAN)
}
