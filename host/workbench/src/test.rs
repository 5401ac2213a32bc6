//! `jackfield plugin test`: the table of cases, natively in the author's language and against the component.

use std::path::{Path, PathBuf};
use std::time::Duration;

use plugin::{Engine, Loaded};
use serde_json::{Value, json};

use crate::call;
use crate::cases::{self, Case, Export};
use crate::kept::{Kept, quoted};
use crate::native::{self, Output, Ran, Until};
use crate::problem::{Problem, Standing};
use crate::project::Project;
use crate::screen::{Paint, Screen};
use crate::subject::Subject;

/// What is tested.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The native run alone.
    pub native: bool,
    /// The component alone.
    pub component: bool,
    /// Builds the component first where it is missing or older than the sources.
    pub build: bool,
    /// How long the cases may take natively, without what is built for them; `None` for any time.
    pub timeout: Option<Duration>,
    /// A file or folder of cases in place of `cases` beside the plugin.
    pub cases: Option<PathBuf>,
    /// One JSON document in place of text.
    pub json: bool,
}

/// Tests a plugin's directory, or a component alone. Without a choice both runs are made, the component's only where one is
/// built that is no older than its sources.
///
/// # Errors
/// What is missing, or wrong in a file of cases.
pub fn test(
    what: &str,
    options: &Options,
    engine: &Engine,
    screen: &mut Screen<'_>,
) -> Result<Standing, Problem> {
    if !Path::new(what).is_dir() {
        let subject = Subject::find(what)?;
        let table = component(&subject, options, engine, screen)?;
        if options.json {
            screen.json(&json!({"component": table.document}));
        }
        return Ok(Standing::of(table.good));
    }
    let project = Project::read(Path::new(what))?;
    let mut good = true;
    let mut document = json!({});
    let mut put = |name: &str, value: Value| {
        if let Value::Object(members) = &mut document {
            members.insert(name.to_owned(), value);
        }
    };
    if options.native || !options.component {
        let runner = native::words(&project);
        let output = match options.json {
            true => Output::Aside,
            false => Output::Through,
        };
        if !options.json {
            screen.paint(Paint::Bold, format!("natively: {runner}"));
        }
        let until = Until::After(options.timeout);
        let ran = native::run(&project, output, until, screen)?;
        let passed = ran == Ran::Passed;
        good &= passed;
        if let (false, Some((paint, words))) = (options.json, native::told(ran)) {
            screen.paint(paint, words);
        }
        let mut told = json!({"runner": runner, "good": passed});
        if let (Ran::Late(limit), Value::Object(members)) = (ran, &mut told) {
            members.insert("endedAfterSeconds".to_owned(), json!(limit.as_secs()));
        }
        put("native", told);
    }
    if options.component || !options.native {
        match ready(&project, options, screen)? {
            Ready::Built(subject) => {
                let table = component(&subject, options, engine, screen)?;
                good &= table.good;
                put("component", table.document);
            }
            Ready::No(why) if options.component => {
                return Err(Problem::new(format!("component: not tested, {why}")));
            }
            Ready::No(why) => {
                if !options.json {
                    screen.paint(Paint::Warn, format!("component: not tested, {why}"));
                }
                put("component", json!({"skipped": why}));
            }
            Ready::Broken => {
                good = false;
                put("component", json!({"good": false, "built": false}));
            }
        }
    }
    if options.json {
        screen.json(&document);
    }
    Ok(Standing::of(good))
}

/// Whether there is a component to be tested.
enum Ready {
    Built(Subject),
    No(String),
    Broken,
}

fn ready(project: &Project, options: &Options, screen: &mut Screen<'_>) -> Result<Ready, Problem> {
    let build = format!(
        "run `jackfield plugin build {}` or add --build",
        quoted(&project.dir.display().to_string())
    );
    let why = match project.stale() {
        Some(None) => return Ok(Ready::Built(Subject::built(project)?)),
        Some(Some(newer)) => format!("{} is newer than it: {build}", newer.display()),
        None => format!("it is not built: {build}"),
    };
    if !options.build {
        return Ok(Ready::No(why));
    }
    Ok(match crate::build::component(project, screen)? {
        Some(subject) => Ready::Built(subject),
        None => Ready::Broken,
    })
}

