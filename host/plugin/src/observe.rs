//! What is counted of plugins' calls.
//!
//! Every series is registered when its chain is loaded, so that a call adds to numbers and looks nothing up, and an ending that
//! never came shows as 0. A recorder that is installed after a chain was loaded sees nothing of it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bridge::port::plugins::Ending;
use metrics::{Counter, Gauge, Label, counter, gauge};

use crate::call::Report;
use crate::inspect::Kind;
use crate::json::Export;

/// Calls by plugin, export and ending: `ok`, `error`, `trap`, `limit`, `busy`; `not-loaded` of the export `load` for each request
/// that met a plugin which is not there.
const CALLS: &str = "jackfield_plugin_calls_total";
/// Units of fuel.
const FUEL: &str = "jackfield_plugin_fuel_total";
/// Seconds of wall clock. It only grows; it is a gauge because the counters here have no fractions.
const SECONDS: &str = "jackfield_plugin_seconds_total";
/// What plugins that are only watched would have done.
const MONITORED: &str = "jackfield_plugin_monitored_total";
/// Plugins of a connection that are not loaded.
const NOT_LOADED: &str = "jackfield_plugins_not_loaded";
/// Calls that were recorded.
const RECORDED: &str = "jackfield_plugin_recorded_total";
/// Calls that were to be recorded and are not: too many at once, or they could not be written.
const DROPPED: &str = "jackfield_plugin_recordings_dropped_total";

/// The endings of a call that was made, or was to be.
const ENDINGS: [Ending; 4] = [Ending::Error, Ending::Trap, Ending::Limit, Ending::Busy];

/// An ending as a label.
pub(crate) fn word(ending: Ending) -> &'static str {
    match ending {
        Ending::NotLoaded => "not-loaded",
        Ending::Error => "error",
        Ending::Trap => "trap",
        Ending::Limit => "limit",
        Ending::Busy => "busy",
    }
}

/// What would have come of a plugin that is only watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A mapper would change something.
    Changes,
    /// A mapper would change nothing.
    Nothing,
    /// A chooser names a template.
    Template,
    /// A chooser names none.
    NoTemplate,
    /// A chooser names one that nobody knows.
    UnknownTemplate,
    Allow,
    Amend,
    Defer,
    Deny,
    /// It failed.
    Failed(Ending),
}

impl Verdict {
    /// Those of a kind that do their work.
    fn of(kind: Kind) -> &'static [Verdict] {
        match kind {
            Kind::Mapper => &[Verdict::Changes, Verdict::Nothing],
            Kind::TemplateChooser => &[
                Verdict::Template,
                Verdict::NoTemplate,
                Verdict::UnknownTemplate,
            ],
            Kind::Rules => &[
                Verdict::Allow,
                Verdict::Amend,
                Verdict::Defer,
                Verdict::Deny,
            ],
        }
    }

    /// Whether something would come of it.
    pub(crate) fn matters(self) -> bool {
        !matches!(
            self,
            Verdict::Nothing | Verdict::NoTemplate | Verdict::Allow
        )
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Verdict::Changes => "changes",
            Verdict::Nothing => "nothing",
            Verdict::Template => "template",
            Verdict::NoTemplate => "no-template",
            Verdict::UnknownTemplate => "unknown-template",
            Verdict::Allow => "allow",
            Verdict::Amend => "amend",
            Verdict::Defer => "defer",
            Verdict::Deny => "deny",
            Verdict::Failed(ending) => word(ending),
        }
    }
}

/// Whom numbers are about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Subject {
    pub(crate) tenant: String,
    pub(crate) connection: String,
}

impl Subject {
    /// The numbers of a loaded plugin with exports of these kinds.
    pub(crate) fn plugin(&self, plugin: &str, kinds: &[Kind], monitored: bool) -> Meters {
        let exports = Export::ALL.into_iter();
        let exports = exports.filter(|it| it.kind().is_some_and(|kind| kinds.contains(&kind)));
        let failed = ENDINGS.into_iter().map(Verdict::Failed);
        let verdicts = kinds.iter().flat_map(|kind| Verdict::of(*kind)).copied();
        let verdicts = verdicts.chain(failed).filter(|_| monitored);
        Meters {
            calls: exports
                .map(|export| (export, self.calls(plugin, export.as_str())))
                .collect(),
            fuel: counter!(FUEL, self.labels(plugin)),
            seconds: gauge!(SECONDS, self.labels(plugin)),
            monitored: verdicts
                .map(|verdict| (verdict, self.verdict(plugin, verdict)))
                .collect(),
        }
    }

