//! `jackfield plugin bench`.

use std::path::PathBuf;
use std::process::ExitCode;

use workbench::bench::Options;
use workbench::subject::Subject;

use super::with_engine;

/// What `bench` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Fuel is the same on every machine and is judged; time is shown. The baseline is bench.json in the plugin's directory: \
                  commit it."
)]
pub(super) struct Arguments {
    /// The plugin's directory, or a component with `cases` beside it
    #[arg(value_name = "DIR|FILE", default_value = ".")]
    plugin: String,
    /// Writes the baseline
    #[arg(long)]
    save: bool,
    /// Another baseline
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Other cases: a file or a folder
    #[arg(long, value_name = "PATH")]
    cases: Option<PathBuf>,
    /// By how much a case's fuel may rise
    #[arg(long, value_name = "PERCENT", default_value_t = 5.0)]
    tolerance: f64,
    /// How often each case runs for its time
    #[arg(long, value_name = "N", default_value_t = 21)]
    rounds: usize,
    /// Writes one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: Arguments) -> ExitCode {
    let options = Options {
        save: arguments.save,
        baseline: arguments.baseline,
        cases: arguments.cases,
        tolerance: arguments.tolerance,
        rounds: arguments.rounds,
        json: arguments.json,
    };
    with_engine(|engine, screen| {
        let subject = Subject::find(&arguments.plugin)?;
        workbench::bench::bench(&subject, &options, engine, screen)
    })
}
