//! `jackfield plugin inspect`.

use std::process::ExitCode;

use super::{subject, unable, with_engine};

/// What `inspect` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A component, a plugin's directory, the name of a bundled plugin, or oci://REGISTRY/NAME@sha256:HEX
    #[arg(value_name = "PLUGIN")]
    plugin: String,
    /// Writes one JSON object
    #[arg(long)]
    json: bool,
    /// A registry that is spoken to without TLS
    #[arg(long, value_name = "HOST:PORT")]
    insecure: Vec<String>,
}

pub(super) async fn run(arguments: Arguments) -> ExitCode {
    let subject = match subject(&arguments.plugin, &arguments.insecure).await {
        Ok(subject) => subject,
        Err(problem) => return unable(&problem),
    };
    with_engine(|engine, screen| {
        Ok(workbench::inspect::inspect(
            &subject,
            engine,
            arguments.json,
            screen,
        ))
    })
}
