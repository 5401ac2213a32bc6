//! A stored resource as a client reads it (RFC 7643 section 3.1).

use serde_json::{Map, Value};

use crate::resource::Resource;
use crate::schema::ResourceType;

/// The facts that the service adds. Times are xsd:dateTime in UTC.
#[derive(Debug, Clone, Copy)]
pub struct Meta<'a> {
    /// The service's identifier.
    pub id: &'a str,
    /// The resource type.
    pub resource_type: ResourceType,
    /// When the resource was made.
    pub created: &'a str,
    /// When the source last changed.
    pub last_modified: &'a str,
    /// The resource's URI.
    pub location: &'a str,
    /// Its entity tag ([`crate::etag::of`]), where the service has them.
    pub version: Option<&'a str>,
}

/// The URI of a resource below the base URL.
#[must_use]
pub fn location(base_url: &str, resource_type: ResourceType, id: &str) -> String {
    format!(
        "{}{}/{id}",
        base_url.trim_end_matches('/'),
        resource_type.endpoint()
    )
}

/// Renders a resource: `schemas` (as normalisation wrote it: core first, then the extensions present), `id`, what the
/// source said, `meta`. Nothing is null, and nothing empty that was not stored.
#[must_use]
pub fn render(resource: &Resource, meta: &Meta<'_>) -> Map<String, Value> {
    let stored = resource.as_map();
    let mut map = Map::with_capacity(stored.len() + 2);
    if let Some(schemas) = stored.get("schemas") {
        map.insert("schemas".to_owned(), schemas.clone());
    }
    map.insert("id".to_owned(), meta.id.into());
    for (key, value) in stored {
        if !matches!(key.as_str(), "schemas" | "id" | "meta") {
            map.insert(key.clone(), value.clone());
        }
    }
    let facts = [
        ("resourceType", Some(meta.resource_type.name())),
        ("created", Some(meta.created)),
        ("lastModified", Some(meta.last_modified)),
        ("location", Some(meta.location)),
        ("version", meta.version),
    ];
    let facts = facts
        .into_iter()
        .filter_map(|(name, fact)| Some((name.to_owned(), fact?.into())));
    map.insert("meta".to_owned(), Value::Object(facts.collect()));
    map
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_service_adds_id_and_meta() {
        let stored = json!({"schemas": [crate::urn::USER], "userName": "ada@example.com"});
        let Value::Object(stored) = stored else {
            panic!("an object")
        };
        let location = location(
            "https://scim.example.com/acme/entra/scim/v2/",
            ResourceType::User,
            "u1",
        );
        let meta = Meta {
            id: "u1",
            resource_type: ResourceType::User,
            created: "2026-01-31T10:00:00Z",
            last_modified: "2026-01-31T10:00:01Z",
            location: &location,
            version: None,
        };
        let answer = Value::Object(render(&Resource::from_map(stored), &meta));
        assert_eq!(
            answer.to_string(),
            json!({
                "schemas": [crate::urn::USER], "id": "u1", "userName": "ada@example.com",
                "meta": {"resourceType": "User", "created": "2026-01-31T10:00:00Z", "lastModified": "2026-01-31T10:00:01Z",
                         "location": "https://scim.example.com/acme/entra/scim/v2/Users/u1"}
            })
            .to_string()
        );
    }
}
