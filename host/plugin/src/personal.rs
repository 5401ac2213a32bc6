//! What must not appear in a log: the values that identify the person whom a call is about, and secrets of a plugin's settings.
//!
//! The contract forbids plugins to log them. A panic message that quotes its input does it all the same, so the host takes
//! them out of whatever it logs or reports of a plugin's words.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bridge::port::plugins::Evaluation;
use bridge::source::Source;
use bridge::target::{Attribute, Target};
use serde_json::Value;

/// What stands in a value's place.
const HIDDEN: &str = "[hidden]";

/// A shorter value is left alone: taking out every "Al" makes a message unreadable and hides nothing.
const SHORTEST: usize = 3;

/// The members of a source, at any depth below these, that identify a person.
const IDENTIFYING: [&str; 12] = [
    "userName",
    "externalId",
    "name",
    "displayName",
    "nickName",
    "emails",
    "phoneNumbers",
    "ims",
    "addresses",
    "photos",
    "profileUrl",
    "employeeNumber",
];

/// Members below those that are words of the protocol and no values of the person.
const WORDS: [&str; 4] = ["type", "primary", "$ref", "country"];

const IDENTIFYING_TARGET: [Attribute; 7] = [
    Attribute::UserName,
    Attribute::GivenName,
    Attribute::MiddleName,
    Attribute::FamilyName,
    Attribute::DisplayName,
    Attribute::Email,
    Attribute::MobileNumber,
];

/// A person's values, gathered when a line first needs them, and the secrets of who speaks. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Personal {
    documents: Option<Arc<Documents>>,
    secrets: Secrets,
}

/// The texts of settings that may hold a secret. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Secrets(Arc<[Vec<char>]>);

impl Secrets {
    /// Every text of these settings: which of them came from elsewhere nobody knows here.
    pub(crate) fn of(settings: &Value) -> Self {
        let mut texts = Vec::new();
        leaves(settings, &mut texts);
        Self(folded(&texts).into())
    }

