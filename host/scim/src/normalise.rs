//! From the body of a POST or PUT to a [`Resource`].
//!
//! In this order, and all but the marked one for every client, since nobody is harmed by it:
//!
//! | step | rule |
//! |---|---|
//! | keys take their canonical spelling, whatever their case | N5 |
//! | legacy URNs become canonical; the core schema's own URN as a key is unwrapped; `urn:attribute` keys are placed | N6, N9 |
//! | `id`, `meta`, `groups` and every read-only attribute are dropped | N17 |
//! | `password` is dropped: never stored, never echoed | N17 |
//! | unknown attributes of known schemas are dropped; unknown extensions are kept as given | RFC 7644 section 3.3 |
//! | null, `""`, `[]` and objects without content are unset, at every depth | N16, RFC 7643 section 2.5 |
//! | an array of one becomes the value of a single-valued attribute; `{"value": x}` becomes x for a plain one | N15 |
//! | a single value becomes the array of a multi-valued attribute; text becomes `{"value": text}` | N15 |
//! | `"True"`, `"true"`, `"False"`, `"false"` become booleans where the schema has a boolean | N8 |
//! | a role that is a JSON document in a string becomes an object (dialects with `json_roles`) | N18 |
//! | a manager in any form becomes `{"value": …}`, its `displayName` kept, a blank one unset | N14 |
//! | members: one per `value` (or last segment of `$ref`), `type` User by default, those without ignored; `[]` stays | N13 |
//! | any other type is refused: 400 invalidValue with path and expected type; so are two primaries | RFC 7643 sections 2.3, 2.4 |
//! | `schemas` is written anew: the core schema and the extensions present | N6 |
//! | required attributes must be there when a resource is created | RFC 7643 section 2.4 |
//!
//! What remains of a value is kept byte for byte (N20). Normalising twice changes nothing.

pub(crate) mod value;

use serde_json::{Map, Value};

use crate::dialect::Dialect;
use crate::error::{Error, shown};
use crate::path::{AttributePath, spelling};
use crate::resource::Resource;
use crate::schema::ResourceSchemas;
use crate::urn;

/// What the body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// A POST: required attributes must be there.
    Create,
    /// A PUT: what is absent is for [`crate::replace`] to decide.
    Replace,
}

/// Normalises a User.
///
/// # Errors
/// 400 invalidSyntax if the body is no object or declares another resource type; 400 invalidValue as in the table above.
pub fn user(body: Value, dialect: &Dialect, write: Write) -> Result<Resource, Error> {
    resource(body, ResourceSchemas::user(), dialect, write)
}

/// Normalises a Group; errors as for [`user`].
///
/// # Errors
/// As [`user`].
pub fn group(body: Value, dialect: &Dialect, write: Write) -> Result<Resource, Error> {
    resource(body, ResourceSchemas::group(), dialect, write)
}

/// Normalises a resource of the type whose schemas are given; errors as for [`user`].
///
/// # Errors
/// As [`user`].
pub fn resource(
    body: Value,
    schemas: &'static ResourceSchemas,
    dialect: &Dialect,
    write: Write,
) -> Result<Resource, Error> {
    let Value::Object(body) = body else {
        return Err(Error::invalid_syntax("the body must be a JSON object"));
    };
    let mut document = Document {
        schemas,
        dialect,
        root: Map::new(),
        extensions: Map::new(),
    };
    for (key, value) in body {
        if key.eq_ignore_ascii_case("schemas") {
            document.check_declared(&value)?;
        } else {
            document.place(&key, value)?;
        }
    }
    document.finish(write)
}

struct Document<'a> {
    schemas: &'static ResourceSchemas,
    dialect: &'a Dialect,
    root: Map<String, Value>,
    extensions: Map<String, Value>,
}

