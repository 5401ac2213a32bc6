//! The key of masks: one for each folder of recordings, so that equal values have equal masks in all of them, whichever process
//! wrote them.

use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

/// Bytes of a key.
const LENGTH: usize = 32;

/// The file of a folder's key. No tenant's folder has a name with a dot.
pub(super) const NAME: &str = ".key";

/// A key. Whoever has it can try out whose value a mask is: it is as private as the recordings are not.
#[derive(Clone)]
pub(crate) struct Key([u8; LENGTH]);

impl Key {
    #[cfg(test)]
    pub(crate) fn of(bytes: [u8; LENGTH]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key of this folder, made where there is none. Two processes that make it at once agree.
    pub(crate) fn of_folder(folder: &Path) -> io::Result<Self> {
        make_folder(folder)?;
        let path = folder.join(NAME);
        match read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            read => return read,
        }
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
        // Whole from the start, or not there: nobody reads half a key. Temporary files are private.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(Self(bytes)),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => read(&path),
            Err(error) => Err(error.error),
        }
    }
}

/// A folder that nobody else looks into, and those above it.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

fn read(path: &Path) -> io::Result<Key> {
    let file = std::fs::File::open(path)?;
    let shared = file.metadata()?.permissions().mode() & 0o077;
    if shared != 0 {
        return Err(io::Error::other(format!(
            "{} can be read by others: take that away with chmod 600",
            path.display()
        )));
    }
    let mut bytes = Vec::new();
    Read::take(file, LENGTH as u64 + 1).read_to_end(&mut bytes)?;
    let key = bytes.try_into().map_err(|_| {
        io::Error::other(format!(
            "{} is no key of {LENGTH} bytes: delete it to have another made",
            path.display()
        ))
    });
    key.map(Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_key_and_it_is_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("recordings");
        let key = Key::of_folder(&folder).expect("a key");
        let again = Key::of_folder(&folder).expect("the key");
        assert_eq!(key.bytes(), again.bytes());
        let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(NAME))), (0o700, 0o600));
        let other = tempfile::tempdir().expect("a folder");
        let other = Key::of_folder(other.path()).expect("a key");
        assert_ne!(key.bytes(), other.bytes());
    }

    #[test]
    fn a_key_that_is_none_or_is_shared_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(NAME);
        std::fs::write(&path, "short").expect("written");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("private");
        let error = Key::of_folder(folder.path()).map(drop).expect_err("short");
        assert!(error.to_string().contains("no key of 32 bytes"), "{error}");
        std::fs::write(&path, [7; 32]).expect("written");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).expect("shared");
        let error = Key::of_folder(folder.path()).map(drop).expect_err("shared");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}
