//! The commands, one file each.

pub mod check;
pub mod compile_plugin;
pub mod config;
pub mod demo;
pub mod explain;
pub mod init;
pub mod match_users;
pub mod plan;
pub mod plugin;
pub mod release;
pub mod retry;
mod running;
mod screen;
pub mod serve;
pub mod simulate;
pub mod token;
pub mod transfer;
mod wrap;

use std::fmt::Display;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

/// Says on standard error why the command ends, and ends it with 1.
#[allow(clippy::print_stderr, reason = "commands talk to people here")]
pub(crate) fn fail(reason: impl Display) -> ExitCode {
    eprintln!("jackfield: {}", screen::harmless(&reason.to_string()));
    ExitCode::FAILURE
}

/// Says a line on standard output. What others named cannot steer the terminal.
pub(crate) fn say(line: impl Display) {
    put(screen::harmless(&line.to_string()));
}

/// Says a JSON document on standard output.
pub(crate) fn say_json(document: &serde_json::Value) {
    put(screen::escaped(&format!("{document:#}")));
}

/// Says a line of ours alone, in colours.
pub(crate) fn say_styled(line: impl Display) {
    put(line);
}

/// A reader that went away is no reason to fail.
fn put(line: impl Display) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// Waits for SIGTERM or SIGINT.
pub(crate) async fn told_to_stop() {
    let (Ok(mut term), Ok(mut int)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
