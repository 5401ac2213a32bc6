//! Who is calling: a bearer token for each connection.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A connection's credential. Only the digest of the token is kept.
#[derive(Clone)]
pub struct Credential([u8; 32]);

impl Credential {
    /// The credential that a bearer token opens.
    pub fn bearer(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Whether an `Authorization` header carries the token. The time it takes depends on the header's length alone.
    fn opened_by(&self, token: &str) -> bool {
        let presented: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        self.0.ct_eq(&presented).into()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential")
    }
}

/// Whether a request may use a connection. An unknown connection is compared too, so that it cannot be told from a wrong token.
pub(crate) fn admits(credential: Option<&Credential>, header: Option<&[u8]>) -> bool {
    let token = header.and_then(bearer).unwrap_or_default();
    let nobody = Credential([0; 32]);
    let opened = credential.unwrap_or(&nobody).opened_by(token);
    opened && credential.is_some() && !token.is_empty()
}

/// The token of `Authorization: Bearer TOKEN` (RFC 6750, section 2.1); the scheme's case does not matter.
fn bearer(header: &[u8]) -> Option<&str> {
    let (scheme, token) = std::str::from_utf8(header).ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_opens() {
        let credential = Credential::bearer("s3cret");
        for (header, opens) in [
            ("Bearer s3cret", true),
            ("bearer  s3cret ", true),
            ("Bearer s3cre", false),
            ("Bearer s3crets", false),
            ("Bearer ", false),
            ("Basic s3cret", false),
            ("non-token", false),
            ("", false),
        ] {
            assert_eq!(
                admits(Some(&credential), Some(header.as_bytes())),
                opens,
                "{header:?}"
            );
        }
        assert!(!admits(Some(&credential), None));
        assert!(!admits(None, Some(b"Bearer s3cret")));
        assert!(!admits(Some(&Credential::bearer("")), Some(b"Bearer ")));
    }
}
