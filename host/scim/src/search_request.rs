//! What a list is asked for, whether by the query string (RFC 7644 section 3.4.2) or by the body of a POST to `/.search`
//! (section 3.4.3): the same parts, so that there is one way of answering.

use serde_json::{Map, Value};

use crate::error::Error;
use crate::filter::Filter;
use crate::list::Paging;
use crate::path::{elements, lookup};
use crate::projection::Projection;
use crate::schema::ResourceSchemas;
use crate::sort::Sort;
use crate::urn;

/// The parts of a query as text, not yet held against the schemas of a resource type: at the root `/.search` asks for all
/// of them. `Debug` hides the filter.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SearchRequest {
    /// The filter. An empty one is there, and malformed (N3).
    pub filter: Option<String>,
    /// The attributes wanted, separated by commas.
    pub attributes: Option<String>,
    /// The attributes not wanted, separated by commas.
    pub excluded_attributes: Option<String>,
    /// The attribute to sort by.
    pub sort_by: Option<String>,
    /// `ascending` or `descending`.
    pub sort_order: Option<String>,
    /// The page.
    pub paging: Paging,
}

impl SearchRequest {
    /// Reads a body. Member names have no case; null is absent; numbers may be text and lists text with commas, as in a query
    /// string; unknown members are ignored, and so is a missing `schemas`.
    ///
    /// # Errors
    /// 400 invalidSyntax, naming the member, for another type or another message's `schemas`.
    pub fn parse(body: &Value) -> Result<Self, Error> {
        let Value::Object(body) = body else {
            return Err(Error::invalid_syntax(
                "the body must be a JSON object, a SearchRequest",
            ));
        };
        urn::declares(body, urn::SEARCH_REQUEST)?;
        let start_index = number(body, "startIndex")?;
        let count = number(body, "count")?;
        let paging = Paging::from_query(start_index.as_deref(), count.as_deref())
            .map_err(|error| Error::invalid_syntax(error.detail))?;
        Ok(Self {
            filter: text(body, "filter")?,
            attributes: names(body, "attributes")?,
            excluded_attributes: names(body, "excludedAttributes")?,
            sort_by: text(body, "sortBy")?,
            sort_order: text(body, "sortOrder")?,
            paging,
        })
    }

    /// The filter for a resource type.
    ///
    /// # Errors
    /// As [`Filter::parse`].
    pub fn filter(&self, schemas: &ResourceSchemas) -> Result<Option<Filter>, Error> {
        self.filter
            .as_deref()
            .map(|text| Filter::parse(text, schemas))
            .transpose()
    }

    /// The attributes of an answer of a resource type.
    #[must_use]
    pub fn projection(&self, schemas: &ResourceSchemas) -> Projection {
        Projection::from_query(
            self.attributes.as_deref(),
            self.excluded_attributes.as_deref(),
            schemas,
        )
    }

    /// The order for a resource type.
    ///
    /// # Errors
    /// As [`Sort::from_query`].
    pub fn sort(&self, schemas: &ResourceSchemas) -> Result<Option<Sort>, Error> {
        Sort::from_query(self.sort_by.as_deref(), self.sort_order.as_deref(), schemas)
    }
}

impl std::fmt::Debug for SearchRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchRequest")
            .field("filter", &self.filter.as_ref().map(|_| "…"))
            .field("attributes", &self.attributes)
            .field("excluded_attributes", &self.excluded_attributes)
            .field("sort_by", &self.sort_by)
            .field("sort_order", &self.sort_order)
            .field("paging", &self.paging)
            .finish()
    }
}

fn text(body: &Map<String, Value>, name: &str) -> Result<Option<String>, Error> {
    match lookup(body, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Error::invalid_syntax(format!("{name}: expected a string"))),
    }
}

fn number(body: &Map<String, Value>, name: &str) -> Result<Option<String>, Error> {
    match lookup(body, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(Error::invalid_syntax(format!(
            "{name}: expected a whole number"
        ))),
    }
}

