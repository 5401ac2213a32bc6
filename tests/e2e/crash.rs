//! kill -9: what was acknowledged is there, and nobody is there twice.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::binary::Process;
use crate::world::{TOKEN, person};

/// A simulator that lives on while services come and go on one ledger.
struct Scene {
    directory: TempDir,
    simulator: Process,
    http: Client,
}

impl Scene {
    fn new() -> Self {
        let (directory, simulator) = (TempDir::new().expect("a directory"), Process::simulator());
        let config = format!(
            r#"
[listen]
scim = "127.0.0.1:0"
admin = "127.0.0.1:0"
[ledger]
url = "sqlite:{}"
[tenants.acme.cxone]
base_url = "{}"
access_key_id = "simulator"
access_key_secret = "simulator-secret"
[tenants.acme.connections.entra]
idp = "entra"
token = "{TOKEN}"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
"#,
            directory.path().join("jackfield.db").display(),
            simulator.address("CXone"),
        );
        std::fs::write(directory.path().join("jackfield.toml"), config).expect("a file");
        Self {
            directory,
            simulator,
            http: Client::builder()
                .timeout(Duration::from_secs(60))
                .build()
                .expect("a client"),
        }
    }

    fn serve(&self) -> Process {
        let config: PathBuf = self.directory.path().join("jackfield.toml");
        Process::service(&config)
    }

    async fn switches(&self, switches: Value) {
        let url = format!("{}/simulator/settings", self.simulator.address("CXone"));
        let answer = sent(self.http.put(url).json(&json!({"switches": switches})))
            .await
            .expect("an answer");
        assert!(answer.0 < 300, "{}", answer.1);
    }

    /// The people in CXone by user name, everybody once for each time that they are there.
    async fn held(&self) -> Vec<Value> {
        let url = format!("{}/simulator/state", self.simulator.address("CXone"));
        let (_, state) = sent(self.http.get(url)).await.expect("an answer");
        state["users"].as_array().expect("users").clone()
    }

