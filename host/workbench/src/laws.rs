//! `jackfield plugin laws`: what must hold of every mapper (wit/mapper.wit), on the sources of its cases and on generated ones.
//!
//! - back: `to-source(to-target(s), s)` is `s`.
//! - forth: `to-target(to-source(t, s))` is `t` on every attribute that `t` has. The `t` are those that the mapper makes of another
//!   source: what CXone shows is what some mapper made.
//! - equal: equal input gives equal bytes.
//!
//! A trap or a limit breaks every law. An error of the plugin's own is an answer: such an input is passed over.

mod generate;
mod judge;
mod shrink;

use plugin::{Engine, Kind};
use serde_json::{Map, Value, json};

use crate::cases::{self, Export};
use crate::input::Asked;
use crate::kept::{Kept, quoted};
use crate::problem::{Problem, Standing};
use crate::screen::{Paint, Screen, several};
use crate::subject::Subject;
use generate::Generator;
use judge::{Judge, Law, Violation};

/// What is tried.
#[derive(Debug, Clone)]
pub struct Options {
    /// Equal seeds generate equal resources.
    pub seed: u64,
    /// How many resources are generated.
    pub count: usize,
    /// Settings in place of those of the cases.
    pub settings: Option<Value>,
    /// A file or folder of cases in place of `cases` beside the plugin.
    pub cases: Option<std::path::PathBuf>,
    /// Attributes of the target of which it is known that they are not written back.
    pub one_way: Vec<String>,
    /// One JSON document in place of text.
    pub json: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            count: 200,
            settings: None,
            cases: None,
            one_way: Vec::new(),
            json: false,
        }
    }
}

/// Two sources and what is said beside them: what one trial is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trial {
    /// The source.
    pub(crate) source: Value,
    /// The one whose target CXone shows.
    pub(crate) other: Value,
    /// Settings, groups and facts.
    pub(crate) beside: Map<String, Value>,
}

/// Tries the laws on a mapper, and writes the smallest input that breaks one.
///
/// # Errors
/// A plugin that is no mapper, or answers nothing but errors.
pub fn laws(
    subject: &Subject,
    options: &Options,
    engine: &Engine,
    screen: &mut Screen<'_>,
) -> Result<Standing, Problem> {
    subject.must_be_fresh()?;
    let loaded = subject.ready(engine)?;
    if !loaded.declared().kinds.contains(&Kind::Mapper) {
        return Err(Problem::new(format!(
            "{} is no mapper: the laws are a mapper's",
            subject.name
        )));
    }
    let trials = trials(subject, &Export::of(&loaded.declared().kinds), options)?;
    let judge = Judge::new(&loaded, &options.one_way);
    let (mut passed_over, mut violations) = (0, Vec::new());
    let mut first_error = None;
    let tried = trials.len();
    for trial in trials {
        match judge.judge(&trial) {
            Ok(()) => {}
            Err(judge::Broken::Answered(error)) => {
                passed_over += 1;
                first_error.get_or_insert(error);
            }
            Err(judge::Broken::Law(violation)) => {
                // One example of a law says more than many.
                if !violations
                    .iter()
                    .any(|one: &Violation| one.is_like(&violation))
                {
                    violations.push(shrink::smallest(&judge, *violation));
                }
            }
        }
    }
    if passed_over == tried {
        return Err(Problem::new(format!(
            "{} answers every input with an error; settings are given with --settings. The first: {}",
            subject.name,
            first_error.unwrap_or_default()
        )));
    }
    let dir = subject
        .dir
        .clone()
        .unwrap_or_else(|| std::path::PathBuf::from("."));
    let mut kept = Kept::new(&dir, "law-");
    let mut told = Vec::new();
    for violation in &violations {
        told.push(tell(subject, violation, &mut kept, options.json, screen)?);
    }
    let good = violations.is_empty();
    if options.json {
        screen.json(&json!({
            "seed": options.seed, "tried": tried, "answeredWithAnError": passed_over, "good": good, "violations": told,
        }));
    } else {
        let (paint, words) = match good {
            true => (Paint::Good, "the laws hold".to_owned()),
            false => (
                Paint::Bad,
                format!("{} broken", several(violations.len(), "law")),
            ),
        };
        let over = match passed_over {
            0 => String::new(),
            some => format!(", {some} of them answered with an error"),
        };
        screen.paint(
            paint,
            format!("{words}: {tried} inputs{over}, seed {}", options.seed),
        );
    }
    Ok(Standing::of(good))
}

