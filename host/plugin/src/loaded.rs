//! A plugin that is loaded: checked, compiled, linked, asked what it is. Immutable, one for each digest, shared by all
//! connections.

mod exports;

use std::fmt;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use wasmtime::component::{Component, InstancePre, Linker};

use crate::about::{About, BadAbout};
use crate::call::{Failure, call};
use crate::document::within;
use crate::host::{Context, HostState};
use crate::inspect::{Declared, Refusal, inspect};
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
    /// Its imports or exports have other types than the contract's.
    #[error("does not fit the contract: {0}")]
    Contract(String),
    /// `describe` failed.
    #[error("{0}")]
    Describe(Failure),
    /// `describe` answered something else.
    #[error(transparent)]
    About(#[from] BadAbout),
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

impl Loaded {
    pub(crate) fn new(
        engine: &wasmtime::Engine,
        linker: &Linker<HostState>,
        limits: &Limits,
        name: &str,
        digest: Digest,
        bytes: &[u8],
    ) -> Result<Self, LoadError> {
        let text = |error: wasmtime::Error| one_line(&format!("{error:#}"), 400);
        let declared = inspect(bytes, limits)?;
        let component = Component::from_binary(engine, bytes)
            .map_err(|error| LoadError::Compile(text(error)))?;
        let contract = |error| LoadError::Contract(text(error));
        let pre = linker.instantiate_pre(&component).map_err(contract)?;
        let exports = Exports::of(&pre, &declared).map_err(contract)?;
        let context = Context::new(Arc::from(name), Arc::from(""), None, Personal::default());
        let (answer, _) = call(&pre, limits, context, "describe", |store, instance| {
            exports.check(store, instance)?;
            let about = exports.about.load(&mut *store, instance)?;
            about.call_describe(store)
        });
        let answer = answer
            .and_then(|answer| within(answer, limits, "describe"))
            .map_err(LoadError::Describe)?;
        Ok(Self {
            digest,
            declared,
            about: About::parse(&answer)?,
            limits: limits.clone(),
            pre,
            exports,
        })
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
