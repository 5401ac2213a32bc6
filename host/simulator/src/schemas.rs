//! `GET /scim/v2/Schemas`: the user and its extension, in the few members that the API document has.

use serde_json::{Value, json};

use crate::draft::EXTENSION;
use crate::settings::{OptionalField, Settings};
use crate::switches::SchemasShow;
use crate::user::USER_SCHEMA;

const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

pub(crate) fn schemas(settings: &Settings) -> Value {
    let shown = |attribute: &Value| {
        let name = attribute["name"].as_str();
        let optional = name.and_then(optional);
        settings.switches.schemas_show == SchemasShow::All
            || optional.is_none_or(|field| settings.enabled(field))
    };
    let mut user = vec![
        attribute("id", "string", false, false, "readOnly", "server"),
        attribute("externalId", "string", false, false, "readWrite", "none"),
        attribute("userName", "string", false, true, "readWrite", "server"),
        attribute("name", "complex", false, true, "readWrite", "none"),
        attribute("emails", "complex", true, true, "readWrite", "none"),
        attribute("displayName", "string", false, false, "readWrite", "none"),
        attribute("locale", "string", false, false, "readOnly", "none"),
        attribute("userType", "string", false, false, "readWrite", "none"),
        attribute("active", "boolean", false, false, "readWrite", "none"),
        attribute("timezone", "string", false, false, "readWrite", "none"),
        attribute("phoneNumbers", "complex", true, false, "readWrite", "none"),
        attribute("roles", "complex", true, false, "readWrite", "none"),
    ];
    let mut extension = vec![
        attribute("team", "complex", false, false, "readWrite", "none"),
        attribute(
            "loginAuthenticator",
            "complex",
            false,
            false,
            "readWrite",
            "none",
        ),
    ];
    user.retain(shown);
    extension.retain(shown);
    json!({
        "schemas": [LIST],
        "totalResults": 2,
        "startIndex": 1,
        "itemsPerPage": 2,
        "Resources": [
            schema(USER_SCHEMA, "User", "CXone user", &user),
            schema(EXTENSION, "NiceUser", "CXone user, team and login authenticator", &extension),
        ],
    })
}

/// The optional field that an attribute is. The middle name is a part of `name`, which is always there.
fn optional(attribute: &str) -> Option<OptionalField> {
    Some(match attribute {
        "displayName" => OptionalField::DisplayName,
        "userType" => OptionalField::UserType,
        "timezone" => OptionalField::TimeZone,
        "phoneNumbers" => OptionalField::MobileNumber,
        "roles" => OptionalField::PrimaryRole,
        "team" => OptionalField::Team,
        "loginAuthenticator" => OptionalField::LoginAuthenticator,
        _ => return None,
    })
}

fn schema(id: &str, name: &str, description: &str, attributes: &[Value]) -> Value {
    json!({
        "schemas": [SCHEMA],
        "meta": { "resourceType": "Schema", "location": format!("/scim/v2/Schemas/{id}") },
        "id": id,
        "name": name,
        "description": description,
        "attributes": attributes,
    })
}

fn attribute(
    name: &str,
    kind: &str,
    multi: bool,
    required: bool,
    mutability: &str,
    uniqueness: &str,
) -> Value {
    json!({
        "name": name,
        "type": kind,
        "multiValued": multi,
        "description": name,
        "required": required,
        "caseExact": false,
        "mutability": mutability,
        "returned": "default",
        "uniqueness": uniqueness,
    })
}
