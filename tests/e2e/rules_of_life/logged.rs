//! Personal data is absent from logs, at any level.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::binary::Process;
use crate::world::{TOKEN, reply};

/// Everything about this person has a canary in it.
fn person() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "canary.ada@example.com", "externalId": "canary-1815", "active": true,
        "name": {"givenName": "Canary", "familyName": "Canaryson"}, "displayName": "Canary Byron",
        "title": "Canary keeper", "nickName": "Canny canary",
        "emails": [{"primary": true, "type": "work", "value": "canary.mail@example.com"}],
        "phoneNumbers": [{"type": "mobile", "value": "+44 20 7946 0018"}],
        "addresses": [{"type": "work", "locality": "Canary Wharf"}],
    })
}

fn patch(path: &str, value: Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "Replace", "path": path, "value": value}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_is_absent_from_logs() {
    let directory = TempDir::new().expect("a directory");
    let simulator = Process::simulator();
    let cxone = simulator.address("CXone").to_owned();
    let config = format!(
        "[listen]\nscim = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[ledger]\nurl = \"sqlite:{}\"\n\
         [tenants.acme.cxone]\nbase_url = \"{cxone}\"\naccess_key_id = \"simulator\"\naccess_key_secret = \"simulator-secret\"\n\
         [tenants.acme.connections.entra]\nidp = \"entra\"\ntoken = \"{TOKEN}\"\n\
         [[tenants.acme.connections.entra.plugins]]\nuse = \"entra\"\n\
         [[tenants.acme.connections.entra.plugins]]\nuse = \"tenant-rules\"\n",
        directory.path().join("jackfield.db").display(),
    );
    let path = directory.path().join("jackfield.toml");
    std::fs::write(&path, config).expect("a file");
    let log = std::fs::File::create(directory.path().join("log")).expect("a file");
    let mut service = Command::new(env!("CARGO_BIN_EXE_jackfield"))
        .args(["serve", "--log", "trace", "--config"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("a process");
    let lines = BufReader::new(service.stdout.take().expect("a pipe")).lines();
    let said = lines
        .map_while(Result::ok)
        .find(|line| line.starts_with("SCIM"));
    let said = said.expect("it serves");
    let root = said.split_whitespace().next_back().expect("a URL");

    let http = reqwest::Client::new();
    let send = async |method: &str, path: &str, body: Option<Value>| {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = http
            .request(method, format!("{root}{path}"))
            .bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/scim+json")
                .body(body.to_string());
        }
        reply(request).await
    };
    let filter = "/Users?filter=userName%20eq%20%22canary.ada%40example.com%22";
    assert_eq!(send("GET", filter, None).await.body["totalResults"], 0);
    let made = send("POST", "/Users", Some(person())).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(send("POST", "/Users", Some(person())).await.status, 409);
    let user = format!("/Users/{}", made.body["id"].as_str().expect("an id"));
    assert_eq!(send("GET", filter, None).await.body["totalResults"], 1);
    let renamed = patch("displayName", json!("Canary King"));
    assert_eq!(send("PATCH", &user, Some(renamed)).await.status, 200);
    // Refused by a rule, by the protocol, and by CXone.
    let mut refused = vec![
        patch("userName", json!("canary with no address")),
        patch("canaryAttribute", json!("canary")),
        patch("emails[canary eq", json!("canary")),
        json!({"canary": "canary"}),
    ];
    for body in refused.drain(..) {
        let answer = send("PATCH", &user, Some(body)).await;
        assert!(answer.status < 500, "{}", answer.body);
    }
    let members = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Canaries", "members": [{"value": made.body["id"]}, {"value": "canary-nobody"}]});
    assert_eq!(send("POST", "/Groups", Some(members)).await.status, 201);
    // Out of reach: owed, and a match that cannot be answered.
    let outage = json!({"switches": {"outage": "503"}});
    let settings = http
        .put(format!("{cxone}/simulator/settings"))
        .json(&outage);
    assert!(reply(settings).await.status < 300);
    let owed = patch("displayName", json!("Canary Lovelace"));
    assert_eq!(send("PATCH", &user, Some(owed)).await.status, 200);
    let missed = "/Users?filter=userName%20eq%20%22canary.nobody%40example.com%22";
    assert_eq!(send("GET", missed, None).await.status, 503);
    assert_eq!(send("DELETE", &user, None).await.status, 204);
    service.kill().expect("a process to kill");
    service.wait().expect("an end");

    let log = std::fs::read_to_string(directory.path().join("log")).expect("a log");
    assert!(log.contains("PATCH") && log.contains("503"), "{log}");
    let personal = |line: &&str| {
        let line = line.to_lowercase();
        line.contains("canar") || line.contains("7946")
    };
    let found: Vec<&str> = log.lines().filter(personal).collect();
    assert_eq!(found, Vec::<&str>::new());
}
