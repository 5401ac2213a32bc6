//! The bundled plugins in the host that runs them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use bridge::directory::{Directory, Role};
use bridge::group::Membership;
use bridge::name::GroupId;
use bridge::port::plugins::{Evaluated, Evaluation, Operation, Plugins, Verdict};
use bridge::source::Source;
use bridge::target::{Attribute, Target};
use bridge::template::Template;
use jiff::Timestamp;
use plugin::{
    Chain, ConnectionFacts, Engine, EngineSettings, FailurePolicy, Limits, Loaded, PluginMode,
    PluginSource,
};
use serde_json::{Value, json};

const MAPPERS: [&str; 5] = ["entra", "generic", "google", "okta", "onelogin"];

/// One for all tests, with everything loaded: the engine forgets what nobody holds, and compiling takes its time.
static HOST: LazyLock<(Engine, Vec<Arc<Loaded>>)> = LazyLock::new(|| {
    let limits = Limits {
        // One that a busy machine does not meet by chance.
        deadline: std::time::Duration::from_secs(30),
        ..Limits::default()
    };
    let settings = EngineSettings {
        limits,
        ..EngineSettings::default()
    };
    let engine = Engine::new(settings).expect("an engine");
    let load = |one: &bundled::Bundled| engine.load(one.name, one.bytes).expect("loaded");
    let loaded = bundled::all().iter().map(load).collect();
    (engine, loaded)
});

fn chain(plugins: &[(&str, Value)]) -> Chain {
    let plugins = plugins.iter().map(|(name, settings)| PluginSource {
        name: (*name).to_owned(),
        component: Ok(bundled::find(name).expect("bundled").bytes.into()),
        settings: settings.clone(),
        settings_secret: false,
        mode: PluginMode::default(),
        on_failure: FailurePolicy::default(),
    });
    let facts = ConnectionFacts {
        tenant: "acme".to_owned(),
        connection: "test".to_owned(),
        idp: "generic".to_owned(),
        recording: None,
    };
    let chain = Chain::load(&HOST.0, plugins.collect(), facts);
    assert_eq!(chain.not_loaded(), vec![]);
    chain
}

fn target(document: Value) -> Target {
    Target::from_json(&document).expect("a target")
}

/// Somebody who asks for a role that groups do not give.
fn ada() -> Evaluation {
    let Value::Object(source) = json!({
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "emails": [{"type": "work", "primary": true, "value": "ada@example.com"}],
        "roles": [{"value": "Administrator"}],
        "active": true,
    }) else {
        panic!("an object");
    };
    let role = |name: &str| Role {
        id: format!("r-{name}"),
        name: name.to_owned(),
        status: "ACTIVE".to_owned(),
    };
    Evaluation {
        operation: Operation::ReEvaluate,
        source: Source::from(source),
        before: None,
        held: None,
        accepted: Some(target(
            json!({"role": "Evaluator", "team": "Red", "active": true}),
        )),
        provenance: BTreeMap::new(),
        groups: Vec::new(),
        moment: Timestamp::UNIX_EPOCH,
        directory: Arc::new(Directory {
            roles: ["Agent", "Evaluator", "Manager"].map(role).into(),
            teams: Vec::new(),
            version: "1".to_owned(),
            ..Directory::default()
        }),
        default_role: "Agent".to_owned(),
        templates: Arc::new(BTreeMap::from([(
            "Leads".to_owned(),
            Template {
                values: target(json!({"timeZone": "Europe/London"})),
                in_cxone: false,
            },
        )])),
        template_due: true,
        applied: None,
        trial: false,
    }
}

fn member(id: GroupId, external_id: &str, display_name: &str) -> Membership {
    Membership {
        id,
        external_id: Some(external_id.to_owned()),
        display_name: display_name.to_owned(),
    }
}

fn given(evaluated: &Evaluated) -> (Option<&str>, Option<&str>, Option<bool>) {
    let target = &evaluated.target;
    let (role, team) = (target.get(Attribute::Role), target.get(Attribute::Team));
    (role, team, target.active)
}

#[tokio::test]
async fn a_group_is_meant_by_name_external_id_or_id_and_the_first_rule_wins() {
    let id = GroupId::new();
    let settings = json!({"groups": [
        {"group": ["cx supervisors"], "role": "Manager", "team": "Leads"},
        {"group": "0f-2", "role": "Evaluator"},
        {"group": id.to_string(), "role": "Agent", "team": "Blue"},
    ]});
    let other = GroupId::new;
    for name in MAPPERS {
        let chain = chain(&[(name, settings.clone())]);
        for (groups, expected) in [
            (
                vec![member(other(), "0f-1", "CX Supervisors")],
                (Some("Manager"), Some("Leads")),
            ),
            (
                vec![member(other(), "0f-2", "x")],
                (Some("Evaluator"), None),
            ),
            (vec![member(id, "0f-3", "x")], (Some("Agent"), Some("Blue"))),
            (
                vec![member(id, "0f-3", "x"), member(other(), "0f-2", "x")],
                (Some("Evaluator"), None),
            ),
            (
                vec![
                    member(id, "0f-2", "x"),
                    member(other(), "x", "CX SUPERVISORS"),
                ],
                (Some("Manager"), Some("Leads")),
            ),
        ] {
            let evaluation = Evaluation {
                groups: groups.clone(),
                ..ada()
            };
            let evaluated = chain.evaluate(evaluation).await.expect("it answers");
            let (role, team, active) = given(&evaluated);
            assert_eq!(
                ((role, team), active),
                (expected, Some(true)),
                "{name} {groups:?}"
            );
        }
    }
}

