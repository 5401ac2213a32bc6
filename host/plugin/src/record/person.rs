//! One call without the person: every personal value masked where it stands, and wherever else it occurs.

use std::collections::BTreeSet;

use serde_json::{Number, Value};

use super::mask::{Mask, Piece, fold, pieces};
use super::table::{self, Class, Visit};

/// A shorter word of a name is left alone in other texts: taking out every "Al" makes them unreadable and hides nothing.
const SHORTEST: usize = 3;

/// A word that holds one of this length holds the person.
const TELLING: usize = 4;

/// What is known of one call's person, and how it is masked.
pub(crate) struct Person<'a> {
    mask: &'a Mask,
    /// What the plugin's settings say, folded: the configuration has it in clear anyway, and a table is looked up by it.
    settings: BTreeSet<String>,
    /// The words of what the person is called, folded.
    names: BTreeSet<String>,
    /// The words of every personal value, folded, in order.
    values: BTreeSet<Vec<String>>,
}

impl<'a> Person<'a> {
    /// Nobody yet, for a plugin with these settings.
    pub(crate) fn new(mask: &'a Mask, settings: &Value) -> Self {
        let mut texts = BTreeSet::new();
        gather_settings(settings, &mut texts);
        Self {
            mask,
            settings: texts,
            names: BTreeSet::new(),
            values: BTreeSet::new(),
        }
    }

    /// Masks a call: `input` with the members of the contract's record, `output`, and the calls of the host, in which the person
    /// may be named.
    pub(crate) fn mask(mut self, input: &mut Value, output: &mut Value, host_calls: &mut [Value]) {
        let mut learn = |class: Class, value: &mut Value| self.learn(class, value);
        documents(input, &mut learn);
        documents(output, &mut learn);
        let mut mask = |class: Class, value: &mut Value| self.replace(class, value);
        documents(input, &mut mask);
        documents(output, &mut mask);
        for host_call in host_calls {
            self::host_call(host_call, &mut mask);
        }
        let members = input.as_object_mut().into_iter().flatten();
        let members = members.filter(|(name, _)| *name != "settings");
        members.for_each(|(_, value)| self.name_members(value));
        self.name_members(output);
    }

    /// Masks the names of members that are no attribute's: a table by people is no document of SCIM, and may come all the same.
    fn name_members(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.name_members(item)),
            Value::Object(members) => {
                if !members.keys().all(|name| is_attribute(name)) {
                    let named = std::mem::take(members).into_iter().map(|(name, value)| {
                        match is_attribute(&name) || self.is_set(&name) {
                            true => (name, value),
                            false => (self.text(&name, true), value),
                        }
                    });
                    *members = named.collect();
                }
                members
                    .values_mut()
                    .for_each(|value| self.name_members(value));
            }
            _ => {}
        }
    }

    fn learn(&mut self, class: Class, value: &Value) {
        let text = text_of(value);
        if !matches!(class, Class::Name | Class::Personal) || self.is_set(&text) {
            return;
        }
        let words = pieces(&text).into_iter().filter_map(|piece| match piece {
            Piece::Word(word) => Some(folded(word)),
            Piece::Domain(_) | Piece::Between(_) => None,
        });
        let words: Vec<String> = words.collect();
        if class == Class::Name {
            let telling = words.iter().filter(|word| word.chars().count() >= SHORTEST);
            self.names.extend(telling.cloned());
        }
        let letters: usize = words.iter().map(|word| word.chars().count()).sum();
        // One figure is in every other number.
        let shortest = if value.is_number() { TELLING } else { SHORTEST };
        if letters >= shortest {
            self.values.insert(words);
        }
    }

    fn replace(&self, class: Class, value: &mut Value) {
        let text = text_of(value);
        if class == Class::Word || self.is_set(&text) {
            return;
        }
        let personal = matches!(class, Class::Name | Class::Personal);
        let masked = self.text(&text, personal);
        match value {
            Value::String(text) => *text = masked,
            Value::Number(number) => *number = figure(&masked),
            _ => {}
        }
    }

    /// A text, all of which is personal or only what is known to be.
    fn text(&self, text: &str, personal: bool) -> String {
        let pieces = pieces(text);
        let words: Vec<(usize, String)> = pieces
            .iter()
            .enumerate()
            .filter_map(|(at, piece)| match piece {
                Piece::Word(word) | Piece::Domain(word) => Some((at, folded(word))),
                Piece::Between(_) => None,
            })
            .collect();
        let mut theirs = vec![false; pieces.len()];
        for (from, (at, word)) in words.iter().enumerate() {
            let whole = personal && matches!(pieces[*at], Piece::Word(_));
            theirs[*at] |= whole || self.names.contains(word) || self.holds(word);
            for value in &self.values {
                let there = words.get(from..from + value.len()).unwrap_or_default();
                if !there.is_empty() && there.iter().map(|(_, word)| word).eq(value) {
                    there.iter().for_each(|(at, _)| theirs[*at] = true);
                }
            }
        }
        let masked = pieces
            .iter()
            .zip(theirs)
            .map(|(piece, theirs)| match piece {
                Piece::Word(word) | Piece::Domain(word) if theirs && !self.is_set(word) => {
                    self.mask.word(word)
                }
                Piece::Word(kept) | Piece::Domain(kept) | Piece::Between(kept) => {
                    (*kept).to_owned()
                }
            });
        masked.collect()
    }

    /// Whether the person is to be seen within a word, as in `alovelace`.
    fn holds(&self, word: &str) -> bool {
        let alone = self
            .values
            .iter()
            .filter_map(|value| match value.as_slice() {
                [alone] => Some(alone),
                _ => None,
            });
        let mut telling = self.names.iter().chain(alone);
        telling.any(|part| part.chars().count() >= TELLING && word.contains(part.as_str()))
    }

    /// Whether the plugin's settings say just this.
    fn is_set(&self, text: &str) -> bool {
        self.settings.contains(&folded(text.trim()))
    }
}

