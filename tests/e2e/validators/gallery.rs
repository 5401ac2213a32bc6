//! The 25 tests that Microsoft runs before it lists an application in its gallery (SCIM-Validation-Test-Overview), under
//! Microsoft's names and numbers.
//!
//! Tests 1 to 14 are Microsoft's whole service at work: people and groups change in Entra, a cycle runs, Entra's log is read,
//! the SCIM endpoint is asked. Played here are the requests that such a cycle sends, and what is asked of the endpoint; the log
//! is Microsoft's. The endpoint's part of 21 and 22, getting a token, is among the tests of authentication. [`TESTS`] has them all.

use serde_json::{Value, json};

use super::{CORE, ENT, GROUP, encoded, found, holds, id, nobody, only};
use crate::world::{Reply, World, ada, person};

mod direct;
mod groups;
mod users;

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Number, Microsoft's name, and the test that plays it.
const TESTS: [(u8, &str, &str); 25] = [
    (
        1,
        "Create_User_Test",
        "validators/gallery/users.rs::t01_create_user_test",
    ),
    (
        2,
        "Update_User_Test",
        "validators/gallery/users.rs::t02_update_user_test",
    ),
    (
        3,
        "Disable_User_Test",
        "validators/gallery/users.rs::t03_disable_user_test",
    ),
    (
        4,
        "Delete_User_Test",
        "validators/gallery/users.rs::t04_delete_user_test",
    ),
    (
        5,
        "User_Update_Manager_Test",
        "validators/gallery/users.rs::t05_user_update_manager_test",
    ),
    (
        6,
        "Restore_User_Test",
        "validators/gallery/users.rs::t06_restore_user_test",
    ),
    (
        7,
        "POD_User_Test",
        "validators/gallery/users.rs::t07_pod_user_test",
    ),
    (
        8,
        "Create_Group_Test",
        "validators/gallery/groups.rs::t08_create_group_test",
    ),
    (
        9,
        "Update_Group_Test",
        "validators/gallery/groups.rs::t09_update_group_test",
    ),
    (
        10,
        "Delete_Group_Test",
        "validators/gallery/groups.rs::t10_delete_group_test",
    ),
    (
        11,
        "Group_Update_Add_Member_Test",
        "validators/gallery/groups.rs::t11_group_update_add_member_test",
    ),
    (
        12,
        "Group_Update_Remove_Member_Test",
        "validators/gallery/groups.rs::t12_group_update_remove_member_test",
    ),
    (
        13,
        "POD_Group_Test",
        "validators/gallery/groups.rs::t13_pod_group_test",
    ),
    (
        14,
        "Restore_Group_Test",
        "validators/gallery/groups.rs::t14_restore_group_test",
    ),
    (
        15,
        "Schema_Discoverability_Test",
        "validators/gallery/direct.rs::t15_schema_discoverability_test",
    ),
    (
        16,
        "SCIM_Null_Update_Test",
        "validators/gallery/direct.rs::t16_scim_null_update_test",
    ),
    (
        17,
        "SCIM_User_Create_Test",
        "validators/gallery/direct.rs::t17_scim_user_create_test",
    ),
    (
        18,
        "SCIM_User_Update_Test",
        "validators/gallery/direct.rs::t18_scim_user_update_test",
    ),
    (
        19,
        "SCIM_Group_Create_Test",
        "validators/gallery/direct.rs::t19_scim_group_create_test",
    ),
    (
        20,
        "SCIM_Group_Update_Test",
        "validators/gallery/direct.rs::t20_scim_group_update_test",
    ),
    // E-35: a token for client id and secret that lives between 60 and 360 minutes.
    (
        21,
        "Validate_Credentials_Test",
        "authentication/endpoint.rs::a_client_secret_comes_in_the_header_in_the_body_or_in_both",
    ),
    // E-36: a token for an assertion of Entra's. The ways over Google's token services are other services' business.
    (
        22,
        "Federated_Identity_Test",
        "authentication/endpoint.rs::an_assertion_of_entra_is_as_good_as_a_secret",
    ),
    (
        23,
        "SCIM_User_Pagination_Test",
        "validators/gallery/direct.rs::t23_scim_user_pagination_test",
    ),
    (
        24,
        "SCIM_Group_Pagination_Test",
        "validators/gallery/direct.rs::t24_scim_group_pagination_test",
    ),
    (
        25,
        "SCIM_Update_Manager_Test",
        "validators/gallery/direct.rs::t25_scim_update_manager_test",
    ),
];

#[test]
fn the_list_is_whole() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e");
    for (place, (number, name, test)) in (1..).zip(TESTS) {
        assert_eq!(place, number, "{name}");
        let (file, test) = test.split_once("::").expect("file::test");
        let text = std::fs::read_to_string(folder.join(file)).expect(file);
        let wanted = format!("async fn {test}(");
        assert!(text.contains(&wanted), "{name}: no `{wanted}` in {file}");
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
