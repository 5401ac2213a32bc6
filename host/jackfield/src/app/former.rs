//! What a reload compares with beyond who is served now: the tenants that ever were, because what they owe stays in the ledger when
//! they go, and whether they had a folder.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use bridge::line::Bridge;
use bridge::name::TenantName;

/// The ledger's fact with the names, a space between two.
const FACT: &str = "tenants";

/// Who was served, and where from.
#[derive(Debug, Default)]
pub(super) struct Former {
    tenants: Mutex<BTreeSet<TenantName>>,
    folder: AtomicBool,
}

impl Former {
    /// All that the ledger knows of.
    pub(super) async fn of(bridge: &Bridge, folder: bool) -> Self {
        let names = bridge.ledger().recall(FACT).await;
        let names = names.unwrap_or_else(|error| {
            tracing::error!(%error, "the tenants that were served before cannot be read");
            None
        });
        let names = names.unwrap_or_default();
        let tenants = names.split(' ').filter_map(|name| name.parse().ok());
        Self {
            tenants: Mutex::new(tenants.collect()),
            folder: AtomicBool::new(folder),
        }
    }

    /// Remembers tenants that are served.
    pub(super) async fn add<'a>(
        &self,
        bridge: &Bridge,
        names: impl IntoIterator<Item = &'a TenantName>,
    ) {
        let text = {
            let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
            let known = tenants.len();
            tenants.extend(names.into_iter().cloned());
            if tenants.len() == known {
                return;
            }
            let names: Vec<&str> = tenants.iter().map(TenantName::as_str).collect();
            names.join(" ")
        };
        if let Err(error) = bridge.ledger().remember(FACT, &text).await {
            tracing::error!(%error, "the tenants that are served cannot be remembered");
        }
    }

    /// All of them.
    pub(super) fn tenants(&self) -> Vec<TenantName> {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.iter().cloned().collect()
    }

    /// Whether the configuration had a folder of tenants.
    pub(super) fn folder(&self) -> bool {
        self.folder.load(Ordering::SeqCst)
    }

    pub(super) fn set_folder(&self, there: bool) {
        self.folder.store(there, Ordering::SeqCst);
    }
}
