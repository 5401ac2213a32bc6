//! The cases in the author's own language, with its own runner: `cargo test`, `node --test`, `pytest`, as they are.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::build::{guest, rust};
use crate::problem::Problem;
use crate::project::{Language, Project};
use crate::running::{self, Outcome, Patience};
use crate::screen::{Paint, Screen};

/// After how long it is said that the runner still runs.
const NOTICE: Duration = Duration::from_secs(10);

/// Where the runner's output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// To ours, as it comes.
    Through,
    /// To standard error: ours holds a document.
    Aside,
}

/// How long the runner may take.
pub(crate) enum Until<'a> {
    /// This long, if anything is said.
    After(Option<Duration>),
    /// Until this is so.
    Changed(&'a mut dyn FnMut() -> bool),
}

/// What became of the cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// All pass.
    Passed,
    /// Some fail.
    Failed,
    /// They took longer than this, and were ended.
    Late(Duration),
    /// They were ended since something changed.
    Changed,
}

/// Runs them; the runner's exit code says whether they pass.
///
/// # Errors
/// What is missing to run them.
pub(crate) fn run(
    project: &Project,
    output: Output,
    mut until: Until<'_>,
    screen: &mut Screen<'_>,
) -> Result<Ran, Problem> {
    if let Language::Rust = project.language {
        // The first build takes its time, which is not that of the cases. Only they can be without end.
        let mut build = rust::cargo(&project.dir);
        build.args(["build", "--tests"]);
        match waited(project, build, output, None, &mut until, screen)? {
            Ran::Passed => {}
            other => return Ok(other),
        }
    }
    let command = command(project)?;
    let limit = match &until {
        Until::After(limit) => *limit,
        Until::Changed(_) => None,
    };
    let told = match (&until, limit) {
        (Until::Changed(_), _) => "a save begins anew, Ctrl-C ends it".to_owned(),
        (_, None) => "Ctrl-C ends it".to_owned(),
        (_, Some(limit)) => format!("it is ended after {} s", limit.as_secs()),
    };
    let notice = format!(
        "still running after {} s: `{}` in {}; a case may be without end; {told}",
        NOTICE.as_secs(),
        words(project),
        project.dir.display()
    );
    let bounds = Some((limit, notice));
    waited(project, command, output, bounds, &mut until, screen)
}

/// One tool, with its limit and what is said when it takes long.
fn waited(
    project: &Project,
    mut command: Command,
    output: Output,
    bounds: Option<(Option<Duration>, String)>,
    until: &mut Until<'_>,
    screen: &mut Screen<'_>,
) -> Result<Ran, Problem> {
    // Its group is not the terminal's: who reads from there is stopped.
    command.stdin(Stdio::null());
    if output == Output::Aside {
        command.stdout(Stdio::from(std::io::stderr()));
    }
    let (limit, notice) = match bounds {
        Some((limit, notice)) => (limit, Some(notice)),
        None => (None, None),
    };
    let patience = Patience {
        limit,
        notice: NOTICE,
        say: &mut || match (&notice, output) {
            (None, _) => {}
            (Some(notice), Output::Through) => screen.paint(Paint::Warn, notice),
            // Who cannot be told is not told.
            (Some(notice), Output::Aside) => drop(writeln!(std::io::stderr(), "{notice}")),
        },
        over: &mut || match until {
            Until::After(_) => false,
            Until::Changed(changed) => changed(),
        },
    };
    let outcome = running::run(&mut command, patience).map_err(|error| {
        let program = command.get_program().to_string_lossy().into_owned();
        Problem::new(match (error.kind(), project.language) {
            (std::io::ErrorKind::NotFound, Language::Rust) => {
                format!("{program} is missing: {}", rust::NO_CARGO)
            }
            (std::io::ErrorKind::NotFound, Language::Js) => {
                format!("{program} is missing: {}", guest::NO_NODE)
            }
            (std::io::ErrorKind::NotFound, Language::Python) => {
                format!("{program} is missing: {}", guest::NO_PYTHON)
            }
            _ => format!("{program}: {error}"),
        })
    })?;
    Ok(match outcome {
        Outcome::Itself(true) => Ran::Passed,
        Outcome::Itself(false) => Ran::Failed,
        Outcome::Late(limit) => Ran::Late(limit),
        Outcome::Over => Ran::Changed,
    })
}

/// What is told of it.
pub(crate) fn told(ran: Ran) -> Option<(Paint, String)> {
    Some(match ran {
        Ran::Passed => (Paint::Good, "natively: passed".to_owned()),
        // The SDK for Rust names file and case; those of the other languages stand in the title of the failed test.
        Ran::Failed => (
            Paint::Bad,
            "natively: failed; again: jackfield plugin run . --input 'cases/FILE.json#NAME'"
                .to_owned(),
        ),
        Ran::Late(limit) => (
            Paint::Bad,
            format!(
                "natively: ended after {} s: a case is without end, or --timeout gives it longer",
                limit.as_secs()
            ),
        ),
        Ran::Changed => return None,
    })
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
