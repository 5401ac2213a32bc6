//! `attributes` and `excludedAttributes` (RFC 7644 section 3.9).
//!
//! The RFC makes them mutually exclusive; where both come, `attributes` counts, since a client that reads less than it
//! hoped for does less harm than a refusal of its every read. Unknown names are ignored. `id` and `schemas` always stay.

use serde_json::{Map, Value};

use crate::path::AttributePath;
use crate::schema::{ResourceSchemas, Returned};

/// Which attributes an answer has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Projection {
    mode: Mode,
    paths: Vec<AttributePath>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Mode {
    #[default]
    Everything,
    Only,
    Except,
}

impl Projection {
    /// From the query: lists of names separated by commas, in any case, with or without URN; a whole extension by its
    /// URN.
    #[must_use]
    pub fn from_query(
        attributes: Option<&str>,
        excluded: Option<&str>,
        schemas: &ResourceSchemas,
    ) -> Self {
        let given = |text: Option<&str>| {
            text.map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let (mode, names) = match (given(attributes), given(excluded)) {
            (Some(names), _) => (Mode::Only, names),
            (None, Some(names)) => (Mode::Except, names),
            (None, None) => return Self::default(),
        };
        let paths = names
            .split(',')
            .filter_map(|name| AttributePath::resolve(name.trim(), schemas).ok())
            .collect();
        Self { mode, paths }
    }

    /// Whether the answer would have an attribute (at least in part), so that a caller can save itself the work.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        let names = |whole: bool| {
            self.paths
                .iter()
                .any(|path| path.key().eq_ignore_ascii_case(name) && (!whole || path.sub.is_none()))
        };
        match self.mode {
            Mode::Everything => true,
            Mode::Only => names(false),
            Mode::Except => !names(true),
        }
    }

    /// Leaves in a rendered resource what is wanted.
    pub fn apply(&self, resource: &mut Map<String, Value>) {
        match self.mode {
            Mode::Everything => {}
            Mode::Only => self.keep(resource),
            Mode::Except => self
                .paths
                .iter()
                .filter(|path| !is_always(path))
                .for_each(|path| drop_path(resource, path)),
        }
    }

    fn keep(&self, resource: &mut Map<String, Value>) {
        for (key, mut value) in std::mem::take(resource) {
            let is_extension = key.contains(':');
            if matches!(key.as_str(), "id" | "schemas") {
                resource.insert(key, value);
                continue;
            }
            if let (true, Value::Object(attributes)) = (is_extension, &mut value) {
                for (name, mut value) in std::mem::take(attributes) {
                    if self.keep_value(Some(&key), &name, &mut value) {
                        attributes.insert(name, value);
                    }
                }
                if !attributes.is_empty() {
                    resource.insert(key, value);
                }
            } else if self.keep_value(None, &key, &mut value) {
                resource.insert(key, value);
            }
        }
    }

    /// Cuts a value down to the sub-attributes named; false if it isn't wanted at all.
    fn keep_value(&self, urn: Option<&str>, name: &str, value: &mut Value) -> bool {
        let same = |left: &str, right: &str| left.eq_ignore_ascii_case(right);
        let matching = self.paths.iter().filter(|path| match (&path.schema, urn) {
            (None, None) => true,
            (Some(left), Some(right)) => same(left, right),
            // The core schema's URN asks for all of the core schema.
            (Some(_), None) => {
                path.attribute.is_none() && path.schema.as_deref().is_some_and(is_core)
            }
            (None, Some(_)) => false,
        });
        let matching: Vec<_> = matching
            .filter(|path| {
                path.attribute
                    .as_deref()
                    .is_none_or(|attribute| same(attribute, name))
            })
            .collect();
        if matching.is_empty() {
            return false;
        }
        if matching.iter().all(|path| path.sub.is_some()) {
            let subs: Vec<&str> = matching
                .iter()
                .filter_map(|path| path.sub.as_deref())
                .collect();
            keep_subs(value, &subs);
            return !matches!(value, Value::Object(map) if map.is_empty())
                && !matches!(value, Value::Array(items) if items.is_empty());
        }
        true
    }
}

fn is_core(urn: &str) -> bool {
    urn == crate::urn::USER || urn == crate::urn::GROUP
}

fn is_always(path: &AttributePath) -> bool {
    path.definition
        .is_some_and(|attribute| attribute.returned == Returned::Always)
}

fn keep_subs(value: &mut Value, subs: &[&str]) {
    let named = |key: &str| subs.iter().any(|sub| sub.eq_ignore_ascii_case(key));
    match value {
        Value::Object(map) => map.retain(|key, _| named(key)),
        Value::Array(items) => {
            items.iter_mut().for_each(|item| keep_subs(item, subs));
            items.retain(|item| item.as_object().is_some_and(|map| !map.is_empty()));
        }
        // A plain value has no sub-attributes.
        other => *other = Value::Array(Vec::new()),
    }
}

fn drop_path(resource: &mut Map<String, Value>, path: &AttributePath) {
    let Some(name) = &path.attribute else {
        if let Some(urn) = &path.schema {
            resource.retain(|key, _| !key.eq_ignore_ascii_case(urn));
        }
        return;
    };
    match &path.schema {
        None => drop_attribute(resource, name, path.sub.as_deref()),
        Some(urn) => {
            resource.retain(|key, value| {
                let Value::Object(attributes) = value else {
                    return true;
                };
                if !key.eq_ignore_ascii_case(urn) {
                    return true;
                }
                drop_attribute(attributes, name, path.sub.as_deref());
                !attributes.is_empty()
            });
        }
    }
}

fn drop_attribute(map: &mut Map<String, Value>, name: &str, sub: Option<&str>) {
    map.retain(|key, value| {
        if !key.eq_ignore_ascii_case(name) {
            return true;
        }
        let Some(sub) = sub else { return false };
        let without = |value: &mut Value| {
            if let Value::Object(map) = value {
                map.retain(|key, _| !key.eq_ignore_ascii_case(sub));
            }
        };
        match value {
            Value::Array(items) => items.iter_mut().for_each(without),
            single => without(single),
        }
        true
    });
}

#[cfg(test)]
mod tests;
