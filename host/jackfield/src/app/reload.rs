//! Reading the configuration anew while it is served: each tenant is read, made and tried, then swapped alone and whole. One whose
//! part is wrong is served as before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bridge::line::Bridge;
use bridge::name::{Scope, TenantName};
use bridge::port::cxone::Cxone;
use jiff::Timestamp;
use service::{Authenticator, Kept, Reloaded, Swap};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::absent::Again;
use super::components::Stamp;
use super::former::Former;
use super::maker::{Identity, Maker, Set};
use super::smoke;
use super::workers::Workers;
use crate::config::{General, Mistake, Reading, Tenant};
use crate::telemetry::measure;

/// For the registries of all tenants together.
pub(super) const REGISTRIES: Duration = Duration::from_secs(120);

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
    /// Who is or was served.
    pub(super) former: Former,
}

/// A tenant as it is served.
#[derive(Debug, Clone)]
pub(super) struct Served {
    /// `None` where a plugin is not loaded: a reload tries it again.
    pub(super) identity: Option<Identity>,
    pub(super) cxone: Arc<dyn Cxone>,
    /// `[cxone]` that the session is of.
    pub(super) cxone_print: [u8; 32],
    /// The components that are loaded.
    pub(super) components: BTreeSet<Stamp>,
    /// What to try again by itself: where a registry could not be asked at the start.
    pub(super) again: Option<Arc<Again>>,
}

