//! The plugins of one connection, in the order of its configuration, with their settings.

mod ask;
mod course;
mod decision;
mod entry;
mod policy;
mod rules;
mod run;
mod takes;
mod template;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bridge::port::plugins::{Ending, Evaluated, Evaluation, PluginFailure, Plugins};
use bridge::source::Source;
use bridge::target::Target;
use serde_json::Value;

use crate::component::ComponentBytes;
use crate::engine::Engine;
use crate::loaded::Loaded;
use crate::observe::{Shown, Subject};
use crate::pool::{PoolError, TenantShare};
use crate::record::{Recorder, RecordingSettings};
use entry::Absent;
pub(crate) use entry::Member;
pub use policy::{FailurePolicy, OnFailure, PluginMode};
use run::Line;

/// A plugin as the configuration names it.
#[derive(Clone)]
pub struct PluginSource {
    /// The name in the configuration, in messages and in provenance.
    pub name: String,
    /// The component's bytes, or why they could not be read.
    pub component: Result<ComponentBytes, String>,
    /// Its settings; `null` counts as `{}`.
    pub settings: Value,
    /// Whether a text of the settings came from the environment or a file: they are not recorded then.
    pub settings_secret: bool,
    /// Whether its answers count.
    pub mode: PluginMode,
    /// What becomes of a write that it fails.
    pub on_failure: FailurePolicy,
}

impl fmt::Debug for PluginSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginSource")
            .field("name", &self.name)
            .field("bytes", &self.component.as_ref().map(|bytes| bytes.len()))
            .finish_non_exhaustive()
    }
}

/// The connection that a chain belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionFacts {
    /// The tenant; its connections share its part of the guest pool.
    pub tenant: String,
    /// The connection's name.
    pub connection: String,
    /// Its `idp`: `entra`, `okta`, `onelogin`, `google`, `generic`.
    pub idp: String,
    /// What is recorded of its plugins' calls; `None` for nothing at all.
    pub recording: Option<RecordingSettings>,
}

/// The chain. Immutable: a changed configuration makes a new one.
pub struct Chain {
    engine: Engine,
    share: Arc<TenantShare>,
    line: Arc<Line>,
    shown: Shown,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("connection", &self.line.label)
            .field("plugins", &self.line.entries)
            .field("not_loaded", &self.not_loaded())
            .finish_non_exhaustive()
    }
}

impl Chain {
    /// Loads every plugin and validates its settings. It never fails as a whole: what could not be loaded is kept and logged, and
    /// its own configuration says what becomes of writes. It blocks while components compile. A recorder of metrics must be
    /// installed before, or it sees nothing of the chain.
    pub fn load(engine: &Engine, plugins: Vec<PluginSource>, facts: ConnectionFacts) -> Self {
        let label: Arc<str> = Arc::from(format!("{}/{}", facts.tenant, facts.connection));
        let share = engine.pool().tenant(&facts.tenant);
        let subject = Subject {
            tenant: facts.tenant,
            connection: facts.connection,
        };
        let mut entries = Vec::new();
        let mut absent = Vec::new();
        for (at, plugin) in plugins.into_iter().enumerate() {
            match entry::load(engine, at, plugin, &subject) {
                Ok(entry) => entries.push(entry),
                Err(missing) => {
                    missing.log(&label);
                    absent.push(missing);
                }
            }
        }
        let recording = facts.recording;
        let chain = Self {
            shown: engine.showing().of(&subject),
            share,
            line: Arc::new(Line {
                label,
                idp: facts.idp,
                entries,
                absent,
                recorder: recording.map(|settings| Recorder::new(settings, &subject)),
                connection: subject.connection,
            }),
            engine: engine.clone(),
        };
        chain.show();
        chain
    }

    /// Sets the gauge of plugins that are not loaded, until the chain is dropped. `load` does; whoever gives a loaded chain up again for the one that stood
    /// before calls it on that one.
    pub fn show(&self) {
        self.shown.show(self.line.absent.len());
    }

