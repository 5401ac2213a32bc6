//! Plugins that were absent at the start because their registry could not be asked: asked for again, less and less often, until they
//! are there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bridge::name::TenantName;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::maker::Maker;
use super::reload::{REGISTRIES, Reloader};
use crate::config::Tenant;

/// The first pause, which doubles, and the longest.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);

/// A tenant that is served without some of its plugins, as it is configured.
#[derive(Debug)]
pub(super) struct Again {
    pub(super) maker: Maker,
    pub(super) tenant: Tenant,
}

impl Reloader {
    /// Works until nobody waits for a registry any more. What a reload has made of a tenant meanwhile stands.
    pub(super) async fn ask_again(self: Arc<Self>) {
        let mut pause = FIRST;
        loop {
            let waiting = self.waiting().await;
            if waiting.is_empty() {
                return;
            }
            sleep(pause).await;
            pause = LONGEST.min(pause * 2);
            // Nobody's reload waits for a registry of these.
            let until = Instant::now() + REGISTRIES;
            let mut asking = JoinSet::new();
            for (name, again) in waiting {
                asking.spawn(async move {
                    let found = again.maker.find(&again.tenant, until).await;
                    (name, again, found.passing())
                });
            }
            while let Some(asked) = asking.join_next().await {
                if let Ok((name, again, false)) = asked {
                    self.take_up(&name, &again, until).await;
                }
            }
        }
    }

    async fn waiting(&self) -> Vec<(TenantName, Arc<Again>)> {
        let served = self.served.lock().await;
        let waiting = served.iter().filter_map(|(name, served)| {
            let again = served.again.as_ref()?;
            Some((name.clone(), Arc::clone(again)))
        });
        waiting.collect()
    }

    /// Swaps in a tenant's whole set; or gives it up to the next reload where there is more in the way than a registry.
    async fn take_up(&self, name: &TenantName, again: &Arc<Again>, until: Instant) {
        let mut served = self.served.lock().await;
        let Some(now) = served.get_mut(name) else {
            return;
        };
        let current = now.again.as_ref();
        if !current.is_some_and(|current| Arc::ptr_eq(current, again)) {
            return;
        }
        let (maker, tenant) = (&again.maker, again.tenant.clone());
        let former = Some(now.clone());
        match self
            .one(maker, tenant, former, until, &BTreeSet::new())
            .await
        {
            Ok(Some(whole)) => {
                tracing::info!(tenant = %name, "the plugins that were absent are here: it is served with them");
                *now = whole;
            }
            Ok(None) => now.again = None,
            Err(reason) => {
                tracing::error!(tenant = %name, reason, "a plugin that was absent is of no use: correct it and reload");
                now.again = None;
            }
        }
    }
}
