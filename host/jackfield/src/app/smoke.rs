//! Trying a plugin set on somebody invented before it is let at anybody: what traps or runs into a limit then would do so with
//! everybody.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bridge::directory::{Directory, Origin, Role};
use bridge::port::plugins::{Ending, Evaluation, Operation, Plugins, Standing};
use bridge::source::Source;
use bridge::template::Template;
use jiff::Timestamp;
use serde_json::{Value, json};

/// How often it is tried while the tenant's part of the guest pool is full, and the pause between.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// Evaluates a chain once on an invented newcomer. An answer and a decision are good, and so is an error that a plugin answers: it
/// may not take just anybody.
///
/// # Errors
/// The plugin that trapped or ran into a limit, for the operator.
pub(super) async fn test(
    chain: &dyn Plugins,
    default_role: &str,
    templates: &Arc<BTreeMap<String, Template>>,
) -> Result<(), String> {
    for _ in 0..TRIES {
        let evaluated = chain.evaluate(newcomer(default_role, templates)).await;
        let failed = match &evaluated {
            // Guests of before may have the whole pool, and to swap them may be what it is about.
            Err(failure) if failure.ending == Ending::Busy => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            Err(failure) => Some((&failure.plugin, failure.ending, failure.message.as_str())),
            // What the failure policy lets pass is a failure all the same.
            Ok(evaluated) => evaluated.steps.iter().find_map(|step| match step.standing {
                Standing::Failed(ending) => Some((&step.by, ending, "on an invented user")),
                Standing::Applied | Standing::Monitored => None,
            }),
        };
        return match failed {
            Some((plugin, ending @ (Ending::Trap | Ending::Limit), message)) => Err(format!(
                "plugin {plugin}: {ending} when it was tried: {message}"
            )),
            _ => Ok(()),
        };
    }
    tracing::warn!("a plugin set was not tried before it was swapped in: the guest pool is full");
    Ok(())
}

fn newcomer(default_role: &str, templates: &Arc<BTreeMap<String, Template>>) -> Evaluation {
    let source = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "externalId": "invented",
        "userName": "invented.user@example.com",
        "active": true,
        "displayName": "Invented User",
        "name": {"givenName": "Invented", "familyName": "User", "formatted": "Invented User"},
        "emails": [{"primary": true, "type": "work", "value": "invented.user@example.com"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Invented"},
    });
    let source = match source {
        Value::Object(source) => source,
        _ => serde_json::Map::new(),
    };
    let role = Role {
        id: "invented".to_owned(),
        name: default_role.to_owned(),
        status: "ACTIVE".to_owned(),
    };
    let directory = Directory {
        roles: vec![role],
        teams: Vec::new(),
        login_authenticators: Vec::new(),
        roles_from: Origin::Configuration,
        teams_from: Origin::Configuration,
        taken: Timestamp::UNIX_EPOCH,
        version: "invented".to_owned(),
    };
    Evaluation {
        operation: Operation::Create,
        source: Source::from(source),
        before: None,
        held: None,
        accepted: None,
        groups: Vec::new(),
        moment: Timestamp::UNIX_EPOCH,
        directory: Arc::new(directory),
        default_role: default_role.to_owned(),
        templates: Arc::clone(templates),
        template_due: true,
        applied: None,
        trial: true,
        provenance: BTreeMap::new(),
    }
}
