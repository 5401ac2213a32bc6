//! The template that a user starts from.

use bridge::port::plugins::{
    Evaluated, Evaluation, Operation, PluginFailure, Standing, Step, Verdict,
};
use bridge::target::Target;
use bridge::user::AppliedTemplate;

use super::ask::Choose;
use super::course::Course;
use super::decision;
use super::entry::Entry;
use super::run::{Line, Scene, step};
use crate::bindings::template_chooser::Choice;
use crate::inspect::Kind;
use crate::observe;
use crate::text::one_line;

impl Line {
    /// The template that stands: chosen now where one is due, else the one applied before. On a re-evaluation nobody begins
    /// anew, so that no choice leaves the applied one, too; nor does anybody whose chooser was passed by.
    pub(super) fn template(
        &self,
        evaluation: &Evaluation,
        scene: &mut Scene,
        course: &mut Course<'_>,
        evaluated: &mut Evaluated,
    ) -> Result<(), PluginFailure> {
        let chosen = match evaluation.template_due {
            true => self.choose(evaluation, scene, course, evaluated)?,
            false => None,
        };
        let begins = match evaluation.operation {
            Operation::Create | Operation::Revive => true,
            Operation::ReEvaluate => false,
            _ => evaluation.accepted.is_none(),
        };
        let stands = !evaluation.template_due || !begins || course.unchosen;
        let refused = matches!(evaluated.verdict, Verdict::Deny(_));
        let applied = evaluation.applied.as_ref().filter(|_| stands && !refused);
        evaluated.template = chosen.or_else(|| applied.cloned());
        if let Some(template) = &evaluated.template {
            let before = evaluated.target.clone();
            apply(template, &mut evaluated.target);
            let by = by(&template.name);
            course.steps.push(step(&by, &before, &evaluated.target));
        }
        Ok(())
    }

    /// The first template that a chooser names. A name that nobody knows is a denial, since waiting does not mend it. Those that
    /// are only watched choose whatever the others did: that is what they are compared by.
    fn choose(
        &self,
        evaluation: &Evaluation,
        scene: &mut Scene,
        course: &mut Course<'_>,
        evaluated: &mut Evaluated,
    ) -> Result<Option<AppliedTemplate>, PluginFailure> {
        let mut chosen = None;
        for entry in self.of(Kind::TemplateChooser) {
            let monitored = entry.is_monitored();
            let decided = chosen.is_some() || matches!(evaluated.verdict, Verdict::Deny(_));
            if decided && !monitored {
                continue;
            }
            let settings = &entry.member.settings;
            let (occasion, view) = scene.show(settings, &evaluated.target);
            let choice = match course.call(entry, &Choose(occasion), Some(view), Ok) {
                Ok(choice) => choice,
                Err(failure) => {
                    course.failed(entry, Kind::TemplateChooser, failure)?;
                    continue;
                }
            };
            if monitored {
                self.watch_choice(entry, &choice, evaluation, course, &evaluated.target);
                continue;
            }
            let name = &entry.member.name;
            course
                .steps
                .push(step(name, &evaluated.target, &evaluated.target));
            let Some(named) = choice.template else {
                continue;
            };
            let Some(template) = evaluation.templates.get(&named) else {
                let denial = decision::unknown_template(name, &named, &evaluation.templates);
                evaluated.verdict = Verdict::Deny(denial);
                continue;
            };
            if !course.is_trial() {
                tracing::debug!(
                    plugin = &**name,
                    connection = &*self.label,
                    template = named,
                    reason = one_line(&course.hide(entry, &choice.reason), 200),
                    "template chosen"
                );
            }
            chosen = Some(AppliedTemplate {
                name: named,
                values: template.values.clone(),
            });
        }
        Ok(chosen)
    }

    /// Tells what a chooser that is only watched would choose.
    fn watch_choice(
        &self,
        entry: &Entry,
        choice: &Choice,
        evaluation: &Evaluation,
        course: &mut Course<'_>,
        target: &Target,
    ) {
        let name = &entry.member.name;
        let mut after = target.clone();
        let verdict = match &choice.template {
            None => observe::Verdict::NoTemplate,
            Some(named) => match evaluation.templates.get(named) {
                None => observe::Verdict::UnknownTemplate,
                Some(template) => {
                    let template = AppliedTemplate {
                        name: named.clone(),
                        values: template.values.clone(),
                    };
                    apply(&template, &mut after);
                    observe::Verdict::Template
                }
            },
        };
        let would = match &choice.template {
            None => "no template".to_owned(),
            Some(named) => format!(
                "the template {:?}",
                one_line(&course.hide(entry, named), 120)
            ),
        };
        course.watched(entry, verdict, &format!("would choose {would}"));
        course
            .steps
            .push(Step::between(name, target, &after, Standing::Monitored));
    }
}

/// What a template sets and clears.
fn apply(template: &AppliedTemplate, target: &mut Target) {
    for (attribute, value) in &template.values.values {
        target.set(*attribute, value.as_str());
    }
    for attribute in &template.values.cleared {
        target.clear(*attribute);
    }
}

/// Stands before a template's name in provenance.
const BY: &str = "template ";

/// Who set what a template sets.
fn by(template: &str) -> String {
    format!("{BY}{template}")
}

/// The template that set something, by what provenance says.
pub(super) fn name(by: &str) -> Option<&str> {
    by.strip_prefix(BY)
}
