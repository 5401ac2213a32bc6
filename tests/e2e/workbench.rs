//! `jackfield plugin`, as authors type it: one binary, from nothing to a tested component.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::binary::jackfield;

/// `jackfield plugin` in a directory, with a cache of its own.
fn plugin(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = jackfield();
    command
        .arg("plugin")
        .args(arguments)
        .current_dir(dir)
        .env("XDG_CACHE_HOME", dir.join(".cache"));
    command
}

/// Its exit code, and what it wrote to both outputs.
fn ended(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("a process");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (status.code(), text(stdout), text(stderr))
}

fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_plugin_is_looked_into_and_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let (code, out, _) = ended(&mut plugin(here, &["inspect", "tenant-rules", "--json"]));
    assert_eq!(
        (code, &document(&out)["kinds"]),
        (Some(0), &json!(["rules"]))
    );
    // No terminal, no colours.
    let (code, out, _) = ended(&mut plugin(here, &["inspect", "entra"]));
    assert_eq!(code, Some(0));
    assert!(out.starts_with("entra 0.1.0  mapper\n"), "{out}");

    fs::write(here.join("not.wasm"), "(component)").expect("written");
    let (code, out, _) = ended(&mut plugin(here, &["inspect", "not.wasm"]));
    assert_eq!(code, Some(1));
    assert!(out.contains("not a WebAssembly binary"), "{out}");
    let (code, _, error) = ended(&mut plugin(here, &["inspect", "none.wasm"]));
    assert_eq!(code, Some(2));
    assert!(
        error.contains("none.wasm") && error.contains("tenant-rules"),
        "{error}"
    );
    assert_eq!(ended(&mut plugin(here, &["inspct"])).0, Some(64));

    let mut running = plugin(here, &["run", "entra", "--input", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut input = running.stdin.take().expect("a pipe");
    input
        .write_all(br#"{"source": {"userName": "ada@example.com"}}"#)
        .expect("written");
    drop(input);
    let output = running.wait_with_output().expect("its end");
    assert_eq!(output.status.code(), Some(0));
    let ran = document(&String::from_utf8_lossy(&output.stdout));
    assert_eq!(ran["output"]["target"]["userName"], "ada@example.com");
}

#[test]
fn the_laws_are_tried_on_a_bundled_mapper() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let tried = ["laws", "okta", "--count", "20", "--seed", "7"];
    let (code, out, error) = ended(&mut plugin(here, &tried));
    assert_eq!(code, Some(0), "{out}{error}");
    assert!(out.contains("the laws hold: 21 inputs"), "{out}");
    let settings = "[attributes]\ndisplayName = { join = [\"nickName\", \"title\"] }\n";
    fs::write(here.join("settings.toml"), settings).expect("written");
    let tried = ["laws", "okta", "--settings", "settings.toml"];
    let (code, out, _) = ended(&mut plugin(here, &tried));
    assert_eq!(code, Some(1), "{out}");
    // The command that it names shows the same.
    let again = out.lines().find_map(|line| line.split_once("again  "));
    let (_, again) = again.expect("a command");
    let words: Vec<&str> = again.split(' ').skip(2).collect();
    let (code, out, error) = ended(&mut plugin(here, &words));
    assert_eq!(code, Some(1), "{again}: {out}{error}");
    assert!(out.contains("not as expected"), "{out}");
}

#[test]
fn a_component_is_signed_by_a_key_that_the_configuration_knows() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let (code, out, _) = ended(&mut plugin(here, &["key", "acme.key"]));
    assert_eq!(code, Some(0));
    let line = out.lines().last().expect("a line");
    assert!(line.starts_with("keys = { acme = \"ed25519:"), "{out}");
    assert_eq!(ended(&mut plugin(here, &["key", "acme.key"])).0, Some(2));
    fs::write(here.join("one.wasm"), b"\0asm").expect("written");
    let sign = ["sign", "one.wasm", "--key", "acme.key"];
    let (code, out, error) = ended(&mut plugin(here, &sign));
    assert_eq!(code, Some(0), "{error}");
    assert!(out.starts_with("one.wasm.sig: signed sha256:"), "{out}");
    let key = line.split('"').nth(1).expect("a key");
    let key = registry::PublicKey::parse(key).expect("a key");
    let signatures = registry::read_signatures(&here.join("one.wasm")).expect("signatures");
    let digest = registry::Digest::of(b"\0asm");
    assert!(key.verify(&digest, &signatures[0]));
}

#[test]
fn a_replay_ends_with_one_where_an_outcome_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    let line = |verdict: Value| {
        json!({
            "at": "2026-05-01T00:00:00Z", "tenant": "acme", "connection": "entra", "plugin": "tenant-rules", "digest": "sha256:00",
            "wit": "0.1.0", "host": "0.1.0", "export": "decide", "settingsHash": "sha256:11",
            "input": {"operation": "create", "source": {}, "target": {"userName": "ada@example.com", "role": "Agent"}, "groups": [],
                "moment": "2026-05-01T00:00:00Z", "settings": {}, "facts": {}},
            "hostCalls": [{"call": "directory.find-role", "args": ["Agent"], "answer": {"id": "7", "name": "Agent", "status": "ACTIVE"}}],
            "output": verdict, "fuel": 1000, "masked": false,
        })
        .to_string()
    };
    let allowed = line(json!({"verdict": "allow", "warnings": []}));
    let denied =
        line(json!({"verdict": "deny", "status": 400, "detail": "d", "fix": "f", "warnings": []}));
    let replay = ["replay", "--plugin", "tenant-rules", "--runs", "runs.jsonl"];
    for (lines, code, says) in [
        (allowed.clone(), 0, "no outcome changed of 1 call"),
        (
            format!("{allowed}\n{denied}"),
            1,
            "1 outcome changed of 2 calls",
        ),
        ("torn".to_owned(), 2, "holds no recorded call"),
    ] {
        fs::write(here.join("runs.jsonl"), lines).expect("written");
        let (came, out, error) = ended(&mut plugin(here, &replay));
        assert_eq!(came, Some(code), "{out}{error}");
        assert!(out.contains(says) || error.contains(says), "{out}{error}");
    }
}

