//! The configuration: from a file to what the rooms need, or a mistake with its place and a hint.
//!
//! [`file`] is the file as written, [`interpolate`] fills in `${env:NAME}` and `${file:PATH}`, [`mistake`] tells where and what;
//! this module checks what the file's shape can't.

mod attributes;
mod auth;
mod choice;
mod connection;
mod file;
mod interpolate;
pub mod mistake;
mod policy;
mod sources;
mod template;
mod upstream;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;

use bridge::name::{TenantName, fold};
use bridge::policy::Policy;
use bridge::template::Template;
use toml::Spanned;

pub(crate) use auth::SHORTEST as SHORTEST_SECRET;
pub use connection::{Component, Connection, Plugin};
use interpolate::Files;
pub use mistake::Mistake;
use mistake::Text;
pub use upstream::{Api, Cxone};

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the identity providers come in.
    pub scim: SocketAddr,
    /// Where operators come in.
    pub admin: SocketAddr,
    /// What clients see in front of `/{tenant}/{connection}/scim/v2`.
    pub public_url: Option<String>,
    /// The ledger's URL.
    pub ledger: ledger::Location,
    /// The tenants.
    pub tenants: Vec<Tenant>,
}

/// A tenant's part.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Its name.
    pub name: TenantName,
    /// Its CXone.
    pub cxone: Cxone,
    /// The templates that a chooser may name.
    pub templates: BTreeMap<String, Template>,
    /// CXone users whom nobody adopts, changes or deactivates: user names as they are compared, and ids.
    pub protected: BTreeSet<String>,
    /// What it decides where more than one way is right.
    pub policy: Policy,
    /// Its connections.
    pub connections: Vec<Connection>,
}

impl Config {
    /// Reads a configuration file.
    pub fn load(path: &Path) -> Result<Self, Mistake> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Mistake::of_file(path, format!("cannot be read: {error}")))?;
        Self::parse(
            path,
            &text,
            &sources::System {
                base: path.parent().unwrap_or(Path::new(".")),
            },
        )
    }

    /// Reads a configuration from a text. `path` is what mistakes name, and what relative paths count from.
    pub fn parse(path: &Path, text: &str, sources: &dyn sources::Sources) -> Result<Self, Mistake> {
        let text = Text {
            path,
            text: text.trim_start_matches('\u{feff}'),
        };
        let table = toml::de::DeTable::parse(text.text).map_err(|error| text.toml(&error))?;
        let (table, files) = interpolate::fill(table, &text, sources)?;
        let file: file::File = serde::Deserialize::deserialize(toml::de::Deserializer::from(table))
            .map_err(|error| text.toml(&error))?;
        check(file, &files, &text)
    }
}

/// Gives sources of `${env:...}` and `${file:...}` to tests.
pub use sources::{Fixed, Sources, System};

fn check(file: file::File, files: &Files, text: &Text<'_>) -> Result<Config, Mistake> {
    let address = |given: Option<Spanned<String>>, default: &str| match given {
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
    };
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
    if file.tenants.is_empty() {
        let hint = Some("add [tenants.NAME.cxone] and [tenants.NAME.connections.NAME]".to_owned());
        return Err(text.at(0..0, "there is no tenant".to_owned(), hint));
    }
    let tenants = file
        .tenants
        .into_iter()
        .map(|(name, tenant)| check_tenant(&name, tenant, files, text))
        .collect::<Result<_, _>>()?;
    Ok(Config {
        scim: address(file.listen.scim, "127.0.0.1:8080")?,
        admin: address(file.listen.admin, "127.0.0.1:8081")?,
        public_url,
        ledger: location,
        tenants,
    })
}

fn check_tenant(
    name: &Spanned<String>,
    tenant: file::Tenant,
    files: &Files,
    text: &Text<'_>,
) -> Result<Tenant, Mistake> {
    let tenant_name: TenantName = parse_name(name, text)?;
    let given = tenant.cxone.get_ref();
    let given = policy::Given {
        twins: tenant.twins.as_ref(),
        user_name_form: given.user_name_form.as_ref(),
        pending_rename: given.pending_rename.as_ref(),
        on_unreachable: given.on_unreachable.as_ref(),
        disabled_field: given.disabled_field.as_ref(),
        time_zones: given.time_zones.as_ref(),
        enabled_fields: given.enabled_fields.as_deref(),
        defaults: &given.defaults,
    };
    let policy = policy::check(&given, text)?;
    let cxone = upstream::check(&tenant_name, tenant.cxone, files, text)?;
    let mut templates = BTreeMap::new();
    for (name, keys) in tenant.templates {
        let checked = template::check(keys, text)?;
        if let Some(place) = checked.in_cxone {
            cxone.takes_templates(place, text)?;
        }
        templates.insert(name, checked.template);
    }
    let connections = tenant
        .connections
        .into_iter()
        .map(|(name, connection)| connection::check(&tenant_name, &name, connection, text))
        .collect::<Result<Vec<_>, _>>()?;
    if connections.is_empty() {
        let hint = Some(format!("add [tenants.{tenant_name}.connections.NAME]"));
        return Err(text.at(
            name.span(),
            format!("the tenant {tenant_name} has no connection"),
            hint,
        ));
    }
    let mut protected = BTreeSet::new();
    for name in tenant.protected {
        if name.get_ref().trim().is_empty() {
            let hint = Some("write the user's name or id in CXone".to_owned());
            return Err(text.at(name.span(), "this names nobody".to_owned(), hint));
        }
        protected.extend([fold(name.get_ref()), name.into_inner()]);
    }
    Ok(Tenant {
        cxone,
        name: tenant_name,
        templates,
        protected,
        policy,
        connections,
    })
}

fn parse_name<N: std::str::FromStr<Err = bridge::name::BadName>>(
    name: &Spanned<String>,
    text: &Text<'_>,
) -> Result<N, Mistake> {
    name.get_ref()
        .parse()
        .map_err(|error: bridge::name::BadName| text.at(name.span(), error.to_string(), None))
}

#[cfg(test)]
mod tests;
