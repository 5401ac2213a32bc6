//! What needs a process of its own: compiling in children of this program, and what hostile guests cost of memory.
//!
//! It has no test harness: one would write to the standard output that carries code, and run tests beside those that measure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test, and a program that prints"
)]

#[allow(
    dead_code,
    reason = "these tests need one guest of all that it can make"
)]
#[path = "../it/guest.rs"]
mod guest;

use std::io::{Read, Write, stdin, stdout};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use guest::Guest;
use plugin::compile::{ChildCompiler, Compile, MEMORY, NoCode, child_within};
use plugin::{Allocator, Engine, EngineSettings, Export, Invocation, Limits, LoadError, PoolSize};
use serde_json::json;

const PARENT: [(&str, fn()); 12] = [
    ("p3_a_bomb_of_memory_costs_what_one_guest_may_have", bombs),
    ("a_child_compiles_what_the_parent_runs", compiles),
    (
        "without_address_space_the_code_fits_too",
        compiles_on_demand,
    ),
    ("what_the_child_refuses_is_told", refuses),
    ("p9_a_bomb_of_time_is_ended", time_bomb),
    ("p9_a_bomb_of_memory_is_ended", memory_bomb),
    ("a_child_that_hangs_is_ended_at_the_deadline", hangs),
    ("a_child_that_is_killed_is_no_fault_of_a_component", killed),
    ("a_child_that_floods_is_cut_off", floods),
    ("a_child_sees_no_environment_and_must_exist", environment),
    ("a_child_is_the_first_to_go_for_memory", first_to_go),
    ("two_children_run_at_a_time", two_at_a_time),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| args.get(at).and_then(|arg| arg.parse::<u64>().ok());
    let done = match args.first().map(String::as_str) {
        Some("child") => child_within(
            Duration::from_secs(number(1).expect("seconds")),
            number(2).expect("MiB") << 20,
            &Limits::default(),
            stdin().lock(),
            stdout().lock(),
        ),
        Some("hang") => {
            drop(stdin().lock().read_to_end(&mut Vec::new()));
            std::thread::sleep(Duration::from_secs(3_600));
            Ok(())
        }
        Some("flood") => loop {
            if stdout().lock().write_all(&[0; 1 << 16]).is_err() {
                break Err("nobody reads".to_owned());
            }
        },
        Some("killed") => {
            let this = rustix::process::getpid();
            rustix::process::kill_process(this, rustix::process::Signal::KILL)
                .map_err(|error| error.to_string())
        }
        Some("score") => {
            let limits = Limits::default();
            let refused =
                child_within(Duration::from_secs(9), MEMORY, &limits, &[][..], Vec::new());
            let score = std::fs::read_to_string("/proc/self/oom_score_adj");
            Err(format!("{:?}, {score:?}", refused.is_err()))
        }
        Some("environment") => Err(format!("{} variables", std::env::vars_os().count())),
        _ => {
            for (name, test) in PARENT {
                test();
                println!("test {name} ... ok");
            }
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn compiler(args: &[&str]) -> ChildCompiler {
    let this = std::env::current_exe().expect("a program");
    ChildCompiler::new(this, args.iter().map(ToString::to_string).collect())
}

/// A child as the service starts it.
fn usual() -> ChildCompiler {
    compiler(&["child", "60", &(MEMORY >> 20).to_string()])
}

fn engine(compiler: ChildCompiler, pool: PoolSize) -> Engine {
    Engine::new(EngineSettings {
        pool,
        compiler: Some(Arc::new(compiler)),
        ..EngineSettings::default()
    })
    .expect("an engine")
}

fn works(engine: &Engine) {
    let loaded = engine
        .load("child", &Guest::settings_mapper().build())
        .expect("it is loaded");
    let input = json!({"settings": {"userName": "ada"}});
    let invoked = loaded.invoke(&Invocation::new(Export::ToTarget, input));
    let output = invoked.expect("an invocation").output;
    assert_eq!(output, json!({"target": {"userName": "ada"}}));
}

fn compiles() {
    let engine = engine(usual(), PoolSize::running(2));
    assert_eq!(engine.allocator(), Allocator::Pooling);
    works(&engine);
}

fn compiles_on_demand() {
    let engine = engine(usual(), PoolSize::running(1_000_000));
    assert_eq!(engine.allocator(), Allocator::OnDemand);
    works(&engine);
}

fn failure(compiler: &ChildCompiler, component: &[u8]) -> String {
    compiler
        .compile(component, Allocator::Pooling)
        .expect_err("no code")
        .to_string()
}

fn refuses() {
    let reason = failure(&usual(), b"(component)");
    assert!(reason.contains("not a WebAssembly binary"), "{reason}");
    let reason = failure(&usual(), &vec![0; Limits::default().component + 1]);
    assert!(reason.contains("at most"), "{reason}");
}

/// A plugin with one function that is long and has many variables, each of which every turn of it changes.
fn bomb() -> Vec<u8> {
    let locals = 2_000;
    let turn = |turn: usize| {
        let (to, from) = (turn % locals, (turn * 7) % locals);
        format!(
            "(if (i64.eqz (local.get {to}))
               (then (local.set {to} (i64.mul (local.get {from}) (local.get {to}))) (br_if $again (i64.eqz (local.get {from})))))"
        )
    };
    let turns: String = (0..40_000).map(turn).collect();
    let function = format!(
        "(func (local {}) (loop $again {turns}))",
        "i64 ".repeat(locals)
    );
    Guest::settings_mapper().with(&function).build()
}

fn time_bomb() {
    let started = Instant::now();
    let child = compiler(&["child", "1", &(MEMORY >> 20).to_string()]);
    let refused = engine(child, PoolSize::running(1)).load("bomb", &bomb());
    let Err(LoadError::Compile(reason)) = refused else {
        panic!("it compiles: {refused:?}");
    };
    assert!(reason.contains("ran out of CPU time"), "{reason}");
    // The machine may be busy; the whole bomb takes minutes.
    assert!(started.elapsed() < Duration::from_secs(60));
}

fn memory_bomb() {
    let child = compiler(&["child", "60", "160"]);
    let refused = engine(child, PoolSize::running(1)).load("bomb", &bomb());
    let Err(LoadError::Compile(reason)) = refused else {
        panic!("it compiles: {refused:?}");
    };
    assert!(reason.contains("ran out of memory"), "{reason}");
}

fn killed() {
    let refused = compiler(&["killed"]).compile(b"\0asm", Allocator::Pooling);
    let Err(NoCode::NotNow(reason)) = refused else {
        panic!("{refused:?}");
    };
    assert!(reason.contains("from outside by signal 9"), "{reason}");
}

fn hangs() {
    let child = compiler(&["hang"]).deadline(Duration::from_millis(300));
    let started = Instant::now();
    let refused = child.compile(b"\0asm", Allocator::Pooling);
    let Err(NoCode::NotNow(reason)) = refused else {
        panic!("{refused:?}");
    };
    assert!(reason.contains("longer than 0.3 s"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(60));
}

fn floods() {
    let reason = failure(&compiler(&["flood"]), b"\0asm");
    assert!(reason.contains("nobody reads"), "{reason}");
}

/// Takes what it gets and writes to each page of it, in memory after memory.
fn bombs() {
    let glutton = Guest::new().forward(
        "(local $at i32)
         (loop $again
           (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1))
             (then
               (local.set $at (i32.shl (i32.sub (memory.size) (i32.const 1)) (i32.const 16)))
               (loop $page
                 (i32.store (local.get $at) (i32.const 1))
                 (local.set $at (i32.add (local.get $at) (i32.const 4096)))
                 (br_if $page (i32.and (local.get $at) (i32.const 0xffff))))
               (br $again))))
         unreachable",
    );
    let engine = Engine::new(EngineSettings::default()).expect("an engine");
    let small = engine
        .load("glutton", &glutton.build())
        .expect("it is loaded");
    let padded = [&glutton.build()[..], &padding(2 << 20)].concat();
    let large = engine.load("padded", &padded).expect("it is loaded");
    // Whatever an engine and a first call take once is no guest's.
    works(&engine);
    // proc_pid_clear_refs(5): the peak is counted from here.
    std::fs::write("/proc/self/clear_refs", "5").expect("a Linux with /proc");
    let before = memory();
    for (guest, most) in [(&small, 40 << 20), (&large, 72 << 20)] {
        for _ in 0..20 {
            let invoked = guest.invoke(&Invocation::new(Export::ToTarget, json!({})));
            let output = invoked.expect("an invocation").output.to_string();
            assert!(output.contains("KiB of memory"), "{output}");
        }
        let more = most_memory() - before;
        assert!(more < most, "{} MiB more", more >> 20);
        let left = memory().saturating_sub(before);
        assert!(left < 8 << 20, "{} MiB are kept", left >> 20);
    }
}

/// A custom section of so many bytes and a few.
fn padding(bytes: u32) -> Vec<u8> {
    let mut section = vec![0];
    let mut left = bytes + 1;
    while left > 0x7f {
        section.push(u8::try_from(left & 0x7f).expect("7 bits") | 0x80);
        left >>= 7;
    }
    section.push(u8::try_from(left).expect("7 bits"));
    // An empty name.
    section.push(0);
    section.resize(section.len() + bytes as usize, 0);
    section
}

/// Bytes of this process that are in memory.
fn memory() -> u64 {
    status("VmRSS:")
}

/// The most that ever were.
fn most_memory() -> u64 {
    status("VmHWM:")
}

fn status(member: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a Linux with /proc");
    let line = status.lines().find_map(|line| line.strip_prefix(member));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number
        .expect("a number")
        .trim()
        .parse::<u64>()
        .expect("KiB")
        << 10
}

fn environment() {
    let reason = failure(&compiler(&["environment"]), b"\0asm");
    assert_eq!(reason, "0 variables");
    let absent = ChildCompiler::new("/nowhere/jackfield".into(), Vec::new());
    let reason = failure(&absent, b"\0asm");
    assert!(
        reason.contains("/nowhere/jackfield does not start"),
        "{reason}"
    );
}

fn first_to_go() {
    let reason = failure(&compiler(&["score"]), b"\0asm");
    assert_eq!(reason, r#"true, Ok("1000\n")"#);
}

fn two_at_a_time() {
    let deadline = Duration::from_millis(300);
    let child = compiler(&["hang"]).deadline(deadline);
    let started = Instant::now();
    std::thread::scope(|threads| {
        for _ in 0..5 {
            threads.spawn(|| failure(&child, b"\0asm"));
        }
    });
    // Each waits for its turn, and its time begins then.
    assert!(started.elapsed() >= 3 * deadline);
}