    /// How often a plugin that is not loaded was missed.
    pub(crate) fn missed(&self, plugin: &str) -> Counter {
        self.call(plugin, "load", word(Ending::NotLoaded))
    }

    /// How many of the connection's plugins are not loaded.
    fn not_loaded(&self) -> Gauge {
        gauge!(NOT_LOADED, self.own())
    }

    /// How many calls were recorded, and how many were not.
    pub(crate) fn recorded(&self) -> (Counter, Counter) {
        (
            counter!(RECORDED, self.own()),
            counter!(DROPPED, self.own()),
        )
    }

    fn own(&self) -> Vec<Label> {
        vec![
            Label::new("tenant", self.tenant.clone()),
            Label::new("connection", self.connection.clone()),
        ]
    }

    fn labels(&self, plugin: &str) -> Vec<Label> {
        let mut labels = self.own();
        labels.push(Label::new("plugin", plugin.to_owned()));
        labels
    }

    fn call(&self, plugin: &str, export: &str, ending: &str) -> Counter {
        let mut labels = self.labels(plugin);
        labels.push(Label::new("export", export.to_owned()));
        labels.push(Label::new("ending", ending.to_owned()));
        counter!(CALLS, labels)
    }

    fn calls(&self, plugin: &str, export: &str) -> Calls {
        Calls {
            ok: self.call(plugin, export, "ok"),
            failed: ENDINGS.map(|ending| self.call(plugin, export, word(ending))),
        }
    }

    fn verdict(&self, plugin: &str, verdict: Verdict) -> Counter {
        let mut labels = self.labels(plugin);
        labels.push(Label::new("verdict", verdict.as_str()));
        counter!(MONITORED, labels)
    }
}

/// Which chain of each connection shows how many plugins are not loaded: the one that said so last.
#[derive(Default)]
pub(crate) struct Showing {
    last: Mutex<HashMap<Subject, u64>>,
    chains: AtomicU64,
}

impl Showing {
    /// The part of a new chain of this connection.
    pub(crate) fn of(self: &Arc<Self>, subject: &Subject) -> Shown {
        Shown {
            all: Arc::clone(self),
            chain: self.chains.fetch_add(1, Ordering::Relaxed),
            gauge: subject.not_loaded(),
            subject: subject.clone(),
        }
    }
}

/// One chain's part. Whoever is dropped as the last that showed something leaves 0: the connection is gone.
pub(crate) struct Shown {
    all: Arc<Showing>,
    chain: u64,
    gauge: Gauge,
    subject: Subject,
}

impl Shown {
    /// Shows that so many plugins are not loaded.
    pub(crate) fn show(&self, not_loaded: usize) {
        let mut last = self.all.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert(self.subject.clone(), self.chain);
        #[allow(clippy::cast_precision_loss)] // Nobody has that many plugins.
        self.gauge.set(not_loaded as f64);
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let mut last = self.all.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.get(&self.subject) == Some(&self.chain) {
            last.remove(&self.subject);
            self.gauge.set(0.0);
        }
    }
}

/// One export's calls by ending.
struct Calls {
    ok: Counter,
    /// In the order of `ENDINGS`.
    failed: [Counter; ENDINGS.len()],
}

/// One plugin's numbers.
pub(crate) struct Meters {
    calls: Vec<(Export, Calls)>,
    fuel: Counter,
    seconds: Gauge,
    monitored: Vec<(Verdict, Counter)>,
}

impl Meters {
    /// A call ended.
    pub(crate) fn called(&self, export: Export, failed: Option<Ending>, report: &Report) {
        if let Some((_, calls)) = self.calls.iter().find(|(of, _)| *of == export) {
            let at = failed.and_then(|ending| ENDINGS.iter().position(|it| *it == ending));
            at.map_or(&calls.ok, |at| &calls.failed[at]).increment(1);
        }
        self.fuel.increment(report.fuel);
        self.seconds.increment(report.wall.as_secs_f64());
    }

    /// A plugin that is only watched would have done this.
    pub(crate) fn monitored(&self, verdict: Verdict) {
        if let Some((_, counter)) = self.monitored.iter().find(|(of, _)| *of == verdict) {
            counter.increment(1);
        }
    }
}
