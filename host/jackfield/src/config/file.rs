//! The configuration as written. Unknown keys are refused.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::{Spanned, Value};

/// What stands beside the tenants.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) listen: Listen,
    #[serde(default)]
    pub(super) ledger: Ledger,
    #[serde(default)]
    pub(super) plugins: Plugins,
    /// Taken out before, tenant by tenant: it is here for hints to name, and for what is no table.
    #[serde(default, rename = "tenants")]
    pub(super) _tenants: BTreeMap<String, IgnoredAny>,
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

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Plugins {
    pub(super) cache: Option<Spanned<String>>,
    pub(super) recordings: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) keys: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    pub(super) insecure_registries: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) assume_no_swap: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tenant {
    pub(super) cxone: Spanned<Cxone>,
    #[serde(default)]
    pub(super) protected: Vec<Spanned<String>>,
    pub(super) twins: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) templates: BTreeMap<String, BTreeMap<Spanned<String>, Spanned<Value>>>,
    #[serde(default)]
    pub(super) connections: BTreeMap<Spanned<String>, Connection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cxone {
    pub(super) api: Option<Spanned<String>>,
    pub(super) area: Option<Spanned<String>>,
    pub(super) base_url: Option<Spanned<String>>,
    pub(super) auth_url: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) discovery_urls: Vec<Spanned<String>>,
    pub(super) scim_path: Option<Spanned<String>>,
    pub(super) auth: Option<Spanned<String>>,
    pub(super) access_key_id: Option<Spanned<String>>,
    pub(super) access_key_secret: Option<Spanned<String>>,
    pub(super) client_id: Option<Spanned<String>>,
    pub(super) client_secret: Option<Spanned<String>>,
    pub(super) token: Option<Spanned<String>>,
    pub(super) default_role: Option<String>,
    pub(super) user_name_form: Option<Spanned<String>>,
    pub(super) pending_rename: Option<Spanned<String>>,
    pub(super) on_unreachable: Option<Spanned<String>>,
    pub(super) enabled_fields: Option<Vec<Spanned<String>>>,
    pub(super) disabled_field: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) defaults: BTreeMap<Spanned<String>, Spanned<Value>>,
    pub(super) time_zones: Option<Spanned<String>>,
    pub(super) rate: Option<Spanned<f64>>,
    pub(super) invite: Option<Spanned<bool>>,
    #[serde(default)]
    pub(super) roles: Vec<Role>,
    #[serde(default)]
    pub(super) teams: Vec<Named>,
    #[serde(default)]
    pub(super) login_authenticators: Vec<Named>,
    #[serde(default)]
    pub(super) assume: BTreeMap<Spanned<String>, Spanned<Value>>,
}

/// A role that the file states.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    pub(super) id: Spanned<String>,
    pub(super) name: Spanned<String>,
    pub(super) status: Option<Spanned<String>>,
}

/// A team or login authenticator that the file states.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub(super) id: Spanned<String>,
    pub(super) name: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Connection {
    pub(super) idp: Spanned<String>,
    pub(super) token: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) tokens: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) auth: Auth,
    pub(super) mode: Option<Spanned<String>>,
    pub(super) guard: Option<Guard>,
    #[serde(default)]
    pub(super) plugins: Vec<Plugin>,
    pub(super) recording: Option<Recording>,
}

/// Credentials other than tokens.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Auth {
    pub(super) basic: Option<Basic>,
    pub(super) oauth: Option<OAuth>,
    pub(super) workload_identity: Option<WorkloadIdentity>,
    pub(super) entra: Option<Entra>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Basic {
    pub(super) users: Vec<User>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    pub(super) name: Spanned<String>,
    pub(super) password: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OAuth {
    pub(super) token_ttl: Option<Spanned<String>>,
    pub(super) clients: Vec<Client>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    pub(super) id: Spanned<String>,
    pub(super) secrets: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) scopes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkloadIdentity {
    pub(super) client_id: String,
    pub(super) token_ttl: Option<Spanned<String>>,
    pub(super) tenant_id: Spanned<String>,
    pub(super) audiences: Spanned<Vec<String>>,
    pub(super) subject: Option<String>,
    pub(super) app_id: Option<String>,
    pub(super) keys_url: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entra {
    pub(super) tenant_id: Spanned<String>,
    pub(super) audiences: Option<Spanned<Vec<String>>>,
    pub(super) subject: Option<String>,
    pub(super) app_id: Option<String>,
    pub(super) keys_url: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plugin {
    #[serde(rename = "use")]
    pub(super) component: Spanned<String>,
    pub(super) name: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) settings: toml::Table,
    pub(super) mode: Option<Spanned<String>>,
    pub(super) on_failure: Option<Spanned<OnFailure>>,
}

/// One word for every ending, or a word for each.
pub(super) enum OnFailure {
    All(String),
    Each(BTreeMap<Spanned<String>, Spanned<String>>),
}

impl<'de> Deserialize<'de> for OnFailure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = OnFailure;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word, or a table of words")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<OnFailure, E> {
                Ok(OnFailure::All(word.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OnFailure, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(OnFailure::Each)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recording {
    pub(super) sample: Option<Spanned<f64>>,
    pub(super) bytes: Option<Spanned<u64>>,
    pub(super) values: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Guard {
    pub(super) removals: usize,
    pub(super) within: Spanned<String>,
}
