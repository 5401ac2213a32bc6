//! Recordings read back: each line a call that can be made again, and what came of it.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::invoke::Invocation;
use crate::json::Export;

/// The longest line that is read. The longest that is written is half of a connection's bytes; nobody writes by hand.
const LONGEST: u64 = 64 << 20;

/// A recorded call.
#[derive(Debug, Clone)]
pub struct Run {
    /// Where it is recorded: `FILE:LINE`.
    pub place: String,
    /// When it was made.
    pub at: Timestamp,
    /// The tenant.
    pub tenant: String,
    /// The connection.
    pub connection: String,
    /// The digest of the plugin's component, `sha256:HEX`.
    pub digest: String,
    /// The version of the contract that it was called by.
    pub wit: String,
    /// The version of the host.
    pub host: String,
    /// Tells the plugin's settings apart, `sha256:HEX`.
    pub settings_hash: String,
    /// The settings were left out of the input, since they may hold a secret: they must be given to make the call again.
    pub settings_missing: bool,
    /// The call: input, and the answers of the directory. Its name is the plugin's in the configuration.
    pub invocation: Invocation,
    /// What came of it: an output, the plugin's own error, or the host's judgement.
    pub output: Value,
    /// Units of fuel that it took.
    pub fuel: u64,
    /// Whether personal values are masked.
    pub masked: bool,
    /// Whether the plugin was only watched.
    pub monitored: bool,
    /// Not all of its calls of the host are there.
    pub cut: bool,
}

/// A line, or a file, that is no recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// `FILE:LINE`, or the file where none of it can be read.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl std::error::Error for Unreadable {}

/// The line as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    at: Timestamp,
    tenant: String,
    connection: String,
    plugin: String,
    digest: String,
    wit: String,
    host: String,
    export: String,
    settings_hash: String,
    input: Value,
    host_calls: Vec<Value>,
    output: Value,
    fuel: u64,
    masked: bool,
    #[serde(default)]
    monitored: bool,
    #[serde(default)]
    cut: bool,
}

impl Run {
    /// Reads one line; `place` is what messages call it.
    ///
    /// # Errors
    /// What is wrong with it: no JSON, a member that is missing or of another type, an export that nobody has.
    pub fn parse(line: &str, place: &str) -> Result<Self, Unreadable> {
        let wrong = |reason: String| Unreadable {
            place: place.to_owned(),
            reason,
        };
        let line: Line = serde_json::from_str(line)
            // The parser counts lines, too, and has seen one.
            .map_err(|error| wrong(format!("no recorded call: {}", said(&error))))?;
        let export: Export = line
            .export
            .parse()
            .map_err(|error| wrong(format!("{error}")))?;
        let Value::Object(input) = &line.input else {
            return Err(wrong(
                "no recorded call: its input is no JSON object".to_owned(),
            ));
        };
        let settings_missing = !input.contains_key("settings");
        Ok(Self {
            place: place.to_owned(),
            at: line.at,
            tenant: line.tenant,
            connection: line.connection,
            digest: line.digest,
            wit: line.wit,
            host: line.host,
            settings_hash: line.settings_hash,
            settings_missing,
            invocation: Invocation {
                name: line.plugin,
                host_calls: Some(line.host_calls),
                ..Invocation::new(export, line.input)
            },
            output: line.output,
            fuel: line.fuel,
            masked: line.masked,
            monitored: line.monitored,
            cut: line.cut,
        })
    }
}

fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((what, _)) => format!("{what} at column {}", error.column()),
        None => text,
    }
}

/// Reads the recordings of a file, or of every `.jsonl` file in a folder and those below, in the order of their paths, older
/// before newer. A line that cannot be read is told in its place and keeps nobody from the next.
///
/// # Errors
/// A path that cannot be read at all, or under which no recording is.
pub fn read_recordings(
    path: &Path,
) -> Result<impl Iterator<Item = Result<Run, Unreadable>>, Unreadable> {
    let mut files = Vec::new();
    gather(path, true, &mut files).map_err(|error| of_file(path, &error))?;
    if files.is_empty() {
        return Err(Unreadable {
            place: path.display().to_string(),
            reason: "no recordings are here; they end in .jsonl".to_owned(),
        });
    }
    files.sort_by_key(|file| age(file));
    Ok(files.into_iter().flat_map(|file| Lines::of(&file)))
}

/// Files of one connection stand together, `x.old.jsonl` before `x.jsonl`.
fn age(file: &Path) -> (PathBuf, bool) {
    let name = file.to_string_lossy();
    match name.strip_suffix(".old.jsonl") {
        Some(stem) => (PathBuf::from(stem), false),
        None => (file.with_extension(""), true),
    }
}

fn gather(path: &Path, named: bool, into: &mut Vec<PathBuf>) -> io::Result<()> {
    if std::fs::metadata(path)?.is_dir() {
        for entry in std::fs::read_dir(path)? {
            gather(&entry?.path(), false, into)?;
        }
    } else if named || path.extension().is_some_and(|it| it == "jsonl") {
        into.push(path.to_owned());
    }
    Ok(())
}

fn of_file(path: &Path, error: &io::Error) -> Unreadable {
    Unreadable {
        place: path.display().to_string(),
        reason: format!("cannot be read: {error}"),
    }
}

