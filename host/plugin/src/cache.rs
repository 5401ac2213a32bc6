//! Compiled code on disk, so that a start neither compiles nor calls a guest.
//!
//! Running such code is trusting whoever wrote it. The folder must therefore belong to us, with nobody else allowed to write
//! in it or to put another in its place; so must each file. An entry is written aside, synced and renamed, and carries a checksum
//! (CRC-32) of everything in it: a torn or altered one is thrown away and compiled anew. It is no defence against who may write
//! there; nothing is, so nothing slower is asked for: SHA-256 was a third of what a start from the cache took.
//!
//! Entries are kept apart by engine, that is by everything that goes into the code or into the judgement on a component. The
//! entries of one other engine are left, for the way back after an upgrade; the least recently used go where there are more
//! than [`MOST_BYTES`].

mod entry;
mod sweep;

use std::fs::{self, DirBuilder, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use wasmtime::component::Component;

use crate::code;
use crate::limits::Limits;
use crate::loaded::Digest;
pub(crate) use entry::Facts;

/// Bytes of all entries of one engine. 4 GiB: a hundred plugins that bring SpiderMonkey or CPython, or 18,000 others.
pub(crate) const MOST_BYTES: u64 = 4 << 30;

/// Goes into the name of an engine's folder: raised when an entry's form changes, or what it is made of.
const FORM: &str = "jackfield code 2";

/// Why a folder is no cache.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It cannot be made or looked at.
    #[error("the folder for compiled plugins, {}, cannot be used: {reason}", dir.display())]
    Unusable {
        /// The folder.
        dir: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// Others can put code there, which we would run.
    #[error(
        "the folder for compiled plugins, {}, {what}: code in it would run in this process, so it must belong to the user that \
         jackfield runs as (uid {uid}) and be writable by nobody else; remove it, or `chown` it and `chmod 700` it once you know \
         what is in it",
        dir.display()
    )]
    NotPrivate {
        /// The folder.
        dir: PathBuf,
        /// What is wrong.
        what: &'static str,
        /// Who we are.
        uid: u32,
    },
    /// Others can put another folder in its place.
    #[error(
        "the folder for compiled plugins, {}, is below {}, in which others can write: they could put another in its place, and \
         code in it would run in this process; `chmod o-w,g-w` it or choose another folder",
        dir.display(), above.display()
    )]
    Movable {
        /// The folder.
        dir: PathBuf,
        /// The one above it.
        above: PathBuf,
    },
}

/// The cache of one engine.
#[derive(Debug)]
pub(crate) struct Cache {
    dir: PathBuf,
    bytes: AtomicU64,
}

/// Code in a file of its own that is no entry yet.
pub(crate) struct Draft {
    file: NamedTempFile,
    code: u64,
}

impl Cache {
    /// Opens the folder, makes it where there is none, and clears what is not needed any more.
    pub(crate) fn open(
        root: &Path,
        engine: &wasmtime::Engine,
        limits: &Limits,
    ) -> Result<Self, CacheError> {
        let unusable = |reason| CacheError::Unusable {
            dir: root.to_owned(),
            reason,
        };
        private(root)?;
        let root = fs::canonicalize(root).map_err(unusable)?;
        firm(&root)?;
        let dir = root.join(engine_name(engine, limits));
        private(&dir)?;
        sweep::engines(&root, &dir);
        let bytes = sweep::entries(&dir, MOST_BYTES);
        Ok(Self {
            dir,
            bytes: AtomicU64::new(bytes),
        })
    }

    /// The code of a component and what is known of it, if it is here. What is damaged is removed.
    pub(crate) fn find(
        &self,
        engine: &wasmtime::Engine,
        digest: &Digest,
    ) -> Option<(Component, Facts)> {
        let path = self.path(digest);
        let found = entry::open(&path).and_then(|(file, facts)| {
            let component = code::kept(engine, &file);
            let component =
                component.map_err(|reason| entry::Damage::Other(format!("{reason:#}")))?;
            Ok((component, facts))
        });
        match found {
            Ok(found) => Some(found),
            Err(entry::Damage::Absent) => None,
            Err(damage) => {
                tracing::warn!(
                    file = %path.display(),
                    reason = %damage,
                    "compiled code of a plugin is damaged: it is removed and compiled anew"
                );
                let _ = fs::remove_file(&path);
                None
            }
        }
    }

