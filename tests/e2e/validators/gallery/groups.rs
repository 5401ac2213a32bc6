//! Tests 8 to 14: groups, as a cycle of Entra's brings them.

use serde_json::{Value, json};

use super::{
    World, ada, group_arrives, holds, look, nobody, only, patched, person, shows, user_arrives,
};

fn add(member: &str) -> Value {
    json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": member}]}])
}

#[tokio::test(flavor = "multi_thread")]
async fn t08_create_group_test() {
    let world = World::start().await;
    group_arrives(&world, "Create_Group_Test", "Tier1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn t09_update_group_test() {
    const NAME: &str = "Update_Group_Test";
    let world = World::start().await;
    let id = group_arrives(&world, NAME, "Tier1").await;
    let rename = json!([{"op": "Replace", "path": "displayName", "value": "Tier1 (Voice)"}]);
    let read = patched(&world, NAME, &format!("/Groups/{id}"), rename).await;
    shows(NAME, &read, &[("/displayName", json!("Tier1 (Voice)"))]);
    let list = look(&world, "Tier1 (Voice)").await;
    holds(
        &format!("{NAME}: found by the new name"),
        only(&list, &id),
        &list,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t10_delete_group_test() {
    const NAME: &str = "Delete_Group_Test";
    let world = World::start().await;
    let id = group_arrives(&world, NAME, "Tier1").await;
    let gone = world.scim("DELETE", &format!("/Groups/{id}"), None).await;
    holds(&format!("{NAME}: 204"), gone.status == 204, &gone);
    let list = look(&world, "Tier1").await;
    holds(&format!("{NAME}: totalResults 0"), nobody(&list), &list);
}

#[tokio::test(flavor = "multi_thread")]
async fn t11_group_update_add_member_test() {
    const NAME: &str = "Group_Update_Add_Member_Test";
    let world = World::start().await;
    let ada = user_arrives(&world, NAME, ada()).await;
    let path = format!("/Groups/{}", group_arrives(&world, NAME, "Tier1").await);
    let read = patched(&world, NAME, &path, add(&ada)).await;
    shows(
        NAME,
        &read,
        &[
            ("/members/0/value", json!(ada)),
            ("/members/1", json!(null)),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn t12_group_update_remove_member_test() {
    const NAME: &str = "Group_Update_Remove_Member_Test";
    let world = World::start().await;
    let ada = user_arrives(&world, NAME, ada()).await;
    let grace = user_arrives(&world, NAME, person("grace", "Grace", "Hopper")).await;
    let path = format!("/Groups/{}", group_arrives(&world, NAME, "Tier1").await);
    patched(&world, NAME, &path, add(&ada)).await;
    patched(&world, NAME, &path, add(&grace)).await;
    let remove = json!([{"op": "Remove", "path": "members", "value": [{"value": ada}]}]);
    let read = patched(&world, NAME, &path, remove).await;
    shows(
        NAME,
        &read,
        &[
            ("/members/0/value", json!(grace)),
            ("/members/1", json!(null)),
        ],
    );
    let filtered = json!([{"op": "remove", "path": format!("members[value eq \"{grace}\"]")}]);
    let read = patched(&world, NAME, &format!("{path}?aadOptscim062020"), filtered).await;
    shows(NAME, &read, &[("/members/0", json!(null))]);
}

/// On demand, a group comes with five members at most.
#[tokio::test(flavor = "multi_thread")]
async fn t13_pod_group_test() {
    const NAME: &str = "POD_Group_Test";
    let world = World::start().await;
    let mut members = Vec::new();
    for name in ["ada", "grace", "joan", "mary", "barbara"] {
        members.push(user_arrives(&world, NAME, person(name, name, "Example")).await);
    }
    let path = format!("/Groups/{}", group_arrives(&world, NAME, "Tier1").await);
    let values: Vec<Value> = members
        .iter()
        .map(|id| json!({"$ref": null, "value": id}))
        .collect();
    let all = json!([{"op": "Add", "path": "members", "value": values}]);
    let read = patched(&world, NAME, &path, all).await;
    for (number, id) in members.iter().enumerate() {
        shows(
            NAME,
            &read,
            &[(&format!("/members/{number}/value"), json!(id))],
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t14_restore_group_test() {
    const NAME: &str = "Restore_Group_Test";
    let world = World::start().await;
    let ada = user_arrives(&world, NAME, ada()).await;
    let first = group_arrives(&world, NAME, "Tier1").await;
    patched(&world, NAME, &format!("/Groups/{first}"), add(&ada)).await;
    let gone = world
        .scim("DELETE", &format!("/Groups/{first}"), None)
        .await;
    holds(
        &format!("{NAME}, unassigned: 204"),
        gone.status == 204,
        &gone,
    );
    let again = group_arrives(&world, &format!("{NAME}, assigned again"), "Tier1").await;
    let read = world.scim("GET", &format!("/Groups/{again}"), None).await;
    holds(&format!("{NAME}: a new id"), again != first, &read);
    shows(
        &format!("{NAME}: nobody's membership came back by itself"),
        &read,
        &[("/members/0", json!(null))],
    );
}
