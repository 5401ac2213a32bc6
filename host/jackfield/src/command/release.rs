//! `jackfield release`.

use std::path::PathBuf;
use std::process::ExitCode;

use bridge::name::{ConnectionName, Scope, TenantName};
use service::Command;

use crate::command::{fail, running, say};
use crate::config::Config;

/// What `release` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The tenant
    tenant: TenantName,
    /// The connection whose removals the guard holds
    connection: ConnectionName,
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "jackfield.toml")]
    config: PathBuf,
}

/// Releases through the running service; with none running, in its ledger.
pub async fn run(arguments: Arguments) -> ExitCode {
    let config = match Config::load(&arguments.config) {
        Ok(config) => config,
        Err(mistake) => return fail(mistake),
    };
    let command = Command::Release(Scope {
        tenant: arguments.tenant,
        connection: arguments.connection,
    });
    match running::carry_out(config, &command).await {
        Ok(done) => {
            say(format_args!("{} released", done["released"]));
            ExitCode::SUCCESS
        }
        Err(reason) => fail(reason),
    }
}
