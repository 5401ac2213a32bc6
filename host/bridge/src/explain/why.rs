//! Why somebody has a value: the chain runs again with one thing changed at a time, and what flips the result is the reason.
//!
//! Plugins are pure functions, so that a run with another source is an experiment and not a guess. Nothing is written anywhere
//! and CXone is asked for nothing but its roles and teams.

mod leaf;
mod trial;

use std::fmt;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::connection::Connection;
use crate::decide::{evaluation, following};
use crate::group::Membership;
use crate::line::Bridge;
use crate::plan::Foresight;
use crate::port::ledger::LedgerError;
use crate::port::plugins::{Evaluated, Verdict};
use crate::refusal::Refusal;
use crate::source::Source;
use crate::target::Attribute;
use crate::user::User;

use leaf::Leaf;
use trial::Experiment;

/// How many other users are looked at for values that are really sent.
const PEOPLE: usize = 1_000;
/// How many groups of the connection are tried.
const GROUPS: usize = 100;

/// What is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Aim {
    /// An attribute of the target.
    Attribute(Attribute),
    /// Whether the person is to be active.
    Active,
    /// The template.
    Template,
    /// What the rules say.
    Verdict,
}

impl Aim {
    /// The aim of this name, without case: an attribute of the target, `active`, `template` or `verdict`.
    pub fn parse(name: &str) -> Option<Self> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        match () {
            () if is("active") => Some(Aim::Active),
            () if is("template") => Some(Aim::Template),
            () if is("verdict") => Some(Aim::Verdict),
            () => Attribute::ALL
                .into_iter()
                .find(|attribute| is(attribute.as_str()))
                .map(Aim::Attribute),
        }
    }

    /// What a chain came to, in this respect.
    fn of(self, evaluated: &Evaluated) -> Option<String> {
        match self {
            Aim::Attribute(attribute) => evaluated.target.get(attribute).map(crate::plan::joined),
            Aim::Active => evaluated.target.active.map(|active| active.to_string()),
            Aim::Template => evaluated.template.as_ref().map(|it| it.name.clone()),
            Aim::Verdict => Some(verdict(&evaluated.verdict)),
        }
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Aim::Attribute(attribute) => attribute.fmt(f),
            Aim::Active => f.write_str("active"),
            Aim::Template => f.write_str("template"),
            Aim::Verdict => f.write_str("verdict"),
        }
    }
}

/// What the rules say, in words.
pub(super) fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Allow => "allowed".to_owned(),
        Verdict::Defer(reason) => format!("deferred: {reason}"),
        Verdict::Deny(denial) => format!("denied by {}: {}", denial.rule, denial.detail),
    }
}

/// One thing that the identity provider says of somebody, or could.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The path, as RFC 7644 (section 3.10) writes it; of a group `group`.
    pub path: String,
    /// What is said; of a group its name. `None` where nothing is.
    pub value: Option<String>,
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Said").field(&self.path).finish()
    }
}

/// A change that flips the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flip {
    /// What would be said instead, one entry for each thing changed; a group without a value is left, one with a value joined.
    pub instead: Vec<Said>,
    /// What would come of it; `None` for no value.
    pub result: Option<String>,
}

/// Why a result is as it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// What was asked about.
    pub aim: Aim,
    /// What it is; `None` for no value.
    pub value: Option<String>,
    /// The plugin or template that set it last.
    pub set_by: Option<String>,
    /// What it hinges on: each of these alone flips it when it is changed.
    pub because: Vec<Said>,
    /// What was changed and made no difference.
    pub indifferent: Vec<String>,
    /// The smallest changes that flip it, those to values that are really sent or that settings name first.
    pub flips: Vec<Flip>,
    /// What nobody says and would make a difference.
    pub unsaid: Vec<String>,
    /// How often the chain ran.
    pub runs: usize,
    /// Whether there was more to try than is tried.
    pub cut_short: bool,
    /// Why nothing can be said.
    pub unknown: Option<String>,
}

