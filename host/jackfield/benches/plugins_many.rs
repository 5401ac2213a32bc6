//! A thousand distinct plugins: what they take of memory, and how long a start takes that finds their code in the cache.
//!
//! `cargo bench -p jackfield --bench plugins_many`; another number after `--`. They are the bundled `entra` with a custom section
//! that differs, so that each has a digest, a cache entry and code of its own. What came of it: docs/performance.md.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark is a program that prints, and stops where it cannot go on"
)]

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use plugin::{Engine, EngineSettings, Forward, Loaded};

/// How many, where nothing is said.
const PLUGINS: usize = 1_000;
/// Starts from the cache, each in a process of its own.
const STARTS: usize = 5;
/// An Entra user of 1.9 KB, as the host hands them to a mapper.
const SOURCE: &str = include_str!("user.json");

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, dir, count] = arguments.as_slice()
        && flag == "--start"
    {
        start(Path::new(dir), count.parse().expect("a number"));
        return;
    }
    let count = arguments.iter().find_map(|arg| arg.parse().ok());
    let count: usize = count.unwrap_or(PLUGINS);
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path().join("cache");
    let filled = Instant::now();
    {
        let engine = engine(&dir);
        for index in 0..count {
            let loaded = engine.load("entra", &distinct(index)).expect("loads");
            drop(loaded);
        }
    }
    let took = filled.elapsed().as_secs_f64();
    println!(
        "{count} distinct plugins of {} KB each, compiled one after the other: {took:.1} s ({:.0} ms each)",
        distinct(0).len() / 1000,
        took * 1000.0 / count as f64
    );
    println!(
        "start from cache, a process each; MiB resident, own + files: empty, with all, each called"
    );
    for _ in 0..STARTS {
        let program = std::env::current_exe().expect("a program");
        let mut child = Command::new(program);
        child.arg("--start").arg(&dir).arg(count.to_string());
        let output = child.output().expect("a process");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        print!("{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// One start: the engine, and every plugin from the cache.
fn start(dir: &Path, count: usize) {
    let before = resident();
    let clock = Instant::now();
    let engine = engine(dir);
    // The bytes come from files or the registry's cache in production, and go once the plugin is loaded.
    let loaded: Vec<Arc<Loaded>> = (0..count)
        .map(|index| engine.load("entra", &distinct(index)).expect("loads"))
        .collect();
    let took = clock.elapsed().as_secs_f64() * 1000.0;
    let with_all = resident();
    let input = Forward {
        connection: "entra".to_owned(),
        idp: "entra".to_owned(),
        source: SOURCE.trim().to_owned(),
        remembered: None,
        draft: "{}".to_owned(),
        groups: Vec::new(),
        settings: "{}".to_owned(),
        facts: "{}".to_owned(),
    };
    for plugin in &loaded {
        plugin.to_target_json("entra", &input).0.expect("a target");
    }
    let called = resident();
    println!("{took:>8.0} ms{before}{with_all}{called}");
}

fn engine(dir: &Path) -> Engine {
    let settings = EngineSettings {
        cache: Some(PathBuf::from(dir)),
        ..EngineSettings::default()
    };
    Engine::new(settings).expect("an engine")
}

/// The bundled `entra` with a custom section of its own behind everything else.
fn distinct(index: usize) -> Vec<u8> {
    let mut bytes = bundled::find("entra").expect("bundled").bytes.to_vec();
    let payload = format!("{index:08}");
    let name = "number";
    let size = 1 + name.len() + payload.len();
    bytes.push(0);
    bytes.push(u8::try_from(size).expect("below 128: one byte of LEB128"));
    bytes.push(u8::try_from(name.len()).expect("below 128"));
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(payload.as_bytes());
    bytes
}

/// What is resident of the process, in MiB (proc_pid_status(5)).
struct Resident {
    /// Memory of its own.
    own: u64,
    /// Clean pages of mapped files, compiled code among them: the kernel takes them back where memory is short.
    files: u64,
}

impl fmt::Display for Resident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8} + {:>4}", self.own, self.files)
    }
}

fn resident() -> Resident {
    let status = std::fs::read_to_string("/proc/self/status").expect("a Linux with /proc");
    let of = |name: &str| -> u64 {
        let line = status.lines().find(|line| line.starts_with(name));
        let kib = line.and_then(|line| line.split_whitespace().nth(1));
        kib.and_then(|kib| kib.parse::<u64>().ok()).expect(name) / 1024
    };
    Resident {
        own: of("RssAnon:") + of("RssShmem:"),
        files: of("RssFile:"),
    }
}
