//! What was pulled, by digest. A name is a promise about the content, and it is kept on every read: what does not have
//! the digest that it is named after is not there. A file's time is when it was used last; with each that is new, those
//! that were not used for longest go until no more than [`MOST_BYTES`] are left.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::digest::Digest;

/// What is kept, in bytes: 4 GiB, 64 plugins of the longest kind.
const MOST_BYTES: u64 = 4 << 30;

/// How the names of files in the making begin, and when one is of a process that has ended.
const DRAFT: &str = ".draft-";
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);

/// Manifests and components: `DIR/oci/sha256/HEX`, as an OCI image layout names its blobs. The directory is its owner's
/// alone, so are the files. Several processes may share it.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    folder: PathBuf,
    most: u64,
}

impl Cache {
    pub(crate) fn new(dir: &Path) -> Self {
        Self {
            folder: dir.join("oci").join("sha256"),
            most: MOST_BYTES,
        }
    }

    /// What has this digest, if it is there, whole and no longer than `longest`.
    pub(crate) fn read(&self, digest: &Digest, longest: usize) -> Option<Vec<u8>> {
        let path = self.path(digest);
        let mut bytes = Vec::new();
        let outcome = fs::File::open(&path).and_then(|file| {
            // Where that cannot be told it is only swept earlier.
            let _ = file.set_modified(SystemTime::now());
            file.take(longest as u64 + 1).read_to_end(&mut bytes)
        });
        match outcome {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a cached plugin cannot be read and is pulled again");
                None
            }
            Ok(_) if bytes.len() <= longest && Digest::of(&bytes) == *digest => Some(bytes),
            Ok(_) => {
                tracing::warn!(path = %path.display(), "a cached plugin is damaged and is pulled again");
                None
            }
        }
    }

    /// Keeps bytes under their digest. Whoever reads meanwhile finds what was there before, or this, whole.
    pub(crate) fn write(&self, digest: &Digest, bytes: &[u8]) -> io::Result<()> {
        let private = |folder: &Path| {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
            fs::set_permissions(folder, Permissions::from_mode(0o700))
        };
        if let Some(oci) = self.folder.parent() {
            private(oci)?;
        }
        private(&self.folder)?;
        // Temporary files are made with 0600.
        let mut file = tempfile::Builder::new()
            .prefix(DRAFT)
            .tempfile_in(&self.folder)?;
        file.write_all(bytes)?;
        file.persist(self.path(digest))?;
        self.sweep(&self.path(digest));
        Ok(())
    }

    /// Removes what was not used for longest, but `new`, and what a process left unfinished. It is no error that another process
    /// was faster.
    fn sweep(&self, new: &Path) {
        let listed = fs::read_dir(&self.folder).into_iter().flatten();
        let files = listed.filter_map(|entry| {
            let entry = entry.ok()?;
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let used = metadata.modified().ok()?;
            Some((used, entry.path(), metadata.len()))
        });
        let draft = |path: &Path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(DRAFT)
        };
        let (drafts, mut files): (Vec<_>, Vec<_>) = files.partition(|(_, path, _)| draft(path));
        for (begun, path, _) in drafts {
            if begun.elapsed().is_ok_and(|age| age > FORGOTTEN) {
                let _ = fs::remove_file(path);
            }
        }
        let mut bytes: u64 = files.iter().map(|(.., bytes)| bytes).sum();
        files.sort();
        for (_, path, length) in files.into_iter().filter(|(_, path, _)| path != new) {
            if bytes <= self.most {
                return;
            }
            if fs::remove_file(&path).is_ok() {
                bytes = bytes.saturating_sub(length);
                tracing::info!(path = %path.display(), "a cached plugin that was not used for long is removed");
            }
        }
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(digest.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn what_is_kept_is_private_and_found_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let cache = Cache::new(&dir.path().join("new"));
        let digest = Digest::of(b"bytes");
        assert_eq!(cache.read(&digest, 100), None);
        cache.write(&digest, b"bytes").expect("written");
        assert_eq!(cache.read(&digest, 5).as_deref(), Some(&b"bytes"[..]));
        assert_eq!(cache.read(&digest, 4), None, "longer than it may be");
        assert_eq!(mode(&cache.path(&digest)), 0o600);
        assert_eq!(mode(&cache.folder), 0o700);
        assert_eq!(mode(&dir.path().join("new").join("oci")), 0o700);
        let files = fs::read_dir(&cache.folder).expect("a directory").count();
        assert_eq!(files, 1, "no temporary file is left");
    }

    #[test]
    fn what_was_not_used_for_longest_goes_where_there_is_too_much() {
        let dir = tempfile::tempdir().expect("a directory");
        let cache = Cache {
            most: 9,
            ..Cache::new(dir.path())
        };
        let [old, used, new] = [b"old 5", b"use 5", b"new 5"].map(|it| it.to_vec());
        let ago = |digest: &Digest, hours: u64| {
            let file = fs::File::open(cache.path(digest)).expect("there");
            let then = SystemTime::now() - Duration::from_secs(hours * 3600);
            file.set_modified(then).expect("a time");
        };
        for bytes in [&old, &used] {
            fs::create_dir_all(&cache.folder).expect("a directory");
            fs::write(cache.path(&Digest::of(bytes)), bytes).expect("written");
        }
        ago(&Digest::of(&old), 5);
        ago(&Digest::of(&used), 9);
        let (draft, young) = (cache.folder.join(".draft-1"), cache.folder.join(".draft-2"));
        for path in [&draft, &young] {
            fs::write(path, b"dra").expect("written");
        }
        let begun = SystemTime::now() - FORGOTTEN - Duration::from_secs(9);
        let file = fs::File::open(&draft).expect("there");
        file.set_modified(begun).expect("a time");
        assert!(cache.read(&Digest::of(&used), 100).is_some(), "it is used");
        let roomy = Cache {
            most: 15,
            ..cache.clone()
        };
        roomy.write(&Digest::of(&new), &new).expect("written");
        assert!(
            cache.path(&Digest::of(&old)).exists(),
            "there is room for all"
        );
        let roomy = Cache {
            most: 10,
            ..cache.clone()
        };
        roomy.write(&Digest::of(&new), &new).expect("written");
        assert!(!cache.path(&Digest::of(&old)).exists());
        assert!(cache.path(&Digest::of(&used)).exists() && cache.path(&Digest::of(&new)).exists());
        assert!(!draft.exists() && young.exists());
        // Even where it alone is too much: it was asked for.
        let tight = Cache {
            most: 1,
            ..cache.clone()
        };
        tight.write(&Digest::of(&new), &new).expect("written");
        assert!(!cache.path(&Digest::of(&used)).exists() && cache.path(&Digest::of(&new)).exists());
    }

    #[test]
    fn what_is_damaged_is_not_there_until_it_is_written_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let cache = Cache::new(dir.path());
        let digest = Digest::of(b"bytes");
        for damage in [&b"bytEs"[..], b"byte", b"bytes and more", b""] {
            cache.write(&digest, b"bytes").expect("written");
            fs::write(cache.path(&digest), damage).expect("damaged");
            assert_eq!(cache.read(&digest, 100), None, "{damage:?}");
        }
        cache.write(&digest, b"bytes").expect("written");
        assert!(cache.read(&digest, 100).is_some());
    }
}
