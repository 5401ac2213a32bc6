//! A plugin's directory: `jackfield-plugin.toml`, and name and version from the language's own manifest.

use std::fmt;
use std::path::{Path, PathBuf};

use plugin::Kind;
use serde::Deserialize;

use crate::problem::Problem;
use crate::watched;

/// The file that makes a directory a plugin's.
pub const FILE: &str = "jackfield-plugin.toml";

/// What a plugin is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust.
    Rust,
    /// JavaScript.
    Js,
    /// Python.
    Python,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 3] = [Language::Rust, Language::Js, Language::Python];

    /// The word of the command line and the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::Rust => "rust",
            Language::Js => "js",
            Language::Python => "python",
        }
    }

    /// The manifest that has name and version.
    pub fn manifest(self) -> &'static str {
        match self {
            Language::Rust => "Cargo.toml",
            Language::Js => "package.json",
            Language::Python => "pyproject.toml",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A kind by its word.
pub fn kind(word: &str) -> Option<Kind> {
    [Kind::Mapper, Kind::TemplateChooser, Kind::Rules]
        .into_iter()
        .find(|kind| kind.as_str() == word)
}

/// A plugin's directory, read.
#[derive(Debug, Clone)]
pub struct Project {
    /// The directory.
    pub dir: PathBuf,
    /// The language.
    pub language: Language,
    /// The kinds, at least one.
    pub kinds: Vec<Kind>,
    /// The plugin's file, for JavaScript and Python.
    pub entry: Option<PathBuf>,
    /// Where the component is built to, below the directory.
    pub component: PathBuf,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    language: Language,
    kinds: Vec<String>,
    entry: Option<PathBuf>,
    component: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

impl Project {
    /// Reads a plugin's directory.
    ///
    /// # Errors
    /// The file that is missing or wrong.
    pub fn read(dir: &Path) -> Result<Self, Problem> {
        let file = dir.join(FILE);
        let text = std::fs::read_to_string(&file).map_err(|error| {
            let what = if error.kind() == std::io::ErrorKind::NotFound {
                "there is none: run this in a plugin's directory, or make one with `jackfield plugin new`"
                    .to_owned()
            } else {
                error.to_string()
            };
            Problem::new(format!("{}: {what}", file.display()))
        })?;
        let wrong = |what: String| Problem::new(format!("{}: {what}", file.display()));
        let said: Said = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let mut kinds = Vec::new();
        for word in &said.kinds {
            let kind = kind(word).ok_or_else(|| {
                wrong(format!(
                    "kind {word:?} is none of mapper, template-chooser, rules"
                ))
            })?;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds.sort();
        if kinds.is_empty() {
            return Err(wrong(
                "`kinds` is empty; a plugin is at least one of mapper, template-chooser, rules"
                    .to_owned(),
            ));
        }
        if said.language != Language::Rust && said.entry.is_none() {
            return Err(wrong(format!(
                "`entry` is missing: the file of the plugin in {}",
                said.language
            )));
        }
        let Package { name, version } = package(dir, said.language)?;
        Ok(Self {
            dir: dir.to_owned(),
            language: said.language,
            kinds,
            entry: said.entry,
            component: said.component,
            name,
            version,
        })
    }

    /// Where the component is, built or not.
    pub fn component(&self) -> PathBuf {
        self.dir.join(&self.component)
    }

    /// The newest file that the component is made of, if it is newer than the component; `None` where there is no component.
    pub fn stale(&self) -> Option<Option<PathBuf>> {
        let built = std::fs::metadata(self.component()).and_then(|found| found.modified());
        let built = built.ok()?;
        let authors = watched::files(&self.dir).into_iter();
        let vendored = watched::files(&self.dir.join("sdk"));
        let newest = authors
            .filter(|file| watched::is_source(&self.dir, self.language, file))
            .chain(vendored)
            .filter_map(|file| {
                let changed = std::fs::metadata(&file).and_then(|found| found.modified());
                Some((changed.ok()?, file))
            })
            .max();
        Some(newest.and_then(|(changed, file)| (changed > built).then_some(file)))
    }
}

/// Name and version from the language's manifest.
fn package(dir: &Path, language: Language) -> Result<Package, Problem> {
    let file = dir.join(language.manifest());
    let wrong = |what: String| Problem::new(format!("{}: {what}", file.display()));
    let text = std::fs::read_to_string(&file).map_err(|error| wrong(error.to_string()))?;
    let table = match language {
        Language::Js => {
            return serde_json::from_str(&text).map_err(|error| wrong(error.to_string()));
        }
        Language::Rust => "package",
        Language::Python => "project",
    };
    let mut manifest: toml::Table =
        toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let package = manifest
        .remove(table)
        .ok_or_else(|| wrong(format!("has no [{table}]")))?;
    package
        .try_into()
        .map_err(|error: toml::de::Error| wrong(format!("[{table}]: {}", error.message())))
}
