//! The command line.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::command::{
    check, compile_plugin, config, demo, explain, init, match_users, plan, plugin, release, retry,
    serve, simulate, token, transfer,
};

/// SCIM for NiCE CXone: identity providers talk to it as to a complete SCIM service, CXone is spoken to as it needs.
#[derive(Debug, Parser)]
#[command(name = "jackfield", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays a provisioning cycle with nothing but this binary, then stays up to be tried
    Demo(demo::Arguments),
    /// Makes a configuration: finds CXone with an access key, and says what to enter at the identity provider
    Init(Box<init::Arguments>),
    /// Checks configuration, plugins, ledger, listeners and each tenant's CXone, and says what to do
    Check(check::Arguments),
    /// Tells about the configuration file: its schema
    Config(config::Arguments),
    /// Compiles one component, for `serve`
    #[command(hide = true)]
    CompilePlugin,
    /// Serves the connections of a configuration file
    Serve(serve::Arguments),
    /// Simulates CXone's provisioning surface, for trying and testing
    Simulate(simulate::Arguments),
    /// Finds out who of a connection is whom in CXone, and links those whom somebody is sure of
    Match(match_users::Arguments),
    /// Says what would become of everybody; nothing is changed, here or in CXone
    Plan(plan::Arguments),
    /// Tells all about one user: what was said, what CXone holds, what is the matter
    Explain(explain::Arguments),
    /// Lists what was refused or is owed, and tries it again after a fix
    Retry(retry::Arguments),
    /// Lets the removals pass that the guard of a connection holds
    Release(release::Arguments),
    /// Gives users of one connection to another of the same tenant; CXone notices nothing
    Transfer(transfer::Arguments),
    /// Makes, builds, tests and measures plugins
    Plugin(Box<plugin::Arguments>),
    /// Makes a token, a client's secret or a password, and what the configuration has of it
    Token(token::Arguments),
}

/// Runs the program.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            // 64: a usage error, apart from what commands end with.
            return if error.use_stderr() {
                ExitCode::from(64)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    if matches!(cli.command, Command::CompilePlugin) {
        // Alone in its process: what a runtime takes would count against its limits.
        return compile_plugin::run();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return crate::command::fail(format_args!("the runtime does not start: {error}"));
        }
    };
    runtime.block_on(async {
        match cli.command {
            Command::Demo(arguments) => demo::run(arguments).await,
            Command::Init(arguments) => init::run(*arguments).await,
            Command::Check(arguments) => check::run(arguments).await,
            Command::Config(arguments) => config::run(arguments).await,
            Command::CompilePlugin => compile_plugin::run(),
            Command::Serve(arguments) => serve::run(arguments).await,
            Command::Simulate(arguments) => simulate::run(arguments).await,
            Command::Match(arguments) => match_users::run(arguments).await,
            Command::Plan(arguments) => plan::run(arguments).await,
            Command::Explain(arguments) => explain::run(arguments).await,
            Command::Retry(arguments) => retry::run(arguments).await,
            Command::Release(arguments) => release::run(arguments).await,
            Command::Transfer(arguments) => transfer::run(arguments).await,
            Command::Plugin(arguments) => plugin::run(*arguments).await,
            Command::Token(arguments) => token::run(&arguments),
        }
    })
}
