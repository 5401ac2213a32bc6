//! Case files: the table of what a plugin is given and what it must answer, which people write by hand. The same files run
//! natively in the author's language (by its SDK) and against the component (here); `plugins/sdk/conformance` says what all
//! readers agree on.

mod compare;
mod expect;
mod given;

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

pub use compare::{Difference, compare, equal};
pub use given::Given;

/// An export that a case calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Export {
    /// A mapper, forward.
    ToTarget,
    /// A mapper, backward.
    ToSource,
    /// A template chooser.
    Choose,
    /// Rules.
    Decide,
}

impl Export {
    /// All of them, in the order of the contract.
    pub const ALL: [Export; 4] = [
        Export::ToTarget,
        Export::ToSource,
        Export::Choose,
        Export::Decide,
    ];

    /// The name in the contract (`wit/`).
    pub fn as_str(self) -> &'static str {
        match self {
            Export::ToTarget => "to-target",
            Export::ToSource => "to-source",
            Export::Choose => "choose",
            Export::Decide => "decide",
        }
    }

    /// The export of this name, exactly.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|export| export.as_str() == name)
    }

    /// The exports of a plugin of these kinds.
    pub fn of(kinds: &[plugin::Kind]) -> Vec<Self> {
        let of = |kind: &plugin::Kind| match kind {
            plugin::Kind::Mapper => &[Export::ToTarget, Export::ToSource][..],
            plugin::Kind::TemplateChooser => &[Export::Choose],
            plugin::Kind::Rules => &[Export::Decide],
        };
        kinds.iter().flat_map(of).copied().collect()
    }
}

impl From<Export> for plugin::Export {
    fn from(export: Export) -> Self {
        match export {
            Export::ToTarget => plugin::Export::ToTarget,
            Export::ToSource => plugin::Export::ToSource,
            Export::Choose => plugin::Export::Choose,
            Export::Decide => plugin::Export::Decide,
        }
    }
}

impl fmt::Display for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Case {
    /// The file it stands in.
    pub file: PathBuf,
    /// Its name, unique in the file.
    pub name: String,
    /// The export that it calls.
    pub export: Export,
    /// What the export is given, complete.
    pub input: Value,
    /// What the directory shows, complete.
    pub directory: Value,
    /// The members of the output that are compared.
    pub expect: Map<String, Value>,
}

/// Why there are no cases: the file, and in it the case, with what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", file.display())]
pub struct CaseError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong, and where in the file.
    pub what: String,
}

/// The cases of a text, in its order. `exports` are those of the plugin.
///
/// # Errors
/// The first mistake, named by case and member.
pub fn parse(file: &Path, text: &str, exports: &[Export]) -> Result<Vec<Case>, CaseError> {
    let wrong = |what: String| CaseError {
        file: file.to_owned(),
        what,
    };
    let Value::Object(table) =
        serde_json::from_str(text).map_err(|error| wrong(format!("no JSON: {error}")))?
    else {
        return Err(wrong("must be an object with `cases`".to_owned()));
    };
    known(&table, &["$schema", "given", "cases"], "").map_err(wrong)?;
    let shared = Given::parse(table.get("given"), "given").map_err(wrong)?;
    let listed = table.get("cases").and_then(Value::as_array);
    let listed = listed
        .filter(|cases| !cases.is_empty())
        .ok_or_else(|| wrong("`cases` must be a list with at least one case".to_owned()))?;
    let mut cases: Vec<Case> = Vec::with_capacity(listed.len());
    for (at, case) in listed.iter().enumerate() {
        let Value::Object(members) = case else {
            return Err(wrong(format!("case {}: must be an object", at + 1)));
        };
        let name = members.get("name").and_then(Value::as_str);
        let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
            return Err(wrong(format!(
                "case {}: needs a `name`, a text that no other case of the file has",
                at + 1
            )));
        };
        if cases.iter().any(|case| case.name == name) {
            return Err(wrong(format!("case {name:?}: this name is there twice")));
        }
        let read = one(members, &shared, exports);
        let (export, given, expect) =
            read.map_err(|what| wrong(format!("case {name:?}: {what}")))?;
        cases.push(Case {
            file: file.to_owned(),
            name: name.to_owned(),
            export,
            input: given.input(export),
            directory: given.directory(),
            expect,
        });
    }
    Ok(cases)
}

/// The cases of a file, or of every `*.json` of a folder in the order of their names.
///
/// # Errors
/// The first file that cannot be read, has a mistake, or the folder without a file.
pub fn read(path: &Path, exports: &[Export]) -> Result<Vec<Case>, CaseError> {
    let unreadable = |path: &Path, error: std::io::Error| CaseError {
        file: path.to_owned(),
        what: error.to_string(),
    };
    let mut files = Vec::new();
    if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(|error| unreadable(path, error))?;
        for entry in entries {
            let file = entry.map_err(|error| unreadable(path, error))?.path();
            if file.extension().is_some_and(|ending| ending == "json") {
                files.push(file);
            }
        }
        files.sort();
        if files.is_empty() {
            return Err(CaseError {
                file: path.to_owned(),
                what: "has no *.json: write one, or name the file with --cases".to_owned(),
            });
        }
    } else {
        files.push(path.to_owned());
    }
    let mut cases = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| unreadable(&file, error))?;
        cases.extend(parse(&file, &text, exports)?);
    }
    Ok(cases)
}

type One = (Export, Given, Map<String, Value>);

/// The parts of one case.
fn one(members: &Map<String, Value>, shared: &Given, exports: &[Export]) -> Result<One, String> {
    known(members, &["name", "export", "given", "expect"], "")?;
    let own = Given::parse(members.get("given"), "given")?;
    let expect = expect::parse(members.get("expect"))?;
    let export = match members.get("export") {
        Some(said) => {
            let export = said.as_str().and_then(Export::parse);
            export.ok_or_else(|| {
                format!("`export` is {said}; it is one of {}", listed(&Export::ALL))
            })?
        }
        None => expect::told(&expect, exports)?,
    };
    if !exports.contains(&export) {
        return Err(format!(
            "the plugin has no `{export}`; it has {}",
            listed(exports)
        ));
    }
    expect::fits(&expect, export)?;
    Ok((export, own.over(shared), expect))
}

/// Exports for a message.
pub(crate) fn listed(exports: &[Export]) -> String {
    let names: Vec<&str> = exports.iter().map(|export| export.as_str()).collect();
    names.join(", ")
}

/// An error that names the first member which is none of these; `place` is the path of the object, empty for the outermost.
fn known(members: &Map<String, Value>, names: &[&str], place: &str) -> Result<(), String> {
    let unknown = members.keys().find(|name| !names.contains(&name.as_str()));
    match unknown {
        None => Ok(()),
        Some(name) => {
            let of = if place.is_empty() {
                String::new()
            } else {
                format!("`{place}`: ")
            };
            Err(format!(
                "{of}unknown member `{name}`; there are {}",
                names.join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests;
