//! A component from JavaScript or Python: the vendored SDK knows how, and runs the tools that the author's own manifest names.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plugin::Kind;

use crate::problem::Problem;
use crate::project::{Language, Project};

/// How the tools of a plugin in Python are installed.
pub(crate) const INSTALL: &str =
    "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt";

pub(crate) const NO_NODE: &str = "install Node.js 20 or newer, as from https://nodejs.org";
pub(crate) const NO_PYTHON: &str = "install Python 3.11 or newer, as from https://www.python.org";

/// Builds; false where the SDK's build says that it does not.
pub(super) fn build(project: &Project) -> Result<bool, Problem> {
    let entry = project.entry.as_deref().unwrap_or(Path::new(""));
    if !project.dir.join(entry).is_file() {
        return Err(Problem::new(format!(
            "{} is missing: `entry` of jackfield-plugin.toml names the plugin's file",
            project.dir.join(entry).display()
        )));
    }
    let mut command = match project.language {
        Language::Python => python(project)?,
        _ => node(project)?,
    };
    command.arg("--entry").arg(entry);
    command.arg("--out").arg(&project.component);
    let status = command
        .status()
        .map_err(|error| Problem::new(format!("{}: {error}", project.language)))?;
    match status.code() {
        // The SDKs' builds tell apart what is the plugin's fault, and have said what is missing.
        Some(2 | 64) => Err(Problem::new(format!(
            "{} cannot be built here, for the reason above",
            project.name
        ))),
        _ => Ok(status.success()),
    }
}

fn node(project: &Project) -> Result<Command, Problem> {
    vendored(project, "sdk/build.mjs")?;
    there("node", NO_NODE)?;
    let kinds: Vec<&str> = project.kinds.iter().map(|kind| kind.as_str()).collect();
    let mut node = Command::new("node");
    node.current_dir(&project.dir).arg("sdk/build.mjs");
    node.args(["--kinds", &kinds.join(",")]);
    Ok(node)
}

fn python(project: &Project) -> Result<Command, Problem> {
    vendored(project, "sdk/jackfield_sdk/build.py")?;
    let python = interpreter(project)?;
    let has = tool(&python, project)
        .args(["-c", "import componentize_py"])
        .stderr(Stdio::null())
        .status();
    if !has.is_ok_and(|status| status.success()) {
        return Err(Problem::new(format!(
            "the tools of {} are missing: run `{}` in {}",
            project.dir.join("requirements.txt").display(),
            INSTALL,
            project.dir.display()
        )));
    }
    let mut command = tool(&python, project);
    command.args(["-m", "jackfield_sdk.build"]);
    command.args(["--wit", "sdk/wit"]);
    if let Some(world) = world(&project.kinds) {
        command.args(["--world", world]);
    }
    Ok(command)
}

/// The contract's world for exactly these kinds (wit/worlds.wit); the SDK writes one for the others.
fn world(kinds: &[Kind]) -> Option<&'static str> {
    match kinds {
        [Kind::Mapper] => Some("mapper-plugin"),
        [Kind::TemplateChooser] => Some("template-chooser-plugin"),
        [Kind::Rules] => Some("rules-plugin"),
        [Kind::Mapper, Kind::TemplateChooser, Kind::Rules] => Some("plugin"),
        _ => None,
    }
}

/// The interpreter of the plugin's own environment, else that of the machine.
pub(crate) fn interpreter(project: &Project) -> Result<PathBuf, Problem> {
    let own = project.dir.join(".venv/bin/python");
    if own.exists() {
        return std::path::absolute(&own).map_err(|error| Problem::file(&own, &error));
    }
    there("python3", NO_PYTHON)?;
    Ok(PathBuf::from("python3"))
}

/// An interpreter that finds the SDK.
pub(crate) fn tool(python: &Path, project: &Project) -> Command {
    let mut command = Command::new(python);
    command.current_dir(&project.dir).env("PYTHONPATH", "sdk");
    command
}

fn vendored(project: &Project, file: &str) -> Result<(), Problem> {
    if project.dir.join(file).is_file() {
        return Ok(());
    }
    Err(Problem::new(format!(
        "{} is missing: run `jackfield plugin sdk {}`",
        project.dir.join(file).display(),
        project.dir.display()
    )))
}

/// Whether a program is to be found.
pub(crate) fn there(program: &str, missing: &str) -> Result<(), Problem> {
    let asked = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match asked {
        Ok(_) => Ok(()),
        Err(error) => Err(Problem::new(format!(
            "{program} is missing ({error}): {missing}"
        ))),
    }
}