/// The cases of a component, and what became of them.
pub(crate) struct Table {
    pub(crate) good: bool,
    pub(crate) document: Value,
}

/// Runs the table against a component.
pub(crate) fn component(
    subject: &Subject,
    options: &Options,
    engine: &Engine,
    screen: &mut Screen<'_>,
) -> Result<Table, Problem> {
    let loaded = subject.ready(engine)?;
    let cases = table(subject, &loaded, options.cases.as_deref())?;
    if !options.json {
        screen.paint(Paint::Bold, format!("component: {}", subject.name));
    }
    let dir = subject.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let mut kept = Kept::new(&dir, "");
    let mut told = Vec::new();
    let mut failed = 0;
    for case in cases {
        let outcome = one(subject, &loaded, case, &mut kept, options.json, screen)?;
        failed += usize::from(outcome.get("good") != Some(&Value::Bool(true)));
        told.push(outcome);
    }
    let passed = told.len() - failed;
    if !options.json {
        let (paint, tail) = match failed {
            0 => (Paint::Good, String::new()),
            _ => (Paint::Bad, format!(", {failed} failed")),
        };
        screen.paint(
            paint,
            format!("component: {passed} of {} cases pass{tail}", told.len()),
        );
    }
    let document = json!({
        "component": subject.name,
        "digest": loaded.digest().to_string(),
        "good": failed == 0,
        "passed": passed,
        "failed": failed,
        "cases": told,
    });
    Ok(Table {
        good: failed == 0,
        document,
    })
}

/// The cases of a component: those said, or those beside it.
pub(crate) fn table(
    subject: &Subject,
    loaded: &Loaded,
    said: Option<&Path>,
) -> Result<Vec<Case>, Problem> {
    let beside = subject.dir.as_ref().map(|dir| dir.join("cases"));
    let path = said
        .map(Path::to_owned)
        .or_else(|| beside.filter(|beside| beside.is_dir()))
        .ok_or_else(|| {
            Problem::new(format!(
                "there is no folder `cases` beside {}: name one with --cases",
                subject.name
            ))
        })?;
    Ok(cases::read(&path, &Export::of(&loaded.declared().kinds))?)
}

/// One case: its line, and for a failure what was expected, what came, the guest's words and how to repeat it.
fn one(
    subject: &Subject,
    loaded: &Loaded,
    case: Case,
    kept: &mut Kept,
    json: bool,
    screen: &mut Screen<'_>,
) -> Result<Value, Problem> {
    let file = case.file.display().to_string();
    let name = case.name.clone();
    let stem = case
        .file
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let asked = case.into();
    let called = call::call(loaded, &asked)
        .map_err(|problem| Problem::new(format!("{file}: case {name:?}: {problem}")))?;
    let good = called.differing.is_empty();
    let mut outcome = json!({
        "file": file, "name": name, "export": asked.export.as_str(), "good": good, "fuel": called.invoked.report.fuel,
    });
    if good {
        if !json {
            screen.line(&[(Paint::Good, "  ok    "), (Paint::Plain, &name)]);
        }
        return Ok(outcome);
    }
    let input = kept.keep(&format!("{stem} {name}"), &asked)?;
    let again = format!(
        "jackfield plugin run {} --input {}",
        quoted(&subject.name),
        quoted(&input.display().to_string())
    );
    if json {
        if let Value::Object(members) = &mut outcome {
            members.insert(
                "differs".to_owned(),
                call::differing_json(&called.differing),
            );
            members.insert("output".to_owned(), called.invoked.output);
            let failure = called.invoked.failure;
            members.insert("message".to_owned(), json!(failure.map(|it| it.message)));
            members.insert("again".to_owned(), json!(again));
        }
        return Ok(outcome);
    }
    screen.line(&[
        (Paint::Bad, "  FAIL  "),
        (Paint::Bold, &name),
        (Paint::Faint, &format!("  {file}, {}", asked.export)),
    ]);
    call::differences(&called.differing, "        ", screen);
    call::failure(&called.invoked, "        ", screen);
    for line in call::other_lines(&called.invoked) {
        screen.paint(Paint::Faint, format!("        log  {line}"));
    }
    screen.say(format!("        again  {again}"));
    Ok(outcome)
}

#[cfg(test)]
mod tests;