impl Document<'_> {
    /// A body that says it is another resource type was sent to the wrong endpoint.
    fn check_declared(&self, declared: &Value) -> Result<(), Error> {
        let other = if self.schemas.core.id == urn::USER {
            urn::GROUP
        } else {
            urn::USER
        };
        let urns: Vec<&str> = crate::path::elements(declared)
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let is = |wanted: &str| urns.iter().any(|urn| urn.eq_ignore_ascii_case(wanted));
        if is(other) && !is(self.schemas.core.id) {
            let endpoint = self.schemas.resource_type.endpoint();
            return Err(Error::invalid_syntax(format!(
                "schemas: {other} does not belong to {endpoint}"
            )));
        }
        Ok(())
    }

    fn place(&mut self, key: &str, value: Value) -> Result<(), Error> {
        if !key.contains(':') {
            // Only the core schema's names: an extension's attribute is at home below its URN.
            let Some(attribute) = self
                .schemas
                .core_attribute(key)
                .filter(|attribute| attribute.is_kept())
            else {
                return Ok(());
            };
            return self.put(
                None,
                attribute.name,
                value::attribute(attribute, value, self.dialect, attribute.name)?,
            );
        }
        // A key that is neither a URN nor leads to an attribute is unknown, and ignored like any other.
        let Ok(path) = AttributePath::of_key(key, &value, self.schemas) else {
            return Ok(());
        };
        match (&path.schema, &path.attribute) {
            (Some(urn), None) => match value {
                Value::Object(inner) => self.place_extension(urn, inner),
                Value::Null => Ok(()),
                Value::String(text) if text.is_empty() => Ok(()),
                _ => Err(Error::invalid_value(format!(
                    "{}: expected an object",
                    shown(key)
                ))),
            },
            (schema, Some(name)) => {
                let value = match &path.sub {
                    Some(sub) => Value::Object(Map::from_iter([(sub.clone(), value)])),
                    None => value,
                };
                let normal = match path.definition {
                    Some(attribute) if !attribute.is_kept() => return Ok(()),
                    Some(attribute) => {
                        value::attribute(attribute, value, self.dialect, &path.key())?
                    }
                    None => value::open(value),
                };
                self.put(schema.as_deref(), name, normal)
            }
            (None, None) => Ok(()),
        }
    }

    fn place_extension(&mut self, urn: &str, inner: Map<String, Value>) -> Result<(), Error> {
        let known = self.schemas.schema(urn);
        for (key, value) in inner {
            match known {
                Some(schema) if schema.id == self.schemas.core.id => {
                    if !key.contains(':') {
                        self.place(&key, value)?;
                    }
                }
                Some(schema) => {
                    if let Some(attribute) = schema
                        .attribute(&key)
                        .filter(|attribute| attribute.is_kept())
                    {
                        let path = format!("{}:{}", schema.id, attribute.name);
                        let normal = value::attribute(attribute, value, self.dialect, &path)?;
                        self.put(Some(schema.id), attribute.name, normal)?;
                    }
                }
                None => self.put(Some(urn), &key, value::open(value))?,
            }
        }
        Ok(())
    }

    /// Puts a value in its place. Of two for one attribute the later counts; two objects are joined.
    fn put(&mut self, urn: Option<&str>, name: &str, value: Option<Value>) -> Result<(), Error> {
        let Some(value) = value else { return Ok(()) };
        let map = match urn {
            None => &mut self.root,
            Some(urn) => {
                let urn = spelling(&self.extensions, urn);
                match self
                    .extensions
                    .entry(urn)
                    .or_insert_with(|| Value::Object(Map::new()))
                {
                    Value::Object(extension) => extension,
                    _ => return Ok(()),
                }
            }
        };
        match (map.get_mut(name), value) {
            (Some(Value::Object(before)), Value::Object(more)) => before.extend(more),
            (_, value) => {
                map.insert(name.to_owned(), value);
            }
        }
        Ok(())
    }

    fn finish(self, write: Write) -> Result<Resource, Error> {
        if write == Write::Create {
            let missing = self
                .schemas
                .core
                .attributes
                .iter()
                .filter(|attribute| attribute.required);
            if let Some(attribute) = missing
                .into_iter()
                .find(|attribute| !self.root.contains_key(attribute.name))
            {
                return Err(Error::invalid_value(format!(
                    "{}: required, but missing or empty",
                    attribute.name
                )));
            }
        }
        let urns =
            std::iter::once(self.schemas.core.id.to_owned()).chain(self.extensions.keys().cloned());
        let mut map = Map::new();
        map.insert("schemas".to_owned(), urns.map(Value::String).collect());
        map.extend(self.root);
        map.extend(self.extensions);
        Ok(Resource::from_map(map))
    }
}

#[cfg(test)]
pub(crate) mod tests;
