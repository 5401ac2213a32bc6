//! `jackfield plugin dev`, until Ctrl-C.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{ends_what_it_runs, with_engine};

/// What `dev` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The plugin's directory
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Builds on each save, too, and runs the cases against the component
    #[arg(long)]
    component: bool,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    ends_what_it_runs();
    with_engine(|engine, screen| {
        workbench::dev::dev(&arguments.dir, arguments.component, engine, screen)
    })
}
