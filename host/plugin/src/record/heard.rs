//! One call as it was heard, and the line that it becomes.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::mask::Mask;
use super::person::Person;
use crate::bindings::Forward;
use crate::bindings::mapper::Backward;
use crate::bindings::types::Occasion;
use crate::call::Failure;
use crate::chain::Member;
use crate::host::{Context, View};
use crate::json::{self, Export, input};
use crate::personal::Personal;
use crate::tape::{Kept, Tape};

/// The version of the contract (wit/).
pub(crate) const WIT: &str = "0.1.0";

/// The input of a call, as the plugin was given it.
#[derive(Clone)]
pub(crate) enum Input {
    ToTarget(Forward),
    ToSource(Backward),
    Choose(Occasion),
    Decide(Occasion),
}

impl Input {
    pub(crate) fn export(&self) -> Export {
        match self {
            Input::ToTarget(_) => Export::ToTarget,
            Input::ToSource(_) => Export::ToSource,
            Input::Choose(_) => Export::Choose,
            Input::Decide(_) => Export::Decide,
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Input::ToTarget(forward) => input::of_forward(forward),
            Input::ToSource(backward) => input::of_backward(backward),
            Input::Choose(occasion) | Input::Decide(occasion) => input::of_occasion(occasion),
        }
    }

    /// Bytes of its documents.
    pub(crate) fn bytes(&self) -> usize {
        let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        match self {
            Input::ToTarget(it) => {
                it.source.len() + optional(&it.remembered) + it.draft.len() + it.facts.len()
            }
            Input::ToSource(it) => {
                it.target.len() + optional(&it.remembered) + it.draft.len() + it.facts.len()
            }
            Input::Choose(it) | Input::Decide(it) => {
                let held = optional(&it.held) + optional(&it.source_before);
                it.source.len() + it.target.len() + held + it.facts.len()
            }
        }
    }
}

/// A call that was made.
pub(crate) struct Heard {
    pub(crate) at: Timestamp,
    pub(crate) member: Arc<Member>,
    pub(crate) monitored: bool,
    pub(crate) input: Input,
    pub(crate) kept: Kept,
    /// What it answered, or how it ended.
    pub(crate) output: Result<Value, Failure>,
    pub(crate) fuel: u64,
    pub(crate) masked: bool,
    /// Nobody listened to the call, and it failed: it is made once more for what it asked of the host. A guest that is given the
    /// same does the same.
    pub(crate) again: Option<Again>,
}

/// What it takes to make a call once more.
pub(crate) struct Again {
    pub(crate) view: Option<View>,
}

impl Heard {
    /// About how many bytes it holds in memory.
    pub(crate) fn bytes(&self) -> usize {
        let output = match &self.output {
            Ok(output) => output.to_string().len(),
            Err(failure) => failure.message.len(),
        };
        let calls = self.kept.host_calls.iter();
        let calls: usize = calls.map(|call| call.to_string().len()).sum();
        // Trees take several times their text.
        1_024 + self.input.bytes() + 4 * (output + calls)
    }

    /// The line of JSON, without its end.
    pub(crate) fn line(mut self, tenant: &str, connection: &str, mask: &Mask) -> String {
        if let Some(again) = self.again.take() {
            self.listen(again);
        }
        let Kept {
            mut host_calls,
            error,
            cut,
            ..
        } = self.kept;
        let mut output = match self.output {
            Ok(output) => output,
            // What a plugin answers as an error is no judgement of the host.
            Err(failure) => error.unwrap_or_else(|| json::ending(&failure)),
        };
        let export = self.input.export();
        let mut input = self.input.to_json();
        let settings = json::value(&self.member.settings);
        let mut told = &settings;
        if self.member.settings_secret {
            if let Some(input) = input.as_object_mut() {
                input.shift_remove("settings");
            }
            // What it says of them is no more told than they are.
            let said = host_calls.iter_mut().chain([&mut output]);
            said.for_each(|said| self.member.secrets.hide_in(said));
            told = &Value::Null;
        }
        if self.masked {
            Person::new(mask, told).mask(&mut input, &mut output, &mut host_calls);
        }
        let mut line = Map::new();
        let mut put = |name: &str, value: Value| line.insert(name.to_owned(), value);
        put("at", json!(self.at.to_string()));
        put("tenant", json!(tenant));
        put("connection", json!(connection));
        put("plugin", json!(&*self.member.name));
        put("digest", json!(self.member.loaded.digest().to_string()));
        put("wit", json!(WIT));
        put("host", json!(env!("CARGO_PKG_VERSION")));
        put("export", json!(export.as_str()));
        put("settingsHash", json!(settings_hash(&settings)));
        put("input", input);
        put("hostCalls", Value::from(host_calls));
        put("output", output);
        put("fuel", json!(self.fuel));
        put("masked", json!(self.masked));
        if self.monitored {
            put("monitored", json!(true));
        }
        if cut {
            put("cut", json!(true));
        }
        Value::Object(line).to_string()
    }

    /// Makes the call once more. Where it ends otherwise, by the clock say, its calls of the host are not those of the first.
    fn listen(&mut self, again: Again) {
        let tape = Tape::quiet();
        let loaded = &self.member.loaded;
        let name = Arc::clone(&self.member.name);
        let nobody = Personal::default().and(&self.member.secrets);
        let mut context = Context::new(name, Arc::from(""), again.view, nobody);
        context.tape = Some(tape.clone());
        let failed = match &self.input {
            Input::ToTarget(input) => loaded.to_target(context, input).0.err(),
            Input::ToSource(input) => loaded.to_source(context, input).0.err(),
            Input::Choose(input) => loaded.choose(context, input).0.err(),
            Input::Decide(input) => loaded.decide(context, input).0.err(),
        };
        let ending = |failure: &Failure| failure.ending;
        let first = self.output.as_ref().err().map(ending);
        // A document that could not be read is no failure of the call itself.
        let same = failed.is_none() || failed.as_ref().map(ending) == first;
        self.kept = tape.take();
        if !same {
            self.kept = Kept::default();
            self.kept.cut = true;
        }
    }
}

/// The hash that tells settings apart: SHA-256 of their canonical JSON, that is without spaces and with members by name.
pub(crate) fn settings_hash(settings: &Value) -> String {
    let mut hash = String::from("sha256:");
    for byte in Sha256::digest(canonical(settings).to_string()) {
        hash.push_str(&format!("{byte:02x}"));
    }
    hash
}

fn canonical(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(canonical).collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| name.as_str());
            let members = members.into_iter();
            Value::Object(
                members
                    .map(|(name, value)| (name.clone(), canonical(value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}
