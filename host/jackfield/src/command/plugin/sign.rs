//! `jackfield plugin sign`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use registry::{Digest, SigningKey, add_signature};
use workbench::problem::Problem;

use super::{signed_file, unable};
use crate::command::say;

/// What `sign` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The component
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The key, as `jackfield plugin key` made it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> ExitCode {
    match sign(&arguments.file, &arguments.key) {
        Ok(said) => {
            say(said);
            ExitCode::SUCCESS
        }
        Err(problem) => unable(&problem),
    }
}

fn sign(file: &Path, key: &Path) -> Result<String, Problem> {
    let said = |error: &dyn std::error::Error| Problem::new(error.to_string());
    let digest = Digest::of(&signed_file(file)?);
    let key = SigningKey::read(key).map_err(|error| said(&error))?;
    let signature = key.sign(&digest).map_err(|error| said(&error))?;
    let written = add_signature(file, &signature).map_err(|error| said(&error))?;
    Ok(format!(
        "{}: signed {digest} by {}",
        written.display(),
        key.public()
    ))
}
