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

/// Why a command did not come to its end, with the place and the fix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Problem {
    words: String,
    /// It is what was looked at that is not as it should be.
    bad: bool,
}

impl Problem {
    /// In these words: nothing could be looked at.
    pub fn new(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            bad: false,
        }
    }

    /// In these words: the plugin is none of this host, so there is nothing more to be looked at.
    pub fn refused(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            bad: true,
        }
    }

    /// The exit code: 1 where the plugin is refused, else 2.
    pub fn exit_code(&self) -> u8 {
        if self.bad { 1 } else { 2 }
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(format!("{}: {error}", path.display()))
    }
}

impl From<crate::cases::CaseError> for Problem {
    fn from(error: crate::cases::CaseError) -> Self {
        Self::new(error.to_string())
    }
}
