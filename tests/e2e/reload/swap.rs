//! What is swapped, when, and for whom.

use reqwest::Method;
use serde_json::json;
use simulator::{Settings, Simulator};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::latch::Latch;
use super::site::{Site, naming, tenant, using};
use crate::guests::Shelf;

const TOKEN: &str = "token-of-before";

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_build_of_a_plugin_never_replaces_a_good_one() {
    let shelf = Shelf::new();
    shelf.bundled("mapper.wasm", "entra");
    let path = shelf.path("mapper.wasm");
    let site = Site::of(&[("builds", tenant(TOKEN, "", &using(&path)))]).await;
    assert_eq!(site.reloaded("builds").await.0, "unchanged");
    let spoilt: [(&str, &dyn Fn(), &str); 6] = [
        (
            "garbage",
            &|| shelf.bytes("mapper.wasm", b"\0asm garbage"),
            "mapper.wasm: ",
        ),
        (
            "missing",
            &|| shelf.remove("mapper.wasm"),
            "it cannot be read: ",
        ),
        (
            "trap",
            &|| shelf.guest("mapper.wasm", "trap"),
            "trap when it was tried",
        ),
        (
            "loop",
            &|| shelf.guest("mapper.wasm", "endless-loop"),
            "limit when it was tried",
        ),
        (
            "import",
            &|| shelf.guest("mapper.wasm", "forbidden-import"),
            "wasi:http",
        ),
        (
            "memory",
            &|| shelf.guest("mapper.wasm", "memory-bomb"),
            "limit when it was tried",
        ),
    ];
    for (what, spoil, expected) in spoilt {
        spoil();
        let (result, reason) = site.reloaded("builds").await;
        assert_eq!(result, "kept", "{what}");
        assert!(reason.contains("builds/entra: plugin "), "{what}: {reason}");
        assert!(reason.contains(expected), "{what}: {reason}");
        let absent = "jackfield_plugins_not_loaded{tenant=\"builds\",connection=\"entra\"}";
        assert_eq!(
            site.metric(absent).await,
            Some(0.0),
            "{what}: that of the set that stays"
        );
        let made = site.create("builds", TOKEN, what).await;
        assert_eq!(made.status, 201, "{what}: {}", made.body);
    }
    let state = &site.ready().await["connections"]["builds/entra"];
    assert_eq!(state["plugins_not_loaded"], json!([]));
    assert!(state["kept"]["reason"].is_string(), "{state}");
    // The same bytes as are served.
    shelf.bundled("mapper.wasm", "entra");
    assert_eq!(site.reloaded("builds").await.0, "unchanged");
    assert_eq!(
        site.ready().await["connections"]["builds/entra"]["kept"],
        json!(null)
    );
    shelf.bundled("mapper.wasm", "okta");
    assert_eq!(
        site.reloaded("builds").await.0,
        "swapped",
        "another component is a change"
    );
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_at_the_start_is_tried_again_by_a_reload() {
    let shelf = Shelf::new();
    shelf.bytes("mapper.wasm", b"garbage");
    let site = Site::of(&[(
        "starts",
        tenant(TOKEN, "", &using(&shelf.path("mapper.wasm"))),
    )])
    .await;
    assert_eq!(site.create("starts", TOKEN, "ada").await.status, 503);
    assert_eq!(site.reloaded("starts").await.0, "kept");
    shelf.bundled("mapper.wasm", "entra");
    assert_eq!(site.reloaded("starts").await.0, "swapped");
    assert_eq!(site.create("starts", TOKEN, "ada").await.status, 201);
    site.app.stop().await;
}

/// A site whose CXone can be made to wait.
async fn held(name: &str, file: String) -> (Site, Latch) {
    let directory = TempDir::new().expect("a directory");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let simulator = Simulator::start(listener, Settings::default()).expect("a simulator");
    let latch = Latch::before(&simulator.base_url()).await;
    let base_url = Some(format!("http://{}", latch.at));
    let site = Site::before(directory, simulator, base_url, &[(name, file)]).await;
    (site, latch)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_flight_ends_on_the_set_it_began_with() {
    let (site, latch) = held("flight", tenant(TOKEN, "", &naming("Old"))).await;
    assert_eq!(site.create("flight", TOKEN, "first").await.status, 201);
    latch.close();
    let in_flight = site.create("flight", TOKEN, "second");
    let meanwhile = async {
        site.eventually("the request waits at CXone", async |_| latch.holds())
            .await;
        site.write("flight", &tenant("token-of-after", "", &naming("New")));
        assert_eq!(site.reloaded("flight").await.0, "swapped");
        // Whoever comes now is not let in with the token of before, though somebody who was is still served.
        assert_eq!(site.create("flight", TOKEN, "nobody").await.status, 401);
        latch.open();
    };
    let (made, ()) = tokio::join!(in_flight, meanwhile);
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(site.held("second", "displayName").await, "Old");
    let made = site.create("flight", "token-of-after", "third").await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(site.held("third", "displayName").await, "New");
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_flight_ends_though_its_tenant_is_removed() {
    let (site, latch) = held("leaves", tenant(TOKEN, "", &naming("Old"))).await;
    site.write("other", &tenant("token-of-other", "", &naming("Old")));
    assert_eq!(site.create("leaves", TOKEN, "first").await.status, 201);
    latch.close();
    let in_flight = site.create("leaves", TOKEN, "second");
    let meanwhile = async {
        site.eventually("the request waits at CXone", async |_| latch.holds())
            .await;
        std::fs::remove_file(site.path("leaves.toml")).expect("a file");
        assert_eq!(site.reloaded("leaves").await.0, "removed");
        latch.open();
    };
    let (made, ()) = tokio::join!(in_flight, meanwhile);
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(site.held("second", "displayName").await, "Old");
    assert_eq!(site.create("leaves", TOKEN, "third").await.status, 401);
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_towards_cxone_outlives_a_swap_that_leaves_it_as_it_is() {
    let tokens = async |site: &Site| {
        let url = format!("{}/simulator/state", site.simulator.base_url());
        let state = crate::world::reply(site.http.get(url)).await.body;
        let calls = state["calls"].as_array().cloned().unwrap_or_default();
        let path = |call: &&serde_json::Value| {
            let path = call["path"].as_str();
            path.is_some_and(|path| path.contains("/token"))
        };
        let got = calls.iter().filter(path);
        got.count()
    };
    let site = Site::of(&[("session", tenant(TOKEN, "", &naming("Old")))]).await;
    assert_eq!(site.create("session", TOKEN, "first").await.status, 201);
    let before = tokens(&site).await;
    assert!(before > 0, "the simulator counts what tokens are asked for");
    site.write("session", &tenant(TOKEN, "", &naming("New")));
    assert_eq!(site.reloaded("session").await.0, "swapped");
    assert_eq!(site.create("session", TOKEN, "second").await.status, 201);
    assert_eq!(tokens(&site).await, before, "no token was asked for again");
    let other = tenant(TOKEN, "", &naming("New")).replace("rate = 100000", "rate = 1000");
    site.write("session", &other);
    assert_eq!(site.reloaded("session").await.0, "swapped");
    assert_eq!(site.create("session", TOKEN, "third").await.status, 201);
    assert!(tokens(&site).await > before);
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_changed_in_its_file_is_a_change() {
    let file = tenant("${file:token}", "", &naming("Old"));
    let directory = TempDir::new().expect("a directory");
    std::fs::write(directory.path().join("token"), "token-of-before\n").expect("a file");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let simulator = Simulator::start(listener, Settings::default()).expect("a simulator");
    let site = Site::before(directory, simulator, None, &[("secret", file)]).await;
    assert_eq!(site.create("secret", TOKEN, "ada").await.status, 201);
    assert_eq!(site.reloaded("secret").await.0, "unchanged");
    std::fs::write(site.path("token"), "token-of-after\n").expect("a file");
    assert_eq!(site.reloaded("secret").await.0, "swapped");
    assert_eq!(site.create("secret", TOKEN, "bob").await.status, 401);
    assert_eq!(
        site.create("secret", "token-of-after", "bob").await.status,
        201
    );
    std::fs::remove_file(site.path("token")).expect("a file");
    let (result, reason) = site.reloaded("secret").await;
    assert_eq!(result, "kept");
    assert!(reason.contains("token cannot be read"), "{reason}");
    assert_eq!(
        site.create("secret", "token-of-after", "eve").await.status,
        201
    );
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_goes_live_by_a_reload() {
    let file = |mode: &str| tenant(TOKEN, &format!("mode = \"{mode}\""), &naming("Old"));
    let site = Site::of(&[("live", file("observe"))]).await;
    let made = site.create("live", TOKEN, "ada").await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(site.held("ada", "displayName").await.is_null());
    site.write("live", &file("live"));
    assert_eq!(site.reloaded("live").await.0, "swapped");
    site.eventually("CXone follows", async |site: &Site| {
        site.held("ada", "displayName").await == "Old"
    })
    .await;
    site.write("live", &file("observe"));
    assert_eq!(site.reloaded("live").await.0, "swapped");
    assert_eq!(site.create("live", TOKEN, "bob").await.status, 201);
    assert!(site.held("bob", "displayName").await.is_null());
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guard_counts_on_through_a_reload() {
    let file = |name: &str| {
        let guard = "guard = { removals = 1, within = \"1h\" }";
        tenant(TOKEN, guard, &naming(name))
    };
    let site = Site::of(&[("guarded", file("Old"))]).await;
    let mut ids = Vec::new();
    for name in ["ada", "bob"] {
        let made = site.create("guarded", TOKEN, name).await;
        ids.push(made.body["id"].as_str().expect("an id").to_owned());
    }
    let delete = async |id: &str| {
        let path = format!("/Users/{id}");
        let gone = site.scim("guarded/entra", TOKEN, Method::DELETE, &path, None);
        assert_eq!(gone.await.status, 204);
    };
    delete(&ids[0]).await;
    site.write("guarded", &file("New"));
    assert_eq!(site.reloaded("guarded").await.0, "swapped");
    delete(&ids[1]).await;
    assert_eq!(site.held("bob", "active").await, true);
    let state = &site.ready().await["connections"]["guarded/entra"];
    assert_eq!(state["removals_held"], 1, "{state}");
    site.app.stop().await;
}
