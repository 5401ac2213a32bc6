//! What `init` has to know: from flags, from the environment, or asked for.

use std::fmt;
use std::io::{IsTerminal, Read};
use std::path::Path;

use bridge::name::{ConnectionName, TenantName};
use client::SecretString;
use dialoguer::{Input, Password, Select};

use super::Arguments;
use super::provider::{PROVIDERS, Provider, by_name};

/// Where the secret may come from, so that it is never on the command line.
pub(super) const SECRET_VARIABLE: &str = "JACKFIELD_ACCESS_KEY_SECRET";
/// Secrets are short.
const LONGEST: u64 = 64 * 1024;

/// What was answered.
pub(super) struct Answers {
    pub(super) provider: &'static Provider,
    pub(super) tenant: TenantName,
    pub(super) connection: ConnectionName,
    pub(super) access_key_id: String,
    pub(super) access_key_secret: SecretString,
}

/// Why there are no answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// Flags that are missing where nobody can be asked.
    Missing(Vec<&'static str>),
    /// Something that cannot be used.
    Bad(String),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoAnswer::Missing(flags) => write!(
                f,
                "there is no terminal to ask at, so init needs {}",
                flags.join(", ")
            ),
            NoAnswer::Bad(reason) => f.write_str(reason),
        }
    }
}

/// Somebody who can be asked.
pub(super) trait Ask {
    /// One of several.
    fn choose(&self, question: &str, among: &[String]) -> Result<usize, String>;
    /// A line that passes a check.
    fn line(
        &self,
        question: &str,
        default: Option<&str>,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> Result<String, String>;
    /// A line that is not shown.
    fn hidden(&self, question: &str) -> Result<String, String>;
}

/// Whoever sits at the terminal.
pub(super) struct Terminal;

impl Terminal {
    /// Questions go to standard error, so that standard output has what was found.
    pub(super) fn attended() -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }
}

impl Ask for Terminal {
    fn choose(&self, question: &str, among: &[String]) -> Result<usize, String> {
        let select = Select::new().with_prompt(question).items(among).default(0);
        select.interact().map_err(|error| error.to_string())
    }

    fn line(
        &self,
        question: &str,
        default: Option<&str>,
        check: &dyn Fn(&str) -> Result<(), String>,
    ) -> Result<String, String> {
        let mut input = Input::<String>::new().with_prompt(question);
        if let Some(default) = default {
            input = input.default(default.to_owned());
        }
        let input = input.validate_with(|line: &String| check(line.trim()));
        let line = input.interact_text().map_err(|error| error.to_string())?;
        Ok(line.trim().to_owned())
    }

    fn hidden(&self, question: &str) -> Result<String, String> {
        let password = Password::new().with_prompt(question);
        password.interact().map_err(|error| error.to_string())
    }
}

/// Gathers the answers. `given` is the secret of the environment; `ask` is whoever can be asked for what is missing.
pub(super) fn gather(
    arguments: &Arguments,
    given: Option<String>,
    ask: Option<&dyn Ask>,
) -> Result<Answers, NoAnswer> {
    // A file that is named is looked at first: nobody answers questions for nothing.
    let secret = match &arguments.access_key_secret_file {
        Some(path) => Some(read(path).map_err(NoAnswer::Bad)?),
        None => given,
    };
    let Some(ask) = ask else {
        return unasked(arguments, secret);
    };
    let provider = match arguments.idp.as_deref().and_then(by_name) {
        Some(provider) => provider,
        None => {
            let titles = PROVIDERS.map(|it| it.title.to_owned());
            let chosen = ask.choose("Identity provider", &titles);
            let chosen = chosen.map_err(NoAnswer::Bad)?;
            PROVIDERS
                .get(chosen)
                .ok_or_else(|| NoAnswer::Bad("nothing was chosen".to_owned()))?
        }
    };
    let bad = NoAnswer::Bad;
    let tenant = match &arguments.tenant {
        Some(tenant) => tenant.clone(),
        None => named(
            ask,
            "A name for the CXone tenant, as in the URL (a-z, 0-9, -)",
            None,
        )?,
    };
    let connection = match &arguments.connection {
        Some(connection) => connection.clone(),
        None => named(ask, "A name for the connection", Some(provider.name))?,
    };
    let some = |line: &str| match line.is_empty() {
        true => Err("it is empty".to_owned()),
        false => Ok(()),
    };
    let access_key_id = match &arguments.access_key_id {
        Some(id) => id.clone(),
        None => ask
            .line("Access key id", None, &some)
            .map_err(NoAnswer::Bad)?,
    };
    let secret = match secret {
        Some(secret) => secret,
        None => ask
            .hidden("Access key secret (not shown)")
            .map_err(NoAnswer::Bad)?,
    };
    Ok(Answers {
        provider,
        tenant,
        connection,
        access_key_id: text("the access key id", &access_key_id).map_err(bad)?,
        access_key_secret: text("the access key secret", &secret).map_err(bad)?.into(),
    })
}

