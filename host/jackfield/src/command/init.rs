//! `jackfield init`: from an access key to a configuration that can be served.

mod answers;
mod files;
mod find;
mod provider;
mod text;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bridge::name::{ConnectionName, TenantName};
use client::{Client, ExposeSecret, Url};
use cxone::PlaceSettings;
use service::Secret;

use self::answers::{Answers, NoAnswer, SECRET_VARIABLE, Terminal, gather};
use self::files::{Files, SECRETS};
use self::find::Found;
use crate::command::{fail, say, token};
use crate::config::{Api, Config, Sources};

/// What `init` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What is missing is asked for, if there is a terminal. The secret of the access key is never on the\n\
command line: it comes from --access-key-secret-file, from the variable JACKFIELD_ACCESS_KEY_SECRET, or is asked\n\
for. CXone is only read."
)]
pub struct Arguments {
    /// The identity provider
    #[arg(long, value_name = "IDP", value_parser = clap::builder::PossibleValuesParser::new(provider::names()))]
    idp: Option<String>,
    /// A name for the CXone tenant, as in the URL
    #[arg(long, value_name = "NAME")]
    tenant: Option<TenantName>,
    /// A name for the connection, as in the URL; the identity provider's if none is given
    #[arg(long, value_name = "NAME")]
    connection: Option<ConnectionName>,
    /// The id of the access key
    #[arg(long, value_name = "ID")]
    access_key_id: Option<String>,
    /// The file that holds the secret of the access key
    #[arg(long, value_name = "FILE")]
    access_key_secret_file: Option<PathBuf>,
    /// The area of the tenant, such as na1, where it is known
    #[arg(long, value_name = "AREA", conflicts_with = "base_url")]
    area: Option<String>,
    /// CXone's host, where it is known
    #[arg(long, value_name = "URL", conflicts_with = "discovery_url")]
    base_url: Option<Url>,
    /// Where to look for CXone instead of its public hosts, such as the simulator; may be repeated
    #[arg(long, value_name = "URL")]
    discovery_url: Vec<Url>,
    /// Does not ask CXone anything: writes what the flags say
    #[arg(long)]
    offline: bool,
    /// The configuration to write; what is there already is not overwritten
    #[arg(long, value_name = "FILE", default_value = "jackfield.toml")]
    output: PathBuf,
    /// Where identity providers come in
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// What identity providers see in front of the paths, such as https://scim.example.com
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,
}

/// Operators come in here.
const ADMIN: ([u8; 4], u16) = ([127, 0, 0, 1], 8081);

/// Writes a configuration.
pub async fn run(arguments: Arguments) -> ExitCode {
    if arguments.offline
        && arguments.area.is_none()
        && arguments.base_url.is_none()
        && arguments.discovery_url.is_empty()
    {
        return usage(
            "--offline needs --area, --base-url or --discovery-url: nothing is looked for",
        );
    }
    let given = std::env::var(SECRET_VARIABLE).ok();
    let ask = Terminal::attended().then_some(&Terminal as &dyn answers::Ask);
    let answers = match gather(&arguments, given, ask) {
        Ok(answers) => answers,
        Err(missing @ NoAnswer::Missing(_)) => return usage(missing),
        Err(bad) => return fail(bad),
    };
    match make(&arguments, &answers).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => fail(format_args!("{reason}\nnothing was written")),
    }
}

/// 64: a usage error.
fn usage(reason: impl std::fmt::Display) -> ExitCode {
    let _ = fail(reason);
    ExitCode::from(64)
}

