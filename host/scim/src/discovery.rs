//! ServiceProviderConfig, ResourceTypes and Schemas (RFC 7643 sections 5 to 7, RFC 7644 section 4).
//!
//! They tell what is true: what a client may write and will read back, what it must write since CXone has no user without
//! it, and what the connection's mapper reads beyond the known schemas. `password` is not listed, since it is dropped.

mod extension;
mod render;

use serde_json::{Value, json};

use self::extension::Extension;
use crate::bulk::MAX_OPERATIONS;
use crate::list::{MAX_COUNT, list_response};
use crate::schema::{ResourceSchemas, ResourceType, Schema};
use crate::urn;

/// A way for a client to say who it is (RFC 7643 section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthenticationScheme {
    /// The type: `oauthbearertoken`, `httpbasic` or `oauth2`.
    pub kind: &'static str,
    /// A name for people.
    pub name: &'static str,
    /// What to send.
    pub description: &'static str,
    /// The specification.
    pub spec_uri: &'static str,
    /// Whether it is the preferred one; at most one is.
    pub primary: bool,
}

impl AuthenticationScheme {
    /// A token in the Authorization header.
    pub const BEARER: Self = Self {
        kind: "oauthbearertoken",
        name: "Bearer token",
        description: "The connection's token in the Authorization header",
        spec_uri: "https://www.rfc-editor.org/rfc/rfc6750",
        primary: false,
    };
    /// A name and a password in the Authorization header.
    pub const BASIC: Self = Self {
        kind: "httpbasic",
        name: "HTTP Basic",
        description: "The connection's user name and password in the Authorization header",
        spec_uri: "https://www.rfc-editor.org/rfc/rfc7617",
        primary: false,
    };
    /// A short-lived token from a token endpoint, by client credentials.
    pub const OAUTH2: Self = Self {
        kind: "oauth2",
        name: "OAuth 2.0 client credentials",
        description: "A token from the token endpoint in the Authorization header",
        spec_uri: "https://www.rfc-editor.org/rfc/rfc6749",
        primary: false,
    };

    /// The same scheme as the preferred one.
    #[must_use]
    pub const fn preferred(mut self) -> Self {
        self.primary = true;
        self
    }
}

/// What the service can do for one connection. Changing passwords it can't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Whether Groups are served.
    pub groups: bool,
    /// Whether resources have entity tags.
    pub etag: bool,
    /// Whether lists are sorted on demand.
    pub sort: bool,
    /// Whether bulk requests are served: of so many bytes at most.
    pub bulk: Option<usize>,
    /// Resources in a filtered list at most.
    pub max_results: usize,
    /// How clients of the connection may authenticate.
    pub authentication_schemes: Vec<AuthenticationScheme>,
    /// Paths that the connection's mapper reads, such as `urn:example:2.0:User:skill`. Those of known schemas are told
    /// anyway; what is no path is ignored.
    pub mapped: Vec<String>,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            groups: true,
            etag: true,
            sort: true,
            bulk: None,
            max_results: MAX_COUNT,
            authentication_schemes: vec![AuthenticationScheme::BEARER.preferred()],
            mapped: Vec::new(),
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

    /// The extensions of users that only the mapper knows.
    fn extensions(&self, schemas: &ResourceSchemas) -> Vec<Extension> {
        match schemas.resource_type {
            ResourceType::User => extension::of(&self.mapped, schemas),
            ResourceType::Group => Vec::new(),
        }
    }
}

/// The answer of `/ServiceProviderConfig`.
#[must_use]
pub fn service_provider_config(base_url: &str, capabilities: &Capabilities) -> Value {
    let schemes = capabilities.authentication_schemes.iter().map(|scheme| {
        json!({
            "type": scheme.kind,
            "name": scheme.name,
            "description": scheme.description,
            "specUri": scheme.spec_uri,
            "primary": scheme.primary,
        })
    });
    json!({
        "schemas": [urn::SERVICE_PROVIDER_CONFIG],
        "patch": {"supported": true},
        "bulk": {
            "supported": capabilities.bulk.is_some(),
            "maxOperations": capabilities.bulk.map_or(0, |_| MAX_OPERATIONS),
            "maxPayloadSize": capabilities.bulk.unwrap_or(0),
        },
        "filter": {"supported": true, "maxResults": capabilities.max_results},
        "changePassword": {"supported": false},
        "sort": {"supported": capabilities.sort},
        "etag": {"supported": capabilities.etag},
        "authenticationSchemes": schemes.collect::<Value>(),
        "meta": {"resourceType": "ServiceProviderConfig", "location": below(base_url, "ServiceProviderConfig")},
    })
}

