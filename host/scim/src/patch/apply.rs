//! One step on a resource.

use serde_json::{Map, Value};

use super::elements::Elements;
use super::{Op, Step};
use crate::dialect::Dialect;
use crate::error::Error;
use crate::normalise::value;
use crate::path::{AttributePath, spelling};
use crate::schema::{Attribute, Type};

pub(super) fn step(
    map: &mut Map<String, Value>,
    step: &Step,
    dialect: &Dialect,
) -> Result<(), Error> {
    let path = &step.path;
    let Some(name) = &path.attribute else {
        if let Some(urn) = &path.schema {
            map.shift_remove(&spelling(map, urn));
        }
        return Ok(());
    };
    let container = match &path.schema {
        None => map,
        Some(urn) => {
            let urn = spelling(map, urn);
            match map.entry(urn).or_insert_with(|| Value::Object(Map::new())) {
                Value::Object(extension) => extension,
                // Not made by normalisation; what it was can't be told.
                other => {
                    *other = Value::Object(Map::new());
                    match other {
                        Value::Object(extension) => extension,
                        _ => return Ok(()),
                    }
                }
            }
        }
    };
    match path.definition {
        Some(attribute) if !attribute.multi_valued => single(container, attribute, step, dialect),
        Some(attribute) => Elements {
            attribute: Some(attribute),
            dialect,
        }
        .apply(container, attribute.name, step),
        None => {
            let name = spelling(container, name);
            let is_list = path.has_filter() || container.get(&name).is_some_and(Value::is_array);
            if is_list {
                Elements {
                    attribute: None,
                    dialect,
                }
                .apply(container, &name, step)
            } else {
                open(container, &name, step);
                Ok(())
            }
        }
    }
}

/// A single-valued attribute of a known schema.
fn single(
    container: &mut Map<String, Value>,
    attribute: &'static Attribute,
    step: &Step,
    dialect: &Dialect,
) -> Result<(), Error> {
    let path = &step.path;
    if let (Some(sub_name), Some(sub)) = (&path.sub, path.sub_definition) {
        let new = match step.op {
            Op::Remove => None,
            Op::Add | Op::Replace => {
                value::single(sub, step.value.clone(), dialect, &path.to_string())?
            }
        };
        set_sub(container, attribute, sub_name, new);
        return Ok(());
    }
    // An object of parts (a name) is joined with what is there; one that stands for its value (a manager) replaces it.
    if let (Type::Complex, None, Value::Object(parts)) =
        (attribute.kind, attribute.sub("value"), &step.value)
        && step.op != Op::Remove
    {
        for (key, part) in parts {
            let Some(sub) = attribute.sub(key) else {
                continue;
            };
            let place = format!("{path}.{}", sub.name);
            let new = value::single(sub, part.clone(), dialect, &place)?;
            set_sub(container, attribute, sub.name, new);
        }
        return Ok(());
    }
    let new = match step.op {
        Op::Remove => None,
        Op::Add | Op::Replace => {
            value::attribute(attribute, step.value.clone(), dialect, &path.to_string())?
        }
    };
    match new {
        Some(new) => {
            container.insert(attribute.name.to_owned(), new);
        }
        None if attribute.name == "active" => {
            if step.op == Op::Remove {
                unsay_active(container);
            }
        }
        None if attribute.required && step.op == Op::Remove => {
            return Err(Error::mutability(format!(
                "{path}: required, can't be removed; replace it instead"
            )));
        }
        None if attribute.required => {
            return Err(Error::invalid_value(format!(
                "{path}: required, can't be empty"
            )));
        }
        None => {
            container.shift_remove(attribute.name);
        }
    }
    Ok(())
}

/// What was said of `active` is taken back, and the person stays as they are: who is inactive is so by a null, which
/// nobody is shown ([`crate::resource::Resource::active`]).
fn unsay_active(container: &mut Map<String, Value>) {
    match container.get_mut("active") {
        Some(active @ (Value::Bool(false) | Value::Null)) => *active = Value::Null,
        _ => {
            container.shift_remove("active");
        }
    }
}

fn set_sub(
    container: &mut Map<String, Value>,
    attribute: &'static Attribute,
    sub: &str,
    new: Option<Value>,
) {
    let mut parts = match container.get_mut(attribute.name).map(Value::take) {
        Some(Value::Object(parts)) => parts,
        _ => Map::new(),
    };
    if sub == "value" && parts.get(sub) != new.as_ref() {
        // Another person's name must not stay with the new value.
        parts.clear();
    }
    match new {
        Some(new) => {
            parts.insert(sub.to_owned(), new);
        }
        None => {
            parts.shift_remove(sub);
        }
    }
    if parts.is_empty() {
        container.shift_remove(attribute.name);
    } else {
        container.insert(attribute.name.to_owned(), Value::Object(parts));
    }
}

/// An attribute of an open schema that is not an array. Kept as given; objects are joined.
fn open(container: &mut Map<String, Value>, name: &str, step: &Step) {
    let new = match step.op {
        Op::Remove => None,
        Op::Add | Op::Replace => value::open(step.value.clone()),
    };
    match (&step.path.sub, new) {
        (Some(sub), new) => {
            let mut parts = match container.get_mut(name).map(Value::take) {
                Some(Value::Object(parts)) => parts,
                _ => Map::new(),
            };
            let sub = spelling(&parts, sub);
            match new {
                Some(new) => parts.insert(sub, new),
                None => parts.shift_remove(&sub),
            };
            container.insert(name.to_owned(), Value::Object(parts));
        }
        (None, Some(new)) => match (container.get_mut(name), new) {
            (Some(Value::Object(before)), Value::Object(more)) if step.op == Op::Add => {
                before.extend(more)
            }
            (_, new) => {
                container.insert(name.to_owned(), new);
            }
        },
        (None, None) => {
            container.shift_remove(name);
        }
    }
}

/// The path of an error about one attribute.
pub(super) fn named(path: &AttributePath) -> String {
    format!("{path:?}")
}
