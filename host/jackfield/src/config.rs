//! The configuration: from a file, or a directory of them, to what the rooms need, or mistakes with their places and hints.
//!
//! [`file`] is the text as written, [`interpolate`] fills in `${env:NAME}` and `${file:PATH}`, [`mistake`] tells where and what,
//! [`reading`] goes tenant by tenant; the others check what the text's shape can't.

mod attributes;
mod auth;
mod choice;
mod connection;
mod file;
mod general;
mod interpolate;
pub mod mistake;
mod plugins;
mod policy;
mod print;
mod reading;
mod recording;
pub mod schema;
mod sources;
mod template;
mod upstream;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bridge::name::{TenantName, fold};
use bridge::policy::Policy;
use bridge::template::Template;
use toml::Spanned;

pub(crate) use auth::SHORTEST as SHORTEST_SECRET;
pub use connection::Connection;
pub use general::{General, Plugins};
use interpolate::Files;
use mistake::Text;
pub use mistake::{Mistake, Mistakes};
use plugins::SecretSettings;
pub use plugins::{Component, Plugin};
pub use print::Print;
pub use reading::Reading;
pub use recording::Recording;
pub use upstream::{Api, Cxone};

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// What holds for every tenant.
    pub general: General,
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
    /// Tells whether it is the same as another, what is filled in included.
    pub print: Print,
}

impl Config {
    /// Reads a configuration: a file, or a directory with a file for each tenant.
    ///
    /// # Errors
    /// All mistakes that can be told at once: one of what stands beside the tenants, and one of each tenant.
    pub fn load(path: &Path) -> Result<Self, Mistakes> {
        Reading::of(path).config()
    }

    /// Reads a configuration from a text. `path` is what mistakes name, and what relative paths count from.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub fn parse(path: &Path, text: &str, sources: &dyn Sources) -> Result<Self, Mistakes> {
        Reading::of_text(path, text, sources).config()
    }
}

/// Gives sources of `${env:...}` and `${file:...}` to tests.
pub use sources::{Fixed, Sources, System};

/// What is known of a tenant's table besides its values.
struct Read {
    files: Files,
    secret_settings: SecretSettings,
    print: Print,
}

fn check_tenant(
    name: &Spanned<String>,
    tenant: file::Tenant,
    read: &Read,
    text: &Text<'_>,
) -> Result<Tenant, Mistake> {
    let files = &read.files;
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
        .map(|(name, connection)| {
            connection::check(&tenant_name, &name, connection, &read.secret_settings, text)
        })
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
        print: read.print,
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