/// The answer of `/ResourceTypes`.
#[must_use]
pub fn resource_types(base_url: &str, capabilities: &Capabilities) -> Value {
    let types: Vec<Value> = capabilities
        .resource_types()
        .into_iter()
        .map(|schemas| render_type(base_url, schemas, capabilities))
        .collect();
    list_response(types.len(), 1, types)
}

/// The answer of `/ResourceTypes/{name}`; `None` is a 404.
#[must_use]
pub fn resource_type(base_url: &str, name: &str, capabilities: &Capabilities) -> Option<Value> {
    let mut types = capabilities.resource_types().into_iter();
    types
        .find(|schemas| schemas.resource_type.name() == name)
        .map(|schemas| render_type(base_url, schemas, capabilities))
}

/// The answer of `/Schemas`.
#[must_use]
pub fn schemas(base_url: &str, capabilities: &Capabilities) -> Value {
    let schemas: Vec<Value> = served(capabilities)
        .iter()
        .map(|schema| schema.render(base_url, capabilities))
        .collect();
    list_response(schemas.len(), 1, schemas)
}

/// The answer of `/Schemas/{urn}`; `None` is a 404.
#[must_use]
pub fn schema(base_url: &str, urn: &str, capabilities: &Capabilities) -> Option<Value> {
    let schemas = served(capabilities);
    let schema = schemas
        .iter()
        .find(|schema| schema.id().eq_ignore_ascii_case(urn))?;
    Some(schema.render(base_url, capabilities))
}

/// A schema that is told: one of the papers', or the mapper's.
enum Told {
    Known(&'static Schema),
    Mapped(Extension),
}

impl Told {
    fn id(&self) -> &str {
        match self {
            Self::Known(schema) => schema.id,
            Self::Mapped(extension) => &extension.urn,
        }
    }

    fn render(&self, base_url: &str, capabilities: &Capabilities) -> Value {
        match self {
            Self::Known(schema) => render::schema(base_url, schema, capabilities.groups),
            Self::Mapped(extension) => extension.render(base_url),
        }
    }
}

fn served(capabilities: &Capabilities) -> Vec<Told> {
    let mut told = Vec::new();
    for schemas in capabilities.resource_types() {
        let known = std::iter::once(schemas.core).chain(schemas.extensions.iter().copied());
        told.extend(known.map(Told::Known));
        told.extend(
            capabilities
                .extensions(schemas)
                .into_iter()
                .map(Told::Mapped),
        );
    }
    told
}

fn below(base_url: &str, path: &str) -> String {
    format!("{}/{path}", base_url.trim_end_matches('/'))
}

fn render_type(base_url: &str, schemas: &ResourceSchemas, capabilities: &Capabilities) -> Value {
    let name = schemas.resource_type.name();
    let mut answer = json!({
        "schemas": [urn::RESOURCE_TYPE],
        "id": name,
        "name": name,
        "description": schemas.core.description,
        "endpoint": schemas.resource_type.endpoint(),
        "schema": schemas.core.id,
    });
    let known = schemas.extensions.iter().map(|schema| schema.id.to_owned());
    let mapped = capabilities.extensions(schemas).into_iter();
    let extensions: Vec<Value> = known
        .chain(mapped.map(|extension| extension.urn))
        .map(|urn| json!({"schema": urn, "required": false}))
        .collect();
    if !extensions.is_empty() {
        answer["schemaExtensions"] = extensions.into();
    }
    answer["meta"] = json!({"resourceType": "ResourceType", "location": below(base_url, &format!("ResourceTypes/{name}"))});
    answer
}

#[cfg(test)]
mod tests;
