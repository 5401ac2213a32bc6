//! A plugin as a registry holds it: the "Wasm OCI artifact" (tag-runtime.cncf.io). Read strictly, written the same way
//! every time.

use std::collections::BTreeMap;

use oci_client::manifest::{OCI_IMAGE_MEDIA_TYPE, OciImageManifest};
use serde_json::{Value, json};

use crate::digest::Digest;
use crate::{LONGEST_COMPONENT, LONGEST_MANIFEST};

const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";
/// The CNCF's config must have a time; ours is no time, so that equal plugins have equal digests.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

const SIGNATURE: &str = "dev.jackfield.signature";
const KINDS: &str = "dev.jackfield.kinds";

/// What a registry shows of a plugin. For people and tools; the host believes the component alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PushFacts {
    /// Its name (`org.opencontainers.image.title`).
    pub name: String,
    /// Its version (`org.opencontainers.image.version`).
    pub version: String,
    /// What it does, in a sentence (`org.opencontainers.image.description`); left out where empty.
    pub description: String,
    /// Its kinds, as `mapper` (`dev.jackfield.kinds`).
    pub kinds: Vec<String>,
    /// The interfaces that the component imports, as `jackfield:plugin/log@0.1.0`.
    pub imports: Vec<String>,
    /// The interfaces that the component exports.
    pub exports: Vec<String>,
    /// The world that it was built for, where that is known.
    pub target: Option<String>,
}

/// What a manifest says of its plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) component: Digest,
    pub(crate) size: usize,
    pub(crate) signatures: Vec<String>,
}

/// Why a manifest is not one of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It is something else, and what.
    Other(String),
    /// Its component has more bytes than may be pulled.
    TooLarge,
}

/// Reads a manifest whose digest has been checked.
pub(crate) fn read(manifest: &[u8]) -> Result<Named, Unfit> {
    let other = |what: String| Err(Unfit::Other(what));
    let document: Value = match serde_json::from_slice(manifest) {
        Ok(document) => document,
        Err(_) => return other("its manifest is no JSON".into()),
    };
    if document.get("manifests").is_some() {
        return other("it is an index of several images".into());
    }
    let Ok(manifest) = serde_json::from_value::<OciImageManifest>(document) else {
        return other("its manifest is no OCI image manifest".into());
    };
    let media_type = manifest.media_type.as_deref();
    if manifest.schema_version != 2 || media_type.is_some_and(|it| it != OCI_IMAGE_MEDIA_TYPE) {
        return other("its manifest is no OCI image manifest".into());
    }
    if manifest.config.media_type != CONFIG {
        let found = shown(&manifest.config.media_type);
        return other(format!("its config is {found}, not {CONFIG}"));
    }
    let [layer] = manifest.layers.as_slice() else {
        let count = manifest.layers.len();
        return other(format!("it has {count} layers, not one"));
    };
    if layer.media_type != LAYER {
        let found = shown(&layer.media_type);
        return other(format!("its layer is {found}, not {LAYER}"));
    }
    let Ok(component) = Digest::parse(&layer.digest) else {
        return other("its layer has no SHA-256 digest".into());
    };
    let size = match usize::try_from(layer.size) {
        Ok(0) | Err(_) => return other("its layer is empty".into()),
        Ok(size) if size > LONGEST_COMPONENT => return Err(Unfit::TooLarge),
        Ok(size) => size,
    };
    let annotations = manifest.annotations.unwrap_or_default();
    let signatures = annotations.get(SIGNATURE).map(String::as_str);
    Ok(Named {
        component,
        size,
        signatures: signatures
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
    })
}

/// A text of the registry's as it may stand in a message.
pub(crate) fn shown(text: &str) -> String {
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    printable.take(200).collect()
}

/// A plugin, ready to be pushed.
pub(crate) struct Artifact {
    pub(crate) component: Digest,
    pub(crate) config: Vec<u8>,
    pub(crate) manifest: Vec<u8>,
}

impl Artifact {
    /// Equal arguments give equal bytes. `None` where the manifest would be longer than is believed.
    pub(crate) fn new(bytes: &[u8], facts: &PushFacts, signatures: &[String]) -> Option<Self> {
        let component = Digest::of(bytes);
        let mut world = json!({ "exports": facts.exports, "imports": facts.imports });
        if let Some(target) = &facts.target {
            world["target"] = json!(target);
        }
        let config = json!({
            "created": NO_TIME,
            "architecture": "wasm",
            "os": "wasip2",
            "layerDigests": [component.as_str()],
            "component": world,
        });
        let config = config.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": OCI_IMAGE_MEDIA_TYPE,
            "config": described(CONFIG, &Digest::of(&config), config.len()),
            "layers": [described(LAYER, &component, bytes.len())],
            "annotations": annotations(facts, signatures),
        });
        let manifest = manifest.to_string().into_bytes();
        (manifest.len() <= LONGEST_MANIFEST).then_some(Self {
            component,
            config,
            manifest,
        })
    }
}

fn described(media_type: &str, digest: &Digest, size: usize) -> Value {
    json!({ "mediaType": media_type, "digest": digest.as_str(), "size": size })
}

fn annotations(facts: &PushFacts, signatures: &[String]) -> BTreeMap<&'static str, String> {
    let all = [
        ("org.opencontainers.image.title", facts.name.clone()),
        ("org.opencontainers.image.version", facts.version.clone()),
        (
            "org.opencontainers.image.description",
            facts.description.clone(),
        ),
        (KINDS, facts.kinds.join(" ")),
        (SIGNATURE, signatures.join(" ")),
    ];
    let filled = |(_, text): &(_, String)| !text.is_empty();
    all.into_iter().filter(filled).collect()
}

#[cfg(test)]
mod tests;
