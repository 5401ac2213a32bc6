//! Tenants and connections, as the line needs them.

use std::collections::BTreeMap;
use std::sync::Arc;

use scim::dialect::Dialect;

use crate::name::{Scope, TenantName};
use crate::port::cxone::Cxone;
use crate::port::plugins::Plugins;
use crate::target::Target;

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
    pub templates: Arc<BTreeMap<String, Target>>,
}

/// One identity provider of a tenant.
#[derive(Debug)]
pub struct Connection {
    /// Tenant and connection.
    pub scope: Scope,
    /// How the identity provider speaks.
    pub dialect: &'static Dialect,
    /// Its plugins.
    pub plugins: Arc<dyn Plugins>,
    /// The tenant.
    pub tenant: Arc<Tenant>,
}
