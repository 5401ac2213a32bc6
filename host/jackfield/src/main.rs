//! The `jackfield` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    jackfield::cli::run()
}
