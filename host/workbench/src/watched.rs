//! Which files of a plugin's directory are the author's: those that are watched, and those that a component is made of.

use std::path::{Component, Path, PathBuf};

/// Folders that tools fill, at any depth.
const TOOLS: [&str; 5] = ["target", "node_modules", "__pycache__", "dist", "build"];
/// Deeper than any plugin is nested.
const DEEPEST: usize = 16;

/// Whether a change of this file means something: not what tools write, what is vendored, hidden, or built.
pub(crate) fn is_authors(dir: &Path, file: &Path) -> bool {
    let inside = file.strip_prefix(dir).unwrap_or(file);
    let mut parts = inside.components().peekable();
    let vendored = matches!(parts.peek(), Some(Component::Normal(first)) if *first == "sdk");
    let named = |part: Component<'_>| match part {
        Component::Normal(name) => {
            let name = name.to_string_lossy();
            // Editors write beside a file before they put it in place.
            !name.starts_with('.') && !TOOLS.contains(&&*name) && !name.ends_with('~')
        }
        _ => true,
    };
    let built = inside.extension().is_some_and(|ending| {
        ["wasm", "sig", "pyc", "swp", "tmp"]
            .iter()
            .any(|it| ending == *it)
    });
    !vendored && !built && parts.all(named)
}

/// Whether a component is made of this file: the author's files without cases, tests, papers and baselines, and the SDK.
pub(crate) fn is_source(dir: &Path, file: &Path) -> bool {
    let inside = file.strip_prefix(dir).unwrap_or(file);
    let first = inside.components().next();
    let first = first.map(|first| first.as_os_str().to_string_lossy().into_owned());
    let beside = matches!(
        first.as_deref(),
        Some("cases" | "tests" | "test" | "bench.json" | "README.md")
    );
    !beside && is_authors(dir, file)
}

/// All files that [`is_authors`] takes, unordered. Links are not followed.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(dir.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if !is_authors(dir, &path) {
                continue;
            }
            if kind.is_dir() && depth < DEEPEST {
                open.push((path, depth + 1));
            } else if kind.is_file() {
                found.push(path);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_write_is_not_the_authors() {
        let dir = Path::new("/p");
        for (file, authors, source) in [
            ("src/lib.rs", true, true),
            ("Cargo.toml", true, true),
            ("plugin.py", true, true),
            ("cases/a.json", true, false),
            ("tests/cases.rs", true, false),
            ("README.md", true, false),
            ("bench.json", true, false),
            ("src/cases/a.rs", true, true),
            ("target/debug/a", false, false),
            ("node_modules/a/index.js", false, false),
            ("sdk/src/lib.rs", false, false),
            (".jackfield/failed/a.json", false, false),
            (".venv/bin/python", false, false),
            ("one.wasm", false, false),
            ("src/lib.rs~", false, false),
            ("src/.lib.rs.swp", false, false),
        ] {
            assert_eq!(is_authors(dir, &dir.join(file)), authors, "{file}");
            assert_eq!(is_source(dir, &dir.join(file)), source, "{file}");
        }
    }
}
