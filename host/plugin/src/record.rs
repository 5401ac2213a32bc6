//! Recording: plugin calls as lines of JSON, so that another build can be run over what happened.
//!
//! A request is recorded whole or not at all, so that what a rule saw can be traced to the mapper that made it. What fails is
//! recorded all the same, masked. Nothing is kept for longer than a removed person is remembered.

mod age;
mod failures;
mod heard;
mod key;
mod mask;
mod person;
mod read;
mod sample;
mod table;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bridge::port::plugins::Ending;

use crate::observe::Subject;
use failures::Failures;
pub(crate) use heard::{Again, Heard, Input};
pub use read::{Run, Unreadable, read_recordings};
use sample::Sampler;
use writer::Shelf;
pub use writer::flush_recordings;

/// What is recorded of a connection's plugin calls, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordingSettings {
    /// The folder of all recordings. A connection's are in `TENANT/CONNECTION.jsonl` there, the older half of them in
    /// `TENANT/CONNECTION.old.jsonl`, the key of masks in `.key`.
    pub dir: PathBuf,
    /// The part of requests that is recorded, 0 to 1: all calls of a request's chain or none. Failures are recorded at 0, too.
    pub sample: f64,
    /// Bytes that the connection's recordings take at most, the older ones included.
    pub bytes: u64,
    /// Whether personal values are masked.
    pub values: Values,
}

/// How values are recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Values {
    /// Personal values are masked.
    #[default]
    Masked,
    /// As they are, by the operator's explicit choice. What a failure records by itself is masked all the same, and either way
    /// it is removed after 30 days, as what is personal about a deleted user.
    Clear,
}

/// Bytes of a line beside its input, about.
const OVERHEAD: u64 = 600;

/// The files of a connection's recordings.
#[derive(Debug)]
pub(crate) struct Recordings {
    pub(crate) newer: PathBuf,
    pub(crate) older: PathBuf,
}

impl Recordings {
    pub(crate) fn of(dir: &Path, tenant: &str, connection: &str) -> Self {
        let folder = dir.join(plain(tenant));
        let connection = plain(connection);
        Self {
            newer: folder.join(format!("{connection}.jsonl")),
            older: folder.join(format!("{connection}.old.jsonl")),
        }
    }
}

/// A name as a part of a path, and no more than one part.
fn plain(name: &str) -> String {
    let plain = |c: char| {
        if c.is_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    name.chars().map(plain).collect()
}

/// Records the calls of one connection.
pub(crate) struct Recorder {
    shelf: Arc<Shelf>,
    sampler: Sampler,
    clear: bool,
    failures: Mutex<Failures>,
}

impl Recorder {
    pub(crate) fn new(settings: RecordingSettings, subject: &Subject) -> Self {
        writer::clear(settings.dir.clone());
        let seed = getrandom::u64().unwrap_or_default();
        let numbers = subject.recorded();
        Self {
            sampler: Sampler::new(settings.sample, seed),
            clear: settings.values == Values::Clear,
            shelf: Arc::new(Shelf::new(
                settings,
                &subject.tenant,
                &subject.connection,
                numbers,
            )),
            failures: Mutex::default(),
        }
    }

    /// Draws requests by another seed.
    pub(crate) fn seed(&mut self, seed: u64) {
        self.sampler.seed(seed);
    }

    /// Whether all calls of a request that begins now are recorded.
    pub(crate) fn begins(&self) -> bool {
        self.sampler.draws()
    }

    /// Whether what is recorded of a drawn request is masked.
    pub(crate) fn masks(&self) -> bool {
        !self.clear
    }

    /// Whether this failure is to be recorded by itself; `bytes` tells how many its input has.
    pub(crate) fn takes(
        &self,
        plugin: &Arc<str>,
        ending: Ending,
        bytes: impl FnOnce() -> usize,
    ) -> bool {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = OVERHEAD + bytes() as u64;
        failures.takes((plugin, ending), bytes, self.shelf.file(), Instant::now())
    }

    /// Hands a call over to be written. It does not wait.
    pub(crate) fn keep(&self, heard: Heard) {
        writer::write(&self.shelf, heard);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        let place = Recordings::of(Path::new("r"), "../etc", "a/../..");
        assert_eq!(place.newer, Path::new("r/___etc/a______.jsonl"));
        assert_eq!(place.older, Path::new("r/___etc/a______.old.jsonl"));
    }
}
