//! What a chain does with one user: mappers, template, rules, straight down.

use std::sync::Arc;

use bridge::group::Membership;
use bridge::port::plugins::{Evaluated, Evaluation, PluginFailure, Standing, Step, Verdict};
use bridge::source::Source;
use bridge::target::{Attribute, Target};
use serde_json::{Map, Value};

use super::ask::{ToSource, ToTarget};
use super::course::Course;
use super::entry::{Absent, Entry};
use super::template;
use crate::bindings::types::{Group, Occasion};
use crate::bindings::{Forward, mapper};
use crate::document::{self, target};
use crate::host::View;
use crate::inspect::Kind;
use crate::observe;
use crate::personal::Personal;
use crate::record::Recorder;

/// `facts` of a record that has none.
const NO_FACTS: &str = "{}";

/// Where a plugin sets attributes: mappers before templates before rules, and each as the configuration has them.
pub(super) type Place = (Kind, usize);

/// The plugins of a connection, and what every call is told of it.
pub(super) struct Line {
    /// `tenant/connection`.
    pub(super) label: Arc<str>,
    pub(super) connection: String,
    pub(super) idp: String,
    pub(super) entries: Vec<Entry>,
    /// The plugins that are not loaded.
    pub(super) absent: Vec<Absent>,
    pub(super) recorder: Option<Recorder>,
}

impl Line {
    /// Mappers, template, rules. `busy` says why no plugin can be called; what becomes of that is each plugin's own.
    pub(super) fn evaluate(
        &self,
        evaluation: Evaluation,
        busy: Option<&str>,
    ) -> Result<Evaluated, PluginFailure> {
        let evaluation = Arc::new(evaluation);
        let mut course = Course::new(self, Personal::of(&evaluation), busy, evaluation.trial);
        course.without(self.absent.iter())?;
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
        let (target, forward) = self.map(forward, &mut course, true)?;
        evaluated.target = target;
        course.keep(Kind::Mapper, &mut evaluated.target, &evaluation);
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
        let mut scene = Scene { occasion, view };
        self.template(&evaluation, &mut scene, &mut course, &mut evaluated)?;
        if !matches!(evaluated.verdict, Verdict::Deny(_)) {
            course.keep(Kind::Rules, &mut evaluated.target, &evaluation);
            self.rules(&evaluation, &mut scene, &mut course, &mut evaluated)?;
        }
        if !matches!(evaluated.verdict, Verdict::Deny(_)) {
            let failed = course.requires(&evaluated.target, &evaluation);
            if let Some(failure) = failed.or(course.owed) {
                return Err(failure);
            }
        }
        (evaluated.steps, evaluated.warnings) = (course.steps, course.warnings);
        Ok(evaluated)
    }

    /// The mappers forward, for a source that is looked up. Nobody would see what those do that are only watched.
    pub(super) fn to_target(
        &self,
        source: Source,
        busy: Option<&str>,
    ) -> Result<Target, PluginFailure> {
        Ok(self.forward(source, false, busy)?.0)
    }

    /// The user name that the mappers give. Nobody can say what one that was passed by would have made of it.
    pub(super) fn user_name(
        &self,
        source: Source,
        trial: bool,
        busy: Option<&str>,
    ) -> Result<Option<String>, PluginFailure> {
        let (target, steps) = self.forward(source, trial, busy)?;
        let failed = steps.iter().find_map(|step| match step.standing {
            Standing::Failed(ending) => Some(PluginFailure {
                plugin: step.by.clone(),
                ending,
                message: "it failed and was passed by, and it may give the user name".to_owned(),
                owe: false,
            }),
            Standing::Applied | Standing::Monitored => None,
        });
        match failed {
            Some(failure) => Err(failure),
            None => Ok(target.get(Attribute::UserName).map(str::to_owned)),
        }
    }

    fn forward(
        &self,
        source: Source,
        trial: bool,
        busy: Option<&str>,
    ) -> Result<(Target, Vec<Step>), PluginFailure> {
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
        let mut course = Course::new(self, personal, busy, trial);
        self.without_mappers(&mut course)?;
        let (mut target, _) = self.map(forward, &mut course, false).map_err(unowed)?;
        settle_active(&mut target, &source, None);
        Ok((target, course.steps))
    }

