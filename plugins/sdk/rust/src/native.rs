//! Calls a plugin with the same JSON strings that cross the component's boundary, without a component.
//!
//! The component's own exports go through these functions, so a benchmark or a test that calls them natively runs the very
//! same code.

use std::fmt;

use crate::document::{Document, Lazy};
use crate::error::Error;
use crate::groups::Group;
use crate::outcome::{Choice, Decision};
use crate::plugin::{self, Mapper, Rules, TemplateChooser};
use crate::settings;
use crate::source::Source;
use crate::target::Target;

/// `mapper.forward`, documents as JSON texts.
#[derive(Clone)]
pub struct Forward {
    /// The name of the connection.
    pub connection: String,
    /// The connection's `idp`.
    pub idp: String,
    /// The source.
    pub source: String,
    /// The remembered source.
    pub remembered: Option<String>,
    /// The target so far.
    pub draft: String,
    /// The groups that the user is a member of.
    pub groups: Vec<Group>,
    /// The plugin's settings.
    pub settings: String,
    /// What else the host says.
    pub facts: String,
}

/// `mapper.backward`, documents as JSON texts.
#[derive(Clone)]
pub struct Backward {
    /// The name of the connection.
    pub connection: String,
    /// The connection's `idp`.
    pub idp: String,
    /// The target as CXone shows it.
    pub target: String,
    /// The remembered source.
    pub remembered: Option<String>,
    /// The source so far.
    pub draft: String,
    /// The plugin's settings.
    pub settings: String,
    /// What else the host says.
    pub facts: String,
}

/// `types.occasion`, documents as JSON texts.
#[derive(Clone)]
pub struct Occasion {
    /// The name of the connection.
    pub connection: String,
    /// The connection's `idp`.
    pub idp: String,
    /// What is done.
    pub operation: String,
    /// The source after the operation.
    pub source: String,
    /// The source before it.
    pub source_before: Option<String>,
    /// The target as the plugins before left it.
    pub target: String,
    /// The target as CXone holds it.
    pub held: Option<String>,
    /// The groups that the user is a member of.
    pub groups: Vec<Group>,
    /// The moment of the operation.
    pub moment: String,
    /// The plugin's settings.
    pub settings: String,
    /// What else the host says.
    pub facts: String,
}

impl Default for Forward {
    fn default() -> Self {
        Self {
            connection: "test".to_owned(),
            idp: "generic".to_owned(),
            source: "{}".to_owned(),
            remembered: None,
            draft: "{}".to_owned(),
            groups: Vec::new(),
            settings: "{}".to_owned(),
            facts: "{}".to_owned(),
        }
    }
}

impl Default for Backward {
    fn default() -> Self {
        Self {
            connection: "test".to_owned(),
            idp: "generic".to_owned(),
            target: "{}".to_owned(),
            remembered: None,
            draft: "{}".to_owned(),
            settings: "{}".to_owned(),
            facts: "{}".to_owned(),
        }
    }
}

impl Default for Occasion {
    fn default() -> Self {
        Self {
            connection: "test".to_owned(),
            idp: "generic".to_owned(),
            operation: "create".to_owned(),
            source: "{}".to_owned(),
            source_before: None,
            target: "{}".to_owned(),
            held: None,
            groups: Vec::new(),
            moment: "2026-01-01T00:00:00Z".to_owned(),
            settings: "{}".to_owned(),
            facts: "{}".to_owned(),
        }
    }
}

/// `mapper.to-target`.
///
/// # Errors
/// As the plugin's own, or when settings or documents cannot be read.
pub fn to_target<P: Mapper>(input: Forward) -> Result<String, Error> {
    let forward = plugin::Forward {
        settings: settings::parse::<P>(&input.settings)?,
        connection: input.connection,
        idp: input.idp,
        source: Source::parse(input.source)?,
        remembered: input.remembered.map(Lazy::new),
        draft: Target::parse(input.draft)?,
        groups: input.groups.into(),
        facts: Lazy::new(input.facts),
    };
    P::to_target(forward).map(|target| target.to_json())
}

/// `mapper.to-source`.
///
/// # Errors
/// As the plugin's own, or when settings or documents cannot be read.
pub fn to_source<P: Mapper>(input: Backward) -> Result<String, Error> {
    let backward = plugin::Backward {
        settings: settings::parse::<P>(&input.settings)?,
        connection: input.connection,
        idp: input.idp,
        target: Target::parse(input.target)?,
        remembered: input.remembered.map(Lazy::new),
        draft: Lazy::new(input.draft),
        facts: Lazy::new(input.facts),
    };
    P::to_source(backward).map(Source::into_json)
}

/// `template-chooser.choose`.
///
/// # Errors
/// As the plugin's own, or when settings or documents cannot be read.
pub fn choose<P: TemplateChooser>(input: Occasion) -> Result<Choice, Error> {
    P::choose(occasion::<P>(input)?)
}

/// `rules.decide`.
///
/// # Errors
/// As the plugin's own, or when settings or documents cannot be read.
pub fn decide<P: Rules>(input: Occasion) -> Result<Decision, Error> {
    P::decide(occasion::<P>(input)?)
}

fn occasion<P: plugin::Plugin>(input: Occasion) -> Result<plugin::Occasion<P::Settings>, Error> {
    Ok(plugin::Occasion {
        settings: settings::parse::<P>(&input.settings)?,
        connection: input.connection,
        idp: input.idp,
        operation: input.operation,
        source: Lazy::new(input.source),
        source_before: input.source_before.map(Lazy::new),
        target: Target::parse(input.target)?,
        held: input.held.map(Lazy::new),
        groups: input.groups.into(),
        moment: input.moment,
        facts: Lazy::new(input.facts),
    })
}

macro_rules! without_documents {
    ($($name:ident),+) => {
        $(
            impl fmt::Debug for $name {
                /// Leaves the documents out: they hold personal data.
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.debug_struct(stringify!($name))
                        .field("connection", &self.connection)
                        .field("idp", &self.idp)
                        .finish_non_exhaustive()
                }
            }
        )+
    };
}

without_documents!(Forward, Backward, Occasion);
