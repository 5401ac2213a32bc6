//! One call of a component, and what came of it.

use plugin::{Invocation, Invoked, Loaded};
use serde_json::{Value, json};

use crate::cases::{Difference, compare};
use crate::input::Asked;
use crate::problem::Problem;
use crate::screen::{Paint, Screen};

/// A call and what came of it.
#[derive(Debug)]
pub(crate) struct Called {
    /// What came.
    pub(crate) invoked: Invoked,
    /// What is not as expected; nothing where nothing was.
    pub(crate) differing: Vec<Difference>,
}

/// Calls the component outside of the pool, with the limits of production.
///
/// # Errors
/// The member of the input that is wrong.
pub(crate) fn call(loaded: &Loaded, asked: &Asked) -> Result<Called, Problem> {
    let invocation = Invocation {
        name: loaded.about().name.clone(),
        export: asked.export.into(),
        input: asked.input.clone(),
        directory: asked.directory.clone(),
        host_calls: asked.host_calls.clone(),
    };
    let invoked = loaded
        .invoke(&invocation)
        .map_err(|error| Problem::new(error.to_string()))?;
    let differing = match &asked.expect {
        Some(expect) => compare(expect, &invoked.output, &lines(&invoked)),
        None => Vec::new(),
    };
    Ok(Called { invoked, differing })
}

/// The lines of log as `level: text`.
pub(crate) fn lines(invoked: &Invoked) -> Vec<String> {
    let lines = invoked.log.iter();
    lines
        .map(|(level, text)| format!("{level}: {text}"))
        .collect()
}

/// The lines of log that a failure does not tell itself.
pub(crate) fn other_lines(invoked: &Invoked) -> Vec<String> {
    let told = invoked.failure.is_some();
    let lines = lines(invoked).into_iter();
    lines
        .filter(|line| !(told && line.starts_with("error: ")))
        .collect()
}

/// Whether the call ended as calls should: with an answer.
pub(crate) fn answered(invoked: &Invoked) -> bool {
    invoked.failure.is_none()
}

/// A failure, once: the host's judgement, the guest's error lines that are not in it (a traceback), and the guest's functions at
/// that moment where the component names them, else where else to look.
pub(crate) fn failure(invoked: &Invoked, indent: &str, screen: &mut Screen<'_>) {
    let Some(failure) = &invoked.failure else {
        return;
    };
    screen.paint(
        Paint::Bad,
        format!("{indent}{}: {}", failure.ending, failure.message),
    );
    let errors = invoked.log.iter().filter(|(level, _)| level == "error");
    let said = errors.clone().next().is_some();
    for (_, text) in errors.skip_while(|(_, text)| failure.message.contains(text.as_str())) {
        screen.paint(Paint::Bad, format!("{indent}  {text}"));
    }
    let frames = failure.backtrace.iter().enumerate();
    let mut named = frames.filter(|(_, frame)| !is_number(frame)).peekable();
    if named.peek().is_none() && !failure.backtrace.is_empty() && !said {
        let words = "the component names no functions: run the case natively to see where";
        screen.paint(Paint::Faint, format!("{indent}  {words}"));
    }
    for (at, frame) in named {
        screen.paint(Paint::Faint, format!("{indent}  {at:2}  {frame}"));
    }
}

/// A function without a name, which tells nobody where that was (`plugin::Failure::backtrace`).
fn is_number(frame: &str) -> bool {
    let number = frame.strip_prefix("function ");
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What differs, for people. A failure that nobody expected is told by itself.
pub(crate) fn differences(differing: &[Difference], indent: &str, screen: &mut Screen<'_>) {
    let text = |value: &Option<Value>| match value {
        Some(value) => value.to_string(),
        None => "nothing".to_owned(),
    };
    let unexpected = |one: &&Difference| {
        one.expected.is_none() && ["error", "ending"].contains(&one.member.as_str())
    };
    for one in differing.iter().filter(|one| !unexpected(one)) {
        // A document is large and differs in few places.
        if let (Some(expected @ Value::Object(_)), Some(came @ Value::Object(_))) =
            (&one.expected, &one.came)
        {
            for change in crate::change::changes(expected, came) {
                if !change.is_none() {
                    let (expected, came) = (text(&change.before), text(&change.after));
                    let path = format!("{indent}{}.{}", one.member, change.attribute);
                    screen.line(&[
                        (Paint::Plain, &path),
                        (Paint::Good, &format!("  expected {expected}")),
                        (Paint::Bad, &format!("  came {came}")),
                    ]);
                }
            }
            continue;
        }
        screen.line(&[
            (Paint::Plain, &format!("{indent}{}", one.member)),
            (Paint::Good, &format!("  expected {}", text(&one.expected))),
            (Paint::Bad, &format!("  came {}", text(&one.came))),
        ]);
    }
}

/// What differs, for tools.
pub(crate) fn differing_json(differing: &[Difference]) -> Value {
    let one = |one: &Difference| json!({"member": one.member, "expected": one.expected, "came": one.came});
    differing.iter().map(one).collect()
}
