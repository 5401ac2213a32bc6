//! The log: lines on standard error, for people by default, for machines on request. And the metrics, for Prometheus.

pub(crate) mod measure;

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// How to log.
#[derive(Debug, Clone, clap::Args)]
pub struct LogOptions {
    /// What to log: error, warn, info, debug, trace, or as in `info,bridge=debug`
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "info",
        env = "JACKFIELD_LOG"
    )]
    log: String,
    /// Log one JSON object a line
    #[arg(long)]
    log_json: bool,
}

/// Starts logging. A level that cannot be read counts as `info`, and is said to.
pub fn start(arguments: &LogOptions) {
    // These log addresses at their finer levels, and an address may hold a user name.
    let quiet = "h2=warn,hyper=warn,hyper_util=warn,reqwest=warn,rustls=warn";
    let wanted = EnvFilter::try_new(format!("{},{quiet}", arguments.log));
    let unreadable = wanted.is_err();
    let filter = wanted.unwrap_or_else(|_| EnvFilter::new(format!("info,{quiet}")));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Guests' and upstream's texts reach the log escaped: no colour codes of theirs, and ours only on a terminal.
    let _ = if arguments.log_json {
        builder.json().try_init()
    } else {
        builder
            .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .try_init()
    };
    if unreadable {
        tracing::warn!("--log cannot be read as a level or filter: logging at info");
    }
}

/// The recorder of the process, if it is ours.
static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to count, once for each process.
pub fn install_metrics() {
    METRICS.get_or_init(|| match PrometheusBuilder::new().install_recorder() {
        Ok(handle) => {
            METRICS_TOLD.iter().for_each(describe);
            Some(handle)
        }
        Err(error) => {
            tracing::error!(%error, "there are no metrics");
            None
        }
    });
}

/// All metrics in the text format of Prometheus; empty before the first was installed.
pub fn metrics() -> String {
    let handle = METRICS.get().and_then(Option::as_ref);
    handle.map(PrometheusHandle::render).unwrap_or_default()
}

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// A metric: its name, kind, labels and what it is, as docs/operations.md has it.
pub type Metric = (&'static str, Kind, &'static [&'static str], &'static str);

const PLUGIN: &[&str] = &["tenant", "connection", "plugin"];

/// Every metric that there is. Labels take what the configuration names and fixed words, so their number is bounded.
pub const METRICS_TOLD: &[Metric] = &[
    (
        "jackfield_build_info",
        Kind::Gauge,
        &["version"],
        "1; the version of the program",
    ),
    (
        "jackfield_plugin_allocator",
        Kind::Gauge,
        &["kind"],
        "1; where plugins' memory comes from: pooling, or on-demand where too little address space made every call slower",
    ),
    (
        "jackfield_plugin_calls_total",
        Kind::Counter,
        &["tenant", "connection", "plugin", "export", "ending"],
        "calls of plugins, by how they ended: ok, error, trap, limit, busy (the guest pool had no room: counted for the first plugin of the chain, and for the next where that one is passed by); not-loaded for each request that met a plugin which is not there",
    ),
    (
        "jackfield_plugin_monitored_total",
        Kind::Counter,
        &["tenant", "connection", "plugin", "verdict"],
        "what plugins in mode = \"monitor\" would have done: changes, nothing, template, no-template, unknown-template, allow, amend, defer, deny, or how they failed",
    ),
    (
        "jackfield_plugin_recorded_total",
        Kind::Counter,
        &["tenant", "connection"],
        "plugin calls that were recorded",
    ),
    (
        "jackfield_plugin_recordings_dropped_total",
        Kind::Counter,
        &["tenant", "connection"],
        "plugin calls that were to be recorded and were not: too many at once, or they could not be written",
    ),
    (
        "jackfield_plugin_fuel_total",
        Kind::Counter,
        PLUGIN,
        "fuel that plugins used, about one for each instruction and for each byte moved in bulk",
    ),
    (
        "jackfield_plugin_seconds_total",
        Kind::Gauge,
        PLUGIN,
        "wall time that plugins used, in seconds; it only grows",
    ),
    (
        "jackfield_plugins_not_loaded",
        Kind::Gauge,
        &["tenant", "connection"],
        "plugins of the connection that could not be loaded; 0 once the connection is gone",
    ),
    (
        "jackfield_reload_failed",
        Kind::Gauge,
        &["tenant"],
        "1 while the tenant is served as before because the last reload did not take its configuration over, else 0",
    ),
    (
        "jackfield_reloads_total",
        Kind::Counter,
        &["tenant", "result"],
        "reloads, by what they made of the tenant: swapped, unchanged, removed, kept",
    ),
];

fn describe((name, kind, _, what): &Metric) {
    match kind {
        Kind::Counter => metrics::describe_counter!(*name, *what),
        Kind::Gauge => metrics::describe_gauge!(*name, *what),
    }
}

#[cfg(test)]
mod tests;
