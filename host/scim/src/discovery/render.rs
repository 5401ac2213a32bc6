//! A known schema as told.

use serde_json::{Map, Value, json};

use super::below;
use crate::schema::{Attribute, ResourceSchemas, Returned, Schema};
use crate::urn;

/// CXone has no user without these: a POST that lacks one is refused, so the schema says that they are required, whatever
/// RFC 7643 leaves open.
const REQUIRED: &[&str] = &[
    "userName",
    "name",
    "name.givenName",
    "name.familyName",
    "emails",
    "emails.value",
];

pub(super) fn schema(base_url: &str, schema: &Schema, groups: bool) -> Value {
    let is_told = |attribute: &&Attribute| {
        let needs_groups = schema.id == urn::USER && attribute.name == "groups";
        attribute.returned != Returned::Never && (groups || !needs_groups)
    };
    let required = if schema.id == urn::USER {
        REQUIRED
    } else {
        &[]
    };
    // Microsoft's validator looks here for every path that is mapped, so externalId is listed though it is common to all.
    let external_id = (schema.id != urn::ENTERPRISE_USER)
        .then(|| ResourceSchemas::user().core_attribute("externalId"));
    let attributes: Vec<Value> = external_id
        .flatten()
        .into_iter()
        .chain(schema.attributes.iter().filter(is_told))
        .map(|attribute| self::attribute(attribute, attribute.name, required))
        .collect();
    document(
        base_url,
        schema.id,
        schema.name,
        schema.description,
        attributes,
    )
}

/// A schema of these attributes.
pub(super) fn document(
    base_url: &str,
    urn: &str,
    name: &str,
    description: &str,
    attributes: Vec<Value>,
) -> Value {
    json!({
        "schemas": [urn::SCHEMA],
        "id": urn,
        "name": name,
        "description": description,
        "attributes": attributes,
        "meta": {"resourceType": "Schema", "location": below(base_url, &format!("Schemas/{}", segment(urn)))},
    })
}

/// A URN as one segment of a path: it may hold slashes.
fn segment(urn: &str) -> String {
    let mut segment = String::with_capacity(urn.len());
    for byte in urn.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@!$&'()*+,;=".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            segment.push_str(&format!("%{byte:02X}"));
        }
    }
    segment
}

fn attribute(attribute: &Attribute, path: &str, required: &[&str]) -> Value {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("name", attribute.name.into());
    put("type", attribute.kind.as_str().into());
    put("multiValued", attribute.multi_valued.into());
    put("description", attribute.description.into());
    put(
        "required",
        (attribute.required || required.contains(&path)).into(),
    );
    if attribute.sub_attributes.is_empty() {
        put("caseExact", attribute.case_exact.into());
    }
    if !attribute.canonical_values.is_empty() {
        put("canonicalValues", attribute.canonical_values.into());
    }
    put("mutability", attribute.mutability.as_str().into());
    put("returned", attribute.returned.as_str().into());
    put("uniqueness", attribute.uniqueness.as_str().into());
    if !attribute.reference_types.is_empty() {
        put("referenceTypes", attribute.reference_types.into());
    }
    if !attribute.sub_attributes.is_empty() {
        let parts = attribute.sub_attributes.iter();
        let parts =
            parts.map(|sub| self::attribute(sub, &format!("{path}.{}", sub.name), required));
        put("subAttributes", parts.collect());
    }
    Value::Object(map)
}
