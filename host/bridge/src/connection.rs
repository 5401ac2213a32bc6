//! Tenants and connections, as the line needs them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use scim::dialect::Dialect;

use crate::guard::Guard;
use crate::name::{Scope, TenantName, fold};
use crate::policy::{Mode, Policy};
use crate::port::cxone::{Cxone, Held};
use crate::port::plugins::Plugins;
use crate::target::Attribute;
use crate::template::Template;
use crate::user::User;

/// One CXone business unit.
#[derive(Debug)]
pub struct Tenant {
    /// Its name in the configuration and in URLs.
    pub name: TenantName,
    /// Its CXone.
    pub cxone: Arc<dyn Cxone>,
    /// The role that CXone gives when none is named; empty switches the check off.
    pub default_role: String,
    /// The templates that a chooser may name, with what they set.
    pub templates: Arc<BTreeMap<String, Template>>,
    /// CXone users whom nobody here adopts, changes or deactivates: folded user names and CXone ids.
    pub protected: BTreeSet<String>,
    /// What it decides where more than one way is right.
    pub policy: Policy,
}

impl Tenant {
    /// Whether a user name, or a CXone id, is one of the protected.
    pub fn protects(&self, name_or_id: &str) -> bool {
        self.protected.contains(name_or_id) || self.protected.contains(&fold(name_or_id))
    }

    /// Whether somebody found in CXone is protected.
    pub fn protects_held(&self, held: &Held) -> bool {
        let name = held.target.get(Attribute::UserName);
        held.own || self.protects(&held.id) || name.is_some_and(|name| self.protects(name))
    }

    /// Whether a user is somebody protected in CXone.
    pub fn protects_user(&self, user: &User) -> bool {
        let accepted = user.accepted.as_ref();
        let names = [
            user.link.as_deref(),
            user.link.as_ref().and(user.target_name.as_deref()),
            accepted.and_then(|target| target.get(Attribute::UserName)),
        ];
        user.link.is_some() && names.into_iter().flatten().any(|name| self.protects(name))
    }
}

/// One identity provider of a tenant.
#[derive(Debug)]
pub struct Connection {
    /// Tenant and connection.
    pub scope: Scope,
    /// Whether CXone is written to.
    pub mode: Mode,
    /// How the identity provider speaks.
    pub dialect: &'static Dialect,
    /// The source paths that its plugins read, for discovery.
    pub takes: Vec<String>,
    /// What holds a storm of removals.
    pub guard: Guard,
    /// Its plugins.
    pub plugins: Arc<dyn Plugins>,
    /// The tenant.
    pub tenant: Arc<Tenant>,
}

impl Connection {
    /// Whether CXone is only read.
    pub fn observes(&self) -> bool {
        self.mode == Mode::Observe
    }
}
