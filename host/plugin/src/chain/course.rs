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
use super::run::{Line, Place};
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
    /// Nobody is served by it: it leaves no trace.
    trial: bool,
    /// Whether every call is recorded.
    recorded: bool,
    pub(super) steps: Vec<Step>,
    pub(super) warnings: Vec<String>,
    /// The plugins that were passed by and set attributes, or may.
    passed: Vec<Passed>,
    /// Whether a plugin was passed by that chooses templates, or may.
    pub(super) unchosen: bool,
    /// The first rule that failed and whose decision is owed. The others have their say all the same, since they may deny.
    pub(super) owed: Option<PluginFailure>,
}

/// A plugin that was passed by, where it stands, and its step.
struct Passed {
    name: Arc<str>,
    ending: Ending,
    place: Place,
    step: usize,
}

impl<'a> Course<'a> {
    pub(super) fn new(
        line: &'a Line,
        personal: Personal,
        busy: Option<&'a str>,
        trial: bool,
    ) -> Self {
        let recorder = line.recorder.as_ref().filter(|_| !trial && busy.is_none());
        Self {
            line,
            personal,
            busy,
            trial,
            recorded: recorder.is_some_and(|recorder| recorder.begins()),
            steps: Vec::new(),
            warnings: Vec::new(),
            passed: Vec::new(),
            unchosen: false,
            owed: None,
        }
    }

    /// Whether it leaves no trace.
    pub(super) fn is_trial(&self) -> bool {
        self.trial
    }

    /// A plugin's words without the person's values and without secrets.
    pub(super) fn hide(&self, entry: &Entry, text: &str) -> String {
        self.personal_to(entry).hide(text)
    }

    /// What this plugin must not tell.
    fn personal_to(&self, entry: &Entry) -> Personal {
        self.personal.clone().and(&entry.member.secrets)
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
        let mut context = Context::new(name, label, view.cloned(), self.personal_to(entry));
        let tape = self.recorded.then(Tape::new);
        context.tape.clone_from(&tape);
        context.quiet = self.trial;
        let (done, report) = ask.make(&member.loaded, context);
        let answer = done.as_ref().ok().filter(|_| tape.is_some()).map(A::show);
        let done = done.and_then(read);
        let failure = done.as_ref().err();
        self.ended(entry, A::EXPORT, &report, failure);
        if let Some(recorder) = self.line.recorder.as_ref().filter(|_| !self.trial) {
            let size = || ask.input().bytes();
            let (kept, again, masked) = match (tape, failure) {
                (Some(tape), _) => (tape.take(), None, recorder.masks()),
                (None, Some(failure)) if recorder.takes(&member.name, failure.ending, size) => {
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
        if self.trial {
            return;
        }
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
            if !self.trial {
                entry.meters.monitored(Verdict::Failed(ending));
            }
            self.warn(format!("{name} (monitored) failed ({ending})"));
            return Ok(());
        }
        let on_failure = entry.on_failure.of(ending);
        if on_failure == OnFailure::Owe && !self.trial {
            entry.owing.failed(ending);
        }
        if on_failure == OnFailure::Pass {
            self.passed_by(name, ending, entry.at, |it| it == kind);
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
        let missed = |absent: &Absent| {
            if !self.trial {
                absent.missed.increment(1);
            }
        };
        if let Some(absent) = stops.next() {
            missed(absent);
            return Err(absent.failure());
        }
        absent.clone().for_each(missed);
        for absent in absent {
            let failure = absent.failure();
            let (plugin, connection) = (&*absent.name, &*self.line.label);
            if absent.is_monitored() {
                self.warn(format!("{plugin} (monitored) failed ({})", failure.ending));
            } else if !failure.owe {
                if !self.trial {
                    tracing::warn!(plugin, connection, ending = %failure.ending, then = "passed by", "plugin was not called: {}", failure.message);
                }
                self.passed_by(&absent.name, failure.ending, absent.at, |kind| {
                    absent.may_be(kind)
                });
            } else if absent.only_judges() {
                self.owed.get_or_insert(failure);
            } else {
                return Err(failure);
            }
        }
        Ok(())
    }

    fn passed_by(
        &mut self,
        name: &Arc<str>,
        ending: Ending,
        at: usize,
        may_be: impl Fn(Kind) -> bool,
    ) {
        self.warn(format!("{name} failed ({ending}) and was passed by"));
        // Choosers set nothing themselves.
        let first = [Kind::Mapper, Kind::Rules]
            .into_iter()
            .find(|it| may_be(*it));
        if let Some(kind) = first {
            self.passed.push(Passed {
                name: Arc::clone(name),
                ending,
                place: (kind, at),
                step: self.steps.len(),
            });
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
        if !self.trial {
            entry.meters.monitored(verdict);
            tracing::info!(
                plugin,
                connection,
                verdict = verdict.as_str(),
                "monitored: {would}"
            );
        }
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

    /// What CXone accepted and nobody sets now is not withdrawn while a plugin is passed by that may have set it: an attribute
    /// that is absent means that nobody wants it, and nobody has said so. Who set it last tells too little: behind the one that
    /// is passed by, a plugin may have written over its value, and leaves alone what it does not find. Only what was set before
    /// that one stands is for those to withdraw who have run; and what one of them takes away in this run is taken away.
    pub(super) fn keep(&mut self, kind: Kind, target: &mut Target, evaluation: &Evaluation) {
        let passed = self.passed.iter().filter(|it| it.place.0 <= kind);
        let first = passed.map(|passed| passed.place).min();
        let (Some(accepted), Some(first)) = (&evaluation.accepted, first) else {
            return;
        };
        let said = self
            .steps
            .iter()
            .filter(|it| it.standing == Standing::Applied);
        let said = said.flat_map(|step| &step.changed);
        let taken: Vec<Attribute> = said
            .filter(|change| change.after.is_none())
            .map(|change| change.attribute)
            .collect();
        let by = |attribute| evaluation.provenance.get(&attribute).map(String::as_str);
        let before = |attribute| {
            let place = by(attribute).and_then(|by| self.line.place(by));
            place.is_some_and(|place| place < first)
        };
        let lost: Vec<Attribute> = accepted
            .values
            .keys()
            .copied()
            .filter(|it| target.get(*it).is_none() && !target.cleared.contains(it))
            .filter(|it| !taken.contains(it) && !before(*it))
            .collect();
        for passed in &self.passed {
            let was = target.clone();
            for attribute in lost.iter().filter(|it| by(**it) == Some(&*passed.name)) {
                target.set(*attribute, accepted.get(*attribute).unwrap_or_default());
            }
            let kept = Step::between(&passed.name, &was, target, Standing::Failed(passed.ending));
            if let Some(step) = self.steps.get_mut(passed.step) {
                step.changed.extend(kept.changed);
            }
        }
        for attribute in lost {
            target.set(attribute, accepted.get(attribute).unwrap_or_default());
        }
    }

    /// A newcomer who lacks what CXone requires, for want of a mapper that was passed by, is nobody whom waiting does not mend: the
    /// refusal must not be for good.
    pub(super) fn requires(
        &self,
        target: &Target,
        evaluation: &Evaluation,
    ) -> Option<PluginFailure> {
        let mut mappers = self.passed.iter().filter(|it| it.place.0 == Kind::Mapper);
        let Passed { name, ending, .. } = mappers.next()?;
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
