//! Keys that sign plugins: Ed25519 (RFC 8032), one line of text each.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use aws_lc_rs::encoding::{AsBigEndian as _, Curve25519SeedBin};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::Digest;

const SECRET: &str = "ed25519-secret:";
const PUBLIC: &str = "ed25519:";
/// A key's file holds one short line.
const LONGEST_FILE: u64 = 4096;

/// Why there is no key. No variant holds any part of one.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The text is no secret key.
    #[error(
        "this is no signing key: it is one line, {SECRET} and the base64 of 32 bytes, as jackfield plugin key writes it"
    )]
    NotSecret,
    /// The text is no public key.
    #[error(
        "this is no public key: write {PUBLIC} and the base64 of 32 bytes, as jackfield plugin key prints it"
    )]
    NotPublic,
    /// A public key where a secret one belongs.
    #[error(
        "this is a public key, which cannot sign: give the file that jackfield plugin key wrote"
    )]
    PublicGiven,
    /// A secret key where a public one belongs.
    #[error(
        "this is a signing key, which is nobody else's business: write the line that jackfield plugin key printed, {PUBLIC}..., and make a new key if others could read this one"
    )]
    SecretGiven,
    /// A key's file cannot be read.
    #[error("{path}: cannot be read: {error}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file that is no key's.
    #[error("{path}: {problem}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with its content.
        problem: Box<KeyError>,
    },
    /// A key's file cannot be written, or is there already.
    #[error("{path}: cannot be written: {error}{}", advice(.error), path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The cryptographic library fails, for want of randomness say.
    #[error("the cryptographic library failed: is there a source of randomness?")]
    Library,
}

fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AlreadyExists => ": a key is never overwritten, name another file",
        io::ErrorKind::NotFound => ": make its directory first",
        _ => "",
    }
}

/// A key that signs. `Debug` shows its public half.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// A new key.
    pub fn generate() -> Result<Self, KeyError> {
        Ed25519KeyPair::generate()
            .map(Self)
            .map_err(|_| KeyError::Library)
    }

    /// Reads the line `ed25519-secret:BASE64`; space around it does not matter.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.starts_with(PUBLIC) {
            return Err(KeyError::PublicGiven);
        }
        let seed = text.strip_prefix(SECRET).and_then(bytes);
        let seed = seed.ok_or(KeyError::NotSecret)?;
        Ed25519KeyPair::from_seed_unchecked(&seed)
            .map(Self)
            .map_err(|_| KeyError::NotSecret)
    }

    /// The line that [`SigningKey::parse`] reads. Secret.
    pub fn to_secret_text(&self) -> Result<String, KeyError> {
        let seed = self.0.seed().and_then(|seed| seed.as_be_bytes());
        let seed: Curve25519SeedBin<'_> = seed.map_err(|_| KeyError::Library)?;
        Ok(format!("{SECRET}{}", STANDARD.encode(seed.as_ref())))
    }

    /// Reads a key's file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let text = read_short(path).map_err(|error| KeyError::Read {
            path: path.to_owned(),
            error,
        })?;
        Self::parse(&text).map_err(|problem| KeyError::File {
            path: path.to_owned(),
            problem: Box::new(problem),
        })
    }

    /// Writes the key to a new file that only its owner may read.
    ///
    /// # Errors
    ///
    /// [`KeyError::Write`] also where the file exists.
    pub fn create(&self, path: &Path) -> Result<(), KeyError> {
        let line = self.to_secret_text()? + "\n";
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .and_then(|mut file| {
                file.write_all(line.as_bytes())?;
                file.sync_all()
            })
            .map_err(|error| KeyError::Write {
                path: path.to_owned(),
                error,
            })
    }

    /// The half that verifies.
    pub fn public(&self) -> PublicKey {
        let mut key = [0; 32];
        // Always 32 bytes (RFC 8032, section 5.1.5).
        for (to, from) in key.iter_mut().zip(self.0.public_key().as_ref()) {
            *to = *from;
        }
        PublicKey(key)
    }

    /// Signs a component's digest: the base64 of the signature of [`signed_text`].
    pub fn sign(&self, component: &Digest) -> Result<String, KeyError> {
        let text = signed_text(component);
        let signature = self.0.try_sign(text.as_bytes());
        let signature = signature.map_err(|_| KeyError::Library)?;
        Ok(STANDARD.encode(signature.as_ref()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey of {}", self.public())
    }
}

/// A key that verifies. Prints as `ed25519:BASE64`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads `ed25519:BASE64`.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.starts_with(SECRET) {
            return Err(KeyError::SecretGiven);
        }
        let key = text.strip_prefix(PUBLIC).and_then(bytes);
        key.map(Self).ok_or(KeyError::NotPublic)
    }

    /// Whether `signature`, in base64, is this key's of a component's digest. A text that is no signature is none.
    pub fn verify(&self, component: &Digest, signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature.trim()) else {
            return false;
        };
        let text = signed_text(component);
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(text.as_bytes(), &signature)
            .is_ok()
    }
}

/// What is signed: two lines, `jackfield-plugin` and the digest. The first keeps a signature of something else by the
/// same key from passing for one of a plugin.
fn signed_text(component: &Digest) -> String {
    format!("jackfield-plugin\n{component}\n")
}

fn bytes(base64: &str) -> Option<[u8; 32]> {
    STANDARD.decode(base64).ok()?.try_into().ok()
}

/// A file's text, refused where no key's file is so long.
fn read_short(path: &Path) -> io::Result<String> {
    use io::Read as _;
    let mut text = String::new();
    let file = fs::File::open(path)?;
    file.take(LONGEST_FILE).read_to_string(&mut text)?;
    Ok(text)
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC}{}", STANDARD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
