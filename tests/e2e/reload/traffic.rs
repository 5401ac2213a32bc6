//! Many reloads under traffic: nobody notices, and nothing is left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::json;

use super::site::{Site, naming, tenant};

const TOKEN: &str = "token-of-before";
/// Reloads, unless `JACKFIELD_RELOADS` says how many.
const RELOADS: usize = 1_000;
/// What 9 in 10 of the reloads may add to the process, in bytes.
const GROWTH: usize = 16 << 20;

/// What the process holds, in bytes (proc(5), `/proc/PID/statm`: the second number, in pages).
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").expect("statm");
    let pages = text.split(' ').nth(1).expect("a number");
    pages.parse::<usize>().expect("a number") * 4096
}

#[tokio::test(flavor = "multi_thread")]
async fn reloads_under_traffic_fail_no_request_and_leave_nothing_behind() {
    let reloads = std::env::var("JACKFIELD_RELOADS").ok();
    let reloads = reloads
        .and_then(|text| text.parse().ok())
        .unwrap_or(RELOADS);
    // Two sets that come to the same: the record of calls that the simulator keeps would grow with what CXone is told.
    let file = |operation: &str| {
        let plugin = naming("Ada").replace("{ constant = \"Ada\" }", operation);
        tenant(TOKEN, "", &plugin)
    };
    let sets = [
        "{ from = \"displayName\" }",
        "{ first = [\"displayName\"] }",
    ]
    .map(file);
    let tenants = [("traffic", sets[0].clone()), ("beside", sets[0].clone())];
    let site = Arc::new(Site::of(&tenants).await);
    let (done, requests) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let clients = (0..4).map(|number| {
        let (site, done, requests) = (Arc::clone(&site), Arc::clone(&done), Arc::clone(&requests));
        tokio::spawn(async move {
            let made = site.create("traffic", TOKEN, &format!("busy-{number}")).await;
            assert_eq!(made.status, 201, "{}", made.body);
            let path = format!("/Users/{}", made.body["id"].as_str().expect("an id"));
            let mut turn = 0;
            while !done.load(Ordering::SeqCst) {
                turn += 1;
                let title = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                    "Operations": [{"op": "Replace", "path": "title", "value": format!("Title {turn}")}]});
                let list = "/Users?filter=userName%20eq%20%22busy-0@example.com%22";
                let answers = [
                    site.scim("traffic/entra", TOKEN, Method::PATCH, &path, Some(title)).await,
                    site.scim("traffic/entra", TOKEN, Method::GET, &path, None).await,
                    site.scim("traffic/entra", TOKEN, Method::GET, list, None).await,
                ];
                for answer in answers {
                    assert_eq!(answer.status, 200, "{}", answer.body);
                }
                requests.fetch_add(3, Ordering::SeqCst);
            }
        })
    });
    let clients: Vec<_> = clients.collect();
    let mut early = 0;
    for turn in 0..reloads {
        site.write("traffic", &sets[(turn + 1) % 2]);
        let answer = site.reload().await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["tenants"]["traffic"]["result"], "swapped");
        assert_eq!(answer.body["tenants"]["beside"]["result"], "unchanged");
        if turn == reloads / 10 {
            early = resident();
        }
    }
    let late = resident();
    done.store(true, Ordering::SeqCst);
    for client in clients {
        client.await.expect("no request failed");
    }
    let requests = requests.load(Ordering::SeqCst);
    assert!(
        requests > reloads / 20,
        "{requests} requests are no traffic"
    );
    let grown = late.saturating_sub(early);
    assert!(
        grown < GROWTH,
        "{grown} bytes more after {reloads} reloads and {requests} requests than after a tenth: {early} and {late}"
    );
}
