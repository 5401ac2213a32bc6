//! `jackfield serve`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::{self, Reloads};
use crate::command::{fail, say, told_to_stop};
use crate::config::Config;
use crate::telemetry;

/// How long the end waits for what was recorded of plugins' calls.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What `serve` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The configuration: a file, or a directory with a file for each tenant
    #[arg(long, value_name = "FILE", default_value = "jackfield.toml")]
    config: PathBuf,
    #[command(flatten)]
    log: telemetry::LogOptions,
}

/// Serves until told to stop.
pub async fn run(arguments: Arguments) -> ExitCode {
    // Before anything else: unheard, it would end the process.
    let hangups = match signal(SignalKind::hangup()) {
        Ok(hangups) => hangups,
        Err(error) => return fail(format_args!("SIGHUP cannot be heard: {error}")),
    };
    let config = match Config::load(&arguments.config) {
        Ok(config) => config,
        Err(mistakes) => {
            for mistake in mistakes.iter() {
                let _ = fail(mistake);
            }
            return ExitCode::from(2);
        }
    };
    telemetry::start(&arguments.log);
    for connection in config.tenants.iter().flat_map(|tenant| &tenant.connections) {
        if connection.short_token {
            let connection = connection.scope.to_string();
            tracing::warn!(
                connection,
                "its token is short: `jackfield token` makes a better one"
            );
        }
    }
    let bases: Vec<String> = config
        .tenants
        .iter()
        .flat_map(|tenant| &tenant.connections)
        .map(|connection| format!("/{}/scim/v2", connection.scope))
        .collect();
    let public = config.general.public_url.clone();
    let engine = match app::engine_of(&config.general.plugins) {
        Ok(engine) => engine,
        Err(error) => return fail(error),
    };
    let path = Some(arguments.config);
    let running = match app::start_from(config, path, &engine).await {
        Ok(running) => running,
        Err(error) => return fail(error),
    };
    let origin = public.unwrap_or_else(|| format!("http://{}", running.scim));
    for base in bases {
        say(format_args!(
            "SCIM   {}{base}",
            origin.trim_end_matches('/')
        ));
    }
    say(format_args!("admin  http://{}/readyz", running.admin));
    let reloading = tokio::spawn(reload_at(hangups, running.reloads()));
    told_to_stop().await;
    tracing::info!("stopping");
    reloading.abort();
    running.stop().await;
    if !plugin::flush_recordings(LAST_WORDS) {
        tracing::warn!("the last plugin calls could not be recorded in time");
    }
    ExitCode::SUCCESS
}

/// Reads the configuration anew at each SIGHUP. Those that come meanwhile are one.
async fn reload_at(mut hangups: Signal, reloads: Reloads) {
    while hangups.recv().await.is_some() {
        tracing::info!("SIGHUP: the configuration is read anew");
        if let Err(reason) = reloads.reload().await {
            tracing::error!(reason, "nothing is reloaded");
        }
    }
}
