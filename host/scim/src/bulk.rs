//! Bulk requests (RFC 7644 section 3.7): many operations in one body, which may refer to what others of them make.
//!
//! [`Bulk::parse`] refuses a request whose form is wrong before anything is done; [`Run`] gives its operations one by one, in
//! an order in which references can be resolved, and makes the answer of their outcomes. What an operation's data means is
//! seen when it is done, as it would be alone.

mod order;
mod run;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

pub use order::Order;
pub use run::{Outcome, Run};

use crate::error::{Error, ScimType, shown};
use crate::path::lookup;
use crate::schema::ResourceType;
use crate::urn;

/// Operations that one request may carry.
pub const MAX_OPERATIONS: usize = 1_000;

/// How references begin: `bulkId:qwerty` stands for the id of what the operation with that bulkId makes.
const REFERENCE: &str = "bulkId:";

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Makes a resource.
    Post,
    /// Replaces one.
    Put,
    /// Changes one.
    Patch,
    /// Removes one.
    Delete,
}

impl Method {
    /// The HTTP method.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Post, Self::Put, Self::Patch, Self::Delete]
            .into_iter()
            .find(|method| method.as_str().eq_ignore_ascii_case(word))
    }
}

/// Where an operation goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// The resource type.
    pub resource_type: ResourceType,
    /// The resource, `bulkId:…` until resolved; `None` for a POST.
    pub id: Option<String>,
}

/// One operation. `Debug` hides the data.
#[derive(Clone, PartialEq)]
pub struct Operation {
    /// What it does.
    pub method: Method,
    /// The client's name for it; every POST has one.
    pub bulk_id: Option<String>,
    /// The entity tag that the resource must have, as in If-Match.
    pub version: Option<String>,
    /// Where it goes.
    pub endpoint: Endpoint,
    /// The body; null for a DELETE.
    pub data: Value,
}

/// A bulk request of good form.
#[derive(Debug, Clone, PartialEq)]
pub struct Bulk {
    /// How many failures end the job; without it, it goes on to the end.
    pub fail_on_errors: Option<usize>,
    /// The operations, as they came.
    pub operations: Vec<Operation>,
}

impl Bulk {
    /// Reads a body.
    ///
    /// # Errors
    /// 400 invalidSyntax or invalidValue, naming operation and member, for a wrong form: a missing member, a POST without
    /// bulkId, a bulkId given twice; 400 invalidPath for a path that is no resource's; 413 tooMany beyond
    /// [`MAX_OPERATIONS`].
    pub fn parse(body: Value) -> Result<Self, Error> {
        let Value::Object(body) = body else {
            return Err(Error::invalid_syntax(
                "the body must be a JSON object, a BulkRequest",
            ));
        };
        urn::declares(&body, urn::BULK_REQUEST)?;
        let fail_on_errors = fail_on_errors(lookup(&body, "failOnErrors"))?;
        let operations = body
            .into_iter()
            .find(|(key, _)| key.eq_ignore_ascii_case("Operations"));
        let Some((_, Value::Array(given))) = operations else {
            return Err(Error::invalid_syntax("Operations: expected an array"));
        };
        if given.len() > MAX_OPERATIONS {
            return Err(Error {
                status: 413,
                scim_type: Some(ScimType::TooMany),
                detail: format!(
                    "the bulk request has more operations than maxOperations ({MAX_OPERATIONS}); send several"
                ),
            });
        }
        let mut operations = Vec::with_capacity(given.len());
        let mut names = BTreeSet::new();
        for (index, value) in given.into_iter().enumerate() {
            let place = format!("Operations[{index}]");
            let operation = operation(value).map_err(|error| error.at(&place))?;
            if let Some(name) = &operation.bulk_id
                && !names.insert(name.clone())
            {
                return Err(Error::invalid_value(format!(
                    "{place}: bulkId: \"{}\" is given twice",
                    shown(name)
                )));
            }
            operations.push(operation);
        }
        Ok(Self {
            fail_on_errors,
            operations,
        })
    }
}

/// A body of more bytes than the service takes, in the words of RFC 7644 section 3.7.4.
#[must_use]
pub fn payload_too_large(max_payload_size: usize) -> Error {
    Error::status(
        413,
        format!("the size of the bulk request exceeds maxPayloadSize ({max_payload_size} bytes)"),
    )
}

/// Replaces an operation's references, in its path and anywhere in its data, by the ids of what was made.
///
/// # Errors
/// 409, naming the reference, where nothing was made under that bulkId (RFC 7644 section 3.7.1): its operation failed. The
/// operation is then of no use.
pub fn resolve(operation: &mut Operation, made: &BTreeMap<String, String>) -> Result<(), Error> {
    let mut missing = None;
    operation.each_reference(&mut |reference| match made.get(name_of(reference)) {
        Some(id) => reference.clone_from(id),
        None => missing = missing.take().or_else(|| Some(reference.clone())),
    });
    match missing {
        None => Ok(()),
        Some(reference) => Err(Error::status(
            409,
            format!("{}: the operation that makes it failed", shown(&reference)),
        )),
    }
}

