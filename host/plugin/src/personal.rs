//! What must not appear in a log: the values that identify the person whom a call is about.
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

/// A person's values, gathered when a line first needs them. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Personal(Option<Arc<Documents>>);

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
        Self(Some(Arc::new(Documents {
            evaluation,
            sources,
            targets,
            values: OnceLock::new(),
        })))
    }

    /// The text without the person's values, whatever their case.
    pub(crate) fn hide(&self, text: &str) -> String {
        let Some(documents) = &self.0 else {
            return text.to_owned();
        };
        let values = documents.values.get_or_init(|| documents.gather());
        let text: Vec<char> = text.chars().collect();
        let folded: Vec<char> = text.iter().map(|c| fold(*c)).collect();
        let mut hidden = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(character) = text.get(at) {
            let starts_word = at == 0 || !joins(&text, at - 1);
            let found = values.iter().find(|value| {
                starts_word
                    && folded.get(at..).is_some_and(|rest| rest.starts_with(value))
                    && !joins(&text, at + value.len())
            });
            match found {
                Some(value) => {
                    hidden.push_str(HIDDEN);
                    at += value.len();
                }
                None => {
                    hidden.push(*character);
                    at += 1;
                }
            }
        }
        hidden
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
    /// The values, the longest first, so that a whole address goes before the name within it.
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
        let mut values: Vec<Vec<char>> = values
            .iter()
            .map(|value| value.trim().chars().map(fold).collect())
            .filter(|value: &Vec<char>| value.len() >= SHORTEST)
            .collect();
        values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        values.dedup();
        values
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
