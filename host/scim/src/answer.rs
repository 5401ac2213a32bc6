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
/// source said, `meta`. Nothing is null, and nothing empty that was not stored. A manager who has an id of ours has a
/// `$ref` too (RFC 7643 section 4.3).
#[must_use]
pub fn render(resource: &Resource, meta: &Meta<'_>) -> Map<String, Value> {
    let stored = resource.as_map();
    let mut map = Map::with_capacity(stored.len() + 2);
    if let Some(schemas) = stored.get("schemas") {
        map.insert("schemas".to_owned(), schemas.clone());
    }
    map.insert("id".to_owned(), meta.id.into());
    for (key, value) in stored {
        if !matches!(key.as_str(), "schemas" | "id" | "meta") && !value.is_null() {
            map.insert(key.clone(), value.clone());
        }
    }
    refer_to_manager(&mut map, meta);
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

fn refer_to_manager(map: &mut Map<String, Value>, meta: &Meta<'_>) {
    let Some(users) = meta.location.strip_suffix(meta.id) else {
        return;
    };
    let extension = map.get_mut(crate::urn::ENTERPRISE_USER);
    let manager = extension.and_then(|extension| extension.get_mut("manager"));
    if let Some(Value::Object(manager)) = manager
        && let Some(id) = manager.get("value").and_then(Value::as_str)
        && is_own_id(id)
    {
        let uri = format!("{users}{id}");
        manager.insert("$ref".to_owned(), uri.into());
    }
}

/// Whether a text has the form of the ids that the service gives: UUIDs of version 7, which no identity provider has.
fn is_own_id(text: &str) -> bool {
    let dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let right = |(at, byte): (usize, u8)| match byte {
        b'-' => dash(at),
        _ => byte.is_ascii_hexdigit() && !dash(at),
    };
    text.len() == 36
        && text.as_bytes().get(14) == Some(&b'7')
        && text.bytes().enumerate().all(right)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(stored: Value) -> Value {
        let Value::Object(stored) = stored else {
            panic!("an object")
        };
        let meta = Meta {
            id: "u1",
            resource_type: ResourceType::User,
            created: "2026-01-31T10:00:00Z",
            last_modified: "2026-01-31T10:00:01Z",
            location: "https://scim.example.com/acme/entra/scim/v2/Users/u1",
            version: None,
        };
        Value::Object(render(&Resource::from_map(stored), &meta))
    }

    #[test]
    fn a_manager_of_ours_is_referred_to() {
        let manager = |value: &str| {
            let answer =
                answer(json!({crate::urn::ENTERPRISE_USER: {"manager": {"value": value}}}));
            answer[crate::urn::ENTERPRISE_USER]["manager"]["$ref"].clone()
        };
        let id = "01a1fffc-10cf-707c-883e-20781565f843";
        let uri = format!("https://scim.example.com/acme/entra/scim/v2/Users/{id}");
        assert_eq!(manager(id), json!(uri));
        for other in [
            "grace",
            "5d2e8c3a-6f0b-4c9e-9f5a-0d1c2b3a4f5e",
            "01a1fffc-10cf-707c-883e-20781565f84",
            "01a1fffc10cf-707c-883e-20781565f8430",
            "01a1fffc-10cf-707c-883e-20781565f84é",
        ] {
            assert_eq!(manager(other), Value::Null, "{other}");
        }
    }

    #[test]
    fn what_is_null_is_not_shown() {
        assert!(answer(json!({"active": null})).get("active").is_none());
    }

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
