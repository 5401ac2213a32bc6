//! What a schema may cost: its compiling, and validating by it.

use std::collections::HashMap;

use serde_json::Value;

use crate::text::one_line;

/// Bytes of a schema as JSON. It is compiled in this process, and who wrote the plugin wrote it.
const LONGEST: usize = 64 << 10;

/// How deep a schema nests.
const DEEPEST: usize = 32;

/// Patterns in a schema, and bytes of each.
const PATTERNS: usize = 100;
const PATTERN: usize = 1_000;

/// Parts of a schema with every reference written out, each as often as it is gone through: what validating may take grows so.
const PARTS: u64 = 100_000;

/// How far down a schema leads by references, at most: how deep it nests and what it refers to, each target once. What compiling
/// and validating take of the stack grows so.
const LEVELS: usize = 500;

/// The same of a schema that leads back to itself, times the levels of the settings: with those it goes on.
const WALKED: usize = 4_000;

/// How many times a schema's own part is gone through for each time that it applies: once to say whether it does, once more for
/// what is wrong. Nested, that doubles with each level.
const TWICE: [&str; 2] = ["anyOf", "oneOf"];

/// What goes once more through all parts beside it that apply to the same value, and those.
const AGAIN: [&str; 2] = ["unevaluatedItems", "unevaluatedProperties"];
const BESIDE: [&str; 9] = [
    "$ref",
    "allOf",
    "anyOf",
    "dependentSchemas",
    "else",
    "if",
    "not",
    "oneOf",
    "then",
];

/// Members that change where a reference leads, which are not followed here.
const LEADING: [&str; 4] = ["$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef"];

/// How far down a schema within the bounds leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Levels {
    schema: usize,
    loops: bool,
}

impl Levels {
    /// Whether validating these settings takes little.
    pub(super) fn bear(self, settings: &Value) -> Result<(), String> {
        // Further than this it need not be looked at.
        let most = WALKED / self.schema.max(1);
        match !self.loops || levels(settings, most).is_some() {
            true => Ok(()),
            false => Err(format!(
                "settings: they nest more than {most} levels, which is too deep for a schema that leads back to itself"
            )),
        }
    }
}

/// Whether compiling a schema and validating by it takes little.
pub(super) fn bounded(schema: &Value) -> Result<Levels, String> {
    let length = schema.to_string().len();
    if length > LONGEST {
        return Err(format!(
            "schema: it has {length} bytes, and at most {LONGEST} are read"
        ));
    }
    let deep = || format!("schema: it nests more than {DEEPEST} levels");
    let own = levels(schema, DEEPEST).ok_or_else(deep)?;
    let mut patterns = Vec::new();
    gather(schema, &mut patterns);
    if patterns.len() > PATTERNS {
        return Err(format!("schema: it has more than {PATTERNS} patterns"));
    }
    if patterns.iter().any(|pattern| pattern.len() > PATTERN) {
        return Err(format!("schema: a pattern has more than {PATTERN} bytes"));
    }
    let mut way = Way {
        root: schema,
        known: HashMap::new(),
        levels: own,
        loops: false,
    };
    if way.parts(schema)? > PARTS {
        return Err("schema: its references multiply it too often".to_owned());
    }
    Ok(Levels {
        schema: way.levels,
        loops: way.loops,
    })
}

/// How many levels a document has, a bare value one; nothing where they are more than so many.
fn levels(document: &Value, most: usize) -> Option<usize> {
    let most = most.checked_sub(1)?;
    let below = |it| levels(it, most);
    let deepest = match document {
        Value::Array(items) => items.iter().map(below).try_fold(0, deeper)?,
        Value::Object(members) => members.values().map(below).try_fold(0, deeper)?,
        _ => 0,
    };
    Some(deepest + 1)
}

fn deeper(than: usize, levels: Option<usize>) -> Option<usize> {
    Some(than.max(levels?))
}

fn gather<'a>(schema: &'a Value, into: &mut Vec<&'a str>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|it| gather(it, into)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            match (name.as_str(), value) {
                ("pattern", Value::String(pattern)) => into.push(pattern),
                ("patternProperties", Value::Object(named)) => {
                    into.extend(named.keys().map(String::as_str));
                }
                _ => {}
            }
            gather(value, into);
        }),
        _ => {}
    }
}

/// Following a schema's references.
struct Way<'a> {
    root: &'a Value,
    /// The parts of what was referred to; nothing yet while they are counted.
    known: HashMap<&'a str, Option<u64>>,
    levels: usize,
    loops: bool,
}

impl<'a> Way<'a> {
    /// How many parts a schema has with every reference written out, each as often as it is gone through. One that leads back to
    /// itself counts once: it goes on only where the settings do.
    fn parts(&mut self, schema: &'a Value) -> Result<u64, String> {
        let mut sum = 1_u64;
        match schema {
            Value::Array(items) => {
                for item in items {
                    sum = sum.saturating_add(self.parts(item)?);
                }
            }
            Value::Object(members) => {
                for (name, value) in members {
                    let root = std::ptr::eq(self.root, schema);
                    let elsewhere = !root && matches!(name.as_str(), "$id" | "$schema");
                    let more = match value {
                        Value::String(_) if elsewhere || LEADING.contains(&name.as_str()) => {
                            return Err(format!("schema: {name} is not known here"));
                        }
                        Value::String(to) if name == "$ref" => self.referred(to)?,
                        value => self.parts(value)?,
                    };
                    let times = 1 + u64::from(TWICE.contains(&name.as_str()));
                    sum = sum.saturating_add(more.saturating_mul(times));
                }
                let has = |names: &[&str]| names.iter().any(|it| members.contains_key(*it));
                let again = has(&AGAIN) && has(&BESIDE);
                sum = sum.saturating_mul(1 + u64::from(again));
            }
            _ => {}
        }
        Ok(sum)
    }

