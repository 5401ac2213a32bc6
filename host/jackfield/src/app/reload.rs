//! Reading the configuration anew while it is served: each tenant is read, made and tried, then swapped alone and whole. One whose
//! part is wrong is served as before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bridge::line::Bridge;
use bridge::name::TenantName;
use bridge::port::cxone::Cxone;
use jiff::Timestamp;
use service::{Authenticator, Kept, Reloaded, Swap};
use tokio::task::JoinSet;

use super::maker::{Gathered, Identity, Maker, Set};
use super::smoke;
use super::workers::Workers;
use crate::config::{General, Reading, Tenant};
use crate::telemetry::measure;

/// What reloads change, and what they compare with.
#[derive(Debug)]
pub(super) struct Reloader {
    pub(super) bridge: Arc<Bridge>,
    pub(super) authenticator: Arc<Authenticator>,
    pub(super) workers: Arc<Workers>,
    pub(super) maker: Maker,
    /// What the process was started with.
    pub(super) general: General,
    /// Where the configuration is; `None` where the program made it itself.
    pub(super) path: Option<PathBuf>,
    /// Who is served. Locked for as long as a reload takes: they go one after the other.
    pub(super) served: tokio::sync::Mutex<BTreeMap<TenantName, Served>>,
    pub(super) kept: Mutex<BTreeMap<String, Kept>>,
}

/// A tenant as it is served.
#[derive(Debug, Clone)]
pub(super) struct Served {
    /// `None` where a plugin is not loaded: a reload tries it again.
    pub(super) identity: Option<Identity>,
    pub(super) cxone: Arc<dyn Cxone>,
    /// `[cxone]` that the session is of.
    pub(super) cxone_print: [u8; 32],
}

impl Reloader {
    /// Reads the configuration anew and swaps what changed.
    ///
    /// # Errors
    /// Where there is nothing to read.
    pub(super) async fn reload(self: &Arc<Self>) -> Result<Reloaded, String> {
        let path = self.path.clone();
        let path = path.ok_or("this service was started without a configuration file")?;
        let mut served = self.served.lock().await;
        let reading = tokio::task::spawn_blocking(move || Reading::of(&path));
        let reading = reading.await.map_err(|_| "reading it broke off")?;
        let mut reloaded = Reloaded::default();
        match reading.general {
            Ok(general) => {
                reloaded.restart_needed = restart_needed(&self.general, &general);
                let plugins = &general.plugins;
                let maker = self.maker.with(plugins, self.general.plugins.cache.clone());
                let tenants = self.each(&maker, reading.tenants, &mut served).await;
                reloaded.tenants.extend(tenants);
            }
            Err(mistakes) => {
                // Nobody's part is wrong, and nobody can be served anew.
                let names = served.keys().map(TenantName::to_string);
                for name in names.chain(reading.tenants.into_keys()) {
                    let swap = Swap::Kept(mistakes.to_string());
                    reloaded.tenants.insert(name, swap);
                }
            }
        }
        drop(served);
        self.tell(&reloaded);
        for connection in self.bridge.connections() {
            measure::not_loaded(&connection.scope, connection.plugins.not_loaded().len());
        }
        Ok(reloaded)
    }

    /// All tenants beside each other: one that takes long holds nobody up.
    async fn each(
        self: &Arc<Self>,
        maker: &Maker,
        read: BTreeMap<String, Result<Tenant, crate::config::Mistake>>,
        served: &mut BTreeMap<TenantName, Served>,
    ) -> BTreeMap<String, Swap> {
        let mut swaps = BTreeMap::new();
        let named: BTreeSet<String> = read.keys().cloned().collect();
        let gone = served.keys().filter(|name| !named.contains(name.as_str()));
        for name in gone.cloned().collect::<Vec<_>>() {
            // First the door, then who is behind it.
            self.authenticator.replace_tenant(&name, &BTreeMap::new());
            let connections = self.bridge.connections().into_iter();
            for connection in connections.filter(|it| it.scope.tenant == name) {
                measure::not_loaded(&connection.scope, 0);
            }
            self.bridge.remove_tenant(&name);
            served.remove(&name);
            swaps.insert(name.to_string(), Swap::Removed);
        }
        let mut making = JoinSet::new();
        for (name, tenant) in read {
            let tenant = match tenant {
                Ok(tenant) => tenant,
                Err(mistake) => {
                    swaps.insert(name, Swap::Kept(mistake.to_string()));
                    continue;
                }
            };
            let (reloader, maker) = (Arc::clone(self), maker.clone());
            let former = served.get(&tenant.name).cloned();
            making.spawn(async move {
                let tenant_name = tenant.name.clone();
                let done = reloader.one(&maker, tenant, former).await;
                (name, tenant_name, done)
            });
        }
        while let Some(made) = making.join_next().await {
            let Ok((name, tenant, done)) = made else {
                // The host's own fault, which its log has: the tenant is served as before.
                continue;
            };
            let swap = match done {
                Ok(Some(now)) => {
                    served.insert(tenant, now);
                    Swap::Swapped
                }
                Ok(None) => Swap::Unchanged,
                Err(reason) => Swap::Kept(reason),
            };
            swaps.insert(name, swap);
        }
        for name in named {
            let broken = || Swap::Kept("making it broke off: the log says where".to_owned());
            swaps.entry(name).or_insert_with(broken);
        }
        swaps
    }