impl Operation {
    /// The bulkIds that it refers to.
    fn references(&self) -> BTreeSet<&str> {
        fn collect<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
            match value {
                Value::String(text) if is_reference(text) => {
                    found.insert(name_of(text));
                }
                Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
                Value::Object(map) => map.values().for_each(|value| collect(value, found)),
                _ => {}
            }
        }
        let id = self.endpoint.id.as_deref();
        let mut found: BTreeSet<&str> = id
            .filter(|id| is_reference(id))
            .map(name_of)
            .into_iter()
            .collect();
        collect(&self.data, &mut found);
        found
    }

    fn each_reference(&mut self, see: &mut dyn FnMut(&mut String)) {
        fn walk(value: &mut Value, see: &mut dyn FnMut(&mut String)) {
            match value {
                Value::String(text) if is_reference(text) => see(text),
                Value::Array(items) => items.iter_mut().for_each(|item| walk(item, see)),
                Value::Object(map) => map.values_mut().for_each(|value| walk(value, see)),
                _ => {}
            }
        }
        if let Some(id) = self.endpoint.id.as_mut().filter(|id| is_reference(id)) {
            see(id);
        }
        walk(&mut self.data, see);
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operation")
            .field("method", &self.method)
            .field("endpoint", &self.endpoint)
            .field("bulk_id", &self.bulk_id)
            .finish_non_exhaustive()
    }
}

fn is_reference(text: &str) -> bool {
    text.strip_prefix(REFERENCE)
        .is_some_and(|name| !name.is_empty())
}

fn name_of(reference: &str) -> &str {
    reference.strip_prefix(REFERENCE).unwrap_or(reference)
}

/// At least one failure has to happen before a job can end for it.
fn fail_on_errors(value: Option<&Value>) -> Result<Option<usize>, Error> {
    let number = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(_) => None,
    };
    let number =
        number.ok_or_else(|| Error::invalid_syntax("failOnErrors: expected a whole number"))?;
    Ok(Some(usize::try_from(number).unwrap_or(usize::MAX).max(1)))
}

fn operation(value: Value) -> Result<Operation, Error> {
    let Value::Object(mut map) = value else {
        return Err(Error::invalid_syntax(
            "expected an object with method, path and data",
        ));
    };
    let method = lookup(&map, "method")
        .and_then(Value::as_str)
        .and_then(Method::parse);
    let method = method
        .ok_or_else(|| Error::invalid_syntax("method: expected POST, PUT, PATCH or DELETE"))?;
    let bulk_id = text(&map, "bulkId")?;
    let version = text(&map, "version")?;
    let endpoint =
        text(&map, "path")?.ok_or_else(|| Error::invalid_syntax("path: missing or empty"))?;
    let endpoint = endpoint_of(&endpoint)?;
    match (method, &endpoint.id) {
        (Method::Post, Some(_)) => {
            return Err(Error::invalid_path(
                "path: a POST goes to /Users or /Groups, without an id",
            ));
        }
        (Method::Post, None) if bulk_id.is_none() => {
            return Err(Error::invalid_value("bulkId: a POST needs one"));
        }
        (Method::Put | Method::Patch | Method::Delete, None) => {
            return Err(Error::invalid_path(
                "path: the resource's id is missing, as in /Users/{id}",
            ));
        }
        _ => {}
    }
    let key = map
        .keys()
        .find(|key| key.eq_ignore_ascii_case("data"))
        .cloned();
    let data = key
        .and_then(|key| map.shift_remove(&key))
        .unwrap_or_default();
    let data = match (method, data) {
        (Method::Delete, _) => Value::Null,
        (_, data @ Value::Object(_)) => data,
        _ => return Err(Error::invalid_syntax("data: expected an object")),
    };
    Ok(Operation {
        method,
        bulk_id,
        version,
        endpoint,
        data,
    })
}

fn text(map: &Map<String, Value>, name: &str) -> Result<Option<String>, Error> {
    match lookup(map, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(Value::Number(number)) if name == "bulkId" => Ok(Some(number.to_string())),
        Some(_) => Err(Error::invalid_syntax(format!("{name}: expected a string"))),
    }
}

/// `/Users`, `/Users/{id}`, `/Groups` or `/Groups/{id}`, as tolerant of slashes as addresses are (N2).
fn endpoint_of(path: &str) -> Result<Endpoint, Error> {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let resource_type = segments.next().and_then(|name| {
        [ResourceType::User, ResourceType::Group]
            .into_iter()
            .find(|known| known.endpoint()[1..].eq_ignore_ascii_case(name))
    });
    match (resource_type, segments.next(), segments.next()) {
        (Some(resource_type), id, None) if id.is_none_or(|id| !id.starts_with('.')) => {
            Ok(Endpoint {
                resource_type,
                id: id.map(str::to_owned),
            })
        }
        _ => Err(Error::invalid_path(
            "path: expected /Users, /Users/{id}, /Groups or /Groups/{id}",
        )),
    }
}

#[cfg(test)]
mod tests;
