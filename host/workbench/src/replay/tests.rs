use std::path::Path;

use super::*;
use crate::scene;

/// A recorded call of `tenant-rules`.
fn line(role: &str, status: &str, output: &Value) -> Value {
    json!({
        "at": "2026-05-01T00:00:00Z", "tenant": "acme", "connection": "entra", "plugin": "tenant-rules", "digest": "sha256:00",
        "wit": "0.1.0", "host": "0.1.0", "export": "decide", "settingsHash": "sha256:11",
        "input": {"operation": "create", "source": {}, "target": {"userName": "ada@example.com", "role": role}, "groups": [],
            "moment": "2026-05-01T00:00:00Z", "settings": {}, "facts": {}},
        "hostCalls": [{"call": "directory.find-role", "args": [role], "answer": {"id": "7", "name": role, "status": status}}],
        "output": output, "fuel": 1000, "masked": false,
    })
}

fn allow() -> Value {
    json!({"verdict": "allow", "warnings": []})
}

fn replayed(lines: &[Value], options: &Options) -> Result<(Standing, Value, String), Problem> {
    let folder = tempfile::tempdir().unwrap();
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(folder.path().join("entra.jsonl"), text).unwrap();
    let (subject, engine) = scene::bundled("tenant-rules");
    let mut options = Options {
        runs: folder.path().to_owned(),
        ..options.clone()
    };
    let (done, text) = scene::written(|screen| replay(&subject, None, &options, &engine, screen));
    let _ = done?;
    options.json = true;
    let (standing, json) =
        scene::json(|screen| replay(&subject, None, &options, &engine, screen).unwrap());
    Ok((standing, json, text))
}

#[test]
fn equal_outcomes_are_told_to_be_equal() {
    // The answers are those of the recording: no directory has a Clerk of id 7.
    let lines = [
        line("Clerk", "ACTIVE", &allow()),
        line("Agent", "ACTIVE", &allow()),
    ];
    let (standing, json, text) = replayed(&lines, &Options::default()).unwrap();
    assert_eq!(standing, Standing::Good, "{text}");
    assert_eq!(
        (&json["replayed"], &json["fuel"]["before"]),
        (&json!(2), &json!(2000))
    );
    assert!(json["fuel"]["after"].as_u64() > Some(0));
    assert!(text.contains("no outcome changed of 2 calls"), "{text}");
}

#[test]
fn a_changed_outcome_is_told_with_its_place() {
    let denied =
        json!({"verdict": "deny", "status": 400, "detail": "d", "fix": "f", "warnings": []});
    let lines = [
        line("Agent", "ACTIVE", &allow()),
        line("Agent", "ACTIVE", &denied),
        line("Clerk", "ACTIVE", &denied),
        // It denies for another reason than was recorded.
        line("Clerk", "INACTIVE", &denied),
    ];
    let (standing, json, text) = replayed(&lines, &Options::default()).unwrap();
    assert_eq!(standing, Standing::Bad);
    assert_eq!(
        (&json["changed"], json["groups"].as_array().unwrap().len()),
        (&json!(3), 2)
    );
    for part in [
        "tenant-rules decide  deny -> allow  2 calls",
        "entra.jsonl:2",
        "- status   400",
        "and 1 more: --diff tells all",
        "entra.jsonl:4",
        "3 outcomes changed of 4 calls",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let all = Options {
        diff: true,
        ..Options::default()
    };
    let (_, _, text) = replayed(&lines, &all).unwrap();
    assert!(
        text.contains("entra.jsonl:3") && !text.contains("--diff"),
        "{text}"
    );
}

#[test]
fn an_answer_that_was_not_recorded_is_a_changed_outcome_unless_a_directory_is_given() {
    let mut asked = line("Agent", "ACTIVE", &allow());
    asked["hostCalls"] = json!([]);
    let (standing, json, _) = replayed(std::slice::from_ref(&asked), &Options::default()).unwrap();
    assert_eq!(standing, Standing::Bad);
    assert_eq!(
        json["groups"][0]["way"], "allow -> ending error",
        "{json:#}"
    );
    let given = Options {
        directory: Some(json!({"roles": ["Agent"]})),
        ..Options::default()
    };
    assert_eq!(replayed(&[asked], &given).unwrap().0, Standing::Good);
}

#[test]
fn what_cannot_be_replayed_is_no_success() {
    let mut secret = line("Agent", "ACTIVE", &allow());
    secret["input"].as_object_mut().unwrap().remove("settings");
    let problem = replayed(std::slice::from_ref(&secret), &Options::default()).unwrap_err();
    assert!(
        problem.to_string().contains("1 without their settings"),
        "{problem}"
    );
    let given = Options {
        settings: Some(json!({})),
        ..Options::default()
    };
    assert_eq!(replayed(&[secret], &given).unwrap().0, Standing::Good);
    let problem = replayed(&[json!({"no": "call"})], &Options::default()).unwrap_err();
    assert!(
        problem.to_string().contains("holds no recorded call"),
        "{problem}"
    );
    let mut others = [
        line("Agent", "ACTIVE", &allow()),
        line("Agent", "ACTIVE", &allow()),
    ];
    others[0]["plugin"] = json!("entra");
    others[1]["plugin"] = json!("acme");
    let problem = replayed(&others, &Options::default()).unwrap_err();
    assert!(
        problem
            .to_string()
            .contains("acme (1 call), entra (1 call)"),
        "{problem}"
    );
    let named = Options {
        name: Some("acme".to_owned()),
        ..Options::default()
    };
    assert_eq!(replayed(&others, &named).unwrap().1["replayed"], 1);
}

#[test]
fn two_builds_are_compared_on_what_was_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("entra.jsonl");
    let run = json!({
        "at": "2026-05-01T00:00:00Z", "tenant": "acme", "connection": "c", "plugin": "google", "digest": "sha256:00",
        "wit": "0.1.0", "host": "0.1.0", "export": "to-target", "settingsHash": "sha256:11",
        "input": {"source": {"userName": "[1]", "title": "Lead", "timezone": "UTC"}, "draft": {}, "groups": [], "settings": {}, "facts": {}},
        "hostCalls": [], "output": {"target": {"userName": "[2]"}}, "fuel": 5, "masked": true,
    });
    std::fs::write(&runs, run.to_string()).unwrap();
    let (google, engine) = scene::bundled("google");
    let (entra, _) = scene::bundled("entra");
    let compared = |new: &Subject, old: Option<&Subject>, runs: &Path| {
        let options = Options {
            runs: runs.to_owned(),
            name: Some("google".to_owned()),
            ..Options::default()
        };
        scene::written(|screen| replay(new, old, &options, &engine, screen).unwrap())
    };
    // Masked, the record alone says too much.
    let (standing, text) = compared(&google, None, &runs);
    assert_eq!(standing, Standing::Bad);
    assert!(text.contains("masked: 1 call;"), "{text}");
    let (standing, text) = compared(&google, Some(&google), &runs);
    assert_eq!(standing, Standing::Good, "{text}");
    // `entra` maps the time zone, `google` does not.
    let (standing, text) = compared(&entra, Some(&google), &runs);
    assert_eq!(standing, Standing::Bad);
    assert!(
        text.contains("google to-target  target.timeZone  1 call"),
        "{text}"
    );
}
