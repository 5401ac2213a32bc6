//! What benchmarks of calls measure and print: turns in rounds, so that what is compared has the same machine.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// The time of one call, on average over a turn.
pub(crate) fn turn<R>(calls: u32, call: impl Fn() -> R) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        black_box(call());
    }
    start.elapsed() / calls
}

/// The page faults of one call, those of the whole process (proc_pid_stat(5), field 10).
pub(crate) fn faults<R>(calls: u32, call: impl Fn() -> R) -> u64 {
    let so_far = || {
        let stat = std::fs::read_to_string("/proc/self/stat").expect("a Linux with /proc");
        let (_, fields) = stat.rsplit_once(')').expect("a program's name");
        let field = fields.split_whitespace().nth(7);
        field
            .and_then(|field| field.parse::<u64>().ok())
            .expect("minflt")
    };
    let before = so_far();
    let _ = turn(calls, call);
    (so_far() - before) / u64::from(calls)
}

/// What stands over the rows.
pub(crate) fn heading(base: &str) {
    println!(
        "{:<44}{:>10}{:>10}   ratio to {base}: median (10 % to 90 %)",
        "", "us", "faults"
    );
}

/// The median time, and the ratios within each round: median, and the middle eight of ten.
pub(crate) fn row(name: &str, times: &[Duration], base: &[Duration], faults: u64) {
    let us = |time: &Duration| time.as_secs_f64() * 1e6;
    let mut sorted: Vec<f64> = times.iter().map(us).collect();
    sorted.sort_by(f64::total_cmp);
    let ratios = times
        .iter()
        .zip(base)
        .map(|(time, base)| us(time) / us(base));
    let mut ratios: Vec<f64> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    let of = |list: &[f64], at: usize| list.get(at).copied().unwrap_or(f64::NAN);
    println!(
        "{name:<44}{:>10.1}{faults:>10}   {:.2} ({:.2} to {:.2})",
        of(&sorted, sorted.len() / 2),
        of(&ratios, ratios.len() / 2),
        of(&ratios, ratios.len() / 10),
        of(&ratios, ratios.len() * 9 / 10),
    );
}
