//! A plugin's settings, validated against the JSON Schema that the plugin itself gives.

use std::collections::HashMap;
use std::fmt;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use crate::text::one_line;

/// Mistakes named at once; who mends five reads the next five.
const SHOWN: usize = 5;

/// Bytes of a schema as JSON. It is compiled in this process, and who wrote the plugin wrote it.
const LONGEST: usize = 64 << 10;

/// How deep a schema nests.
const DEEPEST: usize = 32;

/// Patterns in a schema, and bytes of each.
const PATTERNS: usize = 100;
const PATTERN: usize = 1_000;

/// Parts of a schema with every reference written out, and references behind one another: what validating may take grows so.
const PARTS: u64 = 100_000;
const REFERENCES: usize = 64;

/// Members that change where a reference leads, which are not followed here.
const LEADING: [&str; 4] = ["$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef"];

/// Bytes of memory of one compiled pattern, about: a pattern of a few letters may stand for millions of states.
const COMPILED: usize = 256 << 10;

/// A compiled schema. Nothing is fetched for it, and its patterns run in linear time.
pub(crate) struct Schema(Validator);

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema")
    }
}

impl Schema {
    /// Compiles a schema, draft 2020-12 where it does not say otherwise; the error says what is wrong with it.
    pub(crate) fn compile(schema: &Value) -> Result<Self, String> {
        bounded(schema)?;
        let options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .with_pattern_options(
                PatternOptions::regex()
                    .size_limit(COMPILED)
                    .dfa_size_limit(COMPILED),
            );
        match options.build(schema) {
            Ok(validator) => Ok(Self(validator)),
            Err(error) => Err(place(&error, "schema")),
        }
    }

    /// What is wrong with the settings, if anything, each mistake with its place. Values are left out: they may be secrets.
    pub(crate) fn validate(&self, settings: &Value) -> Result<(), String> {
        let mistakes: Vec<String> = self
            .0
            .iter_errors(settings)
            .take(SHOWN)
            .map(|error| place(&error, "settings"))
            .collect();
        if mistakes.is_empty() {
            Ok(())
        } else {
            Err(mistakes.join("; "))
        }
    }
}

/// Whether compiling a schema and validating by it takes little.
fn bounded(schema: &Value) -> Result<(), String> {
    let length = schema.to_string().len();
    if length > LONGEST {
        return Err(format!(
            "schema: it has {length} bytes, and at most {LONGEST} are read"
        ));
    }
    let mut patterns = Vec::new();
    gather(schema, DEEPEST, &mut patterns)?;
    if patterns.len() > PATTERNS {
        return Err(format!("schema: it has more than {PATTERNS} patterns"));
    }
    if parts(schema, schema, REFERENCES, &mut HashMap::new())? > PARTS {
        return Err("schema: its references multiply it too often".to_owned());
    }
    match patterns.iter().any(|pattern| pattern.len() > PATTERN) {
        true => Err(format!("schema: a pattern has more than {PATTERN} bytes")),
        false => Ok(()),
    }
}

/// Gathers patterns; an error where the schema nests too deep.
fn gather<'a>(schema: &'a Value, levels: usize, into: &mut Vec<&'a str>) -> Result<(), String> {
    let Some(levels) = levels.checked_sub(1) else {
        return Err(format!("schema: it nests more than {DEEPEST} levels"));
    };
    match schema {
        Value::Array(items) => items.iter().try_for_each(|it| gather(it, levels, into)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            match (name.as_str(), value) {
                ("pattern", Value::String(pattern)) => into.push(pattern),
                ("patternProperties", Value::Object(named)) => {
                    into.extend(named.keys().map(String::as_str));
                }
                _ => {}
            }
            gather(value, levels, into)
        }),
        _ => Ok(()),
    }
}

