//! `jackfield demo`.

use std::process::ExitCode;

/// What `demo` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {}

/// Plays the cycle.
pub async fn run(_arguments: Arguments) -> ExitCode {
    ExitCode::SUCCESS
}
