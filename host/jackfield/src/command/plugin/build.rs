//! `jackfield plugin build`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::with_engine;

/// What `build` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing is installed: what is missing is said, with the command that gets it."
)]
pub(super) struct Arguments {
    /// The plugin's directory
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    with_engine(|engine, screen| workbench::build::build(&arguments.dir, engine, screen))
}
