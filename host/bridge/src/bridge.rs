//! The bridge itself: what every request and queue shares.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::bells::Bells;
use crate::connection::Connection;
use crate::flights::Flights;
use crate::name::{ConnectionName, Scope, TenantName};
use crate::port::ledger::{Ledger, LedgerError};
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
    /// The bells of the tenants that are served. One that is taken out ends its queues.
    bells: Mutex<BTreeMap<TenantName, Arc<Bells>>>,
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
        let tenants = connections
            .iter()
            .map(|connection| connection.scope.tenant.clone());
        let tenants: BTreeSet<TenantName> = tenants.collect();
        let bells = tenants.into_iter().map(|tenant| (tenant, Arc::default()));
        let bells = Mutex::new(bells.collect());
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
            bells,
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

    /// Gives a tenant other connections, all at once; a new tenant is served from now on. Whoever holds a connection of before goes
    /// on with it. What the guards counted stays counted.
    pub fn replace_tenant(&self, tenant: &TenantName, connections: Vec<Connection>) {
        let before = self.connections.load();
        let connections = connections.into_iter().map(|mut connection| {
            if let Some(former) = before.get(&connection.scope) {
                connection.guard.count_on(&former.guard);
            }
            (connection.scope.clone(), Arc::new(connection))
        });
        let connections: Vec<_> = connections.collect();
        self.connections.rcu(|all| {
            let mut all = Connections::clone(all);
            all.retain(|scope, _| scope.tenant != *tenant);
            all.extend(connections.iter().cloned());
            all
        });
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        bells.entry(tenant.clone()).or_default();
    }

    /// Serves a tenant no more. Requests that hold a connection of it end on it; its queues end after what they are at.
    pub fn remove_tenant(&self, tenant: &TenantName) {
        self.connections.rcu(|all| {
            let mut all = Connections::clone(all);
            all.retain(|scope, _| scope.tenant != *tenant);
            all
        });
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bells) = bells.remove(tenant) {
            bells.end();
        }
    }

    /// How many users of each connection of a tenant CXone is still to be told about ([`Standing::unpaid`](crate::port::ledger::Standing::unpaid)), whether the connection
    /// is configured or not. A connection that owes nothing is absent.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn unpaid(
        &self,
        tenant: &TenantName,
    ) -> Result<BTreeMap<ConnectionName, u64>, LedgerError> {
        let standings = self.ledger.standings(tenant).await?;
        let unpaid = standings
            .into_iter()
            .map(|(connection, standing)| (connection, standing.unpaid()));
        Ok(unpaid.filter(|(_, users)| *users > 0).collect())
    }

    /// The bells of a tenant, while it is served.
    pub(crate) fn bells(&self, tenant: &TenantName) -> Option<Arc<Bells>> {
        let bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        bells.get(tenant).cloned()
    }

    /// Tells the queue that work is owed.
    pub(crate) fn wake(&self, tenant: &TenantName) {
        if let Some(bells) = self.bells(tenant) {
            bells.owed.notify_one();
        }
    }

    /// Tells that users are to be evaluated anew.
    pub(crate) fn ring(&self, tenant: &TenantName) {
        if let Some(bells) = self.bells(tenant) {
            bells.regrouped.notify_one();
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Waits for the turn of a user.
    pub(crate) async fn turn(&self, key: String) -> Turn {
        self.turns.wait(key).await
    }
}
