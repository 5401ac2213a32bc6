//! How much a ledger's disk still takes.

use std::io;
use std::path::Path;

/// The bytes that are free for this user on the disk that a ledger's file is on, or would be made on.
///
/// # Errors
/// The operating system's, where no directory of the path can be looked at.
pub fn free_space(path: &Path) -> io::Result<u64> {
    let places = path.ancestors().chain([Path::new(".")]);
    let mut missing = io::Error::from(io::ErrorKind::NotFound);
    for place in places.filter(|place| *place != Path::new("")) {
        match rustix::fs::statvfs(place) {
            Ok(found) => return Ok(found.f_bavail.saturating_mul(found.f_frsize)),
            Err(error) => {
                let error = io::Error::from(error);
                if error.kind() != io::ErrorKind::NotFound {
                    return Err(error);
                }
                missing = error;
            }
        }
    }
    Err(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_does_not_exist_is_asked_about_where_it_would_be() {
        let directory = tempfile::tempdir().expect("a directory");
        let there = free_space(directory.path()).expect("a number");
        let missing = free_space(&directory.path().join("a/b/jackfield.db")).expect("a number");
        assert!(there > 0 && missing > 0);
        assert!(free_space(Path::new("jackfield.db")).is_ok());
    }
}
