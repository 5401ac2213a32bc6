//! Which plugin: `oci://HOST[:PORT]/NAME@sha256:HEX`, and where to push one: `oci://HOST[:PORT]/NAME:TAG`.
//!
//! The grammar is that of OCI's distribution-spec ("Pulling manifests"), with the host always given: there is no
//! default registry.

use std::fmt;
use std::str::FromStr;

use crate::digest::{Digest, DigestError};

const SCHEME: &str = "oci://";
/// OCI's distribution-spec: many clients take no longer name.
const LONGEST_NAME: usize = 255;
const LONGEST_TAG: usize = 128;

/// A plugin in a registry, pinned by the digest of its manifest. `Display` gives what [`Reference::parse`] reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    pub(crate) registry: String,
    pub(crate) repository: String,
    /// For people only: the digest says which plugin it is.
    pub(crate) tag: Option<String>,
    pub(crate) digest: Digest,
}

/// A place in a registry that a plugin is pushed to. Tags can be moved, so nothing is ever pulled by one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tagged {
    pub(crate) registry: String,
    pub(crate) repository: String,
    pub(crate) tag: String,
}

/// Why a text is no reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// It does not begin with `oci://`.
    #[error("{0:?} is no reference to a registry: write oci://HOST/NAME@sha256:HEX")]
    Scheme(String),
    /// It has a user or password. The text is not repeated.
    #[error(
        "a reference to a registry has no user or password: leave it out, and log in with docker login"
    )]
    Credentials,
    /// The host is missing or no host.
    #[error(
        "{text:?}: {host:?} is no registry: write its name or IPv4 address, and a port where it needs one, as in oci://registry.example.com:5000/NAME"
    )]
    Registry {
        /// The reference.
        text: String,
        /// What stands in the host's place.
        host: String,
    },
    /// The name is missing or not as registries want it.
    #[error(
        "{text:?}: {name:?} is no name in a registry: write lower-case letters and digits, with single dots, underscores and dashes between them, in parts separated by slashes"
    )]
    Name {
        /// The reference.
        text: String,
        /// What stands in the name's place.
        name: String,
    },
    /// A tag that is none.
    #[error(
        "{text:?}: {tag:?} is no tag: write up to {LONGEST_TAG} letters, digits, dots, dashes and underscores, as in :1.2.0"
    )]
    Tag {
        /// The reference.
        text: String,
        /// What stands in the tag's place.
        tag: String,
    },
    /// A plugin to use that is not pinned by digest.
    #[error(
        "{0:?} is not pinned, and a tag can be moved to another plugin: write the reference that jackfield plugin push printed, oci://HOST/NAME@sha256:HEX"
    )]
    NotPinned(String),
    /// A place to push to that has a digest or no tag.
    #[error("{0:?} is no place to push to: write oci://HOST/NAME:TAG, with the version as tag")]
    NotTagged(String),
    /// What follows the `@` is no digest.
    #[error("{text:?}: {problem}")]
    Digest {
        /// The reference.
        text: String,
        /// What is wrong with it.
        problem: DigestError,
    },
}

impl Reference {
    /// Reads `oci://HOST[:PORT]/NAME@sha256:HEX`. A tag before the digest is kept for people to read and not used.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let parts = Parts::of(text)?;
        let Some(digest) = parts.digest else {
            return Err(ReferenceError::NotPinned(text.to_owned()));
        };
        let digest = Digest::parse(digest).map_err(|problem| ReferenceError::Digest {
            text: text.to_owned(),
            problem,
        })?;
        Ok(Self {
            registry: parts.registry.to_owned(),
            repository: parts.repository.to_owned(),
            tag: parts.tag.map(str::to_owned),
            digest,
        })
    }

    /// Reads `oci://HOST[:PORT]/NAME:TAG`, a place to push to.
    pub fn parse_tagged(text: &str) -> Result<Tagged, ReferenceError> {
        Tagged::parse(text)
    }

    /// Whether a text claims to be a reference to a registry rather than a path or a name.
    pub fn is_meant_by(text: &str) -> bool {
        text.starts_with(SCHEME)
    }

    /// The registry, `HOST` or `HOST:PORT`.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The digest of the manifest. Not that of the component, which the manifest names.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}

impl Tagged {
    /// Reads `oci://HOST[:PORT]/NAME:TAG`.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let parts = Parts::of(text)?;
        match (parts.tag, parts.digest) {
            (Some(tag), None) => Ok(Self {
                registry: parts.registry.to_owned(),
                repository: parts.repository.to_owned(),
                tag: tag.to_owned(),
            }),
            _ => Err(ReferenceError::NotTagged(text.to_owned())),
        }
    }

    /// The registry, `HOST` or `HOST:PORT`.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// What was pushed here, once its manifest's digest is known.
    pub(crate) fn pinned(&self, digest: Digest) -> Reference {
        Reference {
            registry: self.registry.clone(),
            repository: self.repository.clone(),
            tag: None,
            digest,
        }
    }
}

/// A reference, taken apart; registry, name and tag checked.
struct Parts<'t> {
    registry: &'t str,
    repository: &'t str,
    tag: Option<&'t str>,
    digest: Option<&'t str>,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Result<Self, ReferenceError> {
        let Some(rest) = text.strip_prefix(SCHEME) else {
            // A URL of another scheme could carry a password, too.
            return Err(match text.contains("://") && text.contains('@') {
                true => ReferenceError::Credentials,
                false => ReferenceError::Scheme(text.to_owned()),
            });
        };
        let (registry, path) = rest.split_once('/').unwrap_or((rest, ""));
        if registry.contains('@') && !path.is_empty() {
            return Err(ReferenceError::Credentials);
        }
        if !is_registry(registry) {
            return Err(ReferenceError::Registry {
                text: text.to_owned(),
                host: registry.to_owned(),
            });
        }
        let (named, digest) = match path.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (path, None),
        };
        let (repository, tag) = match named.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (named, None),
        };
        if !is_name(repository) {
            return Err(ReferenceError::Name {
                text: text.to_owned(),
                name: repository.to_owned(),
            });
        }
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(ReferenceError::Tag {
                text: text.to_owned(),
                tag: tag.to_owned(),
            });
        }
        Ok(Self {
            registry,
            repository,
            tag,
            digest,
        })
    }
}

fn is_registry(text: &str) -> bool {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let number = |port: &str| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|n| n > 0)
    };
    host.len() <= 253 && host.split('.').all(label) && port.is_none_or(number)
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*`
fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let part = |part: &str| {
        part.starts_with(plain)
            && part.ends_with(plain)
            && part.split(plain).all(|between| {
                matches!(between, "" | "." | "_" | "__") || between.bytes().all(|b| b == b'-')
            })
    };
    text.len() <= LONGEST_NAME && text.split('/').all(part)
}

/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`
fn is_tag(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    (1..=LONGEST_TAG).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with(['.', '-'])
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        write!(f, "@{}", self.digest)
    }
}

impl fmt::Display for Tagged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            registry,
            repository,
            tag,
        } = self;
        write!(f, "{SCHEME}{registry}/{repository}:{tag}")
    }
}

#[cfg(test)]
mod tests;
