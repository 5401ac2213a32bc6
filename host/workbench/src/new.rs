//! `jackfield plugin new` and `jackfield plugin sdk`: a plugin's directory from nothing, and its SDK renewed.

use std::path::{Path, PathBuf};

use plugin::Kind;

use crate::build::guest;
use crate::embedded;
use crate::problem::{Problem, Standing};
use crate::project::{Language, Project};
use crate::screen::{Paint, Screen};

/// The longest name: crates, packages and files have it.
const LONGEST: usize = 64;
/// Names that a crate, a module or a package cannot have, or that mean something else there.
const TAKEN: [&str; 14] = [
    "plugin",
    "sdk",
    "jackfield",
    "jackfield-sdk",
    "test",
    "tests",
    "core",
    "std",
    "alloc",
    "node-modules",
    "target",
    "build",
    "mapping",
    "site",
];
/// Rust's keywords (reference, "Keywords") and Python's ("Lexical analysis", section 2.3.1), those in small letters.
const KEYWORDS: &str = "abstract and as assert async await become box break class const continue crate def del do dyn elif else enum \
    except extern false final finally fn for from gen global if impl import in is lambda let loop macro match mod move mut \
    nonlocal not or override pass priv pub raise ref return self static struct super trait true try type typeof union unsafe \
    unsized use virtual where while with yield";

/// What is made.
#[derive(Debug, Clone)]
pub struct New {
    /// The plugin's name and its directory's.
    pub name: String,
    /// The language.
    pub language: Language,
    /// The kind. A plugin of several starts as one of them.
    pub kind: Kind,
}

/// Makes a plugin's directory below `parent`, and says what to do next.
///
/// # Errors
/// A name that does not do, a directory that is not empty, a file that cannot be written.
pub fn new(asked: &New, parent: &Path, screen: &mut Screen<'_>) -> Result<Standing, Problem> {
    name(&asked.name)?;
    let dir = parent.join(&asked.name);
    let taken = match std::fs::read_dir(&dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(Problem::file(&dir, &error)),
    };
    if taken {
        return Err(Problem::new(format!(
            "{} is there and not empty: take another name, or another place",
            dir.display()
        )));
    }
    for (path, bytes) in template(asked) {
        embedded::write(&dir.join(path), &bytes)?;
    }
    vendor(&dir, asked.language)?;
    screen.line(&[
        (Paint::Plain, "made "),
        (Paint::Bold, &asked.name),
        (
            Paint::Plain,
            &format!(", a {} in {}", word(asked.kind), asked.language),
        ),
    ]);
    screen.say("");
    for step in next(asked) {
        screen.say(format!("  {step}"));
    }
    Ok(Standing::Good)
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Mapper => "mapper",
        Kind::TemplateChooser => "template chooser",
        Kind::Rules => "plugin of rules",
    }
}

/// The next three commands.
fn next(asked: &New) -> [String; 3] {
    let test = "jackfield plugin test";
    let test = match asked.language {
        Language::Rust => test.to_owned(),
        Language::Js => format!("npm ci && {test}"),
        Language::Python => format!("{} && {test}", guest::INSTALL),
    };
    [
        format!("cd {}", asked.name),
        test,
        "jackfield plugin build".to_owned(),
    ]
}

/// Writes the SDK of a plugin's directory anew.
///
/// # Errors
/// A directory that is no plugin's, or cannot be written.
pub fn sdk(dir: &Path, screen: &mut Screen<'_>) -> Result<Standing, Problem> {
    let project = Project::read(dir)?;
    let changed = vendor(dir, project.language)?;
    let sdk = dir.join("sdk");
    if changed == 0 {
        screen.say(format!("{} is that of this program", sdk.display()));
    } else {
        screen.say(format!(
            "renewed {}: {changed} files differ; run `jackfield plugin test --build`",
            sdk.display()
        ));
    }
    Ok(Standing::Good)
}

/// Puts the SDK into `sdk/` in place of what is there. Returns how many files are other than before.
fn vendor(dir: &Path, language: Language) -> Result<usize, Problem> {
    let files = embedded::sdk(language);
    let sdk = dir.join("sdk");
    let before = |path: &str| std::fs::read(sdk.join(path)).ok();
    let mut changed = files
        .iter()
        .filter(|(path, bytes)| before(path).as_deref() != Some(*bytes))
        .count();
    let old: Vec<PathBuf> = crate::watched::files(&sdk);
    changed += old
        .iter()
        .filter(|file| {
            let path = file.strip_prefix(&sdk).unwrap_or(file);
            !files.iter().any(|(known, _)| Path::new(known) == path)
        })
        .count();
    if changed == 0 {
        return Ok(0);
    }
    let fresh = dir.join(".sdk-new");
    let gone = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    for path in [&fresh, &sdk] {
        if path == &sdk {
            for (file, bytes) in &files {
                embedded::write(&fresh.join(file), bytes)?;
            }
        }
        match std::fs::remove_dir_all(path) {
            Err(error) if !gone(&error) => return Err(Problem::file(path, &error)),
            _ => {}
        }
    }
    std::fs::rename(&fresh, &sdk).map_err(|error| Problem::file(&sdk, &error))?;
    Ok(changed)
}

