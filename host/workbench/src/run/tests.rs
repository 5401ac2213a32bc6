use serde_json::json;

use super::*;
use crate::cases::Export;
use crate::input::{self, Instead};
use crate::scene;

fn asked(text: &str) -> Asked {
    let mut stdin = text.as_bytes();
    input::read("-", &Export::ALL, &Instead::default(), &mut stdin).unwrap()
}

fn ran(plugin: &str, text: &str) -> (Standing, Value, String) {
    let (subject, engine) = scene::bundled(plugin);
    let loaded = subject.ready(&engine).unwrap();
    let asked = asked(text);
    let (standing, json) =
        scene::json(|screen| run(&subject, &loaded, &asked, true, screen).unwrap());
    let (again, text) =
        scene::written(|screen| run(&subject, &loaded, &asked, false, screen).unwrap());
    assert_eq!(standing, again);
    (standing, json, text)
}

#[test]
fn a_mapper_tells_what_it_set_and_used() {
    let input = r#"{"export": "to-target", "input": {
        "source": {"userName": "ada@example.com", "name": {"givenName": "Ada"}}, "draft": {"userName": "x", "team": "West"}}}"#;
    let (standing, json, text) = ran("entra", input);
    assert_eq!(standing, Standing::Good);
    assert_eq!(
        json["changed"],
        json!([
            {"attribute": "userName", "before": "x", "after": "ada@example.com"},
            {"attribute": "givenName", "before": null, "after": "Ada"},
        ])
    );
    for gauge in ["fuel", "memory", "time", "output"] {
        let used = &json["used"][gauge];
        assert!(
            used["used"].as_u64() > Some(0) && used["limit"].as_u64() > Some(0),
            "{gauge}: {used}"
        );
        assert!(used["percent"].as_f64() < Some(100.0), "{gauge}: {used}");
    }
    assert!(
        text.contains("~ userName   \"x\" -> \"ada@example.com\""),
        "{text}"
    );
    assert!(text.contains("+ givenName"), "{text}");
    assert!(
        text.contains("fuel") && text.contains("10,000,000"),
        "{text}"
    );
}

#[test]
fn a_denial_is_an_answer() {
    let input = r#"{"export": "decide", "input": {"target": {"userName": "ada", "role": "Administrator"}}}"#;
    let (standing, json, text) = ran("tenant-rules", input);
    assert_eq!(standing, Standing::Good);
    assert_eq!(json["output"]["verdict"], "deny");
    assert!(text.starts_with("decide tenant-rules"), "{text}");
    assert!(
        text.contains("\ndeny\n") && text.contains("\n  fix "),
        "{text}"
    );
}

#[test]
fn what_the_host_was_asked_is_told() {
    let input = r#"{"export": "decide", "input": {"target": {"userName": "ada@example.com", "role": "Agent"}}}"#;
    let (_, json, text) = ran("tenant-rules", input);
    let calls = json["hostCalls"].as_array().unwrap();
    assert!(
        calls
            .iter()
            .any(|call| call["call"] == "directory.find-role"),
        "{calls:?}"
    );
    assert!(
        text.contains("directory.find-role(\"Agent\") -> {"),
        "{text}"
    );
}

#[test]
fn a_plugins_own_error_is_bad() {
    let input = r#"{"export": "decide", "input": {"settings": {"allowed_domains": 1}}}"#;
    let (standing, json, text) = ran("tenant-rules", input);
    assert_eq!(standing, Standing::Bad);
    assert_eq!(json["output"]["error"]["code"], "settings");
    assert!(text.contains("error\n  code       settings\n"), "{text}");
    assert!(
        text.contains("a configuration with these settings is refused"),
        "{text}"
    );
    assert!(json["settingsRefused"].is_string());
}

#[test]
fn what_was_expected_is_compared() {
    let case = |expected: &str| {
        format!(
            r#"{{"export": "to-target", "input": {{"source": {{"userName": "ada@example.com"}}}},
                "expect": {{"target": {{"userName": "{expected}"}}}}}}"#
        )
    };
    let (standing, json, text) = ran("entra", &case("ada@example.com"));
    assert_eq!((standing, &json["differs"]), (Standing::Good, &json!([])));
    assert!(text.contains("as expected"), "{text}");
    let (standing, json, text) = ran("entra", &case("ida@example.com"));
    assert_eq!(standing, Standing::Bad);
    assert_eq!(json["differs"][0]["member"], "target");
    assert!(
        text.contains("target.userName  expected \"ida@example.com\"  came \"ada@example.com\""),
        "{text}"
    );
}

/// What a guest of `tests/guests` does with any input.
fn hostile(guest: &str) -> (Value, String) {
    let subject = scene::guest(guest);
    let loaded = subject.ready(&scene::engine()).unwrap();
    let asked = asked(r#"{"export": "to-target", "input": {}}"#);
    let (standing, json) =
        scene::json(|screen| run(&subject, &loaded, &asked, true, screen).unwrap());
    assert_eq!(standing, Standing::Bad, "{guest}");
    let (_, text) = scene::written(|screen| run(&subject, &loaded, &asked, false, screen).unwrap());
    (json, text)
}

#[test]
fn a_trap_has_the_guests_last_words_and_place() {
    let (json, text) = hostile("trap");
    assert_eq!(json["output"]["ending"]["kind"], "trap");
    assert!(text.contains("last words"), "{text}");
    let backtrace = json["backtrace"].as_array().unwrap();
    assert!(!backtrace.is_empty(), "{json:#}");
    assert_eq!(
        text.matches("its last error line: last words").count(),
        1,
        "{text}"
    );
    assert!(
        !text.contains("function "),
        "a number tells nobody where: {text}"
    );
}

#[test]
fn a_limit_that_was_reached_is_told_with_its_figure() {
    for (guest, says, gauge) in [
        ("endless-loop", "units of fuel", "fuel"),
        ("memory-bomb", "KiB of memory", "memory"),
        ("huge-output", "bytes", "memory"),
    ] {
        let (json, text) = hostile(guest);
        assert_eq!(
            json["output"]["ending"]["kind"], "limit",
            "{guest}: {json:#}"
        );
        assert!(text.contains("limit: ") && text.contains(says), "{text}");
        assert!(json["used"][gauge]["used"].as_u64() > Some(0), "{guest}");
    }
    let (json, text) = hostile("endless-loop");
    let percent = json["used"]["fuel"]["percent"].as_f64().unwrap();
    assert!(percent > 99.0, "{percent}");
    // The guest's functions have no names.
    assert!(
        text.contains("run the case natively to see where"),
        "{text}"
    );
}

#[test]
fn an_old_component_is_run_and_said_to_be_old() {
    let (mut subject, engine) = scene::bundled("entra");
    let loaded = subject.ready(&engine).unwrap();
    let asked = asked(r#"{"export": "to-target", "input": {}}"#);
    subject.stale = Some("lib.rs is newer than it".to_owned());
    let told =
        |json| scene::written(|screen| run(&subject, &loaded, &asked, json, screen).unwrap());
    let (standing, text) = told(false);
    assert_eq!(standing, Standing::Good);
    assert!(text.starts_with("lib.rs is newer than it\n"), "{text}");
    let json: Value = serde_json::from_str(&told(true).1).unwrap();
    assert_eq!(json["stale"], "lib.rs is newer than it");
}
