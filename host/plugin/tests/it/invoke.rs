//! One call with everything about it, and a recorded one again.

use bridge::port::plugins::Ending;
use plugin::{BadInvocation, Export, Invocation, Invoked, Loaded};
use serde_json::{Value, json};

use crate::guest::{Guest, offset};
use crate::scene::engine;

fn invoked(guest: &Guest, export: Export, input: Value) -> Invoked {
    invoke(guest, &Invocation::new(export, input))
}

fn invoke(guest: &Guest, invocation: &Invocation) -> Invoked {
    load(guest).invoke(invocation).expect("an invocation")
}

fn load(guest: &Guest) -> std::sync::Arc<Loaded> {
    engine()
        .load("invoked", &guest.build())
        .expect("it is loaded")
}

/// Asks for a role, logs, and denies where there is none.
fn asker() -> Guest {
    let mut guest = Guest::new();
    let (name, length) = guest.bytes(b"agent");
    let line = guest.logs(2, "looked for Ada Lovelace");
    let allows = guest.allows(Some("take care"));
    let denies = guest.denies(409, "invalidValue", "no such role");
    guest.decide(&format!(
        "(call $find_role (i32.const {name}) (i32.const {length}) (i32.const 256)) {line}
         (if (result i32) (i32.load8_u (i32.const 256)) (then {allows}) (else {denies}))"
    ))
}

#[test]
fn documents_go_in_and_come_out_as_objects() {
    let echo = Guest::settings_mapper();
    let input = json!({"settings": {"userName": "ada", "email": "a@example.com"}});
    let to = invoked(&echo, Export::ToTarget, input);
    assert_eq!(
        to.output.to_string(),
        r#"{"target":{"userName":"ada","email":"a@example.com"}}"#
    );
    assert!(to.failure.is_none() && to.log.is_empty() && to.host_calls.is_empty());
    let report = to.report;
    assert!(report.fuel > 0 && report.memory == 65_536 && !report.wall.is_zero());
    let input = json!({"settings": {"any": ["source"]}, "source": {"of": "another export"}});
    let back = invoked(&echo, Export::ToSource, input);
    assert_eq!(back.output, json!({"source": {"any": ["source"]}}));
    let about = invoked(&echo, Export::Describe, Value::Null);
    assert_eq!(about.output["about"]["name"], "guest");
}

#[test]
fn equal_calls_use_equal_fuel() {
    let fuel = || {
        let call = invoked(&Guest::settings_mapper(), Export::ToTarget, json!({}));
        call.report.fuel
    };
    assert_eq!(fuel(), fuel());
}

#[test]
fn what_it_asks_and_logs_is_kept_with_the_answers() {
    let call = invoked(&asker(), Export::Decide, json!({}));
    assert_eq!(
        call.output,
        json!({"verdict": "allow", "warnings": ["take care"]})
    );
    assert_eq!(
        call.host_calls,
        [
            json!({"call": "directory.find-role", "args": ["agent"],
                   "answer": {"id": "1", "name": "Agent", "status": "ACTIVE"}}),
            json!({"call": "log.write", "args": ["warn", "looked for Ada Lovelace"]}),
        ]
    );
    assert_eq!(
        call.log,
        [("warn".to_owned(), "looked for Ada Lovelace".to_owned())]
    );
    assert_eq!((call.report.host_calls, call.report.log_lines), (2, 1));
}

#[test]
fn a_recording_answers_in_the_directorys_place() {
    let recorded = |answer: Value| Invocation {
        host_calls: Some(vec![
            json!({"call": "directory.roles", "args": [], "answer": []}),
            json!({"call": "directory.find-role", "args": ["agent"], "answer": answer}),
        ]),
        ..Invocation::new(Export::Decide, json!({}))
    };
    let role = json!({"id": "9", "name": "Agent", "status": "DRAFT"});
    assert_eq!(invoke(&asker(), &recorded(role)).output["verdict"], "allow");
    let call = invoke(&asker(), &recorded(Value::Null));
    assert_eq!(
        call.output,
        json!({"verdict": "deny", "status": 409, "scimType": "invalidValue", "detail": "no such role", "attribute": "role",
               "fix": "activate it", "warnings": []})
    );
}

