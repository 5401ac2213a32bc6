//! `jackfield transfer`.

use std::path::PathBuf;
use std::process::ExitCode;

use bridge::name::{ConnectionName, TenantName};
use serde_json::Value;
use service::Command;

use crate::command::{fail, running, say};
use crate::config::Config;

/// What `transfer` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The tenant
    tenant: TenantName,
    /// The connection whose users go
    from: ConnectionName,
    /// The connection that they go to
    to: ConnectionName,
    /// User names; everybody whom the connection has in CXone if none are given
    users: Vec<String>,
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "jackfield.toml")]
    config: PathBuf,
}

/// Transfers through the running service; with none running, in its ledger.
pub async fn run(arguments: Arguments) -> ExitCode {
    let config = match Config::load(&arguments.config) {
        Ok(config) => config,
        Err(mistake) => return fail(mistake),
    };
    let command = Command::Transfer {
        tenant: arguments.tenant,
        from: arguments.from,
        to: arguments.to,
        users: arguments.users,
    };
    match running::carry_out(config, &command).await {
        Ok(done) => report(&done),
        Err(reason) => fail(reason),
    }
}

fn report(done: &Value) -> ExitCode {
    let list = |name: &str| done[name].as_array().cloned().unwrap_or_default();
    let (moved, stayed) = (list("moved"), list("stayed"));
    for user in &moved {
        say(format_args!(
            "moved   {}",
            user.as_str().unwrap_or_default()
        ));
    }
    for user in &stayed {
        let text = |name: &str| user[name].as_str().unwrap_or_default();
        say(format_args!("stayed  {}: {}", text("user"), text("reason")));
    }
    say(format_args!(
        "{} moved, {} stayed",
        moved.len(),
        stayed.len()
    ));
    if stayed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