impl fmt::Debug for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Why")
            .field("aim", &self.aim)
            .field("because", &self.because)
            .field("runs", &self.runs)
            .finish_non_exhaustive()
    }
}

impl Why {
    fn new(aim: Aim) -> Self {
        Self {
            aim,
            value: None,
            set_by: None,
            because: Vec::new(),
            indifferent: Vec::new(),
            flips: Vec::new(),
            unsaid: Vec::new(),
            runs: 0,
            cut_short: false,
            unknown: None,
        }
    }

    fn unknown(aim: Aim, reason: impl Into<String>) -> Self {
        Self {
            unknown: Some(reason.into()),
            ..Self::new(aim)
        }
    }
}

/// What a plugin reads and nobody of a connection ever says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeverSaid {
    /// The plugin.
    pub plugin: String,
    /// The source path.
    pub path: String,
}

impl Bridge {
    /// Finds out why, as far as that goes until a moment.
    pub(super) async fn why(
        &self,
        foresight: &Foresight<'_>,
        connection: &Connection,
        user: &User,
        groups: Vec<Membership>,
        (aim, until): (Aim, Instant),
    ) -> Result<Why, Refusal> {
        if !user.live() || !user.source.active() {
            let reason = "the identity provider says inactive or deleted: no plugin is asked";
            return Ok(Why::unknown(aim, reason));
        }
        let directory = match foresight.sight.pinned() {
            Ok(directory) => directory,
            Err(reason) => {
                let reason = format!("CXone's roles and teams cannot be read: {reason}");
                return Ok(Why::unknown(aim, reason));
            }
        };
        let mut asked = evaluation(
            connection,
            following(user),
            user,
            groups,
            self.now(),
            directory,
        );
        asked.trial = true;
        let people = self.ledger.list_users(&user.scope, 0, PEOPLE).await?;
        let sources: Vec<Source> = people.into_iter().map(|user| user.source).collect();
        let known = self.ledger.list_groups(&user.scope, 0, GROUPS).await?;
        let known = known.iter().map(|group| group.membership()).collect();
        // What a template set earlier hinges on what the choice hinged on.
        let applied = asked.applied.is_some() && !asked.template_due;
        let begun = Experiment::begin(connection, asked.clone(), aim, until);
        let mut experiment = match begun.await {
            Ok(experiment) => experiment,
            Err(reason) => return Ok(Why::unknown(aim, reason)),
        };
        let by_template = |it: &Experiment<'_>| {
            let set_by = it.set_by();
            aim == Aim::Template || set_by.is_some_and(|by| by.starts_with("template "))
        };
        if applied && by_template(&experiment) {
            asked.template_due = true;
            if let Ok(anew) = Experiment::begin(connection, asked, aim, until).await
                && anew.value() == experiment.value()
            {
                experiment = anew;
            }
        }
        Ok(experiment.carry_out(&sources, known).await)
    }

    /// The source paths that the plugins of a connection read and no user of it has: at most a thousand users are looked at.
    pub(super) async fn never_said(
        &self,
        connection: &Connection,
        user: &User,
    ) -> Result<Vec<NeverSaid>, LedgerError> {
        let people = self.ledger.list_users(&user.scope, 0, PEOPLE).await?;
        let mut said: Vec<Leaf> = leaf::of(&user.source);
        for person in &people {
            for leaf in leaf::of(&person.source) {
                if !said.iter().any(|known| known.place == leaf.place) {
                    said.push(leaf);
                }
            }
        }
        let needs = connection.plugins.needs().into_iter();
        let never = needs.filter(|(_, path)| {
            leaf::place(path).is_some_and(|place| {
                !leaf::always_said(&place) && !said.iter().any(|leaf| leaf.answers(&place))
            })
        });
        Ok(never
            .map(|(plugin, path)| NeverSaid { plugin, path })
            .collect())
    }
}
