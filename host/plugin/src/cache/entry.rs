//! One file of the cache: the code, what is known of the component, and a trailer with the lengths of both and a checksum of
//! everything before it. The code comes first, so that it can be mapped into memory and run from there.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crc32fast::Hasher;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::inspect::{Declared, Kind};

const MAGIC: &[u8; 16] = b"jackfield code\n\0";

/// Magic, length of the code, length of the facts, checksum.
const TRAILER: usize = 16 + 8 + 8 + 4;

/// An entry is marked as used at most so often.
const USED_ANEW: Duration = Duration::from_secs(24 * 60 * 60);

/// What is known of a component besides its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    kinds: Vec<String>,
    imports: Vec<String>,
    /// What `describe` answered.
    pub(crate) describe: String,
}

impl Facts {
    pub(crate) fn new(declared: &Declared, describe: String) -> Self {
        Self {
            kinds: declared.kinds.iter().map(Kind::to_string).collect(),
            imports: declared.imports.clone(),
            describe,
        }
    }

    /// What the component declares.
    pub(crate) fn declared(&self) -> Option<Declared> {
        let kinds = self.kinds.iter().map(|kind| Kind::parse(kind));
        Some(Declared {
            kinds: kinds.collect::<Option<_>>()?,
            imports: self.imports.clone(),
        })
    }
}

/// Why an entry is none.
#[derive(Debug, thiserror::Error)]
pub(super) enum Damage {
    #[error("it is absent")]
    Absent,
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
    #[error("it is no file of ours that nobody else may write")]
    NotPrivate,
    #[error("it is torn or altered")]
    Altered,
    #[error("{0}")]
    Other(String),
}

impl From<io::Error> for Damage {
    fn from(reason: io::Error) -> Self {
        match reason.kind() {
            io::ErrorKind::NotFound => Damage::Absent,
            io::ErrorKind::UnexpectedEof => Damage::Altered,
            _ => Damage::Unreadable(reason),
        }
    }
}

/// Opens an entry and checks it from end to end.
pub(super) fn open(path: &Path) -> Result<(File, Facts), Damage> {
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)?;
    let metadata = file.metadata()?;
    let uid = rustix::process::geteuid().as_raw();
    if !metadata.is_file() || metadata.uid() != uid || metadata.mode() & 0o022 != 0 {
        return Err(Damage::NotPrivate);
    }
    let length = metadata.len();
    let body = length.checked_sub(TRAILER as u64).ok_or(Damage::Altered)?;
    let mut trailer = [0; TRAILER];
    file.seek(SeekFrom::Start(body))?;
    file.read_exact(&mut trailer)?;
    let word = |at: usize| {
        let bytes = trailer.get(at..at + 8).and_then(|it| it.try_into().ok());
        bytes.map(u64::from_le_bytes).ok_or(Damage::Altered)
    };
    let (code, facts) = (word(16)?, word(24)?);
    if !trailer.starts_with(MAGIC) || code.checked_add(facts) != Some(body) {
        return Err(Damage::Altered);
    }
    file.seek(SeekFrom::Start(0))?;
    let mut hash = Hasher::new();
    hashed(&mut file, code, &mut hash)?;
    let mut text = Vec::new();
    (&mut file).take(facts).read_to_end(&mut text)?;
    hash.update(&text);
    hash.update(&trailer[..32]);
    if hash.finalize().to_le_bytes() != trailer[32..] {
        return Err(Damage::Altered);
    }
    mark_used(&file, metadata.modified().ok());
    let facts = serde_json::from_slice(&text).map_err(|_| Damage::Altered)?;
    Ok((file, facts))
}

/// Writes what comes behind the code and sees to it that the whole is on the disk.
pub(super) fn finish(file: &mut File, code: u64, facts: &Facts) -> io::Result<()> {
    let facts = serde_json::to_vec(facts)?;
    let mut trailer = Vec::with_capacity(TRAILER);
    trailer.extend_from_slice(MAGIC);
    trailer.extend_from_slice(&code.to_le_bytes());
    trailer.extend_from_slice(&(facts.len() as u64).to_le_bytes());
    let mut hash = Hasher::new();
    file.seek(SeekFrom::Start(0))?;
    hashed(file, code, &mut hash)?;
    hash.update(&facts);
    hash.update(&trailer);
    trailer.extend_from_slice(&hash.finalize().to_le_bytes());
    file.seek(SeekFrom::Start(code))?;
    file.write_all(&facts)?;
    file.write_all(&trailer)?;
    file.sync_all()
}

/// Takes so many bytes of a file into the checksum.
fn hashed(file: &mut File, mut bytes: u64, hash: &mut Hasher) -> io::Result<()> {
    let mut buffer = vec![0; 128 << 10];
    while bytes > 0 {
        let most = usize::try_from(bytes).map_or(buffer.len(), |bytes| bytes.min(buffer.len()));
        let part = buffer.get_mut(..most).unwrap_or_default();
        file.read_exact(part)?;
        hash.update(&*part);
        bytes -= most as u64;
    }
    Ok(())
}

/// The file's time of change is when it was last used, within a day.
fn mark_used(file: &File, last: Option<SystemTime>) {
    let now = SystemTime::now();
    let old = last.is_none_or(|last| now.duration_since(last).is_ok_and(|it| it > USED_ANEW));
    if old {
        let _ = file.set_modified(now);
    }
}
