//! Why a binary is not accepted as a plugin: what it was built for, what this host supports, what to do about it.

use super::{MINOR, PACKAGE};
use crate::text::one_line;

/// Interfaces that a message names; who has more has made his point.
const NAMED: usize = 8;

/// Why a binary is not accepted as a plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Larger than [`crate::Limits::component`].
    #[error("the component has {size} bytes; at most {limit} are accepted")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// No WebAssembly binary. The text format and precompiled code are not accepted either.
    #[error(
        "not a WebAssembly binary; build a component (text format and precompiled code are not accepted)"
    )]
    NotWasm,
    /// A core module.
    #[error("a core module, not a component; encode it with `wasm-tools component new`")]
    CoreModule,
    /// Malformed or invalid.
    #[error("not a valid component: {0}")]
    Malformed(String),
    /// Built for another host altogether.
    #[error(
        "built for {built_for}, not for {PACKAGE}: it {found}; this host supports {PACKAGE} {MINOR}, of which a plugin exports \
         about and at least one of mapper, template-chooser and rules"
    )]
    World {
        /// What for.
        built_for: String,
        /// What it exports and imports.
        found: String,
    },
    /// It imports what no plugin gets.
    #[error(
        "imports {names}, which no plugin is given; this host gives {PACKAGE}/log and {PACKAGE}/directory, version {MINOR}, and \
         nothing else{hint}"
    )]
    Import {
        /// The interfaces.
        names: String,
        /// What to do about it, where that is known.
        hint: &'static str,
    },
    /// Built for another version of the contract.
    #[error(
        "{verb} {name}, which was built for version {built_for} of {PACKAGE}; this host supports {MINOR}: build it again with \
         the SDK for {MINOR}{or}"
    )]
    Version {
        /// `imports` or `exports`.
        verb: &'static str,
        /// The interface.
        name: String,
        /// The version.
        built_for: String,
        /// The other way out.
        or: &'static str,
    },
    /// Nothing says what it is.
    #[error(
        "does not export {PACKAGE}/about@{MINOR}; register the plugin with the SDK's `register!`"
    )]
    NoAbout,
    /// No kind of plugin.
    #[error(
        "exports none of {PACKAGE}/mapper, {PACKAGE}/template-chooser and {PACKAGE}/rules, version {MINOR}"
    )]
    NoKind,
    /// It starts with more memory than it may ever have.
    #[error("starts with {size} bytes of memory; a plugin has at most {limit}")]
    Memory {
        /// What it asks for.
        size: u128,
        /// The limit.
        limit: usize,
    },
}

/// It exports nothing of the contract.
pub(super) fn another_world(exports: &[String], imports: &[String]) -> Refusal {
    let has = |names: &[String], what: &str| names.iter().any(|name| name.starts_with(what));
    let built_for = if has(exports, "wasi:cli/run") {
        "the command line (a wasi:cli command)".to_owned()
    } else if has(exports, "wasi:http/") {
        "answering HTTP requests (wasi:http)".to_owned()
    } else {
        match exports.iter().find_map(|name| name.split_once('/')) {
            Some((package, _)) => one_line(package, 80),
            None => "another host".to_owned(),
        }
    };
    let mut found = format!("exports {}", listed(exports));
    if !imports.is_empty() {
        found = format!("{found} and imports {}", listed(imports));
    }
    Refusal::World { built_for, found }
}

/// It imports what is not given.
pub(super) fn imports(names: &[&str], bytes: &[u8]) -> Refusal {
    let wasi = names.iter().any(|name| name.starts_with("wasi:"));
    Refusal::Import {
        names: listed(names),
        hint: if wasi { without_wasi(bytes) } else { "" },
    }
}

/// It is of another version of the contract.
pub(super) fn version(verb: &'static str, name: &str, version: &str) -> Refusal {
    let newer = matches!((numbers(version), numbers(MINOR)), (Some(its), Some(ours)) if its > ours);
    Refusal::Version {
        verb,
        name: one_line(name, 120),
        built_for: one_line(version, 40),
        or: if newer {
            ", or run a newer Jackfield"
        } else {
            ""
        },
    }
}

/// Major and minor.
fn numbers(version: &str) -> Option<(u64, u64)> {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// How a plugin in its language is built so that it imports nothing of WASI. Which language it is, is guessed from the marks that
/// its tools leave.
fn without_wasi(bytes: &[u8]) -> &'static str {
    let marked = |mark: &str| bytes.windows(mark.len()).any(|it| it == mark.as_bytes());
    if marked("componentize-py") {
        ": it was built with WASI; build it with `jackfield plugin build`, or with componentize-py's --stub-wasi"
    } else if marked("ComponentizeJS") || marked("componentize-qjs") {
        ": it was built with WASI; build it with `jackfield plugin build`, or with all of componentize-js' features disabled \
         (stdio, random, clocks, http, fetch-event)"
    } else if marked("rustc") {
        ": it was built with WASI; build it for wasm32-unknown-unknown, and look for the crate that asks for time, randomness, \
         files or the environment"
    } else {
        ": it was built with WASI; build it with `jackfield plugin build`"
    }
}

fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(NAMED)
        .map(|name| one_line(name.as_ref(), 120))
        .collect();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
