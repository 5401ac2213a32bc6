//! What a run says: every case that does not hold, at once.

use std::fmt;
use std::io::{self, Write as _};

use serde_json::Value;

use super::compare::Leaf;

/// The cases that do not hold, as text: what the test harness shows.
#[derive(Default)]
pub struct Failures {
    ran: usize,
    failed: usize,
    said: Vec<String>,
}

/// Why a case does not hold.
pub(super) enum Failed {
    Differs(Vec<Leaf>),
    Panicked(String),
}

impl Failures {
    /// A case was run.
    pub(super) fn ran(&mut self) {
        self.ran = self.ran.saturating_add(1);
    }

    /// A file could not be read, or is none.
    pub(super) fn unread(&mut self, message: String) {
        self.said.push(message);
    }

    /// A case of a file failed, on this line of it.
    pub(super) fn add(&mut self, (file, line): (&str, usize), case: &str, failed: Failed) {
        self.failed = self.failed.saturating_add(1);
        let mut said = format!("{file}:{line}: {case}");
        match failed {
            Failed::Panicked(message) => {
                for line in message.lines() {
                    said.push_str("\n    ");
                    said.push_str(line);
                }
            }
            Failed::Differs(leaves) => {
                for leaf in leaves {
                    said.push_str(&format!(
                        "\n    {}\n        expected {}\n        came     {}",
                        leaf.path,
                        written(leaf.expected.as_ref()),
                        written(leaf.came.as_ref())
                    ));
                }
            }
        }
        // The workbench shows what the output changed, what was logged, and what was used.
        let input = quoted(&format!("{file}#{case}"));
        said.push_str(&format!(
            "\n    again: jackfield plugin run . --input {input}"
        ));
        self.said.push(said);
    }

    pub(super) fn into_result(self) -> Result<(), Self> {
        if self.said.is_empty() {
            Ok(())
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} cases failed", self.failed, self.ran)?;
        for said in &self.said {
            write!(f, "\n\n{said}")?;
        }
        writeln!(f)
    }
}

impl fmt::Debug for Failures {
    /// The text itself: the harness shows what a test answers by `Debug`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failures {}

/// A word of a command line, in quotes where a shell needs them.
fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_./#".contains(c);
    if word.chars().all(safe) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn written(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

/// Says that a case was not run. Past the harness, which keeps what a good test prints to itself.
pub(super) fn skipped(file: &str, case: &str) {
    let said = format!("{file}: skipped natively: {case}: only the component has endings\n");
    // Who cannot be told is not told.
    let _ = io::stderr().write_all(said.as_bytes());
}
