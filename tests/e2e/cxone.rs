//! The simulated CXone from its own side: what its people do by hand, what it was told, whether anything is still owed.

use bridge::name::TenantName;
use serde_json::{Value, json};

use crate::world::{World, reply};

/// The calls on users from the `since`th call on, in the order of their arrival.
pub(crate) async fn calls(world: &World, since: usize) -> Vec<Value> {
    let state = world.state().await;
    let calls = state["calls"].as_array().expect("calls");
    let users = |call: &&Value| {
        call["path"]
            .as_str()
            .is_some_and(|path| path.contains("/Users"))
    };
    calls.iter().skip(since).filter(users).cloned().collect()
}

/// How many calls there were, of any kind.
pub(crate) async fn so_far(world: &World) -> usize {
    world.state().await["calls"]
        .as_array()
        .expect("calls")
        .len()
}

/// The writes on users that CXone took since.
pub(crate) async fn taken(world: &World, since: usize) -> Vec<Value> {
    let mut calls = calls(world, since).await;
    calls.retain(|call| {
        call["method"] != "GET"
            && call["status"]
                .as_u64()
                .is_some_and(|status| (200..300).contains(&status))
    });
    calls
}

/// The users of this name.
pub(crate) async fn named(world: &World, user_name: &str) -> Vec<Value> {
    let state = world.state().await;
    let users = state["users"].as_array().expect("users").iter();
    users
        .filter(|user| user["userName"] == user_name)
        .cloned()
        .collect()
}

/// Waits until nothing is owed.
pub(crate) async fn caught_up(world: &World) {
    let tenant: TenantName = "acme".parse().expect("a name");
    world
        .eventually("nothing is owed", async |world| {
            let owed = world.app.bridge.ledger().owed(&tenant, 1).await;
            owed.expect("the ledger").is_empty()
        })
        .await;
}

async fn token(world: &World) -> String {
    let url = format!(
        "{}/authentication/v1/token/access-key",
        world.simulator.base_url()
    );
    let key = json!({"accessKeyId": "simulator", "accessKeySecret": "simulator-secret"});
    let answer = reply(world.http.post(url).json(&key)).await;
    answer.body["access_token"]
        .as_str()
        .expect("a token")
        .to_owned()
}

/// Somebody whom CXone's people made.
pub(crate) async fn made_by_hand(world: &World, name: &str, role: &str) -> Value {
    let body = json!({
        "userName": format!("{name}@example.com"), "name": {"givenName": "By", "familyName": "Hand"},
        "emails": [{"value": format!("{name}@example.com")}], "displayName": "By Hand",
        "roles": [{"value": role}], "active": true,
    });
    let url = format!("{}/scim/v2/Users", world.simulator.base_url());
    let answer = reply(
        world
            .http
            .post(url)
            .bearer_auth(token(world).await)
            .json(&body),
    )
    .await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body
}

/// What CXone's people change.
pub(crate) async fn changed_by_hand(world: &World, user_name: &str, member: &str, value: Value) {
    let mut user = world.held(user_name).await.expect("somebody in CXone");
    user[member] = value;
    let url = format!(
        "{}/scim/v2/Users/{}",
        world.simulator.base_url(),
        user["id"].as_str().expect("an id")
    );
    let answer = reply(
        world
            .http
            .put(url)
            .bearer_auth(token(world).await)
            .json(&user),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// The name of somebody's role in CXone.
pub(crate) async fn role(world: &World, user_name: &str) -> String {
    let user = world.held(user_name).await.expect("somebody in CXone");
    user["roles"][0]["display"]
        .as_str()
        .expect("a role")
        .to_owned()
}

/// A list of these roles, all active, for the simulator's settings.
pub(crate) fn roles(names: &[&str]) -> Value {
    let roles: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
    json!({"roles": roles})
}

/// All four stock roles but Agent.
pub(crate) const NO_AGENT: [&str; 3] = ["Manager", "Administrator", "Evaluator"];
/// The stock roles.
pub(crate) const STOCK: [&str; 4] = ["Agent", "Manager", "Administrator", "Evaluator"];
