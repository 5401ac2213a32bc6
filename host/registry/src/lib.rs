//! Plugins in OCI registries: pulled by digest, verified, kept; and the signatures that say who made one.
//!
//! A plugin in a registry is the "Wasm OCI artifact" of the CNCF's working group (tag-runtime.cncf.io, "Wasm OCI
//! Artifact layout"): an image manifest with a config of `application/vnd.wasm.config.v0+json` and one layer of
//! `application/wasm`, the component. A reference pins the manifest by its digest, the manifest pins the component by
//! its own: what is run is what was pushed, wherever it comes from.
//!
//! Signatures are of the component's digest alone, so one signature holds for a file and for every registry.

mod artifact;
mod cache;
mod credentials;
mod digest;
mod failure;
mod key;
mod reference;
mod remote;
mod signature;
mod signature_file;
mod store;

pub use artifact::PushFacts;
pub use credentials::{Credentials, CredentialsError};
pub use digest::{Digest, DigestError};
pub use failure::{FetchError, PushError};
pub use key::{KeyError, PublicKey, SigningKey};
pub use reference::{Reference, ReferenceError, Tagged};
pub use signature::{SignatureError, verify_any};
pub use signature_file::{SignatureFileError, add_signature, read_signatures, signature_path};
pub use store::{Component, Pushed, Store};

/// The longest component that is pulled or pushed, in bytes.
pub const LONGEST_COMPONENT: usize = 64 * 1024 * 1024;

/// The longest manifest that is believed, in bytes.
pub const LONGEST_MANIFEST: usize = 64 * 1024;
