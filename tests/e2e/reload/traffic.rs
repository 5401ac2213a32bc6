//! Many reloads under traffic: nobody notices, and nothing is left behind.
//!
//! `JACKFIELD_RELOADS=10000 cargo test --release -p jackfield --test e2e reload::traffic -- --nocapture` is the long run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::process::write;
use super::site::{naming, tenant};
use crate::binary::Process;
use crate::world::{Reply, person, reply};

const TOKEN: &str = "token-of-before";
/// Reloads, unless `JACKFIELD_RELOADS` says how many.
const RELOADS: usize = 1_000;
/// What the second half of the reloads may add to the process, in bytes.
const GROWTH: usize = 16 << 20;

/// A request to the connection, which must be answered with this status.
async fn scim(
    http: &Client,
    url: String,
    method: Method,
    body: Option<Value>,
    status: u16,
) -> Reply {
    let mut request = http.request(method, url).bearer_auth(TOKEN);
    if let Some(body) = body {
        request = request
            .header("content-type", "application/scim+json")
            .body(body.to_string());
    }
    let answer = reply(request).await;
    assert_eq!(answer.status, status, "{}", answer.body);
    answer
}

/// Somebody is changed and read until it is enough.
async fn client(number: usize, users: String, done: Arc<AtomicBool>, requests: Arc<AtomicUsize>) {
    let http = Client::new();
    let body = person(&format!("busy-{number}"), "Ada", "Byron");
    let made = scim(&http, users.clone(), Method::POST, Some(body), 201).await;
    let url = format!("{users}/{}", made.body["id"].as_str().expect("an id"));
    let list = format!("{users}?filter=userName%20eq%20%22busy-0@example.com%22");
    let mut turn = 0;
    while !done.load(Ordering::SeqCst) {
        turn += 1;
        let title = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "Replace", "path": "title", "value": format!("Title {turn}")}]});
        scim(&http, url.clone(), Method::PATCH, Some(title), 200).await;
        scim(&http, url.clone(), Method::GET, None, 200).await;
        scim(&http, list.clone(), Method::GET, None, 200).await;
        requests.fetch_add(3, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reloads_under_traffic_fail_no_request_and_leave_nothing_behind() {
    let reloads = std::env::var("JACKFIELD_RELOADS").ok();
    let reloads = reloads
        .and_then(|text| text.parse().ok())
        .unwrap_or(RELOADS);
    // Two sets that come to the same: CXone is told nothing new by a reload.
    let file = |operation: &str| {
        let plugin = naming("Ada").replace("{ constant = \"Ada\" }", operation);
        tenant(TOKEN, "", &plugin)
    };
    let sets = [
        "{ from = \"displayName\" }",
        "{ first = [\"displayName\"] }",
    ]
    .map(file);
    let (simulator, directory) = (Process::simulator(), TempDir::new().expect("a directory"));
    let tenants = [("traffic", sets[0].clone()), ("beside", sets[0].clone())];
    write(directory.path(), simulator.address("CXone"), &tenants);
    // A process of its own, so that what it holds is nobody else's.
    let service = Process::service(directory.path());
    let admin = service.address("admin").replace("readyz", "admin/reload");
    let origin = service.address("SCIM").split("/beside/").next();
    let origin = origin.and_then(|it| it.split("/traffic/").next());
    let users = format!("{}/traffic/entra/scim/v2/Users", origin.expect("an origin"));

    let (done, requests) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let clients = (0..4).map(|number| {
        let (done, requests) = (Arc::clone(&done), Arc::clone(&requests));
        tokio::spawn(client(number, users.clone(), done, requests))
    });
    let clients: Vec<_> = clients.collect();
    let http = Client::new();
    let mut half = 0;
    for turn in 0..reloads {
        let path = directory.path().join("traffic.toml");
        std::fs::write(path, &sets[(turn + 1) % 2]).expect("a file");
        let request = http.post(&admin).header("content-type", "application/json");
        let answer = reply(request).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["tenants"]["traffic"]["result"], "swapped");
        assert_eq!(answer.body["tenants"]["beside"]["result"], "unchanged");
        if turn == reloads / 2 {
            half = service.resident();
        }
    }
    let end = service.resident();
    done.store(true, Ordering::SeqCst);
    for client in clients {
        client.await.expect("no request failed");
    }
    let requests = requests.load(Ordering::SeqCst);
    println!(
        "{reloads} reloads, {requests} requests, {half} bytes resident after half of them and {end} after all"
    );
    assert!(
        requests > reloads / 20,
        "{requests} requests are no traffic"
    );
    let grown = end.saturating_sub(half);
    assert!(
        grown < GROWTH,
        "{grown} bytes more after all reloads than after half: {half} and {end}"
    );
}
