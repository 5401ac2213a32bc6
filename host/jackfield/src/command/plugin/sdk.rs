//! `jackfield plugin sdk`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::on_screen;

/// What `sdk` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The plugin's directory
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    on_screen(|screen| workbench::new::sdk(&arguments.dir, screen))
}
