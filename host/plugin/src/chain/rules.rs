//! The rules of a chain.

use bridge::port::plugins::{Evaluated, Evaluation, PluginFailure, Standing, Step, Verdict};
use bridge::target::{Attribute, Target};

use super::ask::Decide;
use super::course::Course;
use super::decision::{self, Decided};
use super::entry::Entry;
use super::run::{Line, Scene, attributes, settle_active, step};
use crate::bindings::rules::Decision;
use crate::call::Failure;
use crate::document::{target, within};
use crate::inspect::Kind;
use crate::observe;
use crate::text::one_line;

impl Line {
    /// The rules in order. The first denial ends them; a deferral is kept while the rest run, since they may deny, and so is a
    /// failure whose decision is owed. Those that are only watched judge whatever the others did.
    pub(super) fn rules(
        &self,
        evaluation: &Evaluation,
        scene: &mut Scene,
        course: &mut Course<'_>,
        evaluated: &mut Evaluated,
    ) -> Result<(), PluginFailure> {
        for entry in self.of(Kind::Rules) {
            let monitored = entry.is_monitored();
            if matches!(evaluated.verdict, Verdict::Deny(_)) && !monitored {
                continue;
            }
            let name = &entry.member.name;
            let settings = &entry.member.settings;
            let (occasion, view) = scene.show(settings, &evaluated.target);
            let read = |answer| read(entry, answer, course);
            let done = course.call(entry, &Decide(occasion), Some(view), read);
            let (decided, warnings) = match done {
                Ok(done) => done,
                Err(failure) => {
                    match course.failed(entry, Kind::Rules, failure) {
                        Err(failure) if failure.owe => drop(course.owed.get_or_insert(failure)),
                        ended => ended?,
                    }
                    course.keep(Kind::Rules, &mut evaluated.target, evaluation);
                    continue;
                }
            };
            course.warnings.extend(warnings);
            let before = &evaluated.target;
            let amend = |mut amended: Target| {
                settle_active(&mut amended, &evaluation.source, before.active);
                // Documents have no word for what a template cleared.
                let still = |it: &&Attribute| amended.get(**it).is_none();
                amended.cleared = before.cleared.iter().filter(still).copied().collect();
                amended
            };
            let (after, verdict) = match decided {
                Decided::Allow => (None, None),
                Decided::Amend(amended) => (Some(amend(amended)), None),
                Decided::Defer(line) => (None, Some(Verdict::Defer(line))),
                Decided::Deny(denial) => (None, Some(Verdict::Deny(denial))),
            };
            if monitored {
                watch(entry, course, before, after, verdict);
                continue;
            }
            let step = step(name, before, after.as_ref().unwrap_or(before));
            course.steps.push(step);
            if let Some(after) = after {
                evaluated.target = after;
            }
            match verdict {
                Some(Verdict::Defer(_)) if evaluated.verdict != Verdict::Allow => {}
                Some(verdict) => evaluated.verdict = verdict,
                None => {}
            }
        }
        Ok(())
    }
}

/// A rule's answer, and its remarks.
fn read(
    entry: &Entry,
    answer: Decision,
    course: &Course<'_>,
) -> Result<(Decided, Vec<String>), Failure> {
    let (name, limits) = (&entry.member.name, entry.member.loaded.limits());
    let hide = |text: &str| course.hide(entry, text);
    let warnings = decision::warnings(name, &answer.warnings, hide);
    let decided = decision::read(name, answer.verdict, hide, |document| {
        target(&within(document, limits, "decide")?)
    })?;
    Ok((decided, warnings))
}

/// Tells what a rule that is only watched would decide. What the identity provider would be told goes to the operator here, and
/// must not name the person.
fn watch(
    entry: &Entry,
    course: &mut Course<'_>,
    before: &Target,
    after: Option<Target>,
    verdict: Option<Verdict>,
) {
    let after = after.as_ref().unwrap_or(before);
    let step = Step::between(&entry.member.name, before, after, Standing::Monitored);
    let (verdict, would) = match verdict {
        Some(Verdict::Deny(denial)) => {
            let detail = one_line(&course.hide(entry, &denial.detail), 400);
            let would = format!("would deny ({}): {detail}", denial.status);
            (observe::Verdict::Deny, would)
        }
        // The line has the rule's name in front, and nothing of the person.
        Some(Verdict::Defer(line)) => {
            let own = format!("{}: ", entry.member.name);
            let waits = line.strip_prefix(&own).unwrap_or(&line);
            (observe::Verdict::Defer, format!("would defer: {waits}"))
        }
        _ if step.changed.is_empty() => (observe::Verdict::Allow, "would allow".to_owned()),
        _ => {
            let would = format!("would change {}", attributes(&step));
            (observe::Verdict::Amend, would)
        }
    };
    course.watched(entry, verdict, &would);
    course.steps.push(step);
}
