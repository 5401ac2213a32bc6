//! A plugin's settings, validated against the JSON Schema that the plugin itself gives.

mod bounds;

use std::fmt;
use std::thread;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use crate::about::BadAbout;
use crate::text::one_line;
use bounds::{Levels, bounded};

/// Mistakes named at once; who mends five reads the next five.
const SHOWN: usize = 5;

/// Bytes of memory of one compiled pattern, about: a pattern of a few letters may stand for millions of states.
const COMPILED: usize = 256 << 10;

/// Bytes of the stack on which schemas are compiled and settings validated. 16 MiB: see the test of the deepest schemas.
const STACK: usize = 16 << 20;

/// A compiled schema. Nothing is fetched for it, and its patterns run in linear time.
pub(crate) struct Schema {
    validator: Validator,
    levels: Levels,
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema")
    }
}

impl Schema {
    /// Compiles a schema by draft 2020-12; the error says what is wrong with it.
    pub(crate) fn compile(schema: &Value) -> Result<Self, BadAbout> {
        with_room(|| Self::built(schema))?.map_err(BadAbout::Schema)
    }

    fn built(schema: &Value) -> Result<Self, String> {
        let levels = bounded(schema)?;
        let options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .with_pattern_options(
                PatternOptions::regex()
                    .size_limit(COMPILED)
                    .dfa_size_limit(COMPILED),
            );
        match options.build(schema) {
            Ok(validator) => Ok(Self { validator, levels }),
            Err(error) => Err(place(&error, "schema")),
        }
    }

    /// What is wrong with the settings, if anything, each mistake with its place. Values are left out: they may be secrets.
    pub(crate) fn validate(&self, settings: &Value) -> Result<(), String> {
        self.levels.bear(settings)?;
        let mistakes = with_room(|| self.mistakes(settings)).map_err(|error| error.to_string())?;
        if mistakes.is_empty() {
            Ok(())
        } else {
            Err(mistakes.join("; "))
        }
    }

    fn mistakes(&self, settings: &Value) -> Vec<String> {
        let errors = self.validator.iter_errors(settings).take(SHOWN);
        errors.map(|error| place(&error, "settings")).collect()
    }
}

/// Does it on a stack of its own, whose size does not depend on who asks.
fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, BadAbout> {
    thread::scope(|threads| {
        let named = thread::Builder::new().name("plugin-schema".to_owned());
        let working = named.stack_size(STACK).spawn_scoped(threads, work);
        let working = working.map_err(|reason| BadAbout::NoThread(reason.to_string()))?;
        let broken = || BadAbout::Schema("reading it broke off".to_owned());
        working.join().map_err(|_| broken())
    })
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
}
