//! Documents that a plugin answers: read, and refused where they are none.

use bridge::port::plugins::Ending;
use bridge::target::Target;
use serde_json::{Map, Value};

use crate::call::Failure;
use crate::limits::Limits;
use crate::text::one_line;

/// Reads a document. Deeper than serde_json's 128 levels is refused.
pub(crate) fn parse(document: &str) -> Result<Value, Failure> {
    serde_json::from_str(document)
        .map_err(|error| bad_document(&format!("the document is not well-formed JSON ({error})")))
}

/// Reads a source.
pub(crate) fn source(document: &str) -> Result<Map<String, Value>, Failure> {
    match parse(document)? {
        Value::Object(source) => Ok(source),
        _ => Err(bad_document("the source is not a JSON object")),
    }
}

/// Reads a target.
pub(crate) fn target(document: &str) -> Result<Target, Failure> {
    Target::from_json(&parse(document)?).map_err(|error| bad_document(&error.to_string()))
}

/// The document, if it is no larger than allowed.
pub(crate) fn within(
    document: String,
    limits: &Limits,
    export: &'static str,
) -> Result<String, Failure> {
    if document.len() <= limits.output {
        return Ok(document);
    }
    Err(Failure::new(
        Ending::Limit,
        format!(
            "{export} answered {} bytes; at most {} are taken",
            document.len(),
            limits.output
        ),
    ))
}

fn bad_document(what: &str) -> Failure {
    Failure::new(
        Ending::Error,
        format!("broke the contract: {}", one_line(what, 200)),
    )
}
