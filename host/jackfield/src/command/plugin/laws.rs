//! `jackfield plugin laws`.

use std::path::PathBuf;
use std::process::ExitCode;

use workbench::input;
use workbench::laws::Options;
use workbench::subject::Subject;

use super::with_engine;

/// What `laws` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A component, a plugin's directory, or the name of a bundled mapper
    #[arg(value_name = "PLUGIN", default_value = ".")]
    plugin: String,
    /// Equal seeds try equal inputs
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many resources are generated
    #[arg(long, value_name = "N", default_value_t = 200)]
    count: usize,
    /// Settings in place of those of the cases: JSON, or TOML if it ends so
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Other cases: a file or a folder
    #[arg(long, value_name = "PATH")]
    cases: Option<PathBuf>,
    /// An attribute of the target that is not written back, and is meant not to be
    #[arg(long, value_name = "ATTRIBUTE")]
    one_way: Vec<String>,
    /// Writes one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: Arguments) -> ExitCode {
    with_engine(|engine, screen| {
        let settings = arguments.settings.as_deref().map(input::settings);
        let options = Options {
            seed: arguments.seed,
            count: arguments.count,
            settings: settings.transpose()?,
            cases: arguments.cases,
            one_way: arguments.one_way,
            json: arguments.json,
        };
        let subject = Subject::find(&arguments.plugin)?;
        workbench::laws::laws(&subject, &options, engine, screen)
    })
}
