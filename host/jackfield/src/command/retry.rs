//! `jackfield retry`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use bridge::name::{Scope, TenantName};
use bridge::plan::HeldBy;
use bridge::retry::{Became, Replayed, Undone, Waiting, Which};
use serde::de::DeserializeOwned;
use serde_json::Value;
use service::Command;

use crate::command::{fail, running, say, say_json};
use crate::config::Config;

/// What `retry` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The tenant
    tenant: TenantName,
    /// User names or SCIM ids of those to retry; without any, and without --all, who waits is listed
    users: Vec<String>,
    /// Retries everybody
    #[arg(long, conflicts_with = "users")]
    all: bool,
    /// Gives refused requests up instead
    #[arg(long)]
    forget: bool,
    /// Writes JSON
    #[arg(long)]
    json: bool,
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "jackfield.toml")]
    config: PathBuf,
}

/// Lists or retries through the running service; with none running, in its ledger. It ends with 1 where somebody's state did not
/// come about.
pub async fn run(arguments: Arguments) -> ExitCode {
    let config = match Config::load(&arguments.config) {
        Ok(config) => config,
        Err(mistake) => return fail(mistake),
    };
    let tenant = arguments.tenant;
    let lists = arguments.users.is_empty() && !arguments.all;
    if lists && arguments.forget {
        return fail("--forget needs --all, or the users whose refused requests are given up");
    }
    let command = if lists {
        Command::Retries { tenant }
    } else {
        Command::Retry {
            tenant,
            which: match arguments.all {
                true => Which::All,
                false => Which::Users(arguments.users),
            },
            forget: arguments.forget,
        }
    };
    let done = match running::carry_out(config, &command).await {
        Ok(done) => done,
        Err(reason) => return fail(reason),
    };
    if arguments.json {
        say_json(&done);
    }
    let told = if lists {
        read(done).map(|waiting: Vec<Waiting>| (list(&waiting), true))
    } else {
        read(done).map(|replayed: Replayed| (outcome(&replayed), succeeded(&replayed)))
    };
    match told {
        Ok((text, well)) => {
            if !arguments.json {
                say(text.trim_end());
            }
            match well {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        Err(reason) => fail(reason),
    }
}

fn read<T: DeserializeOwned>(done: Value) -> Result<T, String> {
    serde_json::from_value(done).map_err(|error| {
        format!("the running service retries in other words, it may be another version: {error}")
    })
}

/// Who waits, and for what.
fn list(waiting: &[Waiting]) -> String {
    let mut text = String::new();
    let observed = |waiting: &&Waiting| {
        waiting.held == Some(HeldBy::Observe) && waiting.undone != Undone::Refused
    };
    let mut observing: BTreeMap<&Scope, usize> = BTreeMap::new();
    for waiting in waiting.iter().filter(observed) {
        *observing.entry(&waiting.scope).or_default() += 1;
    }
    for waiting in waiting.iter().filter(|waiting| !observed(waiting)) {
        let (user, scope) = (&waiting.user_name, &waiting.scope);
        let what = match waiting.undone {
            Undone::Removal => "a removal is owed",
            Undone::Owed => "owed",
            Undone::Refused => "refused",
            Undone::Request => "a request was refused",
        };
        let since = waiting.since.strftime("%Y-%m-%d %H:%M:%SZ");
        let _ = write!(text, "{user} ({scope}): {what} since {since}");
        if let Some(attempts) = waiting.attempts {
            let _ = write!(text, ", tried {attempts} times");
        }
        if waiting.held == Some(HeldBy::Guard) {
            text.push_str(", held by the guard");
        }
        let (why, to_do) = (&waiting.why, &waiting.to_do);
        let _ = writeln!(text, "\n  why:   {why}\n  to do: {to_do}");
    }
    for (scope, users) in observing {
        let tenant = &scope.tenant;
        let _ = writeln!(
            text,
            "{scope} only observes: the changes of {users} users are held; `jackfield plan {tenant}` shows them"
        );
    }
    match waiting.len() {
        0 => "nothing is refused or owed".to_owned(),
        all => {
            let _ = write!(text, "{all} in all");
            text
        }
    }
}

/// What became of each.
fn outcome(replayed: &Replayed) -> String {
    let mut text = String::new();
    for retried in &replayed.retried {
        let became = match retried.became {
            Became::Done => "done",
            Became::Deferred => "waits",
            Became::Owed => "owed",
            Became::Refused => "refused",
            Became::Held => "held",
            Became::Observed => "not told",
            Became::Newer => "outdated",
            Became::Dismissed => "given up",
            Became::Failed => "failed",
        };
        let (user, scope) = (&retried.user_name, &retried.scope);
        let _ = write!(text, "{became:<9} {user} ({scope})");
        match (&retried.reason, retried.became) {
            (Some(reason), _) => {
                let _ = write!(text, ": {reason}");
            }
            (None, Became::Newer) => text.push_str(": something newer was said, or granted"),
            (None, _) => {}
        }
        text.push('\n');
    }
    for user in &replayed.unknown {
        let _ = writeln!(text, "unknown   {user}: nothing is refused or owed");
    }
    if replayed.retried.is_empty() && replayed.unknown.is_empty() {
        text.push_str("nothing is refused or owed\n");
    }
    text
}

fn succeeded(replayed: &Replayed) -> bool {
    let well = |became: Became| {
        matches!(
            became,
            Became::Done | Became::Deferred | Became::Newer | Became::Dismissed
        )
    };
    replayed.unknown.is_empty() && replayed.retried.iter().all(|it| well(it.became))
}
