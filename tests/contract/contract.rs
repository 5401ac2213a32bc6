//! The texts of a contract, and what they mean.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use wit_parser::{PackageId, Resolve, SourceMap};

/// The files of a version, by name.
#[derive(Clone)]
pub(crate) struct Contract(BTreeMap<String, String>);

impl Contract {
    pub(crate) fn read(folder: &Path) -> Self {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        let files = entries.map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "wit"));
        let named = files.map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        });
        Self(named.collect())
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        let files = self.0.iter();
        files.map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The number that every file states.
    pub(crate) fn version(&self) -> &str {
        let mut versions: Vec<&str> = self.0.values().map(|text| version(text)).collect();
        versions.dedup();
        assert_eq!(versions.len(), 1, "the files state several versions");
        versions[0]
    }

    /// With another number.
    pub(crate) fn numbered(&self, number: &str) -> Self {
        let files = self.0.iter().map(|(name, text)| {
            let from = format!("@{};", version(text));
            (
                name.clone(),
                text.replacen(&from, &format!("@{number};"), 1),
            )
        });
        Self(files.collect())
    }

    /// With a passage of a file replaced; it must be there once.
    pub(crate) fn with(mut self, file: &str, from: &str, to: &str) -> Self {
        let text = self.0.get_mut(file).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{file}: {from}");
        *text = text.replace(from, to);
        self
    }

    /// Puts it among other packages.
    pub(crate) fn push(&self, resolve: &mut Resolve) -> PackageId {
        let mut sources = SourceMap::default();
        for (name, text) in &self.0 {
            sources.push(Path::new(name), text.as_str());
        }
        let group = sources.parse().map_err(|(_, error)| error).unwrap();
        resolve.push_group(group).unwrap()
    }
}

/// What stands in `package jackfield:plugin@VERSION;`.
fn version(text: &str) -> &str {
    let line = text.lines().find(|line| line.starts_with("package "));
    let version = line.and_then(|line| line.split(['@', ';']).nth(1));
    version.expect("a package with a version")
}
