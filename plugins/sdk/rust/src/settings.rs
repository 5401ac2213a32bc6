//! Settings: from the configuration's JSON into the author's type, and that type's schema.

mod one_or_many;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

pub use one_or_many::OneOrMany;

use crate::error::Error;
use crate::plugin::{Package, Plugin};

/// Reads and checks a plugin's settings.
///
/// # Errors
/// Names the key and what is wrong with it; for an unknown key, the known ones.
pub fn parse<P: Plugin>(text: &str) -> Result<P::Settings, Error> {
    let settings = match serde_json::from_str::<P::Settings>(text) {
        Ok(settings) => settings,
        Err(_) => return Err(Error::settings(explain::<P>(text))),
    };
    P::validate(&settings).map_err(|message| Error::settings(format!("settings: {message}")))?;
    Ok(settings)
}

/// Reads once more to learn where it went wrong; done only on failure since it costs.
fn explain<P: Plugin>(text: &str) -> String {
    let deserializer = &mut serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, P::Settings>(deserializer) {
        Ok(_) => "settings: trailing characters after the object".to_owned(),
        Err(error) => {
            let path = error.path().to_string();
            let message = error.into_inner().to_string();
            // The operator wrote TOML: a position in the JSON made of it says nothing.
            let message = message.split(" at line ").next().unwrap_or_default();
            match path.as_str() {
                "." => format!("settings: {message}"),
                path => format!("settings.{path}: {message}"),
            }
        }
    }
}

/// What a plugin says of itself: the answer of `about.describe`.
pub fn describe<P: Plugin + Package>() -> String {
    json!({
        "name": <P as Plugin>::NAME.unwrap_or(<P as Package>::NAME),
        "version": <P as Plugin>::VERSION.unwrap_or(<P as Package>::VERSION),
        "description": P::DESCRIPTION,
        "settings": schema::<P>(),
    })
    .to_string()
}

/// The JSON Schema (2020-12) of a plugin's settings. Unknown keys at the top are always refused.
fn schema<P: Plugin>() -> Value {
    let schema = SchemaSettings::draft2020_12()
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
