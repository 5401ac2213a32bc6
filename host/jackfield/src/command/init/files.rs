//! The files that `init` writes: all of them or none, none in place of another, none readable for others.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// The folder of secrets beside the configuration.
pub(super) const SECRETS: &str = "secrets";

/// Where the files go.
#[derive(Debug)]
pub(super) struct Files {
    config: PathBuf,
    /// The folder of the configuration.
    folder: PathBuf,
    secrets: PathBuf,
    secret: PathBuf,
}

impl Files {
    /// The files of a configuration and of the secret of this name. Neither may be there yet.
    ///
    /// # Errors
    /// Which one is there, or that the folder is not.
    pub(super) fn new(config: &Path, secret: &str) -> Result<Self, String> {
        let folder = match config.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        if !folder.is_dir() {
            return Err(format!("{} is no folder: make it first", folder.display()));
        }
        let secrets = folder.join(SECRETS);
        let secret = secrets.join(secret);
        for path in [config, &secret] {
            if path.symlink_metadata().is_ok() {
                return Err(taken(path));
            }
        }
        Ok(Self {
            config: config.to_owned(),
            folder,
            secrets,
            secret,
        })
    }

    /// Writes both. The configuration comes last and at once, when everything that it names is there.
    ///
    /// # Errors
    /// What went wrong; nothing is left behind then.
    pub(super) fn write(&self, config: &str, secret: &str) -> Result<(), String> {
        let made = self.make_folder()?;
        let written = persist(&self.secrets, &self.secret, &format!("{secret}\n")).and_then(|()| {
            persist(&self.folder, &self.config, config).inspect_err(|_| {
                let _ = fs::remove_file(&self.secret);
            })
        });
        if written.is_err() && made {
            let _ = fs::remove_dir(&self.secrets);
        }
        written
    }

    /// Takes both away again.
    pub(super) fn undo(&self) {
        let _ = fs::remove_file(&self.config);
        let _ = fs::remove_file(&self.secret);
        // Only where nothing else is in it.
        let _ = fs::remove_dir(&self.secrets);
    }

    /// Makes the folder of secrets if it is not there; whether it did.
    fn make_folder(&self) -> Result<bool, String> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&self.secrets) {
            Ok(()) => Ok(true),
            Err(_) if self.secrets.is_dir() => Ok(false),
            Err(error) => Err(format!(
                "{} cannot be made: {error}",
                self.secrets.display()
            )),
        }
    }
}

fn taken(path: &Path) -> String {
    format!(
        "{} is there already: move it away, or write elsewhere with --output",
        path.display()
    )
}

/// Writes a file aside, readable for its owner only, and gives it its name in one step, if nothing has that name.
fn persist(folder: &Path, path: &Path, text: &str) -> Result<(), String> {
    let wrong = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    // Temporary files have mode 0600.
    let mut file = NamedTempFile::new_in(folder).map_err(wrong)?;
    file.write_all(text.as_bytes()).map_err(wrong)?;
    file.as_file().sync_all().map_err(wrong)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Err(taken(path)),
        Err(error) => Err(wrong(error.error)),
    }
}

#[cfg(test)]
mod tests;
