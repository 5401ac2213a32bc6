//! `jackfield match`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use bridge::matching::{By, Paired, Pairs, Somebody, Who};
use bridge::name::{ConnectionName, Scope, TenantName};
use serde::Deserialize;
use service::Command;

use crate::command::{fail, running, say, say_json};
use crate::config::Config;

/// What `match` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The tenant
    tenant: TenantName,
    /// The connection whose users are matched with CXone's
    connection: ConnectionName,
    /// Links every pair that is proposed, if they are still those that were listed with this digest
    #[arg(long, value_name = "DIGEST")]
    accept: Option<String>,
    /// Links one user, by user name or SCIM id, with the CXone user of this id; may be given more than once
    #[arg(long = "pair", value_name = "USER=CXONE_ID", value_parser = pair)]
    pairs: Vec<(String, String)>,
    /// Writes JSON
    #[arg(long)]
    json: bool,
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "jackfield.toml")]
    config: PathBuf,
}

/// A user name may have a '=', CXone's ids have none.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((user, cxone)) if !user.trim().is_empty() && !cxone.trim().is_empty() => {
            Ok((user.trim().to_owned(), cxone.trim().to_owned()))
        }
        _ => Err("write a user name or SCIM id, '=', and the id of the CXone user".to_owned()),
    }
}

#[derive(Debug, Deserialize)]
struct Answer {
    found: Pairs,
    /// What stands for the pairs that are proposed.
    digest: String,
    /// Whether they are others than those that were accepted.
    changed: bool,
    paired: Paired,
}

/// Matches through the running service; with none running, over its ledger. It ends with 1 where somebody could not be linked, or
/// where what is proposed has changed since it was read.
pub async fn run(arguments: Arguments) -> ExitCode {
    let config = match Config::load(&arguments.config) {
        Ok(config) => config,
        Err(mistake) => return fail(mistake),
    };
    let command = Command::Match {
        scope: Scope {
            tenant: arguments.tenant,
            connection: arguments.connection,
        },
        accept: arguments.accept,
        pairs: arguments.pairs,
    };
    let done = match running::carry_out(config, &command).await {
        Ok(done) => done,
        Err(reason) => return fail(reason),
    };
    if arguments.json {
        say_json(&done);
    }
    let answer: Answer = match serde_json::from_value(done) {
        Ok(answer) => answer,
        Err(error) => {
            return fail(format_args!(
                "the running service matches in other words, it may be another version: {error}"
            ));
        }
    };
    if !arguments.json {
        let changes = !answer.paired.linked.is_empty() || !answer.paired.unpaired.is_empty();
        say(match changes {
            true => outcome(&answer.paired),
            false => proposals(&answer.found, &answer.digest),
        }
        .trim_end());
    }
    if answer.changed {
        return fail(
            "nobody was linked: what is proposed has changed since it was read; read it again",
        );
    }
    match answer.paired.unpaired.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// What became of those who were to be linked.
fn outcome(paired: &Paired) -> String {
    let mut text = String::new();
    for linked in &paired.linked {
        let (user, cxone, state) = (&linked.user_name, &linked.cxone_id, linked.state);
        let _ = write!(text, "linked      {user} = {cxone}: {state}");
        if let Some(reason) = &linked.reason {
            let _ = write!(text, ", {reason}");
        }
        text.push('\n');
    }
    for unpaired in &paired.unpaired {
        let _ = writeln!(text, "not linked  {}: {}", unpaired.user, unpaired.reason);
    }
    let (linked, unpaired) = (paired.linked.len(), paired.unpaired.len());
    let _ = writeln!(text, "{linked} linked, {unpaired} not");
    text
}

/// Who is whom, for people to decide.
fn proposals(found: &Pairs, digest: &str) -> String {
    let mut text = String::new();
    let scope = format!("{} {}", found.scope.tenant, found.scope.connection);
    match found.listed {
        Some(people) => {
            let _ = writeln!(text, "CXone has {people} users; nothing was changed.");
        }
        None => {
            let _ = writeln!(
                text,
                "The access key may not read User Hub's user search, so only user names were matched; nothing was changed."
            );
        }
    }
    let by_name = found.certain.iter().filter(|pair| pair.by == By::UserName);
    let by_name = by_name.count();
    if by_name > 0 {
        let when = if found.observes {
            "they find each other when the connection goes live"
        } else {
            "they find each other at their next write"
        };
        let _ = writeln!(
            text,
            "\n{by_name} have the same user name in CXone: {when}."
        );
    }
    let linked = found.certain.iter().filter(|pair| pair.by == By::Link);
    let linked = linked.count();
    if linked > 0 {
        let _ = writeln!(text, "{linked} are linked by hand already.");
    }
    let proposed = found.proposed().len();
    if proposed > 0 {
        let _ = writeln!(text, "\n{proposed} are certain, and proposed:");
        for pair in &found.certain {
            let by = match pair.by {
                By::Email => "e-mail address",
                By::ExternalIdentity => "external identity",
                By::UserName | By::Link => continue,
            };
            let (user, person) = (who(&pair.user), somebody(&pair.person));
            let _ = writeln!(text, "  {user} = {person} (same {by})");
        }
        let _ = writeln!(
            text,
            "Read them, then link them all: jackfield match {scope} --accept {digest}"
        );
    }
    if !found.ambiguous.is_empty() {
        let _ = writeln!(text, "\n{} need a person to decide:", found.ambiguous.len());
        for ambiguous in &found.ambiguous {
            let _ = writeln!(text, "  {}: {}", who(&ambiguous.user), ambiguous.reason);
            for person in &ambiguous.people {
                let _ = writeln!(text, "    {}", somebody(person));
            }
        }
        let _ = writeln!(
            text,
            "Link one: jackfield match {scope} --pair USER=CXONE_ID"
        );
    }
    if !found.unmatched.is_empty() {
        let _ = writeln!(text, "\n{} are nobody in CXone:", found.unmatched.len());
        for unmatched in &found.unmatched {
            let _ = writeln!(text, "  {}: {}", who(&unmatched.user), unmatched.reason);
        }
    }
    if found.listed.is_some() {
        let people = found.left_over;
        let _ = writeln!(text, "\n{people} users of CXone are nobody here.");
    }
    text
}

fn who(user: &Who) -> String {
    let mut text = user.user_name.clone();
    if user.id.is_none() {
        text.push_str(" (create refused)");
    }
    if !user.active {
        text.push_str(" (inactive)");
    }
    text
}

fn somebody(person: &Somebody) -> String {
    let status = person.status.as_deref().unwrap_or("status unknown");
    let Somebody {
        id,
        user_name,
        name,
        ..
    } = person;
    format!("{user_name}, {name}, {status}, id {id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_a_user_and_an_id() {
        let read = pair("ada=1@example.com = 11ec-1");
        let expected = ("ada=1@example.com".to_owned(), "11ec-1".to_owned());
        assert_eq!(read, Ok(expected));
        for bad in ["", "ada", "=11ec", "ada=", " = "] {
            assert!(pair(bad).is_err(), "{bad}");
        }
    }
}
