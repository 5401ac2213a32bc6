//! `jackfield token`: makes a secret, and what the configuration has of it.

use std::io::Read;
use std::process::ExitCode;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use service::Secret;

use crate::command::{fail, say};
use crate::config::SHORTEST_SECRET;

/// What `token` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The first line is the secret, for the identity provider; it is shown this once. The second\n\
goes into the configuration: a token below [tenants.NAME.connections.NAME], a client below\n\
its [... .auth.oauth], a user below its [... .auth.basic]. The hash alone opens nothing."
)]
pub struct Arguments {
    /// The secret of an OAuth client instead of a bearer token
    #[arg(long, value_name = "ID", conflicts_with = "basic")]
    client: Option<String>,
    /// The password of a user of HTTP Basic instead
    #[arg(long, value_name = "NAME")]
    basic: Option<String>,
    /// Reads a secret that there is already from standard input, and prints its hash alone
    #[arg(long, conflicts_with_all = ["client", "basic"])]
    hash: bool,
}

/// Prints a new secret and its line for the configuration, or a hash.
pub fn run(arguments: &Arguments) -> ExitCode {
    if arguments.hash {
        return hash();
    }
    let secret = match fresh() {
        Ok(secret) => secret,
        Err(error) => return fail(error),
    };
    let hash = Secret::of(&secret).to_hash();
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let line = match (&arguments.client, &arguments.basic) {
        (Some(id), _) => format!(
            "clients = [{{ id = {}, secrets = [\"{hash}\"] }}]",
            quoted(id)
        ),
        (_, Some(name)) => {
            format!(
                "users = [{{ name = {}, password = \"{hash}\" }}]",
                quoted(name)
            )
        }
        _ => format!("tokens = [\"{hash}\"]"),
    };
    say(secret);
    say(line);
    note(
        "the first line is for the identity provider and is not shown again, the second for the configuration",
    );
    ExitCode::SUCCESS
}

/// A new secret of 256 random bits.
///
/// # Errors
/// The system gives no random bytes.
pub(crate) fn fresh() -> Result<String, String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| format!("the system gives no random bytes: {error}"))?;
    // The prefix tells people and scanners of leaked secrets whose it is.
    Ok(format!("jf_{}", URL_SAFE_NO_PAD.encode(bytes)))
}

fn hash() -> ExitCode {
    let mut secret = String::new();
    // Longer ones than any header has are not read to their end.
    let mut input = std::io::stdin().lock().take(128 * 1024);
    if let Err(error) = input.read_to_string(&mut secret) {
        return fail(format_args!(
            "the secret cannot be read from standard input: {error}"
        ));
    }
    let secret = secret.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return fail(
            "there is no secret on standard input: write printf %s SECRET | jackfield token --hash",
        );
    }
    if secret.len() < SHORTEST_SECRET {
        note(
            "this secret is short: its hash can be searched, so keep it as secret as the secret, or make one with `jackfield token`",
        );
    }
    say(Secret::of(secret).to_hash());
    ExitCode::SUCCESS
}

/// On standard error, so that standard output is what scripts want.
#[allow(clippy::print_stderr, reason = "commands talk to people here")]
fn note(text: &str) {
    eprintln!("jackfield: {text}");
}
