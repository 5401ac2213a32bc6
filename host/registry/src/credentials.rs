//! Who we are to a registry: users and passwords from docker's own file, where `docker login` and its like write them.
//!
//! Of the file, `auths` is read: an entry's `auth` (base64 of `user:password`), or `username` and `password`. Programs
//! that it names (`credsStore`, `credHelpers`) are not run.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oci_client::secrets::RegistryAuth;
use serde_json::Value;

/// Where users and passwords for registries are. Holds none itself: the file is read whenever a registry is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    file: Option<PathBuf>,
}

/// The file of credentials is there and cannot be used. No text repeats any of its content.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// It cannot be read.
    #[error("{path}: cannot be read: {error}: give it to the user that jackfield runs as, or set DOCKER_CONFIG to another directory", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It is not JSON.
    #[error("{path}: no JSON at line {line}: write it anew with docker login", path = .path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where JSON ends, from 1.
        line: usize,
    },
    /// An entry is not as docker writes it.
    #[error("{path}: the entry for {registry} has no base64 of user:password under \"auth\": write it anew with docker login {registry}", path = .path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// The registry.
        registry: String,
    },
}

/// What is said to one registry.
pub(crate) struct Access {
    pub(crate) auth: RegistryAuth,
    /// What to do where the registry refuses it.
    pub(crate) advice: String,
}

impl Credentials {
    /// None: every registry is asked as nobody in particular.
    pub fn none() -> Self {
        Self { file: None }
    }

    /// A file as docker writes it. It may be absent.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self {
            file: Some(path.into()),
        }
    }

    /// Where docker has them: `config.json` in the directory that `DOCKER_CONFIG` names, else in `~/.docker`.
    pub fn from_environment() -> Self {
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        let folder = match set("DOCKER_CONFIG") {
            Some(folder) => Some(PathBuf::from(folder)),
            None => set("HOME").map(|home| Path::new(&home).join(".docker")),
        };
        Self {
            file: folder.map(|folder| folder.join("config.json")),
        }
    }

    /// What to say to a registry, `HOST` or `HOST:PORT`.
    pub(crate) fn of(&self, registry: &str) -> Result<Access, CredentialsError> {
        let nobody = |advice: String| Access {
            auth: RegistryAuth::Anonymous,
            advice,
        };
        let Some(path) = &self.file else {
            return Ok(nobody(
                "set DOCKER_CONFIG to the directory of a config.json with an entry for it".into(),
            ));
        };
        let shown = path.display();
        let missing = format!("{shown} has no entry for it: docker login {registry} writes one");
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(nobody(missing)),
            Err(error) => {
                let path = path.clone();
                return Err(CredentialsError::Read { path, error });
            }
        };
        // A value, not a type of ours: errors of types quote what they find.
        let document: Value =
            serde_json::from_str(&text).map_err(|error| CredentialsError::Json {
                path: path.clone(),
                line: error.line(),
            })?;
        if let Some(entry) = entry(&document, registry) {
            let (user, password) = user(entry).ok_or_else(|| CredentialsError::Entry {
                path: path.clone(),
                registry: registry.to_owned(),
            })?;
            return Ok(Access {
                auth: RegistryAuth::Basic(user, password),
                advice: format!(
                    "it does not let the user of {shown} do this: log in as another with docker login {registry}"
                ),
            });
        }
        Ok(nobody(match left_to_a_program(&document, registry) {
            true => format!(
                "{shown} leaves it to a credential helper, and those are not run: write an \"auths\" entry for {registry}, see docs/registry.md"
            ),
            false => missing,
        }))
    }
}

/// The entry for a registry that has something in it. Docker leaves empty ones where a helper keeps the password.
fn entry<'d>(document: &'d Value, registry: &str) -> Option<&'d Value> {
    let entries = document.get("auths")?.as_object()?;
    let found = entries.iter().find(|(key, _)| names(key, registry))?.1;
    let filled = found.as_object().is_some_and(|entry| {
        ["auth", "username"].iter().any(|key| {
            let value = entry.get(*key).and_then(Value::as_str);
            value.is_some_and(|value| !value.is_empty())
        })
    });
    filled.then_some(found)
}

/// Whether a key of docker's file means a registry. Old ones are URLs, as Docker Hub's `https://index.docker.io/v1/`.
fn names(key: &str, registry: &str) -> bool {
    let host = key.split_once("://").map_or(key, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    let registry = match registry {
        "docker.io" => "index.docker.io",
        other => other,
    };
    host.eq_ignore_ascii_case(registry)
}

fn user(entry: &Value) -> Option<(String, String)> {
    let text = |key: &str| Some(entry.get(key)?.as_str()?.to_owned());
    let Some(auth) = text("auth").filter(|auth| !auth.is_empty()) else {
        return text("username").zip(text("password"));
    };
    let decoded = String::from_utf8(STANDARD.decode(auth.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    Some((user.to_owned(), password.trim_end_matches('\0').to_owned()))
}

fn left_to_a_program(document: &Value, registry: &str) -> bool {
    let helper = document
        .get("credHelpers")
        .and_then(|all| all.get(registry));
    helper.or(document.get("credsStore")).is_some()
}

#[cfg(test)]
mod tests;
