//! The Admin API's read side (cxone.md 3.3).

use serde_json::{Value, json};

use crate::support::{MANAGER, Wire, World, ada};

async fn ask(world: &World, path: &str) -> Wire {
    let bearer = world.bearer();
    let headers = [
        ("authorization", bearer.as_str()),
        ("accept", "application/json"),
    ];
    world
        .wire(
            "GET",
            &format!("/inContactAPI/services/v30.0/{path}"),
            &headers,
            "",
        )
        .await
}

#[tokio::test]
async fn an_agent_has_integers_beside_the_uuids() {
    let world = World::start().await;
    let id = world
        .created(json!({ "roles": [{ "value": MANAGER }], "timezone": "UTC" }))
        .await;
    let body = ask(&world, "agents").await.json();
    assert_eq!(
        (&body["totalRecords"], &body["businessUnitId"]),
        (&json!(1), &json!(4_590_001))
    );
    let agent = &body["agents"][0];
    for (member, value) in [
        ("agentId", json!(1001)),
        ("userID", json!(id)),
        ("userName", json!("ada@example.com")),
        ("isActive", json!(true)),
        ("teamId", json!(201)),
        ("teamUuId", json!("7ea30000-0000-4000-8000-000000000001")),
        ("profileId", json!(302)),
        ("roleId", json!(MANAGER)),
        ("timeZone", json!("UTC")),
    ] {
        assert_eq!(agent[member], value, "{member}");
    }
    for either in [&id, "1001"] {
        assert_eq!(
            ask(&world, &format!("agents/{either}")).await.json()["agents"][0]["userID"],
            id
        );
    }
    assert_eq!(ask(&world, "agents/9").await.status(), 404);
}

#[tokio::test]
async fn teams_profiles_business_unit_and_zones() {
    let world = World::start().await;
    world.set(json!({ "time_zone": "UTC", "teams": [{ "id": "t-1", "name": "Day" }, { "id": "t-2", "name": "Night", "status": "INACTIVE" }] })).await;
    let teams = ask(&world, "teams").await.json();
    assert_eq!(
        (&teams["teams"][1]["teamId"], &teams["teams"][1]["isActive"]),
        (&json!(202), &json!(false))
    );
    assert_eq!(
        ask(&world, "teams/202").await.json()["teams"][0]["teamUuid"],
        "t-2"
    );
    assert_eq!(
        ask(&world, "teams/t-1").await.json()["teams"][0]["teamId"],
        201
    );
    assert_eq!(ask(&world, "teams/t-9").await.status(), 404);
    let profiles = ask(&world, "security-profiles").await.json();
    let manager = &profiles["profiles"][1];
    assert_eq!(
        (
            &manager["roleId"],
            &manager["securityProfileId"],
            &manager["securityProfileStatusName"]
        ),
        (&json!(MANAGER), &json!(302), &json!("Active"))
    );
    assert_eq!(
        ask(&world, "security-profiles/302").await.json()["roleId"],
        MANAGER
    );
    assert_eq!(ask(&world, "security-profiles/9").await.status(), 404);
    let unit = &ask(&world, "business-unit").await.json()["businessUnits"][0];
    assert_eq!(
        (&unit["defaultTimeZone"], unit["tenantId"].is_string()),
        (&json!("UTC"), true)
    );
    let zones = ask(&world, "timezones").await.json();
    let named = |zone: &Value| zone["standardName"] == "Eastern Standard Time";
    assert!(zones["timeZones"].as_array().unwrap().iter().any(named));
}

#[tokio::test]
async fn lists_come_in_pages_with_links() {
    let world = World::start().await;
    for name in ["a", "b", "c"] {
        world
            .created(json!({ "userName": format!("{name}@example.com"), "active": name != "b" }))
            .await;
    }
    let page = ask(&world, "agents?skip=1&top=1&fields=userName,agentId")
        .await
        .json();
    assert_eq!(
        page["agents"],
        json!([{ "agentId": 1002, "userName": "b@example.com" }])
    );
    assert_eq!(
        page["_links"]["next"],
        "/inContactAPI/services/v30.0/agents?skip=2&top=1"
    );
    assert_eq!(
        page["_links"]["previous"],
        "/inContactAPI/services/v30.0/agents?skip=0&top=1"
    );
    let last = ask(&world, "agents?skip=2&top=1").await.json();
    assert!(last["_links"].get("next").is_none());
    assert_eq!(
        ask(&world, "agents?isActive=false").await.json()["totalRecords"],
        1
    );
    assert_eq!(
        ask(&world, "agents?searchString=C@ex").await.json()["totalRecords"],
        1
    );
    let descending = ask(&world, "agents?orderBy=userName%20desc").await.json();
    assert_eq!(descending["agents"][0]["userName"], "c@example.com");
}

#[tokio::test]
async fn without_an_accept_header_nothing_is_rendered() {
    let world = World::start().await;
    let wire = world.fetch("/inContactAPI/services/v30.0/agents").await;
    assert_eq!(
        (wire.status(), &wire.json()["errorDescription"]),
        (406, &json!("No known way to render data"))
    );
}

#[tokio::test]
async fn paths() {
    let world = World::start().await;
    let bearer = world.bearer();
    let headers = [("authorization", bearer.as_str()), ("accept", "*/*")];
    for (method, path, status) in [
        ("GET", "/incontactapi/services/v16.0/agents", 200),
        ("GET", "/inContactAPI/services/v30/agents", 404),
        ("GET", "/inContactAPI/services/v30.0/skills", 404),
        ("POST", "/inContactAPI/services/v30.0/agents", 405),
        ("GET", "/inContactAPI", 404),
    ] {
        let wire = world.wire(method, path, &headers, "").await;
        assert_eq!(wire.status(), status, "{path}");
        if status != 200 {
            assert!(wire.json()["errorDescription"].is_string(), "{path}");
        }
    }
    let nobody = world
        .wire(
            "GET",
            "/inContactAPI/services/v30.0/agents",
            &[("accept", "*/*")],
            "",
        )
        .await;
    assert_eq!(
        (nobody.status(), nobody.json()["error"].clone()),
        (401, json!("unauthorized"))
    );
}

#[tokio::test]
async fn admin_empty() {
    let world = World::start().await;
    world.switch("admin_empty", "204").await;
    assert_eq!(ask(&world, "agents").await.status(), 204);
    world.switch("admin_empty", "list").await;
    assert_eq!(ask(&world, "agents").await.json()["agents"], json!([]));
    world.create(ada(json!({}))).await;
    world.switch("admin_empty", "204").await;
    assert_eq!(ask(&world, "agents").await.status(), 200);
}
