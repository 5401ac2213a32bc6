//! What a reload compares with beyond who is served now: the tenants that ever were, because what they owe stays in the ledger when
//! they go, and which of them were in a folder of their own.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use bridge::line::Bridge;
use bridge::name::{Scope, TenantName};
use bridge::port::ledger::LedgerError;

/// The ledger's fact with the names, a space between two.
const FACT: &str = "tenants";

/// Who was served, and where from.
#[derive(Debug, Default)]
pub(super) struct Former {
    tenants: Mutex<BTreeSet<TenantName>>,
    folder: Mutex<BTreeSet<String>>,
    /// The fact as the ledger has it; `None` where it could not be read. Locked while it is written: the later one stays.
    written: tokio::sync::Mutex<Option<String>>,
}

impl Former {
    /// All that the ledger knows of.
    pub(super) async fn of(bridge: &Bridge, folder: BTreeSet<String>) -> Self {
        let former = Self {
            folder: Mutex::new(folder),
            ..Self::default()
        };
        let recalled = bridge.ledger().recall(FACT).await;
        *former.written.lock().await = former.learn(recalled);
        former
    }

    /// Adds those of the ledger's fact, and gives it back.
    fn learn(&self, recalled: Result<Option<String>, LedgerError>) -> Option<String> {
        match recalled {
            Ok(names) => {
                let names = names.unwrap_or_default();
                let tenants = names.split(' ').filter_map(|name| name.parse().ok());
                lock(&self.tenants).extend(tenants);
                Some(names)
            }
            Err(error) => {
                tracing::error!(%error, "the tenants that were served before cannot be read");
                None
            }
        }
    }

    /// Remembers tenants that are served. What could not be read is read before it is written over.
    pub(super) async fn add<'a>(
        &self,
        bridge: &Bridge,
        names: impl IntoIterator<Item = &'a TenantName>,
    ) {
        lock(&self.tenants).extend(names.into_iter().cloned());
        let mut written = self.written.lock().await;
        if written.is_none() {
            *written = self.learn(bridge.ledger().recall(FACT).await);
        }
        let text = {
            let tenants = lock(&self.tenants);
            let names: Vec<&str> = tenants.iter().map(TenantName::as_str).collect();
            names.join(" ")
        };
        if written.as_ref().is_none_or(|written| *written == text) {
            return;
        }
        match bridge.ledger().remember(FACT, &text).await {
            Ok(()) => *written = Some(text),
            Err(error) => {
                tracing::error!(%error, "the tenants that are served cannot be remembered");
            }
        }
    }

    /// Tells the log of connections that are not configured and owe: at a start nobody refuses to let them go.
    pub(super) async fn tell_who_owes(&self, bridge: &Bridge) {
        for tenant in self.tenants() {
            let unpaid = match bridge.unpaid(&tenant).await {
                Ok(unpaid) => unpaid,
                Err(error) => {
                    tracing::error!(%tenant, %error, "what it owes cannot be read");
                    continue;
                }
            };
            for (connection, users) in unpaid {
                let tenant = tenant.clone();
                let scope = Scope { tenant, connection };
                if bridge.connection(&scope).is_none() {
                    tracing::error!(
                        %scope,
                        users,
                        "not configured, and CXone is still to be told of its users: put it back until nothing is owed or held"
                    );
                }
            }
        }
    }

    /// All of them.
    pub(super) fn tenants(&self) -> Vec<TenantName> {
        lock(&self.tenants).iter().cloned().collect()
    }

    /// The tenants that the configuration had in a folder of their own, by their names as written.
    pub(super) fn folder(&self) -> BTreeSet<String> {
        lock(&self.folder).clone()
    }

    pub(super) fn set_folder(&self, tenants: BTreeSet<String>) {
        *lock(&self.folder) = tenants;
    }
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
