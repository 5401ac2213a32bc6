//! `jackfield serve`.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::app;
use crate::command::{fail, say, told_to_stop};
use crate::config::Config;
use crate::telemetry;

/// What `serve` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "jackfield.toml")]
    config: PathBuf,
    #[command(flatten)]
    log: telemetry::LogOptions,
}

/// Serves until told to stop.
pub async fn run(arguments: Arguments) -> ExitCode {
    let config = match Config::load(&arguments.config) {
        Ok(config) => config,
        Err(mistake) => return fail(mistake),
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
    let public = config.public_url.clone();
    let engine = match app::engine() {
        Ok(engine) => engine,
        Err(error) => return fail(error),
    };
    let running = match app::start(config, &engine).await {
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
    told_to_stop().await;
    tracing::info!("stopping");
    running.stop().await;
    ExitCode::SUCCESS
}
