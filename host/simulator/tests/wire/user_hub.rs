//! The User Hub reads (cxone.md 3.1).

use serde_json::{Value, json};

use crate::support::{MANAGER, World};

const ROLES: &str = "/authorization/v1/roles/search";
const TEAMS: &str = "/user-management/v4/teams/search";

fn names(body: &Value, list: &str, member: &str) -> Vec<String> {
    body[list]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item[member].as_str().unwrap().to_owned())
        .collect()
}

async fn roles(world: &World, body: Value) -> Vec<String> {
    let answer = world.send("POST", ROLES, Some(body)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.content_type.as_deref(), Some("application/json"));
    names(&answer.body, "roles", "roleName")
}

#[tokio::test]
async fn roles_are_searched_by_id_and_status() {
    let world = World::start().await;
    let all = ["Agent", "Manager", "Administrator", "Evaluator"];
    assert_eq!(roles(&world, json!({})).await, all);
    assert_eq!(
        names(
            &world.send("POST", ROLES, None).await.body,
            "roles",
            "roleName"
        ),
        all
    );
    assert_eq!(
        roles(&world, json!({ "filter": { "roleId": [MANAGER] } })).await,
        ["Manager"]
    );
    world
        .set(json!({ "roles": [{ "name": "Agent" }, { "name": "Old", "status": "INACTIVE" }] }))
        .await;
    assert_eq!(
        roles(&world, json!({ "filter": { "status": ["ACTIVE"] } })).await,
        ["Agent"]
    );
    assert_eq!(
        roles(
            &world,
            json!({ "filter": { "status": "INACTIVE", "roleId": [] } })
        )
        .await,
        ["Old"]
    );
    let body = world.send("POST", ROLES, Some(json!({}))).await.body;
    assert_eq!(body["roles"][1]["status"], "INACTIVE");
    assert!(body["roles"][0]["roleId"].is_string());
}

/// Switch `role_pages`.
#[tokio::test]
async fn roles_come_in_pages_when_asked() {
    let world = World::start().await;
    let page = |number: u64| json!({ "page": { "pageSize": 3, "pageNo": number } });
    assert_eq!(
        roles(&world, page(1)).await,
        ["Agent", "Manager", "Administrator"]
    );
    assert_eq!(roles(&world, page(2)).await, ["Evaluator"]);
    assert!(roles(&world, page(3)).await.is_empty());
    world.switch("role_pages", "from_zero").await;
    assert_eq!(
        roles(&world, page(0)).await,
        ["Agent", "Manager", "Administrator"]
    );
    assert_eq!(roles(&world, page(1)).await, ["Evaluator"]);
    world.switch("role_pages", "from_one").await;
    assert_eq!(roles(&world, page(2)).await, ["Evaluator"]);
}

#[tokio::test]
async fn teams_are_searched_and_paged() {
    let world = World::start().await;
    let names_of = |body: &Value| names(body, "teams", "name");
    let teams = json!([{ "id": "1", "name": "Day" }, { "id": "2", "name": "Late day" }, { "id": "3", "name": "Alps" }]);
    world.set(json!({ "teams": teams })).await;
    for (body, found) in [
        (json!({}), vec!["Day", "Late day", "Alps"]),
        (
            json!({ "filter": { "name": "day" }, "operations": { "name": "EQ" } }),
            vec!["Day"],
        ),
        (json!({ "filter": { "name": "day" } }), vec!["Day"]),
        (
            json!({ "filter": { "name": "%day%" }, "operations": { "name": "LIKE" } }),
            vec!["Day", "Late day"],
        ),
        (
            json!({ "filter": { "id": ["1", "3"] }, "operations": { "id": "IN" } }),
            vec!["Day", "Alps"],
        ),
        (
            json!({ "filter": { "id": ["1"] }, "operations": { "id": "NOT" } }),
            vec!["Late day", "Alps"],
        ),
        (
            json!({ "orderBy": { "name": "ASC" } }),
            vec!["Alps", "Day", "Late day"],
        ),
        (
            json!({ "orderBy": { "name": "DESC" }, "top": 1 }),
            vec!["Late day"],
        ),
        (json!({ "skip": 1, "top": 1 }), vec!["Late day"]),
    ] {
        let answer = world.send("POST", TEAMS, Some(body.clone())).await;
        assert_eq!(answer.status, 200, "{body}");
        assert_eq!(names_of(&answer.body), found, "{body}");
    }
    let page = world
        .send("POST", TEAMS, Some(json!({ "skip": 2 })))
        .await
        .body;
    assert_eq!(
        (&page["totalRecords"], &page["skip"], &page["top"]),
        (&json!(3), &json!(2), &json!(50))
    );
    let day = world
        .send("POST", TEAMS, Some(json!({ "top": 1 })))
        .await
        .body["teams"][0]
        .clone();
    assert_eq!(
        (&day["isDefault"], &day["status"]),
        (&json!(true), &json!("ACTIVE"))
    );
    // 3.4: the 400 of User Hub.
    let between = json!({ "filter": { "id": "1" }, "operations": { "id": "BETWEEN" } });
    let answer = world.send("POST", TEAMS, Some(between)).await;
    assert_eq!(
        (answer.status, &answer.body["hostName"]),
        (400, &json!("simulator"))
    );
    assert_eq!(
        world
            .send("POST", "/user-management/v3/teams/search", None)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn users_made_over_scim_are_users_of_user_hub_with_an_integer_id() {
    let world = World::start().await;
    let id = world.created(json!({})).await;
    world
        .created(json!({ "userName": "bo@example.com", "active": false }))
        .await;
    let active = world.get("/user-management/v1/users").await.body;
    assert_eq!(names(&active, "users", "userName"), ["ada@example.com"]);
    assert_eq!(active["users"][0]["id"], json!(id));
    assert_eq!(active["users"][0]["acdInfos"][0]["loginId"], "1001");
    let all = world
        .get("/user-management/v1/users?includeDeleted=true")
        .await
        .body;
    assert_eq!(
        (
            &all["users"][1]["status"],
            &all["users"][1]["acdInfos"][0]["loginId"]
        ),
        (&json!("DELETED"), &json!("1002"))
    );
}
