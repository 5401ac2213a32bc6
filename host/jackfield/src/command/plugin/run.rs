//! `jackfield plugin run`.

use std::path::PathBuf;
use std::process::ExitCode;

use workbench::cases::Export;
use workbench::input::{self, Instead};

use super::{subject, unable, with_engine};

/// What `run` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "An input is a JSON object: {\"source\": {...}, \"settings\": {...}} with what matters, the rest is filled in. It may \
                  also be a case of a file, a line of a recording, or what a failed test left behind."
)]
pub(super) struct Arguments {
    /// A component, a plugin's directory, the name of a bundled plugin, or oci://REGISTRY/NAME@sha256:HEX
    #[arg(value_name = "PLUGIN")]
    plugin: String,
    /// The input: FILE, FILE#CASE, RECORDING#LINE, or - for standard input
    #[arg(long, value_name = "FILE")]
    input: String,
    /// What is called, where the input does not tell
    #[arg(long, value_name = "EXPORT", value_parser = export)]
    export: Option<Export>,
    /// Settings in place of the input's: JSON, or TOML if it ends so
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A directory of roles, teams and templates in place of the input's: JSON
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
    /// Writes one JSON object
    #[arg(long)]
    json: bool,
    /// A registry that is spoken to without TLS
    #[arg(long, value_name = "HOST:PORT")]
    insecure: Vec<String>,
}

fn export(name: &str) -> Result<Export, String> {
    Export::parse(name)
        .ok_or_else(|| "there are to-target, to-source, choose and decide".to_owned())
}

pub(super) async fn run(arguments: Arguments) -> ExitCode {
    let subject = match subject(&arguments.plugin, &arguments.insecure).await {
        Ok(subject) => subject,
        Err(problem) => return unable(&problem),
    };
    let instead = Instead {
        export: arguments.export,
        settings: arguments.settings,
        directory: arguments.directory,
    };
    with_engine(|engine, screen| {
        let loaded = subject.ready(engine)?;
        let exports = Export::of(&loaded.declared().kinds);
        let mut stdin = std::io::stdin();
        let asked = input::read(&arguments.input, &exports, &instead, &mut stdin)?;
        workbench::run::run(&subject, &loaded, &asked, arguments.json, screen)
    })
}
