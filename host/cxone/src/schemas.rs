//! What CXone's SCIM says of its schemas (cxone.md 1.3).

use std::collections::BTreeSet;

use bridge::port::cxone::{CallOptions, UpstreamError};
use bridge::target::Attribute;
use client::Method;
use serde_json::Value;

use crate::api::{Call, Service};
use crate::complaint::Personal;
use crate::session::Session;

const SCHEMAS: &str = "/Schemas";

impl Session {
    /// The optional fields that are in the schemas; `None` where there are no schemas, or the credentials may not read them.
    ///
    /// Assumption (cxone.md 1.3: UNKNOWN whether a field that the tenant has not enabled is in them): a field that is absent
    /// is not enabled. That all are there tells nothing.
    ///
    /// # Errors
    /// CXone cannot be asked now.
    pub async fn schema_fields(
        &self,
        options: CallOptions,
    ) -> Result<Option<BTreeSet<Attribute>>, UpstreamError> {
        let call = Call {
            method: Method::GET,
            service: Service::Scim,
            route: SCHEMAS,
            path: SCHEMAS.to_owned(),
            query: None,
            media_type: "application/scim+json",
            body: None,
            write: false,
            repeatable: true,
            personal: &Personal::default(),
            options: self.terms(options),
        };
        match self.api().ask_if_allowed(&call).await? {
            Ok(answer) => Ok(answer.json().as_ref().and_then(fields)),
            Err(_) => Ok(None),
        }
    }
}

/// The optional fields of a list of schemas; `None` where it is none.
fn fields(answer: &Value) -> Option<BTreeSet<Attribute>> {
    let schemas = answer.get("Resources")?.as_array()?;
    let lists = schemas
        .iter()
        .filter_map(|schema| schema.get("attributes")?.as_array());
    let mut names = Vec::new();
    for attribute in lists.flatten() {
        let parts = attribute.get("subAttributes").and_then(Value::as_array);
        let parts = parts.into_iter().flatten();
        let all = std::iter::once(attribute).chain(parts);
        names.extend(all.filter_map(|it| Some(it.get("name")?.as_str()?.to_lowercase())));
    }
    // Every user has a name: what lists none is no schema of users.
    names.iter().any(|name| name == "username").then(|| {
        names
            .iter()
            .filter_map(|name| field(name))
            .collect::<BTreeSet<_>>()
    })
}

/// The field that an attribute of a schema stands for (cxone.md 1.4), by its name in lower case.
fn field(name: &str) -> Option<Attribute> {
    Some(match name {
        "displayname" => Attribute::DisplayName,
        "middlename" => Attribute::MiddleName,
        "phonenumbers" => Attribute::MobileNumber,
        "timezone" => Attribute::TimeZone,
        "usertype" => Attribute::UserType,
        "loginauthenticator" => Attribute::LoginAuthenticator,
        "roles" => Attribute::Role,
        "team" => Attribute::Team,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_told_by_the_names_of_attributes() {
        let user = json!([
            {"name": "userName"}, {"name": "timezone"}, {"name": "roles", "subAttributes": [{"name": "value"}]},
            {"name": "name", "subAttributes": [{"name": "givenName"}, {"name": "middleName"}]},
        ]);
        let list = json!({"Resources": [{"attributes": user}, {"attributes": [{"name": "team"}]}]});
        let expected = [
            Attribute::MiddleName,
            Attribute::TimeZone,
            Attribute::Role,
            Attribute::Team,
        ];
        assert_eq!(fields(&list), Some(expected.into()));
    }

    #[test]
    fn what_is_no_list_of_schemas_tells_nothing() {
        for answer in [
            json!([]),
            json!({}),
            json!({"Resources": {}}),
            json!({"Resources": []}),
            json!({"Resources": [{"attributes": "team"}, 5]}),
            json!({"Resources": [{"attributes": [{"name": "team"}, {"name": 5}]}]}),
        ] {
            assert_eq!(fields(&answer), None, "{answer}");
        }
    }
}
