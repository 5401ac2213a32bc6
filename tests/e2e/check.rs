//! `jackfield check` against the simulated CXone: set-ups that are right, and set-ups that are broken.

mod broken;
mod command;
mod plugins;
mod probes;
mod service;
mod users;

use std::path::PathBuf;

use jackfield::command::check::{Finding, Level, Options, Report, check};
use serde_json::Value;
use simulator::{Settings, Simulator};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::world::{ENTRA, engine};

/// A configuration and a simulated CXone, with nothing in between.
struct Stage {
    simulator: simulator::Running,
    directory: TempDir,
    toml: String,
}

impl Stage {
    /// The binding configuration, against a simulator of these settings.
    async fn with(settings: Value) -> Self {
        let directory = TempDir::new().expect("a directory");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let settings = Settings::from_text(&settings.to_string(), "json").expect("settings");
        let simulator = Simulator::start(listener, settings).expect("a simulator");
        let toml = format!(
            r#"
[listen]
scim = "127.0.0.1:0"
admin = "127.0.0.1:0"
[ledger]
url = "sqlite:{}"
[tenants.acme.cxone]
api = "scim"
base_url = "{}"
access_key_id = "simulator"
access_key_secret = "simulator-secret"
default_role = "Agent"
rate = 10000
{}"#,
            directory.path().join("jackfield.db").display(),
            simulator.base_url(),
            ENTRA.replace("test-token", "a-token-of-some-length"),
        );
        Self {
            simulator,
            directory,
            toml,
        }
    }

    /// The same with another configuration.
    fn change(mut self, from: &str, to: &str) -> Self {
        assert!(self.toml.contains(from), "{from}");
        self.toml = self.toml.replace(from, to);
        self
    }

    fn path(&self) -> PathBuf {
        let path = self.directory.path().join("jackfield.toml");
        std::fs::write(&path, &self.toml).expect("a file");
        path
    }

    async fn check(&self) -> Report {
        self.check_with(Options::plain()).await
    }

    async fn check_with(&self, options: Options) -> Report {
        check(&self.path(), &options, engine())
            .await
            .expect("a report")
    }

    /// As it is printed, with the names of a real place.
    fn shown(&self, report: &Report) -> String {
        let directory = self.directory.path().display().to_string();
        let host = self.simulator.base_url();
        let bare = host.strip_prefix("http://").expect("a host");
        let text = report
            .text()
            .replace(&host, "https://na1.nice-incontact.com");
        let text = text.replace(bare, "na1.nice-incontact.com");
        text.replace(&format!("{directory}/"), "")
            .replace(&directory, ".")
    }
}

/// The findings of a check.
fn of<'a>(report: &'a Report, check: &str) -> Vec<&'a Finding> {
    let findings = report.findings.iter();
    findings.filter(|finding| finding.check == check).collect()
}

/// The one finding of a check.
#[track_caller]
fn one<'a>(report: &'a Report, check: &str) -> &'a Finding {
    match of(report, check).as_slice() {
        [finding] => finding,
        other => panic!("{check}: {other:#?}\n{}", report.text()),
    }
}

#[track_caller]
fn is(report: &Report, check: &str, level: Level, words: &str) {
    let finding = one(report, check);
    assert_eq!(finding.level, level, "{}", report.text());
    assert!(finding.said.contains(words), "{}", report.text());
}
