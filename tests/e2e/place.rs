//! Where CXone is, and what lets us in, while the service runs: it starts without either, and finds its way.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::binary::Process;
use crate::world::{World, ada, reply};

/// A world whose configuration says where to look, and not where CXone is.
fn looks(toml: &str) -> String {
    let (before, rest) = toml.split_once("base_url = ").expect("a base_url");
    let (url, after) = rest.split_once('\n').expect("a line");
    format!("{before}discovery_urls = [{url}]\n{after}")
}

#[tokio::test]
async fn cxone_is_found_with_the_key_alone() {
    let world = World::start().await.restart_with(looks).await;
    world.created(ada()).await;
    assert!(world.held("ada@example.com").await.is_some());
    // The ledger has it: the next start asks only whether it is still so.
    let world = world.restart().await;
    let found = world
        .scim(
            "GET",
            "/Users?filter=userName%20eq%20%22grace%40example.com%22",
            None,
        )
        .await;
    assert_eq!(
        (found.status, &found.body["totalResults"]),
        (200, &json!(0))
    );
}

#[tokio::test]
async fn it_serves_while_cxone_is_not_found_and_delivers_later() {
    let world = World::start().await;
    world.switch("outage", "503").await;
    let world = world.restart_with(looks).await;
    let reply = world.scim("POST", "/Users", Some(ada())).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let missed = world
        .scim(
            "GET",
            "/Users?filter=userName%20eq%20%22grace%40example.com%22",
            None,
        )
        .await;
    assert_eq!(missed.status, 503, "never an empty list: {}", missed.body);
    assert_eq!(world.held("ada@example.com").await, None);
    world.switch("outage", "none").await;
    world
        .eventually("she is in CXone", async |world| {
            world.held("ada@example.com").await.is_some()
        })
        .await;
}

async fn people(simulator: &Process) -> Vec<Value> {
    let url = format!("{}/simulator/state", simulator.address("CXone"));
    let state = reply(reqwest::Client::new().get(url)).await.body;
    state["users"].as_array().cloned().expect("people")
}

#[tokio::test]
async fn a_secret_in_a_file_is_replaced_without_a_restart() {
    let simulator = Process::simulator();
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("key"), "no longer good\n").expect("a file");
    let config = folder.path().join("jackfield.toml");
    let text = format!(
        "[listen]\nscim = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[ledger]\nurl = \"sqlite:{}\"\n\
         [tenants.acme.cxone]\nbase_url = \"{}\"\naccess_key_id = \"simulator\"\naccess_key_secret = \"${{file:key}}\"\n\
         [tenants.acme.connections.entra]\nidp = \"entra\"\ntoken = \"test-token\"\n\
         [[tenants.acme.connections.entra.plugins]]\nuse = \"entra\"\n",
        folder.path().join("jackfield.db").display(),
        simulator.address("CXone"),
    );
    fs::write(&config, text).expect("a file");
    let service = Process::service(&config);
    let request = reqwest::Client::new()
        .post(format!("{}/Users", service.address("SCIM")))
        .bearer_auth("test-token")
        .header("content-type", "application/scim+json")
        .body(ada().to_string());
    let answer = reply(request).await;
    assert_eq!(answer.status, 201, "owed: {}", answer.body);
    assert_eq!(people(&simulator).await, Vec::<Value>::new());
    fs::write(folder.path().join("key"), "simulator-secret\n").expect("a file");
    for _ in 0..600 {
        if !people(&simulator).await.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the new secret is never used");
}
