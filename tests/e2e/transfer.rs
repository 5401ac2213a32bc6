//! From Okta to Entra: the people go over, Okta unassigns everybody, and nobody in CXone notices.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::binary::Process;
use crate::cxone::{so_far, taken};
use crate::world::{Reply, TOKEN, World, reply};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Both identity providers of the tenant, each with its own mapper.
const BOTH: &str = r#"
[tenants.acme.connections.okta]
idp = "okta"
token = "test-token"
[[tenants.acme.connections.okta.plugins]]
use = "okta"
settings = { groups = [{ group = "CX Managers", role = "Manager" }] }
[tenants.acme.connections.entra]
idp = "entra"
token = "test-token"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
settings = { groups = [{ group = "CX Managers", role = "Manager" }] }
"#;

/// Somebody, as Okta sends them (idp.md 2.3).
fn oktas(number: usize, active: bool) -> Value {
    let name = name(number);
    json!({
        "schemas": [CORE], "userName": name, "externalId": format!("00u{number}"), "active": active,
        "name": {"givenName": "Ada", "familyName": format!("Byron {number}")},
        "displayName": format!("Ada Byron {number}"),
        "emails": [{"primary": true, "value": name, "type": "work"}],
        "locale": "en-US", "groups": [],
    })
}

fn name(number: usize) -> String {
    format!("ada{number}@example.com")
}

/// The binary in processes of its own: a simulator that lives on, and a service that is asked to go.
struct Scene {
    directory: TempDir,
    simulator: Process,
    http: Client,
}

impl Scene {
    fn new() -> Self {
        let (directory, simulator) = (TempDir::new().expect("a directory"), Process::simulator());
        // The command finds the service where the configuration has it, so the port must be known.
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let admin: SocketAddr = free.local_addr().expect("an address");
        drop(free);
        let config = format!(
            "[listen]\nscim = \"127.0.0.1:0\"\nadmin = \"{admin}\"\n[ledger]\nurl = \"sqlite:{}\"\n\
             [tenants.acme.cxone]\nbase_url = \"{}\"\naccess_key_id = \"simulator\"\naccess_key_secret = \"simulator-secret\"\n{BOTH}",
            directory.path().join("jackfield.db").display(),
            simulator.address("CXone"),
        );
        std::fs::write(directory.path().join("jackfield.toml"), config).expect("a file");
        Self {
            directory,
            simulator,
            http: Client::new(),
        }
    }

    fn config(&self) -> PathBuf {
        self.directory.path().join("jackfield.toml")
    }

    /// `jackfield transfer`.
    fn transfer(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_jackfield"))
            .arg("transfer")
            .args(arguments)
            .arg("--config")
            .arg(self.config())
            .stdin(Stdio::null())
            .output()
            .expect("a process");
        let mut told = String::from_utf8(output.stdout).expect("text");
        told.push_str(&String::from_utf8(output.stderr).expect("text"));
        (output.status.code(), told)
    }

    async fn scim(
        &self,
        service: &Process,
        connection: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Reply {
        // What is said is one connection's address, the first.
        let (root, _) = service.address("SCIM").split_once("/acme/").expect("a URL");
        let url = format!("{root}/acme/{connection}/scim/v2{path}");
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(method, url).bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/scim+json")
                .body(body.to_string());
        }
        reply(request).await
    }

    /// What CXone holds, and how many writes on users it was sent.
    async fn cxone(&self) -> (Vec<Value>, usize) {
        let url = format!("{}/simulator/state", self.simulator.address("CXone"));
        let state = reply(self.http.get(url)).await.body;
        let writes = state["calls"].as_array().expect("calls").iter();
        let writes = writes.filter(|call| {
            call["method"] != "GET"
                && call["path"]
                    .as_str()
                    .is_some_and(|path| path.contains("/Users"))
        });
        let users = state["users"].as_array().expect("users").clone();
        (users, writes.count())
    }
}

