//! `jackfield plugin bench`: fuel and time of each case, against a baseline that the author commits.
//!
//! Fuel is what production limits by, and the same on every machine, so it is judged. Time is shown and never judged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use plugin::{Engine, Limits, Loaded};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::call;
use crate::embedded;
use crate::gauge::milliseconds;
use crate::problem::{Problem, Standing};
use crate::screen::{Paint, Screen, bytes, count, several};
use crate::subject::Subject;
use crate::test::table;

/// The file in a plugin's directory.
pub const FILE: &str = "bench.json";

/// What is measured, and by what it is judged.
#[derive(Debug, Clone)]
pub struct Options {
    /// Writes what was measured as the new baseline, and judges nothing.
    pub save: bool,
    /// The baseline in place of `bench.json` beside the plugin.
    pub baseline: Option<PathBuf>,
    /// A file or folder of cases in place of `cases` beside the plugin.
    pub cases: Option<PathBuf>,
    /// By how much, in percent, a case's fuel may rise.
    pub tolerance: f64,
    /// How often each case runs for its time.
    pub rounds: usize,
    /// One JSON document in place of text.
    pub json: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            save: false,
            baseline: None,
            cases: None,
            tolerance: 5.0,
            rounds: 21,
            json: false,
        }
    }
}

/// What one case took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Units of fuel.
    pub fuel: u64,
    /// The most bytes of memory.
    pub memory: u64,
    /// Wall clock, the median.
    pub microseconds: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Baseline {
    plugin: String,
    version: String,
    digest: String,
    cases: BTreeMap<String, Measured>,
}

/// Measures the cases of a component. Bad where a case takes more fuel than the baseline and the tolerance allow, or answers
/// something else than it must: what a wrong answer takes says nothing.
///
/// # Errors
/// What is missing, the baseline too unless one is to be saved, or a baseline that cannot be read.
pub fn bench(
    subject: &Subject,
    options: &Options,
    engine: &Engine,
    screen: &mut Screen<'_>,
) -> Result<Standing, Problem> {
    subject.must_be_fresh()?;
    let loaded = subject.ready(engine)?;
    let beside = subject.dir.as_ref().map(|dir| dir.join(FILE));
    let path = options.baseline.clone().or(beside);
    let before = match &path {
        Some(path) if !options.save => read(path)?,
        _ => None,
    };
    let (measured, failing) = measure(subject, &loaded, options)?;
    let baseline = Baseline {
        plugin: loaded.about().name.clone(),
        version: loaded.about().version.clone(),
        digest: loaded.digest().to_string(),
        cases: measured,
    };
    let rows = rows(&baseline, &failing, before.as_ref(), options.tolerance);
    let good = rows.iter().all(|row| !row.worse && !row.fails);
    if options.json {
        screen.json(&document(&baseline, &rows, loaded.limits(), good));
    } else {
        text(&rows, before.as_ref(), options, loaded.limits(), screen);
    }
    if !failing.is_empty() {
        return Ok(Standing::Bad);
    }
    let path = path.ok_or_else(|| {
        Problem::new(format!(
            "{} is no file: say with --baseline where its baseline is",
            subject.name
        ))
    })?;
    if options.save {
        let saved = serde_json::to_string_pretty(&baseline)
            .map_err(|error| Problem::new(error.to_string()))?;
        embedded::write(&path, format!("{saved}\n").as_bytes())?;
        if !options.json {
            screen.say(format!("saved to {}", path.display()));
        }
    } else if before.is_none() {
        return Err(Problem::new(format!(
            "{}: there is no baseline, so nothing is judged: --save writes one",
            path.display()
        )));
    }
    Ok(Standing::of(good))
}

fn read(path: &Path) -> Result<Option<Baseline>, Problem> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Problem::file(path, &error)),
    };
    let read = serde_json::from_str(&text);
    read.map(Some).map_err(|error| {
        Problem::new(format!(
            "{}: no baseline ({error}): write one with --save",
            path.display()
        ))
    })
}

/// What each case took, and those that answer something else than they must.
type Table = (BTreeMap<String, Measured>, BTreeSet<String>);

fn measure(subject: &Subject, loaded: &Loaded, options: &Options) -> Result<Table, Problem> {
    let (mut measured, mut failing) = (BTreeMap::new(), BTreeSet::new());
    for case in table(subject, loaded, options.cases.as_deref())? {
        let stem = case.file.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{stem}: {}", case.name);
        let asked = case.into();
        let mut walls: Vec<Duration> = Vec::new();
        let (mut fuel, mut memory) = (0, 0);
        for _ in 0..options.rounds.max(1) {
            let called = call::call(loaded, &asked)?;
            if !called.differing.is_empty() {
                failing.insert(name.clone());
            }
            let report = called.invoked.report;
            fuel = report.fuel;
            memory = report.memory as u64;
            walls.push(report.wall);
        }
        walls.sort();
        let median = walls.get(walls.len() / 2).copied().unwrap_or_default();
        let microseconds = u64::try_from(median.as_micros()).unwrap_or(u64::MAX);
        let one = Measured {
            fuel,
            memory,
            microseconds,
        };
        measured.insert(name, one);
    }
    Ok((measured, failing))
}

