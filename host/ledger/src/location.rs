//! Where the ledger is: the `url` of the configuration's `[ledger]`.

use std::path::PathBuf;

/// An engine and where its data is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file; relative paths count from the working directory.
    Sqlite(PathBuf),
}

/// Why a text names no ledger. The text itself is not repeated: a URL may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadLocation {
    /// No `scheme:` in front.
    #[error("the ledger's url has no scheme: write \"sqlite:PATH\"")]
    NoScheme,
    /// PostgreSQL, which has no engine yet.
    #[error("the ledger has no PostgreSQL engine yet: use \"sqlite:PATH\"")]
    Postgres,
    /// Another scheme.
    #[error("the ledger has no engine for {0:?}: use \"sqlite:PATH\"")]
    UnknownScheme(String),
    /// `sqlite:` without a file.
    #[error("the ledger's url names no file: write \"sqlite:PATH\"")]
    NoPath,
    /// A database in memory, which would lose acknowledged writes.
    #[error("a ledger in memory would lose what it acknowledged: name a file, \"sqlite:PATH\"")]
    InMemory,
    /// `?name=value` after the path.
    #[error("the ledger's url takes no parameters: remove everything from the '?' on")]
    Parameters,
}

impl Location {
    /// Reads `sqlite:PATH` or `sqlite://PATH`; both take relative and absolute paths.
    pub fn parse(url: &str) -> Result<Self, BadLocation> {
        let (scheme, rest) = url.split_once(':').ok_or(BadLocation::NoScheme)?;
        match scheme {
            "sqlite" => {}
            "postgres" | "postgresql" => return Err(BadLocation::Postgres),
            other => {
                let scheme = other.chars().take(20).collect();
                return Err(BadLocation::UnknownScheme(scheme));
            }
        }
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if path.is_empty() {
            return Err(BadLocation::NoPath);
        }
        if path.starts_with(":memory:") {
            return Err(BadLocation::InMemory);
        }
        if path.contains('?') {
            return Err(BadLocation::Parameters);
        }
        Ok(Location::Sqlite(PathBuf::from(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_or_absolute() {
        for (url, path) in [
            ("sqlite:jackfield.db", "jackfield.db"),
            ("sqlite://jackfield.db", "jackfield.db"),
            ("sqlite:/var/lib/jackfield.db", "/var/lib/jackfield.db"),
            ("sqlite:///var/lib/jackfield.db", "/var/lib/jackfield.db"),
        ] {
            assert_eq!(
                Location::parse(url),
                Ok(Location::Sqlite(path.into())),
                "{url}"
            );
        }
    }

    #[test]
    fn what_cannot_be_served_is_refused_without_repeating_a_password() {
        for (url, error) in [
            ("jackfield.db", BadLocation::NoScheme),
            (
                "postgres://jack:s3cret@db.example.com/x",
                BadLocation::Postgres,
            ),
            ("postgresql://db.example.com/x", BadLocation::Postgres),
            ("mysql:x", BadLocation::UnknownScheme("mysql".into())),
            ("sqlite:", BadLocation::NoPath),
            ("sqlite://", BadLocation::NoPath),
            ("sqlite::memory:", BadLocation::InMemory),
            ("sqlite:a.db?mode=ro", BadLocation::Parameters),
        ] {
            let refused = Location::parse(url).expect_err(url);
            assert_eq!(refused, error, "{url}");
            assert!(!refused.to_string().contains("s3cret"));
        }
    }
}
