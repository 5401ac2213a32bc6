//! The plugins of a chain: those that are loaded, and those that are not.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use bridge::port::plugins::{Ending, PluginFailure};
use metrics::Counter;
use serde_json::{Map, Value};

use super::PluginSource;
use super::policy::{FailurePolicy, OnFailure, PluginMode};
use super::run::Place;
use crate::engine::Engine;
use crate::inspect::{Kind, inspect};
use crate::loaded::Loaded;
use crate::observe::{Meters, Subject};
use crate::personal::Secrets;

/// A loaded plugin as the configuration names it.
pub(crate) struct Member {
    pub(crate) name: Arc<str>,
    pub(crate) loaded: Arc<Loaded>,
    /// Its settings as JSON.
    pub(crate) settings: String,
    /// Whether they may hold a secret.
    pub(crate) settings_secret: bool,
    /// Their texts then: what it must not tell.
    pub(crate) secrets: Secrets,
}

/// A plugin of the chain.
pub(super) struct Entry {
    /// Its place in the configuration.
    pub(super) at: usize,
    pub(super) member: Arc<Member>,
    pub(super) mode: PluginMode,
    pub(super) on_failure: FailurePolicy,
    pub(super) meters: Meters,
    pub(super) owing: Owing,
}

/// How a plugin failed last, while its failures are owed; nothing once it does its work again. A call that succeeds reads it and no
/// more.
#[derive(Default)]
pub(super) struct Owing(AtomicU8);

impl Owing {
    const ENDINGS: [Ending; 4] = [Ending::Error, Ending::Trap, Ending::Limit, Ending::Busy];

    pub(super) fn ending(&self) -> Option<Ending> {
        let at = usize::from(self.0.load(Ordering::Relaxed)).checked_sub(1)?;
        Self::ENDINGS.get(at).copied()
    }

    pub(super) fn failed(&self, ending: Ending) {
        let at = (1..).zip(Self::ENDINGS).find(|(_, it)| *it == ending);
        self.0.store(at.map_or(0, |(at, _)| at), Ordering::Relaxed);
    }

    pub(super) fn worked(&self) {
        if self.0.load(Ordering::Relaxed) != 0 {
            self.0.store(0, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.member.name, self.member.loaded.digest())
    }
}

impl Entry {
    pub(super) fn is_monitored(&self) -> bool {
        self.mode == PluginMode::Monitor
    }

    pub(super) fn is(&self, kind: Kind) -> bool {
        self.member.loaded.declared().kinds.contains(&kind)
    }

    /// Where it sets attributes the last time; choosers set none.
    pub(super) fn place(&self) -> Option<Place> {
        let mut kinds = [Kind::Rules, Kind::Mapper].into_iter();
        let last = kinds.find(|kind| self.is(*kind));
        last.map(|kind| (kind, self.at))
    }
}

/// A plugin that is not loaded.
pub(super) struct Absent {
    /// Its place in the configuration.
    pub(super) at: usize,
    pub(super) name: Arc<str>,
    /// What it is, as far as its binary told.
    kinds: Option<Vec<Kind>>,
    pub(super) mode: PluginMode,
    pub(super) on_failure: OnFailure,
    pub(super) reason: String,
    pub(super) missed: Counter,
}

impl Absent {
    pub(super) fn may_be(&self, kind: Kind) -> bool {
        self.kinds
            .as_ref()
            .is_none_or(|kinds| kinds.contains(&kind))
    }

    /// Whether it certainly judges and does nothing else: then whatever the others say is said of the right target.
    pub(super) fn only_judges(&self) -> bool {
        self.kinds.as_deref() == Some(&[Kind::Rules])
    }

    pub(super) fn is_monitored(&self) -> bool {
        self.mode == PluginMode::Monitor
    }

    /// Whether every write that needs it fails.
    pub(super) fn stops(&self) -> bool {
        !self.is_monitored() && self.on_failure == OnFailure::Reject
    }

    /// Says once what it means that it is not loaded.
    pub(super) fn log(&self, connection: &str) {
        let (plugin, reason) = (&*self.name, &*self.reason);
        let then = match self.on_failure {
            _ if self.is_monitored() => "it is only watched, and nothing comes of it",
            OnFailure::Reject => {
                "the connection serves reads, disables and deletes, and answers other writes 503"
            }
            OnFailure::Pass => "the connection goes on without it, as configured",
            OnFailure::Owe => "writes that need it are owed, as configured",
        };
        tracing::error!(plugin, connection, reason, "a plugin is not loaded: {then}");
    }

    pub(super) fn failure(&self) -> PluginFailure {
        PluginFailure {
            plugin: self.name.to_string(),
            ending: Ending::NotLoaded,
            message: self.reason.clone(),
            owe: !self.is_monitored() && self.on_failure == OnFailure::Owe,
        }
    }
}

/// Loads a plugin and validates its settings.
pub(super) fn load(
    engine: &Engine,
    at: usize,
    plugin: PluginSource,
    subject: &Subject,
) -> Result<Entry, Absent> {
    let name: Arc<str> = Arc::from(plugin.name);
    let settings = match plugin.settings {
        Value::Null => Value::Object(Map::new()),
        settings => settings,
    };
    let load = |bytes: &[u8]| {
        let loaded = engine.load(&name, bytes);
        let loaded = loaded.map_err(|reason| reason.to_string())?;
        loaded.about().validate(&settings)?;
        Ok(loaded)
    };
    let loaded = match &plugin.component {
        Ok(bytes) => load(bytes),
        Err(reason) => Err(reason.clone()),
    };
    match loaded {
        Ok(loaded) => {
            let monitored = plugin.mode == PluginMode::Monitor;
            let kinds = &loaded.declared().kinds;
            Ok(Entry {
                at,
                meters: subject.plugin(&name, kinds, monitored),
                member: Arc::new(Member {
                    name,
                    secrets: match plugin.settings_secret {
                        true => Secrets::of(&settings),
                        false => Secrets::default(),
                    },
                    settings: settings.to_string(),
                    settings_secret: plugin.settings_secret,
                    loaded,
                }),
                mode: plugin.mode,
                on_failure: plugin.on_failure,
                owing: Owing::default(),
            })
        }
        Err(reason) => Err(Absent {
            at,
            missed: subject.missed(&name),
            // It may be one of an engine's limits that keeps it out, and its binary still tell what it is.
            kinds: plugin
                .component
                .ok()
                .and_then(|bytes| inspect(&bytes, engine.limits()).ok())
                .map(|declared| declared.kinds),
            mode: plugin.mode,
            on_failure: plugin.on_failure.not_loaded,
            reason,
            name,
        }),
    }
}
