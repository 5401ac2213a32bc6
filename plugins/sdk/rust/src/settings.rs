//! Settings: from the configuration's JSON into the author's type, and that type's schema.

mod one_or_many;
mod place;

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;
use serde_json::error::Category;

pub use one_or_many::OneOrMany;

use crate::error::Error;
use crate::plugin::{Package, Plugin};
use place::place;

/// Reads and checks a plugin's settings.
///
/// # Errors
/// Names the key and what is wrong with it; for an unknown key, the known ones.
pub fn parse<P: Plugin>(text: &str) -> Result<P::Settings, Error> {
    let settings = match serde_json::from_str::<P::Settings>(text) {
        Ok(settings) => settings,
        Err(error) => return Err(Error::settings(located("settings", text, &error))),
    };
    P::validate(&settings).map_err(|message| Error::settings(format!("settings: {message}")))?;
    Ok(settings)
}

/// The place, from what the text is called, and what is wrong there.
pub(crate) fn located(root: &str, text: &str, error: &serde_json::Error) -> String {
    let path = match error.classify() {
        Category::Data => place(text, error.line(), error.column()),
        Category::Syntax | Category::Eof | Category::Io => String::new(),
    };
    let message = error.to_string();
    // The operator wrote TOML: a position in the JSON made of it says nothing.
    let message = message.split(" at line ").next().unwrap_or_default();
    format!("{root}{path}: {message}")
}

/// What a plugin says of itself: the answer of `about.describe`.
pub fn describe<P: Plugin + Package>() -> String {
    let text = |text: &str| Value::from(text).to_string();
    format!(
        r#"{{"name":{},"version":{},"description":{},"takes":{},"settings":{}}}"#,
        text(<P as Plugin>::NAME.unwrap_or(<P as Package>::NAME)),
        text(<P as Plugin>::VERSION.unwrap_or(<P as Package>::VERSION)),
        text(P::DESCRIPTION),
        Value::from(P::takes()),
        // Known when the component is compiled: what derives a schema is left out where it is given.
        match P::SCHEMA {
            Some(schema) => schema.trim_end().to_owned(),
            None => schema::<P>().to_string(),
        },
    )
}

/// The JSON Schema (2020-12) of a plugin's settings: what doc comments say are its descriptions. Unknown keys at the top are
/// always refused.
pub(crate) fn schema<P: Plugin>() -> Value {
    let schema = SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(|schema: &mut Schema| {
            if let Some(Value::String(words)) = schema.get_mut("description") {
                *words = unwrapped(words);
            }
        }))
        .into_generator()
        .into_root_schema_for::<P::Settings>();
    let mut schema = schema.to_value();
    if let Some(members) = schema.as_object_mut()
        && members.get("type").is_some_and(|kind| kind == "object")
        && !members.contains_key("additionalProperties")
    {
        members.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    schema
}

/// A doc comment without the line breaks of its source, which editors would show; paragraphs and lists stay.
fn unwrapped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for line in words.lines() {
        if line.trim().is_empty() {
            out.push_str("\n\n");
            continue;
        }
        let wrapped =
            line.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '`' | '(' | '"'));
        if !out.is_empty() && !out.ends_with('\n') {
            out.push(if wrapped { ' ' } else { '\n' });
        }
        out.push_str(line.trim_end());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::unwrapped;

    #[test]
    fn lines_are_joined_and_paragraphs_and_lists_stay() {
        for (written, shown) in [
            ("One line.", "One line."),
            (
                "Any (true), or one,\nor `two`\n(or three).",
                "Any (true), or one, or `two` (or three).",
            ),
            ("One.\n\nAnother\nwrapped.", "One.\n\nAnother wrapped."),
            (
                "Either\n- a thing\n- or another\n  of them",
                "Either\n- a thing\n- or another\n  of them",
            ),
        ] {
            assert_eq!(unwrapped(written), shown);
        }
    }
}
