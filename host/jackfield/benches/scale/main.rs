//! What a request costs among many users: a match by user name, a read by id, pages of the list, and patches of groups.
//!
//! `cargo bench -p jackfield --bench scale [-- --users 1000,30000,1000000 --rounds 9]`. Each size is a child process of its own
//! with a ledger of that many users; they run beside one another and take turns, so that noise meets all alike. CXone is a table
//! in memory, and no log is written. docs/performance.md has the figures.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    reason = "a benchmark is a program that prints, and stops where it cannot go on"
)]

#[path = "../serving/cxone.rs"]
mod cxone;
mod groups;
mod load;
mod people;
#[path = "../serving/process.rs"]
mod process;
mod server;
#[path = "../serving/service.rs"]
mod serving;
mod table;

use std::time::Duration;

use load::{Load, Request};
use process::Child;

/// How long a turn of one request at one size lasts.
const TURN: Duration = Duration::from_millis(900);
/// Where a child finds how many users it has.
const USERS: &str = "JACKFIELD_BENCH_USERS";
/// Where a child finds the directory for its ledger.
const DIRECTORY: &str = "JACKFIELD_BENCH_DIRECTORY";

/// What the command line may say.
#[derive(Debug)]
struct Arguments {
    users: Vec<usize>,
    rounds: usize,
}

impl Arguments {
    fn read() -> Self {
        let mut arguments = Self {
            users: vec![1_000, 30_000, 1_000_000],
            rounds: 9,
        };
        let mut given = std::env::args().skip(1);
        while let Some(name) = given.next() {
            let mut value = || given.next().expect("a value");
            match name.as_str() {
                "--users" => {
                    let sizes = value();
                    let sizes = sizes.split(',').map(|size| size.parse().expect("a number"));
                    arguments.users = sizes.collect();
                    arguments.users.sort_unstable();
                }
                "--rounds" => arguments.rounds = value().parse().expect("a number"),
                // cargo says so of itself.
                "--bench" => {}
                other => {
                    eprintln!("{other} is not known: --users 1000,30000 and --rounds 9 are");
                    std::process::exit(64);
                }
            }
        }
        arguments
    }
}

/// One size: its process, and the load on it.
#[derive(Debug)]
struct Size {
    users: usize,
    child: Child,
    load: Load,
}

fn main() {
    if std::env::var_os(USERS).is_some() {
        return server::run();
    }
    let arguments = Arguments::read();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().to_str().expect("a path in UTF-8");
        let mut sizes = Vec::new();
        for users in arguments.users {
            let child = Child::start(&[(USERS, &users.to_string()), (DIRECTORY, path)]);
            let load = Load::new(child.address, people::ids(directory.path(), users));
            sizes.push(Size { users, child, load });
        }
        requests(&sizes, arguments.rounds).await;
        if let Some(largest) = sizes.last() {
            groups::patches(largest, arguments.rounds).await;
        }
    });
}

/// CPU time of each request at each size.
async fn requests(sizes: &[Size], rounds: usize) {
    // In us: by request and size, a list with an entry for each round.
    let mut costs = vec![vec![Vec::new(); sizes.len()]; Request::ALL.len()];
    for round in 0..=rounds {
        for (request, of_request) in Request::ALL.into_iter().zip(&mut costs) {
            for (size, of_size) in sizes.iter().zip(of_request) {
                let before = size.child.cpu();
                let answered = size.load.run(request, TURN).await;
                let used = size.child.cpu().saturating_sub(before);
                // The first round warms up.
                if round > 0 {
                    of_size.push(used.as_secs_f64() * 1e6 / answered as f64);
                }
            }
        }
    }
    table::requests(sizes, &costs, rounds);
}
