//! Tests 1 to 7: users, as a cycle of Entra's brings them.

use serde_json::json;

use super::{
    ENT, World, ada, found, holds, id, nobody, only, patched, person, shows, user_arrives,
};

#[tokio::test(flavor = "multi_thread")]
async fn t01_create_user_test() {
    let world = World::start().await;
    user_arrives(&world, "Create_User_Test", ada()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t02_update_user_test() {
    const NAME: &str = "Update_User_Test";
    let world = World::start().await;
    let path = format!("/Users/{}", user_arrives(&world, NAME, ada()).await);
    let operations = json!([
        {"op": "Replace", "path": "title", "value": "Team Lead, Voice"},
        {"op": "Replace", "path": format!("{ENT}:department"), "value": "Customer Care"},
        {"op": "Add", "path": "phoneNumbers[type eq \"work\"].value", "value": "+44 (20) 7946-0002"},
        {"op": "Replace", "path": "addresses[type eq \"work\"].locality", "value": "Leeds"},
    ]);
    let read = patched(&world, NAME, &path, operations).await;
    let department = format!("/{ENT}/department");
    let wanted = [
        ("/title", json!("Team Lead, Voice")),
        (department.as_str(), json!("Customer Care")),
        (
            "/phoneNumbers/1",
            json!({"type": "work", "value": "+44 (20) 7946-0002"}),
        ),
        ("/addresses/0/locality", json!("Leeds")),
    ];
    shows(NAME, &read, &wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn t03_disable_user_test() {
    const NAME: &str = "Disable_User_Test";
    let world = World::start().await;
    let path = format!("/Users/{}", user_arrives(&world, NAME, ada()).await);
    let off = json!([{"op": "Replace", "path": "active", "value": "False"}]);
    let read = patched(&world, NAME, &path, off).await;
    shows(NAME, &read, &[("/active", json!(false))]);
    let held = world.held("ada@example.com").await.expect("Ada");
    holds(
        &format!("{NAME}: in CXone too"),
        held["active"] == false,
        &read,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t04_delete_user_test() {
    const NAME: &str = "Delete_User_Test";
    let world = World::start().await;
    let path = format!("/Users/{}", user_arrives(&world, NAME, ada()).await);
    let off = json!([{"op": "Replace", "path": "active", "value": "False"}]);
    patched(&world, NAME, &path, off).await;
    let gone = world.scim("DELETE", &path, None).await;
    holds(&format!("{NAME}: purged is 204"), gone.status == 204, &gone);
    let read = world.scim("GET", &path, None).await;
    holds(
        &format!("{NAME}: 404 afterwards"),
        read.status == 404,
        &read,
    );
    let list = found(&world, "Users", "userName eq \"ada@example.com\"").await;
    holds(
        &format!("{NAME}: totalResults 0 afterwards"),
        nobody(&list),
        &list,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t05_user_update_manager_test() {
    const NAME: &str = "User_Update_Manager_Test";
    let world = World::start().await;
    let mut body = ada();
    body[ENT]
        .as_object_mut()
        .expect("an object")
        .remove("manager");
    let path = format!("/Users/{}", user_arrives(&world, NAME, body).await);
    let grace = user_arrives(&world, NAME, person("grace", "Grace", "Hopper")).await;
    let joan = user_arrives(&world, NAME, person("joan", "Joan", "Clarke")).await;
    let manager = format!("{ENT}:manager");
    let pointer = format!("/{ENT}/manager/value");
    // A manager comes in a request of its own, when both are there.
    for (phase, op, value, wanted) in [
        ("assigned", "Add", json!(grace), json!(grace)),
        ("changed", "Replace", json!(joan), json!(joan)),
        ("removed", "Replace", json!(""), json!(null)),
    ] {
        let operations = json!([{"op": op, "path": manager, "value": value}]);
        let name = format!("{NAME}, {phase}");
        let read = patched(&world, &name, &path, operations).await;
        shows(&name, &read, &[(pointer.as_str(), wanted)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t06_restore_user_test() {
    const NAME: &str = "Restore_User_Test";
    let world = World::start().await;
    let made = user_arrives(&world, NAME, ada()).await;
    let path = format!("/Users/{made}");
    // Unassigned: gone, or there and inactive (the tool's tag SoftDeleteRestore).
    let off = json!([{"op": "Replace", "path": "active", "value": "False"}]);
    let read = patched(&world, NAME, &path, off).await;
    shows(
        &format!("{NAME}, unassigned"),
        &read,
        &[("/active", json!(false))],
    );
    // Assigned again: the look finds who is inactive, and enables.
    let list = found(&world, "Users", "userName eq \"ada@example.com\"").await;
    holds(
        &format!("{NAME}, assigned again: found"),
        only(&list, &made),
        &list,
    );
    let on = json!([{"op": "Replace", "path": "active", "value": "True"}]);
    let read = patched(&world, NAME, &path, on).await;
    shows(
        &format!("{NAME}, assigned again"),
        &read,
        &[("/active", json!(true))],
    );
    let held = world.held("ada@example.com").await.expect("Ada");
    holds(
        &format!("{NAME}: in CXone too"),
        held["active"] == true,
        &read,
    );

    // Purged and made again (the tag UnassignReassign): somebody new, the same account of CXone's.
    let gone = world.scim("DELETE", &path, None).await;
    holds(&format!("{NAME}, purged: 204"), gone.status == 204, &gone);
    let list = found(&world, "Users", "userName eq \"ada@example.com\"").await;
    holds(&format!("{NAME}, purged: gone"), nobody(&list), &list);
    let again = world.scim("POST", "/Users", Some(ada())).await;
    holds(
        &format!("{NAME}, made again: 201"),
        again.status == 201,
        &again,
    );
    holds(
        &format!("{NAME}, made again: another id"),
        id(&again) != made,
        &again,
    );
    let back = world.held("ada@example.com").await.expect("Ada");
    holds(
        &format!("{NAME}, made again: the same in CXone"),
        back["id"] == held["id"] && back["active"] == true,
        &again,
    );
}

/// Provisioning on demand: the same requests without waiting for a cycle, in the dialect without the flag, beside a job that
/// has it (idp.md 1.5).
#[tokio::test(flavor = "multi_thread")]
async fn t07_pod_user_test() {
    const NAME: &str = "POD_User_Test";
    let world = World::start().await;
    let path = format!("/Users/{}", user_arrives(&world, NAME, ada()).await);
    let legacy = json!([{"op": "Replace", "path": "name.familyName", "value": "Lovelace"}, {"op": "Replace", "path": "active", "value": "True"}]);
    let read = patched(&world, NAME, &path, legacy).await;
    shows(
        NAME,
        &read,
        &[
            ("/name/familyName", json!("Lovelace")),
            ("/active", json!(true)),
        ],
    );
    let flagged = format!("{path}?aadOptscim062020");
    let read = patched(
        &world,
        NAME,
        &flagged,
        json!([{"op": "replace", "value": {"name.familyName": "King"}}]),
    )
    .await;
    shows(NAME, &read, &[("/name/familyName", json!("King"))]);
    let list = found(&world, "Users", "userName eq \"ada@example.com\"").await;
    holds(
        &format!("{NAME}: found"),
        list.body["totalResults"] == 1,
        &list,
    );
}
