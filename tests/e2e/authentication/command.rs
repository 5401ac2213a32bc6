//! `jackfield token`, and what it prints put to use.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use super::*;

fn token(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jackfield"))
        .arg("token")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut stdin = child.stdin.take().expect("a pipe");
    // Who reads nothing has gone by then.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("an end")
}

/// The lines on standard output.
fn lines(output: &Output) -> Vec<String> {
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout.clone()).expect("text");
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_token_command_prints_opens_a_connection() {
    let made = [
        lines(&token(&[], "")),
        lines(&token(&["--client", "a \"client\""], "")),
        lines(&token(&["--basic", "okta"], "")),
    ];
    for lines in &made {
        assert_eq!(lines.len(), 2, "{lines:?}");
        let secret = &lines[0];
        // 256 bits in base64url behind the prefix.
        assert_eq!((secret.len(), &secret[..3]), (3 + 43, "jf_"));
        assert!(
            !lines[1].contains(&secret[3..]),
            "the configuration has the hash alone"
        );
    }
    assert_ne!(made[0][0], lines(&token(&[], ""))[0]);
    let [bearer_lines, client, user] = made;
    let credentials = format!(
        "{}\n[auth.oauth]\n{}\n[auth.basic]\n{}",
        bearer_lines[1], client[1], user[1]
    );
    let world = World::with(&connection("entra", "entra", &credentials)).await;
    let form = [("grant_type", "client_credentials")];
    let granted = grant(&world, Some(&basic("a \"client\"", &client[0])), &form).await;
    for authorization in [
        format!("Bearer {}", bearer_lines[0]),
        bearer(&granted),
        basic("okta", &user[0]),
    ] {
        assert_eq!(opens(&world, "acme/entra", &authorization).await, 200);
    }
}

#[test]
fn a_secret_that_is_there_already_is_hashed() {
    let secret = "correct horse battery staple";
    for input in [secret.to_owned(), format!("{secret}\r\n")] {
        let output = token(&["--hash"], &input);
        assert_eq!(lines(&output), [service::Secret::of(secret).to_hash()]);
        assert!(output.stderr.is_empty());
    }
    let short = token(&["--hash"], "short");
    assert_eq!(lines(&short), [service::Secret::of("short").to_hash()]);
    assert!(String::from_utf8_lossy(&short.stderr).contains("short"));
    for (arguments, code) in [
        (&["--hash"][..], 1),
        (&["--hash", "--client", "x"], 64),
        (&["--basic", "x", "--client", "x"], 64),
    ] {
        let output = token(arguments, "\n");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
}