    /// Takes them out of every text of a document.
    pub(crate) fn hide_in(&self, document: &mut Value) {
        match document {
            Value::String(text) => *text = hidden(text, &[&self.0]),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_in(item)),
            Value::Object(members) => members.values_mut().for_each(|item| self.hide_in(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

struct Documents {
    evaluation: Option<Arc<Evaluation>>,
    sources: Vec<Source>,
    targets: Vec<Target>,
    values: OnceLock<Vec<Vec<char>>>,
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal")
    }
}

impl Personal {
    /// The person of an evaluation.
    pub(crate) fn of(evaluation: &Arc<Evaluation>) -> Self {
        Self::gathered(Some(Arc::clone(evaluation)), Vec::new(), Vec::new())
    }

    /// The person of these documents.
    pub(crate) fn new(sources: Vec<Source>, targets: Vec<Target>) -> Self {
        Self::gathered(None, sources, targets)
    }

    fn gathered(
        evaluation: Option<Arc<Evaluation>>,
        sources: Vec<Source>,
        targets: Vec<Target>,
    ) -> Self {
        Self {
            documents: Some(Arc::new(Documents {
                evaluation,
                sources,
                targets,
                values: OnceLock::new(),
            })),
            secrets: Secrets::default(),
        }
    }

    /// These values, and the secrets of who speaks.
    pub(crate) fn and(self, secrets: &Secrets) -> Self {
        let secrets = secrets.clone();
        Self { secrets, ..self }
    }

    /// The text without the person's values and without secrets, whatever their case.
    pub(crate) fn hide(&self, text: &str) -> String {
        let values = self.documents.as_ref();
        let values = values.map(|it| it.values.get_or_init(|| it.gather()));
        hidden(text, &[values.map_or(&[], Vec::as_slice), &self.secrets.0])
    }
}

/// The text without these values, which are sorted.
fn hidden(text: &str, values: &[&[Vec<char>]]) -> String {
    if values.iter().all(|values| values.is_empty()) {
        return text.to_owned();
    }
    let text: Vec<char> = text.chars().collect();
    let folded: Vec<char> = text.iter().map(|c| fold(*c)).collect();
    let mut hidden = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(character) = text.get(at) {
        let starts_word = at == 0 || !joins(&text, at - 1);
        let here = |value: &&Vec<char>| {
            starts_word
                && folded.get(at..).is_some_and(|rest| rest.starts_with(value))
                && !joins(&text, at + value.len())
        };
        let found = values.iter().filter_map(|values| values.iter().find(here));
        match found.map(Vec::len).max() {
            Some(length) => {
                hidden.push_str(HIDDEN);
                at += length;
            }
            None => {
                hidden.push(*character);
                at += 1;
            }
        }
    }
    hidden
}

/// Values as they are looked for: the longest first, so that a whole address goes before the name within it.
fn folded(values: &[String]) -> Vec<Vec<char>> {
    let mut values: Vec<Vec<char>> = values
        .iter()
        .map(|value| value.trim().chars().map(fold).collect())
        .filter(|value: &Vec<char>| value.len() >= SHORTEST)
        .collect();
    values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    values.dedup();
    values
}

/// Every text of a document that is a value.
fn leaves(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| leaves(value, into)),
        Value::Object(members) => members.values().for_each(|value| leaves(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether the character there, if any, carries on a word.
fn joins(text: &[char], at: usize) -> bool {
    text.get(at).is_some_and(|c| c.is_alphanumeric())
}

/// One character for one, so that positions stay.
fn fold(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

impl Documents {
    fn gather(&self) -> Vec<Vec<char>> {
        let mut values = Vec::new();
        let evaluation = self.evaluation.as_deref();
        let evaluated = evaluation.map(|evaluation| &evaluation.source);
        let before = evaluation.and_then(|evaluation| evaluation.before.as_ref());
        let held = evaluation.and_then(|evaluation| evaluation.held.as_ref());
        let accepted = evaluation.and_then(|evaluation| evaluation.accepted.as_ref());
        let sources = self.sources.iter().chain(evaluated).chain(before);
        for (name, value) in sources.flat_map(Source::as_map) {
            if IDENTIFYING.contains(&name.as_str()) {
                strings(value, &mut values);
            } else if let Value::Object(extension) = value {
                let inner = extension.iter();
                inner
                    .filter(|(name, _)| IDENTIFYING.contains(&name.as_str()))
                    .for_each(|(_, value)| strings(value, &mut values));
            }
        }
        for target in self.targets.iter().chain(held).chain(accepted) {
            let named = IDENTIFYING_TARGET
                .iter()
                .filter_map(|name| target.get(*name));
            values.extend(named.map(str::to_owned));
        }
        folded(&values)
    }
}

fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| strings(value, into)),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !WORDS.contains(&name.as_str()))
            .for_each(|(_, value)| strings(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use bridge::source::Source;
    use bridge::target::{Attribute, Target};
    use serde_json::{Value, json};

    use super::Personal;

    fn ada() -> Personal {
        let Value::Object(source) = json!({
            "userName": "Ada.Lovelace@example.com",
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
            "emails": [{"type": "work", "value": "al@example.com"}],
            "title": "Agent",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": "701984"},
        }) else {
            unreachable!("an object was written");
        };
        let mut target = Target::default();
        target.set(Attribute::MobileNumber, "+1 201 555 0100");
        target.set(Attribute::Role, "Agent");
        Personal::new(vec![Source::from(source)], vec![target])
    }

    #[test]
    fn the_persons_values_are_hidden_and_words_are_not() {
        let line = "no role Agent for \"ada.lovelace@example.com\" (ADA, 701984, +1 201 555 0100), type work, Adapter";
        assert_eq!(
            ada().hide(line),
            "no role Agent for \"[hidden]\" ([hidden], [hidden], [hidden]), type work, Adapter"
        );
    }

    #[test]
    fn nothing_to_hide_changes_nothing() {
        assert_eq!(Personal::default().hide("Ada"), "Ada");
    }
}