/// How many parts a schema has with every reference written out. One that leads back to itself counts once: it goes on only where
/// the settings do.
fn parts<'a>(
    root: &'a Value,
    schema: &'a Value,
    references: usize,
    known: &mut HashMap<&'a str, u64>,
) -> Result<u64, String> {
    let mut sum = 1_u64;
    match schema {
        Value::Array(items) => {
            for item in items {
                sum = sum.saturating_add(parts(root, item, references, known)?);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let elsewhere = name == "$id" && !std::ptr::eq(root, schema);
                let more = match value {
                    Value::String(_) if elsewhere || LEADING.contains(&name.as_str()) => {
                        return Err(format!("schema: {name} is not known here"));
                    }
                    Value::String(to) if name == "$ref" => match known.get(to.as_str()) {
                        Some(parts) => *parts,
                        None => {
                            let target = to.strip_prefix('#').and_then(|at| root.pointer(at));
                            let (Some(target), Some(left)) = (target, references.checked_sub(1))
                            else {
                                let to = one_line(to, 200);
                                return Err(format!("schema: the reference {to} is not followed"));
                            };
                            known.insert(to, 1);
                            let parts = parts(root, target, left, known)?;
                            known.insert(to, parts);
                            parts
                        }
                    },
                    value => parts(root, value, references, known)?,
                };
                sum = sum.saturating_add(more);
            }
        }
        _ => {}
    }
    Ok(sum)
}

fn place(error: &jsonschema::ValidationError<'_>, root: &str) -> String {
    let path = error.instance_path().as_str().replace('/', ".");
    let text = one_line(&error.masked().to_string(), 300);
    one_line(&format!("{root}{path}: {text}"), 400)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unknown_keys_and_wrong_types_are_named_without_values() {
        let schema = Schema::compile(&json!({
            "type": "object",
            "properties": {"domains": {"type": "array", "items": {"type": "string"}}},
            "additionalProperties": false,
        }))
        .expect("a schema");
        assert_eq!(
            schema.validate(&json!({"domains": ["example.com"]})),
            Ok(())
        );
        let wrong = schema
            .validate(&json!({"domain": "hunter2", "domains": [31337]}))
            .expect_err("two mistakes");
        assert!(wrong.contains("'domain' was unexpected"), "{wrong}");
        assert!(wrong.contains("settings.domains.0: "), "{wrong}");
        assert!(
            !wrong.contains("hunter2") && !wrong.contains("31337"),
            "{wrong}"
        );
    }

    #[test]
    fn references_that_multiply_a_schema_are_refused() {
        let doubled = |times: usize| {
            let next = |at: usize| json!({"$ref": format!("#/$defs/{at}")});
            let each = (1..=times).map(|at| {
                (
                    at.to_string(),
                    json!({"allOf": [next(at - 1), next(at - 1)]}),
                )
            });
            let mut all: serde_json::Map<String, Value> = each.collect();
            all.insert("0".to_owned(), json!({"type": "object"}));
            json!({"$defs": all, "$ref": format!("#/$defs/{times}")})
        };
        assert!(Schema::compile(&doubled(8)).is_ok());
        let refused = Schema::compile(&doubled(40)).expect_err("2^40 parts");
        assert!(refused.contains("multiply"), "{refused}");
        let tree = json!({"$defs": {"tree": {"properties": {"left": {"$ref": "#/$defs/tree"}}, "additionalProperties": false}},
            "$ref": "#/$defs/tree"});
        let tree = Schema::compile(&tree).expect("it leads back to itself");
        assert_eq!(tree.validate(&json!({"left": {"left": {}}})), Ok(()));
        assert!(tree.validate(&json!({"left": {"right": {}}})).is_err());
    }

    #[test]
    fn a_schema_that_is_none_is_refused() {
        for schema in [
            json!({"type": "objekt"}),
            json!(1),
            json!({"$ref": "https://example.com/schema"}),
            json!({"pattern": "("}),
            json!({"$dynamicRef": "#x", "$dynamicAnchor": "x"}),
            json!({"items": {"$id": "https://example.com/x"}}),
            json!({"description": "x".repeat(LONGEST)}),
            json!({"pattern": "x".repeat(PATTERN + 1)}),
            json!({"pattern": "\\p{L}{1000}"}),
            json!({"allOf": vec![json!({"pattern": "x"}); PATTERNS + 1]}),
            (0..DEEPEST).fold(json!({}), |inner, _| json!({"items": inner})),
        ] {
            assert!(Schema::compile(&schema).is_err(), "{schema}");
        }
    }
}
