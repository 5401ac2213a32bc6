//! Where plugins' components come from: built in, from a file, from a registry; and whose signatures count.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use plugin::{ComponentBytes, ComponentsHeld, PluginSource};
use registry::{
    Digest, FetchError, LONGEST_COMPONENT, PublicKey, Reference, Store, read_signatures, verify_any,
};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::config::{Component, Connection, Plugin, Plugins};

/// How many components are looked at at a time, and how many are pulled from one registry: each is in memory meanwhile.
const AT_ONCE: usize = 4;
/// For what was there a moment ago and has to be pulled once more, because nothing can be kept.
const AGAIN: Duration = Duration::from_secs(30);

/// Gets components, and refuses those that nobody trusted has signed.
#[derive(Debug, Clone)]
pub struct Components {
    store: Store,
    keys: BTreeMap<String, PublicKey>,
    held: ComponentsHeld,
    looks: Arc<Semaphore>,
    pulls: Arc<Mutex<HashMap<String, Arc<Semaphore>>>>,
}

/// Which component it is: while program and files stay as they are, equal stamps are equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stamp {
    /// A bundled one, by its name.
    Bundled(String),
    /// Any other, by its digest.
    Digest(String),
}

/// Why there is no component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// For people.
    pub reason: String,
    /// Whether it may be there another time, because its registry could not be asked.
    pub passing: bool,
}

impl From<String> for Absent {
    fn from(reason: String) -> Self {
        Self {
            reason,
            passing: false,
        }
    }
}

impl Components {
    /// As `[plugins]` has it. Nothing is read or asked yet.
    pub fn new(plugins: &Plugins) -> Self {
        Self {
            store: Store::new(plugins.cache.clone(), plugins.insecure_registries.clone()),
            keys: plugins.keys.clone(),
            held: ComponentsHeld::default(),
            looks: Arc::new(Semaphore::new(AT_ONCE)),
            pulls: Arc::default(),
        }
    }

    /// Whose signatures count.
    pub(super) fn keys(&self) -> &BTreeMap<String, PublicKey> {
        &self.keys
    }

    /// Looks for the components of plugins beside each other, and pulls those that are not on this machine, until a moment. None
    /// of them stays in memory. Plugins that have the moment in common are asked for in one call: of two, the first may use it up.
    pub async fn find(&self, plugins: &[&Plugin], until: Instant) -> Vec<Result<Stamp, Absent>> {
        let mut finding = JoinSet::new();
        // Who have the same one wait for it together.
        let distinct: HashSet<&Component> = plugins.iter().map(|it| &it.component).collect();
        for component in distinct {
            let (components, component) = (self.clone(), component.clone());
            finding.spawn(async move {
                let found = components.look(&component, until).await;
                (component, found)
            });
        }
        let mut found = HashMap::new();
        while let Some(done) = finding.join_next().await {
            found.extend(done.ok());
        }
        let broken = || Err(Absent::from("looking for it broke off".to_owned()));
        let of = |plugin: &&Plugin| found.get(&plugin.component).cloned().unwrap_or_else(broken);
        plugins.iter().map(of).collect()
    }

    /// The same for the plugins of connections, by connection.
    pub async fn find_all(
        &self,
        connections: &[&Connection],
        until: Instant,
    ) -> Vec<Vec<Result<Stamp, Absent>>> {
        let plugins: Vec<&Plugin> = connections.iter().flat_map(|it| &it.plugins).collect();
        let mut found = self.find(&plugins, until).await.into_iter();
        let of = |it: &&Connection| found.by_ref().take(it.plugins.len()).collect();
        connections.iter().map(of).collect()
    }

    /// The plugins of a connection with the components that were found for them, or why there is none.
    pub async fn sources(
        &self,
        plugins: &[Plugin],
        found: Vec<Result<Stamp, Absent>>,
    ) -> Vec<PluginSource> {
        let mut sources = Vec::new();
        for (plugin, found) in plugins.iter().zip(found) {
            let component = match found {
                Ok(_) => self.read(&plugin.component).await,
                Err(absent) => Err(absent.reason),
            };
            sources.push(PluginSource {
                name: plugin.name.clone(),
                component,
                settings: plugin.settings.clone(),
                settings_secret: plugin.settings_secret,
                mode: plugin.mode,
                on_failure: plugin.on_failure,
            });
        }
        sources
    }

