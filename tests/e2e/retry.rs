//! What was refused or is owed is seen and, once somebody has mended what stood in the way, told again.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::binary::{Process, jackfield};
use crate::cxone::{NO_AGENT, STOCK, role, roles};
use crate::matching::command;
use crate::world::{MAPPER_ONLY, TOKEN, World, ada, person, reply};

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_role_is_named_mended_and_retried() {
    let world = World::with(MAPPER_ONLY).await;
    let (code, told) = command(&world, &["retry", "acme"]).await;
    assert_eq!(
        (code, told.as_str()),
        (Some(0), "nothing is refused or owed\n")
    );
    world.settings(roles(&NO_AGENT)).await;
    let refused = world.scim("POST", "/Users", Some(ada())).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let bob = person("bob", "Bob", "King");
    assert_eq!(world.scim("POST", "/Users", Some(bob)).await.status, 403);

    let (code, told) = command(&world, &["retry", "acme"]).await;
    assert_eq!(code, Some(0), "{told}");
    for says in [
        "ada@example.com (acme/entra): a request was refused since ",
        "the role \"Agent\" does not exist",
        "to do: create and activate the role \"Agent\"",
        "2 in all",
    ] {
        assert!(told.contains(says), "{says}\n{told}");
    }
    let (code, told) = command(&world, &["retry", "acme", "ada@example.com"]).await;
    assert!(
        code == Some(1) && told.starts_with("refused   ada@example.com"),
        "{told}"
    );
    let ready = reply(world.http.get(format!("http://{}/readyz", world.app.admin))).await;
    assert_eq!(
        ready.body["connections"]["acme/entra"]["requests_refused"], 2,
        "{}",
        ready.body
    );
    assert!(
        ready.body["tenants"]["acme"]["cxone"].is_string(),
        "{}",
        ready.body
    );

    world.settings(roles(&STOCK)).await;
    let (code, told) = command(&world, &["retry", "acme", "bob@example.com", "nobody"]).await;
    assert_eq!(code, Some(1), "nobody is unknown");
    assert!(
        told.contains("done      bob@example.com (acme/entra)"),
        "{told}"
    );
    assert!(told.contains("unknown   nobody"), "{told}");
    let (code, told) = command(&world, &["retry", "acme", "--all", "--json"]).await;
    let done: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(
        (code, &done["retried"][0]["became"]),
        (Some(0), &json!("done")),
        "{told}"
    );
    for name in ["ada@example.com", "bob@example.com"] {
        assert_eq!(role(&world, name).await, "Agent");
        let filter = format!(
            "/Users?filter=userName%20eq%20%22{}%22",
            name.replace('@', "%40")
        );
        let found = world.scim("GET", &filter, None).await;
        assert_eq!(found.body["totalResults"], 1, "{}", found.body);
    }
    let (_, told) = command(&world, &["retry", "acme"]).await;
    assert_eq!(told, "nothing is refused or owed\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_is_given_up_by_name() {
    let world = World::with(MAPPER_ONLY).await;
    world.settings(roles(&NO_AGENT)).await;
    assert_eq!(world.scim("POST", "/Users", Some(ada())).await.status, 403);
    let (code, told) = command(&world, &["retry", "acme", "--forget"]).await;
    assert!(code == Some(1) && told.contains("--forget needs"), "{told}");
    let (code, told) = command(&world, &["retry", "acme", "ada@example.com", "--forget"]).await;
    assert!(
        code == Some(0) && told.starts_with("given up  ada@example.com"),
        "{told}"
    );
    let (_, told) = command(&world, &["retry", "acme"]).await;
    assert_eq!(told, "nothing is refused or owed\n");
    let (code, told) = command(&world, &["retry", "globex"]).await;
    assert!(
        code == Some(1) && told.contains("no tenant globex"),
        "{told}"
    );
}

fn config(directory: &Path, simulator: &Process) -> PathBuf {
    let toml = format!(
        "[listen]\nscim = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:9\"\n[ledger]\nurl = \"sqlite:{}\"\n\
         [tenants.acme.cxone]\nbase_url = \"{}\"\naccess_key_id = \"simulator\"\naccess_key_secret = \"simulator-secret\"\n\
         on_unreachable = \"owe\"\n{MAPPER_ONLY}",
        directory.join("jackfield.db").display(),
        simulator.address("CXone"),
    );
    let path = directory.join("jackfield.toml");
    std::fs::write(&path, toml).expect("a file");
    path
}

/// A removal that CXone could not take, and a service that is not there any more: the command itself tells CXone.
#[tokio::test(flavor = "multi_thread")]
async fn with_no_service_running_the_command_does_it_itself() {
    let (directory, simulator) = (TempDir::new().expect("a directory"), Process::simulator());
    let path = config(directory.path(), &simulator);
    // Nobody listens on the discard port: the command must not find this service.
    let serving = std::fs::read_to_string(&path)
        .expect("a file")
        .replace(":9\"", ":0\"");
    let served = directory.path().join("served.toml");
    std::fs::write(&served, serving).expect("a file");
    let service = Process::service(&served);
    let http = reqwest::Client::new();
    let scim = |method: reqwest::Method, path: &str, body: Value| {
        let url = format!("{}{path}", service.address("SCIM"));
        let request = http.request(method, url).bearer_auth(TOKEN);
        reply(
            request
                .header("content-type", "application/scim+json")
                .body(body.to_string()),
        )
    };
    let settings = |settings: Value| {
        let url = format!("{}/simulator/settings", simulator.address("CXone"));
        reply(http.put(url).json(&settings))
    };
    let made = scim(reqwest::Method::POST, "/Users", ada()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(
        settings(json!({"switches": {"outage": "503"}}))
            .await
            .status,
        200
    );
    let id = made.body["id"].as_str().expect("an id");
    let disable = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "Replace", "path": "active", "value": "False"}],
    });
    let gone = scim(reqwest::Method::PATCH, &format!("/Users/{id}"), disable).await;
    assert_eq!(gone.status, 200, "{}", gone.body);
    service.kill();

    let retry = |arguments: &[&str]| {
        let mut command = jackfield();
        let output = command
            .arg("retry")
            .args(arguments)
            .arg("--config")
            .arg(&path);
        let output = output.output().expect("a process");
        let told = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(told).expect("text"))
    };
    let (code, told) = retry(&["acme"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("ada@example.com (acme/entra): a removal is owed since "),
        "{told}"
    );
    assert_eq!(
        settings(json!({"switches": {"outage": "none"}}))
            .await
            .status,
        200
    );
    let (code, told) = retry(&["acme", "--all"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.starts_with("done      ada@example.com"), "{told}");
    let url = format!("{}/simulator/state", simulator.address("CXone"));
    let state = reply(http.get(url)).await.body;
    assert_eq!(state["users"][0]["active"], false);
}
