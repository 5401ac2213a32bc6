//! `jackfield config`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use plugin::Engine;
use serde_json::Value;
use tokio::time::Instant;

use crate::app::{self, Components};
use crate::command::{fail, say_json};
use crate::config::schema::{Part, schema};
use crate::config::{Config, Plugin};

/// What `config` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Prints the JSON Schema of the configuration with that of every plugin's settings, for editors
    Schema {
        /// A configuration whose own plugins are wanted in it, too
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// The schema of a tenant's own file in a directory
        #[arg(long)]
        tenant: bool,
    },
}

/// Runs it. It ends with 1 where the configuration, or one of its plugins, cannot be read.
pub async fn run(arguments: Arguments) -> ExitCode {
    let Command::Schema { config, tenant } = arguments.command;
    let engine = match app::engine() {
        Ok(engine) => engine,
        Err(error) => return fail(error),
    };
    let mut plugins = BTreeMap::new();
    for bundled in bundled::all() {
        match settings(&engine, bundled.name, bundled.bytes) {
            Ok(schema) => plugins.insert(bundled.name.to_owned(), schema),
            Err(reason) => return fail(format_args!("{}: {reason}", bundled.name)),
        };
    }
    if let Some(path) = config {
        let config = match Config::load(&path) {
            Ok(config) => config,
            Err(mistakes) => return fail(mistakes),
        };
        if let Err(reason) = own(&config, &engine, &mut plugins).await {
            return fail(reason);
        }
    }
    let part = if tenant { Part::Tenant } else { Part::File };
    say_json(&schema(part, &plugins));
    ExitCode::SUCCESS
}

/// The plugins of a configuration that are not bundled, by what `use` says of them.
async fn own(
    config: &Config,
    engine: &Engine,
    plugins: &mut BTreeMap<String, Value>,
) -> Result<(), String> {
    let components = Components::new(&config.general.plugins);
    let connections = config.tenants.iter().flat_map(|tenant| &tenant.connections);
    let all = connections.flat_map(|connection| &connection.plugins);
    let all: Vec<&Plugin> = all
        .filter(|plugin| !plugins.contains_key(&plugin.used))
        .collect();
    // All of it before anything is compiled, which takes longer than registries have.
    let until = Instant::now() + app::REGISTRIES_AT_START;
    let found = components.find(&all, until).await;
    for (plugin, found) in all.into_iter().zip(found) {
        if plugins.contains_key(&plugin.used) {
            continue;
        }
        let plugin_alone = std::slice::from_ref(plugin);
        for source in components.sources(plugin_alone, vec![found]).await {
            let bytes = source
                .component
                .map_err(|reason| format!("{}: {reason}", plugin.used))?;
            let schema = settings(engine, &plugin.used, &bytes);
            let schema = schema.map_err(|reason| format!("{}: {reason}", plugin.used))?;
            plugins.insert(plugin.used.clone(), schema);
        }
    }
    Ok(())
}

fn settings(engine: &Engine, name: &str, bytes: &[u8]) -> Result<Value, String> {
    let loaded = engine
        .load(name, bytes)
        .map_err(|error| error.to_string())?;
    Ok(loaded.about().settings())
}
