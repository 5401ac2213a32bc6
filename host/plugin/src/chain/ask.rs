//! What a chain asks of a plugin: each export with what it is given, called, shown and recorded in the same way.

use serde_json::{Value, json};

use crate::bindings::Forward;
use crate::bindings::mapper::Backward;
use crate::bindings::rules::Decision;
use crate::bindings::template_chooser::Choice;
use crate::bindings::types::Occasion;
use crate::call::{Failure, Report};
use crate::host::Context;
use crate::json::{self, Export};
use crate::loaded::Loaded;
use crate::record::Input;

/// One export, with its input.
pub(super) trait Ask {
    /// Which one.
    const EXPORT: Export;
    /// What it answers.
    type Answer;

    /// Calls it.
    fn make(&self, loaded: &Loaded, context: Context) -> (Result<Self::Answer, Failure>, Report);

    /// What it is given, to keep.
    fn input(&self) -> Input;

    /// What it answered, for a recording.
    fn show(answer: &Self::Answer) -> Value;
}

pub(super) struct ToTarget<'a>(pub(super) &'a Forward);

impl Ask for ToTarget<'_> {
    const EXPORT: Export = Export::ToTarget;
    type Answer = String;

    fn make(&self, loaded: &Loaded, context: Context) -> (Result<String, Failure>, Report) {
        loaded.to_target(context, self.0)
    }

    fn input(&self) -> Input {
        Input::ToTarget(self.0.clone())
    }

    fn show(answer: &String) -> Value {
        json!({"target": json::value(answer)})
    }
}

pub(super) struct ToSource<'a>(pub(super) &'a Backward);

impl Ask for ToSource<'_> {
    const EXPORT: Export = Export::ToSource;
    type Answer = String;

    fn make(&self, loaded: &Loaded, context: Context) -> (Result<String, Failure>, Report) {
        loaded.to_source(context, self.0)
    }

    fn input(&self) -> Input {
        Input::ToSource(self.0.clone())
    }

    fn show(answer: &String) -> Value {
        json!({"source": json::value(answer)})
    }
}

pub(super) struct Choose<'a>(pub(super) &'a Occasion);

impl Ask for Choose<'_> {
    const EXPORT: Export = Export::Choose;
    type Answer = Choice;

    fn make(&self, loaded: &Loaded, context: Context) -> (Result<Choice, Failure>, Report) {
        loaded.choose(context, self.0)
    }

    fn input(&self) -> Input {
        Input::Choose(self.0.clone())
    }

    fn show(answer: &Choice) -> Value {
        json::choice(answer)
    }
}

pub(super) struct Decide<'a>(pub(super) &'a Occasion);

impl Ask for Decide<'_> {
    const EXPORT: Export = Export::Decide;
    type Answer = Decision;

    fn make(&self, loaded: &Loaded, context: Context) -> (Result<Decision, Failure>, Report) {
        loaded.decide(context, self.0)
    }

    fn input(&self) -> Input {
        Input::Decide(self.0.clone())
    }

    fn show(answer: &Decision) -> Value {
        json::decision(answer)
    }
}
