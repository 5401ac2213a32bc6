//! The scene of most tests: one tenant, one person, one evaluation.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bridge::directory::{Directory, Role};
use bridge::port::plugins::{Evaluated, Evaluation, Operation, Plugins, Verdict};
use bridge::source::Source;
use bridge::target::{Attribute, Target};
use bridge::template::Template;
use jiff::Timestamp;
use plugin::{
    Chain, ConnectionFacts, Engine, EngineSettings, FailurePolicy, Limits, PluginMode, PluginSource,
};
use serde_json::{Value, json};

use crate::guest::Guest;
use crate::logged;

/// The limits of most tests: a deadline that a busy machine does not meet by chance, so that each test meets the limit that it
/// is about.
pub(crate) fn patient() -> Limits {
    Limits {
        deadline: Duration::from_secs(30),
        ..Limits::default()
    }
}

pub(crate) fn engine() -> Engine {
    engine_with(EngineSettings {
        limits: patient(),
        ..EngineSettings::default()
    })
}

pub(crate) fn engine_with(settings: EngineSettings) -> Engine {
    logged::start();
    Engine::new(settings).expect("an engine")
}

pub(crate) fn facts(tenant: &str) -> ConnectionFacts {
    ConnectionFacts {
        tenant: tenant.to_owned(),
        connection: "entra".to_owned(),
        idp: "entra".to_owned(),
        recording: None,
    }
}

pub(crate) fn named(name: &str, component: &[u8], settings: Value) -> PluginSource {
    PluginSource {
        name: name.to_owned(),
        component: Ok(component.to_vec().into()),
        settings,
        settings_secret: false,
        mode: PluginMode::default(),
        on_failure: FailurePolicy::default(),
    }
}

/// A chain of guests, each with its name and settings, for the tenant `acme`.
pub(crate) fn chain(engine: &Engine, plugins: &[(&str, &Guest, Value)]) -> Chain {
    let plugins = plugins
        .iter()
        .map(|(name, guest, settings)| named(name, &guest.build(), settings.clone()))
        .collect();
    let chain = Chain::load(engine, plugins, facts("acme"));
    assert_eq!(chain.not_loaded(), vec![]);
    chain
}

pub(crate) fn source(document: Value) -> Source {
    let Value::Object(document) = document else {
        panic!("a source is an object");
    };
    Source::from(document)
}

pub(crate) fn ada() -> Source {
    source(
        json!({"userName": "ada@example.com", "name": {"givenName": "Ada", "familyName": "Lovelace"}}),
    )
}

pub(crate) fn target(document: Value) -> Target {
    Target::from_json(&document).expect("a target")
}

pub(crate) fn evaluation() -> Evaluation {
    Evaluation {
        operation: Operation::Create,
        source: ada(),
        before: None,
        held: None,
        accepted: None,
        provenance: BTreeMap::new(),
        groups: Vec::new(),
        moment: Timestamp::UNIX_EPOCH,
        directory: Arc::new(Directory {
            roles: vec![Role {
                id: "r-1".to_owned(),
                name: "Agent".to_owned(),
                status: "ACTIVE".to_owned(),
            }],
            teams: Vec::new(),
            version: "1".to_owned(),
            ..Directory::default()
        }),
        default_role: "Agent".to_owned(),
        templates: Arc::new(BTreeMap::from([(
            "gold".to_owned(),
            Template {
                values: target(json!({"role": "Supervisor", "team": "Gold"})),
                in_cxone: false,
            },
        )])),
        template_due: true,
        applied: None,
        trial: false,
    }
}

/// A chain of a tenant of its own that works.
pub(crate) fn good(engine: &Engine) -> Chain {
    let component = Guest::settings_mapper().build();
    let settings = json!({"userName": "ada@example.com"});
    let plugins = vec![named("good", &component, settings)];
    Chain::load(engine, plugins, facts("good"))
}

/// Evaluates with a good plugin: the engine still serves.
pub(crate) async fn assert_serves(engine: &Engine) {
    assert_evaluates(&good(engine)).await;
}

pub(crate) async fn assert_evaluates(good: &Chain) {
    let evaluated: Evaluated = good.evaluate(evaluation()).await.expect("a good plugin");
    assert_eq!(
        evaluated.target.get(Attribute::UserName),
        Some("ada@example.com")
    );
    assert_eq!(evaluated.verdict, Verdict::Allow);
}
