//! The source: a resource as the identity provider states it.

use std::fmt;

use scim::resource::Resource;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A User, or a Group without its members, as remembered in the ledger: a normalised resource without server-side attributes (`id`, `meta`).
/// Its `Debug` shows attribute names only.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Source(Resource);

impl Source {
    /// The resource: what PATCH, PUT and filters work on.
    pub fn resource(&self) -> &Resource {
        &self.0
    }

    /// The document.
    pub fn as_map(&self) -> &Map<String, Value> {
        self.0.as_map()
    }

    /// The document, given away.
    pub fn into_map(self) -> Map<String, Value> {
        self.0.into_map()
    }

    /// The user name; empty in a document that has none.
    pub fn user_name(&self) -> &str {
        self.0.user_name().unwrap_or_default()
    }

    /// The identity provider's own id.
    pub fn external_id(&self) -> Option<&str> {
        self.0.external_id()
    }

    /// The display name.
    pub fn display_name(&self) -> Option<&str> {
        self.as_map().get("displayName").and_then(Value::as_str)
    }

    /// Whether the person is to be active; true where the identity provider has not said.
    pub fn active(&self) -> bool {
        self.0.active().unwrap_or(true)
    }

    /// The e-mail addresses, as given.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        let emails = self.as_map().get("emails").and_then(Value::as_array);
        emails
            .into_iter()
            .flatten()
            .filter_map(|email| email.get("value").and_then(Value::as_str))
    }
}

impl From<Map<String, Value>> for Source {
    fn from(document: Map<String, Value>) -> Self {
        Resource::from_map(document).into()
    }
}

impl From<Resource> for Source {
    /// What the server adds is left out.
    fn from(resource: Resource) -> Self {
        let mut document = resource.into_map();
        document.shift_remove("id");
        document.shift_remove("meta");
        Self(Resource::from_map(document))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_map().keys()).finish()
    }
}
