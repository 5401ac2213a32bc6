//! The command itself: what it ends with, and its JSON.

use std::process::Output;

use serde_json::{Value, json};

use super::Stage;
use crate::binary::jackfield;

async fn run(stage: &Stage, arguments: &[&str]) -> Output {
    let mut command = jackfield();
    command
        .arg("check")
        .arg("--config")
        .arg(stage.path())
        .args(arguments);
    // The simulator is in this process, and must go on.
    let ended = tokio::task::spawn_blocking(move || command.output());
    ended.await.expect("a thread").expect("a process")
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_0_1_2_and_64() {
    let stage = Stage::with(json!({})).await;
    let fine = run(&stage, &["--json"]).await;
    assert_eq!(fine.status.code(), Some(0), "{fine:?}");
    let told: Value = serde_json::from_slice(&fine.stdout).expect("JSON");
    assert_eq!(told["settled"], json!({}));
    let findings = told["findings"].as_array().expect("findings");
    assert!(
        findings.iter().all(|finding| finding["level"] == "ok"),
        "{told:#}"
    );
    let place = findings
        .iter()
        .find(|finding| finding["check"] == "place")
        .expect("a place");
    assert_eq!(place["area"], "tenant acme");
    assert!(place["said"].as_str().expect("text").contains("area na1"));
    assert_eq!(place["fix"], Value::Null);

    for (arguments, code) in [
        (["--tenant", "nobody"].as_slice(), 64),
        (&["--probe-user", "ada@example.com"], 64),
        (&["--yes"], 64),
        (&["--colour"], 64),
    ] {
        let wrong = run(&stage, arguments).await;
        assert_eq!(wrong.status.code(), Some(code), "{wrong:?}");
    }

    let stage = stage.change("admin = \"127.0.0.1:0\"", "admin = \"0.0.0.0:0\"");
    let warned = run(&stage, &[]).await;
    assert_eq!(warned.status.code(), Some(1), "{warned:?}");
    let text = String::from_utf8(warned.stdout).expect("text");
    assert!(text.contains("1 warning, 0 failures"), "{text}");

    let stage = stage.change("idp = \"entra\"", "idp = \"entro\"");
    let broken = run(&stage, &[]).await;
    assert_eq!(broken.status.code(), Some(2), "{broken:?}");
    let text = String::from_utf8(broken.stdout).expect("text");
    let line = text.lines().next().expect("a line");
    assert!(line.starts_with("failure  config  file  "), "{text}");
    let place = stage
        .toml
        .lines()
        .position(|line| line.starts_with("idp"))
        .expect("a line")
        + 1;
    assert!(
        line.contains(&format!(
            "jackfield.toml:{place}:7: the idp \"entro\" is not known"
        )),
        "{text}"
    );
    assert!(text.contains("fix: did you mean \"entra\"?"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn compiled_code_is_kept_where_serve_keeps_it_and_nowhere_else() {
    use std::os::unix::fs::PermissionsExt;

    let stage = Stage::with(json!({})).await;
    let cache = stage.directory.path().join("jackfield-cache");
    assert_eq!(run(&stage, &[]).await.status.code(), Some(0));
    assert!(!cache.exists(), "it leaves nothing behind");

    let code = cache.join("code");
    std::fs::create_dir_all(&code).expect("a folder");
    std::fs::set_permissions(&code, PermissionsExt::from_mode(0o700)).expect("ours alone");
    assert_eq!(run(&stage, &[]).await.status.code(), Some(0));
    let engine = std::fs::read_dir(&code).expect("a folder").next();
    let engine = engine.expect("an engine").expect("an entry").path();
    let entries = std::fs::read_dir(engine).expect("a folder").count();
    assert!(entries >= 1, "the next check compiles nothing");

    // It would run in this process, and anybody could have put it there.
    std::fs::set_permissions(&code, PermissionsExt::from_mode(0o777)).expect("everybody's");
    assert_eq!(run(&stage, &[]).await.status.code(), Some(0));
}
