//! One call of the plugin: its output in the form of the contract, what it logged, or its panic.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Once;

use serde_json::{Map, Value};

use super::Call;
use super::given::Given;
use crate::error::Error;
use crate::log::Level;
use crate::outcome::{Choice, Decision, Denial, Verdict};
use crate::testing;

type Members = Map<String, Value>;

/// What came of a call.
#[derive(Debug)]
pub(super) enum Came {
    /// The plugin answered, if only an error.
    Output {
        output: Members,
        /// `level: text`.
        log: Vec<String>,
    },
    /// Message and place.
    Panic(String),
}

thread_local! {
    /// While a case runs: what its panic said.
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
    static RUNNING: RefCell<bool> = const { RefCell::new(false) };
}

/// Calls the plugin with what a case gives.
pub(super) fn run(call: Call, given: &Given) -> Came {
    listen();
    testing::set_directory(given.directory());
    drop(testing::logs());
    RUNNING.set(true);
    let answer = panic::catch_unwind(AssertUnwindSafe(|| call(given)));
    RUNNING.set(false);
    let output = match answer {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => members([("error", Value::Object(plugin_error(&error)))]),
        Err(_) => return Came::Panic(SAID.take().unwrap_or_default()),
    };
    let line = |(level, text): (Level, String)| format!("{}: {text}", level.as_str());
    Came::Output {
        output,
        log: testing::logs().into_iter().map(line).collect(),
    }
}

/// Keeps what panics of cases say; all others are told as before.
fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
            if RUNNING.with_borrow(|running| *running) {
                SAID.set(Some(panic.to_string()));
            } else {
                before(panic);
            }
        }));
    });
}

fn members<const N: usize>(all: [(&str, Value); N]) -> Members {
    all.map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
}

/// A mapper's answer.
pub(super) fn document(name: &str, text: String) -> Result<Members, Error> {
    match serde_json::from_str(&text) {
        Ok(Value::Object(document)) => Ok(members([(name, Value::Object(document))])),
        Ok(_) => Err(Error::internal("the answer is not a JSON object")),
        Err(error) => Err(Error::internal(format!("the answer is not JSON: {error}"))),
    }
}

/// A chooser's answer.
pub(super) fn choice(choice: Choice) -> Members {
    members([
        ("template", choice.template.into()),
        ("reason", choice.reason.into()),
    ])
}

/// A rule's answer.
pub(super) fn decision(decision: Decision) -> Members {
    let verdict = match &decision.verdict {
        Verdict::Allow => "allow",
        Verdict::Amend(_) => "amend",
        Verdict::Defer { .. } => "defer",
        Verdict::Deny(_) => "deny",
    };
    let mut answer = members([
        ("verdict", verdict.into()),
        ("warnings", decision.warnings.into()),
    ]);
    match decision.verdict {
        Verdict::Allow => {}
        Verdict::Amend(target) => {
            // A target is always an object of JSON values.
            let target = serde_json::to_value(&*target).unwrap_or_default();
            answer.extend(members([("target", target)]));
        }
        Verdict::Defer { detail, attribute } => {
            answer.extend(members([("detail", detail.into())]));
            answer.extend(attribute.map(|name| ("attribute".to_owned(), name.into())));
        }
        Verdict::Deny(Denial {
            status,
            scim_type,
            detail,
            attribute,
            fix,
        }) => {
            answer.extend(members([("status", status.into())]));
            answer.extend(scim_type.map(|name| ("scimType".to_owned(), name.into())));
            answer.extend(members([("detail", detail.into())]));
            answer.extend(attribute.map(|name| ("attribute".to_owned(), name.into())));
            answer.extend(members([("fix", fix.into())]));
        }
    }
    answer
}

fn plugin_error(error: &Error) -> Members {
    let mut answer = members([
        ("code", error.code().as_str().into()),
        ("message", error.message().into()),
    ]);
    let attribute = error.concerned();
    answer.extend(attribute.map(|name| ("attribute".to_owned(), name.into())));
    answer
}
