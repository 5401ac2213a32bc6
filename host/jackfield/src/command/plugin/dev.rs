//! `jackfield plugin dev`. Ctrl-C ends it as it ends any program: there is nothing to be put in order.

use std::path::PathBuf;
use std::process::ExitCode;

use super::with_engine;

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
    with_engine(|engine, screen| {
        workbench::dev::dev(&arguments.dir, arguments.component, engine, screen)
    })
}
