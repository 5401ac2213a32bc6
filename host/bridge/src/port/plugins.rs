//! The plugins of one connection, as the line needs them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::directory::Directory;
use crate::group::Membership;
use crate::plan::joined;
use crate::source::Source;
use crate::target::{Attribute, Target};
use crate::template::Template;
use crate::user::AppliedTemplate;

/// What an identity provider's request amounts to, for choosers and rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// A new user, or one created again after a deletion.
    Create,
    /// A PUT.
    Replace,
    /// A PATCH.
    Update,
    /// The user becomes inactive. Never reaches a plugin.
    Deactivate,
    /// The user becomes active again.
    Revive,
    /// Nothing was asked: owed work, a plan, a changed group.
    ReEvaluate,
}

impl Operation {
    /// The word of the plugin contract (wit/template-chooser.wit).
    pub fn as_str(self) -> &'static str {
        match self {
            Operation::Create => "create",
            Operation::Replace => "replace",
            Operation::Update => "update",
            Operation::Deactivate => "deactivate",
            Operation::Revive => "revive",
            Operation::ReEvaluate => "re-evaluate",
        }
    }
}

/// Everything that a chain runs on. No clock is read while it runs.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// What is asked.
    pub operation: Operation,
    /// The source after the operation.
    pub source: Source,
    /// The source before it.
    pub before: Option<Source>,
    /// What CXone holds, where it was asked.
    pub held: Option<Target>,
    /// What CXone last accepted from us.
    pub accepted: Option<Target>,
    /// Which plugin or template set what of that, as far as it is known.
    pub provenance: BTreeMap<Attribute, String>,
    /// The user's groups.
    pub groups: Vec<Membership>,
    /// The moment.
    pub moment: Timestamp,
    /// The tenant's directory.
    pub directory: Arc<Directory>,
    /// The tenant's default role; empty for none.
    pub default_role: String,
    /// The templates that a chooser may name, with what they set.
    pub templates: Arc<BTreeMap<String, Template>>,
    /// Whether a template is due (create, revive). If not, the applied one stands.
    pub template_due: bool,
    /// The template applied earlier.
    pub applied: Option<AppliedTemplate>,
    /// Whether nobody is served by it, as in a smoke test or in a question what would be: what runs then leaves no trace, neither
    /// recording nor metric nor log line, and nothing is remembered as owing.
    pub trial: bool,
}

/// Who set what: one entry for each plugin or template that ran, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The plugin's name, or `template NAME`.
    pub by: String,
    /// What it set, changed or removed; of one that is monitored, what it would have; of one that failed, what it set an earlier
    /// time and CXone keeps.
    pub changed: Vec<Change>,
    /// Whether it counted.
    pub standing: Standing,
}

impl Step {
    /// A step found by comparing the target before and after it.
    pub fn between(by: &str, before: &Target, after: &Target, standing: Standing) -> Self {
        let value = |target: &Target, attribute| target.get(attribute).map(joined);
        let change = |attribute| Change {
            attribute,
            before: value(before, attribute),
            after: value(after, attribute),
        };
        let changed = Attribute::ALL.into_iter().map(change);
        Self {
            by: by.to_owned(),
            changed: changed.filter(|it| it.before != it.after).collect(),
            standing,
        }
    }

    /// The attributes that it changed.
    pub fn attributes(&self) -> Vec<Attribute> {
        self.changed.iter().map(|change| change.attribute).collect()
    }
}

/// One attribute before and after a plugin. Values of a list are joined by a comma. Its `Debug` shows no values.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// The attribute.
    pub attribute: Attribute,
    /// What the target had.
    pub before: Option<String>,
    /// What it has after.
    pub after: Option<String>,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Change").field(&self.attribute).finish()
    }
}

/// Whether a step counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It did.
    Applied,
    /// The plugin is only watched: what it answered was not applied.
    Monitored,
    /// The plugin failed, and the configuration says that the chain goes on without it.
    Failed(Ending),
}

/// A rule's refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The rule: the plugin's name, or CXone's constraint.
    pub rule: String,
    /// The HTTP status, 400 to 499.
    pub status: u16,
    /// RFC 7644's scimType.
    pub scim_type: Option<String>,
    /// What is wrong.
    pub detail: String,
    /// The attribute of the target.
    pub attribute: Option<String>,
    /// What to do about it.
    pub fix: String,
}

