//! Nothing of a credential is logged, at any level.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use reqwest::Client;
use serde_json::json;
use tempfile::TempDir;

use super::{ASSERTION, SUBJECT, TENANT, assertion, basic, claims, peer, signed, with};

/// The binary; ended with the value.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves with everything logged; answers the process and where it serves.
fn serve(directory: &TempDir, config: &str) -> (Process, String) {
    let path = directory.path().join("jackfield.toml");
    std::fs::write(&path, config).expect("a file");
    let log = std::fs::File::create(directory.path().join("log")).expect("a file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_jackfield"))
        .args(["serve", "--log", "trace", "--config"])
        .arg(&path)
        .current_dir(directory.path())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("a process");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let process = Process(child);
    let mut lines = lines.map_while(Result::ok);
    let line = lines
        .find(|line| line.starts_with("SCIM"))
        .expect("it serves");
    let url = line
        .split_whitespace()
        .next_back()
        .expect("a URL")
        .to_owned();
    (
        process,
        url.trim_end_matches("/acme/entra/scim/v2").to_owned(),
    )
}

async fn send(request: reqwest::RequestBuilder) -> u16 {
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_part_of_a_credential_is_logged() {
    let directory = TempDir::new().expect("a directory");
    let config = format!(
        "[listen]\nscim = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n\
         [tenants.acme.cxone]\nbase_url = \"http://127.0.0.1:1\"\naccess_key_id = \"x\"\naccess_key_secret = \"canary-access-key\"\n\
         [tenants.acme.connections.entra]\nidp = \"entra\"\ntoken = \"canary-token\"\n\
         [tenants.acme.connections.entra.auth.basic]\nusers = [{{ name = \"canary-user\", password = \"canary-password-long\" }}]\n\
         [tenants.acme.connections.entra.auth.oauth]\nclients = [{{ id = \"canary-client\", secrets = [\"canary-client-secret\"] }}]\n\
         [tenants.acme.connections.entra.auth.workload_identity]\nclient_id = \"federated\"\ntenant_id = \"{TENANT}\"\nsubject = \"{SUBJECT}\"\naudiences = [\"x\"]\nkeys_url = \"http://127.0.0.1:1/keys\"\n\
         [tenants.acme.connections.entra.auth.entra]\ntenant_id = \"{TENANT}\"\nkeys_url = \"http://127.0.0.1:1/keys\"\n"
    );
    let (process, origin) = serve(&directory, &config);
    let users = format!("{origin}/acme/entra/scim/v2/Users");
    let token = format!("{origin}/acme/entra/oauth2/token");
    let http = Client::new();
    let with_name = |claims| signed(&with(claims, "name", json!("canary-person")));
    let tokens = [with_name(claims()), with_name(assertion())];
    let form = |fields: &[(&str, &str)]| {
        let encoded = reqwest::Url::parse_with_params("http://x/", fields).expect("a form");
        encoded.query().unwrap_or_default().to_owned()
    };
    let secret = [
        ("grant_type", "client_credentials"),
        ("client_id", "canary-client"),
        ("client_secret", "canary-client-secret"),
    ];
    let granted = http
        .post(&token)
        .body(form(&secret))
        .send()
        .await
        .expect("an answer");
    let granted: serde_json::Value =
        serde_json::from_str(&granted.text().await.expect("a body")).expect("JSON");
    let access = granted["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    for (authorization, status) in [
        ("Bearer canary-token".to_owned(), 200),
        (basic("canary-user", "canary-password-long"), 200),
        (format!("Bearer {access}"), 200),
        ("Bearer canary-wrong".to_owned(), 401),
        (basic("canary-user", "canary-wrong"), 401),
        ("canary-scheme x".to_owned(), 401),
        (format!("Bearer {}", tokens[0]), 503),
        (format!("Bearer {}", tokens[1]), 503),
        (format!("Bearer {access}x"), 401),
    ] {
        let request = http.get(&users).header("authorization", &authorization);
        assert_eq!(send(request).await, status, "{authorization}");
    }
    for fields in [
        vec![secret[0], secret[1], ("client_secret", "canary-wrong")],
        vec![
            secret[0],
            ("client_assertion", &tokens[1]),
            ("client_assertion_type", ASSERTION),
        ],
        vec![("grant_type", "canary-grant")],
        vec![secret[0], secret[1], secret[2], ("scope", "canary\"scope")],
    ] {
        assert_ne!(send(http.post(&token).body(form(&fields))).await, 200);
    }
    // A path may hold anything too.
    let stranger = peer(4);
    for path in [
        "/canary-tenant@x/canary/scim/v2/Users",
        "/canary-tenant/canary_x/oauth2/token",
    ] {
        let request = stranger
            .post(format!("{origin}{path}"))
            .header("authorization", "Bearer canary");
        assert_ne!(send(request).await, 200);
    }
    drop(process);
    let log = std::fs::read_to_string(directory.path().join("log")).expect("a log");
    assert!(log.contains("a caller is refused"), "{log}");
    let mut secrets = vec!["canary"];
    let encoded = [
        basic("canary-user", "canary-password-long"),
        basic("canary-user", "canary-wrong"),
    ];
    secrets.extend(
        encoded
            .iter()
            .filter_map(|basic| basic.strip_prefix("Basic ")),
    );
    secrets.extend(tokens.iter().flat_map(|token| token.split('.')));
    secrets.extend(access.split('.'));
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
    }
}
