//! What stands beside the tenants: `[listen]`, `[ledger]`, `[plugins]`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use registry::PublicKey;
use toml::Spanned;

use super::file;
use super::mistake::{Mistake, Text};

/// What holds for every tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct General {
    /// Where the identity providers come in.
    pub scim: SocketAddr,
    /// Where operators come in.
    pub admin: SocketAddr,
    /// What clients see in front of `/{tenant}/{connection}/scim/v2`.
    pub public_url: Option<String>,
    /// The ledger's URL.
    pub ledger: ledger::Location,
    /// What holds for all plugins.
    pub plugins: Plugins,
}

/// What holds for all plugins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugins {
    /// Where compiled and pulled components are kept.
    pub cache: PathBuf,
    /// Where calls are recorded.
    pub recordings: PathBuf,
    /// Whose signatures count, by name. Where there are any, a plugin that is not bundled needs one.
    pub keys: BTreeMap<String, PublicKey>,
    /// The registries that are spoken to in plain HTTP: `HOST` or `HOST:PORT`.
    pub insecure_registries: Vec<String>,
    /// The operator states that this machine has no swap.
    pub assume_no_swap: bool,
}

/// The directories' names where nothing is said.
const CACHE: &str = "jackfield-cache";
const RECORDINGS: &str = "jackfield-recordings";

/// Checks what stands beside the tenants.
pub(super) fn check(file: file::File, text: &Text<'_>) -> Result<General, Mistake> {
    let location = match file.ledger.url {
        None => ledger::Location::parse("sqlite:jackfield.db")
            .map_err(|error| text.at(0..0, error.to_string(), None))?,
        Some(url) => ledger::Location::parse(url.get_ref())
            .map_err(|error| text.at(url.span(), error.to_string(), None))?,
    };
    let public_url = match file.listen.public_url {
        None => None,
        Some(url)
            if url.get_ref().starts_with("https://") || url.get_ref().starts_with("http://") =>
        {
            Some(url.into_inner())
        }
        Some(url) => {
            return Err(text.at(url.span(), "this is no http or https URL".to_owned(), None));
        }
    };
    let plugins = plugins(file.plugins, &location, text)?;
    Ok(General {
        scim: address(file.listen.scim, "127.0.0.1:8080", text)?,
        admin: address(file.listen.admin, "127.0.0.1:8081", text)?,
        public_url,
        ledger: location,
        plugins,
    })
}

fn address(
    given: Option<Spanned<String>>,
    default: &str,
    text: &Text<'_>,
) -> Result<SocketAddr, Mistake> {
    match given {
        None => default
            .parse()
            .map_err(|_| text.at(0..0, format!("{default:?} is no address"), None)),
        Some(given) => given.get_ref().parse().map_err(|_| {
            let hint = Some("write it as \"127.0.0.1:8080\"; port 0 takes a free one".to_owned());
            text.at(
                given.span(),
                "this is no address with a port".to_owned(),
                hint,
            )
        }),
    }
}

fn plugins(
    given: file::Plugins,
    ledger: &ledger::Location,
    text: &Text<'_>,
) -> Result<Plugins, Mistake> {
    let ledger::Location::Sqlite(ledger) = ledger;
    let directory = |given: Option<Spanned<String>>, name: &str| match given {
        None => Ok(ledger.parent().unwrap_or(Path::new("")).join(name)),
        Some(given) if given.get_ref().trim().is_empty() => {
            Err(text.at(given.span(), "this names no directory".to_owned(), None))
        }
        Some(given) => Ok(text
            .path
            .parent()
            .unwrap_or(Path::new("."))
            .join(given.into_inner())),
    };
    let keys = given.keys.into_iter().map(|(name, key)| {
        let parsed = PublicKey::parse(key.get_ref()).map_err(|error| {
            let message = format!("the key {}: {error}", name.get_ref());
            text.at(key.span(), message, None)
        });
        parsed.map(|key| (name.into_inner(), key))
    });
    let registries = given.insecure_registries.into_iter().map(|registry| {
        let name = registry.get_ref();
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        if name.is_empty() || !name.chars().all(plain) {
            let message = "this is no registry: it is named by host, or host and port".to_owned();
            let hint = Some("write it as \"127.0.0.1:5000\"".to_owned());
            return Err(text.at(registry.span(), message, hint));
        }
        Ok(registry.into_inner())
    });
    Ok(Plugins {
        keys: keys.collect::<Result<_, _>>()?,
        insecure_registries: registries.collect::<Result<_, _>>()?,
        cache: directory(given.cache, CACHE)?,
        recordings: directory(given.recordings, RECORDINGS)?,
        assume_no_swap: given.assume_no_swap,
    })
}

#[cfg(test)]
mod tests;
