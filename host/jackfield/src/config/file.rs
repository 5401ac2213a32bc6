//! The configuration file as written. Unknown keys are refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) listen: Listen,
    #[serde(default)]
    pub(super) ledger: Ledger,
    #[serde(default)]
    pub(super) tenants: BTreeMap<Spanned<String>, Tenant>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Listen {
    pub(super) scim: Option<Spanned<String>>,
    pub(super) admin: Option<Spanned<String>>,
    pub(super) public_url: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Ledger {
    pub(super) url: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tenant {
    pub(super) cxone: Spanned<Cxone>,
    #[serde(default)]
    pub(super) templates: BTreeMap<String, BTreeMap<Spanned<String>, String>>,
    #[serde(default)]
    pub(super) connections: BTreeMap<Spanned<String>, Connection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cxone {
    pub(super) api: Option<Spanned<String>>,
    pub(super) base_url: Spanned<String>,
    pub(super) scim_path: Option<Spanned<String>>,
    pub(super) auth: Option<Spanned<String>>,
    pub(super) access_key_id: Option<Spanned<String>>,
    pub(super) access_key_secret: Option<Spanned<String>>,
    pub(super) token: Option<Spanned<String>>,
    pub(super) default_role: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Connection {
    pub(super) idp: Spanned<String>,
    pub(super) token: Spanned<String>,
    pub(super) mode: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) plugins: Vec<Plugin>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plugin {
    #[serde(rename = "use")]
    pub(super) component: Spanned<String>,
    #[serde(default)]
    pub(super) settings: toml::Table,
}