/// The same where nobody can be asked: what is missing is said all at once.
fn unasked(arguments: &Arguments, secret: Option<String>) -> Result<Answers, NoAnswer> {
    let provider = arguments.idp.as_deref().and_then(by_name);
    let (Some(provider), Some(tenant), Some(id), Some(secret)) = (
        provider,
        &arguments.tenant,
        &arguments.access_key_id,
        &secret,
    ) else {
        let missing = [
            ("--idp", provider.is_none()),
            ("--tenant", arguments.tenant.is_none()),
            ("--access-key-id", arguments.access_key_id.is_none()),
            (
                "--access-key-secret-file (or the variable JACKFIELD_ACCESS_KEY_SECRET)",
                secret.is_none(),
            ),
        ];
        let missing = missing.into_iter().filter(|(_, missing)| *missing);
        return Err(NoAnswer::Missing(missing.map(|(flag, _)| flag).collect()));
    };
    let connection = match &arguments.connection {
        Some(connection) => connection.clone(),
        None => provider
            .name
            .parse()
            .map_err(|error: bridge::name::BadName| NoAnswer::Bad(error.to_string()))?,
    };
    Ok(Answers {
        provider,
        tenant: tenant.clone(),
        connection,
        access_key_id: text("the access key id", id).map_err(NoAnswer::Bad)?,
        access_key_secret: text("the access key secret", secret)
            .map_err(NoAnswer::Bad)?
            .into(),
    })
}

fn named<N: std::str::FromStr<Err = bridge::name::BadName>>(
    ask: &dyn Ask,
    question: &str,
    default: Option<&str>,
) -> Result<N, NoAnswer> {
    let check = |line: &str| match line.parse::<N>() {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    let line = ask.line(question, default, &check).map_err(NoAnswer::Bad)?;
    line.parse()
        .map_err(|error: bridge::name::BadName| NoAnswer::Bad(error.to_string()))
}

/// A credential: one line without white space around it, as it goes into a file or a line of the configuration.
fn text(what: &str, given: &str) -> Result<String, String> {
    let given = given.trim();
    if given.is_empty() {
        return Err(format!("{what} is empty"));
    }
    if given.contains("${") {
        return Err(format!("{what} has a ${{: write the credential itself"));
    }
    if given.chars().any(char::is_control) {
        return Err(format!("{what} is more than one line"));
    }
    Ok(given.to_owned())
}

fn read(path: &Path) -> Result<String, String> {
    let wrong = |reason: String| format!("{} {reason}", path.display());
    let file = std::fs::File::open(path);
    let mut file = file
        .map_err(|error| wrong(format!("cannot be read: {error}")))?
        .take(LONGEST + 1);
    let mut text = String::new();
    file.read_to_string(&mut text)
        .map_err(|error| wrong(format!("cannot be read: {error}")))?;
    if text.len() as u64 > LONGEST {
        return Err(wrong(format!("is larger than {LONGEST} bytes")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
