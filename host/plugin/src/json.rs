//! The JSON of a call: one form for case files, `plugin run`, recordings, replay and the native runners of every SDK. Members
//! are camelCase, as in documents; a document stands as the object that it is, not as a text.

pub(crate) mod input;
mod output;
mod seen;

pub(crate) use output::{choice, decision, ending, plugin_error};
pub(crate) use seen::{Answer, view};

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::inspect::Kind;

/// A document that holds nothing.
pub(crate) const EMPTY: &str = "{}";

/// What a plugin can be called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Export {
    /// What it is.
    Describe,
    /// A mapper, forward.
    ToTarget,
    /// A mapper, backward.
    ToSource,
    /// A template chooser.
    Choose,
    /// A rule.
    Decide,
}

impl Export {
    /// All of them, in the order of a chain.
    pub const ALL: [Self; 5] = [
        Export::Describe,
        Export::ToTarget,
        Export::ToSource,
        Export::Choose,
        Export::Decide,
    ];

    /// Its name in the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Export::Describe => "describe",
            Export::ToTarget => "to-target",
            Export::ToSource => "to-source",
            Export::Choose => "choose",
            Export::Decide => "decide",
        }
    }

    /// The kind of plugin that has it; none where every plugin has.
    pub fn kind(self) -> Option<Kind> {
        match self {
            Export::Describe => None,
            Export::ToTarget | Export::ToSource => Some(Kind::Mapper),
            Export::Choose => Some(Kind::TemplateChooser),
            Export::Decide => Some(Kind::Rules),
        }
    }
}

impl fmt::Display for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an invocation is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadInvocation {
    /// No export of the contract.
    #[error(
        "no plugin has an export {0:?}; there are describe, to-target, to-source, choose and decide"
    )]
    Export(String),
    /// A member of the input or the directory that is not what it should be.
    #[error("{0}")]
    Member(String),
}

impl FromStr for Export {
    type Err = BadInvocation;

    fn from_str(name: &str) -> Result<Self, BadInvocation> {
        let known = Self::ALL.into_iter().find(|export| export.as_str() == name);
        known.ok_or_else(|| BadInvocation::Export(name.chars().take(80).collect()))
    }
}

/// A document as a value. What the host wrote is well formed; anything else stands as the text that it is.
pub(crate) fn value(document: &str) -> Value {
    serde_json::from_str(document).unwrap_or_else(|_| Value::from(document))
}