/// The files of the kind's template, filled in.
fn template(asked: &New) -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/", asked.kind);
    let filled = |text: &str| {
        text.replace("{{name}}", &asked.name)
            .replace("{{crate}}", &asked.name.replace('-', "_"))
    };
    let file = |(path, bytes): &(&str, &[u8])| {
        let path = path.strip_prefix(&folder)?;
        let path = filled(path.strip_suffix(".template").unwrap_or(path));
        let bytes = match std::str::from_utf8(bytes) {
            Ok(text) => filled(text).into_bytes(),
            Err(_) => bytes.to_vec(),
        };
        Some((path, bytes))
    };
    embedded::template(asked.language)
        .iter()
        .filter_map(file)
        .collect()
}

/// Whether a plugin can have this name in every language, as a file and in a configuration.
///
/// # Errors
/// What is wrong with it.
pub fn name(name: &str) -> Result<(), Problem> {
    let wrong = |why: &str| {
        Err(Problem::new(format!(
            "{name:?} is no name for a plugin: {why}"
        )))
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > LONGEST || !name.chars().all(plain) {
        return wrong("it has 1 to 64 small letters, digits and hyphens, as `one-domain`");
    }
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return wrong("it begins with a letter");
    }
    if name.ends_with('-') || name.contains("--") {
        return wrong("a hyphen stands between two words");
    }
    if TAKEN.contains(&name) || KEYWORDS.split_whitespace().any(|word| word == name) {
        return wrong("it means something else to a language or a tool");
    }
    if bundled::find(name).is_some() {
        return wrong("a bundled plugin has it");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::Export;

    #[test]
    fn names_that_do_not_do_are_refused() {
        for good in ["a", "one-domain", "v2-rules", "acme-skills"] {
            assert!(name(good).is_ok(), "{good}");
        }
        for bad in [
            "", "-a", "a-", "a--b", "A", "a_b", "../a", "a/b", "1a", "é", "fn", "lambda", "test",
            "entra", "a b", "sdk",
        ] {
            assert!(name(bad).is_err(), "{bad}");
        }
        assert!(name(&"a".repeat(65)).is_err());
    }

    #[test]
    fn what_is_there_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let asked = New {
            name: "one".to_owned(),
            language: Language::Rust,
            kind: Kind::Rules,
        };
        let mut out = Vec::new();
        let mut screen = Screen::new(&mut out, false);
        let own = folder.path().join("one/own.txt");
        embedded::write(&own, b"mine").unwrap();
        let refused = new(&asked, folder.path(), &mut screen).unwrap_err();
        assert!(refused.to_string().contains("not empty"), "{refused}");
        assert_eq!(std::fs::read(&own).unwrap(), b"mine");
        std::fs::remove_file(&own).unwrap();
        assert_eq!(new(&asked, folder.path(), &mut screen), Ok(Standing::Good));
    }

    #[test]
    fn everything_is_filled_in() {
        for language in Language::ALL {
            for kind in [Kind::Mapper, Kind::TemplateChooser, Kind::Rules] {
                let folder = tempfile::tempdir().unwrap();
                let asked = New {
                    name: "one-domain".to_owned(),
                    language,
                    kind,
                };
                let mut out = Vec::new();
                let mut screen = Screen::new(&mut out, false);
                assert_eq!(new(&asked, folder.path(), &mut screen), Ok(Standing::Good));
                let dir = folder.path().join("one-domain");
                let project = Project::read(&dir).unwrap();
                assert_eq!(project.name, "one-domain");
                assert_eq!((project.language, &*project.kinds), (language, &[kind][..]));
                assert_eq!(project.component, Path::new("one-domain.wasm"));
                let cases = crate::cases::read(&dir.join("cases"), &Export::of(&[kind])).unwrap();
                assert!(cases.len() > 2, "{language} {kind}");
                assert!(dir.join("README.md").is_file() && dir.join(".gitignore").is_file());
                assert!(dir.join("sdk/cases.schema.json").is_file());
                for file in crate::watched::files(&dir) {
                    let text = std::fs::read_to_string(&file).unwrap();
                    assert!(!text.contains("{{"), "{}", file.display());
                }
            }
        }
    }

    #[test]
    fn the_sdk_is_renewed_whole() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        assert!(vendor(dir, Language::Rust).unwrap() > 10);
        assert_eq!(vendor(dir, Language::Rust).unwrap(), 0);
        let (strange, known) = (dir.join("sdk/src/strange.rs"), dir.join("sdk/src/lib.rs"));
        std::fs::write(&strange, "old").unwrap();
        std::fs::write(&known, "old").unwrap();
        assert_eq!(vendor(dir, Language::Rust).unwrap(), 2);
        assert!(!strange.exists());
        assert_ne!(std::fs::read(&known).unwrap(), b"old");
        assert!(!dir.join(".sdk-new").exists());
    }
}