    fn referred(&mut self, to: &'a str) -> Result<u64, String> {
        match self.known.get(to) {
            Some(Some(parts)) => return Ok(*parts),
            Some(None) => {
                self.loops = true;
                return Ok(1);
            }
            None => {}
        }
        // With a % it leads elsewhere: a reference is a part of a URI (RFC 6901, section 6).
        let at = to.strip_prefix('#').filter(|at| !at.contains('%'));
        let Some(target) = at.and_then(|at| self.root.pointer(at)) else {
            let to = one_line(to, 200);
            return Err(format!("schema: the reference {to} is not followed"));
        };
        self.levels += levels(target, DEEPEST).unwrap_or(DEEPEST);
        if self.levels > LEVELS {
            return Err(format!(
                "schema: it leads more than {LEVELS} levels down by its references"
            ));
        }
        self.known.insert(to, None);
        let parts = self.parts(target)?;
        self.known.insert(to, Some(parts));
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Schema;
    use super::*;

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
        let refused = Schema::compile(&doubled(40))
            .expect_err("2^40 parts")
            .to_string();
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
            json!({"items": {"$schema": "http://json-schema.org/draft-04/schema#", "id": "https://example.com/x"}}),
            json!({"$defs": {"a%20b": {}, "a b": {}}, "$ref": "#/$defs/a%20b"}),
            chain("not", LEVELS / 20, &json!({})),
            json!({"description": "x".repeat(LONGEST)}),
            json!({"pattern": "x".repeat(PATTERN + 1)}),
            json!({"pattern": "\\p{L}{1000}"}),
            json!({"allOf": vec![json!({"pattern": "x"}); PATTERNS + 1]}),
            (0..DEEPEST).fold(json!({}), |inner, _| json!({"items": inner})),
        ] {
            assert!(Schema::compile(&schema).is_err(), "{schema}");
        }
    }

    /// A schema around another, by a keyword that goes on with the same value or with the members of it.
    fn layer(keyword: &str, inner: Value) -> Value {
        match keyword {
            "then" => json!({"if": true, "then": inner}),
            "allOf" => json!({"allOf": [inner]}),
            _ => json!({keyword: inner}),
        }
    }

    /// Definitions that nest about as deep as they may, each leading to the next and the last one to this.
    fn chain(keyword: &str, definitions: usize, last: &Value) -> Value {
        let times = 26 / (levels(&layer(keyword, json!({})), DEEPEST).expect("a few") - 1);
        let each = (0..definitions).map(|at| {
            let next = match at + 1 == definitions {
                true => last.clone(),
                false => json!({"$ref": format!("#/$defs/{}", at + 1)}),
            };
            let nested = (0..times).fold(next, |inner, _| layer(keyword, inner));
            (at.to_string(), nested)
        });
        json!({"$defs": each.collect::<serde_json::Map<_, _>>(), "$ref": "#/$defs/0"})
    }

    fn nested(levels: usize) -> Value {
        (1..levels).fold(json!({}), |inner, _| json!({"a": inner}))
    }

    /// What takes twice as long with each level is refused before it takes long: within the bounds all of these end.
    #[test]
    fn what_doubles_with_each_level_is_refused() {
        let layers: [fn(Value) -> Value; 5] = [
            |inner| json!({"anyOf": [inner, {"type": "null"}]}),
            |inner| json!({"oneOf": [inner, {"type": "null"}]}),
            |inner| json!({"anyOf": [inner], "unevaluatedProperties": false}),
            |inner| json!({"allOf": [inner], "unevaluatedProperties": false}),
            |inner| json!({"if": true, "then": inner, "unevaluatedProperties": false}),
        ];
        for layer in layers {
            let deep = |levels: usize| {
                (0..levels).fold(json!({"type": "object"}), |inner, _| layer(inner))
            };
            let most = (1..DEEPEST).take_while(|levels| bounded(&deep(*levels)).is_ok());
            let most = most.last().expect("one level");
            assert!((4..20).contains(&most), "{most}: {}", layer(json!({})));
            let schema = Schema::compile(&deep(most)).expect("within the bounds");
            let _ = schema.validate(&json!({"a": {"b": 1}}));
        }
    }

    /// Debug builds take several times the stack of others.
    #[test]
    fn the_deepest_schemas_fit_the_stack() {
        let keywords = ["not", "then", "allOf", "unevaluatedProperties", "contains"];
        for keyword in keywords {
            let all = |last: Value| {
                let longer = (1..).map(move |definitions| chain(keyword, definitions, &last));
                longer.take_while(|schema| bounded(schema).is_ok())
            };
            let straight = all(json!({"type": "object"})).last().expect("one");
            let straight = Schema::compile(&straight).expect(keyword);
            let _ = straight.validate(&nested(100));
            let looped = all(json!({"properties": {"a": {"$ref": "#"}}}));
            for looped in looped.collect::<Vec<_>>().iter().rev().step_by(8) {
                let most = WALKED / bounded(looped).expect(keyword).schema;
                let looped = Schema::compile(looped).expect(keyword);
                let _ = looped.validate(&nested(most));
                let refused = looped.validate(&nested(most + 1)).expect_err(keyword);
                assert!(refused.contains("too deep"), "{refused}");
            }
        }
    }
}