    /// The mappers backward: the last first, each on the source that the one behind it left.
    pub(super) fn to_source(
        &self,
        target: Target,
        remembered: Option<Source>,
        busy: Option<&str>,
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
        let mut course = Course::new(self, personal, busy, false);
        self.without_mappers(&mut course)?;
        for entry in self.of(Kind::Mapper).rev() {
            if entry.is_monitored() {
                continue;
            }
            input.settings.clone_from(&entry.member.settings);
            let read = |answer: String| Ok((document::source(&answer)?, answer));
            match course.call(entry, &ToSource(&input), None, read) {
                Ok((source, text)) => (draft, input.draft) = (source, text),
                Err(failure) => course
                    .failed(entry, Kind::Mapper, failure)
                    .map_err(unowed)?,
            }
        }
        Ok(Source::from(draft))
    }

    /// Every mapper on the last draft; hands back what it borrowed the documents from.
    fn map(
        &self,
        mut input: Forward,
        course: &mut Course<'_>,
        watches: bool,
    ) -> Result<(Target, Forward), PluginFailure> {
        let mut draft = Target::default();
        for entry in self.of(Kind::Mapper) {
            if entry.is_monitored() && !watches {
                continue;
            }
            input.draft = draft.to_json().to_string();
            input.settings.clone_from(&entry.member.settings);
            let read = |answer: String| target(&answer);
            let mapped = match course.call(entry, &ToTarget(&input), None, read) {
                Ok(mapped) => mapped,
                Err(failure) => {
                    course.failed(entry, Kind::Mapper, failure)?;
                    continue;
                }
            };
            let name = &entry.member.name;
            if entry.is_monitored() {
                let step = Step::between(name, &draft, &mapped, Standing::Monitored);
                let (verdict, would) = match step.changed.is_empty() {
                    true => (observe::Verdict::Nothing, "would change nothing".to_owned()),
                    false => {
                        let would = format!("would change {}", attributes(&step));
                        (observe::Verdict::Changes, would)
                    }
                };
                course.watched(entry, verdict, &would);
                course.steps.push(step);
                continue;
            }
            course.steps.push(step(name, &draft, &mapped));
            draft = mapped;
        }
        Ok((draft, input))
    }

    /// What is read needs the mappers alone.
    fn without_mappers(&self, course: &mut Course<'_>) -> Result<(), PluginFailure> {
        let absent = self.absent.iter();
        let mappers = absent.filter(|absent| absent.may_be(Kind::Mapper));
        course.without(mappers).map_err(unowed)
    }

    /// The last place at which whoever is named so in provenance sets attributes; `None` for one who is not there any more.
    pub(super) fn place(&self, by: &str) -> Option<Place> {
        let loaded = self
            .entries
            .iter()
            .filter(|entry| *entry.member.name == *by);
        let loaded = loaded.filter_map(|entry| entry.place());
        let absent = self.absent.iter().filter(|absent| *absent.name == *by);
        let absent = absent.map(|absent| (Kind::Rules, absent.at));
        let template = (template::name(by).is_some()).then_some((Kind::TemplateChooser, 0));
        loaded.chain(absent).max().or(template)
    }

    pub(super) fn of(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Entry> {
        let entries = self.entries.iter();
        entries.filter(move |entry| entry.is(kind))
    }
}

/// A failure of which nothing can be owed.
fn unowed(failure: PluginFailure) -> PluginFailure {
    PluginFailure {
        owe: false,
        ..failure
    }
}

/// What choosers and rules see, but for the settings and the target, which change from one to the next.
pub(super) struct Scene {
    occasion: Occasion,
    view: View,
}

impl Scene {
    pub(super) fn show(&mut self, settings: &str, target: &Target) -> (&Occasion, &View) {
        settings.clone_into(&mut self.occasion.settings);
        self.occasion.target = target.to_json().to_string();
        (&self.occasion, &self.view)
    }
}

/// Active as the source says, unless a plugin said no. A plugin never activates somebody.
pub(super) fn settle_active(target: &mut Target, source: &Source, before: Option<bool>) {
    let wanted = target.active.or(before).unwrap_or(true);
    target.active = Some(source.active() && wanted);
}

/// What a plugin or template did, found by comparing.
pub(super) fn step(by: &str, before: &Target, after: &Target) -> Step {
    Step::between(by, before, after, Standing::Applied)
}

/// The attributes of a step by name.
pub(super) fn attributes(step: &Step) -> String {
    let names: Vec<&str> = step
        .changed
        .iter()
        .map(|it| it.attribute.as_str())
        .collect();
    names.join(", ")
}

fn json(document: &Map<String, Value>) -> String {
    // What is written from `Value` has string keys only: this cannot fail.
    serde_json::to_string(document).unwrap_or_else(|_| NO_FACTS.to_owned())
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
