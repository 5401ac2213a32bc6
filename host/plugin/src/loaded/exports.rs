//! A loaded plugin's exports: looked up once, each called in a store of its own.

use std::sync::Arc;

use bridge::port::plugins::Ending;
use wasmtime::component::{Instance, InstancePre};
use wasmtime::{Result as Wasm, Store};

use super::Loaded;
use crate::bindings::rules::Decision;
use crate::bindings::template_chooser::Choice;
use crate::bindings::types::{Occasion, PluginError};
use crate::bindings::{Forward, about, mapper, rules, template_chooser};
use crate::call::{Failure, Report, answered, call};
use crate::document::within;
use crate::host::{Context, HostState};
use crate::inspect::{Declared, Kind};
use crate::json::Export;
use crate::personal::Personal;

/// The exports by index.
pub(super) struct Exports {
    pub(super) about: about::GuestIndices,
    mapper: Option<mapper::GuestIndices>,
    chooser: Option<template_chooser::GuestIndices>,
    rules: Option<rules::GuestIndices>,
}

impl Exports {
    pub(super) fn of(pre: &InstancePre<HostState>, declared: &Declared) -> Wasm<Self> {
        let of = |kind| declared.kinds.contains(&kind).then_some(pre);
        Ok(Self {
            about: about::GuestIndices::new(pre)?,
            mapper: of(Kind::Mapper)
                .map(mapper::GuestIndices::new)
                .transpose()?,
            chooser: of(Kind::TemplateChooser)
                .map(template_chooser::GuestIndices::new)
                .transpose()?,
            rules: of(Kind::Rules).map(rules::GuestIndices::new).transpose()?,
        })
    }

    /// Checks the types of every export once, so that a misfit is found before a request meets it.
    pub(super) fn check(&self, store: &mut Store<HostState>, instance: &Instance) -> Wasm<()> {
        if let Some(mapper) = &self.mapper {
            mapper.load(&mut *store, instance)?;
        }
        if let Some(chooser) = &self.chooser {
            chooser.load(&mut *store, instance)?;
        }
        if let Some(rules) = &self.rules {
            rules.load(&mut *store, instance)?;
        }
        Ok(())
    }
}

impl Loaded {
    /// Calls the mapper forward on JSON texts, outside of the guest pool, with nothing hidden from its log: for benchmarks and
    /// tools. `name` stands in messages and log.
    pub fn to_target_json(&self, name: &str, input: &Forward) -> (Result<String, Failure>, Report) {
        let connection = Arc::from(&*input.connection);
        let context = Context::new(Arc::from(name), connection, None, Personal::default());
        self.to_target(context, input)
    }

    pub(crate) fn describe(&self, context: Context) -> (Result<String, Failure>, Report) {
        let about = &self.exports.about;
        let export = Export::Describe.as_str();
        let (done, report) = call(
            &self.pre,
            &self.limits,
            context,
            export,
            |store, instance| about.load(&mut *store, instance)?.call_describe(store),
        );
        (self.document(done, export), report)
    }

    pub(crate) fn to_target(
        &self,
        context: Context,
        input: &Forward,
    ) -> (Result<String, Failure>, Report) {
        let export = Export::ToTarget;
        let (done, report) = self.ask(
            export,
            self.exports.mapper.as_ref(),
            context,
            |mapper, store, instance| {
                let mapper = mapper.load(&mut *store, instance)?;
                mapper.call_to_target(store, input)
            },
        );
        (self.document(done, export.as_str()), report)
    }

    pub(crate) fn to_source(
        &self,
        context: Context,
        input: &mapper::Backward,
    ) -> (Result<String, Failure>, Report) {
        let export = Export::ToSource;
        let (done, report) = self.ask(
            export,
            self.exports.mapper.as_ref(),
            context,
            |mapper, store, instance| {
                let mapper = mapper.load(&mut *store, instance)?;
                mapper.call_to_source(store, input)
            },
        );
        (self.document(done, export.as_str()), report)
    }

    pub(crate) fn choose(
        &self,
        context: Context,
        input: &Occasion,
    ) -> (Result<Choice, Failure>, Report) {
        self.ask(
            Export::Choose,
            self.exports.chooser.as_ref(),
            context,
            |chooser, store, instance| {
                let chooser = chooser.load(&mut *store, instance)?;
                chooser.call_choose(store, input)
            },
        )
    }

    pub(crate) fn decide(
        &self,
        context: Context,
        input: &Occasion,
    ) -> (Result<Decision, Failure>, Report) {
        self.ask(
            Export::Decide,
            self.exports.rules.as_ref(),
            context,
            |rules, store, instance| {
                let rules = rules.load(&mut *store, instance)?;
                rules.call_decide(store, input)
            },
        )
    }

    /// Calls an export of a kind, if the plugin is of that kind.
    fn ask<I, R>(
        &self,
        export: Export,
        indices: Option<&I>,
        context: Context,
        run: impl FnOnce(&I, &mut Store<HostState>, &Instance) -> Wasm<Result<R, PluginError>>,
    ) -> (Result<R, Failure>, Report) {
        let export = export.as_str();
        let Some(indices) = indices else {
            let failure = Failure::new(Ending::Error, format!("the plugin has no {export}"));
            return (Err(failure), Report::default());
        };
        let personal = context.personal.clone();
        let tape = context.tape.clone();
        let done = call(
            &self.pre,
            &self.limits,
            context,
            export,
            |store, instance| run(indices, store, instance),
        );
        if let (Some(tape), Ok(Err(error))) = (&tape, &done.0) {
            tape.error(error);
        }
        answered(done, export, |text| personal.hide(text))
    }

    fn document(
        &self,
        done: Result<String, Failure>,
        export: &'static str,
    ) -> Result<String, Failure> {
        done.and_then(|answer| within(answer, &self.limits, export))
    }
}
