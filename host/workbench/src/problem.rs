//! How a command ends.

/// Whether what was looked at is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Standing {
    /// It is: exit code 0.
    Good,
    /// It is not: exit code 1.
    Bad,
}

impl Standing {
    /// Good if so.
    pub fn of(good: bool) -> Self {
        if good { Standing::Good } else { Standing::Bad }
    }
}

/// Why nothing could be looked at, with the place and the fix: exit code 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Problem(String);

impl Problem {
    /// A problem in these words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}

impl From<crate::cases::CaseError> for Problem {
    fn from(error: crate::cases::CaseError) -> Self {
        Self(error.to_string())
    }
}
