//! A mistake in the configuration: where it is, what it is, what to write instead. It never shows the line, which may hold a
//! secret.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    path: PathBuf,
    place: Option<(usize, usize)>,
    message: String,
    hint: Option<String>,
}

impl Mistake {
    /// A mistake of the file as a whole.
    pub(super) fn of_file(path: &Path, message: String) -> Self {
        Self {
            path: path.to_owned(),
            place: None,
            message,
            hint: None,
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Mistake {}

/// The mistakes of a configuration, in the order of their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Mistakes in order; `None` where there are none.
    pub(super) fn of(mut mistakes: Vec<Mistake>) -> Option<Self> {
        mistakes.sort_by(|a, b| (&a.path, a.place).cmp(&(&b.path, b.place)));
        (!mistakes.is_empty()).then_some(Self(mistakes))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }
}

impl IntoIterator for Mistakes {
    type Item = Mistake;
    type IntoIter = std::vec::IntoIter<Mistake>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self(vec![mistake])
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mistake) in self.0.iter().enumerate() {
            let before = if at == 0 { "" } else { "\n" };
            write!(f, "{before}{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// A text that mistakes are located in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Text<'_> {
    /// A mistake at a place.
    pub(super) fn at(&self, span: Range<usize>, message: String, hint: Option<String>) -> Mistake {
        Mistake {
            path: self.path.to_owned(),
            place: Some(self.line_and_column(span.start)),
            message,
            hint,
        }
    }

    /// What the parser found.
    pub(super) fn toml(&self, error: &toml::de::Error) -> Mistake {
        let span = error.span().unwrap_or(0..0);
        let message = error.message().trim().to_owned();
        // `unknown field `x`, expected one of `a`, `b``: say what was probably meant.
        if let Some(rest) = message.strip_prefix("unknown field `")
            && let Some((key, known)) = rest.split_once('`')
        {
            let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
            return self.at(
                span,
                format!("the key {key:?} is not known here"),
                Some(hint(key, &known)),
            );
        }
        if let Some(rest) = message.strip_prefix("missing field `") {
            let key = rest.trim_end_matches('`');
            return self.at(span, format!("the key {key:?} is missing here"), None);
        }
        // A value that was filled in may be a secret, and the parser quotes it.
        let message = if self.filled_in(span.clone()) {
            "the value that is filled in here has the wrong type".to_owned()
        } else {
            without_value(&first_line(&message))
        };
        self.at(span, message, None)
    }

    /// Whether a value is filled in from elsewhere.
    pub(super) fn filled_in(&self, span: Range<usize>) -> bool {
        self.text
            .get(span)
            .is_some_and(|value| value.contains("${"))
    }

    fn line_and_column(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        (line, column)
    }
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// A value of a wrong type is quoted by the parser, and may be a secret all the same: its kind will do.
fn without_value(message: &str) -> String {
    let Some((found, expected)) = message.rsplit_once(", expected ") else {
        return message.to_owned();
    };
    let kind = found.split(['`', '"']).next().unwrap_or_default();
    format!("{}, expected {expected}", kind.trim_end())
}

/// The nearest of the known words, and all of them.
pub(super) fn hint(word: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(word, a).total_cmp(&strsim::jaro_winkler(word, b)));
    let all = known.join(", ");
    match nearest {
        Some(nearest) if strsim::jaro_winkler(word, nearest) > 0.75 => {
            format!("did you mean {nearest:?}? known: {all}")
        }
        _ => format!("known: {all}"),
    }
}
