//! `[tenants.NAME.connections.NAME]`: one identity provider of a tenant.

use std::fmt;
use std::time::Duration;

use bridge::name::{ConnectionName, Scope, TenantName};
use bridge::policy::Mode;
use jiff::SignedDuration;
use scim::dialect::Dialect;
use service::Credentials;
use toml::Spanned;

use super::choice::choice;
use super::mistake::{Mistake, Text, hint};
use super::plugins::{self, Plugin, SecretSettings};
use super::recording::{self, Recording};
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
    /// What is recorded of their calls.
    pub recording: Recording,
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

pub(super) fn check(
    tenant: &TenantName,
    name: &Spanned<String>,
    connection: file::Connection,
    secret_settings: &SecretSettings,
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
    let secret = |at| secret_settings.contains(&(name.get_ref().clone(), at));
    let plugins = plugins::all(connection.plugins, secret, text)?;
    let recording = connection.recording;
    let recording = recording.map(|given| recording::check(&given, text));
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
        recording: recording.transpose()?.unwrap_or(Recording::FAILURES),
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
