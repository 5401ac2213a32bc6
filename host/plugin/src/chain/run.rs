//! What a chain does with one user: mappers, template, rules, straight down.

use std::fmt;
use std::sync::Arc;

use bridge::group::Membership;
use bridge::port::plugins::{
    Ending, Evaluated, Evaluation, Operation, PluginFailure, Standing, Step, Verdict,
};
use bridge::source::Source;
use bridge::target::{Attribute, Target};
use bridge::user::AppliedTemplate;
use serde_json::{Map, Value};

use super::decision::{self, Decided};
use crate::bindings::types::{Group, Occasion};
use crate::bindings::{Forward, mapper};
use crate::call::{Failure, Report};
use crate::host::{Context, View};
use crate::inspect::Kind;
use crate::limits::Limits;
use crate::loaded::{Loaded, within};
use crate::personal::Personal;
use crate::text::one_line;

/// `facts` of a record that has none.
const NO_FACTS: &str = "{}";

/// A plugin with its settings.
pub(super) struct Entry {
    pub(super) name: Arc<str>,
    pub(super) loaded: Arc<Loaded>,
    pub(super) settings: String,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.loaded.digest())
    }
}

/// The entries of a connection, and what every call is told of it.
pub(super) struct Line {
    /// `tenant/connection`.
    pub(super) label: Arc<str>,
    pub(super) connection: String,
    pub(super) idp: String,
    pub(super) entries: Vec<Entry>,
    pub(super) limits: Limits,
}

impl Line {
    /// Mappers, template, rules.
    pub(super) fn evaluate(&self, evaluation: Evaluation) -> Result<Evaluated, PluginFailure> {
        let evaluation = Arc::new(evaluation);
        let personal = Personal::of(&evaluation);
        let mut evaluated = Evaluated {
            target: Target::default(),
            template: None,
            steps: Vec::new(),
            verdict: Verdict::Allow,
            warnings: Vec::new(),
        };
        let groups = groups(&evaluation.groups);
        let source = json(evaluation.source.as_map());
        let before = evaluation
            .before
            .as_ref()
            .map(|before| json(before.as_map()));
        let forward = Forward {
            connection: self.connection.clone(),
            idp: self.idp.clone(),
            source,
            remembered: before,
            draft: String::new(),
            groups,
            settings: String::new(),
            facts: facts(Some(&evaluation.default_role), &evaluation),
        };
        let (target, forward) = self.map(forward, &personal, &mut evaluated.steps)?;
        evaluated.target = target;
        settle_active(&mut evaluated.target, &evaluation.source, None);

        let view = View {
            directory: Arc::clone(&evaluation.directory),
            default_role: Arc::from(&*evaluation.default_role),
            templates: Arc::clone(&evaluation.templates),
        };
        let occasion = Occasion {
            connection: forward.connection,
            idp: forward.idp,
            operation: evaluation.operation.as_str().to_owned(),
            source: forward.source,
            source_before: forward.remembered,
            target: String::new(),
            held: evaluation
                .held
                .as_ref()
                .map(|held| held.to_json().to_string()),
            groups: forward.groups,
            moment: evaluation.moment.to_string(),
            settings: String::new(),
            facts: facts(None, &evaluation),
        };
        let mut scene = Scene {
            occasion,
            view,
            personal,
        };
        self.template(&evaluation, &mut scene, &mut evaluated)?;
        if matches!(evaluated.verdict, Verdict::Deny(_)) {
            return Ok(evaluated);
        }
        self.rules(&evaluation, &mut scene, &mut evaluated)?;
        Ok(evaluated)
    }

    /// The mappers forward, for a source that is looked up.
    pub(super) fn to_target(&self, source: Source) -> Result<Target, PluginFailure> {
        let forward = Forward {
            connection: self.connection.clone(),
            idp: self.idp.clone(),
            source: json(source.as_map()),
            remembered: None,
            draft: String::new(),
            groups: Vec::new(),
            settings: String::new(),
            facts: NO_FACTS.to_owned(),
        };
        let personal = Personal::new(vec![source.clone()], Vec::new());
        let (mut target, _) = self.map(forward, &personal, &mut Vec::new())?;
        settle_active(&mut target, &source, None);
        Ok(target)
    }

