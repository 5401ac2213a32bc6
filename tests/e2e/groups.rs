//! Groups decide role, team and template of their members, and nobody else's.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cxone::{changed_by_hand, role};
use crate::world::{World, person};

const ADA: &str = "ada@example.com";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// An Entra connection whose mapper, chooser and rules heed groups.
fn heeding(mapper: &str, others: &str) -> String {
    format!(
        r#"
[tenants.acme.connections.entra]
idp = "entra"
token = "test-token"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
[tenants.acme.connections.entra.plugins.settings]
groups = [
  {{ group = "CX Managers", role = "Manager", team = "Leads" }},
  {{ group = ["6f1", "CX Evaluators"], role = "Evaluator" }},
]
{mapper}
{others}
"#
    )
}

async fn world(mapper: &str, others: &str) -> World {
    let world = World::with(&heeding(mapper, others)).await;
    world
        .settings(
            json!({"teams": [{"name": "DefaultTeam", "isDefault": true}, {"name": "Leads"}],
            "enabled_fields": ["primaryRole", "team", "displayName", "mobileNumber", "timeZone"]}),
        )
        .await;
    world
}

async fn group(world: &World, name: &str, members: &[&str]) -> String {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    let body = json!({"schemas": [GROUP], "displayName": name, "members": members});
    let reply = world.scim("POST", "/Groups", Some(body)).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply.body["id"].as_str().expect("an id").to_owned()
}

async fn patch(world: &World, group: &str, operations: Value) {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let reply = world
        .scim("PATCH", &format!("/Groups/{group}"), Some(body))
        .await;
    assert_eq!(reply.status, 204, "{}", reply.body);
}

fn add(ids: &[&str]) -> Value {
    let values: Vec<Value> = ids.iter().map(|id| json!({"value": id})).collect();
    json!([{"op": "Add", "path": "members", "value": values}])
}

fn remove(id: &str) -> Value {
    json!([{"op": "Remove", "path": "members", "value": [{"value": id}]}])
}

async fn ada(world: &World) -> String {
    world.created(person("ada", "Ada", "Byron")).await
}

async fn team(world: &World) -> Value {
    let held = world.held(ADA).await.expect("Ada");
    let extension = held.as_object().expect("an object").iter();
    let team = extension.clone().find(|(name, _)| name.starts_with("urn:"));
    let team = team.map(|(_, extension)| extension["team"]["display"].clone());
    team.unwrap_or_default()
}

