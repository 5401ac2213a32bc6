//! Recording: what of a call is written, what is not, and that it can be made again.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use bridge::port::plugins::{Ending, Evaluation, Plugins};
use metrics::with_local_recorder;
use plugin::{
    Chain, ConnectionFacts, Export, FailurePolicy, OnFailure, PluginMode, PluginSource,
    RecordingSettings, Run, Values, flush_recordings, read_recordings,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::counted::Numbers;
use crate::guest::{Guest, offset};
use crate::logged;
use crate::scene::{engine, evaluation, facts, named, source, target};

fn settings(dir: &Path) -> RecordingSettings {
    RecordingSettings {
        dir: dir.to_owned(),
        sample: 1.0,
        bytes: 1 << 20,
        values: Values::Masked,
    }
}

fn recording(settings: RecordingSettings) -> ConnectionFacts {
    ConnectionFacts {
        recording: Some(settings),
        ..facts("acme")
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn source_of(name: &str, guest: &Guest, settings: Value) -> PluginSource {
    named(name, &guest.build(), settings)
}

/// A mapper that answers a part of the source: its custom extension, which reads as a target.
fn mapper() -> PluginSource {
    let echo = Guest::echo(offset::FORWARD_SOURCE);
    source_of(
        "map",
        &Guest::new().forward(&echo),
        json!({"known": "Blue"}),
    )
}

/// A rule that looks for a role and logs, then denies or traps.
fn judge(name: &str, traps: bool) -> PluginSource {
    let mut guest = Guest::new();
    let (role, length) = guest.bytes(b"agent");
    let logs = guest.logs(2, "no role for Quillfeather");
    let answer = if traps {
        "unreachable".to_owned()
    } else {
        guest.denies(400, "", "Quillfeather may not")
    };
    let body = format!(
        "(call $find_role (i32.const {role}) (i32.const {length}) (i32.const 256)) {logs} {answer}"
    );
    source_of(name, &guest.decide(&body), json!({}))
}

fn person() -> Evaluation {
    Evaluation {
        // What the guest answers of it must read as a target.
        source: source(json!({
            "userName": "ada.quillfeather@example.com", "displayName": "Ada Quillfeather", "active": true,
        })),
        accepted: Some(target(
            json!({"email": "quill@example.com", "team": "Blue"}),
        )),
        ..evaluation()
    }
}

pub(crate) fn runs(dir: &Path) -> Vec<Run> {
    assert!(flush_recordings(Duration::from_secs(30)), "written in time");
    match read_recordings(dir) {
        Ok(runs) => runs.collect::<Result<_, _>>().expect("recorded calls"),
        Err(error) => {
            assert!(error.reason.contains("no recordings"), "{error}");
            Vec::new()
        }
    }
}

fn bytes(dir: &Path) -> String {
    assert!(flush_recordings(Duration::from_secs(30)), "written in time");
    fs::read_to_string(dir.join("acme/entra.jsonl")).expect("recordings")
}

#[tokio::test]
async fn a_recorded_call_says_what_was_called_and_what_came_of_it() {
    let (engine, dir) = (engine(), folder());
    let chain = Chain::load(
        &engine,
        vec![mapper(), judge("judge", false)],
        recording(RecordingSettings {
            values: Values::Clear,
            ..settings(dir.path())
        }),
    );
    chain.evaluate(person()).await.expect("a decision");
    let text = bytes(dir.path());
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let [mapped, judged] = lines.as_slice() else {
        panic!("{lines:#?}");
    };
    let members: Vec<&str> = mapped
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "at",
        "tenant",
        "connection",
        "plugin",
        "digest",
        "wit",
        "host",
        "export",
        "settingsHash",
        "input",
        "hostCalls",
        "output",
        "fuel",
        "masked",
    ];
    assert_eq!(members, expected);
    let digest = chain
        .plugins()
        .next()
        .expect("a plugin")
        .1
        .digest()
        .to_string();
    assert_eq!(mapped["digest"], digest);
    // printf '{"known":"Blue"}' | sha256sum
    let hash = "sha256:e0f786da426920aa8aff951f4089d03ddd81c23d743f035f69a16361d58a4893";
    assert_eq!(
        (
            &mapped["export"],
            &mapped["wit"],
            &mapped["masked"],
            &mapped["settingsHash"]
        ),
        (
            &json!("to-target"),
            &json!("0.1.0"),
            &json!(false),
            &json!(hash)
        )
    );
    assert_eq!(mapped["input"]["source"]["displayName"], "Ada Quillfeather");
    assert_eq!(
        mapped["output"]["target"]["displayName"],
        "Ada Quillfeather"
    );
    assert_eq!(judged["output"]["detail"], "Quillfeather may not");
    assert_eq!(judged["hostCalls"][0]["call"], "directory.find-role");
    assert_eq!(judged["hostCalls"][0]["answer"]["name"], "Agent");
    assert_eq!(judged["hostCalls"][1]["call"], "log.write");
    assert!(judged["fuel"].as_u64().is_some_and(|fuel| fuel > 0));
}

#[tokio::test]
async fn what_is_recorded_can_be_made_again_and_comes_to_the_same() {
    let engine = engine();
    for values in [Values::Clear, Values::Masked] {
        let dir = folder();
        let recorded = RecordingSettings {
            values,
            ..settings(dir.path())
        };
        let traps = PluginSource {
            on_failure: FailurePolicy::all(OnFailure::Pass),
            ..judge("traps", true)
        };
        let plugins = vec![mapper(), traps, judge("judge", false)];
        let chain = Chain::load(&engine, plugins, recording(recorded));
        chain.evaluate(person()).await.expect("a decision");
        let runs = runs(dir.path());
        assert_eq!(runs.len(), 3);
        for run in runs {
            assert_eq!(run.masked, values == Values::Masked);
            let name = &run.invocation.name;
            let (_, loaded) = chain.plugins().find(|it| it.0 == name).expect("the plugin");
            let again = loaded.invoke(&run.invocation).expect("an input");
            match name.as_str() {
                "traps" => assert_eq!(again.output["ending"]["kind"], run.output["ending"]["kind"]),
                // The guest's own text names her, and it is no value that it was given.
                "judge" => assert_eq!(again.output["verdict"], run.output["verdict"]),
                _ => assert_eq!(again.output, run.output),
            }
            assert_eq!(again.report.fuel, run.fuel, "{name}");
        }
    }
}

#[tokio::test]
async fn nothing_of_the_person_is_recorded() {
    let (engine, dir) = (engine(), folder());
    let settings = settings(dir.path());
    let chain = Chain::load(
        &engine,
        vec![mapper(), judge("judge", false)],
        recording(settings),
    );
    chain.evaluate(person()).await.expect("a decision");
    let recorded = bytes(dir.path()).to_lowercase();
    for canary in ["quillfeather", "ada", "quill@"] {
        assert!(
            !recorded.contains(&canary.to_lowercase()),
            "{canary} in {recorded}"
        );
    }
    assert!(
        recorded.contains("@example.com") && recorded.contains("blue"),
        "{recorded}"
    );
}

#[tokio::test]
async fn a_failure_records_its_input_masked_although_nothing_is_sampled() {
    let engine = engine();
    for values in [Values::Masked, Values::Clear] {
        let dir = folder();
        let recorded = RecordingSettings {
            sample: 0.0,
            values,
            ..settings(dir.path())
        };
        let traps = PluginSource {
            on_failure: FailurePolicy::all(OnFailure::Pass),
            ..judge("traps", true)
        };
        let mut errs = Guest::new();
        let body = errs.answers_error("internal", "no mood for Quillfeather");
        let errs = PluginSource {
            mode: PluginMode::Monitor,
            ..source_of("errs", &errs.forward(&body), json!({}))
        };
        let plugins = vec![mapper(), errs, traps, judge("judge", false)];
        let chain = Chain::load(&engine, plugins, recording(recorded));
        for _ in 0..3 {
            chain.evaluate(person()).await.expect("a decision");
        }
        let runs = runs(dir.path());
        let told: Vec<(&str, Export)> = runs
            .iter()
            .map(|run| (run.invocation.name.as_str(), run.invocation.export))
            .collect();
        let both = [("errs", Export::ToTarget), ("traps", Export::Decide)];
        assert_eq!(told, both.repeat(3), "each of them");
        assert!(runs.iter().all(|run| run.masked && !run.cut));
        assert!(runs[0].monitored && !runs[1].monitored);
        assert_eq!(runs[0].output["error"]["code"], "internal");
        assert_eq!(runs[1].output["ending"]["kind"], "trap");
        // What it asked of the host is there, although nobody listened at first.
        let calls = runs[1].invocation.host_calls.as_ref().expect("calls");
        assert_eq!(calls[0]["call"], "directory.find-role");
        let (_, loaded) = chain
            .plugins()
            .find(|it| it.0 == "traps")
            .expect("the plugin");
        let again = loaded.invoke(&runs[1].invocation).expect("an input");
        assert_eq!(
            again.failure.map(|failure| failure.ending),
            Some(Ending::Trap)
        );
        assert!(!bytes(dir.path()).to_lowercase().contains("quillfeather"));
    }
}

#[tokio::test]
async fn a_request_is_recorded_whole_or_not_at_all() {
    let engine = engine();
    let drawn = async |seed: u64| {
        let dir = folder();
        let recorded = RecordingSettings {
            sample: 0.5,
            ..settings(dir.path())
        };
        let plugins = vec![mapper(), judge("judge", false)];
        let chain = Chain::load(&engine, plugins, recording(recorded)).seeded(seed);
        for number in 0..32 {
            let mut person = person();
            person.moment = jiff::Timestamp::from_second(number).expect("a moment");
            chain.evaluate(person).await.expect("a decision");
        }
        let runs = runs(dir.path());
        let names: Vec<String> = runs.iter().map(|run| run.invocation.name.clone()).collect();
        let whole = names.chunks(2).all(|pair| pair == ["map", "judge"]);
        assert!(whole, "{names:?}");
        let moments = runs
            .iter()
            .filter_map(|run| run.invocation.input["moment"].as_str());
        moments.map(str::to_owned).collect::<Vec<_>>()
    };
    let once = drawn(1).await;
    assert!((4..28).contains(&once.len()), "{once:?}");
    assert_eq!(once, drawn(1).await);
    assert_ne!(once, drawn(2).await);
}

#[tokio::test]
async fn recordings_are_private_and_take_no_more_than_they_may() {
    let (engine, dir) = (engine(), folder());
    let recorded = RecordingSettings {
        bytes: 8_000,
        ..settings(&dir.path().join("recordings"))
    };
    let (dir, chain) = (
        recorded.dir.clone(),
        Chain::load(&engine, vec![mapper()], recording(recorded)),
    );
    for number in 0..40 {
        let mut person = person();
        person.default_role = format!("role {number}");
        chain.evaluate(person).await.expect("a target");
    }
    let runs = runs(&dir);
    let files = ["acme/entra.old.jsonl", "acme/entra.jsonl"].map(|name| dir.join(name));
    let lengths = files
        .each_ref()
        .map(|file| file.metadata().expect("a file").len());
    assert!(lengths.iter().all(|length| *length <= 4_000), "{lengths:?}");
    assert!(lengths[0] > 2_000, "{lengths:?}");
    let last = &runs.last().expect("some").invocation.input["facts"]["defaultRole"];
    assert_eq!(last, "role 39");
    assert!(runs.len() > 4 && runs.len() < 40, "{}", runs.len());
    for (path, mode) in [
        (&files[0], 0o600),
        (&files[1], 0o600),
        (&dir.join("acme"), 0o700),
        (&dir, 0o700),
    ] {
        let found = path.metadata().expect("it is there").permissions().mode() & 0o777;
        assert_eq!(found, mode, "{}", path.display());
    }
}

#[tokio::test]
async fn equal_values_have_equal_masks_in_every_process_and_connection() {
    let (engine, dir) = (engine(), folder());
    let mut names = Vec::new();
    for connection in ["entra", "okta"] {
        let facts = ConnectionFacts {
            connection: connection.to_owned(),
            ..recording(settings(dir.path()))
        };
        let chain = Chain::load(&engine, vec![mapper()], facts);
        chain.evaluate(person()).await.expect("a target");
    }
    for run in runs(dir.path()) {
        names.push(run.invocation.input["source"]["userName"].clone());
    }
    assert_eq!(names.len(), 2);
    assert_eq!(names[0], names[1]);
}

#[tokio::test]
async fn settings_that_may_hold_a_secret_are_left_out() {
    let (engine, dir) = (engine(), folder());
    let secret = PluginSource {
        settings: json!({"token": "hunter2"}),
        settings_secret: true,
        ..mapper()
    };
    let chain = Chain::load(&engine, vec![secret], recording(settings(dir.path())));
    chain.evaluate(person()).await.expect("a target");
    assert!(!bytes(dir.path()).contains("hunter2"));
    let runs = runs(dir.path());
    assert!(runs[0].settings_missing && runs[0].settings_hash.starts_with("sha256:"));
}

#[tokio::test]
async fn a_secret_that_a_plugin_repeats_is_told_nowhere() {
    let engine = engine();
    for values in [Values::Masked, Values::Clear] {
        let dir = folder();
        let mut guest = Guest::new();
        let logs = guest.logs(2, "asked with hunter2hunter2");
        let denies = guest.denies(400, "", "hunter2hunter2 says no");
        let secret = PluginSource {
            settings: json!({"token": "hunter2hunter2"}),
            settings_secret: true,
            ..source_of(
                "repeats",
                &guest.decide(&format!("{logs} {denies}")),
                json!({}),
            )
        };
        let mut errs = Guest::new();
        let body = errs.answers_error("internal", "no mood for hunter2hunter2");
        let errs = PluginSource {
            settings: json!({"token": "Hunter2hunter2"}),
            settings_secret: true,
            mode: PluginMode::Monitor,
            ..source_of("repeats-too", &errs.forward(&body), json!({}))
        };
        let recorded = RecordingSettings {
            values,
            ..settings(dir.path())
        };
        let chain = Chain::load(&engine, vec![mapper(), errs, secret], recording(recorded));
        assert_eq!(chain.vocabulary(), ["Blue", "known"]);
        chain.evaluate(person()).await.expect("a decision");
        let text = bytes(dir.path());
        assert!(!text.to_lowercase().contains("hunter2"), "{text}");
        assert_eq!(text.matches("says no").count(), 1);
        let lines = [logged::lines("repeats"), logged::lines("repeats-too")].concat();
        assert!(lines.len() >= 2, "{lines:?}");
        let told = |line: &String| line.to_lowercase().contains("hunter2");
        assert!(!lines.iter().any(told), "{lines:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_written_is_counted_and_holds_up_nobody() {
    let (engine, dir) = (engine(), folder());
    let numbers = Numbers::default();
    let chain = with_local_recorder(&numbers, || {
        Chain::load(&engine, vec![mapper()], recording(settings(dir.path())))
    });
    let count = |name: &str| {
        let name = format!("jackfield_plugin_{name}_total{{tenant=acme,connection=entra}}");
        numbers.counter(&name).expect("registered")
    };
    // More than may be taken.
    let mut large = person();
    large.default_role = "x".repeat(1 << 20);
    for _ in 0..3 {
        chain.evaluate(large.clone()).await.expect("a target");
    }
    chain.evaluate(person()).await.expect("a target");
    assert_eq!(runs(dir.path()).len(), 1);
    assert_eq!((count("recorded"), count("recordings_dropped")), (1, 3));
    fs::remove_dir_all(dir.path().join("acme")).expect("removed");
    fs::write(dir.path().join("acme"), "no folder").expect("written");
    chain.evaluate(person()).await.expect("a target");
    assert!(flush_recordings(Duration::from_secs(30)));
    assert_eq!((count("recorded"), count("recordings_dropped")), (1, 4));
}

#[tokio::test]
async fn without_recording_nothing_is_written() {
    let (engine, dir) = (engine(), folder());
    let off = RecordingSettings {
        sample: 0.0,
        ..settings(dir.path())
    };
    for facts in [recording(off), facts("acme")] {
        let chain = Chain::load(&engine, vec![mapper()], facts);
        chain.evaluate(person()).await.expect("a target");
    }
    assert_eq!(runs(dir.path()).len(), 0);
    assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 0);
}

#[tokio::test]
async fn a_key_that_others_can_read_is_not_used() {
    let (engine, dir) = (engine(), folder());
    fs::write(dir.path().join(".key"), [7; 32]).expect("written");
    fs::set_permissions(dir.path().join(".key"), PermissionsExt::from_mode(0o644)).expect("shared");
    let chain = Chain::load(&engine, vec![mapper()], recording(settings(dir.path())));
    chain.evaluate(person()).await.expect("a target");
    assert_eq!(
        runs(dir.path()).len(),
        0,
        "nothing is written that could not be masked"
    );
}