/// The calls of one file. Nothing more of it is in memory than a line.
struct Lines {
    path: PathBuf,
    file: Option<Result<BufReader<File>, io::Error>>,
    number: usize,
}

impl Lines {
    fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            file: Some(File::open(path).map(BufReader::new)),
            number: 0,
        }
    }
}

impl Iterator for Lines {
    type Item = Result<Run, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut file = match self.file.take()? {
                Ok(file) => file,
                Err(error) => return Some(Err(of_file(&self.path, &error))),
            };
            self.number += 1;
            let place = format!("{}:{}", self.path.display(), self.number);
            let mut line = Vec::new();
            let mut part = io::Read::take(&mut file, LONGEST);
            match part.read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => return Some(Err(of_file(&self.path, &error))),
            }
            let whole = line.ends_with(b"\n") || (line.len() as u64) < LONGEST;
            if !whole {
                let reason = format!("no recorded call: longer than {LONGEST} bytes");
                return Some(Err(Unreadable { place, reason }));
            }
            self.file = Some(Ok(file));
            let line = String::from_utf8_lossy(&line);
            if !line.trim().is_empty() {
                return Some(Run::parse(line.trim(), &place));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line() -> Value {
        json!({
            "at": "2026-05-01T00:00:00Z", "tenant": "acme", "connection": "entra", "plugin": "rules", "digest": "sha256:00",
            "wit": "0.1.0", "host": "0.1.0", "export": "decide", "settingsHash": "sha256:11",
            "input": {"source": {"userName": "x"}, "settings": {}},
            "hostCalls": [{"call": "directory.version", "args": [], "answer": "7"}],
            "output": {"verdict": "allow", "warnings": []}, "fuel": 7, "masked": true,
        })
    }

    #[test]
    fn a_line_is_a_call_that_can_be_made_again() {
        let run = Run::parse(&line().to_string(), "runs.jsonl:1").expect("a call");
        assert_eq!(run.invocation.export, Export::Decide);
        assert_eq!(run.invocation.name, "rules");
        assert_eq!(run.invocation.input["source"]["userName"], "x");
        let answers = run.invocation.host_calls.expect("answers");
        assert_eq!(answers[0]["answer"], "7");
        assert_eq!(
            (run.output["verdict"].as_str(), run.fuel),
            (Some("allow"), 7)
        );
        assert!(!run.settings_missing && !run.monitored && !run.cut);
        let mut secret = line();
        secret["input"] = json!({});
        let run = Run::parse(&secret.to_string(), "x").expect("a call");
        assert!(run.settings_missing);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let changed = |member: &str, value: Value| {
            let mut line = line();
            line[member] = value;
            line.to_string()
        };
        let without = {
            let mut line = line();
            line.as_object_mut().expect("an object").remove("output");
            line.to_string()
        };
        for (text, says) in [
            ("{\"at\": ".to_owned(), "EOF while parsing"),
            (without, "missing field `output`"),
            (changed("fuel", json!("much")), "invalid type: string"),
            (
                changed("export", json!("destroy")),
                "no plugin has an export \"destroy\"",
            ),
            (changed("input", json!([])), "its input is no JSON object"),
            (changed("at", json!("yesterday")), "no recorded call"),
        ] {
            let error = Run::parse(&text, "runs.jsonl:3")
                .expect_err("wrong")
                .to_string();
            assert!(error.starts_with("runs.jsonl:3: "), "{error}");
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_folder_is_read_older_files_first_and_past_bad_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        let tenant = folder.path().join("acme");
        std::fs::create_dir(&tenant).expect("a folder");
        let numbered = |fuel: u64| {
            let mut line = line();
            line["fuel"] = json!(fuel);
            format!("{line}\n")
        };
        let write = |name: &str, text: String| {
            std::fs::write(tenant.join(name), text).expect("written");
        };
        write("okta.jsonl", numbered(5));
        write("entra.jsonl", numbered(2) + "torn\n\n" + &numbered(3));
        write("entra.old.jsonl", numbered(1));
        write("entra-two.jsonl", numbered(4));
        write(".key", "no recording".to_owned());
        let read: Vec<_> = read_recordings(folder.path())
            .expect("recordings")
            .collect();
        let fuel: Vec<u64> = read.iter().flatten().map(|run| run.fuel).collect();
        assert_eq!(fuel, [1, 2, 3, 4, 5]);
        let bad: Vec<_> = read.iter().filter_map(|run| run.as_ref().err()).collect();
        assert_eq!(bad.len(), 1, "{bad:?}");
        assert!(bad[0].place.ends_with("acme/entra.jsonl:2"), "{}", bad[0]);
        let one: Vec<_> = read_recordings(&tenant.join("okta.jsonl"))
            .expect("one")
            .collect();
        assert_eq!(one.len(), 1);
    }

    #[test]
    fn nothing_to_read_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = read_recordings(folder.path()).map(drop).expect_err("empty");
        assert!(error.reason.contains("no recordings are here"), "{error}");
        let error = read_recordings(&folder.path().join("x"))
            .map(drop)
            .expect_err("absent");
        assert!(error.reason.contains("cannot be read"), "{error}");
    }
}
