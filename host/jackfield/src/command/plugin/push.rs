//! `jackfield plugin push`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use registry::{Digest, PushFacts, SigningKey, Tagged, read_signatures};
use serde_json::json;
use workbench::inspect::facts;
use workbench::problem::Problem;
use workbench::project::Project;
use workbench::subject::Subject;

use super::{signed_file, store, unable};
use crate::command::{say, say_json};

/// What `push` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "User and password are those of `docker login`. What is printed is for `use` in the configuration."
)]
pub(super) struct Arguments {
    /// The component; signatures beside it go along
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where to: oci://REGISTRY/NAME:TAG
    #[arg(value_name = "REFERENCE")]
    reference: String,
    /// A key that signs it on the way
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Writes one JSON object
    #[arg(long)]
    json: bool,
    /// A registry that is spoken to without TLS
    #[arg(long, value_name = "HOST:PORT")]
    insecure: Vec<String>,
}

pub(super) async fn run(arguments: Arguments) -> ExitCode {
    match push(&arguments).await {
        Ok(pushed) if arguments.json => {
            say_json(&json!({
                "use": pushed.reference.to_string(),
                "digest": pushed.digest.to_string(),
                "component": pushed.component.to_string(),
            }));
            ExitCode::SUCCESS
        }
        Ok(pushed) => {
            say(format_args!("use = \"{}\"", pushed.reference));
            ExitCode::SUCCESS
        }
        Err(problem) => unable(&problem),
    }
}

/// The component's bytes. A plugin's directory is no component: what is pushed should be named.
fn component(file: &Path) -> Result<Vec<u8>, Problem> {
    if !file.is_dir() {
        return signed_file(file);
    }
    let named = match Project::read(file) {
        Ok(project) => format!("the component in it, {}", project.component().display()),
        Err(_) => "a component".to_owned(),
    };
    Err(Problem::new(format!(
        "{} is a directory: name {named}",
        file.display()
    )))
}

async fn push(arguments: &Arguments) -> Result<registry::Pushed, Problem> {
    let said = |error: &dyn std::error::Error| Problem::new(error.to_string());
    let place = Tagged::parse(&arguments.reference).map_err(|error| said(&error))?;
    let bytes = component(&arguments.file)?;
    let mut signatures = read_signatures(&arguments.file).map_err(|error| said(&error))?;
    if let Some(key) = &arguments.key {
        let key = SigningKey::read(key).map_err(|error| said(&error))?;
        let signature = key
            .sign(&Digest::of(&bytes))
            .map_err(|error| said(&error))?;
        if !signatures.contains(&signature) {
            signatures.push(signature);
        }
    }
    // What this host would refuse helps nobody in a registry.
    let subject = Subject::fetched(&arguments.file.display().to_string(), bytes);
    let facts = facts(&*subject.ready(&workbench::engine::engine()?)?);
    let facts = PushFacts {
        name: facts.name,
        version: facts.version,
        description: facts.description,
        kinds: facts.kinds,
        imports: facts.imports,
        exports: facts.exports,
        target: None,
    };
    let store = store(&arguments.insecure)?;
    let pushed = store
        .push(&place, &subject.bytes, &facts, &signatures)
        .await;
    pushed.map_err(|error| said(&error))
}
