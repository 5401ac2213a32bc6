//! The lists by which Microsoft and Okta judge a SCIM service, as tests: each assertion has its name, and says it when it fails.
//!
//! [`interactive`] is Microsoft's validator for those who build a service, [`gallery`] the 25 tests that an application has to
//! pass for Microsoft's gallery, [`okta`] Okta's specification test (docs/idp.md, section 9, has the pages).

use serde_json::Value;

use crate::world::{Reply, World};

mod gallery;
mod interactive;
mod okta;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// One assertion of a list.
#[track_caller]
fn holds(name: &str, holds: bool, seen: &Reply) {
    assert!(holds, "{name}: got {} {:#}", seen.status, seen.body);
}

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

/// A list of an endpoint of the Entra connection, filtered.
async fn found(world: &World, endpoint: &str, filter: &str) -> Reply {
    let path = format!("/{endpoint}?filter={}", encoded(filter));
    world.scim("GET", &path, None).await
}

/// Whether exactly one resource was found, and it has this id.
fn only(list: &Reply, id: &str) -> bool {
    let body = &list.body;
    list.status == 200 && body["totalResults"] == 1 && body["Resources"][0]["id"] == id
}

fn nobody(list: &Reply) -> bool {
    list.status == 200 && list.body["totalResults"] == 0
}

/// The id of what was created.
#[track_caller]
fn id(made: &Reply) -> String {
    let id = made.body["id"].as_str().filter(|id| !id.is_empty());
    id.unwrap_or_else(|| panic!("no id: {} {}", made.status, made.body))
        .to_owned()
}

/// Neither null nor an empty text nor an empty list.
fn said(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}
