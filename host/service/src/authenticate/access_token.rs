//! The access tokens that our own token endpoint issues: a payload and its HMAC-SHA256, nothing stored.
//!
//! A token names its connection, the credential that it was got with, and its end. The credential goes in as a fingerprint:
//! when a secret is taken out of the configuration, its tokens find no fingerprint any more and are void.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bridge::name::Scope;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// A longer text is none of ours.
const LONGEST: usize = 1024;

/// What access tokens are signed with. Whoever has it can make tokens for every connection.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

impl SigningKey {
    /// A key of 32 random bytes.
    pub fn new(key: [u8; 32]) -> Self {
        // HMAC fills a key up with zeros to a block itself (RFC 2104, section 2); done here, it cannot fail.
        let mut block = [0; 64];
        block[..32].copy_from_slice(&key);
        Self(Hmac::new(&block.into()))
    }

    /// The MAC of some parts, for one use. Lengths go in with the parts, so that no two lists of parts look alike.
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in [purpose.as_bytes()].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// A credential's fingerprint: it is readable in tokens, so it is keyed, and no weak secret can be searched by it.
    pub(super) fn fingerprint(&self, scope: &Scope, kind: &str, parts: &[&[u8]]) -> Fingerprint {
        let connection = scope.to_string();
        let mut all: Vec<&[u8]> = vec![connection.as_bytes(), kind.as_bytes()];
        all.extend(parts);
        Fingerprint(self.mac("credential", &all))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

/// A credential's fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Whether it is any of those in force; every one of them is compared.
    pub(super) fn among(&self, live: impl Iterator<Item = Self>) -> bool {
        live.fold(Choice::from(0), |found, one| found | one.0.ct_eq(&self.0))
            .into()
    }
}

#[derive(Deserialize)]
struct Payload {
    connection: String,
    credential: String,
    expires: i64,
}

const PURPOSE: &str = "access token";

/// A token for a connection, got with a credential; `expires` in seconds since 1970.
pub(super) fn issue(key: &SigningKey, scope: &Scope, got: &Fingerprint, expires: i64) -> String {
    let payload = json!({
        "connection": scope.to_string(),
        "credential": URL_SAFE_NO_PAD.encode(got.0),
        "expires": expires,
    })
    .to_string();
    let mac = key.mac(PURPOSE, &[payload.as_bytes()]);
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(payload),
        URL_SAFE_NO_PAD.encode(mac)
    )
}

/// What a token was got with, if we made it for this connection and it has not expired at `now`.
pub(super) fn read(
    key: &SigningKey,
    scope: &Scope,
    token: &str,
    now: i64,
) -> Result<Fingerprint, &'static str> {
    const NOT_OURS: &str = "no token of this connection";
    let (payload, mac) = token
        .split_once('.')
        .filter(|_| token.len() <= LONGEST)
        .ok_or(NOT_OURS)?;
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| NOT_OURS)?;
    let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| NOT_OURS)?;
    if !bool::from(key.mac(PURPOSE, &[&payload]).ct_eq(mac.as_slice())) {
        return Err(NOT_OURS);
    }
    let payload: Payload = serde_json::from_slice(&payload).map_err(|_| NOT_OURS)?;
    if payload.connection != scope.to_string() {
        return Err("an access token of another connection");
    }
    if payload.expires <= now {
        return Err("the access token has expired");
    }
    let fingerprint = URL_SAFE_NO_PAD.decode(payload.credential).ok();
    let fingerprint = fingerprint.and_then(|bytes| bytes.try_into().ok());
    fingerprint.map(Fingerprint).ok_or(NOT_OURS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(connection: &str) -> Scope {
        Scope {
            tenant: "acme".parse().expect("a name"),
            connection: connection.parse().expect("a name"),
        }
    }

    #[test]
    fn a_token_opens_its_connection_until_it_ends() {
        let key = SigningKey::new([7; 32]);
        let got = key.fingerprint(&scope("entra"), "client", &[b"id", b"digest"]);
        let token = issue(&key, &scope("entra"), &got, 1_000);
        assert_eq!(read(&key, &scope("entra"), &token, 999), Ok(got));
        for (key, connection, now, reason) in [
            (&key, "entra", 1_000, "expired"),
            (&key, "okta", 999, "another connection"),
            (&SigningKey::new([8; 32]), "entra", 999, "no token"),
        ] {
            let refused = read(key, &scope(connection), &token, now).expect_err(reason);
            assert!(refused.contains(reason), "{refused}");
        }
    }

    #[test]
    fn a_token_with_any_other_byte_is_refused() {
        let key = SigningKey::new([7; 32]);
        let got = key.fingerprint(&scope("entra"), "client", &[b"id"]);
        let token = issue(&key, &scope("entra"), &got, 1_000);
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert!(read(&key, &scope("entra"), &changed, 0).is_err(), "{at}");
        }
        for end in 0..token.len() {
            assert!(read(&key, &scope("entra"), &token[..end], 0).is_err());
        }
        assert!(read(&key, &scope("entra"), &"a.".repeat(40_000), 0).is_err());
    }

    #[test]
    fn fingerprints_differ_where_anything_does() {
        let key = SigningKey::new([7; 32]);
        let of = |connection: &str, kind: &str, parts: &[&[u8]]| {
            key.fingerprint(&scope(connection), kind, parts)
        };
        let all = [
            of("entra", "client", &[b"id", b"x"]),
            of("okta", "client", &[b"id", b"x"]),
            of("entra", "workload", &[b"id", b"x"]),
            of("entra", "client", &[b"i", b"dx"]),
            of("entra", "client", &[b"id", b"x", b""]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(one.among(all.iter().cloned()));
            assert!(
                !one.among(
                    all.iter()
                        .enumerate()
                        .filter(|(other, _)| *other != at)
                        .map(|(_, other)| other.clone())
                )
            );
        }
        assert_eq!(format!("{key:?}"), "SigningKey");
    }
}
