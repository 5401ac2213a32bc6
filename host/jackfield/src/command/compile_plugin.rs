//! `jackfield compile-plugin`: the process that `serve` compiles a component in. It limits itself, reads the component from standard
//! input, and writes the code to standard output.

use std::process::ExitCode;

use plugin::Limits;

use crate::command::screen;

/// Compiles one component. Not for people: `serve` calls it.
#[allow(clippy::print_stderr, reason = "the caller reads the reason there")]
pub fn run() -> ExitCode {
    let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match plugin::compile::child(&Limits::default(), input, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{}", screen::harmless(&reason));
            ExitCode::FAILURE
        }
    }
}