#[tokio::test]
async fn who_is_in_no_group_gets_what_no_group_says() {
    for name in MAPPERS {
        for (no_group, default, expected) in [
            ("default", json!({}), (Some("Agent"), None, Some(true))),
            (
                "default",
                json!({"role": "Manager", "team": "Lobby"}),
                (Some("Manager"), Some("Lobby"), Some(true)),
            ),
            (
                "keep",
                json!({}),
                (Some("Evaluator"), Some("Red"), Some(true)),
            ),
            ("deactivate", json!({}), (None, None, Some(false))),
        ] {
            let settings = json!({
                "groups": [{"group": "CX Supervisors", "role": "Manager", "team": "Leads"}],
                "no_group": no_group,
                "default": default,
            });
            let chain = chain(&[(name, settings), ("tenant-rules", json!({}))]);
            let evaluated = chain.evaluate(ada()).await.expect("it answers");
            assert_eq!(given(&evaluated), expected, "{name} {no_group} {default}");
            assert_eq!(evaluated.verdict, Verdict::Allow, "{name} {no_group}");
        }
    }
}

#[tokio::test]
async fn the_chooser_and_the_rules_see_the_groups_too() {
    let id = GroupId::new();
    for wanted in ["cx supervisors", "0f-1", &id.to_string()] {
        let rules = json!({"rules": [{"when": {"group": wanted}, "template": "Leads"}]});
        let waits = json!({"defer_without_group": [wanted]});
        let plugins = [
            ("google", json!({})),
            ("template-chooser", rules),
            ("tenant-rules", waits),
        ];
        let chain = chain(&plugins);
        let newcomer = Evaluation {
            operation: Operation::Create,
            accepted: None,
            ..ada()
        };
        let waiting = chain.evaluate(newcomer.clone()).await.expect("it answers");
        assert_eq!(waiting.template, None, "{wanted}");
        assert!(
            matches!(waiting.verdict, Verdict::Defer(_)),
            "{wanted}: {:?}",
            waiting.verdict
        );
        // Whoever is in CXone already does not wait.
        let there = chain.evaluate(ada()).await.expect("it answers");
        assert_eq!(there.verdict, Verdict::Allow, "{wanted}");

        let member = Evaluation {
            groups: vec![member(id, "0f-1", "CX Supervisors")],
            ..newcomer
        };
        let made = chain.evaluate(member).await.expect("it answers");
        let template = made.template.map(|template| template.name);
        assert_eq!(template.as_deref(), Some("Leads"), "{wanted}");
        assert_eq!(made.verdict, Verdict::Allow, "{wanted}");
    }
}

#[test]
fn each_says_its_name_and_what_it_takes() {
    for bundled in bundled::all() {
        let chain = chain(&[(bundled.name, Value::Null)]);
        let (_, loaded) = chain.plugins().next().expect("loaded");
        assert_eq!(loaded.about().name, bundled.name);
        let maps = MAPPERS.contains(&bundled.name);
        let takes = chain.takes();
        assert_eq!(
            takes.contains(&"userName".to_owned()),
            maps,
            "{}",
            bundled.name
        );
        let extension = "urn:ietf:params:scim:schemas:extension:nice:2.0:User:team";
        let has = maps && bundled.name != "google";
        assert_eq!(
            takes.contains(&extension.to_owned()),
            has,
            "{}",
            bundled.name
        );
    }
    let mapped = json!({"attributes": {"userType": "urn:example:people:1.0:User:skill"}});
    let takes = chain(&[("google", mapped)]).takes();
    assert!(
        takes.contains(&"urn:example:people:1.0:User:skill".to_owned()),
        "{takes:?}"
    );
}

#[test]
fn mistakes_in_settings_are_found_when_they_are_loaded() {
    for (settings, said) in [
        (
            json!({"groups": [{"role": "Agent"}]}),
            "settings.groups.0: ",
        ),
        (
            json!({"groups": [{"group": "A", "role": ""}]}),
            "settings.groups.0.role: ",
        ),
        (json!({"no_group": "remove"}), "settings.no_group: "),
        (json!({"default": {"active": false}}), "settings.default: "),
    ] {
        let plugins = vec![PluginSource {
            name: "okta".to_owned(),
            component: Ok(bundled::find("okta").expect("bundled").bytes.into()),
            settings: settings.clone(),
            settings_secret: false,
            mode: PluginMode::default(),
            on_failure: FailurePolicy::default(),
        }];
        let facts = ConnectionFacts {
            tenant: "acme".to_owned(),
            connection: "test".to_owned(),
            idp: "okta".to_owned(),
            recording: None,
        };
        let failures = Chain::load(&HOST.0, plugins, facts).not_loaded();
        let messages: Vec<_> = failures.iter().map(|failure| &failure.message).collect();
        assert!(
            messages.iter().any(|message| message.starts_with(said)),
            "{settings}: {messages:?}"
        );
    }
}
