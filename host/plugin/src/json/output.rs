//! What an export answered, as JSON.

use serde_json::{Map, Value, json};

use super::{EMPTY, value};
use crate::bindings::rules::{Decision, Verdict};
use crate::bindings::template_chooser::Choice;
use crate::bindings::types::PluginError;
use crate::call::Failure;

/// The answer of `choose`.
pub(crate) fn choice(choice: &Choice) -> Value {
    let mut output = Map::new();
    output.insert("template".to_owned(), Value::from(choice.template.clone()));
    output.insert("reason".to_owned(), Value::from(choice.reason.clone()));
    with_facts(output, &choice.facts)
}

/// The answer of `decide`.
pub(crate) fn decision(decision: &Decision) -> Value {
    let mut output = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            output.insert(name.to_owned(), value);
        }
    };
    match &decision.verdict {
        Verdict::Allow => put("verdict", Value::from("allow")),
        Verdict::Amend(target) => {
            put("verdict", Value::from("amend"));
            put("target", value(target));
        }
        Verdict::Defer(deferral) => {
            put("verdict", Value::from("defer"));
            put("detail", Value::from(deferral.detail.clone()));
            put("attribute", Value::from(deferral.attribute.clone()));
        }
        Verdict::Deny(denial) => {
            put("verdict", Value::from("deny"));
            put("status", Value::from(denial.status));
            put("scimType", Value::from(denial.scim_type.clone()));
            put("detail", Value::from(denial.detail.clone()));
            put("attribute", Value::from(denial.attribute.clone()));
            put("fix", Value::from(denial.fix.clone()));
        }
    }
    put("warnings", Value::from(decision.warnings.clone()));
    with_facts(output, &decision.facts)
}

/// The plugin's own error.
pub(crate) fn plugin_error(error: &PluginError) -> Value {
    let mut output = Map::new();
    output.insert("code".to_owned(), Value::from(error.code.clone()));
    output.insert("message".to_owned(), Value::from(error.message.clone()));
    if let Some(attribute) = &error.attribute {
        output.insert("attribute".to_owned(), Value::from(attribute.clone()));
    }
    json!({ "error": with_facts(output, &error.facts) })
}

/// The host's judgement on a call that did not answer as it should.
pub(crate) fn ending(failure: &Failure) -> Value {
    let kind = failure.ending.to_string().replace(' ', "-");
    json!({ "ending": { "kind": kind, "message": failure.message } })
}

/// With `facts` where there are any.
fn with_facts(mut output: Map<String, Value>, facts: &str) -> Value {
    if !facts.is_empty() && facts != EMPTY {
        output.insert("facts".to_owned(), value(facts));
    }
    Value::Object(output)
}
