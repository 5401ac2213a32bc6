//! What is loaded and what is not, and what is said of it.

use std::panic::AssertUnwindSafe;

use bridge::port::plugins::{Ending, Plugins};
use plugin::{Chain, Forward, Kind, Limits, PluginSource, Refusal, inspect};
use serde_json::{Value, json};

use crate::guest::Guest;
use crate::logged;
use crate::scene::{assert_serves, engine, evaluation, facts, named};

/// Loads a component under its own name and gives back why it was not.
fn refused(name: &str, component: &[u8], settings: Value) -> String {
    let engine = engine();
    let chain = Chain::load(
        &engine,
        vec![named(name, component, settings)],
        facts("acme"),
    );
    let [failure] = chain.not_loaded().try_into().expect("one failure");
    assert_eq!(failure.ending, Ending::NotLoaded);
    assert_eq!(failure.plugin, name);
    assert!(!logged::lines(name).is_empty());
    failure.message
}

fn text(component: &str) -> Vec<u8> {
    wat::parse_str(component).expect("well-formed text")
}

/// P10 and P14.
#[test]
fn imports_beyond_the_contract_are_refused_by_name() {
    for (interface, says) in [
        (
            "wasi:http/outgoing-handler@0.2.0",
            "imports wasi:http/outgoing-handler@0.2.0, which no plugin is given",
        ),
        ("wasi:cli/environment@0.2.6", "which no plugin is given"),
        (
            "jackfield:plugin/secrets@0.1.0",
            "jackfield:plugin/secrets@0.1.0, which no plugin is given",
        ),
        ("jackfield:plugin/log@0.2.0", "built for version 0.2.0"),
        (
            "jackfield:plugin/log@0.1.0-rc.1",
            "built for version 0.1.0-rc.1",
        ),
        ("jackfield:plugin/log@0.10.0", "built for version 0.10.0"),
        ("jackfield:plugin/log", "built for version none"),
    ] {
        let message = refused(
            "importer",
            &text(&format!("(component (import \"{interface}\" (instance)))")),
            json!({}),
        );
        assert!(message.contains(says), "{message}");
        assert!(message.contains("0.1"), "{message}");
    }
    let message = refused(
        "wasi",
        &text(
            "(component (import \"wasi:clocks/wall-clock@0.2.6\" (instance)) (import \"wasi:random/random@0.2.6\" (instance))
               (core module (@custom \"producers\" \"\\01\\0cprocessed-by\\01\\05rustc\\041.90\")))",
        ),
        json!({}),
    );
    assert!(
        message.contains("imports wasi:clocks/wall-clock@0.2.6, wasi:random/random@0.2.6, which no plugin is given"),
        "{message}"
    );
    assert!(
        message.contains("build it for wasm32-unknown-unknown"),
        "{message}"
    );
    let message = refused(
        "env",
        &text("(component (import \"env\" (func)))"),
        json!({}),
    );
    assert!(
        message.contains("imports env, which no plugin is given"),
        "{message}"
    );
}

/// P8.
#[test]
fn what_is_no_plugin_is_refused() {
    let good = Guest::settings_mapper().build();
    let mut huge = b"\0asm".to_vec();
    huge.resize(50 << 20, 0);
    for (bytes, says) in [
        (
            engine().precompile(&good).expect("code"),
            "precompiled code",
        ),
        (
            huge,
            "the component has 52428800 bytes; at most 33554432 are accepted",
        ),
        (b"".to_vec(), "not a WebAssembly binary"),
        (b"(component)".to_vec(), "text format"),
        (b"\x7fELF precompiled".to_vec(), "precompiled code"),
        (text("(module)"), "a core module"),
        (
            text("(component)"),
            "does not export jackfield:plugin/about",
        ),
        (good[..good.len() / 2].to_vec(), "not a valid component"),
        (Guest::new().build(), "exports none of"),
        (
            Guest::settings_mapper().pages(65_536).build(),
            "starts with 4294967296 bytes of memory",
        ),
    ] {
        let message = refused("no-plugin", &bytes, json!({}));
        assert!(message.contains(says), "{message}");
    }
    let limits = Limits {
        component: 100,
        ..Limits::default()
    };
    assert!(matches!(
        inspect(&good, &limits),
        Err(Refusal::TooLarge { limit: 100, .. })
    ));
}

/// P10: a component of another world is refused before it is compiled.
#[test]
fn what_was_built_for_another_world_says_for_which() {
    let exporting = |names: &[&str]| {
        let exports = names
            .iter()
            .map(|name| format!("(export \"{name}\" (instance $i))"));
        let exports: String = exports.collect();
        text(&format!(
            "(component (import \"wasi:io/streams@0.2.6\" (instance)) (component $c) (instance $i (instantiate $c)) {exports})"
        ))
    };
    for (exports, says) in [
        (
            vec!["wasi:cli/run@0.2.6"],
            "built for the command line (a wasi:cli command), not for jackfield:plugin: it exports wasi:cli/run@0.2.6 and \
             imports wasi:io/streams@0.2.6; this host supports jackfield:plugin 0.1",
        ),
        (
            vec!["wasi:http/incoming-handler@0.2.6"],
            "built for answering HTTP requests (wasi:http)",
        ),
        (
            vec!["example:calc/add@1.0.0", "example:calc/sub@1.0.0"],
            "built for example:calc, not for jackfield:plugin: it exports example:calc/add@1.0.0, example:calc/sub@1.0.0",
        ),
        (vec!["run"], "built for another host"),
        (
            vec!["jackfield:plugin/about@1.0.0"],
            "built for version 1.0.0 of jackfield:plugin; this host supports 0.1: build it again with the SDK for 0.1, or run \
             a newer Jackfield",
        ),
        (
            vec!["jackfield:plugin/about@0.0.9"],
            "built for version 0.0.9 of jackfield:plugin; this host supports 0.1: build it again with the SDK for 0.1",
        ),
    ] {
        let message = refused("other-world", &exporting(&exports), json!({}));
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn an_export_of_another_version_or_type_is_refused() {
    let message = refused(
        "newer",
        &text(
            "(component (component $c) (instance $i (instantiate $c)) (export \"jackfield:plugin/mapper@0.2.0\" (instance $i)))",
        ),
        json!({}),
    );
    assert!(
        message
            .contains("exports jackfield:plugin/mapper@0.2.0, which was built for version 0.2.0"),
        "{message}"
    );
    let other = Guest::settings_mapper()
        .contract_with("describe: func() -> string", "describe: func() -> u32")
        .build();
    let message = refused("other-type", &other, json!({}));
    assert!(message.contains("describe"), "{message}");
}

/// P14: everything that can be called from within a plugin. A line more here is a capability more for every plugin of every tenant.
#[test]
fn these_are_all_imports_that_there_are() {
    let mut resolve = wit_parser::Resolve::default();
    let mut files = wit_parser::SourceMap::default();
    for (path, text) in crate::guest::contract() {
        files.push_str(&path, text);
    }
    let Ok(contract) = files.parse() else {
        panic!("the contract does not parse");
    };
    let package = resolve.push_group(contract).expect("a contract");
    let world = resolve
        .select_world(&[package], Some("plugin"))
        .expect("a world");
    let imports = resolve.worlds[world].imports.values();
    let mut functions = Vec::new();
    for import in imports {
        let wit_parser::WorldItem::Interface { id, .. } = import else {
            panic!("an import that is no interface");
        };
        let interface = &resolve.interfaces[*id];
        let name = interface.name.as_deref().unwrap_or_default();
        functions.extend(interface.functions.keys().map(|it| format!("{name}.{it}")));
    }
    functions.sort();
    assert_eq!(
        functions,
        [
            "directory.default-role",
            "directory.find-login-authenticator",
            "directory.find-role",
            "directory.find-team",
            "directory.login-authenticators",
            "directory.roles",
            "directory.teams",
            "directory.templates",
            "directory.version",
            "log.write",
        ]
    );
}

/// P7 where it starts.
#[test]
fn describe_is_called_under_limits_and_read_with_care() {
    let mapper = Guest::settings_mapper;
    for (name, guest, says) in [
        (
            "describe-loops",
            mapper().describe("(loop $again (br $again)) unreachable"),
            "limit: used up its 10000000 units of fuel in describe",
        ),
        (
            "describe-traps",
            mapper().describe("unreachable"),
            "trap: trapped",
        ),
        (
            "start-traps",
            mapper().with("(func $start unreachable) (start $start)"),
            "trap: trapped",
        ),
        (
            "start-loops",
            mapper().with("(func $start (loop $again (br $again))) (start $start)"),
            "fuel",
        ),
        (
            "describes-nothing",
            mapper().describes("null"),
            "did not answer a JSON object",
        ),
        (
            "describes-no-version",
            mapper().describes(r#"{"name":"x","settings":{}}"#),
            "no version",
        ),
        (
            "describes-no-settings",
            mapper().describes(r#"{"name":"x","version":"1"}"#),
            "no settings",
        ),
        (
            "describes-bad-schema",
            mapper().describes(r#"{"name":"x","version":"1","settings":{"type":"objekt"}}"#),
            "no JSON Schema",
        ),
        (
            "describes-far-schema",
            mapper().describes(
                r#"{"name":"x","version":"1","settings":{"$ref":"https://example.com/s"}}"#,
            ),
            "no JSON Schema",
        ),
    ] {
        let message = refused(name, &guest.build(), json!({}));
        assert!(message.contains(says), "{name}: {message}");
    }
}

#[test]
fn settings_are_validated_and_unknown_keys_named() {
    let guest = Guest::settings_mapper().describes(
        r#"{"name":"picky","version":"1","settings":
            {"type":"object","properties":{"domains":{"type":"array"}},"additionalProperties":false}}"#,
    );
    let message = refused("picky", &guest.build(), json!({"domain": ["example.com"]}));
    assert_eq!(
        message,
        "settings: Additional properties are not allowed ('domain' was unexpected)"
    );
    let engine = engine();
    for settings in [json!({"domains": []}), Value::Null] {
        let chain = Chain::load(
            &engine,
            vec![named("picky", &guest.build(), settings)],
            facts("acme"),
        );
        assert_eq!(chain.not_loaded(), vec![]);
    }
}

#[tokio::test]
async fn one_that_fails_to_load_stops_the_chain_and_no_other_chain() {
    let engine = engine();
    let good = Guest::settings_mapper().build();
    let unreadable = PluginSource {
        component: Err("no such file: absent.wasm".to_owned()),
        ..named("absent", b"", Value::Null)
    };
    let plugins = vec![
        named("first", &good, json!({})),
        unreadable,
        named("torn", b"\0asm", json!({})),
    ];
    let chain = Chain::load(&engine, plugins, facts("acme"));
    let names: Vec<String> = chain
        .not_loaded()
        .into_iter()
        .map(|failure| failure.plugin)
        .collect();
    assert_eq!(names, ["absent", "torn"]);
    let failure = chain.evaluate(evaluation()).await.expect_err("not loaded");
    assert_eq!(
        (failure.plugin.as_str(), failure.ending),
        ("absent", Ending::NotLoaded)
    );
    assert!(chain.to_target(evaluation().source).await.is_err());
    assert_serves(&engine).await;
}

#[test]
fn one_component_is_loaded_once_and_let_go_with_its_last_chain() {
    let engine = engine();
    let component = Guest::settings_mapper().build();
    let load = || engine.load("twin", &component).expect("it loads");
    let (one, two) = (load(), load());
    assert!(std::sync::Arc::ptr_eq(&one, &two));
    assert_eq!(one.declared().kinds, [Kind::Mapper]);
    assert_eq!(
        one.declared().imports,
        ["jackfield:plugin/log@0.1.0", "jackfield:plugin/types@0.1.0"]
    );
    assert_eq!(one.about().name, "guest");
    let weak = std::sync::Arc::downgrade(&one);
    drop((one, two));
    assert!(weak.upgrade().is_none());
}

/// P8: a byte altered, a thousand times.
#[test]
fn a_torn_or_altered_component_panics_nothing() {
    let engine = engine();
    let component = Guest::settings_mapper().build();
    let input = Forward {
        connection: "entra".to_owned(),
        idp: "entra".to_owned(),
        source: "{}".to_owned(),
        remembered: None,
        draft: "{}".to_owned(),
        groups: Vec::new(),
        settings: "{}".to_owned(),
        facts: "{}".to_owned(),
    };
    let attempt = |bytes: &[u8]| {
        let attempt = AssertUnwindSafe(|| match engine.load("altered", bytes) {
            Ok(loaded) => loaded.to_target_json("altered", &input).0.is_ok(),
            Err(_) => false,
        });
        std::panic::catch_unwind(attempt).expect("no panic")
    };
    assert!(attempt(&component));
    for length in (0..component.len()).step_by(37) {
        assert!(!attempt(&component[..length]), "{length} bytes");
    }
    // A linear congruential generator: the same places each time.
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut survivors = 0;
    for _ in 0..1_000 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(random >> 33).expect("31 bits") % component.len();
        let mut altered = component.clone();
        altered[at] ^= 1 << (random >> 8 & 7);
        survivors += usize::from(attempt(&altered));
    }
    assert!(survivors < 1_000, "no bit mattered");
}
