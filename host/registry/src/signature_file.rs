//! Signatures of a component that is a file: `FILE.wasm.sig` beside it, one a line, in base64.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Hundreds of signatures.
const LONGEST: u64 = 64 * 1024;

/// A file of signatures cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SignatureFileError {
    /// It is there and cannot be read.
    #[error("{path}: cannot be read: {error}: give it to the user that jackfield runs as, or remove it where no signature is needed", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It is too long to be one.
    #[error("{path}: longer than {LONGEST} bytes: it has one signature a line and nothing else", path = .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("{path}: cannot be written: {error}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// The file of a component's signatures: its name and `.sig`.
pub fn signature_path(component: &Path) -> PathBuf {
    let mut name = OsString::from(component);
    name.push(".sig");
    name.into()
}

/// The signatures beside a component; none where there is no such file. Empty lines are passed over.
pub fn read_signatures(component: &Path) -> Result<Vec<String>, SignatureFileError> {
    let path = signature_path(component);
    let mut text = String::new();
    let outcome =
        fs::File::open(&path).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text));
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(SignatureFileError::Read { path, error }),
        Ok(length) if length as u64 > LONGEST => Err(SignatureFileError::TooLong { path }),
        Ok(_) => Ok(text.split_whitespace().map(str::to_owned).collect()),
    }
}

/// Adds a signature beside a component, unless it is there, and says where.
pub fn add_signature(component: &Path, signature: &str) -> Result<PathBuf, SignatureFileError> {
    let path = signature_path(component);
    let present = read_signatures(component)?;
    if present.iter().any(|known| known == signature) {
        return Ok(path);
    }
    let lines: String = present
        .iter()
        .map(String::as_str)
        .chain([signature])
        .flat_map(|line| [line, "\n"])
        .collect();
    // Whole or not at all: a loader may be reading it.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let outcome = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o644))
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .and_then(|mut file| {
            file.write_all(lines.as_bytes())?;
            file.persist(&path).map_err(|error| error.error)
        });
    match outcome {
        Ok(_) => Ok(path),
        Err(error) => Err(SignatureFileError::Write { path, error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_beside_the_component() {
        let dir = tempfile::tempdir().expect("a directory");
        let component = dir.path().join("rules.wasm");
        assert_eq!(
            signature_path(&component),
            dir.path().join("rules.wasm.sig")
        );
        assert!(read_signatures(&component).expect("none").is_empty());

        for signature in ["one==", "two==", "one=="] {
            let path = add_signature(&component, signature).expect("written");
            assert_eq!(path, signature_path(&component));
        }
        let found = read_signatures(&component).expect("two");
        assert_eq!(found, ["one==", "two=="]);
        let text = fs::read_to_string(signature_path(&component)).expect("a text");
        assert_eq!(text, "one==\ntwo==\n");
    }

    #[test]
    fn what_cannot_be_signatures_is_refused_by_name() {
        let dir = tempfile::tempdir().expect("a directory");
        let component = dir.path().join("rules.wasm");
        fs::write(signature_path(&component), "x".repeat(65 * 1024)).expect("written");
        let said = read_signatures(&component).expect_err("long").to_string();
        assert!(
            said.contains("rules.wasm.sig") && said.contains("one signature a line"),
            "{said}"
        );
        fs::write(signature_path(&component), [0xff, 0xfe]).expect("written");
        assert!(matches!(
            read_signatures(&component),
            Err(SignatureFileError::Read { .. })
        ));
    }
}
