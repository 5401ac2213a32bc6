//! The experiment: one thing changed, the chain run, the result compared.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::connection::Connection;
use crate::group::Membership;
use crate::port::plugins::{Evaluation, Verdict};
use crate::source::Source;

use super::leaf::{self, Leaf, Place};
use super::{Aim, Flip, Said, Why};

/// How often the chain runs at most.
const RUNS: usize = 3_000;
/// How many values are tried at one place.
const VALUES: usize = 40;
/// How many people have to say something before it is tried for another.
const SEVERAL: usize = 2;
/// How many flips are told of one thing.
const TOLD: usize = 3;
/// How many things are changed in pairs where none flips the result alone.
const PAIRED: usize = 40;

/// What rules and choosers may look at though nobody has said that they do.
const OFTEN_READ: [&str; 12] = [
    "title",
    "userType",
    "locale",
    "timezone",
    "roles.value",
    "entitlements.value",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
    "phoneNumbers[type eq \"mobile\"].value",
];

/// One thing that is changed.
#[derive(Clone)]
pub(super) enum Trial {
    /// A value of the source, to another or to none.
    Source {
        path: String,
        place: Place,
        from: Option<Value>,
        to: Option<Value>,
    },
    /// A group that is left.
    Leave(Membership),
    /// A group that is joined.
    Join(Membership),
}

impl Trial {
    fn apply(&self, evaluation: &mut Evaluation) {
        match self {
            Trial::Source { place, to, .. } => {
                evaluation.source = leaf::with(&evaluation.source, place, to.as_ref());
            }
            Trial::Leave(group) => evaluation.groups.retain(|it| it.id != group.id),
            Trial::Join(group) => evaluation.groups.push(group.clone()),
        }
    }

    /// What is said now.
    fn said(&self) -> Said {
        match self {
            Trial::Source { path, from, .. } => Said {
                path: path.clone(),
                value: from.as_ref().map(text),
            },
            Trial::Leave(group) | Trial::Join(group) => Said {
                path: "group".to_owned(),
                value: Some(group.display_name.clone()),
            },
        }
    }

    /// What would be said instead.
    fn instead(&self) -> Said {
        match self {
            Trial::Source { path, to, .. } => Said {
                path: path.clone(),
                value: to.as_ref().map(text),
            },
            Trial::Leave(group) => Said {
                path: format!("not in group {:?}", group.display_name),
                value: None,
            },
            Trial::Join(group) => Said {
                path: "group".to_owned(),
                value: Some(group.display_name.clone()),
            },
        }
    }
}

/// What a run came to: the result, and whether the rules stopped it.
type Outcome = (Option<String>, bool);

/// A chain, a user, and what is asked about.
pub(super) struct Experiment<'a> {
    connection: &'a Connection,
    evaluation: Evaluation,
    /// When it ends, whatever is left to try.
    until: Instant,
    why: Why,
    denied: bool,
}

impl<'a> Experiment<'a> {
    /// The run that everything is compared with; the reason where it comes to nothing.
    pub(super) async fn begin(
        connection: &'a Connection,
        evaluation: Evaluation,
        aim: Aim,
        until: Instant,
    ) -> Result<Self, String> {
        let evaluated = timeout_at(until, connection.plugins.evaluate(evaluation.clone())).await;
        let evaluated = evaluated.map_err(|_| "the plugins take too long".to_owned())?;
        let evaluated = evaluated.map_err(|failure| failure.to_string())?;
        let mut why = Why::new(aim);
        why.runs = 1;
        why.value = aim.of(&evaluated);
        why.set_by = match aim {
            Aim::Attribute(attribute) => evaluated.provenance().remove(&attribute),
            Aim::Active | Aim::Template | Aim::Verdict => None,
        };
        Ok(Self {
            connection,
            evaluation,
            until,
            why,
            denied: matches!(evaluated.verdict, Verdict::Deny(_)),
        })
    }

    pub(super) fn set_by(&self) -> Option<&str> {
        self.why.set_by.as_deref()
    }

    pub(super) fn value(&self) -> Option<&str> {
        self.why.value.as_deref()
    }

    /// Tries everything, in turn.
    pub(super) async fn carry_out(mut self, sources: &[Source], known: Vec<Membership>) -> Why {
        let vocabulary = self.connection.plugins.vocabulary();
        let leaves = leaf::of(&self.evaluation.source);
        let mut singles = Vec::new();
        for leaf in &leaves {
            let seen = others(leaf, sources);
            let trials = changes(leaf, seen.iter().chain(&vocabulary));
            self.thing(&leaf.path, &trials).await;
            singles.extend(trials.into_iter().next());
        }
        let mine = self.evaluation.groups.clone();
        for group in &mine {
            let trial = Trial::Leave(group.clone());
            let name = format!("group {:?}", group.display_name);
            self.thing(&name, std::slice::from_ref(&trial)).await;
            singles.push(trial);
        }
        if self.why.because.is_empty() {
            self.pairs(&singles).await;
        }
        for group in known {
            if !mine.iter().any(|it| it.id == group.id)
                && let Some(flip) = self.flips(&[Trial::Join(group)]).await
            {
                self.why.flips.push(flip);
            }
        }
        self.unsaid(&leaves, &vocabulary).await;
        self.why
    }