/// Goes through what an input or an output holds: documents by their tables, everything else as shared.
fn documents(value: &mut Value, visit: &mut Visit<'_>) {
    let Value::Object(members) = value else {
        return table::values(Class::Shared, value, visit);
    };
    // The draft of a mapper that maps backward is a source.
    let backward = members.contains_key("target") && !members.contains_key("source");
    for (name, value) in members {
        match name.as_str() {
            "source" | "sourceBefore" | "remembered" => table::source(value, visit),
            "draft" if backward => table::source(value, visit),
            "target" | "held" | "draft" => table::target(value, visit),
            "facts" => table::facts(value, visit),
            // The configuration's own, and the moment; what the contract lists.
            "connection" | "idp" | "operation" | "moment" | "settings" | "verdict" | "scimType"
            | "status" => {}
            _ => table::values(Class::Shared, value, visit),
        }
    }
}

/// Goes through a call of the host: what was asked for or logged, and the names of what was answered. Its own words are left
/// alone, since a replay finds it by them.
fn host_call(value: &mut Value, visit: &mut Visit<'_>) {
    let logs = value.get("call").and_then(Value::as_str) == Some("log.write");
    if let Some(Value::Array(args)) = value.get_mut("args") {
        // The first of a line is its level.
        let args = args.iter_mut().skip(usize::from(logs));
        args.for_each(|arg| table::values(Class::Shared, arg, visit));
    }
    if let Some(answer) = value.get_mut("answer") {
        answered(answer, visit);
    }
}

fn answered(answer: &mut Value, visit: &mut Visit<'_>) {
    match answer {
        Value::Array(items) => items.iter_mut().for_each(|item| answered(item, visit)),
        Value::Object(members) => {
            for (name, value) in members {
                if !matches!(name.as_str(), "id" | "status") {
                    table::values(Class::Shared, value, visit);
                }
            }
        }
        other => table::values(Class::Shared, other, visit),
    }
}

/// Whether a member's name is one of an attribute (RFC 7643, section 2.1) or of a schema.
fn is_attribute(name: &str) -> bool {
    let schema = name
        .get(..4)
        .is_some_and(|urn| urn.eq_ignore_ascii_case("urn:"));
    schema
        || name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$'))
}

fn gather_settings(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(_) | Value::Number(_) => {
            into.insert(folded(text_of(value).trim()));
        }
        Value::Array(items) => items.iter().for_each(|item| gather_settings(item, into)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            into.insert(folded(name.trim()));
            gather_settings(value, into);
        }),
        Value::Null | Value::Bool(_) => {}
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// A masked number. What is none any more, as an exponent may become, is 0.
fn figure(masked: &str) -> Number {
    masked.parse().unwrap_or_else(|_| Number::from(0))
}

#[cfg(test)]
mod tests;