async fn members(world: &World, group: &str) -> Vec<String> {
    let reply = world.scim("GET", &format!("/Groups/{group}"), None).await;
    let members = reply.body["members"].as_array().expect("members");
    let ids = members
        .iter()
        .map(|member| member["value"].as_str().expect("an id").to_owned());
    ids.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_gives_role_and_team_the_first_rule_wins_and_leaving_takes_them() {
    let world = world("", "").await;
    let id = ada(&world).await;
    assert_eq!(role(&world, ADA).await, "Agent");
    let evaluators = group(&world, "cx evaluators", &[&id]).await;
    assert_eq!(role(&world, ADA).await, "Evaluator");
    let managers = group(&world, "CX Managers", &[&id]).await;
    assert_eq!(
        role(&world, ADA).await,
        "Manager",
        "the first rule of the configuration"
    );
    assert_eq!(team(&world).await, "Leads");
    patch(&world, &managers, remove(&id)).await;
    assert_eq!(role(&world, ADA).await, "Evaluator");
    let gone = world
        .scim("DELETE", &format!("/Groups/{evaluators}"), None)
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(
        role(&world, ADA).await,
        "Agent",
        "no group: the tenant's default role"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_matches_by_external_id_too_and_a_rename_counts() {
    let world = world("", "").await;
    let id = ada(&world).await;
    let any = group(&world, "Anything", &[&id]).await;
    assert_eq!(role(&world, ADA).await, "Agent");
    patch(
        &world,
        &any,
        json!([{"op": "Replace", "path": "externalId", "value": "6f1"}]),
    )
    .await;
    assert_eq!(role(&world, ADA).await, "Evaluator");
    patch(
        &world,
        &any,
        json!([{"op": "Replace", "path": "displayName", "value": "CX Managers"}]),
    )
    .await;
    assert_eq!(role(&world, ADA).await, "Manager");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_group_a_role_may_be_kept() {
    let world = world("no_group = \"keep\"", "").await;
    let id = ada(&world).await;
    let managers = group(&world, "CX Managers", &[&id]).await;
    assert_eq!(role(&world, ADA).await, "Manager");
    patch(&world, &managers, remove(&id)).await;
    assert_eq!(role(&world, ADA).await, "Manager");
    let writes = world.writes().await.len();
    patch(&world, &managers, add(&[&id])).await;
    assert_eq!(
        world.writes().await.len(),
        writes,
        "nothing changed, nothing is written"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_group_a_user_may_be_deactivated_and_come_back_with_one() {
    let world = world("no_group = \"deactivate\"", "").await;
    let id = ada(&world).await;
    assert_eq!(
        world.held(ADA).await,
        None,
        "who is in no group is not made"
    );
    let managers = group(&world, "CX Managers", &[&id]).await;
    assert_eq!(world.held(ADA).await.expect("Ada")["active"], true);
    patch(&world, &managers, remove(&id)).await;
    assert_eq!(world.held(ADA).await.expect("Ada")["active"], false);
    let said = world.scim("GET", &format!("/Users/{id}"), None).await;
    assert_eq!(
        said.body["active"], true,
        "what the identity provider said reads back"
    );
    patch(&world, &managers, add(&[&id])).await;
    assert_eq!(world.held(ADA).await.expect("Ada")["active"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_waits_until_a_group_decides() {
    let rules = r#"
[[tenants.acme.connections.entra.plugins]]
use = "tenant-rules"
[tenants.acme.connections.entra.plugins.settings]
defer_without_group = ["CX Managers"]
"#;
    let world = world("", rules).await;
    let id = ada(&world).await;
    assert_eq!(world.held(ADA).await, None);
    let other = group(&world, "CX Evaluators", &[&id]).await;
    assert_eq!(
        world.held(ADA).await,
        None,
        "not one of those that are waited for"
    );
    let managers = group(&world, "CX Managers", &[]).await;
    patch(&world, &managers, add(&[&id])).await;
    assert_eq!(role(&world, ADA).await, "Manager");
    assert_eq!(members(&world, &other).await, [id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_comes_after_the_user_brings_its_template() {
    let templates = r#"
[[tenants.acme.connections.entra.plugins]]
use = "template-chooser"
[tenants.acme.connections.entra.plugins.settings]
rules = [{ when = { group = "Voice" }, template = "Voice" }, { when = { group = "Chat" }, template = "Chat" }]
[tenants.acme.templates.Voice]
timeZone = "Europe/London"
[tenants.acme.templates.Chat]
timeZone = "Europe/Paris"
"#;
    let world = world("", templates).await;
    let id = ada(&world).await;
    let zone = async || {
        let held = world.held(ADA).await.expect("Ada");
        held.get("timeZone")
            .or(held.get("timezone"))
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(zone().await, Value::Null);
    let voice = group(&world, "Voice", &[&id]).await;
    assert_eq!(zone().await, "Europe/London");
    group(&world, "Chat", &[&id]).await;
    assert_eq!(zone().await, "Europe/London", "the first rule");
    patch(&world, &voice, remove(&id)).await;
    assert_eq!(zone().await, "Europe/Paris");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_touches_its_members_and_a_supervisor_promoted_by_hand_stays() {
    let world = world("", "").await;
    let id = ada(&world).await;
    let bob = world.created(person("bob", "Bob", "Example")).await;
    let evaluators = group(&world, "CX Evaluators", &[&id, &bob]).await;
    changed_by_hand(&world, ADA, "roles", json!([{"value": "Administrator"}])).await;
    patch(
        &world,
        &evaluators,
        json!([{"op": "Replace", "path": "displayName", "value": "CX Managers"}]),
    )
    .await;
    assert_eq!(role(&world, ADA).await, "Administrator");
    assert_eq!(role(&world, "bob@example.com").await, "Manager");
    let eve = world.created(person("eve", "Eve", "Example")).await;
    let before = world.writes().await.len();
    patch(&world, &evaluators, add(&[&eve])).await;
    let writes = world.writes().await.split_off(before);
    assert_eq!(writes.len(), 1, "{writes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_member_stays_one_and_the_group_stands() {
    let rules = r#"
[[tenants.acme.connections.entra.plugins]]
use = "tenant-rules"
[tenants.acme.connections.entra.plugins.settings]
forbidden_roles = ["Manager"]
"#;
    let world = world("", rules).await;
    let id = ada(&world).await;
    let managers = group(&world, "CX Managers", &[&id]).await;
    assert_eq!(members(&world, &managers).await, [id]);
    assert_eq!(role(&world, ADA).await, "Agent");
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_members_in_one_patch_are_background_work_that_starves_nobody() {
    let world = world("", "").await;
    let mut ids = Vec::new();
    for batch in 0..10 {
        let operations: Vec<Value> = (0..200)
            .map(|number| {
                let name = format!("p{batch}-{number}");
                let mut body = person(&name, "P", "Example");
                // Not in CXone yet: it is the evaluation that counts here, not a thousand creates.
                body["active"] = json!(false);
                json!({"method": "POST", "path": "/Users", "bulkId": name, "data": body})
            })
            .collect();
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
        let reply = world.scim("POST", "/Bulk", Some(body)).await;
        for made in reply.body["Operations"].as_array().expect("operations") {
            assert_eq!(made["status"], "201", "{made}");
            let location = made["location"].as_str().expect("a location");
            ids.push(location.rsplit('/').next().expect("an id").to_owned());
        }
    }
    // Two hundred of them work.
    for id in ids.iter().take(200) {
        let reply = world
            .patch(
                id,
                json!([{"op": "Replace", "path": "active", "value": true}]),
            )
            .await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    let managers = group(&world, "CX Managers", &[]).await;
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    world.switch("latency_ms", 50).await;
    patch(&world, &managers, add(&all)).await;
    // The queue has its hands full; a newcomer is made at once all the same.
    world.created(person("zed", "Zed", "Example")).await;
    let pending = role(&world, "p0-199@example.com").await;
    assert_eq!(pending, "Agent", "the queue is still at work");
    assert_eq!(role(&world, "zed@example.com").await, "Agent");
    assert_eq!(members(&world, &managers).await.len(), 2_000);
    world.switch("latency_ms", 0).await;
    world
        .eventually("everybody who works is a manager", async |world| {
            let state = world.state().await;
            let users = state["users"].as_array().cloned().unwrap_or_default();
            let managers = users
                .iter()
                .filter(|user| user["roles"].to_string().contains("Manager"));
            let count = managers.count();
            count == 200
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_clients_patching_one_group_for_thirty_seconds_lose_nobody() {
    let world = Arc::new(world("", "").await);
    let mut ids = Vec::new();
    for number in 0..200 {
        let mut body = person(&format!("p{number}"), "P", "Example");
        body["active"] = json!(false);
        ids.push(world.created(body).await);
    }
    let crowd = group(&world, "Crowd", &[]).await;
    let until = Instant::now() + Duration::from_secs(30);
    let clients: Vec<_> = ids
        .iter()
        .cloned()
        .map(|id| {
            let (world, crowd) = (Arc::clone(&world), crowd.clone());
            tokio::spawn(async move {
                let mut rounds = 0_u32;
                // Each ends as a member; in between it comes and goes.
                loop {
                    patch(&world, &crowd, add(&[&id])).await;
                    rounds += 1;
                    if Instant::now() > until {
                        return rounds;
                    }
                    patch(&world, &crowd, remove(&id)).await;
                }
            })
        })
        .collect();
    let mut rounds = 0;
    for client in clients {
        rounds += client.await.expect("a client");
    }
    let mut found = members(&world, &crowd).await;
    found.sort();
    ids.sort();
    assert_eq!(found, ids, "after {rounds} additions");
    assert!(rounds >= 400, "each client came at least twice: {rounds}");
}
