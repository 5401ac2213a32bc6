//! The plugin that a command is about: a file, a plugin's directory, or the name of one that the program brings along.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plugin::{Engine, LoadError, Loaded};

use crate::problem::Problem;
use crate::project::{self, Project};

/// A component, not yet judged.
#[derive(Clone)]
pub struct Subject {
    /// How it was named.
    pub name: String,
    /// The directory that its cases and failed inputs are in; `None` for what is no file.
    pub dir: Option<PathBuf>,
    /// The component.
    pub bytes: Vec<u8>,
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
                project.dir.display()
            )),
            _ => Problem::file(&path, &error),
        })?;
        Ok(Self {
            name: path.display().to_string(),
            dir: Some(project.dir.clone()),
            bytes,
        })
    }

    /// A component that was fetched from somewhere.
    pub fn fetched(name: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            dir: None,
            bytes,
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
            .map_err(|error| Problem::new(format!("{}: {error}", self.name)))
    }
}
