//! `jackfield plugin replay`.

use std::path::PathBuf;
use std::process::ExitCode;

use workbench::input;
use workbench::replay::Options;

use super::{subject, unable, with_engine};

/// What `replay` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Recordings are made where the configuration has [tenants.NAME.connections.NAME.recording]. Of masked ones, --against \
                  the old build compares like with like."
)]
pub(super) struct Arguments {
    /// The new build
    #[arg(long, value_name = "PLUGIN")]
    plugin: String,
    /// A file of recordings, or a folder with them
    #[arg(long, value_name = "DIR|FILE")]
    runs: PathBuf,
    /// Another build, run on the same inputs, in place of what was recorded
    #[arg(long, value_name = "PLUGIN")]
    against: Option<String>,
    /// The calls of the plugin that the configuration knows by this name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Settings in place of the recorded ones: JSON, or TOML if it ends so
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A directory in place of the recorded answers: JSON
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
    /// Tells every changed call
    #[arg(long)]
    diff: bool,
    /// Writes one JSON object
    #[arg(long)]
    json: bool,
    /// A registry that is spoken to without TLS
    #[arg(long, value_name = "HOST:PORT")]
    insecure: Vec<String>,
}

pub(super) async fn run(arguments: Arguments) -> ExitCode {
    let new = match subject(&arguments.plugin, &arguments.insecure).await {
        Ok(subject) => subject,
        Err(problem) => return unable(&problem),
    };
    let old = match &arguments.against {
        Some(named) => match subject(named, &arguments.insecure).await {
            Ok(subject) => Some(subject),
            Err(problem) => return unable(&problem),
        },
        None => None,
    };
    with_engine(|engine, screen| {
        let settings = arguments.settings.as_deref().map(input::settings);
        let directory = arguments.directory.as_deref().map(input::directory);
        let options = Options {
            runs: arguments.runs,
            name: arguments.name,
            settings: settings.transpose()?,
            directory: directory.transpose()?,
            diff: arguments.diff,
            json: arguments.json,
        };
        workbench::replay::replay(&new, old.as_ref(), &options, engine, screen)
    })
}
