//! What clients send in their own ways and the service takes in one (the rules of normalisation, by number), over HTTP.

use serde_json::{Value, json};

use crate::world::{Reply, World};

mod bodies;
mod elements;
mod failures;
mod kept;
mod operations;
mod requests;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const CUSTOM: &str = "urn:ietf:params:scim:schemas:extension:cxone:2.0:User";

/// `part` in percent-encoding.
fn encoded(part: &str) -> String {
    part.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' => {
                (byte as char).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

async fn found(world: &World, filter: &str) -> Reply {
    world
        .scim("GET", &format!("/Users?filter={}", encoded(filter)), None)
        .await
}

async fn user(world: &World, id: &str) -> Value {
    let answer = world.scim("GET", &format!("/Users/{id}"), None).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// Applies operations, expects success and answers the user as read.
async fn patched(world: &World, id: &str, operations: Value) -> Value {
    let answer = world.patch(id, operations.clone()).await;
    assert_eq!(answer.status, 200, "{operations}: {}", answer.body);
    let read = user(world, id).await;
    assert_eq!(read, answer.body, "the answer is what is read");
    read
}

/// Somebody with what CXone needs and nothing else.
fn plain(name: &str) -> Value {
    json!({
        "schemas": [CORE],
        "userName": format!("{name}@example.com"),
        "name": {"givenName": "Grace", "familyName": "Hopper"},
        "emails": [{"type": "work", "value": format!("{name}@example.com")}],
    })
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}
