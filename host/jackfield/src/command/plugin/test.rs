//! `jackfield plugin test`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use workbench::test::Options;

use super::{ends_what_it_runs, with_engine};

/// What `test` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The plugin's directory, or a component with `cases` beside it
    #[arg(value_name = "DIR|FILE", default_value = ".")]
    plugin: String,
    /// Natively alone, in the plugin's own language
    #[arg(long, conflicts_with_all = ["component", "build"])]
    native: bool,
    /// Against the component alone
    #[arg(long)]
    component: bool,
    /// Builds the component first where it is missing or older than its sources
    #[arg(long)]
    build: bool,
    /// How long the cases may take natively, beside building them
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Other cases for the component: a file or a folder
    #[arg(long, value_name = "PATH")]
    cases: Option<PathBuf>,
    /// Writes one JSON object; what the native runner says goes to standard error
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: Arguments) -> ExitCode {
    let options = Options {
        native: arguments.native,
        component: arguments.component,
        build: arguments.build,
        timeout: Some(Duration::from_secs(arguments.timeout)),
        cases: arguments.cases,
        json: arguments.json,
    };
    ends_what_it_runs();
    with_engine(|engine, screen| workbench::test::test(&arguments.plugin, &options, engine, screen))
}
