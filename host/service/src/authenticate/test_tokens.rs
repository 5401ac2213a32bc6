//! Tokens as Entra makes them, signed with a published key, and a key document in memory.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{EntraTenant, FetchKeys};

pub(super) const TENANT: &str = "ce5f061f-abe6-4e40-9615-301f87bcb7f0";
pub(super) const AUDIENCE: &str = "api://b5ba7a93-4452-4522-aeb4-a2b5da870c16";
pub(super) const SUBJECT: &str = "d2f8ee76-c549-45b8-a143-f5b640669704";
pub(super) const APP: &str = "b5ba7a93-4452-4522-aeb4-a2b5da870c16";
pub(super) const DOCUMENT: &str = include_str!("../../../../tests/fixtures/auth/entra-keys.json");
const KEY: &str = include_str!("../../../../tests/fixtures/auth/entra-key.pem");
const OTHER: &str = include_str!("../../../../tests/fixtures/auth/other-key.pem");

/// The key document, and how often it was read.
#[derive(Debug, Default)]
pub(super) struct Document {
    reads: AtomicUsize,
    down: bool,
}

impl Document {
    pub(super) fn down() -> Self {
        Self {
            down: true,
            ..Self::default()
        }
    }

    pub(super) fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl FetchKeys for Document {
    async fn fetch(&self, _: &str) -> Result<Vec<u8>, String> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        match self.down {
            true => Err("down".to_owned()),
            false => Ok(DOCUMENT.into()),
        }
    }
}

/// What is trusted with nothing pinned but the tenant and the audience.
pub(super) fn tenant() -> EntraTenant {
    EntraTenant {
        tenant_id: TENANT.to_owned(),
        audiences: vec![AUDIENCE.to_owned()],
        subject: None,
        app_id: None,
        keys_url: None,
    }
}

/// The claims of Microsoft's example, good for an hour.
pub(super) fn claims() -> Value {
    let now = jiff::Timestamp::now().as_second();
    json!({
        "aud": AUDIENCE,
        "iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
        "iat": now, "nbf": now, "exp": now + 3600,
        "appid": APP, "appidacr": "2", "oid": SUBJECT, "sub": SUBJECT, "tid": TENANT, "ver": "2.0",
    })
}

/// The claims with another one, or without one where it is null.
pub(super) fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.as_object_mut().and_then(|all| all.remove(name))),
        value => claims[name] = value,
    }
    claims
}

pub(super) fn header() -> Header {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some("test-key".to_owned());
    header
}

fn der(pem: &str) -> Vec<u8> {
    let lines = pem
        .lines()
        .skip_while(|line| !line.starts_with("-----BEGIN"));
    let body: String = lines.filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).expect("base64")
}

pub(super) fn signed(claims: &Value) -> String {
    signed_as(&header(), claims)
}

pub(super) fn signed_as(header: &Header, claims: &Value) -> String {
    encode(header, claims, &EncodingKey::from_rsa_der(&der(KEY))).expect("a token")
}

/// With a key that the document does not have.
pub(super) fn signed_by_another(claims: &Value) -> String {
    encode(&header(), claims, &EncodingKey::from_rsa_der(&der(OTHER))).expect("a token")
}

/// An HMAC whose secret is what everybody can read.
pub(super) fn signed_with(secret: &[u8], claims: &Value) -> String {
    let mut header = header();
    header.alg = Algorithm::HS256;
    encode(&header, claims, &EncodingKey::from_secret(secret)).expect("a token")
}
