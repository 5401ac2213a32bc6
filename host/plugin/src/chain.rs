//! The plugins of one connection, in the order of its configuration, with their settings.

mod decision;
mod policy;
mod run;
mod takes;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bridge::port::plugins::{Ending, Evaluated, Evaluation, PluginFailure, Plugins};
use bridge::source::Source;
use bridge::target::Target;
use serde_json::Value;

use crate::engine::Engine;
use crate::loaded::Loaded;
use crate::pool::TenantShare;
use crate::record::RecordingSettings;
pub use policy::{FailurePolicy, OnFailure, PluginMode};
use run::{Entry, Line};

/// A plugin as the configuration names it.
#[derive(Clone)]
pub struct PluginSource {
    /// The name in the configuration, in messages and in provenance.
    pub name: String,
    /// The component's bytes, or why they could not be read.
    pub component: Result<Cow<'static, [u8]>, String>,
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
    failures: Vec<PluginFailure>,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("connection", &self.line.label)
            .field("plugins", &self.line.entries)
            .field("not_loaded", &self.failures)
            .finish_non_exhaustive()
    }
}

impl Chain {
    /// Loads every plugin and validates its settings. It never fails as a whole: what could not be loaded is kept, logged, and
    /// answered to every write that needs the chain. It blocks while components compile.
    pub fn load(engine: &Engine, plugins: Vec<PluginSource>, facts: ConnectionFacts) -> Self {
        let label: Arc<str> = Arc::from(format!("{}/{}", facts.tenant, facts.connection));
        let mut entries = Vec::new();
        let mut failures = Vec::new();
        for plugin in plugins {
            let name = plugin.name.clone();
            match entry(engine, plugin) {
                Ok(entry) => entries.push(entry),
                Err(reason) => {
                    tracing::error!(
                        plugin = name,
                        connection = &*label,
                        reason,
                        "a plugin is not loaded: the connection serves reads, disables and deletes, and answers other \
                         writes 503"
                    );
                    failures.push(PluginFailure {
                        plugin: name,
                        ending: Ending::NotLoaded,
                        message: reason,
                        owe: false,
                    });
                }
            }
        }
        Self {
            share: engine.pool().tenant(&facts.tenant),
            line: Arc::new(Line {
                label,
                connection: facts.connection,
                idp: facts.idp,
                entries,
                limits: engine.limits().clone(),
            }),
            failures,
            engine: engine.clone(),
        }
    }

    /// The loaded plugins with their names, in order.
    pub fn plugins(&self) -> impl Iterator<Item = (&str, &Arc<Loaded>)> {
        let entries = self.line.entries.iter();
        entries.map(|entry| (&*entry.name, &entry.loaded))
    }

    /// The source paths that the chain reads, sorted, each once: what its mappers say that they take, and every path into an
    /// extension that the settings of any plugin name. For discovery.
    pub fn takes(&self) -> Vec<String> {
        takes::of(&self.line.entries)
    }

    /// One hop to the guest pool and back.
    async fn hop<T, F>(&self, work: F) -> Result<T, PluginFailure>
    where
        T: Send + 'static,
        F: FnOnce(&Line) -> Result<T, PluginFailure> + Send + 'static,
    {
        if let Some(failure) = self.failures.first() {
            return Err(failure.clone());
        }
        let Some(first) = self.line.entries.first() else {
            // Nothing of a guest runs.
            return work(&self.line);
        };
        let line = Arc::clone(&self.line);
        let done = self.engine.pool().run(&self.share, move || work(&line));
        done.await.unwrap_or_else(|reason| {
            let connection = &*self.line.label;
            let plugin = &*first.name;
            tracing::warn!(plugin, connection, ending = %Ending::Busy, "plugins were not called: {reason}");
            Err(PluginFailure {
                plugin: plugin.to_owned(),
                ending: Ending::Busy,
                message: reason.to_string(),
                owe: false,
            })
        })
    }
}

fn entry(engine: &Engine, plugin: PluginSource) -> Result<Entry, String> {
    let bytes = plugin.component?;
    let loaded = engine
        .load(&plugin.name, &bytes)
        .map_err(|reason| reason.to_string())?;
    let settings = match plugin.settings {
        Value::Null => Value::Object(serde_json::Map::new()),
        settings => settings,
    };
    loaded.about().validate(&settings)?;
    Ok(Entry {
        name: Arc::from(plugin.name),
        loaded,
        settings: settings.to_string(),
    })
}

#[async_trait]
impl Plugins for Chain {
    async fn evaluate(&self, evaluation: Evaluation) -> Result<Evaluated, PluginFailure> {
        self.hop(move |line| line.evaluate(evaluation)).await
    }

    async fn to_target(&self, source: Source) -> Result<Target, PluginFailure> {
        self.hop(move |line| line.to_target(source)).await
    }

    async fn to_source(
        &self,
        target: Target,
        remembered: Option<Source>,
    ) -> Result<Source, PluginFailure> {
        self.hop(move |line| line.to_source(target, remembered))
            .await
    }

    fn needs(&self) -> Vec<(String, String)> {
        takes::by_plugin(&self.line.entries)
    }

    fn vocabulary(&self) -> Vec<String> {
        takes::vocabulary(&self.line.entries)
    }

    fn not_loaded(&self) -> Vec<PluginFailure> {
        self.failures.clone()
    }
}