impl Reloader {
    /// Reads the configuration anew and swaps what changed. `let_go` are tenants and connections, as `acme` and `acme/entra`, that may
    /// go with what they owe.
    ///
    /// # Errors
    /// Where there is nothing to read.
    pub(super) async fn reload(
        self: &Arc<Self>,
        let_go: BTreeSet<String>,
    ) -> Result<Reloaded, String> {
        let path = self.path.clone();
        let path = path.ok_or("this service was started without a configuration file")?;
        let mut served = self.served.lock().await;
        let (folder, going) = (self.former.folder(), let_go.clone());
        let reading = move || Reading::again(&path, &folder, &going);
        let reading = tokio::task::spawn_blocking(reading);
        let reading = reading.await.map_err(|_| "reading it broke off")?;
        let mut reloaded = Reloaded::default();
        match reading.general {
            Ok(general) => {
                self.former.set_folder(reading.folder);
                reloaded.restart_needed = restart_needed(&self.general, &general);
                let plugins = &general.plugins;
                let maker = self.maker.with(plugins, self.general.plugins.cache.clone());
                let tenants = self
                    .each(&maker, reading.tenants, &mut served, let_go)
                    .await;
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
        Ok(reloaded)
    }

    /// All tenants beside each other: one that takes long holds nobody up.
    async fn each(
        self: &Arc<Self>,
        maker: &Maker,
        read: BTreeMap<String, Result<Tenant, Mistake>>,
        served: &mut BTreeMap<TenantName, Served>,
        let_go: BTreeSet<String>,
    ) -> BTreeMap<String, Swap> {
        let mut swaps = BTreeMap::new();
        let named: BTreeSet<String> = read.keys().cloned().collect();
        let gone = served.keys().filter(|name| !named.contains(name.as_str()));
        for name in gone.cloned().collect::<Vec<_>>() {
            let leaving = self.scopes(&name);
            if let Err(reason) = self.let_go(&name, &leaving, &let_go).await {
                swaps.insert(name.to_string(), Swap::Kept(reason));
                continue;
            }
            // First the door, then who is behind it.
            self.authenticator.replace_tenant(&name, &BTreeMap::new());
            self.bridge.remove_tenant(&name);
            self.count(&leaving);
            served.remove(&name);
            swaps.insert(name.to_string(), Swap::Removed);
        }
        let let_go = Arc::new(let_go);
        let until = Instant::now() + REGISTRIES;
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
            let let_go = Arc::clone(&let_go);
            let former = served.get(&tenant.name).cloned();
            making.spawn(async move {
                let tenant_name = tenant.name.clone();
                let done = reloader.one(&maker, tenant, former, until, &let_go);
                let done = done.await;
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

    /// One tenant: found, made, tried, swapped. `None` where nothing changed.
    pub(super) async fn one(
        &self,
        maker: &Maker,
        tenant: Tenant,
        former: Option<Served>,
        until: Instant,
        let_go: &BTreeSet<String>,
    ) -> Result<Option<Served>, String> {
        let found = maker.find(&tenant, until).await;
        if let Some(missing) = found.missing(&tenant) {
            return Err(missing);
        }
        let identity = found.identity;
        let same = former.as_ref().and_then(|former| former.identity);
        if identity.is_some() && identity == same {
            return Ok(None);
        }
        let scopes = |tenant: &Tenant| {
            let all = tenant.connections.iter();
            all.map(|it| it.scope.clone()).collect::<BTreeSet<_>>()
        };
        let (name, cxone_print) = (tenant.name.clone(), tenant.print.cxone);
        let (components, scopes) = (found.stamps(), scopes(&tenant));
        let mut leaving = self.scopes(&name);
        leaving.retain(|scope| !scopes.contains(scope));
        self.let_go(&name, &leaving, let_go).await?;
        let session = former.as_ref();
        let session = session.filter(|former| former.cxone_print == cxone_print);
        let session = session.map(|former| Arc::clone(&former.cxone));
        let loaded = former.as_ref().map(|former| former.components.clone());
        let loaded = loaded.unwrap_or_default();
        let set = maker.make(tenant, found, session, &loaded).await;
        let tried = match set {
            Ok(set) => tried(set).await,
            Err(error) => Err(error.to_string()),
        };
        // Compiling may take minutes, in which those who leave are served.
        let tried = match tried {
            Ok(set) => self.let_go(&name, &leaving, let_go).await.map(|()| set),
            failed => failed,
        };
        let set = match tried {
            Ok(set) => set,
            Err(reason) => {
                // It has counted what of itself is not loaded.
                self.count(&scopes);
                return Err(reason);
            }
        };
        let served = Served {
            identity,
            cxone: Arc::clone(&set.cxone),
            cxone_print,
            components,
            again: None,
        };
        self.swap(&name, set, former.is_none()).await;
        self.count(&leaving);
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
        // What goes is closed before anything else is there, and what comes is opened once it is: a credential of before never gets
        // into a set of afterwards.
        let mut staying = set.credentials.clone();
        staying.retain(|scope, _| self.bridge.connection(scope).is_some());
        self.authenticator.replace_tenant(name, &staying);
        self.bridge.replace_tenant(name, set.connections);
        if new {
            // Before anybody comes in: a match must not miss whom a create that was cut short may have made.
            if let Err(error) = self.bridge.take_over(name).await {
                tracing::error!(tenant = %name, %error, "open intents cannot be read");
            }
            self.workers.employ(name);
            self.former.add(&self.bridge, [name]).await;
        }
        self.authenticator.replace_tenant(name, &set.credentials);
        for (scope, former) in went_live {
            self.workers.go_live(scope, former);
        }
    }

    fn scopes(&self, tenant: &TenantName) -> BTreeSet<Scope> {
        let all = self.bridge.connections().into_iter();
        let all = all.map(|connection| connection.scope.clone());
        all.filter(|scope| scope.tenant == *tenant).collect()
    }

    /// Whether connections of a tenant may go: not while they owe something, unless that was asked for.
    async fn let_go(
        &self,
        tenant: &TenantName,
        leaving: &BTreeSet<Scope>,
        let_go: &BTreeSet<String>,
    ) -> Result<(), String> {
        let held = |scope: &&Scope| {
            !let_go.contains(tenant.as_str()) && !let_go.contains(&scope.to_string())
        };
        let leaving: Vec<&Scope> = leaving.iter().filter(held).collect();
        if leaving.is_empty() {
            return Ok(());
        }
        let unpaid = self.bridge.unpaid(tenant).await;
        let unpaid = unpaid.map_err(|error| format!("what it owes cannot be read: {error}"))?;
        let owing = leaving
            .into_iter()
            .find_map(|scope| Some((scope, unpaid.get(&scope.connection)?)));
        owing.map_or(Ok(()), |(scope, users)| {
            Err(format!(
                "{scope} is not in the configuration any more, and CXone is still to be told of {users} of its users: put it back until \
                 nothing is owed or held, or reload with {{\"let_go\": [\"{scope}\"]}}"
            ))
        })
    }

    /// Counts the plugins that are not loaded of connections as they are served now; of one that is not, none.
    fn count(&self, scopes: &BTreeSet<Scope>) {
        for scope in scopes {
            let connection = self.bridge.connection(scope);
            let absent = connection.map_or(0, |it| it.plugins.not_loaded().len());
            measure::not_loaded(scope, absent);
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
                    tracing::error!(tenant, reason, "kept: it is served as before");
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

/// A set, if all of it is loaded and does not fail everybody.
async fn tried(set: Set) -> Result<Set, String> {
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
    Ok(set)
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
