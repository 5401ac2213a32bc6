//! The rules of life, each test in the words of its sentence. Which sentence is shown where is in docs/rules.md; here are those
//! that nothing else shows.

mod forgetting;
mod identity;
mod logged;
mod matching;
mod people;
mod upstream;

use serde_json::{Value, json};

use crate::world::{Reply, TOKEN, World, reply};

const ADA: &str = "ada@example.com";

/// Two connections of one tenant.
fn two() -> String {
    let entra = crate::world::ENTRA;
    format!(
        "{entra}{}",
        entra.replace("connections.entra", "connections.second")
    )
}

async fn find(world: &World, name: &str) -> Reply {
    let name = name.replace('@', "%40");
    let filter = format!("/Users?filter=userName%20eq%20%22{name}%22");
    world.scim("GET", &filter, None).await
}

async fn read(world: &World, id: &str) -> Value {
    let reply = world.scim("GET", &format!("/Users/{id}"), None).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

/// A PATCH that is granted.
async fn set(world: &World, id: &str, path: &str, value: Value) -> Value {
    let operation = json!([{"op": "Replace", "path": path, "value": value}]);
    let reply = world.patch(id, operation).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

/// CXone forgets everybody and begins anew.
async fn reset(world: &World) {
    let url = format!("{}/simulator/reset", world.simulator.base_url());
    let answer = reply(world.http.post(url)).await;
    assert!(answer.status < 300, "{}", answer.body);
}

/// A group with these members.
async fn group(world: &World, name: &str, members: &[&str]) -> String {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": name, "members": members,
    });
    let reply = world.scim("POST", "/Groups", Some(body)).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.body["id"].as_str().expect("an id").to_owned()
}

/// A connection whose mapper gives members of `CX Managers` the role Manager.
fn managers() -> String {
    format!(
        r#"
[tenants.acme.connections.entra]
idp = "entra"
token = "{TOKEN}"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
[tenants.acme.connections.entra.plugins.settings]
groups = [{{ group = "CX Managers", role = "Manager" }}]
"#
    )
}