    /// One tenant: gathered, made, tried, swapped. `None` where nothing changed.
    async fn one(
        &self,
        maker: &Maker,
        tenant: Tenant,
        former: Option<Served>,
    ) -> Result<Option<Served>, String> {
        let gathered = maker.gather(&tenant).await;
        if let Some(missing) = missing(&tenant, &gathered) {
            return Err(missing);
        }
        let identity = gathered.identity;
        let same = former.as_ref().and_then(|former| former.identity);
        if identity.is_some() && identity == same {
            return Ok(None);
        }
        let (name, cxone_print) = (tenant.name.clone(), tenant.print.cxone);
        let session = former.as_ref();
        let session = session.filter(|former| former.cxone_print == cxone_print);
        let session = session.map(|former| Arc::clone(&former.cxone));
        let set = maker.make(tenant, gathered, session).await;
        let set = set.map_err(|error| error.to_string())?;
        if let Some(reason) = set.not_loaded.first() {
            return Err(reason.clone());
        }
        for connection in &set.connections {
            let tenant = &connection.tenant;
            let tried = smoke::test(
                &*connection.plugins,
                &tenant.default_role,
                &tenant.templates,
            );
            let tried = tried.await;
            tried.map_err(|reason| format!("{}: {reason}", connection.scope))?;
        }
        let served = Served {
            identity,
            cxone: Arc::clone(&set.cxone),
            cxone_print,
        };
        self.swap(&name, set, former.is_none()).await;
        Ok(Some(served))
    }

    async fn swap(&self, name: &TenantName, set: Set, new: bool) {
        let scopes = set.connections.iter();
        let live = scopes.filter(|connection| !connection.observes());
        let live: Vec<_> = live.map(|connection| connection.scope.clone()).collect();
        let went_live = live.into_iter().filter_map(|scope| {
            let former = self.bridge.connection(&scope);
            match former {
                Some(former) if !former.observes() => None,
                former => Some((scope, former.as_ref().map(Arc::downgrade))),
            }
        });
        let went_live: Vec<_> = went_live.collect();
        self.bridge.replace_tenant(name, set.connections);
        if new {
            // Before anybody comes in: a match must not miss whom a create that was cut short may have made.
            if let Err(error) = self.bridge.take_over(name).await {
                tracing::error!(tenant = %name, %error, "open intents cannot be read");
            }
            self.workers.employ(name);
        }
        self.authenticator.replace_tenant(name, &set.credentials);
        for (scope, former) in went_live {
            self.workers.go_live(scope, former);
        }
    }

    /// Tells the log, the metrics, and whoever asks whether all is well.
    fn tell(&self, reloaded: &Reloaded) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let former = std::mem::take(&mut *kept);
        for (tenant, swap) in &reloaded.tenants {
            measure::reloaded(tenant, swap.as_str());
            measure::reload_failed(tenant, matches!(swap, Swap::Kept(_)));
            match swap {
                Swap::Swapped => tracing::info!(tenant, "swapped: it is served as configured now"),
                Swap::Removed => tracing::info!(tenant, "removed: it is served no more"),
                Swap::Unchanged => {}
                Swap::Kept(reason) => {
                    tracing::error!(
                        tenant,
                        reason,
                        "kept: its configuration is wrong, and it is served as before"
                    );
                    let since = former.get(tenant).map(|kept| kept.since);
                    let since = since.unwrap_or_else(Timestamp::now);
                    let reason = reason.clone();
                    kept.insert(tenant.clone(), Kept { since, reason });
                }
            }
        }
        for tenant in former.keys() {
            // One that was never served and is gone from the configuration.
            if !reloaded.tenants.contains_key(tenant) {
                measure::reload_failed(tenant, false);
            }
        }
        if !reloaded.restart_needed.is_empty() {
            let keys = reloaded.restart_needed.join(", ");
            tracing::warn!(
                keys,
                "these are read at the start only: restart to apply them"
            );
        }
    }
}

/// The first plugin whose component there is not.
fn missing(tenant: &Tenant, gathered: &Gathered) -> Option<String> {
    let mut connections = tenant.connections.iter().zip(gathered.sources());
    connections.find_map(|(connection, sources)| {
        sources.iter().find_map(|source| {
            let reason = source.component.as_ref().err()?;
            let scope = &connection.scope;
            Some(format!("{scope}: plugin {}: {reason}", source.name))
        })
    })
}

/// The keys that changed and are read at the start only.
fn restart_needed(then: &General, now: &General) -> Vec<String> {
    let keys = [
        ("ledger.url", then.ledger != now.ledger),
        ("listen.admin", then.admin != now.admin),
        ("listen.public_url", then.public_url != now.public_url),
        ("listen.scim", then.scim != now.scim),
        (
            "plugins.assume_no_swap",
            then.plugins.assume_no_swap != now.plugins.assume_no_swap,
        ),
        ("plugins.cache", then.plugins.cache != now.plugins.cache),
    ];
    let changed = keys.into_iter().filter(|(_, changed)| *changed);
    changed.map(|(key, _)| key.to_owned()).collect()
}