/// What the rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Goes through.
    Allow,
    /// Waits; a line that says for what.
    Defer(String),
    /// Is refused.
    Deny(Denial),
}

/// What a chain came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluated {
    /// The target after mappers, template and rules. Meaningful also beside a denial, up to where the chain stopped.
    pub target: Target,
    /// The template that stands.
    pub template: Option<AppliedTemplate>,
    /// Who set what.
    pub steps: Vec<Step>,
    /// What the rules say.
    pub verdict: Verdict,
    /// Remarks of rules, each with the plugin's name in front.
    pub warnings: Vec<String>,
}

impl Evaluated {
    /// Which plugin or template set each attribute last. What stays of a plugin that failed is still that plugin's.
    pub fn provenance(&self) -> BTreeMap<Attribute, String> {
        let mut by = BTreeMap::new();
        let counted = self
            .steps
            .iter()
            .filter(|step| step.standing != Standing::Monitored);
        for step in counted {
            for change in &step.changed {
                by.insert(change.attribute, step.by.clone());
            }
        }
        by.retain(|attribute, _| self.target.get(*attribute).is_some());
        by
    }
}

/// How a plugin failed. Decisions are no failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// It could not be loaded, or its settings are wrong.
    NotLoaded,
    /// It answered an error, or something that the contract does not allow.
    Error,
    /// It trapped.
    Trap,
    /// It ran into a limit.
    Limit,
    /// The guest pool is full.
    Busy,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Ending::NotLoaded => "not loaded",
            Ending::Error => "error",
            Ending::Trap => "trap",
            Ending::Limit => "limit",
            Ending::Busy => "busy",
        })
    }
}

/// A plugin that did not do its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("plugin {plugin}: {ending}: {message}")]
pub struct PluginFailure {
    /// The plugin's name.
    pub plugin: String,
    /// How it failed.
    pub ending: Ending,
    /// For the operator's log; not for the identity provider.
    pub message: String,
    /// The configuration says that the write is owed: acknowledged, and tried again until the plugin does its work.
    pub owe: bool,
}

/// The plugins of one connection. The whole chain runs in one hop on the guest pool.
#[async_trait]
pub trait Plugins: Send + Sync + fmt::Debug {
    /// Runs mappers, chooser and rules.
    async fn evaluate(&self, evaluation: Evaluation) -> Result<Evaluated, PluginFailure>;

    /// Runs the mappers forward only, for the name that CXone would know somebody by.
    async fn to_target(&self, source: Source) -> Result<Target, PluginFailure>;

    /// The user name that CXone would know somebody by, if the mappers give one: of who is removed under it. Unlike in
    /// `to_target`, the failure of a mapper that the chain would go on without is a failure here. The last: whether nobody is removed,
    /// as for [`Evaluation::trial`].
    async fn user_name(
        &self,
        source: Source,
        _trial: bool,
    ) -> Result<Option<String>, PluginFailure> {
        let target = self.to_target(source).await?;
        Ok(target.get(Attribute::UserName).map(str::to_owned))
    }

    /// Runs the mappers backward.
    async fn to_source(
        &self,
        target: Target,
        remembered: Option<Source>,
    ) -> Result<Source, PluginFailure>;

    /// The plugins that could not be loaded, with the reason.
    fn not_loaded(&self) -> Vec<PluginFailure>;

    /// Whether every write that needs the chain fails, since one of those is missing. The configuration may say that the chain
    /// goes on without it, or that such writes are owed.
    fn stopped(&self) -> bool {
        !self.not_loaded().is_empty()
    }

    /// The plugins for whose failures writes are owed now, and how each failed last.
    fn owing(&self) -> Vec<(String, Ending)> {
        Vec::new()
    }

    /// The source paths that each plugin reads, with the plugin's name, in order: what a mapper says that it takes, and what
    /// settings name. Not every plugin tells.
    fn needs(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Short texts that the plugins' settings name, each once: an attribute's value that decides something is among them.
    fn vocabulary(&self) -> Vec<String> {
        Vec::new()
    }
}
