//! Deactivation is sacred: whatever is ill, a leaver leaves at once.

use serde_json::{Value, json};

use crate::binary::refuses_to_serve;
use crate::cxone::{NO_AGENT, caught_up, roles};
use crate::guests::Shelf;
use crate::world::{World, person, reply};

/// Every form in which a disable comes.
fn forms() -> Vec<Value> {
    vec![
        json!([{"op": "Replace", "path": "active", "value": "False"}]),
        json!([{"op": "replace", "path": "active", "value": false}]),
        json!([{"op": "Replace", "path": "active", "value": "false"}]),
        json!([{"op": "replace", "value": {"active": false}}]),
        json!([{"op": "Replace", "value": {"active": "False"}}]),
        json!([{"op": "Add", "path": "active", "value": "False"}]),
        json!([{"op": "add", "value": {"active": false}}]),
        json!([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}]),
        json!([{"op": "Replace", "path": "displayName", "value": "Leaver"}, {"op": "Replace", "path": "active", "value": "False"}]),
    ]
}

/// People, one for each way to leave, and one who stays.
async fn hired(world: &World, prefix: &str) -> Vec<(String, String)> {
    let mut people = Vec::new();
    for number in 0..forms().len() + 3 {
        let name = format!("{prefix}{number}");
        let id = world.created(person(&name, "Lee", "Ver")).await;
        people.push((format!("{name}@example.com"), id));
    }
    people
}

/// All but the last leave, each their own way, and CXone knows it by the time that the answer is here.
async fn leave(world: &World, people: &[(String, String)]) {
    let gone = async |name: &str, how: &str| {
        let held = world.held(name).await.expect("in CXone");
        assert_eq!(held["active"], false, "{how}");
    };
    let forms = forms();
    for ((name, id), form) in people.iter().zip(&forms) {
        let answer = world.patch(id, form.clone()).await;
        assert_eq!(
            (answer.status, &answer.body["active"]),
            (200, &json!(false)),
            "{form}: {}",
            answer.body
        );
        gone(name, &form.to_string()).await;
    }
    let (name, id) = &people[forms.len()];
    let mut body = person(name.split('@').next().expect("a name"), "Lee", "Ver");
    body["active"] = json!(false);
    let answer = world.scim("PUT", &format!("/Users/{id}"), Some(body)).await;
    assert_eq!(
        (answer.status, &answer.body["active"]),
        (200, &json!(false)),
        "{}",
        answer.body
    );
    gone(name, "PUT").await;
    let (name, id) = &people[forms.len() + 1];
    assert_eq!(
        world
            .scim("DELETE", &format!("/Users/{id}"), None)
            .await
            .status,
        204
    );
    assert_eq!(
        world
            .scim("GET", &format!("/Users/{id}"), None)
            .await
            .status,
        404
    );
    gone(name, "DELETE").await;
}

/// One connection whose mapper and rules are files.
fn connection(shelf: &Shelf) -> String {
    format!(
        r#"
[tenants.acme.connections.entra]
idp = "entra"
token = "test-token"
[[tenants.acme.connections.entra.plugins]]
use = "{}"
[[tenants.acme.connections.entra.plugins]]
use = "{}"
settings = {{ allowed_domains = ["example.com"] }}
"#,
        shelf.path("mapper.wasm").display(),
        shelf.path("rules.wasm").display()
    )
}

async fn started() -> (Shelf, World) {
    let shelf = Shelf::new();
    shelf.bundled("mapper.wasm", "entra");
    shelf.bundled("rules.wasm", "tenant-rules");
    let world = World::with(&connection(&shelf)).await;
    (shelf, world)
}

const RENAME: &str = r#"[{"op": "Replace", "path": "displayName", "value": "Somebody Else"}]"#;

