//! The 25 tests that Microsoft runs before it lists an application in its gallery (SCIM-Validation-Test-Overview), under
//! Microsoft's names and numbers.
//!
//! Tests 1 to 14 are Microsoft's whole service at work: people and groups change in Entra, a cycle runs, Entra's log is read,
//! the SCIM endpoint is asked. Played here are the requests that such a cycle sends, and what is asked of the endpoint; the log
//! is Microsoft's. The endpoint's part of 21 and 22, getting a token, is tested with authentication. [`TESTS`] has them all.

use serde_json::{Value, json};

use super::{CORE, ENT, GROUP, encoded, found, holds, id, nobody, only};
use crate::world::{Reply, World, ada, person};

mod direct;
mod groups;
mod users;

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Number, Microsoft's name, and the test here; none where it is about tokens.
const TESTS: [(u8, &str, Option<&str>); 25] = [
    (1, "Create_User_Test", Some("users::t01_")),
    (2, "Update_User_Test", Some("users::t02_")),
    (3, "Disable_User_Test", Some("users::t03_")),
    (4, "Delete_User_Test", Some("users::t04_")),
    (5, "User_Update_Manager_Test", Some("users::t05_")),
    (6, "Restore_User_Test", Some("users::t06_")),
    (7, "POD_User_Test", Some("users::t07_")),
    (8, "Create_Group_Test", Some("groups::t08_")),
    (9, "Update_Group_Test", Some("groups::t09_")),
    (10, "Delete_Group_Test", Some("groups::t10_")),
    (11, "Group_Update_Add_Member_Test", Some("groups::t11_")),
    (12, "Group_Update_Remove_Member_Test", Some("groups::t12_")),
    (13, "POD_Group_Test", Some("groups::t13_")),
    (14, "Restore_Group_Test", Some("groups::t14_")),
    (15, "Schema_Discoverability_Test", Some("direct::t15_")),
    (16, "SCIM_Null_Update_Test", Some("direct::t16_")),
    (17, "SCIM_User_Create_Test", Some("direct::t17_")),
    (18, "SCIM_User_Update_Test", Some("direct::t18_")),
    (19, "SCIM_Group_Create_Test", Some("direct::t19_")),
    (20, "SCIM_Group_Update_Test", Some("direct::t20_")),
    // E-35: a token for client id and secret that lives between 60 and 360 minutes.
    (21, "Validate_Credentials_Test", None),
    // E-36: a token for an assertion of Entra's. The ways over Google's token services are other services' business.
    (22, "Federated_Identity_Test", None),
    (23, "SCIM_User_Pagination_Test", Some("direct::t23_")),
    (24, "SCIM_Group_Pagination_Test", Some("direct::t24_")),
    (25, "SCIM_Update_Manager_Test", Some("direct::t25_")),
];

#[test]
fn the_list_is_whole() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder.join("../../tests/e2e/validators/gallery");
    for (place, (number, name, test)) in (1..).zip(TESTS) {
        assert_eq!(place, number, "{name}");
        let Some((file, test)) = test.and_then(|test| test.split_once("::")) else {
            continue;
        };
        let text = std::fs::read_to_string(folder.join(format!("{file}.rs"))).expect(file);
        let wanted = format!("async fn {test}{}(", name.to_lowercase());
        assert!(
            text.contains(&wanted),
            "there is no `{wanted}` in {file}.rs"
        );
    }
}

/// Sends a PATCH that has to be taken, and reads what it left.
async fn patched(world: &World, name: &str, path: &str, operations: Value) -> Reply {
    let body = json!({"schemas": [PATCH], "Operations": operations});
    let answer = world.scim("PATCH", path, Some(body)).await;
    holds(
        &format!("{name}: PATCH is answered 200 or 204"),
        matches!(answer.status, 200 | 204),
        &answer,
    );
    let read = world
        .scim("GET", path.split('?').next().unwrap_or(path), None)
        .await;
    holds(
        &format!("{name}: GET is answered 200"),
        read.status == 200,
        &read,
    );
    read
}

/// Microsoft's comparison after a PATCH: byte for byte.
fn shows(name: &str, read: &Reply, wanted: &[(&str, Value)]) {
    for (pointer, wanted) in wanted {
        let seen = read.body.pointer(pointer).unwrap_or(&Value::Null);
        holds(
            &format!("{name}: {pointer} is {wanted}"),
            seen == wanted,
            read,
        );
    }
}

/// The requests of a cycle that brings somebody new: a look, a create.
async fn user_arrives(world: &World, name: &str, body: Value) -> String {
    let filter = format!("userName eq {}", body["userName"]);
    let list = found(world, "Users", &filter).await;
    holds(
        &format!("{name}: the look finds nobody"),
        nobody(&list),
        &list,
    );
    let made = world.scim("POST", "/Users", Some(body)).await;
    holds(&format!("{name}: created"), made.status == 201, &made);
    let list = found(world, "Users", &filter).await;
    holds(
        &format!("{name}: found by userName"),
        only(&list, &id(&made)),
        &list,
    );
    id(&made)
}

fn group(name: &str) -> Value {
    let old = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
    json!({"schemas": [GROUP, old], "externalId": format!("6f2a1c90-{name}"), "displayName": name, "meta": {"resourceType": "Group"}})
}

/// The look for a group by name.
async fn look(world: &World, name: &str) -> Reply {
    let filter = encoded(&format!("displayName eq \"{name}\""));
    world
        .scim(
            "GET",
            &format!("/Groups?excludedAttributes=members&filter={filter}"),
            None,
        )
        .await
}

async fn group_arrives(world: &World, name: &str, display: &str) -> String {
    let list = look(world, display).await;
    holds(
        &format!("{name}: the look finds none"),
        nobody(&list),
        &list,
    );
    let made = world.scim("POST", "/Groups", Some(group(display))).await;
    holds(&format!("{name}: created"), made.status == 201, &made);
    let list = look(world, display).await;
    holds(
        &format!("{name}: found by displayName"),
        only(&list, &id(&made)),
        &list,
    );
    id(&made)
}
