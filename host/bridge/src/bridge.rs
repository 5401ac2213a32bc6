//! The bridge itself: what every request and queue shares.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::connection::Connection;
use crate::flights::Flights;
use crate::name::{Scope, TenantName};
use crate::port::ledger::Ledger;
use crate::turns::{Turn, Turns};

/// Where the time comes from: a parameter, so that tests own it.
pub type Clock = fn() -> Timestamp;

type Connections = BTreeMap<Scope, Arc<Connection>>;

/// The bridge: every connection's straight line, over one ledger.
pub struct Bridge {
    pub(crate) ledger: Arc<dyn Ledger>,
    connections: ArcSwap<Connections>,
    /// This process, as the ledger's locks know it.
    pub(crate) owner: String,
    pub(crate) clock: Clock,
    pub(crate) lease: Duration,
    /// Told when work is owed, one for each tenant.
    wakes: BTreeMap<TenantName, Notify>,
    /// Told when users are to be evaluated anew.
    regrouped: BTreeMap<TenantName, Notify>,
    pub(crate) turns: Turns,
    pub(crate) flights: Flights,
}

impl fmt::Debug for Bridge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bridge")
            .field("connections", &self.connections.load().keys())
            .finish_non_exhaustive()
    }
}

impl Bridge {
    /// A bridge. `owner` names this process and must differ from one start to the next.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        connections: Vec<Connection>,
        owner: String,
        clock: Clock,
    ) -> Self {
        let bells = || {
            let tenants = connections
                .iter()
                .map(|connection| &connection.scope.tenant);
            tenants
                .map(|tenant| (tenant.clone(), Notify::new()))
                .collect()
        };
        let (wakes, regrouped) = (bells(), bells());
        let connections = connections
            .into_iter()
            .map(|connection| (connection.scope.clone(), Arc::new(connection)))
            .collect::<Connections>();
        // A process that lives renews nothing: it gives up well before (`carry_out`).
        let lease = Duration::from_secs(90);
        Self {
            ledger,
            connections: ArcSwap::from_pointee(connections),
            owner,
            clock,
            lease,
            wakes,
            regrouped,
            turns: Turns::default(),
            flights: Flights::default(),
        }
    }

    /// The connection of this scope, as it is now. Whoever holds it goes on with it when it is replaced.
    pub fn connection(&self, scope: &Scope) -> Option<Arc<Connection>> {
        self.connections.load().get(scope).cloned()
    }

    /// All connections as they are now, by tenant and name.
    pub fn connections(&self) -> Vec<Arc<Connection>> {
        self.connections.load().values().cloned().collect()
    }

    /// The ledger.
    pub fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.ledger
    }

    /// Tells the queue that work is owed.
    pub(crate) fn wake(&self, tenant: &TenantName) {
        if let Some(wake) = self.wakes.get(tenant) {
            wake.notify_one();
        }
    }

    /// Waits until work is owed.
    pub(crate) async fn woken(&self, tenant: &TenantName) {
        rung(self.wakes.get(tenant)).await;
    }

    /// Tells that users are to be evaluated anew.
    pub(crate) fn ring(&self, tenant: &TenantName) {
        if let Some(bell) = self.regrouped.get(tenant) {
            bell.notify_one();
        }
    }

    /// Waits until users are to be evaluated anew.
    pub(crate) async fn rung(&self, tenant: &TenantName) {
        rung(self.regrouped.get(tenant)).await;
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Waits for the turn of a user.
    pub(crate) async fn turn(&self, key: String) -> Turn {
        self.turns.wait(key).await
    }
}

async fn rung(bell: Option<&Notify>) {
    match bell {
        Some(bell) => bell.notified().await,
        None => std::future::pending().await,
    }
}
