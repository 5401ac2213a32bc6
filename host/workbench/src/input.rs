//! The input of one call, from what people have at hand: an object with some members, a case of a file, a line of a recording,
//! what a failed test left behind.

mod lines;

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::cases::{self, Case, Export, Given};
use crate::kept::quoted;
use crate::problem::Problem;

/// A call to be made.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What is called.
    pub export: Export,
    /// With what.
    pub input: Value,
    /// What the directory shows; `null` for the one of a case file that says nothing.
    pub directory: Value,
    /// Recorded answers of the host, in the directory's place.
    pub host_calls: Option<Vec<Value>>,
    /// What is to come, where the input says.
    pub expect: Option<Map<String, Value>>,
}

impl From<Case> for Asked {
    fn from(case: Case) -> Self {
        Self {
            export: case.export,
            input: case.input,
            directory: case.directory,
            host_calls: None,
            expect: Some(case.expect),
        }
    }
}

/// What the command line adds to an input.
#[derive(Debug, Clone, Default)]
pub struct Instead {
    /// The export, where the input does not say.
    pub export: Option<Export>,
    /// Settings in place of the input's, from a JSON or TOML file.
    pub settings: Option<PathBuf>,
    /// A directory in place of the input's, from a JSON file, with the short forms of case files.
    pub directory: Option<PathBuf>,
}

/// Reads `FILE`, `FILE#CASE`, `FILE#LINE` of JSON lines, or `-`.
///
/// # Errors
/// What cannot be read, or which case or export is to be named.
pub fn read(
    named: &str,
    exports: &[Export],
    instead: &Instead,
    stdin: &mut dyn Read,
) -> Result<Asked, Problem> {
    let (text, file, part) = text(named, stdin)?;
    let mut asked = parse(&text, &file, part.as_deref(), exports, instead)?;
    if let Some(path) = &instead.settings
        && let Value::Object(input) = &mut asked.input
    {
        input.insert("settings".to_owned(), settings(path)?);
    }
    if let Some(path) = &instead.directory {
        asked.directory = directory(path)?;
        asked.host_calls = None;
    }
    if !exports.contains(&asked.export) {
        return Err(Problem::new(format!(
            "the plugin has no {}; it has {}",
            asked.export,
            cases::listed(exports)
        )));
    }
    Ok(asked)
}

/// Settings from a JSON or TOML file.
///
/// # Errors
/// That it cannot be read or holds no table.
pub fn settings(path: &Path) -> Result<Value, Problem> {
    let settings = if path.extension().is_some_and(|ending| ending == "toml") {
        let text = std::fs::read_to_string(path).map_err(|error| Problem::file(path, &error))?;
        toml::from_str(&text)
            .map_err(|error| Problem::new(format!("{}: {error}", path.display())))?
    } else {
        json(path)?
    };
    match settings {
        Value::Object(_) => Ok(settings),
        _ => Err(Problem::new(format!(
            "{}: settings are an object",
            path.display()
        ))),
    }
}

/// What the directory shows, from a JSON file with the short forms of case files.
///
/// # Errors
/// That it cannot be read, or the member that is wrong.
pub fn directory(path: &Path) -> Result<Value, Problem> {
    let given = Value::from_iter([("directory".to_owned(), json(path)?)]);
    let given = Given::parse(Some(&given), "given")
        .map_err(|what| Problem::new(format!("{}: {what}", path.display())))?;
    Ok(given.directory())
}

fn json(path: &Path) -> Result<Value, Problem> {
    let text = std::fs::read_to_string(path).map_err(|error| Problem::file(path, &error))?;
    serde_json::from_str(&text)
        .map_err(|error| Problem::new(format!("{}: no JSON: {error}", path.display())))
}

/// The text, where it is from, and the part of it that was named.
fn text(named: &str, stdin: &mut dyn Read) -> Result<(String, PathBuf, Option<String>), Problem> {
    if named == "-" {
        let mut text = String::new();
        stdin
            .read_to_string(&mut text)
            .map_err(|error| Problem::new(format!("standard input: {error}")))?;
        return Ok((text, PathBuf::from("standard input"), None));
    }
    let whole = Path::new(named);
    // A case's name may hold the sign too, so the file is the shortest beginning that there is.
    let part = (!whole.is_file())
        .then(|| {
            named
                .match_indices('#')
                .map(|(at, _)| (&named[..at], &named[at + 1..]))
                .find(|(file, _)| Path::new(file).is_file())
        })
        .flatten();
    let (file, part) = match part {
        Some((file, part)) => (Path::new(file), Some(part.to_owned())),
        None => (whole, None),
    };
    let text = std::fs::read_to_string(file).map_err(|error| Problem::file(file, &error))?;
    Ok((text, file.to_owned(), part))
}