    /// One thing, changed in several ways.
    async fn thing(&mut self, name: &str, trials: &[Trial]) {
        let mut flips: Vec<Flip> = Vec::new();
        for trial in trials {
            if self.over() {
                break;
            }
            let Some(flip) = self.flips(std::slice::from_ref(trial)).await else {
                continue;
            };
            if flips.iter().all(|known| known.result != flip.result) {
                flips.push(flip);
            }
        }
        match (flips.is_empty(), trials.first()) {
            (false, Some(first)) => self.why.because.push(first.said()),
            // What was not tried to its end may make a difference.
            _ if self.why.cut_short => {}
            _ => self.why.indifferent.push(name.to_owned()),
        }
        // A change to something tells more than one to nothing.
        flips.sort_by_key(|flip| flip.result.is_none());
        flips.truncate(TOLD);
        self.why.flips.extend(flips);
    }

    /// Two things at once, where none alone makes a difference: either of them was enough.
    async fn pairs(&mut self, singles: &[Trial]) {
        self.why.cut_short |= singles.len() > PAIRED;
        let singles = singles.get(..PAIRED.min(singles.len())).unwrap_or_default();
        for (at, first) in singles.iter().enumerate() {
            for second in singles.iter().skip(at + 1) {
                let pair = [first.clone(), second.clone()];
                if let Some(flip) = self.flips(&pair).await {
                    for said in pair.iter().map(Trial::said) {
                        if !self.why.because.contains(&said) {
                            self.why.because.push(said);
                        }
                    }
                    self.why.flips.push(flip);
                }
            }
        }
        let named: Vec<String> = self.why.because.iter().map(name).collect();
        self.why.indifferent.retain(|it| !named.contains(it));
    }

    /// What nobody says: given a value, does it make a difference?
    async fn unsaid(&mut self, leaves: &[Leaf], vocabulary: &[String]) {
        let needs = self.connection.plugins.needs();
        let mut paths: Vec<&str> = needs.iter().map(|(_, path)| path.as_str()).collect();
        paths.extend(OFTEN_READ);
        let mut tried: Vec<Place> = Vec::new();
        for path in paths {
            let Some(place) = leaf::place(path) else {
                continue;
            };
            if tried.contains(&place) || leaves.iter().any(|leaf| leaf.answers(&place)) {
                continue;
            }
            let invented = ["somebody@example.net".to_owned()];
            for value in invented.iter().chain(vocabulary.iter().take(VALUES)) {
                let trial = Trial::Source {
                    path: path.to_owned(),
                    place: place.clone(),
                    from: None,
                    to: Some(Value::from(value.as_str())),
                };
                if let Some(flip) = self.flips(&[trial]).await {
                    self.why.unsaid.push(path.to_owned());
                    // What was invented is nobody's advice.
                    if vocabulary.contains(value) {
                        self.why.flips.push(flip);
                    }
                    break;
                }
            }
            tried.push(place);
        }
    }

    /// Whether there is no run left, and nothing is tried any more.
    fn over(&mut self) -> bool {
        let over = self.why.runs >= RUNS || Instant::now() >= self.until;
        self.why.cut_short |= over;
        over
    }

    /// Whether these changes together flip the result.
    async fn flips(&mut self, trials: &[Trial]) -> Option<Flip> {
        if self.over() {
            return None;
        }
        self.why.runs += 1;
        let mut evaluation = self.evaluation.clone();
        for trial in trials {
            trial.apply(&mut evaluation);
        }
        let evaluated = timeout_at(self.until, self.connection.plugins.evaluate(evaluation)).await;
        self.why.cut_short |= evaluated.is_err();
        // A chain that fails on what was made up says nothing.
        let evaluated = evaluated.ok()?.ok()?;
        let (result, denied): Outcome = (
            self.why.aim.of(&evaluated),
            matches!(evaluated.verdict, Verdict::Deny(_)),
        );
        // Where a rule stops the chain, what comes behind it was never set: that is the rule's doing.
        let stopped = denied && !self.denied && self.why.aim != Aim::Verdict;
        (result != self.why.value && !stopped).then(|| Flip {
            instead: trials.iter().map(Trial::instead).collect(),
            result,
        })
    }
}

fn name(said: &Said) -> String {
    match (&*said.path, &said.value) {
        ("group", Some(group)) => format!("group {group:?}"),
        (path, _) => path.to_owned(),
    }
}

/// What others of the connection say at the same place, each once. Only what several say: a value of one person is theirs, and no
/// part of somebody else's story.
fn others(leaf: &Leaf, sources: &[Source]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for source in sources {
        for other in leaf::of(source) {
            if other.place == leaf.place
                && let Value::String(value) = other.value
            {
                *seen.entry(value).or_default() += 1;
            }
        }
    }
    let several = seen.into_iter().filter(|(_, people)| *people >= SEVERAL);
    several.map(|(value, _)| value).take(VALUES / 4).collect()
}

/// The ways to change one value: to nothing, to what is said or named somewhere, to something new.
fn changes<'a>(leaf: &Leaf, values: impl Iterator<Item = &'a String>) -> Vec<Trial> {
    let mut to: Vec<Option<Value>> = vec![None];
    match &leaf.value {
        Value::Bool(value) => to.push(Some(Value::Bool(!value))),
        Value::Number(value) => to.push(value.as_i64().map(|value| (value.wrapping_add(1)).into())),
        Value::String(text) => {
            let others = values.filter(|value| *value != text).take(VALUES);
            to.extend(others.map(|value| Some(Value::from(value.as_str()))));
            to.push(Some(Value::from(something_else(text))));
        }
        Value::Null | Value::Array(_) | Value::Object(_) => {}
    }
    let trial = |to| Trial::Source {
        path: leaf.path.clone(),
        place: leaf.place.clone(),
        from: Some(leaf.value.clone()),
        to,
    };
    to.into_iter().map(trial).collect()
}

/// A value that nobody has, of the same form.
fn something_else(value: &str) -> String {
    match value.split_once('@') {
        Some(_) => "somebody.else@example.net".to_owned(),
        None => format!("{value} (something else)"),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
