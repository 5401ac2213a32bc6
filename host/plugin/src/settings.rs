//! A plugin's settings, validated against the JSON Schema that the plugin itself gives.

use std::fmt;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use crate::text::one_line;

/// Mistakes named at once; who mends five reads the next five.
const SHOWN: usize = 5;

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
        let options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .with_pattern_options(PatternOptions::regex());
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

fn place(error: &jsonschema::ValidationError<'_>, root: &str) -> String {
    let path = error.instance_path().as_str().replace('/', ".");
    let text = one_line(&error.masked().to_string(), 300);
    one_line(&format!("{root}{path}: {text}"), 400)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Schema;

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
    fn a_schema_that_is_none_is_refused() {
        for schema in [
            json!({"type": "objekt"}),
            json!(1),
            json!({"$ref": "https://example.com/schema"}),
            json!({"pattern": "("}),
        ] {
            assert!(Schema::compile(&schema).is_err(), "{schema}");
        }
    }
}
