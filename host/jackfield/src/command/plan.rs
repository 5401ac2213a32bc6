//! `jackfield plan`.

mod text;

use std::path::PathBuf;
use std::process::ExitCode;

use bridge::name::TenantName;
use service::Command;

use crate::command::{fail, running, say, say_json};
use crate::config::Config;
pub(super) use text::meaning;

/// What `plan` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The tenant
    tenant: TenantName,
    /// Shows every user, not only the first 20 of each kind
    #[arg(long)]
    all: bool,
    /// Writes JSON
    #[arg(long)]
    json: bool,
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "jackfield.toml")]
    config: PathBuf,
}

/// Plans through the running service; with none running, over its ledger.
pub async fn run(arguments: Arguments) -> ExitCode {
    let config = match Config::load(&arguments.config) {
        Ok(config) => config,
        Err(mistake) => return fail(mistake),
    };
    let tenant = arguments.tenant;
    let planned = match running::carry_out(config, &Command::Plan { tenant }).await {
        Ok(planned) => planned,
        Err(reason) => return fail(reason),
    };
    if arguments.json {
        say_json(&planned);
        return ExitCode::SUCCESS;
    }
    match serde_json::from_value(planned) {
        Ok(plan) => {
            say(text::text(&plan, arguments.all).trim_end());
            ExitCode::SUCCESS
        }
        Err(error) => fail(format_args!(
            "the running service plans in other words, it may be another version: {error}"
        )),
    }
}
