//! The queues that work for each tenant that is served.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bridge::connection::Connection;
use bridge::line::Bridge;
use bridge::name::{Scope, TenantName};
use tokio::task::JoinSet;

/// How often it is looked whether the last request of a connection of before has ended.
const LOOK: Duration = Duration::from_millis(200);

/// The queues of all tenants. Those of a tenant end with it, by themselves.
#[derive(Debug)]
pub(super) struct Workers {
    bridge: Arc<Bridge>,
    running: Mutex<JoinSet<()>>,
}

impl Workers {
    pub(super) fn new(bridge: Arc<Bridge>) -> Self {
        Self {
            bridge,
            running: Mutex::default(),
        }
    }

    /// Begins to work for a tenant that is served from now on.
    pub(super) fn employ(&self, tenant: &TenantName) {
        let bridge = || Arc::clone(&self.bridge);
        self.spawn(bridge().work_off(tenant.clone()));
        self.spawn(bridge().re_evaluate(tenant.clone()));
        self.spawn(bridge().forget_daily(tenant.clone()));
    }

    /// What came up while a connection observed is told to CXone once it is live. Requests are served meanwhile; those that began
    /// while it observed may leave something behind yet, so it is looked again when `former` is nobody's any more.
    pub(super) fn go_live(&self, scope: Scope, former: Option<Weak<Connection>>) {
        let bridge = Arc::clone(&self.bridge);
        self.spawn(async move {
            live(&bridge, &scope).await;
            if let Some(former) = former {
                while former.strong_count() > 0 {
                    tokio::time::sleep(LOOK).await;
                }
                live(&bridge, &scope).await;
            }
        });
    }

    /// Ends them all. What a worker was doing is a debt or an open intent: it is taken up at the next start.
    pub(super) async fn stop(&self) {
        let mut running = {
            let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *running)
        };
        running.shutdown().await;
    }

    /// Runs something that ends with them.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        while running.try_join_next().is_some() {}
        running.spawn(work);
    }
}

async fn live(bridge: &Bridge, scope: &Scope) {
    if let Err(error) = bridge.go_live(scope).await {
        tracing::error!(%scope, %error, "what was observed is not let go: the next start tries again");
    }
}
