//! What a plugin says of itself.

use serde_json::Value;

use crate::settings::Schema;
use crate::text::one_line;

/// More paths than any schema has attributes.
const MOST_TAKEN: usize = 500;

/// The answer of `describe`, checked.
#[derive(Debug)]
pub struct About {
    /// The plugin's own name; the configuration may know it by another.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it does, in a line; empty where it does not say.
    pub description: String,
    /// The source paths that a mapper reads without settings, as it wrote them.
    pub takes: Vec<String>,
    /// The JSON Schema of its settings. As text: a tree of it, and more so what validates by it, takes many times as much, and is
    /// asked for when a configuration is loaded.
    settings: Box<str>,
}

/// Why an answer of `describe` is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAbout {
    /// No JSON object, or one too deep.
    #[error("describe did not answer a JSON object")]
    NotAnObject,
    /// A member that has to be there.
    #[error("describe answered no {0}")]
    Missing(&'static str),
    /// `takes` is no list of paths.
    #[error("describe answered takes that are no list of at most {MOST_TAKEN} paths")]
    Takes,
    /// No schema, or one that refers to what is elsewhere.
    #[error("describe answered settings that are no JSON Schema: {0}")]
    Schema(String),
    /// There is no thread to read the schema on: it is no fault of the plugin's.
    #[error("the schema of its settings cannot be read now: no thread starts: {0}")]
    NoThread(String),
}

impl About {
    /// Reads the answer of `describe` (wit/about.wit).
    pub(crate) fn parse(answer: &str) -> Result<Self, BadAbout> {
        let about = Self::known(answer)?;
        Schema::compile(&about.settings())?;
        Ok(about)
    }

    /// Reads an answer that was found good when it came.
    pub(crate) fn known(answer: &str) -> Result<Self, BadAbout> {
        let answer: Value = serde_json::from_str(answer).map_err(|_| BadAbout::NotAnObject)?;
        let answer = answer.as_object().ok_or(BadAbout::NotAnObject)?;
        let text = |member: &'static str| {
            let text = answer.get(member).and_then(Value::as_str);
            text.map(|text| one_line(text, 200))
                .filter(|text| !text.is_empty())
                .ok_or(BadAbout::Missing(member))
        };
        let settings = answer
            .get("settings")
            .ok_or(BadAbout::Missing("settings"))?;
        Ok(Self {
            name: text("name")?,
            version: text("version")?,
            description: text("description").unwrap_or_default(),
            takes: takes(answer.get("takes"))?,
            settings: settings.to_string().into(),
        })
    }

    /// The JSON Schema of its settings.
    pub fn settings(&self) -> Value {
        serde_json::from_str(&self.settings).unwrap_or_default()
    }

    /// What is wrong with settings from the configuration, if anything: each mistake with its place, no values.
    pub fn validate(&self, settings: &Value) -> Result<(), String> {
        let schema = Schema::compile(&self.settings()).map_err(|error| error.to_string())?;
        schema.validate(settings)
    }
}

/// The paths as written; none where nothing is said.
fn takes(said: Option<&Value>) -> Result<Vec<String>, BadAbout> {
    let Some(said) = said.filter(|said| !said.is_null()) else {
        return Ok(Vec::new());
    };
    let said = said.as_array().filter(|said| said.len() <= MOST_TAKEN);
    let paths = said.ok_or(BadAbout::Takes)?.iter().map(|path| {
        let path = path.as_str().filter(|path| one_line(path, 200) == **path);
        path.filter(|path| !path.is_empty()).map(str::to_owned)
    });
    paths.collect::<Option<_>>().ok_or(BadAbout::Takes)
}
