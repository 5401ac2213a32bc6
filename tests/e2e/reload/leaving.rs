//! Connections and tenants that are taken out of the configuration.

use reqwest::Method;
use serde_json::{Value, json};

use super::compile::{Ending, Slow};
use super::site::{Site, naming, tenant, using};
use crate::guests::Shelf;
use crate::world::{Reply, reply};

const TOKEN: &str = "token-of-before";

async fn outage(site: &Site, kind: &str) {
    site.simulate(json!({"switches": {"outage": kind}})).await;
}

async fn reload_with(site: &Site, body: Value) -> Reply {
    let url = format!("http://{}/admin/reload", site.app.admin);
    let request = site
        .http
        .post(url)
        .header("content-type", "application/json");
    reply(request.body(body.to_string())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_owes_stays_until_it_is_let_go() {
    let file = tenant(TOKEN, "", &naming("Old"));
    let site = Site::of(&[("owes", file.clone()), ("stays", file.clone())]).await;
    outage(&site, "503").await;
    assert_eq!(site.create("owes", TOKEN, "ada").await.status, 201);
    std::fs::remove_file(site.path("owes.toml")).expect("a file");
    let (result, reason) = site.reloaded("owes").await;
    assert_eq!(result, "kept");
    assert!(
        reason.contains("CXone is still to be told of 1 of its users"),
        "{reason}"
    );
    assert!(reason.contains(r#"{"let_go": ["owes/entra"]}"#), "{reason}");
    assert_eq!(
        site.ready().await["connections"]["owes/entra"]["kept"]["reason"],
        reason
    );
    assert_eq!(site.create("owes", TOKEN, "bob").await.status, 201);

    for wrong in [
        json!({"letgo": []}),
        json!({"let_go": "owes"}),
        json!({"let_go": [1]}),
        json!([]),
    ] {
        assert_eq!(reload_with(&site, wrong).await.status, 400);
    }
    let other = reload_with(&site, json!({"let_go": ["stays"]})).await;
    assert_eq!(
        other.body["tenants"]["owes"]["result"], "kept",
        "{}",
        other.body
    );
    let answer = reload_with(&site, json!({"let_go": ["owes"]})).await;
    assert_eq!(
        answer.body["tenants"]["owes"]["result"], "removed",
        "{}",
        answer.body
    );
    let left = async |site: &Site| site.ready().await["connections"]["owes/entra"].clone();
    assert_eq!(
        left(&site).await["status"],
        "not configured: what it owes waits until it is back"
    );
    assert_eq!(left(&site).await["owed"], 2);

    // Nor is it forgotten when nobody has seen it go.
    let site = site.restart().await;
    assert_eq!(left(&site).await["owed"], 2);
    outage(&site, "none").await;
    site.write("owes", &file);
    assert_eq!(site.reloaded("owes").await.0, "swapped");
    site.eventually("what is owed is done", async |site: &Site| {
        site.held("bob", "displayName").await == "Old"
    })
    .await;
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_owes_stays_until_it_is_let_go() {
    let one = tenant(TOKEN, "", &naming("Old"));
    let absent = "[[connections.okta.plugins]]\nuse = \"./nowhere.wasm\"\non_failure = \"owe\"\n";
    let two = format!("{one}[connections.okta]\nidp = \"okta\"\ntoken = \"{TOKEN}\"\n{absent}");
    let site = Site::of(&[("parts", two.clone())]).await;
    let gauge = "jackfield_plugins_not_loaded{tenant=\"parts\",connection=\"okta\"}";
    assert_eq!(site.metric(gauge).await, Some(1.0));
    let body = crate::world::person("ada", "Ada", "Byron");
    let made = site.scim("parts/okta", TOKEN, Method::POST, "/Users", Some(body));
    let made = made.await;
    assert_eq!(made.status, 201, "{}", made.body);

    site.write("parts", &one);
    let (result, reason) = site.reloaded("parts").await;
    assert_eq!(result, "kept");
    assert!(
        reason.starts_with("parts/okta is not in the configuration any more"),
        "{reason}"
    );
    assert_eq!(site.metric(gauge).await, Some(1.0));
    let answer = reload_with(&site, json!({"let_go": ["parts/okta"]})).await;
    assert_eq!(
        answer.body["tenants"]["parts"]["result"], "swapped",
        "{}",
        answer.body
    );
    assert_eq!(
        site.metric(gauge).await,
        Some(0.0),
        "nobody misses a plugin of what is gone"
    );
    let connections = &site.ready().await["connections"];
    assert_eq!(connections["parts/entra"]["status"], "ok");
    assert_eq!(connections["parts/okta"]["owed"], 1, "{connections}");
    let gone = site.scim("parts/okta", TOKEN, Method::GET, "/Users", None);
    assert_eq!(gone.await.status, 401);
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_to_be_owed_while_a_reload_compiles_keeps_its_connection() {
    let slow = Slow::until_told(Ending::Code);
    let one = |plugins: &str| tenant(TOKEN, "", plugins);
    let two = "[connections.okta]\nidp = \"okta\"\ntoken = \"token-of-before\"\n[[connections.okta.plugins]]\nuse = \"okta\"\n";
    let before = format!("{}{two}", one(&naming("Old")));
    let site = Site::on(&slow.engine(), &[("parts", before)]).await;
    let shelf = Shelf::new();
    shelf.saying("new.wasm", br#"{"userName": "new@example.com"}"#);
    site.write("parts", &one(&using(&shelf.path("new.wasm"))));
    let reloading = site.reload();
    let meanwhile = async {
        site.eventually("it compiles", async |_: &Site| slow.is_at_it())
            .await;
        outage(&site, "503").await;
        let body = crate::world::person("ada", "Ada", "Byron");
        let made = site.scim("parts/okta", TOKEN, Method::POST, "/Users", Some(body));
        let made = made.await;
        assert_eq!(made.status, 201, "{}", made.body);
        slow.tell();
    };
    let (answer, ()) = tokio::join!(reloading, meanwhile);
    let said = &answer.body["tenants"]["parts"];
    assert_eq!(said["result"], "kept", "{said}");
    let reason = said["reason"].as_str().unwrap_or_default();
    let expected = "parts/okta is not in the configuration any more";
    assert!(reason.starts_with(expected), "{reason}");
    let connections = &site.ready().await["connections"];
    assert_eq!(connections["parts/okta"]["owed"], 1, "{connections}");
    site.app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_gone_takes_nobody_along() {
    let file = tenant(TOKEN, "", &naming("Old"));
    let site = Site::of(&[("beside", file.clone())]).await;
    let (folder, away) = (site.path("tenants"), site.path("away"));
    std::fs::create_dir(&folder).expect("a folder");
    let inside = file.replace("base_url}", "../base_url}");
    std::fs::write(folder.join("inside.toml"), inside).expect("a file");
    assert_eq!(site.reloaded("inside").await.0, "swapped");
    std::fs::rename(&folder, &away).expect("a folder");
    // With a folder, and with an empty one.
    for name in ["ada", "bob"] {
        let (result, reason) = site.reloaded("inside").await;
        assert_eq!(result, "kept");
        assert!(
            reason.contains("no tenant is in this folder any more"),
            "{reason}"
        );
        assert_eq!(site.create("inside", TOKEN, name).await.status, 201);
        std::fs::create_dir_all(&folder).expect("a folder");
    }
    let answer = reload_with(&site, json!({"let_go": ["inside"]})).await;
    assert_eq!(
        answer.body["tenants"]["inside"]["result"], "removed",
        "{}",
        answer.body
    );
    // Nothing is missing from now on.
    assert_eq!(site.reload().await.status, 200);
    site.app.stop().await;
}
