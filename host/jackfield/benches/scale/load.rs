//! The requests that every size gets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use crate::people;
use crate::serving::TOKEN;

/// Connections, kept alive; one request at a time on each.
const CONNECTIONS: usize = 4;
/// How long one request may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many users a page has.
const PAGE: usize = 100;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    Match,
    Get,
    FirstPage,
    DeepPage,
}

impl Request {
    pub(crate) const ALL: [Self; 4] = [Self::Match, Self::Get, Self::FirstPage, Self::DeepPage];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Match => "match by userName",
            Self::Get => "GET by id",
            Self::FirstPage => "first page of 100",
            Self::DeepPage => "a page of 100, nine tenths down",
        }
    }
}

/// The load on one size.
#[derive(Debug)]
pub(crate) struct Load {
    base: String,
    clients: Vec<Client>,
    /// Everybody's id.
    pub(crate) ids: Arc<Vec<String>>,
    /// Counts requests, so that each is about somebody else.
    next: Arc<AtomicUsize>,
}

impl Load {
    pub(crate) fn new(address: SocketAddr, ids: Vec<String>) -> Self {
        let client = || Client::builder().timeout(PATIENCE).build();
        Self {
            base: format!("http://{address}/acme/entra/scim/v2"),
            clients: (0..CONNECTIONS)
                .map(|_| client().expect("a client"))
                .collect(),
            ids: Arc::new(ids),
            next: Arc::default(),
        }
    }

    /// Asks on every connection until the time is over; answers how many answers came.
    pub(crate) async fn run(&self, request: Request, turn: Duration) -> u64 {
        let end = Instant::now() + turn;
        let mut connections = tokio::task::JoinSet::new();
        for client in &self.clients {
            let (client, base) = (client.clone(), self.base.clone());
            let (ids, next) = (Arc::clone(&self.ids), Arc::clone(&self.next));
            connections.spawn(async move {
                let mut answered = 0;
                while Instant::now() < end {
                    let users = ids.len();
                    // Somebody anywhere: a stride that is prime to every size meets everybody before anybody twice.
                    let somebody = next.fetch_add(1, Ordering::Relaxed) * 612_361 % users;
                    let (url, wanted) = match request {
                        Request::Match => {
                            let name = people::user_name(somebody);
                            let filter = format!("userName%20eq%20%22{name}%22");
                            (format!("{base}/Users?filter={filter}"), 1)
                        }
                        Request::Get => {
                            let id = ids.get(somebody).expect("an id");
                            (format!("{base}/Users/{id}"), 0)
                        }
                        Request::FirstPage => page(&base, 1),
                        // Nine tenths down, and a little before that each time.
                        Request::DeepPage => page(&base, users * 9 / 10 - somebody % (PAGE / 2)),
                    };
                    let answer = get(&client, &url).send().await.expect("an answer");
                    let status = answer.status().as_u16();
                    let body = answer.bytes().await.expect("a body");
                    let body = std::str::from_utf8(&body).expect("UTF-8");
                    let resources = body.matches("\"userName\":").count();
                    assert!(
                        status == 200 && (wanted == 0 || resources == wanted),
                        "{status}, {resources} of {wanted} users: {body}"
                    );
                    answered += 1;
                }
                answered
            });
        }
        connections.join_all().await.into_iter().sum()
    }

    /// The id of the group of this name.
    pub(crate) async fn group(&self, name: &str) -> String {
        let base = &self.base;
        let query = "excludedAttributes=members&filter=displayName%20eq%20";
        let url = format!("{base}/Groups?{query}%22{name}%22");
        let answer = get(self.client(), &url).send().await.expect("an answer");
        let text = answer.text().await.expect("a body");
        let body: Value = serde_json::from_str(&text).expect("JSON");
        let id = body["Resources"][0]["id"].as_str();
        id.expect("a group").to_owned()
    }

    /// Sends one PATCH of a group; answers when it was answered.
    pub(crate) async fn patch(&self, group: &str, body: String) {
        let url = format!("{}/Groups/{group}", self.base);
        let asked = self.client().patch(url).bearer_auth(TOKEN).body(body);
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 204, "a group's PATCH");
    }

    fn client(&self) -> &Client {
        self.clients.first().expect("a client")
    }
}

fn get(client: &Client, url: &str) -> RequestBuilder {
    client.get(url).bearer_auth(TOKEN)
}

fn page(base: &str, from: usize) -> (String, usize) {
    (format!("{base}/Users?startIndex={from}&count={PAGE}"), PAGE)
}
