//! The plugins of every connection.

use std::path::Path;

use bridge::port::plugins::{Ending, Plugins};
use bridge::source::Source;
use plugin::{Chain, ConnectionFacts, Engine, PluginSource};
use serde_json::json;
use tokio::time::Instant;

use super::{Area, Finding};
use crate::app::{self, Components};
use crate::config::{Component, Connection, General, Tenant};

/// Loads every plugin and checks its settings, as `serve` would.
pub(super) async fn check(general: &General, tenants: &[&Tenant], engine: &Engine) -> Vec<Finding> {
    let components = Components::new(&general.plugins);
    let connections = tenants.iter().flat_map(|tenant| &tenant.connections);
    let connections: Vec<&Connection> = connections.collect();
    // All of it before anything is compiled, which takes longer than registries have.
    let until = Instant::now() + app::REGISTRIES_AT_START;
    let found = components.find_all(&connections, until).await;
    let (mut findings, mut chains) = (Vec::new(), Vec::new());
    for (connection, found) in connections.into_iter().zip(found) {
        let sources = components.sources(&connection.plugins, found).await;
        let scope = connection.scope.to_string();
        let (engine, connection) = (engine.clone(), connection.clone());
        // Compiling blocks.
        let loading = tokio::task::spawn_blocking(move || of(&connection, sources, &engine));
        match loading.await {
            Ok((of_connection, chain)) => {
                findings.extend(of_connection);
                if let Some(chain) = &chain {
                    findings.extend(by_name(&scope, chain).await);
                }
                // What is loaded is not compiled again for the next.
                chains.extend(chain);
            }
            Err(error) => {
                let said = format!("loading plugins broke off: {error}");
                findings.push(Finding::failure(Area::Plugins, "loading", said));
            }
        }
    }
    findings
}

/// Whether the mappers say by which name CXone knows somebody of whom nothing but the user name is known, as where an identity
/// provider looks whether somebody is there before it creates them.
async fn by_name(scope: &str, chain: &Chain) -> Option<Finding> {
    let known = json!({"userName": "invented.user@example.com"});
    let source = Source::from(known.as_object()?.clone());
    let failure = chain.to_target(source).await.err()?;
    if matches!(failure.ending, Ending::NotLoaded | Ending::Busy) {
        return None;
    }
    let said = format!(
        "{}: {} on a user of whom userName alone is known: {}",
        failure.plugin, failure.ending, failure.message
    );
    let fix = "let it answer without what is not there: until then a match of a userName that nobody has yet is answered 503, and \
               most identity providers create nobody";
    Some(Finding::warning(Area::Plugins, scope, said).fix(fix))
}

fn of(
    connection: &Connection,
    sources: Vec<PluginSource>,
    engine: &Engine,
) -> (Vec<Finding>, Option<Chain>) {
    let scope = connection.scope.to_string();
    if connection.plugins.is_empty() {
        let said = "there is no plugin: nothing maps users to CXone's";
        let fix = format!(
            "add [[tenants.{}.connections.{}.plugins]] with use = {:?}",
            connection.scope.tenant, connection.scope.connection, connection.dialect.name
        );
        let finding = Finding::failure(Area::Plugins, scope, said).fix(fix);
        return (vec![finding], None);
    }
    let facts = ConnectionFacts {
        // Whoever checks leaves nothing behind.
        recording: None,
        ..app::facts(connection, Path::new(""))
    };
    let chain = Chain::load(engine, sources, facts);
    let failed = chain.not_loaded();
    if failed.is_empty() {
        let names: Vec<&str> = connection
            .plugins
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        let finding = Finding::ok(Area::Plugins, scope, names.join(", "));
        return (vec![finding], Some(chain));
    }
    let failure = |failed: bridge::port::plugins::PluginFailure| {
        let plugin = connection
            .plugins
            .iter()
            .find(|it| it.name == failed.plugin);
        let path = match plugin.map(|plugin| &plugin.component) {
            Some(Component::File(path)) => Some(path.display().to_string()),
            _ => None,
        };
        let named = path.as_deref().unwrap_or(&failed.plugin);
        let missing = path.as_ref().is_some_and(|path| !Path::new(path).exists());
        let fix = if missing {
            "put the component there, or correct use: until then every write but disables and deletes is answered 503"
        } else {
            "correct the plugin or its settings: until then every write but disables and deletes is answered 503"
        };
        let said = format!("{named}: {}", failed.message);
        Finding::failure(Area::Plugins, scope.clone(), said).fix(fix)
    };
    (failed.into_iter().map(failure).collect(), Some(chain))
}
