//! The engine of the commands: the limits of production, compiled code kept in the user's cache.

use std::path::PathBuf;

use plugin::{Engine, EngineError, EngineSettings};

use crate::problem::Problem;

/// Where the commands keep what can be made or fetched again: `jackfield` below `XDG_CACHE_HOME` or `~/.cache`; `None` where
/// there is neither.
pub fn cache() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    // A relative path there is to be ignored (XDG Base Directory Specification).
    let base = named
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))?;
    Some(base.join("jackfield"))
}

/// An engine for the commands. Compiled code is kept where it can be; where it cannot, each command compiles anew.
///
/// # Errors
/// That this machine runs no WebAssembly.
pub fn engine() -> Result<Engine, Problem> {
    let settings = EngineSettings {
        cache: cache().map(|dir| dir.join("code")),
        ..EngineSettings::default()
    };
    let engine = match Engine::new(settings) {
        Err(EngineError::Cache(_)) => Engine::new(EngineSettings::default()),
        other => other,
    };
    engine.map_err(|error| Problem::new(error.to_string()))
}
