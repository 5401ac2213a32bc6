//! Our own metrics. Those of plugin calls are measured where the calls are made.

use bridge::name::Scope;
use metrics::{counter, gauge};
use plugin::Engine;

/// Counts what a reload made of a tenant.
pub(crate) fn reloaded(tenant: &str, result: &'static str) {
    counter!("jackfield_reloads_total", "tenant" => tenant.to_owned(), "result" => result)
        .increment(1);
}

/// Whether the last reload refused a tenant's part.
pub(crate) fn reload_failed(tenant: &str, failed: bool) {
    gauge!("jackfield_reload_failed", "tenant" => tenant.to_owned()).set(f64::from(failed));
}

/// How many plugins of a connection that is served are not loaded: a set that was refused has counted its own.
pub(crate) fn not_loaded(scope: &Scope, plugins: usize) {
    let (tenant, connection) = (scope.tenant.to_string(), scope.connection.to_string());
    let plugins = u32::try_from(plugins).unwrap_or(u32::MAX);
    gauge!("jackfield_plugins_not_loaded", "tenant" => tenant, "connection" => connection)
        .set(f64::from(plugins));
}

/// Which program this is, and where its guests' instances come from.
pub(crate) fn engine(engine: &Engine) {
    gauge!("jackfield_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let kind = engine.allocator().to_string();
    gauge!("jackfield_plugin_allocator", "kind" => kind).set(1.0);
}
