//! Reading tenant by tenant, so that a mistake in one tenant's part is no other's: from one file, or from a directory with
//! `jackfield.toml` for what holds for all and `NAME.toml` or `tenants/NAME.toml` for each tenant.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::general::{self, General};
use super::mistake::{Mistake, Mistakes, Text};
use super::plugins::secret_settings;
use super::print::Print;
use super::sources::{Sources, System};
use super::{Config, Read, Tenant, check_tenant, file, interpolate};

/// The file of a directory that has what holds for all.
const GENERAL: &str = "jackfield.toml";
/// The folder of a directory that may have the tenants' files.
const TENANTS: &str = "tenants";

/// What was read.
#[derive(Debug)]
pub struct Reading {
    /// What holds for all, or what keeps everybody from being served.
    pub general: Result<General, Mistakes>,
    /// The tenants by their names as written.
    pub tenants: BTreeMap<String, Result<Tenant, Mistake>>,
    /// The tenants of a directory's folder of tenants, by their names as written.
    pub folder: BTreeSet<String>,
}

impl Reading {
    /// Reads a file or a directory.
    pub fn of(path: &Path) -> Self {
        if path.is_dir() {
            return Self::of_directory(path);
        }
        match read(path) {
            Ok(text) => Self::of_text(path, &text, &system(path)),
            Err(mistake) => Self::failed(mistake),
        }
    }

    /// Reads what was read before. A folder of tenants that had some and has none any more, or is gone, is a mistake unless all that
    /// go with it are named in `let_go`: it may be a disk that is not mounted.
    pub fn again(path: &Path, folder: &BTreeSet<String>, let_go: &BTreeSet<String>) -> Self {
        let reading = Self::of(path);
        if reading.general.is_err() {
            // Nobody goes.
            return reading;
        }
        let stays = |name: &&String| reading.tenants.contains_key(*name) || let_go.contains(*name);
        let mut going = folder.iter().filter(|name| !stays(name));
        let Some(first) = going.next().filter(|_| reading.folder.is_empty()) else {
            return reading;
        };
        let message = format!(
            "no tenant is in this folder any more, and {} went with it: put them back, or reload with each in let_go, as {{\"let_go\": \
             [{first:?}]}}",
            going.count() + 1
        );
        let mistake = Mistake::of_file(&path.join(TENANTS), message);
        Self {
            general: Err(mistake.into()),
            ..reading
        }
    }

    /// The tenants that a configuration has in a folder of its directory, by their names as written.
    pub fn folder_of(path: &Path) -> BTreeSet<String> {
        // What cannot be read is told by whoever reads it all.
        tenant_files(path).map_or_else(|_| BTreeSet::new(), |files| in_folder(path, &files))
    }

    /// Reads one text. `path` is what mistakes name, and what relative paths count from.
    pub(super) fn of_text(path: &Path, text: &str, sources: &dyn Sources) -> Self {
        let text = Text {
            path,
            text: without_mark(text),
        };
        let mut table = match DeTable::parse(text.text) {
            Ok(table) => table,
            Err(error) => return Self::failed(text.toml(&error)),
        };
        let tenants = match table.get_ref().get("tenants").map(Spanned::get_ref) {
            Some(DeValue::Table(_)) => table.get_mut().remove("tenants"),
            // No table: what is said about it is said there.
            _ => None,
        };
        let mut reading = Self {
            general: general(table, &text, sources).map_err(Mistakes::from),
            tenants: BTreeMap::new(),
            folder: BTreeSet::new(),
        };
        if let Some(DeValue::Table(tenants)) = tenants.map(Spanned::into_inner) {
            for (name, value) in tenants {
                let name = Spanned::new(name.span(), name.into_inner().into_owned());
                let read = tenant(&name, value, &text, sources);
                reading.tenants.insert(name.into_inner(), read);
            }
        }
        if reading.tenants.is_empty() && reading.general.is_ok() {
            let hint = "add [tenants.NAME.cxone] and [tenants.NAME.connections.NAME]";
            return Self::failed(nobody(&text, hint));
        }
        reading
    }

    fn of_directory(path: &Path) -> Self {
        let files = match tenant_files(path) {
            Ok(files) => files,
            Err(mistake) => return Self::failed(mistake),
        };
        let beside = path.join(GENERAL);
        let general = match std::fs::read_to_string(&beside) {
            Ok(text) => of_general(&beside, &text),
            // Every key has a default.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => of_general(&beside, ""),
            Err(error) => Err(unreadable(&beside, &error)),
        };
        if files.is_empty() {
            let text = Text { path, text: "" };
            let hint = "add NAME.toml or tenants/NAME.toml with [cxone] and [connections.NAME]";
            return Self::failed(nobody(&text, hint));
        }
        Self {
            folder: in_folder(path, &files),
            general: general.map_err(Mistakes::from),
            tenants: files
                .into_iter()
                .map(|(name, paths)| {
                    let read = of_tenant(&name, &paths);
                    (name, read)
                })
                .collect(),
        }
    }

