//! One call with everything about it: what it was answered, what it asked of the host, what it logged and used. For tools that
//! authors work with, and for replaying what was recorded.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::bindings::rules::Verdict;
use crate::call::{Failure, Report};
use crate::document;
use crate::host::Context;
use crate::json::{self, BadInvocation, Export, input};
use crate::loaded::Loaded;
use crate::personal::Personal;
use crate::tape::{Replay, Tape};

/// A call to be made.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The plugin's name, for messages.
    pub name: String,
    /// What is called.
    pub export: Export,
    /// The input, a JSON object with the members of the contract's record in camelCase. Documents stand as objects. What is
    /// left out is what a case file says that it is then; members that only another export has are passed over.
    pub input: Value,
    /// The directory that choosers and rules see; `null` for the one of a case file that says nothing.
    pub directory: Value,
    /// Recorded calls of the host, that answer in the directory's place. A call that is not among them ends the invocation.
    pub host_calls: Option<Vec<Value>>,
}

impl Invocation {
    /// A call with the directory of a case file that says nothing.
    pub fn new(export: Export, input: Value) -> Self {
        Self {
            name: "plugin".to_owned(),
            export,
            input,
            directory: Value::Null,
            host_calls: None,
        }
    }
}

/// What became of a call. Nothing of the person is hidden in it.
#[derive(Debug, Clone)]
pub struct Invoked {
    /// `{"target"}`, `{"source"}`, `{"template", "reason"}`, `{"verdict", ...}`, of describe `{"about"}`; else `{"error"}`, the
    /// plugin's own, or `{"ending"}`, the host's judgement.
    pub output: Value,
    /// `{"call", "args", "answer"}` for each call of the host, in order.
    pub host_calls: Vec<Value>,
    /// Level and text of each line.
    pub log: Vec<(String, String)>,
    /// There were more calls of the host and lines than are kept (1 MiB).
    pub cut: bool,
    /// What it used; [`Loaded::limits`] has what it might have.
    pub report: Report,
    /// How it failed, where `output` is an error or an ending; with the guest's functions at that moment.
    pub failure: Option<Failure>,
}

impl Loaded {
    /// Makes one call outside of the guest pool. It blocks for as long as the call takes, which its deadline bounds.
    pub fn invoke(&self, invocation: &Invocation) -> Result<Invoked, BadInvocation> {
        let tape = Tape::quiet();
        let mut context = Context::new(
            Arc::from(&*invocation.name),
            Arc::from(""),
            None,
            Personal::default(),
        );
        context.tape = Some(tape.clone());
        if matches!(invocation.export, Export::Choose | Export::Decide) {
            context.view = Some(json::view(&invocation.directory)?);
            context.replay = invocation.host_calls.clone().map(Replay::new);
        }
        let (done, report) = self.answer(context, invocation)?;
        let kept = tape.take();
        let (output, failure) = match done {
            Ok(output) => (output, None),
            // What a plugin answers as an error is no judgement of the host.
            Err(failure) => {
                let output = kept.error.unwrap_or_else(|| json::ending(&failure));
                (output, Some(failure))
            }
        };
        let line = |(level, text): (&'static str, String)| (level.to_owned(), text);
        Ok(Invoked {
            output,
            host_calls: kept.host_calls,
            log: kept.log.into_iter().map(line).collect(),
            cut: kept.cut,
            report,
            failure,
        })
    }

    fn answer(
        &self,
        context: Context,
        invocation: &Invocation,
    ) -> Result<(Result<Value, Failure>, Report), BadInvocation> {
        let given = &invocation.input;
        Ok(match invocation.export {
            Export::Describe => {
                let (done, report) = self.describe(context);
                let about = |answer: String| Ok(json!({"about": document::parse(&answer)?}));
                (done.and_then(about), report)
            }
            Export::ToTarget => {
                let (done, report) = self.to_target(context, &input::forward(given)?);
                let read = |answer: String| {
                    document::target(&answer)?;
                    Ok(json!({"target": document::parse(&answer)?}))
                };
                (done.and_then(read), report)
            }
            Export::ToSource => {
                let (done, report) = self.to_source(context, &input::backward(given)?);
                let read = |answer: String| Ok(json!({"source": document::source(&answer)?}));
                (done.and_then(read), report)
            }
            Export::Choose => {
                let (done, report) = self.choose(context, &input::occasion(given)?);
                (done.map(|choice| json::choice(&choice)), report)
            }
            Export::Decide => {
                let (done, report) = self.decide(context, &input::occasion(given)?);
                let read = |decision| {
                    let output = json::decision(&decision);
                    if let Verdict::Amend(amended) = decision.verdict {
                        let export = invocation.export.as_str();
                        document::target(&document::within(amended, self.limits(), export)?)?;
                    }
                    Ok(output)
                };
                (done.and_then(read), report)
            }
        })
    }
}
