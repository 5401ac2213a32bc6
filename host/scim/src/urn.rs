//! The URNs of SCIM 2.0, and the older or mistyped spellings that clients send for them.

use serde_json::{Map, Value};

use crate::error::Error;
use crate::path::{elements, lookup};

/// The core User schema (RFC 7643 section 4.1).
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The core Group schema (RFC 7643 section 4.2).
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The enterprise extension of User (RFC 7643 section 4.3).
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// A schema definition (RFC 7643 section 7).
pub const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
/// A resource type (RFC 7643 section 6).
pub const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
/// The service provider's configuration (RFC 7643 section 5).
pub const SERVICE_PROVIDER_CONFIG: &str =
    "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
/// The body of a PATCH (RFC 7644 section 3.5.2).
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// A list of resources (RFC 7644 section 3.4.2).
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// A query in a body (RFC 7644 section 3.4.3).
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
/// An error (RFC 7644 section 3.12).
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
/// A bulk request (RFC 7644 section 3.7).
pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
/// A bulk answer (RFC 7644 section 3.7).
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// Spellings of the core schema, whichever the resource type: SCIM 1.1's, OneLogin's pseudo-2.0 ones, and the
/// directory synchroniser URIs that Entra adds (idp.md E-25, L-02, L-03, G-03).
pub(crate) const CORE_ALIASES: &[&str] = &[
    "urn:scim:schemas:core:1.0",
    "urn:scim:schemas:core:1.0:User",
    "urn:scim:schemas:core:1.0:Group",
    "urn:scim:schemas:core:2.0",
    "urn:scim:schemas:core:2.0:User",
    "urn:scim:schemas:core:2.0:Group",
    "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/User",
    "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
];

/// Spellings of the enterprise extension (L-02, L-03).
pub(crate) const ENTERPRISE_ALIASES: &[&str] = &[
    "urn:scim:schemas:extension:enterprise:1.0",
    "urn:scim:schemas:extension:enterprise:1.0:User",
    "urn:scim:schemas:extension:enterprise:2.0",
    "urn:scim:schemas:extension:enterprise:2.0:User",
];

/// The canonical URN for `urn`, compared without case: the 2.0 URNs themselves and their legacy aliases. An alias of
/// the core schema stands for `core`, the resource type's own. `None` for any other URN.
#[must_use]
pub fn canonical(urn: &str, core: &'static str) -> Option<&'static str> {
    let is = |known: &&'static str| known.eq_ignore_ascii_case(urn);
    if let Some(known) = [USER, GROUP, ENTERPRISE_USER]
        .into_iter()
        .find(|known| is(known))
    {
        return Some(known);
    }
    if CORE_ALIASES.iter().any(is) {
        return Some(core);
    }
    ENTERPRISE_ALIASES.iter().any(is).then_some(ENTERPRISE_USER)
}

/// A message that says what it is must be the one that is expected.
pub(crate) fn declares(body: &Map<String, Value>, wanted: &str) -> Result<(), Error> {
    let declared = lookup(body, "schemas").map_or(&[][..], elements);
    let is_wanted = |urn: &Value| {
        urn.as_str()
            .is_some_and(|urn| urn.eq_ignore_ascii_case(wanted))
    };
    let is_silent = declared.iter().all(Value::is_null);
    if is_silent || declared.iter().any(is_wanted) {
        Ok(())
    } else {
        Err(Error::invalid_syntax(format!("schemas: expected {wanted}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legacy_spellings_mean_the_canonical_schema() {
        for (given, core, wanted) in [
            ("urn:scim:schemas:core:1.0", USER, Some(USER)),
            ("urn:scim:schemas:core:1.0", GROUP, Some(GROUP)),
            (
                "URN:IETF:params:scim:schemas:core:2.0:user",
                GROUP,
                Some(USER),
            ),
            (
                "urn:scim:schemas:extension:enterprise:2.0",
                USER,
                Some(ENTERPRISE_USER),
            ),
            (
                "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
                GROUP,
                Some(GROUP),
            ),
            (
                "urn:ietf:params:scim:schemas:extension:cxone:2.0:User",
                USER,
                None,
            ),
        ] {
            assert_eq!(canonical(given, core), wanted, "{given}");
        }
    }
}