/// The sources of the cases with what stands beside them, then generated ones under the same settings.
fn trials(subject: &Subject, exports: &[Export], options: &Options) -> Result<Vec<Trial>, Problem> {
    let beside = subject.dir.as_ref().map(|dir| dir.join("cases"));
    let path = options
        .cases
        .clone()
        .or(beside.filter(|path| path.is_dir()));
    let cases = match path {
        Some(path) => cases::read(&path, exports)?,
        None => Vec::new(),
    };
    let mut given: Vec<(Value, Map<String, Value>)> = Vec::new();
    for case in cases {
        // A case that a failure is expected of has settings or an input that do not do.
        if case.expect.contains_key("error") || case.expect.contains_key("ending") {
            continue;
        }
        let member = |name: &str| case.input.get(name).cloned();
        let mut beside = Map::new();
        for name in ["settings", "groups", "facts", "idp"] {
            beside.extend(member(name).map(|value| (name.to_owned(), value)));
        }
        if let Some(settings) = &options.settings {
            beside.insert("settings".to_owned(), settings.clone());
        }
        let source = member("source").or_else(|| member("remembered"));
        given.push((source.unwrap_or_else(|| json!({})), beside));
    }
    if given.is_empty() {
        let settings = options.settings.clone().unwrap_or_else(|| json!({}));
        let beside = Map::from_iter([("settings".to_owned(), settings)]);
        given.push((json!({}), beside));
    }
    let mut generator = Generator::new(options.seed, given.iter().map(|(source, _)| source));
    let mut trials = Vec::new();
    for (source, beside) in &given {
        trials.push(Trial {
            source: source.clone(),
            other: generator.source(),
            beside: beside.clone(),
        });
    }
    for _ in 0..options.count {
        let at = generator.below(given.len());
        let beside = given.get(at).map(|(_, beside)| beside.clone());
        trials.push(Trial {
            source: generator.source(),
            other: generator.source(),
            beside: beside.unwrap_or_default(),
        });
    }
    Ok(trials)
}

fn tell(
    subject: &Subject,
    violation: &Violation,
    kept: &mut Kept,
    json: bool,
    screen: &mut Screen<'_>,
) -> Result<Value, Problem> {
    let asked: Asked = violation.asked.clone();
    let input = kept.keep(&format!("law {}", violation.law.as_str()), &asked)?;
    let again = format!(
        "jackfield plugin run {} --input {}",
        quoted(&subject.name),
        quoted(&input.display().to_string())
    );
    if json {
        return Ok(json!({
            "law": violation.law.as_str(), "says": violation.law.says(), "what": violation.what, "attributes": violation.attributes,
            "source": violation.trial.source, "other": violation.trial.other, "again": again,
        }));
    }
    screen.line(&[
        (Paint::Bad, &format!("{}: ", violation.law.as_str())),
        (Paint::Plain, violation.law.says()),
    ]);
    screen.paint(Paint::Bad, format!("  {}", violation.what));
    let settings = violation.trial.beside.get("settings");
    for (name, value) in [
        ("source", Some(&violation.trial.source)),
        ("CXone shows what comes of", Some(&violation.trial.other)),
        ("settings", settings),
    ] {
        let forth = violation.law == Law::Forth || name != "CXone shows what comes of";
        if let (true, Some(value)) = (forth, value) {
            screen.say(format!("  {name}: {value}"));
        }
    }
    if violation.law == Law::Forth && !violation.attributes.is_empty() {
        screen.paint(
            Paint::Faint,
            format!(
                "  if it is meant so: --one-way {}",
                violation.attributes.join(" --one-way ")
            ),
        );
    }
    screen.say(format!("  again  {again}"));
    Ok(Value::Null)
}

#[cfg(test)]
mod tests;
