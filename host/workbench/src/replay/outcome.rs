//! Outcomes that changed, those that changed alike together.

use std::collections::BTreeMap;

use plugin::Run;
use serde_json::{Value, json};

use crate::cases::equal;
use crate::change::{self, Change};
use crate::screen::{Paint, Screen, several};

/// A call that came out otherwise.
pub(super) struct Changed {
    plugin: String,
    export: &'static str,
    /// Where it is recorded.
    place: String,
    before: Value,
    after: Value,
    changes: Vec<Change>,
}

impl Changed {
    /// What changed between two outcomes, if anything. Of endings only the kind counts: their words have figures in them.
    pub(super) fn between(run: &Run, before: Value, after: Value) -> Option<Self> {
        if equal(&comparable(&before), &comparable(&after)) {
            return None;
        }
        let mut changes = change::changes(&before, &after);
        changes.retain(|change| !change.is_none());
        Some(Self {
            plugin: run.invocation.name.clone(),
            export: run.invocation.export.as_str(),
            place: run.place.clone(),
            before,
            after,
            changes,
        })
    }

    /// In what way it changed: the word of the outcome, else the members.
    fn way(&self) -> String {
        let (before, after) = (word(&self.before), word(&self.after));
        if before != after {
            return format!("{before} -> {after}");
        }
        let names: Vec<&str> = self
            .changes
            .iter()
            .map(|change| &*change.attribute)
            .collect();
        match names.is_empty() {
            // Lists and texts within are named above; this is a matter of types alone.
            true => after,
            false => names.join(", "),
        }
    }
}

fn comparable(outcome: &Value) -> Value {
    match outcome.pointer("/ending/kind") {
        Some(kind) => json!({"ending": kind}),
        None => outcome.clone(),
    }
}

/// What kind of outcome it is.
fn word(outcome: &Value) -> String {
    let text = |pointer: &str| outcome.pointer(pointer).and_then(Value::as_str);
    if let Some(kind) = text("/ending/kind") {
        return format!("ending {kind}");
    }
    if let Some(code) = text("/error/code") {
        return format!("error {code}");
    }
    if let Some(verdict) = text("/verdict") {
        return verdict.to_owned();
    }
    if let Some(template) = outcome.get("template") {
        return format!("template {template}");
    }
    "answer".to_owned()
}

/// Changed calls by plugin, export and way.
#[derive(Default)]
pub(super) struct Groups(BTreeMap<(String, &'static str, String), Vec<Changed>>);

impl Groups {
    pub(super) fn add(&mut self, changed: Changed) {
        let key = (changed.plugin.clone(), changed.export, changed.way());
        self.0.entry(key).or_default().push(changed);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many calls changed.
    pub(super) fn calls(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Each group with some examples, or all of them.
    pub(super) fn show(&self, all: bool, examples: usize, screen: &mut Screen<'_>) {
        for ((plugin, export, way), calls) in &self.0 {
            screen.line(&[
                (Paint::Bold, plugin),
                (Paint::Faint, &format!(" {export}  ")),
                (Paint::Warn, way),
                (Paint::Plain, &format!("  {}", several(calls.len(), "call"))),
            ]);
            let shown = if all { calls.len() } else { examples };
            for call in calls.iter().take(shown) {
                screen.paint(Paint::Faint, format!("  {}", call.place));
                change::show(&call.changes, screen);
            }
            if calls.len() > shown {
                let more = calls.len() - shown;
                screen.paint(Paint::Faint, format!("  and {more} more: --diff tells all"));
            }
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let call = |call: &Changed| json!({"place": call.place, "before": call.before, "after": call.after});
        let group =
            |((plugin, export, way), calls): (&(String, &'static str, String), &Vec<Changed>)| {
                let calls: Vec<Value> = calls.iter().map(call).collect();
                json!({"plugin": plugin, "export": export, "way": way, "calls": calls})
            };
        self.0.iter().map(group).collect()
    }
}
