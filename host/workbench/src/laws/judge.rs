//! Whether the laws hold of one trial.

use plugin::Loaded;
use serde_json::{Map, Value, json};

use super::Trial;
use crate::call;
use crate::cases::{Export, equal};
use crate::change;
use crate::input::Asked;

/// A law of mappers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Law {
    Back,
    Forth,
    Equal,
    Ends,
}

impl Law {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Law::Back => "back",
            Law::Forth => "forth",
            Law::Equal => "equal",
            Law::Ends => "ends",
        }
    }

    pub(super) fn says(self) -> &'static str {
        match self {
            Law::Back => {
                "to-source(to-target(s), s) is s: what came from the identity provider goes back as it was"
            }
            Law::Forth => {
                "to-target(to-source(t, s)) is t: what CXone shows is read again as CXone shows it"
            }
            Law::Equal => "equal input gives equal bytes",
            Law::Ends => "every call ends with an answer",
        }
    }
}

/// A law that does not hold.
#[derive(Debug, Clone)]
pub(super) struct Violation {
    pub(super) law: Law,
    /// What it was tried on.
    pub(super) trial: Trial,
    /// What is wrong, in a line.
    pub(super) what: String,
    /// The attributes concerned.
    pub(super) attributes: Vec<String>,
    /// The call that shows it.
    pub(super) asked: Asked,
}

impl Violation {
    /// Whether it is another example of the same.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.law == other.law
            && (self.attributes == other.attributes
                || self
                    .attributes
                    .iter()
                    .any(|it| other.attributes.contains(it)))
    }
}

/// Why a trial is no success.
pub(super) enum Broken {
    /// The plugin answered with an error of its own.
    Answered(String),
    /// A law does not hold.
    Law(Box<Violation>),
}

/// Judges trials of one mapper.
pub(super) struct Judge<'a> {
    loaded: &'a Loaded,
    one_way: &'a [String],
}

impl<'a> Judge<'a> {
    pub(super) fn new(loaded: &'a Loaded, one_way: &'a [String]) -> Self {
        Self { loaded, one_way }
    }

    /// Tries every law.
    pub(super) fn judge(&self, trial: &Trial) -> Result<(), Broken> {
        let target = self.forward(trial, &trial.source)?;
        self.back(trial, &target)?;
        let shown = self.forward(trial, &trial.other)?;
        self.forth(trial, &shown)
    }

    fn back(&self, trial: &Trial, target: &Value) -> Result<(), Broken> {
        let asked = backward(trial, target, Some(&trial.source));
        let source = self.call(trial, &asked, "source")?;
        let changed = differing(&trial.source, &source);
        let Some(first) = changed.first() else {
            return Ok(());
        };
        let what = format!("{} of the source: {}", first.0, first.1);
        Err(broken(Law::Back, trial, what, &changed, asked))
    }

    fn forth(&self, trial: &Trial, shown: &Value) -> Result<(), Broken> {
        let asked = backward(trial, shown, None);
        let source = self.call(trial, &asked, "source")?;
        let again = self.forward(trial, &source)?;
        let members = shown.as_object().into_iter().flatten();
        let lost: Vec<(String, String)> = members
            .filter(|(name, _)| !self.one_way.contains(name))
            .filter(|(name, value)| !again.get(*name).is_some_and(|read| equal(read, value)))
            .map(|(name, value)| {
                let read = again
                    .get(name)
                    .map_or("nothing".to_owned(), Value::to_string);
                (
                    name.clone(),
                    format!("CXone shows {value}, read again it is {read}"),
                )
            })
            .collect();
        let Some(first) = lost.first() else {
            return Ok(());
        };
        let what = format!("{}: {}", first.0, first.1);
        let mut asked = forward(trial, &source);
        let mut whole = again.as_object().cloned().unwrap_or_default();
        whole.extend(shown.as_object().cloned().unwrap_or_default());
        asked.expect = Some(Map::from_iter([(
            "target".to_owned(),
            Value::Object(whole),
        )]));
        Err(broken(Law::Forth, trial, what, &lost, asked))
    }

    fn forward(&self, trial: &Trial, source: &Value) -> Result<Value, Broken> {
        self.call(trial, &forward(trial, source), "target")
    }

    /// Calls twice, since equal input gives equal bytes.
    fn call(&self, trial: &Trial, asked: &Asked, member: &str) -> Result<Value, Broken> {
        let ended = |what: String| broken(Law::Ends, trial, what, &[], asked.clone());
        let once = || call::call(self.loaded, asked).map_err(|problem| ended(problem.to_string()));
        let (first, second) = (once()?.invoked, once()?.invoked);
        if let Some(failure) = &first.failure {
            if first.output.get("error").is_some() {
                return Err(Broken::Answered(failure.message.clone()));
            }
            return Err(ended(failure.to_string()));
        }
        if let Some(what) = unequal(&first.output, &second.output) {
            let what = format!("{} answered {what}", asked.export);
            return Err(broken(Law::Equal, trial, what, &[], asked.clone()));
        }
        Ok(first.output.get(member).cloned().unwrap_or_default())
    }
}

/// Both answers, if they are not the same text.
fn unequal(first: &Value, second: &Value) -> Option<String> {
    let (first, second) = (first.to_string(), second.to_string());
    (first != second).then(|| format!("{first}, then {second}"))
}

/// The attributes of a source that are not as they were, with what is wrong.
fn differing(before: &Value, after: &Value) -> Vec<(String, String)> {
    let text = |value: &Option<Value>| {
        value
            .as_ref()
            .map_or("nothing".to_owned(), Value::to_string)
    };
    change::changes(before, after)
        .into_iter()
        .filter(|change| !change.is_none())
        .map(|change| {
            let what = format!(
                "{} goes back as {}",
                text(&change.before),
                text(&change.after)
            );
            (change.attribute, what)
        })
        .collect()
}

fn broken(
    law: Law,
    trial: &Trial,
    what: String,
    attributes: &[(String, String)],
    asked: Asked,
) -> Broken {
    Broken::Law(Box::new(Violation {
        law,
        trial: trial.clone(),
        what,
        attributes: attributes.iter().map(|(name, _)| name.clone()).collect(),
        asked,
    }))
}

/// The first mapper's call for a write.
fn forward(trial: &Trial, source: &Value) -> Asked {
    let mut input = trial.beside.clone();
    input.insert("source".to_owned(), source.clone());
    input.insert("draft".to_owned(), json!({}));
    asked(Export::ToTarget, input, None)
}

/// The last mapper's call for a read of somebody whom the identity provider wrote.
fn backward(trial: &Trial, target: &Value, expected: Option<&Value>) -> Asked {
    let mut input = trial.beside.clone();
    input.remove("groups");
    input.insert("target".to_owned(), target.clone());
    input.insert("remembered".to_owned(), trial.source.clone());
    input.insert("draft".to_owned(), trial.source.clone());
    let expect = expected.map(|source| Map::from_iter([("source".to_owned(), source.clone())]));
    asked(Export::ToSource, input, expect)
}

fn asked(export: Export, input: Map<String, Value>, expect: Option<Map<String, Value>>) -> Asked {
    Asked {
        export,
        input: Value::Object(input),
        directory: Value::Null,
        host_calls: None,
        expect,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_members_counts_among_bytes() {
        let (one, other) = (json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1}));
        assert_eq!(unequal(&one, &one.clone()), None);
        let what = unequal(&one, &other).unwrap();
        assert_eq!(what, r#"{"a":1,"b":2}, then {"b":2,"a":1}"#);
    }
}
