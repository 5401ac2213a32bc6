//! What callers prove themselves with, kept as digests.
//!
//! Nothing of a credential is compared byte by byte. What a caller presents is hashed first, so how far two digests agree
//! says nothing about how far the secrets do; digests are compared in constant time; and all candidates are always compared,
//! so the time an answer takes depends on the length of what was presented and on how many credentials a connection has, not
//! on which of them is right or nearly right.
//!
//! A plain SHA-256 is enough because tokens are long and random ([`Secret::of`] of 256 bits cannot be searched). A slow hash
//! would cost every request what it costs a guess.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// What stands before a digest in configuration.
const PREFIX: &str = "sha256:";

/// A token, password or client secret: its SHA-256 digest.
#[derive(Clone)]
pub struct Secret([u8; 32]);

/// A text that starts like a hash and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is \"sha256:\" and 64 hexadecimal digits")]
pub struct BadHash;

impl Secret {
    /// The secret that is this text.
    pub fn of(plain: &str) -> Self {
        Self(Sha256::digest(plain.as_bytes()).into())
    }

    /// Whether configuration has a hash here, and not the secret itself.
    pub fn is_hash(written: &str) -> bool {
        written.starts_with(PREFIX)
    }

    /// A secret as configuration has it: `sha256:` and the digest in hexadecimal, or the text itself.
    pub fn parse(written: &str) -> Result<Self, BadHash> {
        let Some(hex) = written.strip_prefix(PREFIX) else {
            return Ok(Self::of(written));
        };
        let digits = hex.as_bytes().chunks_exact(2);
        if hex.len() != 64 {
            return Err(BadHash);
        }
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(digits) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16);
            let (high, low) = (digit(0).ok_or(BadHash)?, digit(1).ok_or(BadHash)?);
            *byte = (high * 16 + low) as u8;
        }
        Ok(Self(digest))
    }

    /// How configuration has it without having the secret.
    pub fn to_hash(&self) -> String {
        let mut text = PREFIX.to_owned();
        for byte in self.0 {
            text.push_str(&format!("{byte:02x}"));
        }
        text
    }

    /// Whether a text is the secret.
    pub fn is(&self, presented: &str) -> bool {
        self.same(&Self::of(presented)).into()
    }

    pub(super) fn same(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }

    pub(super) fn digest(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether what was presented is any of the candidates. It looks at every one of them, also after one was right.
    pub(super) fn among<'a>(&self, candidates: impl Iterator<Item = &'a Self>) -> Choice {
        candidates.fold(Choice::from(0), |found, candidate| {
            found | candidate.same(self)
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_stands_for_its_secret_and_is_none_itself() {
        // `printf %s abc | sha256sum`
        let hash = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let secret = Secret::parse(hash).expect("a hash");
        assert!(secret.is("abc"));
        assert!(!secret.is(hash));
        assert_eq!(secret.to_hash(), hash);
        assert!(Secret::parse("abc").expect("plain").is("abc"));
        for bad in ["sha256:", "sha256:00", &hash[..70], &hash.replace('b', "g")] {
            assert_eq!(Secret::parse(bad).err(), Some(BadHash), "{bad}");
        }
        assert!(Secret::parse(&format!("sha256:{}", "é".repeat(32))).is_err());
    }

    /// Comparing stops nowhere, wherever the right one stands.
    #[test]
    fn every_candidate_is_compared() {
        let candidates: Vec<Secret> = ["one", "two", "three"].map(Secret::of).into();
        for (presented, right) in [("one", true), ("two", true), ("three", true), ("no", false)] {
            let mut looked_at = 0;
            let counted = candidates.iter().inspect(|_| looked_at += 1);
            assert_eq!(bool::from(Secret::of(presented).among(counted)), right);
            assert_eq!(looked_at, 3, "{presented}");
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::of("canary")), "Secret");
    }
}
