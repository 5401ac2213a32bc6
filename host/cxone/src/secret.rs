//! Credentials that the configuration states, or that a file holds and somebody replaces while we run.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use bridge::port::cxone::UpstreamError;
use client::{ExposeSecret, SecretString};
use tokio::time::Instant;

use crate::api::unavailable;
use crate::flight::lock;

/// Secrets are short.
const LONGEST: u64 = 64 * 1024;
/// How often a file is looked at, at most, where every request needs what is in it.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A credential. `Debug` shows no text, but the path of a file.
#[derive(Debug, Clone)]
pub enum Secret {
    /// As the configuration has it.
    Text(SecretString),
    /// What this file holds, without the white space around it. It is read again when it has changed, and when what it
    /// held was refused.
    File(PathBuf),
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Secret::Text(SecretString::from(text))
    }
}

impl From<SecretString> for Secret {
    fn from(text: SecretString) -> Self {
        Secret::Text(text)
    }
}

impl From<PathBuf> for Secret {
    fn from(path: PathBuf) -> Self {
        Secret::File(path)
    }
}

impl Secret {
    /// The text, if it is stated and not in a file.
    pub(crate) fn stated(&self) -> Option<&str> {
        match self {
            Secret::Text(text) => Some(text.expose_secret()),
            Secret::File(_) => None,
        }
    }
}

/// What tells that a file is another than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    changed: Option<SystemTime>,
    length: u64,
}

struct Held {
    text: SecretString,
    stamp: Stamp,
    /// Not looked at again before.
    look_at: Instant,
}

/// A credential in use.
pub(crate) struct Watched {
    /// The key of the configuration, for messages.
    key: &'static str,
    secret: Secret,
    held: Mutex<Option<Held>>,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watched").field(&self.key).finish()
    }
}

impl Watched {
    pub(crate) fn new(key: &'static str, secret: &Secret) -> Self {
        Self {
            key,
            secret: secret.clone(),
            held: Mutex::new(None),
        }
    }

    /// The text. A file is looked at once a second at most, and read where it has changed.
    pub(crate) async fn get(&self) -> Result<SecretString, UpstreamError> {
        let path = match &self.secret {
            Secret::Text(text) => return Ok(text.clone()),
            Secret::File(path) => path,
        };
        let held = {
            let held = lock(&self.held);
            match held.as_ref() {
                Some(held) if Instant::now() < held.look_at => return Ok(held.text.clone()),
                held => held.map(|held| (held.stamp, held.text.clone())),
            }
        };
        let known = held.as_ref().map(|(stamp, _)| *stamp);
        let (stamp, text) = match (look(path, known).await, held) {
            (Ok((stamp, Some(text))), _) => (stamp, text),
            (Ok((stamp, None)), Some((_, text))) => (stamp, text),
            (Ok((_, None)), None) => return Err(self.unreadable(path, "it cannot be read")),
            (Err(reason), _) => return Err(self.unreadable(path, &reason)),
        };
        *lock(&self.held) = Some(Held {
            text: text.clone(),
            stamp,
            look_at: Instant::now() + LOOK_EVERY,
        });
        Ok(text)
    }

    /// The text as the file holds it at this moment, after what it held was refused or before it buys a token.
    pub(crate) async fn afresh(&self) -> Result<SecretString, UpstreamError> {
        lock(&self.held).take();
        self.get().await
    }

    /// The path is for who runs this: an error goes as far as the identity provider.
    fn unreadable(&self, path: &Path, reason: &str) -> UpstreamError {
        let (key, path) = (self.key, path.display());
        tracing::warn!(key, %path, reason, "the file of a secret cannot be used");
        unavailable(format!(
            "{key}: what its file holds cannot be used: {reason}"
        ))
    }
}

/// A file's stamp, and its text if the stamp is not the known one. Off the reactor: a file may be on a slow disk.
async fn look(path: &Path, known: Option<Stamp>) -> Result<(Stamp, Option<SecretString>), String> {
    let path = path.to_owned();
    let looking = tokio::task::spawn_blocking(move || read(&path, known));
    looking
        .await
        .unwrap_or_else(|_| Err("it cannot be read".to_owned()))
}

fn read(path: &Path, known: Option<Stamp>) -> Result<(Stamp, Option<SecretString>), String> {
    let io = |error: std::io::Error| error.kind().to_string();
    // The stamp is older than the text: a change in between is seen at the next look.
    let stat = std::fs::metadata(path).map_err(io)?;
    let stamp = Stamp {
        changed: stat.modified().ok(),
        length: stat.len(),
    };
    if known == Some(stamp) {
        return Ok((stamp, None));
    }
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(io)?;
    let mut file = file.take(LONGEST + 1);
    // The error of a text that is none would quote nothing either, but says less.
    file.read_to_string(&mut text).map_err(io)?;
    if text.len() as u64 > LONGEST {
        return Err(format!(
            "it is longer than {LONGEST} bytes, so it is no secret"
        ));
    }
    match text.trim() {
        "" => Err("it is empty".to_owned()),
        text => Ok((stamp, Some(SecretString::from(text)))),
    }
}
