//! Many at once, and callers who do not wait.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::rows::ROWS;
use super::stage::{BESIDE, Stage, TOKEN};
use crate::guests::Shelf;
use crate::world::{person, reply};

/// The calls of a tenant's plugin that ended so.
async fn ended(stage: &Stage, name: &str, plugin: &str, ending: &str) -> f64 {
    let line = format!(
        "jackfield_plugin_calls_total{{tenant=\"{name}\",connection=\"entra\",plugin=\"{plugin}\",export=\"to-target\",ending=\"{ending}\"}}"
    );
    stage.site.metric(&line).await.expect("a metric")
}

/// Serves the good tenant, one request after the other.
async fn serves(stage: &Stage, what: &str, times: usize) {
    for number in 0..times {
        let name = format!("{what}-{number}");
        let served = stage.site.create(BESIDE, TOKEN, &name).await;
        assert_eq!(served.status, 201, "{name}: {}", served.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_endless_loops_of_one_tenant_leave_room_for_another() {
    const LOOPS: usize = 64;
    let name = "hostile-loops";
    let shelf = Shelf::new();
    shelf.guest("hostile-loops.wasm", "endless-loop");
    let stage = Stage::of(&shelf, &[name]).await;
    let users = format!("http://{}/{name}/entra/scim/v2/Users", stage.site.app.scim);
    let mut loops = JoinSet::new();
    for number in 0..LOOPS {
        let body = person(&format!("loop-{number}"), "Grace", "Hopper");
        let request = stage.site.http.post(&users).bearer_auth(TOKEN);
        let request = request
            .header("content-type", "application/scim+json")
            .body(body.to_string());
        loops.spawn(reply(request));
    }
    serves(&stage, "beside-loops", 10).await;
    while let Some(refused) = loops.join_next().await {
        let refused = refused.expect("no panic");
        assert_eq!(refused.status, 503, "{}", refused.body);
    }
    let limit = ended(&stage, name, name, "limit").await;
    // The first of the chain is who has no turn.
    let busy = ended(&stage, name, "entra", "busy").await;
    // Each was run to its limit, or waited in vain for its turn.
    assert!(
        limit >= 1.0 && (limit + busy - 64.0).abs() < 0.5,
        "{limit} ran, {busy} did not"
    );
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_them_at_once_leave_room_for_another() {
    let shelf = Shelf::new();
    let names: Vec<String> = ROWS
        .iter()
        .map(|row| format!("{}-crowd", row.name))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (row, name) in ROWS.iter().zip(&names) {
        row.turn(&shelf);
        std::fs::rename(shelf.path(&row.file()), shelf.path(&format!("{name}.wasm")))
            .expect("a file");
    }
    let stage = Stage::of(&shelf, &names).await;
    let users = |name: &str| format!("http://{}/{name}/entra/scim/v2/Users", stage.site.app.scim);
    let mut all = JoinSet::new();
    for round in 0..2 {
        for name in &names {
            let body = person(&format!("{name}-{round}"), "Grace", "Hopper");
            let request = stage.site.http.post(users(name)).bearer_auth(TOKEN);
            let request = request
                .header("content-type", "application/scim+json")
                .body(body.to_string());
            all.spawn(async move { request.send().await.expect("an answer").status().as_u16() });
        }
    }
    serves(&stage, "beside-all", 10).await;
    while let Some(status) = all.join_next().await {
        assert_eq!(status.expect("no panic"), 503);
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_leaves_while_the_guest_runs_leaves_nothing_behind() {
    let name = "hostile-left";
    let shelf = Shelf::new();
    shelf.guest("hostile-left.wasm", "endless-loop");
    let stage = Stage::of(&shelf, &[name]).await;
    let body = person("left", "Grace", "Hopper").to_string();
    let request = format!(
        "POST /{name}/entra/scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for number in 0..40 {
        let mut caller = TcpStream::connect(stage.site.app.scim)
            .await
            .expect("a connection");
        caller
            .write_all(request.as_bytes())
            .await
            .expect("a request");
        // At once, while the guest runs, and when it has ended: whichever it is makes no difference.
        tokio::time::sleep(Duration::from_millis(number)).await;
        drop(caller);
    }
    serves(&stage, "beside-left", 3).await;
    // It has its turns still, and is not merely busy.
    stage
        .site
        .eventually("the places are free", async |site| {
            let refused = site.create(name, TOKEN, "stays").await;
            assert_eq!(refused.status, 503, "{}", refused.body);
            refused.body["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains("(limit)"))
        })
        .await;
    assert!(ended(&stage, name, name, "limit").await >= 2.0);
    for name in ["left", "stays"] {
        assert!(stage.site.held(name, "userName").await.is_null());
    }
    stage.stop().await;
}