/// One case now and before.
struct Row {
    name: String,
    now: Option<Measured>,
    before: Option<Measured>,
    /// The rise of its fuel, in percent.
    rise: Option<f64>,
    worse: bool,
    /// It answers something else than it must.
    fails: bool,
}

fn rows(
    now: &Baseline,
    failing: &BTreeSet<String>,
    before: Option<&Baseline>,
    tolerance: f64,
) -> Vec<Row> {
    let none = BTreeMap::new();
    let before = before.map_or(&none, |before| &before.cases);
    let row = |(name, measured): (&String, &Measured)| {
        let before = before.get(name).cloned();
        let rise = before
            .as_ref()
            .map(|before| rise(before.fuel, measured.fuel));
        Row {
            name: name.clone(),
            now: Some(measured.clone()),
            before,
            rise,
            worse: rise.is_some_and(|rise| rise > tolerance),
            fails: failing.contains(name),
        }
    };
    let mut rows: Vec<Row> = now.cases.iter().map(row).collect();
    let gone = before
        .iter()
        .filter(|(name, _)| !now.cases.contains_key(*name));
    rows.extend(gone.map(|(name, measured)| Row {
        name: name.clone(),
        now: None,
        before: Some(measured.clone()),
        rise: None,
        worse: false,
        fails: false,
    }));
    rows
}

#[allow(clippy::cast_precision_loss, reason = "a percentage")]
fn rise(before: u64, now: u64) -> f64 {
    match before {
        0 => 0.0,
        before => (now as f64 - before as f64) * 100.0 / before as f64,
    }
}

fn text(
    rows: &[Row],
    before: Option<&Baseline>,
    options: &Options,
    limits: &Limits,
    screen: &mut Screen<'_>,
) {
    screen.paint(
        Paint::Faint,
        format!(
            "{:>14} {:>9} {:>12} {:>10}  case",
            "fuel", "", "time", "memory"
        ),
    );
    for row in rows {
        let Some(now) = &row.now else {
            screen.paint(Paint::Faint, format!("{:>14}  {}", "gone", row.name));
            continue;
        };
        let (paint, rise) = match row.rise {
            _ if row.fails => (Paint::Bad, "FAILS".to_owned()),
            _ if row.worse => (
                Paint::Bad,
                format!("{:+.1} %", row.rise.unwrap_or_default()),
            ),
            Some(rise) if rise != 0.0 => (Paint::Good, format!("{rise:+.1} %")),
            Some(_) => (Paint::Faint, "=".to_owned()),
            None if before.is_some() => (Paint::Warn, "new".to_owned()),
            None => (Paint::Faint, String::new()),
        };
        screen.line(&[
            (
                fuel_paint(now.fuel, limits),
                &format!("{:>14}", count(now.fuel)),
            ),
            (paint, &format!(" {rise:>9}")),
            (
                Paint::Plain,
                &format!(
                    " {:>12} {:>10}  {}",
                    milliseconds(now.microseconds),
                    bytes(now.memory),
                    row.name
                ),
            ),
        ]);
    }
    let failing = rows.iter().filter(|row| row.fails).count();
    if failing > 0 {
        let kept = if options.save { "not saved: " } else { "" };
        let words = format!(
            "{kept}{} without the expected answer; `jackfield plugin test --component` tells more",
            several(failing, "case")
        );
        return screen.paint(Paint::Bad, words);
    }
    let worse = rows.iter().filter(|row| row.worse).count();
    match before {
        None => {}
        Some(_) if worse > 0 => screen.paint(
            Paint::Bad,
            format!(
                "over {} % more fuel in {}; --save accepts it",
                options.tolerance,
                several(worse, "case")
            ),
        ),
        Some(before) => screen.paint(
            Paint::Good,
            format!(
                "no case takes over {} % more fuel than {}",
                options.tolerance, before.version
            ),
        ),
    }
}

#[allow(clippy::cast_precision_loss, reason = "a percentage")]
fn fuel_paint(fuel: u64, limits: &Limits) -> Paint {
    Paint::danger(fuel as f64 * 100.0 / limits.fuel.max(1) as f64)
}

fn document(now: &Baseline, rows: &[Row], limits: &Limits, good: bool) -> serde_json::Value {
    let cases: Vec<serde_json::Value> = rows
        .iter()
        .map(|row| {
            json!({"case": row.name, "now": row.now, "before": row.before, "risePercent": row.rise, "worse": row.worse, "fails": row.fails})
        })
        .collect();
    json!({
        "plugin": now.plugin,
        "version": now.version,
        "digest": now.digest,
        "fuelLimit": limits.fuel,
        "good": good,
        "cases": cases,
    })
}

#[cfg(test)]
mod tests;
