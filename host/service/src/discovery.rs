//! What the service can do: ServiceProviderConfig, ResourceTypes, Schemas (RFC 7644, section 4).

use http::StatusCode;
use scim::discovery::{self, Capabilities};
use scim::error::Error;

use crate::body;
use crate::call::Call;
use crate::error::Failure;
use crate::respond::{self, Answer};

/// What the service can do for a connection.
fn capabilities(call: &Call<'_>) -> Capabilities {
    Capabilities {
        bulk: Some(body::LIMIT),
        authentication_schemes: call.authenticator.schemes(&call.connection.scope),
        mapped: call.connection.takes.clone(),
        ..Capabilities::default()
    }
}

/// Answers a discovery request. RFC 7644, section 4: a filter on these is 403.
pub(crate) fn answer(call: &Call<'_>, resource: Discovery<'_>) -> Result<Answer, Failure> {
    if call.parameters.get("filter")?.is_some() {
        return Err(Error::status(403, "this endpoint takes no filter").into());
    }
    let base = call.base_url.as_str();
    let capabilities = capabilities(call);
    let found = match resource {
        Discovery::ServiceProviderConfig => {
            Some(discovery::service_provider_config(base, &capabilities))
        }
        Discovery::ResourceTypes => Some(discovery::resource_types(base, &capabilities)),
        Discovery::ResourceType(name) => discovery::resource_type(base, name, &capabilities),
        Discovery::Schemas => Some(discovery::schemas(base, &capabilities)),
        Discovery::Schema(urn) => discovery::schema(base, urn, &capabilities),
    };
    let found = found.ok_or_else(|| Error::not_found("no such resource"))?;
    Ok(respond::json(StatusCode::OK, &found))
}

/// Which document is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Discovery<'a> {
    ServiceProviderConfig,
    ResourceTypes,
    ResourceType(&'a str),
    Schemas,
    Schema(&'a str),
}