    fn failed(mistake: Mistake) -> Self {
        Self {
            general: Err(mistake.into()),
            tenants: BTreeMap::new(),
            folder: BTreeSet::new(),
        }
    }

    /// The configuration, if nothing is wrong with any of it.
    ///
    /// # Errors
    /// All mistakes.
    pub fn config(self) -> Result<Config, Mistakes> {
        let mut mistakes = Vec::new();
        let general = self.general.map_err(|those| mistakes.extend(those));
        let mut tenants = Vec::new();
        for tenant in self.tenants.into_values() {
            match tenant {
                Ok(tenant) => tenants.push(tenant),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        match (general, Mistakes::of(mistakes)) {
            (Ok(general), None) => Ok(Config { general, tenants }),
            (_, Some(mistakes)) => Err(mistakes),
            (Err(()), None) => Err(Mistakes::default()),
        }
    }
}

fn nobody(text: &Text<'_>, hint: &str) -> Mistake {
    text.at(0..0, "there is no tenant".to_owned(), Some(hint.to_owned()))
}

/// The files of the tenants of a directory: one each, if all is well. What does not end in `.toml` is no configuration, nor is
/// what begins with a dot: editors leave such behind.
fn tenant_files(directory: &Path) -> Result<BTreeMap<String, Vec<PathBuf>>, Mistake> {
    let mut files = BTreeMap::<String, Vec<PathBuf>>::new();
    for (folder, required) in [
        (directory.to_owned(), true),
        (directory.join(TENANTS), false),
    ] {
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if !required && error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(unreadable(&folder, &error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let Some(tenant) = name.strip_suffix(".toml").map(str::to_owned) else {
                continue;
            };
            let general = required && name == GENERAL;
            if !general && !name.starts_with('.') {
                files.entry(tenant).or_default().push(path);
            }
        }
    }
    Ok(files)
}

/// The tenants with a file in a directory's folder of tenants.
fn in_folder(directory: &Path, files: &BTreeMap<String, Vec<PathBuf>>) -> BTreeSet<String> {
    let folder = directory.join(TENANTS);
    let inside = |paths: &Vec<PathBuf>| paths.iter().any(|path| path.parent() == Some(&*folder));
    let there = files.iter().filter(|(_, paths)| inside(paths));
    there.map(|(name, _)| name.clone()).collect()
}

fn of_general(path: &Path, text: &str) -> Result<General, Mistake> {
    let text = Text {
        path,
        text: without_mark(text),
    };
    let table = DeTable::parse(text.text).map_err(|error| text.toml(&error))?;
    if let Some((name, _)) = table.get_ref().get_key_value("tenants") {
        let message = "tenants have files of their own in a directory".to_owned();
        let hint = Some("put each into NAME.toml or tenants/NAME.toml, as [cxone], [connections.NAME] and so on".to_owned());
        return Err(text.at(name.span(), message, hint));
    }
    general(table, &text, &system(path))
}

fn of_tenant(name: &str, paths: &[PathBuf]) -> Result<Tenant, Mistake> {
    let path = match paths {
        [path] => path,
        [path, other, ..] => {
            let message = format!("the tenant {name} is also in {}", other.display());
            return Err(Mistake::of_file(path, message));
        }
        [] => {
            return Err(Mistake::of_file(
                Path::new(name),
                "there is no file".to_owned(),
            ));
        }
    };
    let content = read(path)?;
    let text = Text {
        path,
        text: without_mark(&content),
    };
    let table = DeTable::parse(text.text).map_err(|error| text.toml(&error))?;
    let table = Spanned::new(table.span(), DeValue::Table(table.into_inner()));
    let name = Spanned::new(0..0, name.to_owned());
    tenant(&name, table, &text, &system(path))
}

fn general(
    table: Spanned<DeTable<'_>>,
    text: &Text<'_>,
    sources: &dyn Sources,
) -> Result<General, Mistake> {
    let mut value = Spanned::new(table.span(), DeValue::Table(table.into_inner()));
    interpolate::fill(&mut value, text, sources)?;
    let file = file::File::deserialize(ValueDeserializer::from(value));
    general::check(file.map_err(|error| text.toml(&error))?, text)
}

fn tenant(
    name: &Spanned<String>,
    mut value: Spanned<DeValue<'_>>,
    text: &Text<'_>,
    sources: &dyn Sources,
) -> Result<Tenant, Mistake> {
    let secret_settings = secret_settings(value.get_ref());
    let read = Read {
        files: interpolate::fill(&mut value, text, sources)?,
        secret_settings,
        print: Print::of(&value),
    };
    let tenant = file::Tenant::deserialize(ValueDeserializer::from(value));
    check_tenant(
        name,
        tenant.map_err(|error| text.toml(&error))?,
        &read,
        text,
    )
}

fn read(path: &Path) -> Result<String, Mistake> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Mistake {
    Mistake::of_file(path, format!("cannot be read: {error}"))
}

fn without_mark(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}

fn system(path: &Path) -> System<'_> {
    System {
        base: path.parent().unwrap_or(Path::new(".")),
    }
}

#[cfg(test)]
mod tests;