async fn make(arguments: &Arguments, answers: &Answers) -> Result<(), String> {
    let name = format!("{}-cxone", answers.tenant);
    let files = Files::new(&arguments.output, &name)?;
    let stated = PlaceSettings {
        area: arguments.area.clone(),
        base_url: arguments.base_url.clone(),
        auth_url: None,
        discovery_urls: arguments.discovery_url.clone(),
    };
    let found = if arguments.offline {
        Found {
            api: Api::Scim,
            place: find::stated_keys(&stated),
            default_role: "Agent".to_owned(),
            enabled_fields: None,
        }
    } else {
        say("CXone, found with the access key:");
        let client = Client::new(client::Settings::default()).map_err(|error| error.to_string())?;
        let found = find::find(answers, &stated, &client).await;
        found.map_err(|reason| {
            format!("{reason}\n  hint: state --area or --base-url if you know it, or write without asking: --offline --area AREA")
        })?
    };
    let token = token::fresh().map_err(|error| error.to_string())?;
    let ledger = match arguments.output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.join("jackfield.db"),
        _ => PathBuf::from("jackfield.db"),
    };
    let text = text::write(
        answers,
        &text::Text {
            scim: arguments.listen,
            admin: ADMIN.into(),
            public_url: arguments.public_url.as_ref(),
            ledger: ledger.to_str().ok_or("the path of --output is no text")?,
            api: found.api,
            place: &found.place,
            default_role: &found.default_role,
            enabled_fields: found.enabled_fields.as_deref(),
            secret: &format!("{SECRETS}/{name}"),
            token: &Secret::of(&token).to_hash(),
        },
    );
    let secret = answers.access_key_secret.expose_secret();
    // Before anything is there: what `serve` would refuse is not written.
    let staged = Staged { secret };
    Config::parse(&arguments.output, &text, &staged).map_err(|mistake| mistake.to_string())?;
    files.write(&text, secret)?;
    if let Err(mistake) = Config::load(&arguments.output) {
        files.undo();
        return Err(mistake.to_string());
    }
    report(arguments, answers, &name, &token);
    Ok(())
}

/// The files that are about to be written.
struct Staged<'a> {
    secret: &'a str,
}

impl Sources for Staged<'_> {
    fn env(&self, name: &str) -> Result<String, String> {
        Err(format!("the environment variable {name} is not used here"))
    }

    fn file(&self, _: &str) -> Result<String, String> {
        Ok(self.secret.to_owned())
    }
}

/// What was written, what goes into the identity provider, and what comes next.
fn report(arguments: &Arguments, answers: &Answers, secret: &str, token: &str) {
    let config = arguments.output.display();
    let provider = answers.provider;
    let scope = format!("{}/{}", answers.tenant, answers.connection);
    let public = arguments.public_url.as_ref().map(Url::as_str);
    let public = public.unwrap_or("https://YOUR-HOST").trim_end_matches('/');
    let folder = arguments.output.with_file_name(SECRETS);
    say(format_args!("\nwritten    {config}"));
    say(format_args!(
        "           {}, readable for you alone",
        folder.join(secret).display()
    ));
    say(format_args!(
        "\n{}, as docs/setup/{} tells:",
        provider.title, provider.page
    ));
    say(format_args!(
        "  {}: {public}/{scope}/scim/v2{}",
        provider.url_field, provider.url_end
    ));
    say(format_args!("  {}: {token}", provider.token_field));
    say("  The token is shown this once; the configuration has its hash alone.");
    say("\nnext");
    let option = if arguments.output == Path::new("jackfield.toml") {
        String::new()
    } else {
        format!(" --config {config}")
    };
    let (tenant, connection) = (&answers.tenant, &answers.connection);
    let steps = [
        ("check".to_owned(), "whether everything it needs is there"),
        (
            "serve".to_owned(),
            "in mode = \"observe\": the identity provider is served, CXone is only read",
        ),
        (
            format!("match {tenant} {connection}"),
            "who of the identity provider is whom in CXone",
        ),
        (format!("plan {tenant}"), "what going live would do"),
    ];
    for (command, what) in steps {
        say(format_args!("  jackfield {command}{option}\n      {what}"));
    }
    say("  mode = \"live\" in the configuration, and a reload (SIGHUP)\n      CXone is written to");
}
