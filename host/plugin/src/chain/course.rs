//! One request's way through a chain: every call is made, counted, logged and recorded here, and here is decided what becomes of
//! one that fails.

use std::sync::Arc;

use bridge::port::plugins::{Ending, Evaluation, PluginFailure, Standing, Step};
use bridge::target::{Attribute, Target};
use jiff::Timestamp;
use serde_json::Value;

use super::ask::Ask;
use super::entry::{Absent, Entry};
use super::policy::OnFailure;
use super::run::Line;
use crate::call::{Failure, Report};
use crate::host::{Context, View};
use crate::inspect::Kind;
use crate::json::Export;
use crate::observe::Verdict;
use crate::personal::Personal;
use crate::record::{Again, Heard};
use crate::tape::{Kept, Tape};

/// The calls of one request, so far.
pub(super) struct Course<'a> {
    line: &'a Line,
    personal: Personal,
    /// Why no plugin is called: the guest pool has no room.
    busy: Option<&'a str>,
    /// Whether every call is recorded.
    recorded: bool,
    pub(super) steps: Vec<Step>,
    pub(super) warnings: Vec<String>,
    /// The plugins that were passed by and map, or may, with their steps.
    unmapped: Vec<(Arc<str>, Ending, usize)>,
    /// Whether a plugin was passed by that chooses templates, or may.
    pub(super) unchosen: bool,
    /// The first rule that failed and whose decision is owed. The others have their say all the same, since they may deny.
    pub(super) owed: Option<PluginFailure>,
}

impl<'a> Course<'a> {
    pub(super) fn new(line: &'a Line, personal: Personal, busy: Option<&'a str>) -> Self {
        let recorder = line.recorder.as_ref();
        Self {
            line,
            personal,
            busy,
            recorded: busy.is_none() && recorder.is_some_and(|recorder| recorder.begins()),
            steps: Vec::new(),
            warnings: Vec::new(),
            unmapped: Vec::new(),
            unchosen: false,
            owed: None,
        }
    }

    /// A plugin's words without the person's values.
    pub(super) fn hide(&self, text: &str) -> String {
        self.personal.hide(text)
    }

    /// Makes one call; `read` takes what is answered.
    pub(super) fn call<A: Ask, T>(
        &self,
        entry: &Entry,
        ask: &A,
        view: Option<&View>,
        read: impl FnOnce(A::Answer) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Some(reason) = self.busy {
            let failure = Failure::new(Ending::Busy, reason);
            self.ended(entry, A::EXPORT, &Report::default(), Some(&failure));
            return Err(failure);
        }
        let member = &entry.member;
        let (name, label) = (Arc::clone(&member.name), Arc::clone(&self.line.label));
        let mut context = Context::new(name, label, view.cloned(), self.personal.clone());
        let tape = self.recorded.then(Tape::new);
        context.tape.clone_from(&tape);
        let (done, report) = ask.make(&member.loaded, context);
        let answer = done.as_ref().ok().filter(|_| tape.is_some()).map(A::show);
        let done = done.and_then(read);
        let failure = done.as_ref().err();
        self.ended(entry, A::EXPORT, &report, failure);
        if let Some(recorder) = &self.line.recorder {
            let (kept, again, masked) = match (tape, failure) {
                (Some(tape), _) => (tape.take(), None, recorder.masks()),
                (None, Some(failure)) if recorder.takes(&member.name, failure.ending) => {
                    let view = view.cloned();
                    (Kept::default(), Some(Again { view }), true)
                }
                (None, _) => return done,
            };
            recorder.keep(Heard {
                at: Timestamp::now(),
                member: Arc::clone(member),
                monitored: entry.is_monitored(),
                input: ask.input(),
                kept,
                output: match failure {
                    Some(failure) => Err(failure.clone()),
                    None => Ok(answer.unwrap_or(Value::Null)),
                },
                fuel: report.fuel,
                masked,
                again,
            });
        }
        done
    }

    /// The one place where a call's end is counted and logged.
    fn ended(&self, entry: &Entry, export: Export, report: &Report, failure: Option<&Failure>) {
        let ending = failure.map(|failure| failure.ending);
        entry.meters.called(export, ending, report);
        let (plugin, connection) = (&*entry.member.name, &*self.line.label);
        let Report { fuel, memory, .. } = report;
        let export = export.as_str();
        let Some(Failure {
            ending, message, ..
        }) = failure
        else {
            entry.owing.worked();
            tracing::trace!(plugin, connection, export, fuel, memory, "plugin called");
            return;
        };
        tracing::warn!(
            plugin,
            connection,
            export,
            %ending,
            fuel,
            memory,
            digest = %entry.member.loaded.digest(),
            then = match (entry.is_monitored(), entry.on_failure.of(*ending)) {
                (true, _) => "monitored",
                (false, OnFailure::Reject) => "rejected",
                (false, OnFailure::Pass) => "passed by",
                (false, OnFailure::Owe) => "owed",
            },
            "plugin call failed: {message}"
        );
    }

