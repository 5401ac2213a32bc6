//! The requests that every rung gets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};

use crate::Rung;
use crate::serving::TOKEN;

/// Connections; each works on users of its own, one request at a time.
const CONNECTIONS: usize = 8;
/// Users of a connection.
const USERS: usize = 4;
/// How long one request may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// An Entra user of 1.9 KB.
const USER: &str = include_str!("../user.json");

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    Get,
    Patch,
}

impl Request {
    pub(crate) const ALL: [Self; 2] = [Self::Get, Self::Patch];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET a user by id",
            Self::Patch => "PATCH that changes a value",
        }
    }
}

/// The load on one rung.
#[derive(Debug)]
pub(crate) struct Load {
    /// For each connection, its users.
    users: Vec<(Client, Arc<Vec<String>>)>,
    /// Counts up, so that every PATCH says something new.
    next: Arc<AtomicU64>,
}

impl Load {
    /// Makes the users.
    pub(crate) async fn prepare(address: SocketAddr, rung: Rung) -> Self {
        let base = format!("http://{address}/acme/entra/scim/v2/Users");
        let mut users = Vec::new();
        for connection in 0..CONNECTIONS {
            let client = Client::builder()
                .timeout(PATIENCE)
                .build()
                .expect("a client");
            let mut urls = Vec::new();
            for user in 0..USERS {
                let body = person(connection * USERS + user);
                let request = client.post(&base).bearer_auth(TOKEN);
                let answer = request
                    .body(body.to_string())
                    .send()
                    .await
                    .expect("an answer");
                let status = answer.status().as_u16();
                let text = answer.text().await.expect("a body");
                assert!(rung == Rung::Hyper || status == 201, "{status}: {text}");
                let made: Value = serde_json::from_str(&text).expect("JSON");
                let id = made["id"].as_str().unwrap_or("none");
                urls.push(format!("{base}/{id}"));
            }
            users.push((client, Arc::new(urls)));
        }
        Self {
            users,
            next: Arc::default(),
        }
    }

    /// Asks on every connection until the time is over; answers how many answers came.
    pub(crate) async fn run(&self, request: Request, turn: Duration) -> u64 {
        let end = Instant::now() + turn;
        let mut connections = tokio::task::JoinSet::new();
        for (client, users) in &self.users {
            let (client, users, next) = (client.clone(), Arc::clone(users), Arc::clone(&self.next));
            connections.spawn(async move {
                let mut answered = 0;
                for url in users.iter().cycle() {
                    if Instant::now() >= end {
                        break;
                    }
                    let asked = match request {
                        Request::Get => client.get(url),
                        Request::Patch => client
                            .patch(url)
                            .body(patch(next.fetch_add(1, Ordering::Relaxed))),
                    };
                    let answer = asked.bearer_auth(TOKEN).send().await.expect("an answer");
                    let status = answer.status().as_u16();
                    let body = answer.bytes().await.expect("a body");
                    assert!(
                        status == 200,
                        "{status}: {}",
                        String::from_utf8_lossy(&body)
                    );
                    answered += 1;
                }
                answered
            });
        }
        connections.join_all().await.into_iter().sum()
    }
}

fn person(number: usize) -> Value {
    let mut person: Value = serde_json::from_str(USER).expect("a user");
    let address = format!("person{number}@example.com");
    person["userName"] = json!(address);
    person["emails"][0]["value"] = json!(address);
    person["externalId"] = json!(format!("person{number}"));
    person
}

/// A PATCH in Entra's words that changes one value, which CXone is then told.
fn patch(number: u64) -> String {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "Replace", "path": "displayName", "value": format!("Ada Byron {number}")}],
    })
    .to_string()
}
