//! `jackfield check`: whether everything is as it must be, and what to do where it is not.

mod clock;
mod config;
mod finding;
mod ledger;
mod listeners;
mod plugins;
mod probing;
mod service;
mod tenant;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bridge::name::TenantName;
use client::Client;
use plugin::Engine;
use tokio::sync::watch;

use crate::app;
use crate::command::{fail, say, say_json, told_to_stop};
use crate::config::{Reading, Tenant};

pub use finding::{Area, Finding, Level, Report};

/// What `check` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Ends with 0 if all is well, with 1 if there are warnings only, with 2 if there is a failure.\n\
CXone is only read, but for --probe-user."
)]
pub struct Arguments {
    /// The configuration: a file, or a directory with a file for each tenant
    #[arg(long, value_name = "FILE", default_value = "jackfield.toml")]
    config: PathBuf,
    /// Writes one JSON object
    #[arg(long)]
    json: bool,
    /// Checks this tenant alone
    #[arg(long, value_name = "NAME")]
    tenant: Option<TenantName>,
    /// Settles by reading what nobody outside NiCE knows of CXone
    #[arg(long)]
    probe: bool,
    /// Settles more of it by writing on this user of CXone, who gets back what was there before
    #[arg(long, value_name = "NAME")]
    probe_user: Option<String>,
    /// Does not ask before writing on the user of --probe-user
    #[arg(long, requires = "probe_user")]
    yes: bool,
}

/// What is checked.
#[derive(Debug, Clone)]
pub struct Options {
    /// This tenant alone.
    pub tenant: Option<TenantName>,
    /// Whether the probes that read are run.
    pub probe: bool,
    /// The user whom the probes write on.
    pub probe_user: Option<String>,
    /// Turns true when the probes shall end.
    pub stop: watch::Receiver<bool>,
}

impl Options {
    /// Checks and no probes.
    pub fn plain() -> Self {
        Self {
            tenant: None,
            probe: false,
            probe_user: None,
            stop: watch::channel(false).1,
        }
    }
}

/// 64: a usage error.
fn usage(reason: impl std::fmt::Display) -> ExitCode {
    let _ = fail(reason);
    ExitCode::from(64)
}

/// Checks, and says what was found.
pub async fn run(arguments: Arguments) -> ExitCode {
    if let Some(name) = arguments.probe_user.as_deref().filter(|_| !arguments.yes) {
        match confirmed(name) {
            Some(true) => {}
            Some(false) => return fail("nothing was checked: another name was typed"),
            None => {
                return usage(
                    "--probe-user writes in CXone and there is no terminal to ask at: add --yes",
                );
            }
        }
    }
    let (stop, stopped) = watch::channel(false);
    let options = Options {
        tenant: arguments.tenant,
        probe: arguments.probe,
        probe_user: arguments.probe_user,
        stop: stopped,
    };
    // What is wrong with it is told below.
    let general = Reading::of(&arguments.config).general.ok();
    let plugins = general.as_ref().map(|general| &general.plugins);
    let engine = match app::engine_for_checks(plugins) {
        Ok(engine) => engine,
        Err(error) => return fail(error),
    };
    let checking = check(&arguments.config, &options, &engine);
    let probes = options.probe_user.is_some();
    let ended = async {
        tokio::pin!(checking);
        loop {
            tokio::select! {
                report = &mut checking => return report,
                // Who is written on is given back first.
                () = told_to_stop(), if !*stop.borrow() => {
                    if !probes {
                        return Err(Refused::Stopped);
                    }
                    stop.send_replace(true);
                }
            }
        }
    };
    let report = match ended.await {
        Ok(report) => report,
        Err(Refused::Usage(reason)) => return usage(reason),
        Err(Refused::Stopped) => return fail("stopped"),
    };
    if arguments.json {
        say_json(&report.to_json());
    } else {
        say(report.text().trim_end());
    }
    ExitCode::from(report.exit())
}

/// Whether the name was typed again; `None` where there is no terminal.
fn confirmed(name: &str) -> Option<bool> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return None;
    }
    let asked = dialoguer::Input::<String>::new()
        .with_prompt(format!(
            "The probes write on {name:?} in CXone: they rename nothing, change role, address and number for moments, deactivate and \
             revive, and give back what was there. CXone may send mail to the user. Type the user name again"
        ))
        .interact_text();
    Some(asked.is_ok_and(|typed| typed.trim() == name))
}

/// Why nothing was checked.
#[derive(Debug)]
pub enum Refused {
    /// What was asked makes no sense with this configuration.
    Usage(String),
    /// Somebody stopped it.
    Stopped,
}

/// Checks everything. Tenants are checked side by side, each step for 10 s at most.
///
/// # Errors
/// [`Refused::Usage`].
pub async fn check(path: &Path, options: &Options, engine: &Engine) -> Result<Report, Refused> {
    let mut report = Report::default();
    let loaded = config::load(path);
    report.findings.extend(loaded.findings);
    let Some(config) = loaded.config else {
        return Ok(report);
    };
    let wanted = |tenant: &&Tenant| {
        options
            .tenant
            .as_ref()
            .is_none_or(|name| tenant.name == *name)
    };
    let tenants: Vec<&Tenant> = config.tenants.iter().filter(wanted).collect();
    if let (Some(name), true) = (&options.tenant, tenants.is_empty()) {
        return Err(Refused::Usage(format!(
            "the configuration has no tenant {name}"
        )));
    }
    if options.probe_user.is_some() && tenants.len() > 1 {
        let names: Vec<&str> = tenants.iter().map(|tenant| tenant.name.as_str()).collect();
        return Err(Refused::Usage(format!(
            "--probe-user needs --tenant, one of {}",
            names.join(", ")
        )));
    }
    let client = match Client::new(client::Settings::default()) {
        Ok(client) => client,
        Err(error) => {
            let said = error.to_string();
            report
                .findings
                .push(Finding::failure(Area::Config, "client", said));
            return Ok(report);
        }
    };
    let service = service::running(&client, config.general.admin).await;
    report
        .findings
        .extend(plugins::check(&config.general, &tenants, engine).await);
    let (findings, glance) = ledger::check(&config.general.ledger, service.as_ref());
    report.findings.extend(findings);
    report
        .findings
        .extend(listeners::check(&config, service.as_ref(), &client).await);

    let here = tenant::Here {
        client: &client,
        glance: glance.as_ref(),
        service: service.as_ref(),
        assumed: &loaded.assumed,
        options,
    };
    let checks = tenants.iter().map(|tenant| tenant::check(tenant, &here));
    let checked = side_by_side(checks).await;
    report.findings.extend(clock::check(&checked));
    for tenant in checked {
        report.findings.extend(tenant.findings);
        if let Some(probed) = tenant.probed {
            report.probed.insert(tenant.name.to_string(), probed);
        }
    }
    Ok(report)
}

/// Waits for all, in order, while they go on beside each other.
async fn side_by_side<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = all.map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(|context| {
        let mut pending = false;
        for (future, done) in &mut waiting {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *done = Some(value),
                    std::task::Poll::Pending => pending = true,
                }
            }
        }
        if pending {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    waiting.into_iter().filter_map(|(_, done)| done).collect()
}