    /// The mappers backward: the last first, each on the source that the one behind it left.
    pub(super) fn to_source(
        &self,
        target: Target,
        remembered: Option<Source>,
    ) -> Result<Source, PluginFailure> {
        let empty = Map::new();
        let known = remembered.as_ref().map_or(&empty, Source::as_map);
        let mut draft = known.clone();
        let mut input = mapper::Backward {
            connection: self.connection.clone(),
            idp: self.idp.clone(),
            target: target.to_json().to_string(),
            remembered: remembered.as_ref().map(|source| json(source.as_map())),
            draft: json(known),
            settings: String::new(),
            facts: NO_FACTS.to_owned(),
        };
        let personal = Personal::new(remembered.into_iter().collect(), vec![target]);
        for entry in self.of(Kind::Mapper).rev() {
            input.settings.clone_from(&entry.settings);
            let context = self.context(entry, &personal, None);
            let (done, report) = entry.loaded.to_source(context, &input);
            let read = done.and_then(|answer| match parse(&answer)? {
                Value::Object(source) => Ok((source, answer)),
                _ => Err(bad_document("the source is not a JSON object")),
            });
            let (source, text) = self.checked(entry, "to-source", report, read)?;
            draft = source;
            input.draft = text;
        }
        Ok(Source::from(draft))
    }

    /// Every mapper on the last draft; hands back what it borrowed the documents from.
    fn map(
        &self,
        mut input: Forward,
        personal: &Personal,
        steps: &mut Vec<Step>,
    ) -> Result<(Target, Forward), PluginFailure> {
        let mut draft = Target::default();
        for entry in self.of(Kind::Mapper) {
            input.draft = draft.to_json().to_string();
            input.settings.clone_from(&entry.settings);
            let context = self.context(entry, personal, None);
            let (done, report) = entry.loaded.to_target(context, &input);
            let read = done.and_then(|answer| target(&answer));
            let mapped = self.checked(entry, "to-target", report, read)?;
            steps.push(step(&entry.name, &draft, &mapped));
            draft = mapped;
        }
        Ok((draft, input))
    }

    /// The template that stands: chosen now where one is due, else the one applied before. On a re-evaluation nobody begins
    /// anew, so that no choice leaves the applied one, too.
    fn template(
        &self,
        evaluation: &Evaluation,
        scene: &mut Scene,
        evaluated: &mut Evaluated,
    ) -> Result<(), PluginFailure> {
        let chosen = match evaluation.template_due {
            true => self.choose(evaluation, scene, evaluated)?,
            false => None,
        };
        let begins = match evaluation.operation {
            Operation::Create | Operation::Revive => true,
            Operation::ReEvaluate => false,
            _ => evaluation.accepted.is_none(),
        };
        let stands = !evaluation.template_due || !begins;
        let refused = matches!(evaluated.verdict, Verdict::Deny(_));
        let applied = evaluation.applied.as_ref().filter(|_| stands && !refused);
        evaluated.template = chosen.or_else(|| applied.cloned());
        if let Some(template) = &evaluated.template {
            let before = evaluated.target.clone();
            for (attribute, value) in &template.values.values {
                evaluated.target.set(*attribute, value.as_str());
            }
            for attribute in &template.values.cleared {
                evaluated.target.clear(*attribute);
            }
            let by = format!("template {}", template.name);
            evaluated.steps.push(step(&by, &before, &evaluated.target));
        }
        Ok(())
    }

    /// The first template that a chooser names. A name that nobody knows is a denial, since waiting does not mend it.
    fn choose(
        &self,
        evaluation: &Evaluation,
        scene: &mut Scene,
        evaluated: &mut Evaluated,
    ) -> Result<Option<AppliedTemplate>, PluginFailure> {
        for entry in self.of(Kind::TemplateChooser) {
            scene.show(&entry.settings, &evaluated.target);
            let context = self.context(entry, &scene.personal, Some(&scene.view));
            let (done, report) = entry.loaded.choose(context, &scene.occasion);
            let choice = self.checked(entry, "choose", report, done)?;
            evaluated
                .steps
                .push(step(&entry.name, &evaluated.target, &evaluated.target));
            let Some(name) = choice.template else {
                continue;
            };
            let Some(template) = evaluation.templates.get(&name) else {
                let denial = decision::unknown_template(&entry.name, &name, &evaluation.templates);
                evaluated.verdict = Verdict::Deny(denial);
                return Ok(None);
            };
            tracing::debug!(
                plugin = &*entry.name,
                connection = &*self.label,
                template = name,
                reason = one_line(&scene.personal.hide(&choice.reason), 200),
                "template chosen"
            );
            return Ok(Some(AppliedTemplate {
                name,
                values: template.values.clone(),
            }));
        }
        Ok(None)
    }

