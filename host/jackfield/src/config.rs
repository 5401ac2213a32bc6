//! The configuration: from a file to what the rooms need, or a mistake with its place and a hint.
//!
//! [`file`] is the file as written, [`interpolate`] fills in `${env:NAME}` and `${file:PATH}`, [`mistake`] tells where and what;
//! this module checks what the file's shape can't.

mod auth;
mod file;
mod interpolate;
pub mod mistake;
mod sources;
mod upstream;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bridge::name::{ConnectionName, Scope, TenantName, fold};
use bridge::target::{Attribute, Target};
use jiff::SignedDuration;
use scim::dialect::Dialect;
use service::Credentials;
use toml::Spanned;

pub(crate) use auth::SHORTEST as SHORTEST_SECRET;
pub use mistake::Mistake;
use mistake::Text;
pub use upstream::Cxone;

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
    pub templates: BTreeMap<String, Target>,
    /// CXone users whom nobody adopts, changes or deactivates: user names as they are compared, and ids.
    pub protected: BTreeSet<String>,
    /// Its connections.
    pub connections: Vec<Connection>,
}

/// A connection's part.
#[derive(Clone)]
pub struct Connection {
    /// Tenant and name.
    pub scope: Scope,
    /// How the identity provider speaks.
    pub dialect: &'static Dialect,
    /// What opens it.
    pub credentials: Credentials,
    /// Whether a token is too short to withstand guessing.
    pub short_token: bool,
    /// How many removals the guard lets pass, and within which time; the default where nothing is said.
    pub guard: Option<(usize, Duration)>,
    /// Its plugins, in order.
    pub plugins: Vec<Plugin>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("scope", &self.scope)
            .field("idp", &self.dialect.name)
            .finish_non_exhaustive()
    }
}

/// A plugin of a connection.
#[derive(Clone)]
pub struct Plugin {
    /// Its name in messages: `use`, as it is written. A whole path of the server is nobody's business.
    pub name: String,
    /// A bundled plugin's name, or the path of a component.
    pub component: Component,
    /// Its settings, as JSON.
    pub settings: serde_json::Value,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("component", &self.component)
            .finish_non_exhaustive()
    }
}

/// Where a plugin's component comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Component {
    /// It is built in.
    Bundled(String),
    /// It is a file; a relative path counts from the configuration file.
    File(PathBuf),
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
        let table = interpolate::fill(table, &text, sources)?;
        let file: file::File = serde::Deserialize::deserialize(toml::de::Deserializer::from(table))
            .map_err(|error| text.toml(&error))?;
        check(file, &text)
    }
}

/// Gives sources of `${env:...}` and `${file:...}` to tests.
pub use sources::{Fixed, Sources, System};

fn check(file: file::File, text: &Text<'_>) -> Result<Config, Mistake> {
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
        .map(|(name, tenant)| check_tenant(&name, tenant, text))
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
    text: &Text<'_>,
) -> Result<Tenant, Mistake> {
    let tenant_name: TenantName = parse_name(name, text)?;
    let cxone = upstream::check(tenant.cxone, text)?;
    let mut templates = BTreeMap::new();
    for (template, values) in tenant.templates {
        templates.insert(template, check_template(values, text)?);
    }
    let connections = tenant
        .connections
        .into_iter()
        .map(|(name, connection)| check_connection(&tenant_name, &name, connection, text))
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
        connections,
    })
}

fn check_template(
    values: BTreeMap<Spanned<String>, String>,
    text: &Text<'_>,
) -> Result<Target, Mistake> {
    let mut target = Target::default();
    for (name, value) in values {
        let Some(attribute) =
            Attribute::parse(name.get_ref()).filter(|attribute| !attribute.required())
        else {
            let known: Vec<&str> = Attribute::ALL
                .iter()
                .filter(|attribute| !attribute.required())
                .map(|attribute| attribute.as_str())
                .collect();
            let message = format!("a template cannot set {:?}", name.get_ref());
            return Err(text.at(
                name.span(),
                message,
                Some(mistake::hint(name.get_ref(), &known)),
            ));
        };
        target.set(attribute, value);
    }
    Ok(target)
}

fn check_connection(
    tenant: &TenantName,
    name: &Spanned<String>,
    connection: file::Connection,
    text: &Text<'_>,
) -> Result<Connection, Mistake> {
    let connection_name: ConnectionName = parse_name(name, text)?;
    let Some(dialect) = Dialect::by_name(connection.idp.get_ref()) else {
        let known: Vec<&str> = Dialect::all().iter().map(|dialect| dialect.name).collect();
        let message = format!("the idp {:?} is not known", connection.idp.get_ref());
        return Err(text.at(
            connection.idp.span(),
            message,
            Some(mistake::hint(connection.idp.get_ref(), &known)),
        ));
    };
    let auth::Checked {
        credentials,
        short_token,
    } = auth::check(
        name,
        connection.token,
        connection.tokens,
        connection.auth,
        text,
    )?;
    if let Some(mode) = &connection.mode
        && mode.get_ref() != "live"
    {
        let message = format!("the mode {:?} is not known", mode.get_ref());
        return Err(text.at(
            mode.span(),
            message,
            Some("known: live, which is also the default".to_owned()),
        ));
    }
    let guard = match connection.guard {
        None => None,
        Some(guard) => Some((guard.removals, guard_time(&guard.within, text)?)),
    };
    let plugins = connection
        .plugins
        .into_iter()
        .map(|plugin| {
            let path = plugin.component.get_ref();
            let is_file = path.contains(['/', '\\']) || path.ends_with(".wasm");
            let component = if is_file {
                Component::File(text.path.parent().unwrap_or(Path::new(".")).join(path))
            } else {
                Component::Bundled(path.clone())
            };
            let settings = serde_json::to_value(plugin.settings).map_err(|error| {
                text.at(
                    plugin.component.span(),
                    format!("the settings are no JSON: {error}"),
                    None,
                )
            })?;
            Ok(Plugin {
                name: plugin.component.into_inner(),
                component,
                settings,
            })
        })
        .collect::<Result<_, Mistake>>()?;
    let scope = Scope {
        tenant: tenant.clone(),
        connection: connection_name,
    };
    Ok(Connection {
        scope,
        dialect,
        credentials,
        short_token,
        guard,
        plugins,
    })
}

fn guard_time(given: &Spanned<String>, text: &Text<'_>) -> Result<Duration, Mistake> {
    let parsed = given.get_ref().parse::<SignedDuration>().ok();
    let within = parsed.and_then(|within| Duration::try_from(within).ok());
    within.filter(|within| !within.is_zero()).ok_or_else(|| {
        let hint = Some("write it as \"1h\" or \"30m\"".to_owned());
        text.at(given.span(), "this is no time".to_owned(), hint)
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
