//! The guest pool: how many guests run at once, for everybody and for each tenant, and how many wait.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The sizes of the guest pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSize {
    /// Chains that run at once. Twice the number of cores.
    pub running: usize,
    /// Chains of one tenant that run at once. Half of `running`, so that one tenant's endless loops leave room for the others.
    pub running_per_tenant: usize,
    /// Chains that wait. 512.
    pub waiting: usize,
    /// Chains of one tenant that wait. 128.
    pub waiting_per_tenant: usize,
    /// How long a chain waits for its turn. 1 s: four deadlines.
    pub patience: Duration,
}

impl Default for PoolSize {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self::running(cores * 2)
    }
}

impl PoolSize {
    /// The defaults for a pool in which so many chains run at once.
    pub fn running(running: usize) -> Self {
        let running = running.max(1);
        Self {
            running,
            running_per_tenant: running.div_ceil(2),
            waiting: 512,
            waiting_per_tenant: 128,
            patience: Duration::from_secs(1),
        }
    }
}

/// Why a piece of work was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PoolError {
    /// Too many chains wait already.
    #[error("too many plugin calls of {0} wait already")]
    Full(&'static str),
    /// Its turn did not come in time.
    #[error("no turn on the guest pool within {} ms", .0.as_millis())]
    Impatient(Duration),
    /// The host's own code panicked; a guest cannot bring that about.
    #[error("the host failed while it ran the chain")]
    Panicked,
}

/// Those who may enter and, of them, those who may run.
struct Gate {
    entered: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

impl Gate {
    fn new(running: usize, waiting: usize) -> Self {
        let running = running.clamp(1, Semaphore::MAX_PERMITS / 2);
        let entered = running.saturating_add(waiting).min(Semaphore::MAX_PERMITS);
        Self {
            entered: Arc::new(Semaphore::new(entered)),
            running: Arc::new(Semaphore::new(running)),
        }
    }

    fn enter(&self, whose: &'static str) -> Result<OwnedSemaphorePermit, PoolError> {
        Arc::clone(&self.entered)
            .try_acquire_owned()
            .map_err(|_| PoolError::Full(whose))
    }
}

/// A tenant's share of the pool; the tenant's connections hold it together.
pub(crate) struct TenantShare(Gate);

/// The pool. Work runs on the runtime's blocking threads, never on those that serve requests.
pub(crate) struct GuestPool {
    size: PoolSize,
    all: Gate,
    tenants: Mutex<HashMap<String, Weak<TenantShare>>>,
}

impl fmt::Debug for GuestPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestPool")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl GuestPool {
    pub(crate) fn new(size: PoolSize) -> Self {
        Self {
            all: Gate::new(size.running, size.waiting),
            tenants: Mutex::default(),
            size,
        }
    }

    /// A tenant's share, the same for everybody who asks while somebody holds it.
    pub(crate) fn tenant(&self, name: &str) -> Arc<TenantShare> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = tenants.get(name).and_then(Weak::upgrade) {
            return share;
        }
        let size = &self.size;
        let gate = Gate::new(size.running_per_tenant, size.waiting_per_tenant);
        let share = Arc::new(TenantShare(gate));
        tenants.retain(|_, share| share.strong_count() > 0);
        tenants.insert(name.to_owned(), Arc::downgrade(&share));
        share
    }

    /// Runs blocking work when its turn comes. Whoever drops the future gives up the answer; the place is free once the work
    /// has ended, which its deadline sees to.
    pub(crate) async fn run<T, F>(&self, tenant: &TenantShare, work: F) -> Result<T, PoolError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let of_tenant = tenant.0.enter("this tenant")?;
        let of_all = self.all.enter("all tenants")?;
        // The tenant's own turn first: its queue never holds a place among those who run.
        let turn = async {
            let own = Arc::clone(&tenant.0.running).acquire_owned().await;
            let shared = Arc::clone(&self.all.running).acquire_owned().await;
            own.and_then(|own| shared.map(|shared| (own, shared)))
        };
        let patience = self.size.patience;
        let turn = tokio::time::timeout(patience, turn)
            .await
            .map_err(|_| PoolError::Impatient(patience))?
            .map_err(|_| PoolError::Panicked)?;
        let places = (of_tenant, of_all, turn);
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(places);
            done
        })
        .await
        .map_err(|_| PoolError::Panicked)
    }
}
