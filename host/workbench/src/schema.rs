//! A settings schema (JSON Schema 2020-12) as a table of keys that people read.

use serde_json::{Map, Value};

/// Deeper than settings are nested; a schema may refer to itself.
const DEEPEST: usize = 6;

/// One key of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its path: `rules[].when`, `skills.*` for any key.
    pub key: String,
    /// What it holds, in words.
    pub holds: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it is when it is not there, as JSON.
    pub default: Option<String>,
    /// What it is for, in the author's words, the first line.
    pub about: String,
}

/// The rows, in the order of the schema; each object's keys after the object.
pub fn rows(schema: &Value) -> Vec<Row> {
    let reader = Reader { root: schema };
    let mut rows = Vec::new();
    reader.below("", schema, 0, &mut rows);
    rows
}

struct Reader<'a> {
    root: &'a Value,
}

impl<'a> Reader<'a> {
    /// The keys below a schema.
    fn below(&self, path: &str, schema: &'a Value, depth: usize, into: &mut Vec<Row>) {
        if depth > DEEPEST {
            return;
        }
        let all = self.alternatives(schema);
        for schema in &all {
            let required: Vec<&str> = schema
                .get("required")
                .and_then(Value::as_array)
                .map(|names| names.iter().filter_map(Value::as_str).collect())
                .unwrap_or_default();
            let members = schema.get("properties").and_then(Value::as_object);
            for (name, member) in members.into_iter().flatten() {
                let key = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                self.row(key, member, required.contains(&name.as_str()), depth, into);
            }
            let any = schema.get("additionalProperties");
            if let Some(any) = any.filter(|any| any.is_object()) {
                let key = if path.is_empty() {
                    "*".to_owned()
                } else {
                    format!("{path}.*")
                };
                self.row(key, any, false, depth, into);
            }
            // One of them or a list of them: told once.
            let told = |items| {
                all.iter()
                    .any(|one| std::ptr::eq(*one, self.resolved(items)))
            };
            if let Some(items) = schema.get("items").filter(|items| !told(items)) {
                self.below(&format!("{path}[]"), items, depth + 1, into);
            }
        }
    }

    fn row(
        &self,
        key: String,
        schema: &'a Value,
        required: bool,
        depth: usize,
        into: &mut Vec<Row>,
    ) {
        if into.iter().any(|row| row.key == key) {
            return;
        }
        let text = |of: &'a Value| of.get("description").and_then(Value::as_str);
        let about = text(schema).or_else(|| text(self.resolved(schema)));
        into.push(Row {
            key: key.clone(),
            holds: self.holds(schema, depth),
            required,
            default: schema
                .get("default")
                .filter(|default| !default.is_null())
                .map(Value::to_string),
            about: about
                .and_then(|about| about.lines().next())
                .unwrap_or_default()
                .to_owned(),
        });
        self.below(&key, schema, depth + 1, into);
    }

    /// The schema that a reference within the document leads to, else the schema itself.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..DEEPEST {
            let target = schema.get("$ref").and_then(Value::as_str);
            let found = target
                .and_then(|target| target.strip_prefix('#'))
                .and_then(|pointer| self.root.pointer(pointer));
            match found {
                Some(found) => schema = found,
                None => break,
            }
        }
        schema
    }

    /// The schema, or each of those that it leaves the choice of; what allows nothing but null is none.
    fn alternatives(&self, schema: &'a Value) -> Vec<&'a Value> {
        let schema = self.resolved(schema);
        let choice = ["anyOf", "oneOf", "allOf"].into_iter();
        let all: Vec<&Value> = choice
            .filter_map(|word| schema.get(word).and_then(Value::as_array))
            .flatten()
            .map(|one| self.resolved(one))
            .filter(|one| one.get("type").and_then(Value::as_str) != Some("null"))
            .collect();
        if all.is_empty() { vec![schema] } else { all }
    }

    /// What a value is, in words.
    fn holds(&self, schema: &'a Value, depth: usize) -> String {
        let mut words: Vec<String> = Vec::new();
        for one in self.alternatives(schema) {
            let word = self.word(one, depth);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(" or ")
    }

    fn word(&self, schema: &'a Value, depth: usize) -> String {
        if let Some(constant) = schema.get("const") {
            return constant.to_string();
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let values: Vec<String> = values
                .iter()
                .filter(|value| !value.is_null())
                .map(Value::to_string)
                .collect();
            return values.join(" or ");
        }
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let words: Vec<String> = types
            .into_iter()
            .filter(|word| *word != "null")
            .map(|word| match word {
                "string" => "text".to_owned(),
                "integer" => "whole number".to_owned(),
                "boolean" => "true or false".to_owned(),
                "array" => match schema.get("items") {
                    Some(items) if depth < DEEPEST => {
                        format!("list of {}", self.holds(items, depth + 1))
                    }
                    _ => "list".to_owned(),
                },
                "object" => "table".to_owned(),
                other => other.to_owned(),
            })
            .collect();
        match words.is_empty() {
            false => words.join(" or "),
            true if schema.as_object().is_some_and(Map::is_empty)
                || schema == &Value::Bool(true) =>
            {
                "anything".to_owned()
            }
            true if self.resolved(schema).get("anyOf").is_some()
                || self.resolved(schema).get("oneOf").is_some() =>
            {
                if depth < DEEPEST {
                    self.holds(schema, depth + 1)
                } else {
                    "table".to_owned()
                }
            }
            true => "anything".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_told_with_what_they_hold() {
        let schema = json!({
            "type": "object",
            "required": ["skills"],
            "properties": {
                "skills": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Teams by skill.\nMore."},
                "mode": {"enum": ["a", "b", null], "default": "a"},
                "rules": {"type": "array", "items": {"$ref": "#/$defs/Rule"}},
                "limit": {"type": ["integer", "null"]},
                "when": {"anyOf": [{"$ref": "#/$defs/Rule"}, {"type": "array", "items": {"$ref": "#/$defs/Rule"}}]},
                "group": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}]},
            },
            "$defs": {"Rule": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string", "description": "Whose."},
                "inner": {"$ref": "#/$defs/Rule"},
            }}},
        });
        let rows = rows(&schema);
        let told: Vec<(&str, &str, bool)> = rows
            .iter()
            .map(|row| (row.key.as_str(), row.holds.as_str(), row.required))
            .take(7)
            .collect();
        assert_eq!(
            told,
            [
                ("skills", "table", true),
                ("skills.*", "text", false),
                ("mode", "\"a\" or \"b\"", false),
                ("rules", "list of table", false),
                ("rules[].name", "text", true),
                ("rules[].inner", "table", false),
                ("rules[].inner.name", "text", true),
            ]
        );
        assert_eq!(rows[0].about, "Teams by skill.");
        assert_eq!(rows[2].default.as_deref(), Some("\"a\""));
        let holds = |key: &str| {
            let row = rows.iter().find(|row| row.key == key).unwrap();
            row.holds.clone()
        };
        assert_eq!(holds("limit"), "whole number");
        assert_eq!(holds("group"), "text or list of text");
        assert_eq!(holds("when"), "table or list of table");
        assert_eq!(holds("when.name"), "text");
        assert!(!rows.iter().any(|row| row.key.starts_with("when[]")));
        assert!(rows.len() < 30, "a schema that refers to itself ends");
    }
}