#[test]
fn what_the_host_refuses_is_the_plugins_fault_in_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path();
    fs::write(here.join("not.wasm"), "(component)").expect("written");
    fs::write(here.join("input.json"), "{}").expect("written");
    let to = "oci://127.0.0.1:1/not:1";
    for (arguments, code, says) in [
        (
            &["run", "not.wasm", "--input", "input.json"][..],
            1,
            "not a WebAssembly binary",
        ),
        (&["push", "not.wasm", to], 1, "not a WebAssembly binary"),
        (&["push", ".", to], 2, ". is a directory: name a component"),
        (&["push", "none.wasm", to], 2, "none.wasm"),
    ] {
        let (came, out, error) = ended(&mut plugin(here, arguments));
        assert_eq!(came, Some(code), "{out}{error}");
        assert!(error.contains(says), "{out}{error}");
    }
}

/// The slow one: cargo builds the same crate for tests and for WebAssembly. Its target directory outlives the test.
#[test]
fn a_new_plugin_in_rust_is_green_at_once_and_red_when_it_is_broken() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workbench");
    let made = folder.path().join("one-domain");
    let new = ["new", "one-domain", "--lang", "rust", "--kind", "rules"];
    let (code, out, error) = ended(&mut plugin(folder.path(), &new));
    assert_eq!(code, Some(0), "{error}");
    for next in [
        "cd one-domain",
        "jackfield plugin test",
        "jackfield plugin build",
    ] {
        assert!(out.contains(next), "{out}");
    }
    assert_eq!(ended(&mut plugin(folder.path(), &new)).0, Some(2));
    // The versions of the house, so nothing has to be resolved or fetched that is not there.
    let lock = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../plugins/examples/rust/Cargo.lock"
    );
    let lock = fs::read_to_string(lock).expect("a lock");
    let lock = lock.replace("acme-skills", "one-domain");
    fs::write(made.join("Cargo.lock"), lock).expect("written");
    let run = |arguments: &[&str]| {
        let mut command = plugin(&made, arguments);
        command
            .env("CARGO_TARGET_DIR", &target)
            .env("CARGO_BUILD_BUILD_DIR", &target);
        ended(&mut command)
    };

    // Unbuilt, the component is not tested, and alone it cannot be.
    let (code, out, error) = run(&["test"]);
    assert_eq!(code, Some(0), "{out}{error}");
    assert!(
        out.contains("component: not tested, it is not built"),
        "{out}"
    );
    assert_eq!(run(&["test", "--component"]).0, Some(2));

    let (code, out, error) = run(&["build"]);
    assert_eq!(code, Some(0), "{out}{error}");
    assert!(out.contains("one-domain 0.1.0  rules"), "{out}");
    let (code, out, error) = run(&["test", "--json"]);
    assert_eq!(code, Some(0), "{error}");
    let tested = document(&out);
    assert_eq!(tested["native"]["good"], true);
    assert_eq!(tested["component"]["failed"], 0, "{tested:#}");
    assert!(tested["component"]["passed"].as_u64() > Some(2));
    // Nothing to be held against is no pass.
    assert_eq!(run(&["bench", "--rounds", "1"]).0, Some(2));
    assert_eq!(run(&["bench", "--save", "--rounds", "1"]).0, Some(0));
    assert_eq!(run(&["bench", "--rounds", "1"]).0, Some(0));

    // A denial becomes an allowance: the native run sees it at once, the component after it is built.
    let source = made.join("src/lib.rs");
    let text = fs::read_to_string(&source).expect("a source");
    let broken = text.replace(
        "eq_ignore_ascii_case(domain)",
        "eq_ignore_ascii_case(domain) || true",
    );
    assert_ne!(text, broken, "the template changed");
    fs::write(&source, &broken).expect("written");
    let (code, out, _) = run(&["test"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("natively: failed") && out.contains("is newer than it"),
        "{out}"
    );
    assert!(
        out.contains("again: jackfield plugin run . --input 'cases/domain.json#"),
        "{out}"
    );
    // What is older than its sources is run with a word, and not judged.
    let input = ["run", ".", "--input", "input.json"];
    fs::write(
        made.join("input.json"),
        r#"{"settings": {"domain": "example.com"}}"#,
    )
    .expect("written");
    let (code, out, _) = run(&input);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("src/lib.rs is newer than "), "{out}");
    let (code, _, error) = run(&["bench", "--rounds", "1"]);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("jackfield plugin build"), "{error}");

    // A case without end is ended.
    let endless = text.replace("let domain = ", "loop { std::hint::spin_loop() }\n        #[allow(unreachable_code)]\n        let domain = ");
    assert_ne!(text, endless, "the template changed");
    fs::write(&source, endless).expect("written");
    let (code, out, error) = run(&["test", "--native", "--timeout", "1"]);
    assert_eq!(code, Some(1), "{out}{error}");
    assert!(out.contains("natively: ended after 1 s"), "{out}");
    fs::write(&source, broken).expect("written");

    let (code, out, _) = run(&["test", "--component", "--build"]);
    assert_eq!(code, Some(1), "{out}");
    assert!(
        out.contains("FAIL") && out.contains("verdict  expected \"deny\"  came \"allow\""),
        "{out}"
    );
}