fn names(body: &Map<String, Value>, name: &str) -> Result<Option<String>, Error> {
    let wrong = || Error::invalid_syntax(format!("{name}: expected an array of strings"));
    match lookup(body, name) {
        None | Some(Value::Null) => Ok(None),
        Some(given) => {
            let names: Option<Vec<&str>> = elements(given).iter().map(Value::as_str).collect();
            Ok(Some(names.ok_or_else(wrong)?.join(",")))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::ScimType;

    #[test]
    fn a_body_says_what_a_query_string_says() {
        let schemas = ResourceSchemas::user();
        let body = json!({
            "schemas": [urn::SEARCH_REQUEST], "ATTRIBUTES": ["displayName", "urn:ietf:params:scim:schemas:core:2.0:User:userName"],
            "filter": "displayName sw \"smith\"", "sortBy": "name.familyName", "sortOrder": "descending", "startIndex": 11, "count": 10,
            "nope": {"x": 1},
        });
        let request = SearchRequest::parse(&body).unwrap();
        assert_eq!(
            request,
            SearchRequest {
                filter: Some("displayName sw \"smith\"".to_owned()),
                attributes: Some(
                    "displayName,urn:ietf:params:scim:schemas:core:2.0:User:userName".to_owned()
                ),
                excluded_attributes: None,
                sort_by: Some("name.familyName".to_owned()),
                sort_order: Some("descending".to_owned()),
                paging: Paging::from_query(Some("11"), Some("10")).unwrap(),
            }
        );
        let projection = request.projection(schemas);
        assert!(projection.wants("userName") && !projection.wants("emails"));
        assert_eq!(
            request.filter(schemas).unwrap().unwrap().to_string(),
            "displayName sw \"smith\""
        );
        assert_eq!(
            request.sort(schemas).unwrap(),
            Sort::from_query(Some("name.familyName"), Some("Descending"), schemas).unwrap()
        );
        assert!(!format!("{request:?}").contains("smith"));
    }

    #[test]
    fn what_harms_nobody_is_tolerated() {
        let everything = SearchRequest::default();
        for body in [
            json!({}),
            json!({"filter": null, "count": null, "attributes": null, "schemas": []}),
            json!({"Schemas": urn::SEARCH_REQUEST.to_uppercase().replace("URN:", "urn:"), "startIndex": 0}),
        ] {
            assert_eq!(SearchRequest::parse(&body).unwrap(), everything, "{body}");
        }
        let lists = json!({"excludedAttributes": "groups, emails", "startIndex": "2", "count": -5});
        let request = SearchRequest::parse(&lists).unwrap();
        assert_eq!(
            request.excluded_attributes.as_deref(),
            Some("groups, emails")
        );
        assert_eq!((request.paging.start_index, request.paging.count), (2, 0));
        let empty = SearchRequest::parse(&json!({"filter": ""})).unwrap();
        assert!(empty.filter(ResourceSchemas::user()).is_err());
    }

    #[test]
    fn wrong_types_are_named() {
        for (body, wanted) in [
            (json!([]), "the body"),
            (json!({"schemas": [urn::PATCH_OP]}), "schemas: "),
            (json!({"filter": 7}), "filter: "),
            (json!({"attributes": {"x": 1}}), "attributes: "),
            (
                json!({"excludedAttributes": ["a", 1]}),
                "excludedAttributes: ",
            ),
            (json!({"sortBy": ["userName"]}), "sortBy: "),
            (json!({"sortOrder": true}), "sortOrder: "),
            (json!({"startIndex": 1.5}), "startIndex: "),
            (json!({"startIndex": true}), "startIndex: "),
            (json!({"count": "many"}), "count: "),
        ] {
            let error = SearchRequest::parse(&body).unwrap_err();
            assert_eq!(
                (error.status, error.scim_type),
                (400, Some(ScimType::InvalidSyntax)),
                "{body}"
            );
            assert!(error.detail.starts_with(wanted), "{error}");
        }
    }
}
