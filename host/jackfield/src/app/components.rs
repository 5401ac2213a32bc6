//! Where plugins' components come from: built in, from a file, from a registry; and whose signatures count.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use plugin::{ComponentBytes, ComponentsHeld, PluginSource};
use registry::{Digest, LONGEST_COMPONENT, PublicKey, Store, read_signatures, verify_any};

use crate::config::{Component, Plugin, Plugins};

/// Gets components, and refuses those that nobody trusted has signed.
#[derive(Debug, Clone)]
pub struct Components {
    store: Store,
    keys: BTreeMap<String, PublicKey>,
    held: ComponentsHeld,
}

impl Components {
    /// As `[plugins]` has it. Nothing is read or asked yet.
    pub fn new(plugins: &Plugins) -> Self {
        Self {
            store: Store::new(plugins.cache.clone(), plugins.insecure_registries.clone()),
            keys: plugins.keys.clone(),
            held: ComponentsHeld::default(),
        }
    }

    /// Whose signatures count.
    pub(super) fn keys(&self) -> &BTreeMap<String, PublicKey> {
        &self.keys
    }

    /// The plugins of a connection with their components, or why there is none.
    pub async fn sources(&self, plugins: &[Plugin]) -> Vec<PluginSource> {
        let mut sources = Vec::new();
        for plugin in plugins {
            sources.push(PluginSource {
                name: plugin.name.clone(),
                component: self.component(&plugin.component).await,
                settings: plugin.settings.clone(),
                settings_secret: plugin.settings_secret,
                mode: plugin.mode,
                on_failure: plugin.on_failure,
            });
        }
        sources
    }

    async fn component(&self, component: &Component) -> Result<ComponentBytes, String> {
        match component {
            // It is part of the program, which whoever trusts it has checked.
            Component::Bundled(name) => bundled::find(name)
                .map(|found| found.bytes.into())
                .ok_or_else(|| {
                    let known: Vec<&str> = bundled::all().iter().map(|it| it.name).collect();
                    format!(
                        "no plugin of this name is built in; there are {}; a path has a '/' or ends in .wasm",
                        known.join(", ")
                    )
                }),
            Component::File(path) => {
                let (path, keys) = (path.clone(), self.keys.clone());
                let read = tokio::task::spawn_blocking(move || file(&path, &keys));
                read.await
                    .unwrap_or_else(|_| Err("reading it broke off".to_owned()))
                    .map(|bytes| self.held.share(bytes))
            }
            Component::Oci(reference) => {
                let fetched = self.store.fetch(reference).await;
                let fetched = fetched.map_err(|error| error.to_string())?;
                if !self.keys.is_empty() {
                    verify_any(&self.keys, &fetched.digest, &fetched.signatures)
                        .map_err(|error| error.to_string())?;
                }
                Ok(self.held.share(fetched.bytes))
            }
        }
    }
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
