//! The cases in the author's own language, with its own runner: `cargo test`, `node --test`, `pytest`, as they are.

use std::process::{Command, Stdio};

use crate::build::{guest, rust};
use crate::problem::Problem;
use crate::project::{Language, Project};

/// Where the runner's output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// To ours, as it comes.
    Through,
    /// To standard error: ours holds a document.
    Aside,
}

/// Runs them; the runner's exit code says whether they pass.
///
/// # Errors
/// What is missing to run them.
pub(crate) fn run(project: &Project, output: Output) -> Result<bool, Problem> {
    let mut command = command(project)?;
    if output == Output::Aside {
        command.stdout(Stdio::from(std::io::stderr()));
    }
    let status = command.status().map_err(|error| {
        let program = command.get_program().to_string_lossy().into_owned();
        match error.kind() {
            std::io::ErrorKind::NotFound => Problem::new(format!(
                "{program} is missing, which runs the cases of a plugin in {}",
                project.language
            )),
            _ => Problem::new(format!("{program}: {error}")),
        }
    })?;
    Ok(status.success())
}

/// The runner's command line, for people.
pub(crate) fn words(project: &Project) -> &'static str {
    match project.language {
        Language::Rust => "cargo test",
        Language::Js => "node --test",
        Language::Python => "pytest",
    }
}

fn command(project: &Project) -> Result<Command, Problem> {
    Ok(match project.language {
        Language::Rust => {
            let mut cargo = rust::cargo(&project.dir);
            cargo.arg("test");
            cargo
        }
        Language::Js => {
            let mut node = Command::new("node");
            node.current_dir(&project.dir).arg("--test");
            node
        }
        Language::Python => {
            let python = guest::interpreter(project)?;
            let has = guest::tool(&python, project)
                .args(["-c", "import pytest"])
                .stderr(Stdio::null())
                .status();
            if !has.is_ok_and(|status| status.success()) {
                return Err(Problem::new(format!(
                    "pytest is missing: run `{}` in {}",
                    guest::INSTALL,
                    project.dir.display()
                )));
            }
            let mut pytest = guest::tool(&python, project);
            pytest.args(["-m", "pytest"]);
            pytest
        }
    })
}
