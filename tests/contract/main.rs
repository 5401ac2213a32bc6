//! The contract holds: a change of `wit/` that breaks a version which was published is refused. And `docs/contract.md` is what
//! `wit/` says.
//!
//! To publish a version: copy `wit/*.wit` to `published/VERSION` and add its digest to [`PUBLISHED`]. From then on it is never
//! edited, and what differs from it in more than words carries a later number.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod altered;
mod contract;
mod holds;
mod reference;
mod shape;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use contract::Contract;

/// The versions that plugins were built for, the oldest first, and the digests of their files.
const PUBLISHED: [(&str, &str); 1] = [(
    "0.1.0",
    "2c433f5e838545a27560910fd6fba2a9c19e3feb679c293595608915bfe75585",
)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn head() -> Contract {
    Contract::read(&root().join("wit"))
}

fn published(version: &str) -> Contract {
    Contract::read(&root().join("tests/contract/published").join(version))
}

#[test]
fn every_published_version_holds() {
    let head = head();
    for (version, _) in PUBLISHED {
        let broken = holds::broken(&published(version), &head);
        assert!(broken.is_empty(), "{version}:\n{}", broken.join("\n"));
    }
}

#[test]
fn published_versions_are_never_edited() {
    for (version, digest) in PUBLISHED {
        let published = published(version);
        assert_eq!(published.version(), version);
        let mut hasher = Sha256::new();
        for (name, text) in published.files() {
            hasher.update(format!("{name} {}\n{text}", text.len()));
        }
        let mut found = String::new();
        for byte in hasher.finalize() {
            write!(found, "{byte:02x}").unwrap();
        }
        assert_eq!(
            found, digest,
            "tests/contract/published/{version} was edited: take it back, and publish another version"
        );
    }
    let folders = std::fs::read_dir(root().join("tests/contract/published")).unwrap();
    assert_eq!(folders.count(), PUBLISHED.len(), "a version has no digest");
}

#[test]
fn what_is_new_has_a_new_number() {
    let (newest, _) = PUBLISHED[PUBLISHED.len() - 1];
    let said = holds::misnumbered(&published(newest), &head());
    assert_eq!(said, None);
}
