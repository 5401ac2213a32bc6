//! What the admin side asks of the program around it: to read its configuration anew, and its metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use async_trait::async_trait;
use bridge::name::TenantName;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The program that the service runs in.
#[async_trait]
pub trait Process: Send + Sync + fmt::Debug {
    /// Reads the configuration anew and swaps the tenants whose part changed. It goes on to its end, whether somebody waits or not.
    /// `let_go` are tenants and connections, as `acme` and `acme/entra`, that may go though they owe something.
    ///
    /// # Errors
    /// Why nothing was read.
    async fn reload(&self, let_go: BTreeSet<String>) -> Result<Reloaded, String>;

    /// The tenants whose part the last reload refused, by their names as written.
    fn kept(&self) -> BTreeMap<String, Kept>;

    /// The tenants that are served, and those that ever were.
    fn tenants(&self) -> Vec<TenantName>;

    /// All metrics, in the text format of Prometheus.
    fn metrics(&self) -> String;
}

/// What a reload came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// Each tenant of the configuration, and those that are gone from it.
    pub tenants: BTreeMap<String, Swap>,
    /// The keys that changed and are read at the start only, as `listen.scim`.
    pub restart_needed: Vec<String>,
}

/// What a reload made of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swap {
    /// It is served as configured now.
    Swapped,
    /// Nothing of it changed.
    Unchanged,
    /// It is not in the configuration any more, and not served.
    Removed,
    /// Its part is wrong or would leave debts to nobody, and it is served as before, or not at all if it is new. Why.
    Kept(String),
}

impl Swap {
    /// The word for it, in answers and metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Swap::Swapped => "swapped",
            Swap::Unchanged => "unchanged",
            Swap::Removed => "removed",
            Swap::Kept(_) => "kept",
        }
    }
}

/// Since when a tenant is not served as configured, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Since the first reload that refused its part.
    pub since: Timestamp,
    /// Why the last one did.
    pub reason: String,
}

impl Kept {
    pub(crate) fn to_json(&self) -> Value {
        json!({"since": self.since, "reason": self.reason})
    }
}

impl Reloaded {
    /// Whether everybody is served as configured.
    pub fn whole(&self) -> bool {
        let mut all = self.tenants.values();
        !all.any(|swap| matches!(swap, Swap::Kept(_)))
    }

    pub(crate) fn to_json(&self) -> Value {
        let tenants = self.tenants.iter().map(|(name, swap)| {
            let said = match swap {
                Swap::Kept(reason) => json!({"result": swap.as_str(), "reason": reason}),
                _ => json!({"result": swap.as_str()}),
            };
            (name.clone(), said)
        });
        json!({"tenants": tenants.collect::<Map<_, _>>(), "restart_needed": self.restart_needed})
    }
}
