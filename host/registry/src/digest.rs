//! SHA-256 digests as OCI writes them: `sha256:` and 64 lower-case hexadecimal digits (image-spec, "Content
//! Descriptors", "Digests").

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

const ALGORITHM: &str = "sha256:";

/// A SHA-256 digest. Prints as `sha256:HEX`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

/// A text is no SHA-256 digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no SHA-256 digest: write sha256: and 64 lower-case hexadecimal digits, as jackfield plugin push prints it"
)]
pub struct DigestError(pub(crate) String);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        use fmt::Write as _;
        let mut text = String::with_capacity(ALGORITHM.len() + 64);
        text.push_str(ALGORITHM);
        for byte in Sha256::digest(bytes) {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// Reads `sha256:HEX`.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        let digits = text.strip_prefix(ALGORITHM).unwrap_or_default();
        let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() == 64 && digits.bytes().all(hexadecimal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(DigestError(text.chars().take(100).collect()))
        }
    }

    /// `sha256:HEX`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 64 digits.
    pub(crate) fn hex(&self) -> &str {
        self.0.strip_prefix(ALGORITHM).unwrap_or(&self.0)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, appendix B.1.
    const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_digest_is_written_as_oci_writes_it() {
        assert_eq!(Digest::of(b"abc").as_str(), ABC);
        assert_eq!(Digest::parse(ABC).expect("a digest"), Digest::of(b"abc"));
        assert_eq!(Digest::of(b"abc").hex().len(), 64);
    }

    #[test]
    fn nothing_else_is_a_digest() {
        let upper = ABC.to_uppercase().replace("SHA256", "sha256");
        let sha512 = ABC.replace("sha256", "sha512");
        for wrong in ["", "sha256:", &ABC[..70], &upper, &sha512, &ABC[7..]] {
            let said = Digest::parse(wrong).expect_err(wrong).to_string();
            assert!(said.contains("64 lower-case hexadecimal digits"), "{said}");
        }
        // What names a file in the cache must not lead out of it.
        assert!(Digest::parse(&format!("sha256:{}", "../".repeat(21) + "x")).is_err());
    }
}
