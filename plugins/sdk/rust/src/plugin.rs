//! The traits that a plugin implements, and what it is given.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::document::{Document as _, Lazy};
use crate::error::Error;
use crate::facts::Facts;
use crate::groups::Groups;
use crate::outcome::{Choice, Decision};
use crate::source::Source;
use crate::target::Target;

/// Every plugin.
pub trait Plugin {
    /// The plugin's settings. Their schema goes into the component, and the host checks the configuration against it. Derive
    /// `Deserialize` and `JsonSchema` and put `#[serde(deny_unknown_fields)]` on it, so that an unknown key is an error that
    /// names it and the known ones. What its doc comments say, editors show to whoever configures the plugin. [`NoSettings`]
    /// for none.
    type Settings: DeserializeOwned + JsonSchema;

    /// The plugin's name; the crate's where this is none.
    const NAME: Option<&'static str> = None;

    /// The plugin's version; the crate's where this is none.
    const VERSION: Option<&'static str> = None;

    /// The source paths that a mapper reads without settings, as `userName` or `urn:...:User:department`; the host's discovery
    /// shows them to identity providers. Nothing for other kinds.
    fn takes() -> Vec<String> {
        Vec::new()
    }

    /// Checks what a schema cannot say. Called before every call.
    ///
    /// # Errors
    /// What is wrong, naming the key.
    fn validate(settings: &Self::Settings) -> Result<(), String> {
        let _ = settings;
        Ok(())
    }
}

/// Settings of a plugin that has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// What the crate's manifest says. Implemented by [`register!`](crate::register).
pub trait Package {
    /// The crate's name.
    const NAME: &'static str;
    /// The crate's version.
    const VERSION: &'static str;
    /// The crate's description.
    const DESCRIPTION: &'static str;
    /// The settings' schema, where it was derived before; else the component derives it.
    const SCHEMA: Option<&'static str> = None;
}

/// Two pure functions between what an identity provider says and what CXone should hold.
///
/// Equal input must give equal output. Two laws hold on every attribute that the mapper sets:
/// `to_source(to_target(s), s) == s` and `to_target(to_source(t, s)) == t`.
pub trait Mapper: Plugin {
    /// The target for a source: the draft with this mapper's attributes set.
    ///
    /// # Errors
    /// When the plugin cannot do its work; the write is refused with 503.
    fn to_target(input: Forward<Self::Settings>) -> Result<Target, Error>;

    /// The source for a target: what was there already, unless the mapper knows better.
    ///
    /// # Errors
    /// When the plugin cannot do its work; the read fails with 503.
    fn to_source(input: Backward<Self::Settings>) -> Result<Source, Error> {
        input.start()
    }
}

/// Chooses the employee template that a user starts from.
pub trait TemplateChooser: Plugin {
    /// The template for a user who is created or revived.
    ///
    /// # Errors
    /// When the plugin cannot do its work; the write is refused with 503.
    fn choose(input: Occasion<Self::Settings>) -> Result<Choice, Error>;
}

/// The tenant's rules.
pub trait Rules: Plugin {
    /// What becomes of a write that leaves the user active.
    ///
    /// # Errors
    /// When the plugin cannot do its work; the write is refused with 503.
    fn decide(input: Occasion<Self::Settings>) -> Result<Decision, Error>;
}

/// What [`Mapper::to_target`] works on.
#[derive(Debug)]
pub struct Forward<S> {
    /// The name of the connection in the configuration.
    pub connection: String,
    /// The connection's `idp`: `entra`, `okta`, `onelogin`, `google`, `generic`.
    pub idp: String,
    /// The source after the operation.
    pub source: Source,
    /// The source as remembered from before the operation; none when the user is new.
    pub remembered: Option<Lazy<Source>>,
    /// The target so far.
    pub draft: Target,
    /// The groups that the user is a member of.
    pub groups: Groups,
    /// The plugin's settings.
    pub settings: S,
    /// What else the host says.
    pub facts: Lazy<Facts>,
}

/// What [`Mapper::to_source`] works on.
#[derive(Debug)]
pub struct Backward<S> {
    /// The name of the connection in the configuration.
    pub connection: String,
    /// The connection's `idp`.
    pub idp: String,
    /// The target as CXone shows it.
    pub target: Target,
    /// The source as remembered; none for somebody whom the identity provider never wrote.
    pub remembered: Option<Lazy<Source>>,
    /// The source so far.
    pub draft: Lazy<Source>,
    /// The plugin's settings.
    pub settings: S,
    /// What else the host says.
    pub facts: Lazy<Facts>,
}

impl<S> Backward<S> {
    /// What to start from: the source so far or, where there is none yet, the remembered one.
    ///
    /// # Errors
    /// When the host handed out a document that is not one.
    pub fn start(&self) -> Result<Source, Error> {
        let text = match &self.remembered {
            Some(remembered) if self.draft.is_empty() => remembered.text(),
            _ => self.draft.text(),
        };
        Source::parse(text.to_owned())
    }
}

/// What [`TemplateChooser::choose`] and [`Rules::decide`] see.
#[derive(Debug)]
pub struct Occasion<S> {
    /// The name of the connection in the configuration.
    pub connection: String,
    /// The connection's `idp`.
    pub idp: String,
    /// `create`, `replace`, `update`, `deactivate`, `revive` or `re-evaluate`; more may come.
    pub operation: String,
    /// The source after the operation.
    pub source: Lazy<Source>,
    /// The source before it; none when the user is new.
    pub source_before: Option<Lazy<Source>>,
    /// The target as the plugins before left it.
    pub target: Target,
    /// The target as CXone holds it; none when CXone has no such user or was not asked.
    pub held: Option<Lazy<Target>>,
    /// The groups that the user is a member of.
    pub groups: Groups,
    /// The moment of the operation, RFC 3339 in UTC.
    pub moment: String,
    /// The plugin's settings.
    pub settings: S,
    /// What else the host says.
    pub facts: Lazy<Facts>,
}
