//! A plugin that is loaded: checked, compiled, linked, asked what it is. Immutable, one for each digest, shared by all
//! connections.

mod exports;

use std::fmt;
use std::sync::Arc;

use bridge::port::plugins::Ending;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use wasmtime::component::{Component, InstancePre, Linker};

use crate::about::{About, BadAbout};
use crate::call::{Failure, call};
use crate::document::within;
use crate::host::{Context, HostState};
use crate::inspect::{Declared, Refusal};
use crate::limits::Limits;
use crate::personal::Personal;
use crate::text::one_line;
use exports::Exports;

/// The SHA-256 of a component's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Its 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a component is not loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Refused before compiling.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The compiler does not take it: it uses what this host switches off, or more than the limits give.
    #[error("does not compile here: {0}")]
    Compile(String),
    /// The compiler could not be asked, or was kept from its work: it is no fault of the component's.
    #[error("could not be compiled now: {0}")]
    NotCompiled(String),
    /// Its imports or exports have other types than the contract's.
    #[error("does not fit the contract: {0}")]
    Contract(String),
    /// `describe` failed.
    #[error("{0}")]
    Describe(Failure),
    /// `describe` ran out of time by the clock, or there was no place for it: it is no fault of the component's.
    #[error("could not be asked now what it is: {0}")]
    NotDescribed(Failure),
    /// `describe` answered something else.
    #[error(transparent)]
    About(#[from] BadAbout),
    /// It was tried a short while ago, and nothing was tried this time.
    #[error("{reason} (it is not tried again before {from})")]
    Remembered {
        /// How it failed then.
        reason: Box<LoadError>,
        /// From when on it is tried again.
        from: Timestamp,
    },
}

impl LoadError {
    /// Whether the component is at fault: then it fails again.
    pub(crate) fn lasts(&self) -> bool {
        !matches!(
            self,
            LoadError::NotCompiled(_)
                | LoadError::NotDescribed(_)
                | LoadError::About(BadAbout::NoThread(_))
        )
    }
}

/// A plugin, ready to be called.
pub struct Loaded {
    digest: Digest,
    declared: Declared,
    about: About,
    limits: Limits,
    pre: InstancePre<HostState>,
    exports: Exports,
}

/// A component that is linked and was not asked yet what it is.
pub(crate) struct Linked {
    declared: Declared,
    pre: InstancePre<HostState>,
    exports: Exports,
}

impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loaded")
            .field("digest", &self.digest)
            .field("name", &self.about.name)
            .field("version", &self.about.version)
            .field("declared", &self.declared)
            .finish_non_exhaustive()
    }
}

impl Linked {
    pub(crate) fn new(
        linker: &Linker<HostState>,
        declared: Declared,
        component: &Component,
    ) -> Result<Self, LoadError> {
        let contract =
            |error: wasmtime::Error| LoadError::Contract(one_line(&format!("{error:#}"), 400));
        let pre = linker.instantiate_pre(component).map_err(contract)?;
        let exports = Exports::of(&pre, &declared).map_err(contract)?;
        Ok(Self {
            declared,
            pre,
            exports,
        })
    }

    pub(crate) fn declared(&self) -> &Declared {
        &self.declared
    }

    /// Checks the types of all exports, and asks what it is.
    pub(crate) fn describe(&self, name: &str, limits: &Limits) -> Result<String, LoadError> {
        let exports = &self.exports;
        let context = Context::new(Arc::from(name), Arc::from(""), None, Personal::default());
        let (answer, report) = call(&self.pre, limits, context, "describe", |store, instance| {
            exports.check(store, instance)?;
            let about = exports.about.load(&mut *store, instance)?;
            about.call_describe(store)
        });
        let answer = answer.and_then(|answer| within(answer, limits, "describe"));
        answer.map_err(|failure| match failure.ending {
            Ending::Busy => LoadError::NotDescribed(failure),
            // Fuel and memory tell of the component, the clock of the machine.
            Ending::Limit if report.wall >= limits.deadline => LoadError::NotDescribed(failure),
            _ => LoadError::Describe(failure),
        })
    }
}

impl Loaded {
    /// A linked component that says this of itself.
    pub(crate) fn new(digest: Digest, limits: &Limits, linked: Linked, about: About) -> Self {
        Self {
            digest,
            declared: linked.declared,
            about,
            limits: limits.clone(),
            pre: linked.pre,
            exports: linked.exports,
        }
    }

    /// The digest of its bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What its binary declares.
    pub fn declared(&self) -> &Declared {
        &self.declared
    }

    /// The limits of its calls.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What it says of itself.
    pub fn about(&self) -> &About {
        &self.about
    }
}
