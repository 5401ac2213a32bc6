//! ServiceProviderConfig, ResourceTypes and Schemas (RFC 7643 sections 5 to 7, RFC 7644 section 4).
//!
//! They tell what is true: what a client may write and will read back. `password` is not listed, since it is dropped.

use serde_json::{Map, Value, json};

use crate::list::{MAX_COUNT, list_response};
use crate::schema::{Attribute, ResourceSchemas, Returned, Schema};
use crate::urn;

/// What the service can do. Bulk, sort and changing passwords it can't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether Groups are served.
    pub groups: bool,
    /// Whether resources have entity tags.
    pub etag: bool,
    /// Resources in a filtered list at most.
    pub max_results: usize,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            groups: false,
            etag: false,
            max_results: MAX_COUNT,
        }
    }
}

impl Capabilities {
    fn resource_types(&self) -> Vec<&'static ResourceSchemas> {
        let groups = self.groups.then(ResourceSchemas::group);
        std::iter::once(ResourceSchemas::user())
            .chain(groups)
            .collect()
    }
}

/// The answer of `/ServiceProviderConfig`.
#[must_use]
pub fn service_provider_config(base_url: &str, capabilities: &Capabilities) -> Value {
    json!({
        "schemas": [urn::SERVICE_PROVIDER_CONFIG],
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": capabilities.max_results},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": capabilities.etag},
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "The connection's token in the Authorization header",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            "primary": true,
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": below(base_url, "ServiceProviderConfig")},
    })
}

/// The answer of `/ResourceTypes`.
#[must_use]
pub fn resource_types(base_url: &str, capabilities: &Capabilities) -> Value {
    let types: Vec<Value> = capabilities
        .resource_types()
        .into_iter()
        .map(|schemas| render_type(base_url, schemas))
        .collect();
    list_response(types.len(), 1, types)
}

/// The answer of `/ResourceTypes/{name}`; `None` is a 404.
#[must_use]
pub fn resource_type(base_url: &str, name: &str, capabilities: &Capabilities) -> Option<Value> {
    let mut types = capabilities.resource_types().into_iter();
    types
        .find(|schemas| schemas.resource_type.name() == name)
        .map(|schemas| render_type(base_url, schemas))
}

/// The answer of `/Schemas`.
#[must_use]
pub fn schemas(base_url: &str, capabilities: &Capabilities) -> Value {
    let schemas: Vec<Value> = served(capabilities)
        .into_iter()
        .map(|schema| render_schema(base_url, schema, capabilities))
        .collect();
    list_response(schemas.len(), 1, schemas)
}

/// The answer of `/Schemas/{urn}`; `None` is a 404.
#[must_use]
pub fn schema(base_url: &str, urn: &str, capabilities: &Capabilities) -> Option<Value> {
    let schema = served(capabilities)
        .into_iter()
        .find(|schema| schema.id.eq_ignore_ascii_case(urn))?;
    Some(render_schema(base_url, schema, capabilities))
}

fn served(capabilities: &Capabilities) -> Vec<&'static Schema> {
    let types = capabilities.resource_types().into_iter();
    types
        .flat_map(|schemas| std::iter::once(schemas.core).chain(schemas.extensions.iter().copied()))
        .collect()
}

fn below(base_url: &str, path: &str) -> String {
    format!("{}/{path}", base_url.trim_end_matches('/'))
}

fn render_type(base_url: &str, schemas: &ResourceSchemas) -> Value {
    let name = schemas.resource_type.name();
    let mut answer = json!({
        "schemas": [urn::RESOURCE_TYPE],
        "id": name,
        "name": name,
        "description": schemas.core.description,
        "endpoint": schemas.resource_type.endpoint(),
        "schema": schemas.core.id,
    });
    if !schemas.extensions.is_empty() {
        let extensions = schemas
            .extensions
            .iter()
            .map(|schema| json!({"schema": schema.id, "required": false}));
        answer["schemaExtensions"] = extensions.collect();
    }
    answer["meta"] = json!({"resourceType": "ResourceType", "location": below(base_url, &format!("ResourceTypes/{name}"))});
    answer
}

fn render_schema(base_url: &str, schema: &Schema, capabilities: &Capabilities) -> Value {
    let is_told = |attribute: &&Attribute| {
        let needs_groups = schema.id == urn::USER && attribute.name == "groups";
        attribute.returned != Returned::Never && (capabilities.groups || !needs_groups)
    };
    // Microsoft's validator looks here for every path that is mapped, so externalId is listed though it is common to all.
    let external_id = (schema.id != urn::ENTERPRISE_USER)
        .then(|| ResourceSchemas::user().core_attribute("externalId"));
    let attributes: Vec<Value> = external_id
        .flatten()
        .into_iter()
        .chain(schema.attributes.iter().filter(is_told))
        .map(render_attribute)
        .collect();
    json!({
        "schemas": [urn::SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": attributes,
        "meta": {"resourceType": "Schema", "location": below(base_url, &format!("Schemas/{}", schema.id))},
    })
}

fn render_attribute(attribute: &Attribute) -> Value {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("name", attribute.name.into());
    put("type", attribute.kind.as_str().into());
    put("multiValued", attribute.multi_valued.into());
    put("description", attribute.description.into());
    put("required", attribute.required.into());
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
        put(
            "subAttributes",
            attribute
                .sub_attributes
                .iter()
                .map(render_attribute)
                .collect(),
        );
    }
    Value::Object(map)
}

#[cfg(test)]
mod tests;
