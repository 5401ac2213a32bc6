//! `[[tenants.NAME.connections.NAME.plugins]]`: the plugins of a connection, in order.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use plugin::{FailurePolicy, OnFailure, PluginMode};
use registry::{Reference, ReferenceError};
use toml::Spanned;
use toml::de::DeValue;

use super::choice::choice;
use super::file;
use super::interpolate::refers;
use super::mistake::{Mistake, Text, hint};

/// A plugin of a connection.
#[derive(Clone)]
pub struct Plugin {
    /// Its name in messages, `use` where nothing is said. A whole path of the server is nobody's business.
    pub name: String,
    /// What `use` says, as it is written.
    pub used: String,
    /// Where its component comes from.
    pub component: Component,
    /// Its settings, as JSON.
    pub settings: serde_json::Value,
    /// Whether a text of the settings was filled in from elsewhere, and may be a secret.
    pub settings_secret: bool,
    /// Whether what it answers counts.
    pub mode: PluginMode,
    /// What becomes of a request that it fails.
    pub on_failure: FailurePolicy,
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("component", &self.component)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// Where a plugin's component comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Component {
    /// It is built in.
    Bundled(String),
    /// It is a file; a relative path counts from the file that names it.
    File(PathBuf),
    /// It is pulled from a registry.
    Oci(Reference),
}

const ON_FAILURE: [(&str, OnFailure); 3] = [
    ("reject", OnFailure::Reject),
    ("pass", OnFailure::Pass),
    ("owe", OnFailure::Owe),
];
const MODES: [(&str, PluginMode); 2] = [
    ("enforce", PluginMode::Enforce),
    ("monitor", PluginMode::Monitor),
];
/// The longest name of a plugin, in bytes: it stands in every line about it.
const LONGEST_NAME: usize = 200;

/// The plugins whose settings have a text that is filled in: connection, and place in its list.
pub(super) type SecretSettings = BTreeSet<(String, usize)>;

/// Looks for them in a tenant's table, before it is filled in.
pub(super) fn secret_settings(tenant: &DeValue<'_>) -> SecretSettings {
    let connections = tenant.get("connections").map(Spanned::get_ref);
    let connections = connections.and_then(DeValue::as_table);
    let plugins = connections.into_iter().flatten().flat_map(|(name, value)| {
        let plugins = value.get_ref().get("plugins").map(Spanned::get_ref);
        let plugins = plugins.and_then(DeValue::as_array);
        let plugins = plugins.into_iter().flat_map(|plugins| plugins.iter());
        let name = name.get_ref().to_string();
        plugins
            .enumerate()
            .map(move |(at, plugin)| (name.clone(), at, plugin))
    });
    plugins
        .filter(|(_, _, plugin)| {
            let settings = plugin.get_ref().get("settings");
            settings.is_some_and(|settings| refers(settings.get_ref()))
        })
        .map(|(name, at, _)| (name, at))
        .collect()
}

/// Checks the plugins of a connection; `secret` tells of each whether its settings were filled in.
pub(super) fn all(
    given: Vec<file::Plugin>,
    secret: impl Fn(usize) -> bool,
    text: &Text<'_>,
) -> Result<Vec<Plugin>, Mistake> {
    let mut plugins: Vec<Plugin> = Vec::new();
    for (at, given) in given.into_iter().enumerate() {
        let (named, used) = (
            given.name.as_ref().map(Spanned::span),
            given.component.span(),
        );
        let plugin = one(given, secret(at), text)?;
        if plugins.iter().any(|other| other.name == plugin.name) {
            let message = "another plugin of the connection has this name".to_owned();
            let hint = "without a name, `use` is it: give this one a `name`, which then stands in messages and at what it sets";
            let hint = named.is_none().then(|| hint.to_owned());
            return Err(text.at(named.unwrap_or(used), message, hint));
        }
        plugins.push(plugin);
    }
    Ok(plugins)
}

fn one(plugin: file::Plugin, settings_secret: bool, text: &Text<'_>) -> Result<Plugin, Mistake> {
    let settings = serde_json::to_value(plugin.settings).map_err(|error| {
        let message = format!("the settings are no JSON: {error}");
        text.at(plugin.component.span(), message, None)
    })?;
    Ok(Plugin {
        used: plugin.component.get_ref().clone(),
        component: component(&plugin.component, text)?,
        name: match plugin.name {
            Some(name) => checked_name(name, text)?,
            None => plugin.component.into_inner(),
        },
        settings,
        settings_secret,
        mode: choice("mode", plugin.mode.as_ref(), &MODES, text)?,
        on_failure: match plugin.on_failure {
            Some(given) => on_failure(given, text)?,
            None => FailurePolicy::default(),
        },
    })
}

fn component(given: &Spanned<String>, text: &Text<'_>) -> Result<Component, Mistake> {
    let used = given.get_ref();
    if used.contains("://") {
        return Reference::parse(used)
            .map(Component::Oci)
            .map_err(|error| text.at(given.span(), shown(&error, given, text), None));
    }
    let is_file = used.contains(['/', '\\']) || used.ends_with(".wasm");
    Ok(if is_file {
        Component::File(text.path.parent().unwrap_or(Path::new(".")).join(used))
    } else {
        Component::Bundled(used.clone())
    })
}

/// The error repeats the text, which may be a secret that got into the wrong place.
fn shown(error: &ReferenceError, given: &Spanned<String>, text: &Text<'_>) -> String {
    match text.filled_in(given.span()) {
        true => "what is filled in here is no reference of a registry".to_owned(),
        false => error.to_string(),
    }
}

fn checked_name(name: Spanned<String>, text: &Text<'_>) -> Result<String, Mistake> {
    let given = name.get_ref();
    if given.trim().is_empty()
        || given.len() > LONGEST_NAME
        || given.chars().any(char::is_control)
        || text.filled_in(name.span())
    {
        let message = format!("a plugin's name is a line of at most {LONGEST_NAME} bytes");
        let hint = Some("it is shown in messages: write it here and fill nothing in".to_owned());
        return Err(text.at(name.span(), message, hint));
    }
    Ok(name.into_inner())
}

fn on_failure(given: Spanned<file::OnFailure>, text: &Text<'_>) -> Result<FailurePolicy, Mistake> {
    let place = given.span();
    let each = match given.into_inner() {
        file::OnFailure::All(word) => {
            let word = Spanned::new(place, word);
            let all = choice("on_failure", Some(&word), &ON_FAILURE, text)?;
            return Ok(FailurePolicy {
                not_loaded: all,
                error: all,
                trap: all,
                limit: all,
                busy: all,
            });
        }
        file::OnFailure::Each(each) => each,
    };
    let mut policy = FailurePolicy::default();
    for (ending, word) in each {
        let field = match ending.get_ref().as_str() {
            "not_loaded" => &mut policy.not_loaded,
            "error" => &mut policy.error,
            "trap" => &mut policy.trap,
            "limit" => &mut policy.limit,
            "busy" => &mut policy.busy,
            other => {
                let message = format!("a plugin does not end with {other:?}");
                let hint = hint(other, &["not_loaded", "error", "trap", "limit", "busy"]);
                return Err(text.at(ending.span(), message, Some(hint)));
            }
        };
        *field = choice("on_failure", Some(&word), &ON_FAILURE, text)?;
    }
    Ok(policy)
}

#[cfg(test)]
mod tests;
