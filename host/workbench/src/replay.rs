//! `jackfield plugin replay`: a new build over recorded calls. Guests are deterministic and the host's answers are recorded, so
//! whatever comes out otherwise is the new build's doing.

mod outcome;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use plugin::{Engine, Invocation, Loaded, Run, read_recordings};
use serde_json::{Value, json};

use crate::problem::{Problem, Standing};
use crate::screen::{Paint, Screen, count, several};
use crate::subject::Subject;
use outcome::{Changed, Groups};

/// Examples of a group that are told without `--diff`.
const EXAMPLES: usize = 1;

/// What is replayed.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// A file of recordings, or a folder with them.
    pub runs: PathBuf,
    /// The calls of the plugin that the configuration knows by this name.
    pub name: Option<String>,
    /// Settings in place of the recorded ones.
    pub settings: Option<Value>,
    /// A directory in place of the recorded answers.
    pub directory: Option<Value>,
    /// Tells every changed call, attribute by attribute.
    pub diff: bool,
    /// One JSON document in place of text.
    pub json: bool,
}

/// What became of all calls.
#[derive(Default)]
struct Total {
    replayed: usize,
    masked: usize,
    incomplete: usize,
    without_settings: usize,
    fuel_before: u64,
    fuel_after: u64,
}

/// Runs a build over recorded calls and compares with what was recorded, or with what `against` answers to the same input. Bad
/// where any outcome changed.
///
/// # Errors
/// Recordings of which none can be replayed.
pub fn replay(
    subject: &Subject,
    against: Option<&Subject>,
    options: &Options,
    engine: &Engine,
    screen: &mut Screen<'_>,
) -> Result<Standing, Problem> {
    subject.must_be_fresh()?;
    let new = subject.ready(engine)?;
    let old = against.map(|one| one.ready(engine)).transpose()?;
    let (runs, unreadable) = runs(subject, &new, old.as_ref(), options)?;
    let (mut groups, mut total) = (Groups::default(), Total::default());
    for run in &runs {
        if run.cut && options.directory.is_none() {
            total.incomplete += 1;
            continue;
        }
        if run.settings_missing && options.settings.is_none() {
            total.without_settings += 1;
            continue;
        }
        let invocation = invocation(run, options);
        let (before, fuel) = match &old {
            Some(old) => invoked(old, &invocation, run)?,
            None => (run.output.clone(), run.fuel),
        };
        let (after, fuel_after) = invoked(&new, &invocation, run)?;
        total.replayed += 1;
        total.masked += usize::from(run.masked);
        total.fuel_before += fuel;
        total.fuel_after += fuel_after;
        if let Some(changed) = Changed::between(run, before, after) {
            groups.add(changed);
        }
    }
    if total.replayed == 0 {
        return Err(Problem::new(format!(
            "{}: none of {} calls can be replayed: {} without their settings (give --settings), {} without all answers of the host \
             (give --directory)",
            options.runs.display(),
            runs.len(),
            total.without_settings,
            total.incomplete
        )));
    }
    if options.json {
        screen.json(&document(&groups, &total, &unreadable));
    } else {
        for one in &unreadable {
            screen.paint(Paint::Warn, format!("not read: {one}"));
        }
        groups.show(options.diff, EXAMPLES, screen);
        summary(&groups, &total, old.is_some(), screen);
    }
    Ok(Standing::of(groups.is_empty()))
}

