//! The keys that Entra signs with, as its key document lists them (a JSON Web Key Set, RFC 7517).
//!
//! Fetched when a token names a key that is not known, and anew once a day; at most once a minute, whatever keys are named and
//! however the last attempt ended, so that nobody can make us knock on Microsoft's door. Keys stay in use while the document
//! cannot be read.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde_json::Value;
use tokio::time::Instant;

/// Between two attempts.
const PAUSE: Duration = Duration::from_secs(60);
/// After which keys are fetched anew, so that withdrawn ones go.
const FRESH: Duration = Duration::from_secs(24 * 3600);
/// For one attempt.
const PATIENCE: Duration = Duration::from_secs(10);
/// A longer document is none: Entra's has some ten keys of about 2 KiB.
const LONGEST: usize = 512 * 1024;
const MOST_KEYS: usize = 100;
/// A longer name is no key's.
pub(super) const LONGEST_KID: usize = 128;

/// Reads documents over HTTP. The implementation sees to where it may go, and for how long.
#[async_trait]
pub trait FetchKeys: Debug + Send + Sync {
    /// The body of a 200 answer, or why there is none, in words for the log.
    async fn fetch(&self, url: &str) -> Result<Vec<u8>, String>;
}

/// What is known of a key.
#[derive(Clone)]
pub(super) enum Found {
    /// It is this.
    Key(Arc<DecodingKey>),
    /// The document, read less than a minute ago, does not have it.
    Unknown,
    /// The document could not be read, so nobody can say.
    Unreachable,
}

/// The keys of one document.
#[derive(Debug)]
pub(super) struct KeySet {
    url: String,
    fetch: Arc<dyn FetchKeys>,
    state: Mutex<State>,
    /// Held while the document is being read.
    flight: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct State {
    keys: BTreeMap<String, Arc<DecodingKey>>,
    read: Option<Instant>,
    tried: Option<Instant>,
    failed: bool,
}

impl KeySet {
    pub(super) fn new(url: String, fetch: Arc<dyn FetchKeys>) -> Self {
        Self {
            url,
            fetch,
            state: Mutex::default(),
            flight: Arc::default(),
        }
    }

    /// A key by its name, which is looked up and used for nothing else.
    pub(super) async fn find(self: &Arc<Self>, kid: &str) -> Found {
        self.find_at(kid, Instant::now()).await
    }

    async fn find_at(self: &Arc<Self>, kid: &str, now: Instant) -> Found {
        {
            let state = self.state();
            if let Some(key) = state.keys.get(kid) {
                let key = Arc::clone(key);
                let old = state
                    .read
                    .is_some_and(|read| now.duration_since(read) > FRESH);
                drop(state);
                if old {
                    self.refresh(now);
                }
                return Found::Key(key);
            }
        }
        self.refresh(now);
        let _read = self.flight.lock().await;
        let state = self.state();
        match state.keys.get(kid) {
            Some(key) => Found::Key(Arc::clone(key)),
            None if state.failed => Found::Unreachable,
            None => Found::Unknown,
        }
    }

    /// Starts reading the document, unless it was tried less than a minute ago. In a task of its own: a caller that hangs up
    /// must not be able to use up the minute's attempt.
    fn refresh(self: &Arc<Self>, now: Instant) {
        let flight = {
            let mut state = self.state();
            let rests = |tried| now.duration_since(tried) < PAUSE;
            if state.tried.is_some_and(rests) {
                return;
            }
            let Ok(flight) = Arc::clone(&self.flight).try_lock_owned() else {
                return;
            };
            state.tried = Some(now);
            flight
        };
        let this = Arc::clone(self);
        tokio::spawn(async move {
            let document = tokio::time::timeout(PATIENCE, this.fetch.fetch(&this.url)).await;
            let keys = document
                .unwrap_or_else(|_| Err("no answer in time".to_owned()))
                .and_then(|document| parse(&document).map_err(str::to_owned));
            let mut state = this.state();
            state.failed = keys.is_err();
            match keys {
                Ok(keys) => {
                    state.keys = keys;
                    state.read = Some(now);
                }
                Err(reason) => tracing::warn!(reason, "Entra's keys cannot be read"),
            }
            drop(state);
            drop(flight);
        });
    }

    /// The state, which no panic can leave half changed.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The RSA keys for signatures that a document has; what else stands in it is passed over.
fn parse(document: &[u8]) -> Result<BTreeMap<String, Arc<DecodingKey>>, &'static str> {
    if document.len() > LONGEST {
        return Err("the document is too long for keys");
    }
    let document: Value = serde_json::from_slice(document).map_err(|_| "the answer is no JSON")?;
    let listed = document["keys"]
        .as_array()
        .ok_or("the answer has no keys")?;
    let keys: BTreeMap<_, _> = listed.iter().take(MOST_KEYS).filter_map(key).collect();
    if keys.is_empty() {
        return Err("the answer has no RSA key for signatures");
    }
    Ok(keys)
}

fn key(jwk: &Value) -> Option<(String, Arc<DecodingKey>)> {
    let text = |name: &str| jwk[name].as_str();
    let kid = text("kid").filter(|kid| !kid.is_empty() && kid.len() <= LONGEST_KID)?;
    let only = |name: &str, value: &str| jwk[name].is_null() || text(name) == Some(value);
    if text("kty") != Some("RSA") || !only("use", "sig") || !only("alg", "RS256") {
        return None;
    }
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    let (modulus, exponent) = (bytes("n")?, bytes("e")?);
    // 2048 to 8192 bits, which is also what the verifier takes; exponents are 65537 in practice.
    if !(256..=1024).contains(&modulus.len()) || !(1..=8).contains(&exponent.len()) {
        return None;
    }
    let key = DecodingKey::from_rsa_raw_components(&modulus, &exponent);
    Some((kid.to_owned(), Arc::new(key)))
}

#[cfg(test)]
mod tests;
