//! Plugins by reference: from the cache, else from their registry; and into a registry.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::artifact::{self, Artifact, PushFacts};
use crate::cache::Cache;
use crate::credentials::Credentials;
use crate::digest::Digest;
use crate::failure::{FetchError, PushError};
use crate::reference::{Reference, Tagged};
use crate::remote::patience::patiently;
use crate::remote::{Remote, Trouble};
use crate::{LONGEST_COMPONENT, LONGEST_MANIFEST};

/// How long a fetch may take, manifest, component and further tries together.
const FETCH: Duration = Duration::from_secs(120);
/// How long a push may take.
const PUSH: Duration = Duration::from_secs(300);

/// Registries, and what was fetched from them. Clones share nothing but the directory.
#[derive(Debug, Clone)]
pub struct Store {
    cache: Cache,
    insecure: Vec<String>,
    credentials: Credentials,
    patience: Option<Duration>,
}

/// A plugin, fetched. It has its digest, which is that of the reference's manifest; who made it is yet to be asked
/// ([`crate::verify_any`]).
#[derive(Clone, PartialEq, Eq)]
pub struct Component {
    /// The component.
    pub bytes: Vec<u8>,
    /// Its digest, which signatures are of. Not the reference's.
    pub digest: Digest,
    /// Signatures that came with it, in base64, unchecked.
    pub signatures: Vec<String>,
}

/// A plugin, pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The digest of its manifest, which the reference has.
    pub digest: Digest,
    /// The digest of the component.
    pub component: Digest,
    /// What `use` needs.
    pub reference: Reference,
}

impl Store {
    /// A store that keeps what it fetches below `dir` (in `dir/oci`, readable by its owner only, made when first
    /// needed), and speaks TLS to every registry but those of `insecure`, each `HOST` or `HOST:PORT` as references have
    /// it. Users and passwords are [`Credentials::from_environment`].
    pub fn new(dir: PathBuf, insecure: Vec<String>) -> Self {
        Self {
            cache: Cache::new(&dir),
            insecure,
            credentials: Credentials::from_environment(),
            patience: None,
        }
    }

    /// With users and passwords from somewhere else.
    pub fn with_credentials(self, credentials: Credentials) -> Self {
        Self {
            credentials,
            ..self
        }
    }

    /// With another time for a whole fetch or push; 2 minutes and 5 otherwise.
    pub fn with_deadline(self, within: Duration) -> Self {
        Self {
            patience: Some(within),
            ..self
        }
    }

    /// The plugin of a reference. What is in the cache and whole is taken from there, and no registry is asked.
    ///
    /// # Errors
    ///
    /// See [`FetchError`]. A cache that cannot be written to is a warning in the log: the plugin is there.
    pub async fn fetch(&self, reference: &Reference) -> Result<Component, FetchError> {
        let mut pulling = Pulling::new(self, reference);
        let manifest = self.cached(reference.digest(), LONGEST_MANIFEST).await;
        let known = manifest.is_some();
        let manifest = match manifest {
            Some(manifest) => manifest,
            None => pulling.manifest().await?,
        };
        let named = artifact::read(&manifest)
            .map_err(|unfit| FetchError::unfit(reference.to_string(), unfit))?;
        if !known {
            self.keep(reference.digest(), manifest).await;
        }
        let bytes = match self.cached(&named.component, named.size).await {
            Some(bytes) => bytes,
            None => {
                let bytes = pulling.component(&named.component, named.size).await?;
                let bytes = self.keep(&named.component, bytes).await;
                tracing::info!(%reference, component = %named.component, bytes = bytes.len(), "plugin pulled");
                bytes
            }
        };
        Ok(Component {
            bytes,
            digest: named.component,
            signatures: named.signatures,
        })
    }

    /// The plugin of a reference, if it is in the cache and whole. No registry is asked.
    pub async fn kept(&self, reference: &Reference) -> Option<Component> {
        let manifest = self.cached(reference.digest(), LONGEST_MANIFEST).await?;
        let named = artifact::read(&manifest).ok()?;
        Some(Component {
            bytes: self.cached(&named.component, named.size).await?,
            digest: named.component,
            signatures: named.signatures,
        })
    }

