//! Where `${env:NAME}` and `${file:PATH}` come from.

use std::path::{Path, PathBuf};

/// Reads what a configuration refers to.
pub trait Sources {
    /// An environment variable.
    fn env(&self, name: &str) -> Result<String, String>;
    /// A file's text. Trailing line ends are no part of a secret.
    fn file(&self, path: &str) -> Result<String, String>;
    /// Where that file can be read again; `None` where it cannot.
    fn place(&self, path: &str) -> Option<PathBuf> {
        let _ = path;
        None
    }
}

/// The process's environment and file system.
#[derive(Debug, Clone)]
pub struct System<'a> {
    /// What relative paths count from.
    pub base: &'a Path,
}

/// The largest file that may be referred to: secrets are short.
const LARGEST: u64 = 64 * 1024;

impl Sources for System<'_> {
    fn env(&self, name: &str) -> Result<String, String> {
        std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))
    }

    fn file(&self, path: &str) -> Result<String, String> {
        let path: PathBuf = self.base.join(path);
        let size = std::fs::metadata(&path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?
            .len();
        if size > LARGEST {
            return Err(format!("{} is larger than {LARGEST} bytes", path.display()));
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn place(&self, path: &str) -> Option<PathBuf> {
        Some(self.base.join(path))
    }
}

/// Variables that are given, and no files: for configurations that the program makes itself.
#[derive(Debug, Clone, Default)]
pub struct Fixed(pub std::collections::BTreeMap<String, String>);

impl Sources for Fixed {
    fn env(&self, name: &str) -> Result<String, String> {
        self.0
            .get(name)
            .cloned()
            .ok_or_else(|| format!("the environment variable {name} is not set"))
    }

    fn file(&self, path: &str) -> Result<String, String> {
        Err(format!("{path} cannot be read"))
    }
}
