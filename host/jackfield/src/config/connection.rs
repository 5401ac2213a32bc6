//! `[tenants.NAME.connections.NAME]`: one identity provider of a tenant.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bridge::name::{ConnectionName, Scope, TenantName};
use bridge::policy::Mode;
use jiff::SignedDuration;
use scim::dialect::Dialect;
use service::Credentials;
use toml::Spanned;

use super::choice::choice;
use super::mistake::{Mistake, Text, hint};
use super::{auth, file, parse_name};

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
    /// Whether CXone is written to.
    pub mode: Mode,
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
            .field("mode", &self.mode)
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

pub(super) fn check(
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
            Some(hint(connection.idp.get_ref(), &known)),
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
    let modes = [("live", Mode::Live), ("observe", Mode::Observe)];
    let mode = choice("mode", connection.mode.as_ref(), &modes, text)?;
    let guard = match connection.guard {
        None => None,
        Some(guard) => Some((guard.removals, guard_time(&guard.within, text)?)),
    };
    let plugins = connection.plugins.into_iter();
    let plugins = plugins
        .map(|given| plugin(given, text))
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
        mode,
        guard,
        plugins,
    })
}

fn plugin(plugin: file::Plugin, text: &Text<'_>) -> Result<Plugin, Mistake> {
    let path = plugin.component.get_ref();
    let is_file = path.contains(['/', '\\']) || path.ends_with(".wasm");
    let component = if is_file {
        Component::File(text.path.parent().unwrap_or(Path::new(".")).join(path))
    } else {
        Component::Bundled(path.clone())
    };
    let settings = serde_json::to_value(plugin.settings).map_err(|error| {
        let message = format!("the settings are no JSON: {error}");
        text.at(plugin.component.span(), message, None)
    })?;
    Ok(Plugin {
        name: plugin.component.into_inner(),
        component,
        settings,
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