    /// Draws the requests that are recorded by this seed, not by chance: for tests. It has no effect once the chain is shared.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        let recorder = Arc::get_mut(&mut self.line).and_then(|line| line.recorder.as_mut());
        if let Some(recorder) = recorder {
            recorder.seed(seed);
        }
        self
    }

    /// The loaded plugins with their names, in order.
    pub fn plugins(&self) -> impl Iterator<Item = (&str, &Arc<Loaded>)> {
        let entries = self.line.entries.iter();
        entries.map(|entry| (&*entry.member.name, &entry.member.loaded))
    }

    /// The source paths that the chain reads, sorted, each once: what its mappers say that they take, and every path into an
    /// extension that the settings of any plugin name. For discovery.
    pub fn takes(&self) -> Vec<String> {
        takes::of(&self.line.entries)
    }

    /// One hop to the guest pool and back. Where the pool has no room no plugin is called, and each one's configuration says what
    /// becomes of that.
    async fn hop<T, F>(&self, work: F) -> Result<T, PluginFailure>
    where
        T: Send + 'static,
        F: FnOnce(&Line, Option<&str>) -> Result<T, PluginFailure> + Send + 'static,
    {
        if self.line.entries.is_empty() {
            // Nothing of a guest runs.
            return work(&self.line, None);
        }
        let line = Arc::clone(&self.line);
        let work = Arc::new(Mutex::new(Some(work)));
        let hopped = Arc::clone(&work);
        let done = self.engine.pool().run(&self.share, move || {
            let work = take(&hopped);
            work.map(|work| work(&line, None))
        });
        let reason = match done.await {
            Ok(Some(done)) => return done,
            Ok(None) => PoolError::Panicked.to_string(),
            Err(reason) => reason.to_string(),
        };
        match take(&work) {
            Some(work) => work(&self.line, Some(&reason)),
            None => Err(PluginFailure {
                plugin: self.plugins().next().map_or("", |it| it.0).to_owned(),
                ending: Ending::Busy,
                message: reason,
                owe: false,
            }),
        }
    }
}

fn take<T>(from: &Mutex<Option<T>>) -> Option<T> {
    from.lock().unwrap_or_else(PoisonError::into_inner).take()
}

#[async_trait]
impl Plugins for Chain {
    async fn evaluate(&self, evaluation: Evaluation) -> Result<Evaluated, PluginFailure> {
        self.hop(move |line, busy| line.evaluate(evaluation, busy))
            .await
    }

    async fn to_target(&self, source: Source) -> Result<Target, PluginFailure> {
        self.hop(move |line, busy| line.to_target(source, busy))
            .await
    }

    async fn user_name(
        &self,
        source: Source,
        trial: bool,
    ) -> Result<Option<String>, PluginFailure> {
        self.hop(move |line, busy| line.user_name(source, trial, busy))
            .await
    }

    async fn to_source(
        &self,
        target: Target,
        remembered: Option<Source>,
    ) -> Result<Source, PluginFailure> {
        self.hop(move |line, busy| line.to_source(target, remembered, busy))
            .await
    }

    fn needs(&self) -> Vec<(String, String)> {
        takes::by_plugin(&self.line.entries)
    }

    fn vocabulary(&self) -> Vec<String> {
        takes::vocabulary(&self.line.entries)
    }

    fn not_loaded(&self) -> Vec<PluginFailure> {
        self.line.absent.iter().map(Absent::failure).collect()
    }

    fn stopped(&self) -> bool {
        self.line.absent.iter().any(Absent::stops)
    }

    fn owing(&self) -> Vec<(String, Ending)> {
        let absent = self.line.absent.iter().map(Absent::failure);
        let absent = absent.filter(|failure| failure.owe);
        let entries = self.line.entries.iter();
        let failing = entries.filter_map(|entry| {
            let ending = entry.owing.ending()?;
            Some((entry.member.name.to_string(), ending))
        });
        absent
            .map(|failure| (failure.plugin, failure.ending))
            .chain(failing)
            .collect()
    }
}