#[test]
fn a_call_that_was_not_recorded_is_named() {
    let call = invoke(
        &asker(),
        &Invocation {
            host_calls: Some(vec![
                json!({"call": "directory.find-role", "args": ["Agent"], "answer": null}),
            ]),
            ..Invocation::new(Export::Decide, json!({}))
        },
    );
    let failure = call.failure.expect("it is no answer");
    assert_eq!(failure.ending, Ending::Error);
    assert_eq!(
        call.output,
        json!({"ending": {"kind": "error",
            "message": "called directory.find-role(\"agent\"), to which the recording has no answer in decide"}})
    );
}

#[test]
fn a_directory_is_given_beside_the_input() {
    let mut invocation = Invocation::new(Export::Decide, json!({}));
    invocation.directory = json!({"roles": []});
    assert_eq!(invoke(&asker(), &invocation).output["verdict"], "deny");
}

#[test]
fn the_plugins_own_error_and_the_hosts_judgement_are_told_apart() {
    let mut guest = Guest::new();
    let body = guest.answers_error("input", "no mail for ada@example.com");
    let call = invoked(&guest.forward(&body), Export::ToTarget, json!({}));
    assert_eq!(
        call.output,
        json!({"error": {"code": "input", "message": "no mail for ada@example.com"}})
    );
    assert_eq!(call.failure.map(|it| it.ending), Some(Ending::Error));
    let unknown = Guest::settings_mapper();
    let input = json!({"settings": {"shoeSize": "43"}});
    let call = invoked(&unknown, Export::ToTarget, input);
    assert_eq!(call.output["ending"]["kind"], "error");
    assert!(
        call.output["ending"]["message"]
            .to_string()
            .contains("shoeSize")
    );
    let none = invoked(&unknown, Export::Decide, json!({}));
    assert_eq!(none.output["ending"]["message"], "the plugin has no decide");
}

#[test]
fn a_trap_tells_where_the_guest_was_and_what_it_last_said() {
    let mut guest = Guest::new();
    let words = guest.logs(3, "panicked at src/lib.rs:7:5: no rule");
    let guest = guest
        .with("(func $innermost unreachable) (func $by_way_of (call $innermost))")
        .forward(&format!("{words} (call $by_way_of) unreachable"));
    let call = invoked(&guest, Export::ToTarget, json!({}));
    let failure = call.failure.expect("a trap");
    assert_eq!(failure.ending, Ending::Trap);
    assert!(
        failure.message.contains("panicked at src/lib.rs:7:5"),
        "{failure}"
    );
    assert_eq!(failure.backtrace[..2], ["innermost", "by_way_of"]);
    assert_eq!(call.log.len(), 1);
}

#[test]
fn an_input_that_is_none_is_no_failure_of_the_plugin() {
    let loaded = load(&Guest::settings_mapper());
    let bad = loaded.invoke(&Invocation::new(Export::ToTarget, json!({"sorce": {}})));
    assert!(matches!(bad, Err(BadInvocation::Member(what)) if what.contains("sorce")));
    assert!("to-nowhere".parse::<Export>().is_err());
    assert_eq!("to-source".parse(), Ok(Export::ToSource));
}

#[test]
fn what_is_kept_is_bounded() {
    let mut guest = Guest::new();
    let (at, length) = guest.bytes(&[b'x'; 1_024]);
    let line = format!("(call $log (i32.const 1) (i32.const {at}) (i32.const {length}))");
    let body = format!(
        "{} {}",
        line.repeat(700),
        Guest::echo(offset::FORWARD_SETTINGS)
    );
    let limits = plugin::Limits {
        log_lines: 1_000,
        ..crate::scene::patient()
    };
    let engine = crate::scene::engine_with(plugin::EngineSettings {
        limits,
        ..plugin::EngineSettings::default()
    });
    let loaded = engine
        .load("talker", &guest.forward(&body).build())
        .expect("it is loaded");
    let call = loaded
        .invoke(&Invocation::new(Export::ToTarget, json!({})))
        .expect("an invocation");
    assert!(call.cut && call.host_calls.len() == 512);
    assert_eq!(call.report.log_lines, 700);
}
