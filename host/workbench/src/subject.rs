//! The plugin that a command is about: a file, a plugin's directory, or the name of one that the program brings along.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plugin::{Engine, LoadError, Loaded};

use crate::kept::quoted;
use crate::problem::Problem;
use crate::project::{self, Project};
use crate::screen::{Paint, Screen};

/// A component, not yet judged.
#[derive(Clone)]
pub struct Subject {
    /// How it was named.
    pub name: String,
    /// The directory that its cases and failed inputs are in; `None` for what is no file.
    pub dir: Option<PathBuf>,
    /// The component.
    pub bytes: Vec<u8>,
    /// That it is older than its sources, in words with the fix; `None` where it is not, or where nothing is known of sources.
    pub stale: Option<String>,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Subject({}, {} bytes)", self.name, self.bytes.len())
    }
}

impl Subject {
    /// Finds it: the name of a bundled plugin, else a plugin's directory, else a file.
    ///
    /// # Errors
    /// Where there is nothing, what there could be.
    pub fn find(what: &str) -> Result<Self, Problem> {
        if let Some(bundled) = bundled::find(what) {
            return Ok(Self {
                name: what.to_owned(),
                dir: None,
                bytes: bundled.bytes.to_vec(),
                stale: None,
            });
        }
        let path = Path::new(what);
        if path.is_dir() {
            return Self::built(&Project::read(path)?);
        }
        let bytes = std::fs::read(path).map_err(|error| {
            let names: Vec<&str> = bundled::all().iter().map(|one| one.name).collect();
            let other = match error.kind() {
                std::io::ErrorKind::NotFound => format!(
                    "; name a component, a plugin's directory, or one of {}",
                    names.join(", ")
                ),
                _ => String::new(),
            };
            Problem::new(format!("{what}: {error}{other}"))
        })?;
        let dir = path.parent().map(|parent| {
            if parent.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                parent.to_owned()
            }
        });
        Ok(Self {
            name: what.to_owned(),
            dir,
            bytes,
            stale: None,
        })
    }

    /// The component of a plugin's directory.
    ///
    /// # Errors
    /// That it is not built.
    pub fn built(project: &Project) -> Result<Self, Problem> {
        let path = project.component();
        let bytes = std::fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Problem::new(format!(
                "{} is not built: run `jackfield plugin build {}`",
                path.display(),
                quoted(&project.dir.display().to_string())
            )),
            _ => Problem::file(&path, &error),
        })?;
        Ok(Self {
            name: path.display().to_string(),
            dir: Some(project.dir.clone()),
            bytes,
            stale: project.stale().flatten().map(|newer| {
                format!(
                    "{} is newer than {}: run `jackfield plugin build {}`",
                    newer.display(),
                    path.display(),
                    quoted(&project.dir.display().to_string())
                )
            }),
        })
    }

    /// A component that was fetched from somewhere.
    pub fn fetched(name: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            dir: None,
            bytes,
            stale: None,
        }
    }

    /// For commands that judge: what they said of an old component would be taken for a word on its sources.
    ///
    /// # Errors
    /// That it is older than its sources.
    pub(crate) fn must_be_fresh(&self) -> Result<(), Problem> {
        match &self.stale {
            Some(words) => Err(Problem::new(words)),
            None => Ok(()),
        }
    }

    /// Says so where it is older than its sources.
    pub(crate) fn warn(&self, screen: &mut Screen<'_>) {
        if let Some(words) = &self.stale {
            screen.paint(Paint::Warn, words);
        }
    }

    /// Whether `what` names a plugin's directory.
    pub fn is_directory(what: &str) -> bool {
        bundled::find(what).is_none() && Path::new(what).join(project::FILE).is_file()
    }

    /// Compiles it and asks it what it is.
    ///
    /// # Errors
    /// Why it is no plugin of this host.
    pub fn load(&self, engine: &Engine) -> Result<Arc<Loaded>, LoadError> {
        engine.load(&self.name, &self.bytes)
    }

    /// As [`load`](Self::load), for commands that need a good one.
    ///
    /// # Errors
    /// The same in words.
    pub fn ready(&self, engine: &Engine) -> Result<Arc<Loaded>, Problem> {
        self.load(engine)
            .map_err(|error| Problem::refused(format!("{}: {error}", self.name)))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{File, FileTimes};
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::scene;

    #[test]
    fn a_component_that_is_older_than_its_sources_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &[u8], age: u64| {
            let path = folder.path().join(name);
            crate::embedded::write(&path, text).unwrap();
            let then = SystemTime::now() - Duration::from_secs(age);
            let file = File::options().write(true).open(path).unwrap();
            file.set_times(FileTimes::new().set_modified(then)).unwrap();
        };
        let manifest = b"[project]\nname = \"one\"\nversion = \"1\"\n";
        write("pyproject.toml", manifest, 90);
        let said = b"language = \"python\"\nkinds = [\"rules\"]\nentry = \"plugin.py\"\ncomponent = \"one.wasm\"\n";
        write("jackfield-plugin.toml", said, 90);
        write("plugin.py", b"", 90);
        write("one.wasm", b"\0asm", 60);
        write("notes.txt", b"", 0);
        let find = || Subject::find(&folder.path().display().to_string()).unwrap();
        assert_eq!(find().stale, None);
        assert_eq!(find().must_be_fresh(), Ok(()));
        write("plugin.py", b"", 30);
        let ((), text) = scene::written(|screen| find().warn(screen));
        for part in [
            "plugin.py is newer than ",
            "one.wasm: run `jackfield plugin build ",
        ] {
            assert!(text.contains(part), "{text}");
        }
        let problem = find().must_be_fresh().unwrap_err();
        assert_eq!(
            (problem.exit_code(), &*problem.to_string()),
            (2, text.trim_end())
        );
        // A file is what is named, whatever lies beside it.
        let file = folder.path().join("one.wasm");
        assert_eq!(
            Subject::find(&file.display().to_string()).unwrap().stale,
            None
        );
    }

    #[test]
    fn what_the_host_refuses_is_the_plugins_fault() {
        let subject = Subject::fetched("one", b"no component".to_vec());
        let refused = subject.ready(&scene::engine()).unwrap_err();
        assert_eq!(refused.exit_code(), 1, "{refused}");
    }
}
