//! From the text of a file to its cases. What is allowed is said, with examples, in `plugins/sdk/conformance`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::given::Given;
use super::{Case, Export};
use crate::settings::located;

type Members = Map<String, Value>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "$schema")]
    _schema: String,
    #[serde(default)]
    given: Members,
    cases: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    export: Option<String>,
    #[serde(default)]
    given: Members,
    expect: Members,
}

/// What each export answers.
const ANSWERS: [(Export, &[&str]); 4] = [
    (Export::ToTarget, &["target"]),
    (Export::ToSource, &["source"]),
    (Export::Choose, &["template", "reason"]),
    (
        Export::Decide,
        &[
            "verdict",
            "warnings",
            "target",
            "detail",
            "attribute",
            "status",
            "scimType",
            "fix",
        ],
    ),
];

/// The member that tells the export, the stronger first: an amended `target` stands beside a `verdict`.
const TELLING: [(&str, Export); 4] = [
    ("verdict", Export::Decide),
    ("template", Export::Choose),
    ("source", Export::ToSource),
    ("target", Export::ToTarget),
];

const VERDICTS: [&str; 4] = ["allow", "amend", "defer", "deny"];

/// The cases of a file, for a plugin with these exports.
///
/// # Errors
/// Names the file, the case and what is wrong with it.
pub(super) fn cases(file: &str, text: &str, exports: &[Export]) -> Result<Vec<Case>, String> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("{file}: no JSON: {error}"))?;
    if !value.is_object() {
        return Err(format!("{file}: the file is not a JSON object"));
    }
    let File { given, cases, .. } =
        typed("", &value).map_err(|message| format!("{file}: {message}"))?;
    // Checked by itself, so that what it has wrong is not said of a case.
    typed::<Given>("given", &Value::Object(given.clone()))
        .map_err(|message| format!("{file}: {message}"))?;
    if cases.is_empty() {
        return Err(format!("{file}: `cases` is empty"));
    }
    let mut names = BTreeSet::new();
    let mut read = Vec::with_capacity(cases.len());
    for (place, value) in cases.iter().enumerate() {
        let name = value["name"].as_str().filter(|name| !name.is_empty());
        let called = name.map_or_else(
            || format!("case {}", place.saturating_add(1)),
            |name| format!("case {name:?}"),
        );
        let case = case(value, &given, exports)
            .map_err(|message| format!("{file}: {called}: {message}"))?;
        if !names.insert(case.name.clone()) {
            return Err(format!(
                "{file}: {called}: another case has this `name`: it must be the only one in the file"
            ));
        }
        read.push(case);
    }
    Ok(read)
}

/// The line of a case, from 1, for whoever follows a failure to the file: the first that holds its name.
pub(super) fn line(text: &str, name: &str) -> usize {
    let name = Value::from(name).to_string();
    let at = text
        .lines()
        .position(|line| line.contains("\"name\"") && line.contains(&name));
    at.map_or(1, |at| at.saturating_add(1))
}

fn case(value: &Value, shared: &Members, exports: &[Export]) -> Result<Case, String> {
    if !value.is_object() {
        return Err("not a JSON object".to_owned());
    }
    let written: Written = typed("", value)?;
    if written.name.is_empty() {
        return Err("`name` is empty".to_owned());
    }
    let mut given = shared.clone();
    given.extend(written.given);
    let given = typed("given", &Value::Object(given))?;
    let export = export(written.export.as_deref(), &written.expect, exports)?;
    expectable(export, &written.expect)?;
    Ok(Case {
        name: written.name,
        export,
        given,
        expect: written.expect,
    })
}

fn export(said: Option<&str>, expect: &Members, exports: &[Export]) -> Result<Export, String> {
    if expect.is_empty() {
        return Err("`expect` is empty: say what comes".to_owned());
    }
    let told = || {
        let told = TELLING.iter().find(|(name, _)| expect.contains_key(*name));
        match (told, exports) {
            (Some((_, export)), _) => Ok(*export),
            (None, [only]) => Ok(*only),
            (None, _) => Err(format!(
                "`expect` does not tell the export: say `export`, one of {}",
                Export::list(exports)
            )),
        }
    };
    let export = match said {
        None => told()?,
        Some(said) => Export::ALL
            .into_iter()
            .find(|export| export.as_str() == said)
            .ok_or_else(|| {
                let known = Export::list(&Export::ALL);
                format!("unknown export `{said}`, expected one of {known}")
            })?,
    };
    if !exports.contains(&export) {
        return Err(format!(
            "the plugin does not export {}: it has {}",
            export.as_str(),
            Export::list(exports)
        ));
    }
    Ok(export)
}

/// Whether an export can answer like this.
fn expectable(export: Export, expect: &Members) -> Result<(), String> {
    let answers = ANSWERS.iter().find(|(of, _)| *of == export);
    let answers = answers.map_or(&[] as &[&str], |(_, answers)| answers);
    for name in expect.keys().map(String::as_str) {
        if !answers.contains(&name) && !matches!(name, "error" | "ending" | "log") {
            return Err(format!(
                "expect.{name}: {} answers no such member, but {}, error or ending; and log",
                export.as_str(),
                answers.join(", ")
            ));
        }
    }
    for (name, members) in [
        ("error", &["code", "message", "attribute"] as &[&str]),
        ("ending", &["kind", "message"]),
    ] {
        let Some(value) = expect.get(name) else {
            continue;
        };
        if expect.keys().any(|other| other != name && other != "log") {
            return Err(format!("expect.{name}: only `log` may stand beside it"));
        }
        let object = value
            .as_object()
            .ok_or_else(|| format!("expect.{name}: not a JSON object"))?;
        if let Some(unknown) = object.keys().find(|key| !members.contains(&key.as_str())) {
            return Err(format!(
                "expect.{name}.{unknown}: unknown member, expected one of {}",
                members.join(", ")
            ));
        }
    }
    if let Some(verdict) = expect.get("verdict")
        && !verdict
            .as_str()
            .is_some_and(|word| VERDICTS.contains(&word))
    {
        return Err(format!(
            "expect.verdict: {verdict} is none, expected one of {}",
            VERDICTS.join(", ")
        ));
    }
    if let Some(log) = expect.get("log") {
        let lines = log.as_array();
        if !lines.is_some_and(|lines| lines.iter().all(Value::is_string)) {
            return Err("expect.log: not a list of texts".to_owned());
        }
    }
    Ok(())
}

/// A value as a type; the error names the place.
fn typed<T: DeserializeOwned>(root: &str, value: &Value) -> Result<T, String> {
    let text = value.to_string();
    serde_json::from_str(&text).map_err(|error| {
        let message = located(root, &text, &error);
        // Without a root, what is at the top is named by itself.
        message.trim_start_matches([':', '.', ' ']).to_owned()
    })
}