    async fn eventually(&self, what: &str, holds: impl AsyncFn(&[Value]) -> bool) {
        let patience = Instant::now() + Duration::from_secs(60);
        loop {
            let held = self.held().await;
            if holds(&held).await {
                return;
            }
            assert!(Instant::now() < patience, "never: {what}\n{held:#?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Status and body; `None` where the service died over it.
async fn sent(request: RequestBuilder) -> Option<(u16, Value)> {
    let answer = request.send().await.ok()?;
    let status = answer.status().as_u16();
    let text = answer.text().await.ok()?;
    Some((status, serde_json::from_str(&text).unwrap_or_default()))
}

fn scim(http: &Client, service: &Process, path: &str) -> RequestBuilder {
    http.get(format!("{}{path}", service.address("SCIM")))
        .bearer_auth(TOKEN)
}

fn post(http: &Client, service: &Process, name: &str) -> RequestBuilder {
    let url = format!("{}/Users", service.address("SCIM"));
    http.post(url)
        .bearer_auth(TOKEN)
        .json(&person(name, "Ada", "Byron"))
}

async fn find(http: &Client, service: &Process, name: &str) -> Value {
    let path = format!("/Users?filter=userName%20eq%20%22{name}%40example.com%22");
    let (status, body) = sent(scim(http, service, &path)).await.expect("an answer");
    assert_eq!(status, 200, "{body}");
    body
}

const ROUNDS: usize = 10;
const BURST: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_in_bursts_of_creates_lose_nobody_and_double_nobody() {
    let scene = Scene::new();
    // A kill then meets every step on the way: the look, the create, the answer.
    scene.switches(json!({"latency_ms": 15})).await;
    let mut acknowledged: Vec<(String, String)> = Vec::new();
    let mut everybody = Vec::new();
    let mut unheard = 0;
    let mut service = scene.serve();
    for round in 0..ROUNDS {
        let heard = Arc::new(AtomicUsize::new(0));
        let mut burst = JoinSet::new();
        for number in 0..BURST {
            let name = format!("r{round}n{number}");
            let (request, heard) = (post(&scene.http, &service, &name), Arc::clone(&heard));
            burst.spawn(async move {
                let answer = sent(request).await;
                if answer.is_some() {
                    heard.fetch_add(1, Ordering::Relaxed);
                }
                (name, answer)
            });
        }
        // Later in every round: from the first requests on their way to almost all answered.
        let wanted = round * 2;
        let patience = Instant::now() + Duration::from_secs(30);
        while heard.load(Ordering::Relaxed) < wanted && Instant::now() < patience {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if wanted == 0 {
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        service.kill();
        let mut again = Vec::new();
        while let Some(done) = burst.join_next().await {
            let (name, answer) = done.expect("no panic");
            match answer {
                Some((status, body)) => {
                    assert_eq!(status, 201, "{body}");
                    acknowledged
                        .push((name.clone(), body["id"].as_str().expect("an id").to_owned()));
                }
                None => again.push(name.clone()),
            }
            everybody.push(name);
        }
        unheard += again.len();

        service = scene.serve();
        for (name, id) in &acknowledged {
            let (status, body) = sent(scim(&scene.http, &service, &format!("/Users/{id}")))
                .await
                .expect("an answer");
            assert_eq!(
                (status, &body["userName"]),
                (200, &json!(format!("{name}@example.com"))),
                "{body}"
            );
        }
        // The identity provider goes on as it does: it looks, and creates whom it does not find.
        for name in again {
            let found = find(&scene.http, &service, &name).await;
            if found["totalResults"] == 0 {
                let (status, body) = sent(post(&scene.http, &service, &name))
                    .await
                    .expect("an answer");
                assert_eq!(status, 201, "{name}: {body}");
            }
        }
    }
    assert!(
        unheard >= ROUNDS,
        "the kills came too late: {unheard} requests were cut off"
    );
    assert!(
        acknowledged.len() >= ROUNDS,
        "the kills came too early: {} answers",
        acknowledged.len()
    );
    scene
        .eventually("everybody is in CXone", async |held| {
            everybody.iter().all(|name| {
                held.iter()
                    .any(|user| user["userName"] == format!("{name}@example.com"))
            })
        })
        .await;
    assert_eq!(
        scene.held().await.len(),
        ROUNDS * BURST,
        "somebody is there twice"
    );
    for name in &everybody {
        assert_eq!(
            find(&scene.http, &service, name).await["totalResults"],
            1,
            "{name}"
        );
    }
    for (name, id) in &acknowledged {
        assert_eq!(
            find(&scene.http, &service, name).await["Resources"][0]["id"],
            *id,
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owed_deactivation_survives_a_kill() {
    let scene = Scene::new();
    let service = scene.serve();
    let (status, body) = sent(post(&scene.http, &service, "ada"))
        .await
        .expect("an answer");
    assert_eq!(status, 201, "{body}");
    scene.switches(json!({"outage": "503"})).await;
    let leave = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                       "Operations": [{"op": "Replace", "path": "active", "value": "False"}]});
    let path = format!("/Users/{}", body["id"].as_str().expect("an id"));
    let url = format!("{}{path}", service.address("SCIM"));
    let (status, left) = sent(scene.http.patch(url).bearer_auth(TOKEN).json(&leave))
        .await
        .expect("an answer");
    assert_eq!((status, &left["active"]), (200, &json!(false)), "{left}");
    service.kill();
    assert_eq!(scene.held().await[0]["active"], true);

    let service = scene.serve();
    let (status, kept) = sent(scim(&scene.http, &service, &path))
        .await
        .expect("an answer");
    assert_eq!((status, &kept["active"]), (200, &json!(false)));
    scene.switches(json!({"outage": "none"})).await;
    scene
        .eventually("Ada has left CXone", async |held| {
            held[0]["active"] == false
        })
        .await;
}
