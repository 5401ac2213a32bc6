//! Which files of a plugin's directory are the author's: those that are watched, and those that a component is made of.

use std::path::{Component, Path, PathBuf};

use crate::project::{self, Language};

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

/// Whether a component is made of this file of the author's: everything below `src`, files of the language wherever they are
/// but tests, and what says how it is built.
pub(crate) fn is_source(dir: &Path, language: Language, file: &Path) -> bool {
    let inside = file.strip_prefix(dir).unwrap_or(file);
    let first = inside.components().next();
    let first = first.map(|first| first.as_os_str().to_string_lossy().into_owned());
    let (endings, project): (&[&str], &[&str]) = match language {
        Language::Rust => (
            &["rs"],
            &["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"],
        ),
        Language::Js => (
            &["js", "mjs", "cjs", "ts"],
            &["package.json", "package-lock.json"],
        ),
        Language::Python => (&["py"], &["pyproject.toml", "requirements.txt"]),
    };
    let named = |names: &[&str]| names.iter().any(|name| inside == Path::new(name));
    let ending = inside
        .extension()
        .is_some_and(|ending| endings.iter().any(|it| ending == *it));
    let source = match first.as_deref() {
        Some("src") => true,
        Some("cases" | "tests" | "test" | "benches" | "examples") => false,
        _ => ending || named(project) || named(&[project::FILE]),
    };
    source && is_authors(dir, file)
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
        for (file, authors) in [
            ("src/lib.rs", true),
            ("Cargo.toml", true),
            ("plugin.py", true),
            ("cases/a.json", true),
            ("README.md", true),
            ("src/cases/a.rs", true),
            ("target/debug/a", false),
            ("node_modules/a/index.js", false),
            ("sdk/src/lib.rs", false),
            (".jackfield/failed/a.json", false),
            (".venv/bin/python", false),
            ("one.wasm", false),
            ("src/lib.rs~", false),
            ("src/.lib.rs.swp", false),
        ] {
            assert_eq!(is_authors(dir, &dir.join(file)), authors, "{file}");
            let source = Language::ALL.map(|language| is_source(dir, language, &dir.join(file)));
            assert!(authors || source == [false; 3], "{file}");
        }
    }

    #[test]
    fn a_component_is_made_of_its_languages_files() {
        let dir = Path::new("/p");
        for (file, source) in [
            ("src/lib.rs", [true, true, true]),
            ("src/table.csv", [true, true, true]),
            ("src/cases/a.rs", [true, true, true]),
            ("jackfield-plugin.toml", [true, true, true]),
            ("build.rs", [true, false, false]),
            ("Cargo.toml", [true, false, false]),
            ("Cargo.lock", [true, false, false]),
            ("lib/names.mjs", [false, true, false]),
            ("package.json", [false, true, false]),
            ("plugin.py", [false, false, true]),
            ("requirements.txt", [false, false, true]),
            ("cases/a.json", [false, false, false]),
            ("tests/cases.rs", [false, false, false]),
            ("test/cases.test.js", [false, false, false]),
            ("tests/test_cases.py", [false, false, false]),
            ("bench.json", [false, false, false]),
            ("README.md", [false, false, false]),
            ("notes.txt", [false, false, false]),
            ("run.log", [false, false, false]),
            ("settings.toml", [false, false, false]),
        ] {
            let came = Language::ALL.map(|language| is_source(dir, language, &dir.join(file)));
            assert_eq!(came, source, "{file}");
        }
    }
}
