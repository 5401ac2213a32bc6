//! Inputs that failed, kept in a plugin's directory so that one command repeats them.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::embedded;
use crate::input::Asked;
use crate::problem::Problem;

/// Below a plugin's directory.
const FOLDER: &str = ".jackfield/failed";
/// The longest name of a file, without its ending: file systems take 255 bytes.
const LONGEST: usize = 80;

/// Where inputs that failed are kept, empty at first.
#[derive(Debug)]
pub(crate) struct Kept {
    folder: PathBuf,
    taken: Vec<String>,
}

impl Kept {
    /// Below this directory; what an earlier run left is removed where its name begins alike.
    pub(crate) fn new(dir: &Path, prefix: &str) -> Self {
        let folder = dir.join(FOLDER);
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let ours = entry.file_name().to_string_lossy().starts_with(prefix);
            if ours && entry.path().is_file() {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        Self {
            folder,
            taken: Vec::new(),
        }
    }

    /// Writes an input, and returns its file.
    pub(crate) fn keep(&mut self, name: &str, asked: &Asked) -> Result<PathBuf, Problem> {
        let plain = plain(name);
        let mut unique = plain.clone();
        let mut number = 2;
        while self.taken.contains(&unique) {
            unique = format!("{plain}-{number}");
            number += 1;
        }
        let path = self.folder.join(&unique).with_extension("json");
        self.taken.push(unique);
        embedded::write(&path, format!("{:#}\n", document(asked)).as_bytes())?;
        Ok(path)
    }
}

fn document(asked: &Asked) -> Value {
    let mut document = json!({"export": asked.export.as_str(), "input": asked.input});
    if let Value::Object(members) = &mut document {
        let mut put = |name: &str, value: Option<Value>| {
            members.extend(value.map(|value| (name.to_owned(), value)));
        };
        put(
            "directory",
            Some(asked.directory.clone()).filter(|it| !it.is_null()),
        );
        put("hostCalls", asked.host_calls.clone().map(Value::Array));
        put(
            "expect",
            asked.expect.clone().map(|it: Map<_, _>| Value::Object(it)),
        );
    }
    document
}

/// A name as a file: letters, digits and hyphens.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for character in name.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            plain.push(character);
        } else if !plain.ends_with('-') {
            plain.push('-');
        }
        if plain.len() > LONGEST {
            break;
        }
    }
    let plain = plain.trim_matches('-');
    if plain.is_empty() { "case" } else { plain }.to_owned()
}

/// A word of a command line, in quotes where a shell needs them.
pub(crate) fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_./:@#=".contains(c);
    if !word.is_empty() && word.chars().all(safe) && !word.starts_with('#') {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_a_file() {
        for (name, file) in [
            ("a skill is a team", "a-skill-is-a-team"),
            ("../../etc/passwd", "etc-passwd"),
            ("", "case"),
            ("///", "case"),
            ("Zoë's case", "zoë-s-case"),
        ] {
            assert_eq!(plain(name), file);
        }
        assert!(plain(&"ë".repeat(500)).len() <= LONGEST + 4);
    }

    #[test]
    fn a_shell_reads_a_word_as_one() {
        assert_eq!(quoted("a/b.wasm"), "a/b.wasm");
        assert_eq!(quoted("it's a"), "'it'\\''s a'");
        assert_eq!(quoted(""), "''");
    }
}
