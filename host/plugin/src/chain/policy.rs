//! What becomes of a write whose plugin fails, and whether a plugin counts at all.

use bridge::port::plugins::Ending;

/// Whether a plugin's answers count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum PluginMode {
    /// They do.
    #[default]
    Enforce,
    /// It is called and what it would do is told, counted and recorded; nothing of it happens, and its failures matter to
    /// nobody. Its readings backward and for look-ups are left out: nobody would see them.
    Monitor,
}

/// What becomes of a write when a plugin fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum OnFailure {
    /// It is answered 503, and nothing changes.
    #[default]
    Reject,
    /// The chain goes on as if the plugin were not there.
    ///
    /// For a rules plugin that means that what it would have refused goes through: nobody but the operator can want that,
    /// so it is never a default, and each time is told in outcome, log and metrics. What a mapper set before and nobody sets
    /// now is not withdrawn, the template that was applied stands, and a newcomer who lacks what CXone requires is rejected.
    Pass,
    /// The source is committed and acknowledged; CXone follows once the plugin does its work. A read is rejected: there is
    /// nothing to owe.
    Owe,
}

/// What becomes of a write, by the way in which the plugin failed. A deactivation never asks: it runs no plugin, but to name somebody
/// who was acknowledged before any mapper could, and is owed until one does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FailurePolicy {
    /// It could not be loaded, or its settings are wrong.
    pub not_loaded: OnFailure,
    /// It answered an error, or broke the contract.
    pub error: OnFailure,
    /// It trapped.
    pub trap: OnFailure,
    /// It ran into a limit.
    pub limit: OnFailure,
    /// The guest pool is full.
    pub busy: OnFailure,
}

impl FailurePolicy {
    /// The same for every ending.
    pub fn all(on_failure: OnFailure) -> Self {
        Self {
            not_loaded: on_failure,
            error: on_failure,
            trap: on_failure,
            limit: on_failure,
            busy: on_failure,
        }
    }

    /// What becomes of a write that ends so.
    pub fn of(&self, ending: Ending) -> OnFailure {
        match ending {
            Ending::NotLoaded => self.not_loaded,
            Ending::Error => self.error,
            Ending::Trap => self.trap,
            Ending::Limit => self.limit,
            Ending::Busy => self.busy,
        }
    }
}
