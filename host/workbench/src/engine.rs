//! The engine of the commands: the limits of production, compiled code kept in the user's cache.

use std::path::PathBuf;

use plugin::{Engine, EngineSettings};

use crate::problem::Problem;

/// Where compiled code is kept: `jackfield` below `XDG_CACHE_HOME` or `~/.cache`; `None` where there is neither.
pub fn cache() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    // A relative path there is to be ignored (XDG Base Directory Specification).
    let base = named
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))?;
    Some(base.join("jackfield"))
}

/// An engine for the commands.
///
/// # Errors
/// That this machine runs no WebAssembly.
pub fn engine() -> Result<Engine, Problem> {
    Engine::new(EngineSettings::default()).map_err(|error| Problem::new(error.to_string()))
}