    /// Puts code aside.
    pub(crate) fn draft(&self, code: &[u8]) -> io::Result<Draft> {
        let mut file = tempfile::Builder::new()
            .prefix(sweep::DRAFT)
            .tempfile_in(&self.dir)?;
        file.write_all(code)?;
        Ok(Draft {
            file,
            code: code.len() as u64,
        })
    }

    /// Makes an entry of a draft, whole or not at all.
    pub(crate) fn keep(&self, draft: Draft, digest: &Digest, facts: &Facts) -> io::Result<()> {
        let Draft { mut file, code } = draft;
        entry::finish(file.as_file_mut(), code, facts)?;
        let added = file.as_file().metadata()?.len();
        file.persist(self.path(digest))
            .map_err(|error| error.error)?;
        // The rename itself may be lost with the power; then the entry is absent, which is no harm.
        let before = self.bytes.fetch_add(added, Ordering::Relaxed);
        if before.saturating_add(added) > MOST_BYTES {
            let left = sweep::entries(&self.dir, MOST_BYTES - MOST_BYTES / 8);
            self.bytes.store(left, Ordering::Relaxed);
        }
        Ok(())
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.dir.join(format!("{}{}", digest.hex(), sweep::ENTRY))
    }
}

impl Draft {
    /// The file with the code.
    pub(crate) fn file(&self) -> &File {
        self.file.as_file()
    }
}

/// Makes a folder that is ours alone, or sees to it that one that is there is.
fn private(dir: &Path) -> Result<(), CacheError> {
    let unusable = |reason| CacheError::Unusable {
        dir: dir.to_owned(),
        reason,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(unusable)?;
    let metadata = fs::symlink_metadata(dir).map_err(unusable)?;
    let uid = rustix::process::geteuid().as_raw();
    let wrong = |what| {
        Err(CacheError::NotPrivate {
            dir: dir.to_owned(),
            what,
            uid,
        })
    };
    if metadata.is_symlink() {
        return wrong("is a link");
    }
    if metadata.uid() != uid {
        return wrong("belongs to another user");
    }
    if metadata.mode() & 0o022 != 0 {
        return wrong("can be written by others");
    }
    if metadata.mode() & 0o077 != 0 {
        fs::set_permissions(dir, PermissionsExt::from_mode(0o700)).map_err(unusable)?;
    }
    Ok(())
}

/// Sees to it that nobody else can put another folder in this one's place. A folder above it that others write in must be sticky,
/// as `/tmp` is. Who shares a group with us is us: so volumes are given to containers.
fn firm(dir: &Path) -> Result<(), CacheError> {
    let mut groups = rustix::process::getgroups().unwrap_or_default();
    groups.push(rustix::process::getegid());
    for above in dir.ancestors().skip(1) {
        let metadata = fs::metadata(above).map_err(|reason| CacheError::Unusable {
            dir: dir.to_owned(),
            reason,
        })?;
        let ours = groups.iter().any(|group| group.as_raw() == metadata.gid());
        let others = if ours { 0o002 } else { 0o022 };
        if metadata.mode() & others != 0 && metadata.mode() & 0o1000 == 0 {
            return Err(CacheError::Movable {
                dir: dir.to_owned(),
                above: above.to_owned(),
            });
        }
    }
    Ok(())
}

/// The name of an engine's folder.
fn engine_name(engine: &wasmtime::Engine, limits: &Limits) -> String {
    let mut hash = Hashed(Sha256::new());
    (FORM, env!("CARGO_PKG_VERSION"), format!("{limits:?}")).hash(&mut hash);
    engine.precompile_compatibility_hash().hash(&mut hash);
    let digest = hash.0.finalize();
    let hex: String = digest
        .iter()
        .take(16)
        .map(|it| format!("{it:02x}"))
        .collect();
    format!("{}{hex}", sweep::ENGINE)
}

/// SHA-256 where `Hash` wants a `Hasher`.
struct Hashed(Sha256);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
