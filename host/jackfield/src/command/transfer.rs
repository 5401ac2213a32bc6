//! `jackfield transfer`.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bridge::name::{ConnectionName, TenantName};
use client::{Client, Failure, Method, Request, Url};
use serde_json::Value;
use service::Transfer;

use crate::app;
use crate::command::{fail, say};
use crate::config::Config;

/// How long a running service may take: each user is a commit of its own.
const PATIENCE: Duration = Duration::from_secs(600);

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
    let transfer = Transfer {
        tenant: arguments.tenant,
        from: arguments.from,
        to: arguments.to,
        users: arguments.users,
    };
    let done = match through_service(&config, &transfer).await {
        Ok(Some(done)) => done,
        Ok(None) => match in_ledger(config, &transfer).await {
            Ok(done) => done,
            Err(reason) => return fail(reason),
        },
        Err(reason) => return fail(reason),
    };
    report(&done)
}

/// `None` where no service runs at the configured address.
async fn through_service(config: &Config, transfer: &Transfer) -> Result<Option<Value>, String> {
    let mut admin = config.admin;
    if admin.ip().is_unspecified() {
        admin.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let url = format!("http://{admin}/admin/transfer");
    let url = Url::parse(&url).map_err(|error| error.to_string())?;
    let client = Client::new(client::Settings::default()).map_err(|error| error.to_string())?;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let request = Request::new(Method::POST, url, "/admin/transfer", deadline);
    match client.send(request.json(&transfer.to_json())).await {
        Ok(answer) if answer.status.is_success() => Ok(answer.json()),
        Ok(answer) => {
            let body = answer.json().unwrap_or_default();
            let error = body["error"].as_str().unwrap_or("the service refused");
            Err(error.to_owned())
        }
        Err(Failure::Connect { .. }) => Ok(None),
        Err(failure) => Err(format!("the running service did not answer: {failure}")),
    }
}

async fn in_ledger(config: Config, transfer: &Transfer) -> Result<Value, String> {
    let engine = app::engine().map_err(|error| error.to_string())?;
    let bridge = app::offline(config, &engine).map_err(|error| error.to_string())?;
    transfer.carry_out(&bridge).await
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
