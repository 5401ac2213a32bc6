//! The source: a resource as the identity provider states it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A normalised SCIM User, as remembered in the ledger: canonical attribute names, no server-side attributes (`id`, `meta`).
/// Its `Debug` shows attribute names only.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Source(Map<String, Value>);

impl Source {
    /// The document.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The document, given away.
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// The user name; empty in a document that has none.
    pub fn user_name(&self) -> &str {
        self.0
            .get("userName")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The identity provider's own id.
    pub fn external_id(&self) -> Option<&str> {
        self.0.get("externalId").and_then(Value::as_str)
    }

    /// Whether the person is to be active; true where the identity provider has not said.
    pub fn active(&self) -> bool {
        self.0
            .get("active")
            .and_then(Value::as_bool)
            .unwrap_or(true)
    }

    /// The e-mail addresses, as given.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        let emails = self.0.get("emails").and_then(Value::as_array);
        emails
            .into_iter()
            .flatten()
            .filter_map(|email| email.get("value").and_then(Value::as_str))
    }
}

impl From<Map<String, Value>> for Source {
    fn from(document: Map<String, Value>) -> Self {
        Self(document)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}
