//! `on_failure`: what becomes of writes whose plugin is ill, and that nobody who leaves waits for it.

use serde_json::{Value, json};

use crate::cxone::caught_up;
use crate::guests::Shelf;
use crate::world::{World, person, reply};

/// A mapper, and rules that are a file and whose failures mean this.
fn connection(shelf: &Shelf, on_failure: &str) -> String {
    format!(
        r#"
[tenants.acme.connections.entra]
idp = "entra"
token = "test-token"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
[[tenants.acme.connections.entra.plugins]]
use = "{}"
name = "ill"
on_failure = "{on_failure}"
[[tenants.acme.connections.entra.plugins]]
use = "tenant-rules"
settings = {{ allowed_domains = ["example.com"] }}
"#,
        shelf.path("ill.wasm").display(),
    )
}

async fn detail(world: &World) -> Value {
    let ready = reply(world.http.get(format!("http://{}/readyz", world.app.admin))).await;
    ready.body["connections"]["acme/entra"].clone()
}

fn rename() -> Value {
    json!([{"op": "Replace", "path": "displayName", "value": "Somebody Else"}])
}

fn elsewhere(name: &str) -> Value {
    let text = person(name, "Eve", "Elsewhere").to_string();
    serde_json::from_str(&text.replace("@example.com", "@example.org")).expect("JSON")
}

/// Everybody leaves at once, by a disable and by a delete.
async fn leave(world: &World, people: &[(&str, String)]) {
    for (at, (name, id)) in people.iter().enumerate() {
        if at % 2 == 0 {
            let off = json!([{"op": "Replace", "path": "active", "value": "False"}]);
            assert_eq!(world.patch(id, off).await.status, 200);
        } else {
            let gone = world.scim("DELETE", &format!("/Users/{id}"), None).await;
            assert_eq!(gone.status, 204, "{}", gone.body);
        }
        let held = world.held(&format!("{name}@example.com")).await;
        assert_eq!(held.expect("in CXone")["active"], false, "{name}");
    }
}

type Spoil = fn(&Shelf);

/// What is the matter with it, and as what that shows.
const WAYS: [(Spoil, &str); 2] = [
    (|shelf| shelf.remove("ill.wasm"), "not loaded"),
    (|shelf| shelf.guest("ill.wasm", "trap"), "trap"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_rejected_passed_or_owed_and_a_leaver_leaves() {
    for on_failure in ["reject", "pass", "owe"] {
        for (spoil, ending) in WAYS {
            let shelf = Shelf::new();
            shelf.bundled("ill.wasm", "tenant-rules");
            let mut world = World::with(&connection(&shelf, on_failure)).await;
            let mut people = Vec::new();
            for name in ["ada", "bob", "cleo"] {
                people.push((name, world.created(person(name, "Lee", "Ver")).await));
            }
            spoil(&shelf);
            world = world.restart().await;
            let changed = world.patch(&people[2].1, rename()).await;
            let outsider = world.scim("POST", "/Users", Some(elsewhere("eve"))).await;
            let held = world.held("cleo@example.com").await.expect("in CXone");
            let told = held["displayName"] == "Somebody Else";
            match on_failure {
                "reject" => {
                    assert_eq!((changed.status, told), (503, false), "{}", changed.body);
                    assert_eq!(outsider.status, 503);
                }
                "pass" => {
                    assert_eq!((changed.status, told), (200, true), "{}", changed.body);
                    // The other rules still run and deny.
                    assert_eq!(outsider.status, 400, "{}", outsider.body);
                }
                _ => {
                    assert_eq!((changed.status, told), (200, false), "{}", changed.body);
                    assert_eq!(changed.body["displayName"], "Somebody Else");
                    let detail = detail(&world).await;
                    assert!(
                        detail["owed"].as_u64().is_some_and(|owed| owed > 0),
                        "{detail}"
                    );
                    let owing = json!([{"plugin": "ill", "ending": ending}]);
                    assert_eq!(detail["plugins_owing"], owing, "{detail}");
                }
            }
            leave(&world, &people[..2]).await;
            if on_failure == "owe" {
                shelf.bundled("ill.wasm", "tenant-rules");
                world = world.restart().await;
                caught_up(&world).await;
                let held = world.held("cleo@example.com").await.expect("in CXone");
                assert_eq!(held["displayName"], "Somebody Else");
                assert_eq!(detail(&world).await["plugins_owing"], json!([]));
            }
        }
    }
}