    /// Brings a component to a registry, under a tag, with what a registry shows of it and its signatures (of
    /// [`crate::SigningKey::sign`]), and looks whether it is there. Equal arguments give an equal digest.
    ///
    /// # Errors
    ///
    /// See [`PushError`]. After any of them it may be pushed again.
    pub async fn push(
        &self,
        place: &Tagged,
        bytes: &[u8],
        facts: &PushFacts,
        signatures: &[String],
    ) -> Result<Pushed, PushError> {
        let unfit = |reason: &str| PushError::Unfit {
            place: place.to_string(),
            reason: reason.to_owned(),
        };
        if bytes.is_empty() {
            return Err(unfit("the component is empty: build it first"));
        }
        if bytes.len() > LONGEST_COMPONENT {
            return Err(unfit(&format!(
                "the component has more than {LONGEST_COMPONENT} bytes, and would not be pulled"
            )));
        }
        let artifact = Artifact::new(bytes, facts, signatures).ok_or_else(|| {
            unfit("the manifest would have more than 64 KiB: shorten the description")
        })?;
        let access = self.credentials.of(&place.registry)?;
        let failed = |trouble| PushError::of(trouble, place.to_string());
        let remote = Remote::new(&place.registry, &self.insecure, access).map_err(failed)?;
        let (artifact, shared_place) = (Arc::new(artifact), Arc::new(place.clone()));
        patiently(self.deadline(PUSH), || {
            let (remote, artifact, place) =
                (remote.clone(), artifact.clone(), shared_place.clone());
            let component = bytes.to_vec();
            async move { remote.push(&place, component, &artifact).await }
        })
        .await
        .map_err(failed)?;
        let digest = Digest::of(&artifact.manifest);
        Ok(Pushed {
            reference: place.pinned(digest.clone()),
            component: artifact.component.clone(),
            digest,
        })
    }

    fn deadline(&self, usual: Duration) -> Instant {
        Instant::now() + self.patience.unwrap_or(usual)
    }

    async fn cached(&self, digest: &Digest, longest: usize) -> Option<Vec<u8>> {
        let (cache, digest) = (self.cache.clone(), digest.clone());
        let read = spawn_blocking(move || cache.read(&digest, longest));
        read.await.ok().flatten()
    }

    async fn keep(&self, digest: &Digest, bytes: Vec<u8>) -> Vec<u8> {
        let (cache, digest) = (self.cache.clone(), digest.clone());
        let bytes = Arc::new(bytes);
        let shared = bytes.clone();
        let written = spawn_blocking(move || {
            if let Err(error) = cache.write(&digest, &shared) {
                tracing::warn!(%error, %digest, "a plugin cannot be cached, so the next start needs its registry: check plugins.cache");
            }
        });
        // Only a runtime that shuts down cancels it.
        let _ = written.await;
        Arc::unwrap_or_clone(bytes)
    }
}

/// A fetch that needs the registry: which is set up when it does.
struct Pulling<'s> {
    store: &'s Store,
    reference: &'s Reference,
    remote: Option<Remote>,
    deadline: Instant,
}

impl<'s> Pulling<'s> {
    fn new(store: &'s Store, reference: &'s Reference) -> Self {
        Self {
            store,
            reference,
            remote: None,
            deadline: store.deadline(FETCH),
        }
    }

    async fn manifest(&mut self) -> Result<Vec<u8>, FetchError> {
        let remote = self.remote()?;
        let reference = self.reference.clone();
        let pulled = patiently(self.deadline, || {
            let (remote, reference) = (remote.clone(), reference.clone());
            async move { remote.manifest(&reference).await }
        });
        let failed = |trouble| self.failed(trouble, "manifest", self.reference.digest());
        pulled.await.map_err(failed)
    }

    async fn component(&mut self, digest: &Digest, size: usize) -> Result<Vec<u8>, FetchError> {
        let remote = self.remote()?;
        let reference = self.reference.clone();
        let pulled = patiently(self.deadline, || {
            let (remote, reference, digest) = (remote.clone(), reference.clone(), digest.clone());
            async move { remote.layer(&reference, &digest, size).await }
        });
        let failed = |trouble| self.failed(trouble, "component", digest);
        pulled.await.map_err(failed)
    }

    fn remote(&mut self) -> Result<Remote, FetchError> {
        if let Some(remote) = &self.remote {
            return Ok(remote.clone());
        }
        let registry = self.reference.registry();
        let access = self.store.credentials.of(registry)?;
        let remote = Remote::new(registry, &self.store.insecure, access)
            .map_err(|trouble| self.failed(trouble, "manifest", self.reference.digest()))?;
        Ok(self.remote.insert(remote).clone())
    }

    fn failed(&self, trouble: Trouble, what: &'static str, digest: &Digest) -> FetchError {
        FetchError::of(trouble, self.reference.to_string(), what, digest)
    }
}

impl std::fmt::Debug for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Component")
            .field("digest", &self.digest)
            .field("bytes", &self.bytes.len())
            .field("signatures", &self.signatures.len())
            .finish()
    }
}
