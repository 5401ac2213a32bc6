//! Commands that need the ledger: through the running service; with none running, in its ledger.

use std::net::Ipv4Addr;
use std::time::Duration;

use client::{Client, Failure, Method, Request, Url};
use serde_json::Value;
use service::Command;
use tokio::time::Instant;

use crate::app;
use crate::config::Config;

/// How long a running service may take: each user is a commit of its own.
const PATIENCE: Duration = Duration::from_secs(600);
/// The longest answer, in bytes: a plan describes up to 10,000 users.
const LONGEST: usize = 128 * 1024 * 1024;

/// Carries a command out.
///
/// # Errors
/// Why it was not, for people.
pub(crate) async fn carry_out(config: Config, command: &Command) -> Result<Value, String> {
    match through_service(&config, command).await? {
        Some(done) => Ok(done),
        None => {
            let engine =
                app::engine_of(&config.general.plugins).map_err(|error| error.to_string())?;
            let bridge = app::offline(config, &engine).await;
            let bridge = bridge.map_err(|error| error.to_string())?;
            command.carry_out(&bridge).await
        }
    }
}

/// `None` where no service runs at the configured address.
async fn through_service(config: &Config, command: &Command) -> Result<Option<Value>, String> {
    let mut admin = config.general.admin;
    if admin.ip().is_unspecified() {
        admin.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let url = format!("http://{admin}{}", command.path());
    let url = Url::parse(&url).map_err(|error| error.to_string())?;
    let settings = client::Settings {
        answer_cap: LONGEST,
        ..client::Settings::default()
    };
    let client = Client::new(settings).map_err(|error| error.to_string())?;
    let request = Request::new(Method::POST, url, command.path(), Instant::now() + PATIENCE);
    match client.send(request.json(&command.to_json())).await {
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