    /// What becomes of the chain when a plugin failed: it goes on, or not.
    pub(super) fn failed(
        &mut self,
        entry: &Entry,
        kind: Kind,
        failure: Failure,
    ) -> Result<(), PluginFailure> {
        let name = &entry.member.name;
        let Failure {
            ending, message, ..
        } = failure;
        if entry.is_monitored() {
            entry.meters.monitored(Verdict::Failed(ending));
            self.warn(format!("{name} (monitored) failed ({ending})"));
            return Ok(());
        }
        let on_failure = entry.on_failure.of(ending);
        if on_failure == OnFailure::Owe {
            entry.owing.failed(ending);
        }
        if on_failure == OnFailure::Pass {
            self.passed_by(name, ending, |it| it == kind);
            return Ok(());
        }
        Err(PluginFailure {
            plugin: name.to_string(),
            ending,
            message,
            owe: on_failure == OnFailure::Owe,
        })
    }

    /// What becomes of the chain for want of the plugins that are not loaded. Those that nobody may pass come first, wherever they
    /// stand. One whose work is owed ends the chain, since nobody knows on what the others would judge; but if it judges only,
    /// they do.
    pub(super) fn without<'b>(
        &mut self,
        absent: impl Iterator<Item = &'b Absent> + Clone,
    ) -> Result<(), PluginFailure> {
        let mut stops = absent.clone().filter(|absent| absent.stops());
        if let Some(absent) = stops.next() {
            absent.missed.increment(1);
            return Err(absent.failure());
        }
        for absent in absent {
            absent.missed.increment(1);
            let failure = absent.failure();
            let (plugin, connection) = (&*absent.name, &*self.line.label);
            if absent.is_monitored() {
                self.warn(format!("{plugin} (monitored) failed ({})", failure.ending));
            } else if !failure.owe {
                tracing::warn!(plugin, connection, ending = %failure.ending, then = "passed by", "plugin was not called: {}", failure.message);
                self.passed_by(&absent.name, failure.ending, |kind| absent.may_be(kind));
            } else if absent.only_judges() {
                self.owed.get_or_insert(failure);
            } else {
                return Err(failure);
            }
        }
        Ok(())
    }

    fn passed_by(&mut self, name: &Arc<str>, ending: Ending, may_be: impl Fn(Kind) -> bool) {
        self.warn(format!("{name} failed ({ending}) and was passed by"));
        if may_be(Kind::Mapper) {
            self.unmapped
                .push((Arc::clone(name), ending, self.steps.len()));
        }
        self.unchosen |= may_be(Kind::TemplateChooser);
        self.steps.push(Step {
            by: name.to_string(),
            changed: Vec::new(),
            standing: Standing::Failed(ending),
        });
    }

    /// Counts and tells what a plugin that is only watched would do.
    pub(super) fn watched(&mut self, entry: &Entry, verdict: Verdict, would: &str) {
        let (plugin, connection) = (&*entry.member.name, &*self.line.label);
        entry.meters.monitored(verdict);
        tracing::info!(
            plugin,
            connection,
            verdict = verdict.as_str(),
            "monitored: {would}"
        );
        if verdict.matters() {
            self.warn(format!("{plugin} (monitored) {would}"));
        }
    }

    /// A remark for the operator, once.
    pub(super) fn warn(&mut self, remark: String) {
        if !self.warnings.contains(&remark) {
            self.warnings.push(remark);
        }
    }

    /// What a mapper that was passed by set an earlier time, and nobody sets now, is not withdrawn: an attribute that is absent
    /// means that nobody wants it, and nobody has said so.
    pub(super) fn keep(&mut self, target: &mut Target, evaluation: &Evaluation) {
        let Some(accepted) = evaluation
            .accepted
            .as_ref()
            .filter(|_| !self.unmapped.is_empty())
        else {
            return;
        };
        let lost: Vec<Attribute> = accepted.values.keys().copied().collect();
        let lost = |target: &Target| {
            let mut lost = lost.clone();
            lost.retain(|it| target.get(*it).is_none() && !target.cleared.contains(it));
            lost
        };
        let keep = |target: &mut Target, by: Option<&str>| {
            for attribute in lost(target) {
                let known = evaluation.provenance.get(&attribute).map(String::as_str);
                if let Some(value) = accepted.get(attribute).filter(|_| known == by) {
                    target.set(attribute, value);
                }
            }
        };
        for (name, ending, at) in &self.unmapped {
            let before = target.clone();
            keep(target, Some(name));
            if let Some(step) = self.steps.get_mut(*at) {
                *step = Step::between(name, &before, target, Standing::Failed(*ending));
            }
        }
        // Of what nobody knows who set it, it may have been that one.
        keep(target, None);
    }

    /// A newcomer who lacks what CXone requires, for want of a mapper that was passed by, is nobody whom waiting does not mend: the
    /// refusal must not be for good.
    pub(super) fn requires(
        &self,
        target: &Target,
        evaluation: &Evaluation,
    ) -> Option<PluginFailure> {
        let (name, ending, _) = self.unmapped.first()?;
        let mut required = Attribute::ALL.into_iter().filter(|it| it.required());
        let missing = required.find(|it| target.get(*it).is_none());
        let missing = missing.filter(|_| evaluation.accepted.is_none())?;
        Some(PluginFailure {
            plugin: name.to_string(),
            ending: *ending,
            message: format!(
                "it failed and was passed by, and without it a new user has no {missing}"
            ),
            owe: false,
        })
    }
}