fn parse(
    text: &str,
    file: &Path,
    part: Option<&str>,
    exports: &[Export],
    instead: &Instead,
) -> Result<Asked, Problem> {
    let whole: Result<Value, _> = serde_json::from_str(text);
    if lines::are_meant(text, file, part, whole.as_ref().ok()) {
        let (place, line) = lines::one(text, file, part)?;
        return asked(&line, &place, exports, instead);
    }
    let place = file.display().to_string();
    let value = whole.map_err(|error| Problem::new(format!("{place}: no JSON: {error}")))?;
    if value.get("cases").is_some() {
        return case(text, file, part, exports);
    }
    if let Some(part) = part {
        return Err(Problem::new(format!(
            "{place}: is no file of cases, so there is no {part:?} in it"
        )));
    }
    asked(&value, &place, exports, instead)
}

/// The call that a document tells of. `place` is where it stands.
fn asked(
    value: &Value,
    place: &str,
    exports: &[Export],
    instead: &Instead,
) -> Result<Asked, Problem> {
    let wrong = |what: String| Problem::new(format!("{place}: {what}"));
    let Value::Object(members) = value else {
        return Err(wrong("must be an object".to_owned()));
    };
    if members.contains_key("input") {
        return kept(members, exports, instead).map_err(wrong);
    }
    let given = Given::parse(Some(value), "input").map_err(wrong)?;
    let export = match instead.export {
        Some(export) => export,
        None => told(members, exports).ok_or_else(|| {
            wrong(format!(
                "does not tell what is called: add --export, one of {}",
                cases::listed(exports)
            ))
        })?,
    };
    Ok(Asked {
        export,
        input: given.input(export),
        directory: given.directory(),
        host_calls: None,
        expect: None,
    })
}

/// One case of a file.
fn case(text: &str, file: &Path, part: Option<&str>, exports: &[Export]) -> Result<Asked, Problem> {
    let mut all = cases::parse(file, text, exports)?;
    let found = match part {
        Some(name) => all.iter().position(|case| case.name == name),
        None => (all.len() == 1).then_some(0),
    };
    match found {
        Some(at) => Ok(all.swap_remove(at).into()),
        None => {
            let names: Vec<String> = all
                .iter()
                .map(|case| format!("  {}", quoted(&format!("{}#{}", file.display(), case.name))))
                .collect();
            Err(Problem::new(format!(
                "{}: name one of its cases:\n{}",
                file.display(),
                names.join("\n")
            )))
        }
    }
}

/// A call that was kept: a line of a recording, or what a failed test left.
fn kept(
    members: &Map<String, Value>,
    exports: &[Export],
    instead: &Instead,
) -> Result<Asked, String> {
    let said = members.get("export").and_then(Value::as_str);
    let export = said.and_then(Export::parse).or(instead.export);
    let export = export.ok_or_else(|| {
        format!(
            "`export` is {}; it is one of {}",
            said.unwrap_or("missing"),
            cases::listed(exports)
        )
    })?;
    let directory = members.get("directory").cloned().unwrap_or(Value::Null);
    let host_calls = members.get("hostCalls").and_then(Value::as_array).cloned();
    let expect = members.get("expect").and_then(Value::as_object).cloned();
    Ok(Asked {
        export,
        input: members.get("input").cloned().unwrap_or_default(),
        host_calls: host_calls.filter(|_| directory.is_null()),
        directory,
        expect,
    })
}

/// The export that the members of an input tell of, if they do.
fn told(members: &Map<String, Value>, exports: &[Export]) -> Option<Export> {
    if let [only] = exports {
        return Some(*only);
    }
    let has = |name: &str| members.contains_key(name);
    let candidates: &[Export] = if ["operation", "sourceBefore", "held", "moment", "directory"]
        .into_iter()
        .any(has)
    {
        &[Export::Choose, Export::Decide]
    } else if has("target") && !has("source") {
        &[Export::ToSource, Export::Decide]
    } else if has("source") && !has("target") {
        &[Export::ToTarget, Export::Choose]
    } else {
        &[]
    };
    let mut possible = candidates.iter().filter(|export| exports.contains(export));
    let first = possible.next()?;
    possible.next().is_none().then_some(*first)
}

#[cfg(test)]
mod tests;
