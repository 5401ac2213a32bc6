//! A resource in the form that everything behind the door relies on: canonical names, no nulls, no client's password.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::path::AttributePath;

/// A resource as its source states it, normalised: names in canonical spelling, multi-valued attributes as arrays,
/// extensions below their URN, without `id`, `meta` and `groups`. Made by [`crate::normalise`].
///
/// As JSON it is the bare object. `Debug` shows names only, since the values are a person's data.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Resource(Map<String, Value>);

impl Resource {
    /// Wraps a map that is known to be normalised: one that came from [`Resource::into_map`] or from the ledger.
    #[must_use]
    pub fn from_map(map: Map<String, Value>) -> Self {
        Self(map)
    }

    /// `userName`.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        self.text("userName")
    }

    /// `externalId`.
    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        self.text("externalId")
    }

    /// `displayName`.
    #[must_use]
    pub fn display_name(&self) -> Option<&str> {
        self.text("displayName")
    }

    /// `active`; `None` where the source never said. A null is false for who was inactive when a PATCH removed it.
    #[must_use]
    pub fn active(&self) -> Option<bool> {
        match self.0.get("active")? {
            Value::Bool(active) => Some(*active),
            Value::Null => Some(false),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// The first value at `path`. A multi-valued attribute without filter and sub-attribute is the array itself.
    #[must_use]
    pub fn get(&self, path: &AttributePath) -> Option<&Value> {
        path.values(&self.0).into_iter().next()
    }

    /// Takes an attribute of the core schema out, by its canonical name.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.shift_remove(name)
    }

    /// The map.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The map, owned.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl std::fmt::Debug for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Resource ")?;
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::ResourceSchemas;

    #[test]
    fn reads_are_typed_and_debug_shows_no_values() {
        let document = json!({"userName": "canary", "active": false, "emails": [{"type": "work", "value": "canary"}]});
        let user: Resource = serde_json::from_value(document.clone()).unwrap();
        assert_eq!(
            (user.user_name(), user.active()),
            (Some("canary"), Some(false))
        );
        assert_eq!((user.external_id(), user.display_name()), (None, None));
        let work = AttributePath::parse("emails[type eq \"work\"].value", ResourceSchemas::user());
        assert_eq!(user.get(&work.unwrap()), Some(&json!("canary")));
        assert_eq!(serde_json::to_value(&user).unwrap(), document);
        assert!(!format!("{user:?}").contains("canary"));
    }
}