/// Twenty people whom Okta provisioned go over to Entra, by a service that runs or in the ledger of one that does not.
async fn migration(running: bool) {
    let scene = Scene::new();
    let first = Process::service(&scene.config());
    let mut ids = Vec::new();
    for number in 0..20 {
        let body = Some(oktas(number, true));
        let made = scene.scim(&first, "okta", "POST", "/Users", body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        ids.push(made.body["id"].as_str().expect("an id").to_owned());
    }
    let managers = |ids: &[String]| {
        let members: Vec<Value> = ids[..5].iter().map(|id| json!({"value": id})).collect();
        json!({"schemas": [GROUP], "displayName": "CX Managers", "members": members})
    };
    let group = Some(managers(&ids));
    let group = scene.scim(&first, "okta", "POST", "/Groups", group).await;
    assert_eq!(group.status, 201, "{}", group.body);
    let before = scene.cxone().await;
    assert_eq!(before.0.len(), 20);
    let managing = |user: &&Value| user["roles"][0]["display"] == "Manager";
    assert_eq!(before.0.iter().filter(managing).count(), 5);

    let going_on = match running {
        true => Some(first),
        false => {
            first.kill();
            None
        }
    };
    let (code, told) = scene.transfer(&["acme", "okta", "entra"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.ends_with("20 moved, 0 stayed\n"), "{told}");
    let service = going_on.unwrap_or_else(|| Process::service(&scene.config()));

    // Entra's first cycle: each is found by name and written with Entra's own id for them.
    let mut entras = Vec::new();
    for (number, old) in ids.iter().enumerate() {
        let filter = format!("/Users?filter=userName%20eq%20%22ada{number}%40example.com%22");
        let found = scene.scim(&service, "entra", "GET", &filter, None).await;
        assert_eq!(found.body["totalResults"], 1, "{}", found.body);
        let user = &found.body["Resources"][0];
        let id = user["id"].as_str().expect("an id").to_owned();
        assert_ne!(&id, old, "ids are each connection's own");
        assert_eq!(user.get("externalId"), None, "that was Okta's");
        let link = json!({"schemas": [PATCH], "Operations": [
            {"op": "Add", "path": "externalId", "value": format!("entra-{number}")}
        ]});
        let path = format!("/Users/{id}");
        let linked = scene
            .scim(&service, "entra", "PATCH", &path, Some(link))
            .await;
        assert_eq!(linked.status, 200, "{}", linked.body);
        entras.push(id);
    }
    // Okta goes on for a while: what it says about somebody changes what it reads back, and nothing else.
    let mut body = oktas(3, true);
    body["displayName"] = json!("Ada Somebody");
    let path = format!("/Users/{}", ids[3]);
    let said = scene.scim(&service, "okta", "PUT", &path, Some(body)).await;
    assert_eq!(
        (said.status, &said.body["displayName"]),
        (200, &json!("Ada Somebody")),
        "{}",
        said.body
    );
    // Okta takes everybody out of its application: that is its own affair.
    for (number, id) in ids.iter().enumerate() {
        let body = Some(oktas(number, false));
        let path = format!("/Users/{id}");
        let left = scene.scim(&service, "okta", "PUT", &path, body).await;
        assert_eq!(
            (left.status, &left.body["active"]),
            (200, &json!(false)),
            "{}",
            left.body
        );
    }
    let group = group.body["id"].as_str().expect("an id");
    let path = format!("/Groups/{group}");
    let gone = scene.scim(&service, "okta", "DELETE", &path, None).await;
    assert_eq!(gone.status, 204);
    assert_eq!(scene.cxone().await, before, "nobody in CXone notices");
    // Entra's groups come last: they give what was given before.
    let group = Some(managers(&entras));
    let group = scene
        .scim(&service, "entra", "POST", "/Groups", group)
        .await;
    assert_eq!(group.status, 201, "{}", group.body);
    assert_eq!(
        scene.cxone().await,
        before,
        "nor does Entra's group change anything"
    );

    // From now on Entra decides.
    let disable = json!({"schemas": [PATCH], "Operations": [{"op": "Replace", "path": "active", "value": "False"}]});
    let gone = scene
        .scim(
            &service,
            "entra",
            "PATCH",
            &format!("/Users/{}", entras[7]),
            Some(disable),
        )
        .await;
    assert_eq!(gone.status, 200, "{}", gone.body);
    let (users, writes) = scene.cxone().await;
    assert_eq!(writes, before.1 + 1);
    for user in users {
        assert_eq!(user["active"], user["userName"] != name(7).as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_okta_to_entra_through_the_running_service() {
    migration(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_okta_to_entra_while_no_service_runs() {
    migration(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_transferred_is_told_and_ends_with_1() {
    let scene = Scene::new();
    let cases: [(&[&str], &str); 4] = [
        (
            &["acme", "okta", "google"],
            "the configuration has no connection acme/google",
        ),
        (
            &["other", "okta", "entra"],
            "the configuration has no connection other/okta",
        ),
        (&["acme", "okta", "okta"], "both connections are the same"),
        (
            &["acme", "okta", "entra", "nobody@example.com"],
            "stayed  nobody@example.com: no such user on acme/okta",
        ),
    ];
    for running in [false, true] {
        let service = running.then(|| Process::service(&scene.config()));
        for (arguments, expected) in &cases {
            let (code, told) = scene.transfer(arguments);
            assert_eq!(code, Some(1), "{told}");
            assert!(told.contains(expected), "{arguments:?}: {told}");
        }
        drop(service);
    }
}

fn everybody() -> Value {
    json!({"tenant": "acme", "from": "okta", "to": "entra", "users": []})
}

async fn made(world: &World) {
    let body = Some(oktas(1, true));
    let made = world.connection("acme/okta", "POST", "/Users", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
}

/// Whom Entra finds: Okta's people are none of its business before they went over.
async fn entra_finds(world: &World) -> Value {
    let filter = "/Users?filter=userName%20eq%20%22ada1%40example.com%22";
    let found = world.connection("acme/entra", "GET", filter, None).await;
    assert_eq!(found.status, 200, "{}", found.body);
    found.body["totalResults"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_a_browser_transfers_nobody() {
    let world = World::with(BOTH).await;
    made(&world).await;
    let since = so_far(&world).await;
    let url = format!("http://{}/admin/transfer", world.app.admin);
    let post = || world.http.post(&url).body(everybody().to_string());
    let json = "application/json";
    let from_a_page = [
        post().header("content-type", json).header("origin", "null"),
        post()
            .header("content-type", json)
            .header("origin", "http://127.0.0.1:8081"),
        post().header("content-type", "text/plain"),
        post().header("content-type", "application/x-www-form-urlencoded"),
        post(),
    ];
    for request in from_a_page {
        let refused = reply(request).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
    }
    assert_eq!(reply(world.http.get(&url)).await.status, 405);
    assert_eq!(entra_finds(&world).await, 0);
    let done = reply(post().header("content-type", json)).await;
    assert_eq!(
        (done.status, &done.body["moved"]),
        (200, &json!([name(1)])),
        "{}",
        done.body
    );
    assert_eq!(entra_finds(&world).await, 1);
    assert_eq!(taken(&world, since).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_side_that_others_can_reach_transfers_nobody() {
    let world = World::with(BOTH).await;
    made(&world).await;
    let open = |toml: &str| toml.replace("admin = \"127.0.0.1:0\"", "admin = \"0.0.0.0:0\"");
    let world = world.restart_with(open).await;
    let url = format!("http://127.0.0.1:{}/admin/transfer", world.app.admin.port());
    let refused = reply(
        world
            .http
            .post(url)
            .header("content-type", "application/json")
            .body(everybody().to_string()),
    )
    .await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let error = refused.body["error"].as_str().expect("an error");
    assert!(error.contains("loopback"), "{error}");
    assert_eq!(entra_finds(&world).await, 0);
}