    async fn look(&self, component: &Component, until: Instant) -> Result<Stamp, Absent> {
        let stamp = |digest: &Digest| Stamp::Digest(digest.to_string());
        // Nobody closes it.
        let looking = self.looks.acquire().await;
        match component {
            Component::Bundled(name) => {
                bundled(name)?;
                Ok(Stamp::Bundled(name.clone()))
            }
            Component::File(path) => {
                let bytes = self.file(path).await?;
                Ok(stamp(&Digest::of(&bytes)))
            }
            Component::Oci(reference) => {
                let there = match self.store.kept(reference).await {
                    Some(there) => there,
                    None => {
                        drop(looking);
                        let pulled = timeout_at(until, self.pull(reference)).await;
                        pulled.map_err(|_| late(reference))??
                    }
                };
                self.vouched(&there)?;
                Ok(stamp(&there.digest))
            }
        }
    }

    /// A registry that does not answer holds up its own plugins, and nobody else's that are asked for beside them.
    async fn pull(&self, reference: &Reference) -> Result<registry::Component, Absent> {
        let pulls = {
            let mut pulls = self.pulls.lock().unwrap_or_else(PoisonError::into_inner);
            let of_registry = pulls.entry(reference.registry().to_owned());
            Arc::clone(of_registry.or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
        };
        let _pulling = pulls.acquire().await;
        self.store.fetch(reference).await.map_err(Absent::from)
    }

    async fn read(&self, component: &Component) -> Result<ComponentBytes, String> {
        match component {
            Component::Bundled(name) => bundled(name).map(Into::into),
            Component::File(path) => Ok(self.held.share(self.file(path).await?)),
            Component::Oci(reference) => {
                let fetched = timeout_at(Instant::now() + AGAIN, self.store.fetch(reference));
                let fetched = fetched.await.map_err(|_| late(reference).reason)?;
                let fetched = fetched.map_err(|error| error.to_string())?;
                self.vouched(&fetched)?;
                Ok(self.held.share(fetched.bytes))
            }
        }
    }

    async fn file(&self, path: &Path) -> Result<Vec<u8>, String> {
        let (path, keys) = (path.to_owned(), self.keys.clone());
        let read = tokio::task::spawn_blocking(move || file(&path, &keys));
        read.await
            .unwrap_or_else(|_| Err("reading it broke off".to_owned()))
    }

    fn vouched(&self, fetched: &registry::Component) -> Result<(), String> {
        if self.keys.is_empty() {
            return Ok(());
        }
        verify_any(&self.keys, &fetched.digest, &fetched.signatures)
            .map(|_| ())
            .map_err(|error| error.to_string())
    }
}

impl From<FetchError> for Absent {
    fn from(error: FetchError) -> Self {
        Self {
            passing: error.is_transport(),
            reason: error.to_string(),
        }
    }
}

fn late(reference: &Reference) -> Absent {
    Absent {
        reason: format!("{reference}: the registry gives no whole answer in time"),
        passing: true,
    }
}

/// It is part of the program, which whoever trusts it has checked.
fn bundled(name: &str) -> Result<&'static [u8], String> {
    bundled::find(name).map(|found| found.bytes).ok_or_else(|| {
        let known: Vec<&str> = bundled::all().iter().map(|it| it.name).collect();
        format!(
            "no plugin of this name is built in; there are {}; a path has a '/' or ends in .wasm",
            known.join(", ")
        )
    })
}

fn file(path: &Path, keys: &BTreeMap<String, PublicKey>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| {
        file.take(LONGEST_COMPONENT as u64 + 1)
            .read_to_end(&mut bytes)
    });
    read.map_err(|error| format!("it cannot be read: {error}"))?;
    if bytes.len() > LONGEST_COMPONENT {
        return Err(format!("it is larger than {LONGEST_COMPONENT} bytes"));
    }
    if !keys.is_empty() {
        let signatures = read_signatures(path).map_err(|error| error.to_string())?;
        verify_any(keys, &Digest::of(&bytes), &signatures).map_err(|error| error.to_string())?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
