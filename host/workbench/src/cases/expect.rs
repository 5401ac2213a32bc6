//! What a case expects: which members go together, and which export they tell of.

use serde_json::{Map, Value};

use super::given::object;
use super::{Export, known, listed};

/// The members of each export's answer.
const TO_TARGET: &[&str] = &["target"];
const TO_SOURCE: &[&str] = &["source"];
const CHOOSE: &[&str] = &["template", "reason"];
const DECIDE: &[&str] = &[
    "verdict",
    "warnings",
    "target",
    "detail",
    "attribute",
    "status",
    "scimType",
    "fix",
];
/// What may be expected of any export.
const ANY: [&str; 3] = ["error", "ending", "log"];
const VERDICTS: [&str; 4] = ["allow", "amend", "defer", "deny"];
const ENDINGS: [&str; 3] = ["trap", "limit", "error"];

/// Checks `expect`.
pub(super) fn parse(expect: Option<&Value>) -> Result<Map<String, Value>, String> {
    let expect = expect.ok_or("`expect` is missing")?;
    let expect = object(expect, "expect")?;
    if expect.is_empty() {
        return Err("`expect` is empty: nothing would be compared".to_owned());
    }
    let answers = [TO_TARGET, TO_SOURCE, CHOOSE, DECIDE].concat();
    let names: Vec<&str> = answers.into_iter().chain(ANY).collect();
    known(expect, &names, "expect")?;
    for (name, value) in expect {
        member(name, value)?;
    }
    Ok(expect.clone())
}

/// The type of one member. `null` is expected of what may be absent.
fn member(name: &str, value: &Value) -> Result<(), String> {
    let place = format!("expect.{name}");
    let texts = |value: &Value| {
        let list = value.as_array();
        list.is_some_and(|list| list.iter().all(Value::is_string))
    };
    match name {
        "target" | "source" => object(value, &place).map(drop),
        "error" => known(
            object(value, &place)?,
            &["code", "message", "attribute"],
            &place,
        ),
        "ending" => {
            let ending = object(value, &place)?;
            known(ending, &["kind", "message"], &place)?;
            one_of(ending.get("kind"), &ENDINGS, "expect.ending.kind")
        }
        "verdict" => one_of(Some(value), &VERDICTS, &place),
        "warnings" | "log" if !texts(value) => Err(format!("`{place}` must be a list of texts")),
        "warnings" | "log" => Ok(()),
        "status" if value.is_u64() || value.is_null() => Ok(()),
        "status" => Err(format!("`{place}` must be a whole number")),
        _ if value.is_string() || value.is_null() => Ok(()),
        _ => Err(format!("`{place}` must be a text or null")),
    }
}

fn one_of(value: Option<&Value>, words: &[&str], place: &str) -> Result<(), String> {
    let Some(value) = value else { return Ok(()) };
    if value.as_str().is_some_and(|word| words.contains(&word)) {
        return Ok(());
    }
    Err(format!(
        "`{place}` is {value}; it is one of {}",
        words.join(", ")
    ))
}

/// The export, where the case does not say it.
pub(super) fn told(expect: &Map<String, Value>, exports: &[Export]) -> Result<Export, String> {
    let by = [
        ("verdict", Export::Decide),
        ("template", Export::Choose),
        ("source", Export::ToSource),
        ("target", Export::ToTarget),
    ];
    if let Some((_, export)) = by.into_iter().find(|(name, _)| expect.contains_key(*name)) {
        return Ok(export);
    }
    match exports {
        [only] => Ok(*only),
        _ => Err(format!(
            "`expect` does not tell what is called: add `export`, one of {}",
            listed(exports)
        )),
    }
}

/// Whether what is expected goes together and is an answer of this export.
pub(super) fn fits(expect: &Map<String, Value>, export: Export) -> Result<(), String> {
    for alone in ["error", "ending"] {
        let other = expect.keys().find(|name| *name != alone && *name != "log");
        if let (true, Some(other)) = (expect.contains_key(alone), other) {
            return Err(format!("`expect` has `{alone}` and `{other}`: one of them"));
        }
    }
    let answers = match export {
        Export::ToTarget => TO_TARGET,
        Export::ToSource => TO_SOURCE,
        Export::Choose => CHOOSE,
        Export::Decide => DECIDE,
    };
    let other = expect
        .keys()
        .find(|name| !answers.contains(&name.as_str()) && !ANY.contains(&name.as_str()));
    match other {
        None => Ok(()),
        Some(name) => Err(format!(
            "`{export}` does not answer `{name}`; it answers {}",
            answers.join(", ")
        )),
    }
}
