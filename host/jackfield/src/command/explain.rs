//! `jackfield explain`.

mod story;

use std::path::PathBuf;
use std::process::ExitCode;

use bridge::explain::{Aim, Explanation};
use bridge::name::TenantName;
use bridge::target::Attribute;
use service::Command;

use crate::command::{fail, running, say, say_json};
use crate::config::Config;

/// What `explain` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The tenant
    tenant: TenantName,
    /// A user name, now or before, there or in CXone; or a SCIM id, CXone's id, an external id, an e-mail address
    user: String,
    /// What to find the reason of: an attribute of the target (`team`, `role`...), `active`, `template` or `verdict`
    #[arg(long, value_name = "ATTRIBUTE", value_parser = aim)]
    why: Option<Aim>,
    /// Writes JSON
    #[arg(long)]
    json: bool,
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "jackfield.toml")]
    config: PathBuf,
}

fn aim(name: &str) -> Result<Aim, String> {
    Aim::parse(name).ok_or_else(|| {
        let known: Vec<&str> = Attribute::ALL.iter().map(|it| it.as_str()).collect();
        format!("there are {}, active, template, verdict", known.join(", "))
    })
}

/// Explains through the running service; with none running, over its ledger. It ends with 1 if nobody of that name is known.
pub async fn run(arguments: Arguments) -> ExitCode {
    let config = match Config::load(&arguments.config) {
        Ok(config) => config,
        Err(mistake) => return fail(mistake),
    };
    let (tenant, user) = (arguments.tenant, arguments.user);
    let connections = config.tenants.iter().filter(|it| it.name == tenant);
    let connections: Vec<String> = connections
        .flat_map(|tenant| &tenant.connections)
        .map(|connection| connection.scope.to_string())
        .collect();
    let command = Command::Explain {
        tenant,
        user: user.clone(),
        why: arguments.why,
    };
    let explained = match running::carry_out(config, &command).await {
        Ok(explained) => explained,
        Err(reason) => return fail(reason),
    };
    if arguments.json {
        say_json(&explained);
    }
    let explained: Vec<Explanation> = match serde_json::from_value(explained) {
        Ok(explained) => explained,
        Err(error) => {
            return fail(format_args!(
                "the running service explains in other words, it may be another version: {error}"
            ));
        }
    };
    if explained.is_empty() {
        return fail(format_args!(
            "nobody is known as {user:?} on {}: looked among user names (now and before, here and in CXone), SCIM ids, CXone's ids, external ids and e-mail addresses, of the live and the deleted, and among the creates that were refused",
            connections.join(", ")
        ));
    }
    if !arguments.json {
        let stories: Vec<String> = explained.iter().map(story::of).collect();
        say(stories.join("\n").trim_end());
    }
    ExitCode::SUCCESS
}
