//! The log: lines on standard error, for people by default, for machines on request.

use tracing_subscriber::EnvFilter;

/// How to log.
#[derive(Debug, Clone, clap::Args)]
pub struct LogOptions {
    /// What to log: error, warn, info, debug, trace, or as in `info,bridge=debug`
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "info",
        env = "JACKFIELD_LOG"
    )]
    log: String,
    /// Log one JSON object a line
    #[arg(long)]
    log_json: bool,
}

/// Starts logging. A level that cannot be read counts as `info`, and is said to.
pub fn start(arguments: &LogOptions) {
    // These log addresses at their finer levels, and an address may hold a user name.
    let quiet = "h2=warn,hyper=warn,hyper_util=warn,reqwest=warn,rustls=warn";
    let wanted = EnvFilter::try_new(format!("{},{quiet}", arguments.log));
    let unreadable = wanted.is_err();
    let filter = wanted.unwrap_or_else(|_| EnvFilter::new(format!("info,{quiet}")));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Guests' and upstream's texts reach the log escaped: no colour codes of theirs, and ours only on a terminal.
    let _ = if arguments.log_json {
        builder.json().try_init()
    } else {
        builder
            .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
            .try_init()
    };
    if unreadable {
        tracing::warn!("--log cannot be read as a level or filter: logging at info");
    }
}
