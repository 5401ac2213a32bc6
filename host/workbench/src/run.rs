//! `jackfield plugin run`: one input, and everything about the call.

use plugin::{Invoked, Loaded};
use serde_json::{Value, json};

use crate::call::{self, Called};
use crate::cases::Export;
use crate::change::{self, Change};
use crate::gauge::Gauge;
use crate::input::Asked;
use crate::problem::{Problem, Standing};
use crate::screen::{Paint, Screen};
use crate::subject::Subject;

/// Calls a loaded subject, and tells output, what it changed, log, what was used, and calls of the host. Bad where the call failed or something
/// else was expected; a denial is an answer.
///
/// # Errors
/// The member of the input that is wrong.
pub fn run(
    subject: &Subject,
    loaded: &Loaded,
    asked: &Asked,
    json: bool,
    screen: &mut Screen<'_>,
) -> Result<Standing, Problem> {
    let called = call::call(loaded, asked)?;
    let changes = changed(asked, &called.invoked.output);
    let gauges = Gauge::all(&called.invoked, loaded.limits());
    let settings = asked.input.get("settings").unwrap_or(&Value::Null);
    let refused = match settings {
        Value::Object(_) => loaded.about().validate(settings).err(),
        _ => None,
    };
    if json {
        let mut document = document(asked, &called, &changes, &gauges, refused.as_deref());
        if let (Some(words), Value::Object(members)) = (&subject.stale, &mut document) {
            members.insert("stale".to_owned(), json!(words));
        }
        screen.json(&document);
    } else {
        subject.warn(screen);
        text(loaded, asked, &called, &changes, screen);
        screen.say("");
        screen.paint(Paint::Bold, "used");
        for gauge in &gauges {
            gauge.show(screen);
        }
        if let Some(refused) = refused {
            screen.say("");
            screen.paint(
                Paint::Warn,
                format!("a configuration with these settings is refused: {refused}"),
            );
        }
        met(asked, &called, screen);
    }
    let good = call::answered(&called.invoked) || asked.expect.is_some();
    Ok(Standing::of(good && called.differing.is_empty()))
}

/// What the output changed: of a mapper against the draft, of an amendment against the target.
fn changed(asked: &Asked, output: &Value) -> Vec<Change> {
    let (before, after) = match asked.export {
        Export::ToTarget => ("draft", "target"),
        Export::ToSource => ("draft", "source"),
        Export::Choose => return Vec::new(),
        Export::Decide => ("target", "target"),
    };
    match output.get(after) {
        Some(after) => change::changes(asked.input.get(before).unwrap_or(&json!({})), after),
        None => Vec::new(),
    }
}

fn text(
    loaded: &Loaded,
    asked: &Asked,
    called: &Called,
    changes: &[Change],
    screen: &mut Screen<'_>,
) {
    let (about, invoked) = (loaded.about(), &called.invoked);
    screen.line(&[
        (Paint::Bold, &format!("{} ", asked.export)),
        (Paint::Faint, &format!("{} {}", about.name, about.version)),
    ]);
    screen.say("");
    match &invoked.output {
        output if output.get("error").is_some() => {
            screen.paint(Paint::Bad, "error");
            members(output.get("error"), screen);
        }
        output if output.get("ending").is_some() => call::failure(invoked, "", screen),
        output => answer(output, changes, screen),
    }
    if !invoked.log.is_empty() {
        screen.say("");
        screen.paint(Paint::Bold, "log");
        for (level, text) in &invoked.log {
            let paint = match level.as_str() {
                "error" => Paint::Bad,
                "warn" => Paint::Warn,
                _ => Paint::Plain,
            };
            screen.line(&[
                (paint, &format!("  {level:5}")),
                (Paint::Plain, &format!("  {text}")),
            ]);
        }
    }
    host_calls(invoked, screen);
}

/// An answer that is no failure.
fn answer(output: &Value, changes: &[Change], screen: &mut Screen<'_>) {
    let verdict = output.get("verdict").and_then(Value::as_str);
    if let Some(verdict) = verdict {
        let paint = match verdict {
            "allow" => Paint::Good,
            "deny" => Paint::Bad,
            _ => Paint::Warn,
        };
        screen.paint(paint, verdict);
    }
    if let Value::Object(output) = output {
        let shown = output
            .iter()
            .filter(|(name, _)| !["verdict", "target", "source"].contains(&name.as_str()));
        for (name, value) in shown {
            if *value != json!([]) {
                screen.say(format!("  {name:9}  {}", plain(value)));
            }
        }
    }
    for document in ["target", "source"] {
        if output.get(document).is_some() {
            screen.paint(Paint::Bold, document);
            change::show(changes, screen);
        }
    }
}

fn members(value: Option<&Value>, screen: &mut Screen<'_>) {
    for (name, value) in value.and_then(Value::as_object).into_iter().flatten() {
        screen.say(format!("  {name:9}  {}", plain(value)));
    }
}

/// A text without quotes, anything else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn host_calls(invoked: &Invoked, screen: &mut Screen<'_>) {
    let name = |call: &Value| call.get("call").map(plain).unwrap_or_default();
    let asked: Vec<&Value> = invoked
        .host_calls
        .iter()
        .filter(|call| name(call) != "log.write")
        .collect();
    if asked.is_empty() {
        return;
    }
    screen.say("");
    screen.paint(Paint::Bold, "asked of the host");
    for call in asked {
        let args = call.get("args").and_then(Value::as_array);
        let args: Vec<String> = args.into_iter().flatten().map(Value::to_string).collect();
        let answer = call.get("answer").map(Value::to_string).unwrap_or_default();
        screen.say(format!("  {}({}) -> {answer}", name(call), args.join(", ")));
    }
    if invoked.cut {
        screen.paint(Paint::Faint, "  and more than is kept");
    }
}

/// Whether what was expected came.
fn met(asked: &Asked, called: &Called, screen: &mut Screen<'_>) {
    if asked.expect.is_none() {
        return;
    }
    screen.say("");
    if called.differing.is_empty() {
        screen.paint(Paint::Good, "as expected");
    } else {
        screen.paint(Paint::Bad, "not as expected");
        call::differences(&called.differing, "  ", screen);
    }
}

fn document(
    asked: &Asked,
    called: &Called,
    changes: &[Change],
    gauges: &[Gauge],
    refused: Option<&str>,
) -> Value {
    let invoked = &called.invoked;
    let changed = changes.iter().filter(|change| !change.is_none());
    let changed: Vec<Value> = changed
        .map(|change| {
            json!({"attribute": change.attribute, "before": change.before, "after": change.after})
        })
        .collect();
    let log: Vec<Value> = invoked
        .log
        .iter()
        .map(|(level, text)| json!({"level": level, "text": text}))
        .collect();
    let used: serde_json::Map<String, Value> = gauges
        .iter()
        .map(|gauge| (gauge.name.replace(' ', "_"), gauge.to_json()))
        .collect();
    let mut document = json!({
        "export": asked.export.as_str(),
        "output": invoked.output,
        "changed": changed,
        "log": log,
        "hostCalls": invoked.host_calls,
        "used": used,
    });
    let mut put = |name: &str, value: Value| {
        if let Value::Object(members) = &mut document {
            members.insert(name.to_owned(), value);
        }
    };
    if asked.expect.is_some() {
        put("differs", call::differing_json(&called.differing));
    }
    if let Some(failure) = &invoked.failure {
        put("backtrace", json!(failure.backtrace));
    }
    if let Some(refused) = refused {
        put("settingsRefused", json!(refused));
    }
    document
}

#[cfg(test)]
mod tests;
