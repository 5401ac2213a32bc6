//! From a PATCH body to steps of one attribute each.

use serde_json::{Map, Value};

use super::{MAX_OPERATIONS, Op, Step, members};
use crate::error::{Error, shown};
use crate::json::{self, Limits};
use crate::path::{AttributePath, Unresolved, lookup};
use crate::schema::ResourceSchemas;
use crate::urn;

pub(super) fn steps(body: Value, schemas: &'static ResourceSchemas) -> Result<Vec<Step>, Error> {
    let Value::Object(body) = body else {
        return Err(Error::invalid_syntax(
            "the body must be a JSON object with Operations",
        ));
    };
    urn::declares(&body, urn::PATCH_OP)?;
    let operations = match lookup(&body, "Operations") {
        Some(Value::Array(operations)) if !operations.is_empty() => operations.as_slice(),
        Some(single @ Value::Object(_)) => std::slice::from_ref(single),
        _ => {
            return Err(Error::invalid_syntax(
                "Operations: expected an array of at least one operation",
            ));
        }
    };
    if operations.len() > MAX_OPERATIONS {
        return Err(Error::status(
            413,
            format!("Operations: more than {MAX_OPERATIONS}; send several requests"),
        ));
    }
    let mut expansion = Expansion {
        schemas,
        steps: Vec::new(),
    };
    for (index, operation) in operations.iter().enumerate() {
        let place = format!("Operations[{index}]");
        expansion
            .operation(operation, &place)
            .map_err(|error| error.at(&place))?;
    }
    Ok(expansion.steps)
}

struct Expansion {
    schemas: &'static ResourceSchemas,
    steps: Vec<Step>,
}

impl Expansion {
    fn operation(&mut self, operation: &Value, place: &str) -> Result<(), Error> {
        let Value::Object(operation) = operation else {
            return Err(Error::invalid_syntax(
                "expected an object with op, path and value",
            ));
        };
        let op = match lookup(operation, "op").and_then(Value::as_str) {
            Some(op) if op.eq_ignore_ascii_case("add") => Op::Add,
            Some(op) if op.eq_ignore_ascii_case("replace") => Op::Replace,
            Some(op) if op.eq_ignore_ascii_case("remove") => Op::Remove,
            _ => return Err(Error::invalid_syntax("op: expected add, replace or remove")),
        };
        let path = match lookup(operation, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) => Some(path.trim()).filter(|path| !path.is_empty()),
            Some(_) => return Err(Error::invalid_path("path: expected a string")),
        };
        let value = lookup(operation, "value");
        if op != Op::Remove && value.is_none() {
            return Err(Error::invalid_syntax("value: missing"));
        }
        let value = value.cloned().unwrap_or(Value::Null);
        match path {
            Some(path) => {
                let path = AttributePath::parse(path, self.schemas)?;
                self.push(op, path, value, place)
            }
            None if op == Op::Remove => Err(Error::no_target("a remove needs a path")),
            None => {
                let keys = object(value)?;
                self.keys(op, keys, place)
            }
        }
    }

    /// A path-less value: each key leads to an attribute (N9).
    fn keys(&mut self, op: Op, keys: Map<String, Value>, place: &str) -> Result<(), Error> {
        for (key, value) in keys {
            let path = if key.contains('[') {
                match AttributePath::parse(&key, self.schemas) {
                    Ok(path) => path,
                    Err(error) => return Err(error.at(&shown(&key))),
                }
            } else {
                match AttributePath::of_key(&key, &value, self.schemas) {
                    Ok(path) => path,
                    Err(Unresolved::Unknown | Unresolved::Malformed) => continue,
                }
            };
            self.push(op, path, value, place)?;
        }
        Ok(())
    }

    fn push(
        &mut self,
        op: Op,
        path: AttributePath,
        value: Value,
        place: &str,
    ) -> Result<(), Error> {
        if path
            .definition
            .is_some_and(|attribute| !attribute.is_kept())
        {
            return Ok(());
        }
        if let (Some(urn), None) = (&path.schema, &path.attribute) {
            let is_core = *urn == self.schemas.core.id;
            return match (op, value) {
                (Op::Remove, _) | (_, Value::Null) if is_core => Err(Error::no_target(
                    "a resource is not removed by PATCH; use DELETE",
                )),
                (Op::Remove, _) | (_, Value::Null) => {
                    self.steps.push(Step {
                        op: Op::Remove,
                        path,
                        value: Value::Null,
                        place: place.to_owned(),
                        joinable: false,
                    });
                    Ok(())
                }
                (op, value) => {
                    let keys = object(value)?;
                    self.schema_keys(op, urn, keys, place)
                }
            };
        }
        let place = place.to_owned();
        members::push(
            &mut self.steps,
            Step {
                op,
                path,
                value,
                place,
                joinable: false,
            },
        );
        Ok(())
    }

    /// The value of a whole schema: its keys are that schema's attributes.
    fn schema_keys(
        &mut self,
        op: Op,
        urn: &str,
        keys: Map<String, Value>,
        place: &str,
    ) -> Result<(), Error> {
        let known = self.schemas.schema(urn).is_some();
        for (key, value) in keys {
            let path = if known {
                match AttributePath::resolve(&format!("{urn}:{key}"), self.schemas) {
                    Ok(path) => path,
                    Err(Unresolved::Unknown | Unresolved::Malformed) => continue,
                }
            } else {
                AttributePath::open(urn, &key)
            };
            if path.attribute.is_some() {
                self.push(op, path, value, place)?;
            }
        }
        Ok(())
    }
}

/// An object, or a JSON document with one in a string (K-01).
fn object(value: Value) -> Result<Map<String, Value>, Error> {
    match value {
        Value::Object(map) => Ok(map),
        Value::String(text) if text.trim_start().starts_with('{') => {
            match json::parse(text.as_bytes(), Limits::default())
                .map_err(|error| error.at("value"))?
            {
                Value::Object(map) => Ok(map),
                _ => Err(Error::invalid_value("value: expected an object")),
            }
        }
        _ => Err(Error::invalid_value(
            "value: expected an object, since there is no path to an attribute",
        )),
    }
}
