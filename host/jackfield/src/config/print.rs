//! Fingerprints of a tenant's part: whether it is the same as the one that is served.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

/// Stands for a tenant's table with everything filled in: what a variable or a secret's file holds counts, a comment does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// The whole table.
    pub all: [u8; 32],
    /// `[cxone]` alone: while it is the same, so is the session towards CXone.
    pub cxone: [u8; 32],
}

impl Print {
    /// Of a table that is filled in.
    pub(super) fn of(tenant: &Spanned<DeValue<'_>>) -> Self {
        let cxone = tenant.get_ref().get("cxone");
        Self {
            all: hash(tenant.get_ref()),
            cxone: cxone.map_or([0; 32], |cxone| hash(cxone.get_ref())),
        }
    }
}

fn hash(value: &DeValue<'_>) -> [u8; 32] {
    let value = ValueDeserializer::from(Spanned::new(0..0, value.clone()));
    // A table sorts its keys. What cannot be read is refused elsewhere.
    let value = toml::Value::deserialize(value).ok();
    Sha256::digest(format!("{value:?}")).into()
}
