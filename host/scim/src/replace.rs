//! What a PUT leaves of the resource before it (RFC 7644 section 3.5.1, N19).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::dialect::{Dialect, PutPolicy};
use crate::resource::Resource;
use crate::urn;

/// The resource after a PUT of `put` over `before`.
///
/// Required attributes are never cleared, and an absent `active` is unchanged. For the rest the dialect decides:
/// everything absent is cleared, or only what `carried` names: attributes, as [`carried_by`] gives them, that earlier
/// POSTs and PUTs of the connection had.
#[must_use]
pub fn replace(
    before: &Resource,
    put: Resource,
    carried: &BTreeSet<String>,
    dialect: &Dialect,
) -> Resource {
    let core = if is_group(&put) {
        &crate::schema::GROUP
    } else {
        &crate::schema::USER
    };
    let stays = |key: &str| {
        let is_required = core
            .attribute(key)
            .is_some_and(|attribute| attribute.required);
        let kept = dialect.put == PutPolicy::ClearCarried && !carried.contains(key);
        is_required || key == "active" || kept
    };
    let mut after = put.into_map();
    for (key, value) in before.as_map() {
        match value {
            _ if key == "schemas" => {}
            Value::Object(attributes) if is_extension(key) => {
                let kept = attributes
                    .iter()
                    .filter(|(name, _)| stays(&format!("{key}:{name}")));
                let kept: Map<String, Value> = kept
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                if kept.is_empty() {
                    continue;
                }
                match after
                    .entry(key.clone())
                    .or_insert_with(|| Value::Object(Map::new()))
                {
                    Value::Object(extension) => {
                        for (name, value) in kept {
                            extension.entry(name).or_insert(value);
                        }
                    }
                    other => *other = Value::Object(kept),
                }
            }
            value => {
                if stays(key) && !after.contains_key(key) {
                    after.insert(key.clone(), value.clone());
                }
            }
        }
    }
    declare(&mut after, core.id);
    Resource::from_map(after)
}

/// The attributes that a resource has, as `attribute` or `urn:attribute`: what to remember as carried.
#[must_use]
pub fn carried_by(resource: &Resource) -> BTreeSet<String> {
    let mut carried = BTreeSet::new();
    for (key, value) in resource.as_map() {
        match value {
            _ if key == "schemas" => {}
            Value::Object(attributes) if is_extension(key) => {
                carried.extend(attributes.keys().map(|name| format!("{key}:{name}")));
            }
            _ => {
                carried.insert(key.clone());
            }
        }
    }
    carried
}

/// Writes `schemas` anew: the core schema, then the extensions present.
fn declare(map: &mut Map<String, Value>, core: &str) {
    let urns: Vec<Value> = std::iter::once(core)
        .chain(
            map.keys()
                .map(String::as_str)
                .filter(|key| is_extension(key)),
        )
        .map(Value::from)
        .collect();
    let rest = std::mem::take(map);
    map.insert("schemas".to_owned(), Value::Array(urns));
    map.extend(rest.into_iter().filter(|(key, _)| key != "schemas"));
}

fn is_extension(key: &str) -> bool {
    key.contains(':')
}

fn is_group(resource: &Resource) -> bool {
    resource
        .as_map()
        .get("schemas")
        .and_then(|schemas| schemas.get(0))
        .and_then(Value::as_str)
        == Some(urn::GROUP)
}

#[cfg(test)]
mod tests;