fn rename() -> Value {
    serde_json::from_str(RENAME).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_denies_everything_lets_everybody_leave() {
    let (shelf, world) = started().await;
    let people = hired(&world, "denied").await;
    shelf.guest("rules.wasm", "deny");
    let world = world.restart().await;
    let refused = world
        .patch(&people.last().expect("somebody").1, rename())
        .await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let detail = refused.body["detail"].as_str().expect("a detail");
    for part in ["role: ", "nobody gets in", "rules.wasm", "ask again"] {
        assert!(detail.contains(part), "{detail}");
    }
    leave(&world, &people).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapper_that_traps_lets_everybody_leave() {
    let (shelf, world) = started().await;
    let people = hired(&world, "trapped").await;
    shelf.guest("mapper.wasm", "trap");
    let world = world.restart().await;
    let refused = world
        .patch(&people.last().expect("somebody").1, rename())
        .await;
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(
        refused.body["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("mapper.wasm"))
    );
    leave(&world, &people).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_agent_role_everybody_can_leave() {
    let (_shelf, world) = started().await;
    let people = hired(&world, "roleless").await;
    world.settings(roles(&NO_AGENT)).await;
    world.switch("held_role", "checked").await;
    let world = world.restart().await;
    let refused = world
        .scim("POST", "/Users", Some(person("new", "New", "Comer")))
        .await;
    assert!((400..500).contains(&refused.status), "{}", refused.body);
    world.switch("held_role", "accepted").await;
    leave(&world, &people).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cxone_does_not_show_holds_nobody_back() {
    let (_shelf, world) = started().await;
    world.switch("email_shown", "pending").await;
    let people = hired(&world, "pending").await;
    leave(&world, &people).await;
}

type Spoil = fn(&Shelf);

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_cannot_be_loaded_lets_everybody_leave_and_is_named() {
    let (shelf, mut world) = started().await;
    let ways: [(&str, Spoil, &str); 5] = [
        (
            "missing",
            |shelf| shelf.remove("rules.wasm"),
            "cannot be read",
        ),
        (
            "garbage",
            |shelf| shelf.bytes("rules.wasm", b"no plugin at all"),
            "not a WebAssembly binary",
        ),
        (
            "torn",
            |shelf| shelf.bytes("rules.wasm", b"\0asm\x0d\0\x01\0\x07\xff"),
            "not a valid component",
        ),
        (
            "settings",
            |shelf| shelf.bundled("rules.wasm", "template-chooser"),
            "allowed_domains",
        ),
        (
            "network",
            |shelf| shelf.guest("rules.wasm", "forbidden-import"),
            "wasi:http/outgoing-handler@0.2.0",
        ),
    ];
    for (what, spoil, reason) in ways {
        shelf.bundled("rules.wasm", "tenant-rules");
        world = world.restart().await;
        let people = hired(&world, what).await;
        spoil(&shelf);
        world = world.restart().await;

        let (name, id) = people.last().expect("somebody");
        let path = format!("/Users/{id}");
        let new = world
            .scim("POST", "/Users", Some(person("new", "New", "Comer")))
            .await;
        let changed = world.patch(id, rename()).await;
        let replaced = world
            .scim(
                "PUT",
                &path,
                Some(person(
                    &name.replace("@example.com", ""),
                    "Somebody",
                    "Else",
                )),
            )
            .await;
        for refused in [new, changed, replaced] {
            assert_eq!(refused.status, 503, "{what}: {}", refused.body);
            let detail = refused.body["detail"].as_str().expect("a detail");
            assert!(detail.contains("rules.wasm"), "{detail}");
            assert!(refused.headers.contains_key("retry-after"));
        }
        let read = world.scim("GET", &path, None).await;
        assert_eq!(
            (read.status, &read.body["displayName"]),
            (200, &json!("Lee Ver"))
        );
        let filter = format!(
            "/Users?filter=userName%20eq%20%22{}%22",
            name.replace('@', "%40")
        );
        let found = world.scim("GET", &filter, None).await;
        assert_eq!(
            (found.status, &found.body["totalResults"]),
            (200, &json!(1))
        );
        assert_eq!(world.scim("GET", "/Users?count=1", None).await.status, 200);

        let ready = reply(world.http.get(format!("http://{}/readyz", world.app.admin))).await;
        assert_eq!(ready.status, 200, "{}", ready.body);
        let not_loaded = &ready.body["connections"]["acme/entra"]["plugins_not_loaded"][0];
        assert!(
            not_loaded["plugin"]
                .as_str()
                .is_some_and(|plugin| plugin.ends_with("rules.wasm")),
            "{}",
            ready.body
        );
        assert!(
            not_loaded["reason"]
                .as_str()
                .is_some_and(|told| told.contains(reason)),
            "{what}: {}",
            ready.body
        );

        leave(&world, &people).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_and_a_plugin_that_is_ill_only_delay_it() {
    let (shelf, world) = started().await;
    let people = hired(&world, "twice").await;
    shelf.remove("mapper.wasm");
    world.switch("outage", "503").await;
    let world = world.restart().await;
    for (_, id) in &people {
        let answer = world.patch(id, forms()[0].clone()).await;
        assert_eq!(
            (answer.status, &answer.body["active"]),
            (200, &json!(false))
        );
    }
    world.switch("outage", "none").await;
    caught_up(&world).await;
    for (name, _) in &people {
        assert_eq!(world.held(name).await.expect("in CXone")["active"], false);
    }
}

const GOOD: &str = r#"[listen]
scim = "127.0.0.1:0"
admin = "127.0.0.1:0"
[ledger]
url = "sqlite:jackfield.db"
[tenants.acme.cxone]
base_url = "http://127.0.0.1:9090"
access_key_id = "simulator"
access_key_secret = "${env:E2E_SECRET}"
[tenants.acme.connections.entra]
idp = "entra"
token = "hush-hush-token"
"#;

#[test]
fn a_configuration_that_does_not_parse_stops_serve_with_its_place_and_a_hint() {
    for (good, bad, place, says) in [
        (
            "idp = \"entra\"",
            "idpp = \"entra\"",
            ":11:1:",
            "hint: did you mean \"idp\"?",
        ),
        (
            "token = \"hush-hush-token\"",
            "token = hush-hush-token",
            ":12:9:",
            "",
        ),
        (
            "token = \"hush-hush-token\"",
            "token = \"hush-hush-token",
            ":12:",
            "",
        ),
        (
            "token = \"hush-hush-token\"",
            "token = 8190817263",
            ":12:9:",
            "string",
        ),
        (
            "token = \"hush-hush-token\"",
            "token = [\"hush-hush-token\"]",
            ":12:9:",
            "string",
        ),
        (
            "\"${env:E2E_SECRET}\"",
            "\"${env:E2E_UNSET}\"",
            ":9:21:",
            "E2E_UNSET is not set",
        ),
        (
            "\"${env:E2E_SECRET}\"",
            "\"${env:E2E_SECRET\"",
            ":9:21:",
            "hint: write ${env:NAME}",
        ),
        (
            "idp = \"entra\"",
            "idp = \"entr\"",
            ":11:7:",
            "did you mean \"entra\"?",
        ),
        (
            "http://127.0.0.1:9090",
            "http://cxone.example.com",
            ":7:12:",
            "base_url",
        ),
        ("[ledger]", "[leger]", ":4:2:", "did you mean \"ledger\"?"),
        ("sqlite:jackfield.db", "mysql:jackfield", ":5:7:", "sqlite:"),
        (
            "[tenants.acme.connections.entra]",
            "[tenants.acme.connections.en_tra]",
            ":10:27:",
            "",
        ),
        ("127.0.0.1:0", "localhost", ":2:8:", "hint: "),
        ("[ledger]", "[ledger", ":4:", ""),
    ] {
        assert!(GOOD.contains(good));
        let told = refuses_to_serve(&GOOD.replacen(good, bad, 1));
        assert!(
            told.contains(&format!("jackfield.toml{place}")),
            "{bad}: {told}"
        );
        assert!(told.contains(says), "{bad}: {told}");
        for secret in ["hush-hush", "env-secret", "8190817263"] {
            assert!(!told.contains(secret), "{bad}: {told}");
        }
    }
}
