//! A plugin that is loaded: checked, compiled, linked, asked what it is. Immutable, one for each digest, shared by all
//! connections.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use wasmtime::component::{Component, InstancePre, Linker};

use crate::about::{About, BadAbout};
use crate::bindings::template_chooser::Choice;
use crate::bindings::types::Occasion;
use crate::bindings::{Forward, about, mapper, rules, template_chooser};
use crate::call::{Failure, Report, answered, call};
use crate::host::{Context, HostState};
use crate::inspect::{Declared, Kind, Refusal, inspect};
use crate::limits::Limits;
use crate::personal::Personal;
use crate::text::one_line;

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

/// The exports by index, looked up once.
struct Exports {
    about: about::GuestIndices,
    mapper: Option<mapper::GuestIndices>,
    chooser: Option<template_chooser::GuestIndices>,
    rules: Option<rules::GuestIndices>,
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
        let has = |kind| declared.kinds.contains(&kind);
        let of = |found: bool| found.then_some(&pre);
        let exports = Exports {
            about: about::GuestIndices::new(&pre).map_err(contract)?,
            mapper: of(has(Kind::Mapper))
                .map(mapper::GuestIndices::new)
                .transpose()
                .map_err(contract)?,
            chooser: of(has(Kind::TemplateChooser))
                .map(template_chooser::GuestIndices::new)
                .transpose()
                .map_err(contract)?,
            rules: of(has(Kind::Rules))
                .map(rules::GuestIndices::new)
                .transpose()
                .map_err(contract)?,
        };
        let context = Context {
            plugin: Arc::from(name),
            connection: Arc::from(""),
            view: None,
            personal: Personal::default(),
        };
        let (answer, _) = call(&pre, limits, context, "describe", |store, instance| {
            // The types of every export are checked here once, so that a misfit is found before a request meets it.
            if let Some(mapper) = &exports.mapper {
                mapper.load(&mut *store, instance)?;
            }
            if let Some(chooser) = &exports.chooser {
                chooser.load(&mut *store, instance)?;
            }
            if let Some(rules) = &exports.rules {
                rules.load(&mut *store, instance)?;
            }
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

    /// What it says of itself.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Calls the mapper forward on JSON texts, outside of the guest pool, with nothing hidden from its log: for benchmarks and
    /// tools. `name` stands in messages and log.
    pub fn to_target_json(&self, name: &str, input: &Forward) -> (Result<String, Failure>, Report) {
        let context = Context {
            plugin: Arc::from(name),
            connection: Arc::from(&*input.connection),
            view: None,
            personal: Personal::default(),
        };
        self.to_target(context, input)
    }

    pub(crate) fn to_target(
        &self,
        context: Context,
        input: &Forward,
    ) -> (Result<String, Failure>, Report) {
        const EXPORT: &str = "to-target";
        let Some(mapper) = &self.exports.mapper else {
            return not_exported(EXPORT);
        };
        let personal = context.personal.clone();
        let done = call(
            &self.pre,
            &self.limits,
            context,
            EXPORT,
            |store, instance| {
                mapper
                    .load(&mut *store, instance)?
                    .call_to_target(store, input)
            },
        );
        self.document(answered(done, EXPORT, |text| personal.hide(text)), EXPORT)
    }

    pub(crate) fn to_source(
        &self,
        context: Context,
        input: &mapper::Backward,
    ) -> (Result<String, Failure>, Report) {
        const EXPORT: &str = "to-source";
        let Some(mapper) = &self.exports.mapper else {
            return not_exported(EXPORT);
        };
        let personal = context.personal.clone();
        let done = call(
            &self.pre,
            &self.limits,
            context,
            EXPORT,
            |store, instance| {
                mapper
                    .load(&mut *store, instance)?
                    .call_to_source(store, input)
            },
        );
        self.document(answered(done, EXPORT, |text| personal.hide(text)), EXPORT)
    }

    pub(crate) fn choose(
        &self,
        context: Context,
        input: &Occasion,
    ) -> (Result<Choice, Failure>, Report) {
        const EXPORT: &str = "choose";
        let Some(chooser) = &self.exports.chooser else {
            return not_exported(EXPORT);
        };
        let personal = context.personal.clone();
        let done = call(
            &self.pre,
            &self.limits,
            context,
            EXPORT,
            |store, instance| {
                chooser
                    .load(&mut *store, instance)?
                    .call_choose(store, input)
            },
        );
        answered(done, EXPORT, |text| personal.hide(text))
    }

    pub(crate) fn decide(
        &self,
        context: Context,
        input: &Occasion,
    ) -> (Result<rules::Decision, Failure>, Report) {
        const EXPORT: &str = "decide";
        let Some(rules) = &self.exports.rules else {
            return not_exported(EXPORT);
        };
        let personal = context.personal.clone();
        let done = call(
            &self.pre,
            &self.limits,
            context,
            EXPORT,
            |store, instance| rules.load(&mut *store, instance)?.call_decide(store, input),
        );
        answered(done, EXPORT, |text| personal.hide(text))
    }

    fn document(
        &self,
        (done, report): (Result<String, Failure>, Report),
        export: &'static str,
    ) -> (Result<String, Failure>, Report) {
        (
            done.and_then(|answer| within(answer, &self.limits, export)),
            report,
        )
    }
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
        bridge::port::plugins::Ending::Limit,
        format!(
            "{export} answered {} bytes; at most {} are taken",
            document.len(),
            limits.output
        ),
    ))
}

fn not_exported<R>(export: &'static str) -> (Result<R, Failure>, Report) {
    let failure = Failure::new(
        bridge::port::plugins::Ending::Error,
        format!("the plugin has no {export}"),
    );
    (Err(failure), Report::default())
}