    /// The rules in order. The first denial ends them; a deferral is kept while the rest run, since they may deny.
    fn rules(
        &self,
        evaluation: &Evaluation,
        scene: &mut Scene,
        evaluated: &mut Evaluated,
    ) -> Result<(), PluginFailure> {
        for entry in self.of(Kind::Rules) {
            scene.show(&entry.settings, &evaluated.target);
            let context = self.context(entry, &scene.personal, Some(&scene.view));
            let (done, report) = entry.loaded.decide(context, &scene.occasion);
            let read = done.and_then(|answer| {
                let hide = |text: &str| scene.personal.hide(text);
                let warnings = decision::warnings(&entry.name, &answer.warnings, hide);
                let decided = decision::read(&entry.name, answer.verdict, hide, |document| {
                    target(&within(document, &self.limits, "decide")?)
                })?;
                Ok((decided, warnings))
            });
            let (decided, warnings) = self.checked(entry, "decide", report, read)?;
            evaluated.warnings.extend(warnings);
            let before = evaluated.target.clone();
            match decided {
                Decided::Allow => {}
                Decided::Amend(mut amended) => {
                    settle_active(&mut amended, &evaluation.source, before.active);
                    // Documents have no word for what a template cleared.
                    let still = |it: &&Attribute| amended.get(**it).is_none();
                    amended.cleared = before.cleared.iter().filter(still).copied().collect();
                    evaluated.target = amended;
                }
                Decided::Defer(line) => {
                    if evaluated.verdict == Verdict::Allow {
                        evaluated.verdict = Verdict::Defer(line);
                    }
                }
                Decided::Deny(denial) => evaluated.verdict = Verdict::Deny(denial),
            }
            evaluated
                .steps
                .push(step(&entry.name, &before, &evaluated.target));
            if matches!(evaluated.verdict, Verdict::Deny(_)) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn of(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Entry> {
        let entries = self.entries.iter();
        entries.filter(move |entry| entry.loaded.declared().kinds.contains(&kind))
    }

    fn context(&self, entry: &Entry, personal: &Personal, view: Option<&View>) -> Context {
        Context {
            plugin: Arc::clone(&entry.name),
            connection: Arc::clone(&self.label),
            view: view.cloned(),
            personal: personal.clone(),
        }
    }

    /// The one place where a call's end is logged.
    fn checked<T>(
        &self,
        entry: &Entry,
        export: &'static str,
        report: Report,
        done: Result<T, Failure>,
    ) -> Result<T, PluginFailure> {
        let plugin = &*entry.name;
        let connection = &*self.label;
        let Report { fuel, memory } = report;
        match done {
            Ok(done) => {
                tracing::trace!(plugin, connection, export, fuel, memory, "plugin called");
                Ok(done)
            }
            Err(Failure { ending, message }) => {
                tracing::warn!(
                    plugin,
                    connection,
                    export,
                    %ending,
                    fuel,
                    memory,
                    digest = %entry.loaded.digest(),
                    "plugin call failed: {message}"
                );
                Err(PluginFailure {
                    plugin: plugin.to_owned(),
                    ending,
                    message,
                    owe: false,
                })
            }
        }
    }
}

/// What choosers and rules see, but for the settings and the target, which change from one to the next.
struct Scene {
    occasion: Occasion,
    view: View,
    personal: Personal,
}

impl Scene {
    fn show(&mut self, settings: &str, target: &Target) {
        settings.clone_into(&mut self.occasion.settings);
        self.occasion.target = target.to_json().to_string();
    }
}

/// Active as the source says, unless a plugin said no. A plugin never activates somebody.
fn settle_active(target: &mut Target, source: &Source, before: Option<bool>) {
    let wanted = target.active.or(before).unwrap_or(true);
    target.active = Some(source.active() && wanted);
}

/// What a plugin or template did, found by comparing.
fn step(by: &str, before: &Target, after: &Target) -> Step {
    Step::between(by, before, after, Standing::Applied)
}

fn json(document: &Map<String, Value>) -> String {
    // What is written from `Value` has string keys only: this cannot fail.
    serde_json::to_string(document).unwrap_or_else(|_| NO_FACTS.to_owned())
}

/// Reads a document. Deeper than serde_json's 128 levels is refused.
fn parse(document: &str) -> Result<Value, Failure> {
    serde_json::from_str(document)
        .map_err(|error| bad_document(&format!("the document is not well-formed JSON ({error})")))
}

fn target(document: &str) -> Result<Target, Failure> {
    Target::from_json(&parse(document)?).map_err(|error| bad_document(&error.to_string()))
}

fn bad_document(what: &str) -> Failure {
    Failure::new(
        Ending::Error,
        format!("broke the contract: {}", one_line(what, 200)),
    )
}

/// What the contract's `facts` hold; what is not known is absent.
fn facts(default_role: Option<&str>, evaluation: &Evaluation) -> String {
    let mut facts = Map::new();
    if let Some(role) = default_role.filter(|role| !role.is_empty()) {
        facts.insert("defaultRole".to_owned(), Value::from(role));
    }
    if let Some(accepted) = &evaluation.accepted {
        facts.insert("accepted".to_owned(), accepted.to_json());
    }
    json(&facts)
}

fn groups(groups: &[Membership]) -> Vec<Group> {
    let group = |group: &Membership| Group {
        id: group.id.to_string(),
        external_id: group.external_id.clone(),
        display_name: group.display_name.clone(),
        facts: NO_FACTS.to_owned(),
    };
    groups.iter().map(group).collect()
}
