//! `jackfield simulate`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use simulator::{Settings, Simulator};
use tokio::net::TcpListener;

use crate::command::{fail, say, told_to_stop};

/// What `simulate` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = switches())]
pub struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
    /// Settings to start with, as for PUT /simulator/settings: a .json or .toml file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// The switches, for `--help`.
fn switches() -> String {
    let mut text = String::from(
        "Switches, set while it runs by PUT /simulator/settings {\"switches\":{NAME: VALUE}}:\n",
    );
    for switch in simulator::Switches::describe() {
        text.push_str(&format!(
            "  {:<26} {} (default {})\n",
            switch.name,
            switch.allowed.join("|"),
            switch.default
        ));
    }
    text.push_str("\ndocs/simulator.md says what each stands for.");
    text
}

/// Simulates until told to stop.
pub async fn run(arguments: Arguments) -> ExitCode {
    let settings = match arguments.config {
        None => Settings::default(),
        Some(path) => {
            let extension = path
                .extension()
                .and_then(|extension| extension.to_str())
                .unwrap_or_default()
                .to_owned();
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) => {
                    return fail(format_args!("{} cannot be read: {error}", path.display()));
                }
            };
            match Settings::from_text(&text, &extension) {
                Ok(settings) => settings,
                Err(error) => return fail(format_args!("{}: {error}", path.display())),
            }
        }
    };
    let listener = match TcpListener::bind(arguments.listen).await {
        Ok(listener) => listener,
        Err(error) => {
            return fail(format_args!(
                "cannot listen on {}: {error}",
                arguments.listen
            ));
        }
    };
    let running = match Simulator::start(listener, settings) {
        Ok(running) => running,
        Err(error) => return fail(format_args!("the simulator does not start: {error}")),
    };
    say(format_args!("CXone, simulated, on {}", running.base_url()));
    say(format_args!(
        "state  {}/simulator/state",
        running.base_url()
    ));
    told_to_stop().await;
    running.shutdown().await;
    ExitCode::SUCCESS
}