/// The calls of the plugin, and the lines that are none.
fn runs(
    subject: &Subject,
    new: &Loaded,
    old: Option<&Arc<Loaded>>,
    options: &Options,
) -> Result<(Vec<Run>, Vec<String>), Problem> {
    let read = read_recordings(&options.runs).map_err(|error| Problem::new(error.to_string()))?;
    let (mut runs, mut unreadable) = (Vec::new(), Vec::new());
    for run in read {
        match run {
            Ok(run) => runs.push(run),
            Err(error) => unreadable.push(error.to_string()),
        }
    }
    if runs.is_empty() {
        let first = unreadable.first().map(String::as_str).unwrap_or_default();
        return Err(Problem::new(format!(
            "{}: holds no recorded call; {first}",
            options.runs.display()
        )));
    }
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for run in &runs {
        *names.entry(&run.invocation.name).or_default() += 1;
    }
    let same = |run: &Run| match (&options.name, old) {
        (Some(name), _) => run.invocation.name == *name,
        (None, Some(old)) if run.digest == old.digest().to_string() => true,
        _ => {
            is_called(&run.invocation.name, &new.about().name)
                || run.invocation.name == subject.name
        }
    };
    let only = names.len() == 1 && options.name.is_none();
    let listed: Vec<String> = names
        .iter()
        .map(|(name, calls)| format!("{name} ({})", several(*calls, "call")))
        .collect();
    let listed = listed.join(", ");
    if !only {
        runs.retain(same);
    }
    if runs.is_empty() {
        return Err(Problem::new(format!(
            "{}: holds no call of {}; name one of these by --name: {listed}",
            options.runs.display(),
            new.about().name
        )));
    }
    Ok((runs, unreadable))
}

/// Whether a configuration's name of a plugin, a path or a reference mostly, is that of this plugin.
fn is_called(configured: &str, own: &str) -> bool {
    let last = configured.rsplit('/').next().unwrap_or_default();
    let last = last.split('@').next().unwrap_or_default();
    last.strip_suffix(".wasm").unwrap_or(last) == own
}

fn invocation(run: &Run, options: &Options) -> Invocation {
    let mut invocation = run.invocation.clone();
    if let (Some(settings), Value::Object(input)) = (&options.settings, &mut invocation.input) {
        input.insert("settings".to_owned(), settings.clone());
    }
    if let Some(directory) = &options.directory {
        invocation.directory = directory.clone();
        invocation.host_calls = None;
    }
    invocation
}

fn invoked(loaded: &Loaded, invocation: &Invocation, run: &Run) -> Result<(Value, u64), Problem> {
    let invoked = loaded.invoke(invocation);
    let invoked = invoked.map_err(|error| Problem::new(format!("{}: {error}", run.place)))?;
    Ok((invoked.output, invoked.report.fuel))
}

fn summary(groups: &Groups, total: &Total, against: bool, screen: &mut Screen<'_>) {
    for (number, what) in [
        (
            total.without_settings,
            "recorded without settings: give --settings",
        ),
        (
            total.incomplete,
            "recorded without all answers of the host: give --directory",
        ),
    ] {
        if number > 0 {
            screen.paint(
                Paint::Warn,
                format!("left out: {}, {what}", several(number, "call")),
            );
        }
    }
    if total.masked > 0 && !against {
        screen.paint(
            Paint::Warn,
            format!(
                "masked: {}; what depends on a part of a value may come out otherwise for that; --against the old build tells",
                several(total.masked, "call")
            ),
        );
    }
    screen.say(format!(
        "fuel {} before, {} after ({:+.1} %)",
        count(total.fuel_before),
        count(total.fuel_after),
        rise(total)
    ));
    let (paint, words) = match groups.calls() {
        0 => (Paint::Good, "no outcome changed".to_owned()),
        changed => (
            Paint::Bad,
            format!("{} changed", several(changed, "outcome")),
        ),
    };
    screen.paint(
        paint,
        format!("{words} of {}", several(total.replayed, "call")),
    );
}

#[allow(clippy::cast_precision_loss, reason = "a percentage")]
fn rise(total: &Total) -> f64 {
    match total.fuel_before {
        0 => 0.0,
        before => (total.fuel_after as f64 - before as f64) * 100.0 / before as f64,
    }
}

fn document(groups: &Groups, total: &Total, unreadable: &[String]) -> Value {
    json!({
        "good": groups.is_empty(),
        "replayed": total.replayed,
        "changed": groups.calls(),
        "masked": total.masked,
        "withoutSettings": total.without_settings,
        "incomplete": total.incomplete,
        "unreadable": unreadable,
        "fuel": {"before": total.fuel_before, "after": total.fuel_after},
        "groups": groups.to_json(),
    })
}

#[cfg(test)]
mod tests;
