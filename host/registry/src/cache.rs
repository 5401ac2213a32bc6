//! What was pulled, by digest. A name is a promise about the content, and it is kept on every read: what does not have
//! the digest that it is named after is not there.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::digest::Digest;

/// Manifests and components: `DIR/oci/sha256/HEX`, as an OCI image layout names its blobs. The directory is its owner's
/// alone, so are the files. Several processes may share it.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub(crate) fn new(dir: &Path) -> Self {
        Self {
            folder: dir.join("oci").join("sha256"),
        }
    }

    /// What has this digest, if it is there, whole and no longer than `longest`.
    pub(crate) fn read(&self, digest: &Digest, longest: usize) -> Option<Vec<u8>> {
        let path = self.path(digest);
        let mut bytes = Vec::new();
        let outcome = fs::File::open(&path)
            .and_then(|file| file.take(longest as u64 + 1).read_to_end(&mut bytes));
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
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(bytes)?;
        file.persist(self.path(digest))?;
        Ok(())
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
