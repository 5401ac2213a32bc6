//! Reading employees in User Hub (cxone.md 3.1), the search with each position of its switches among it.

use serde_json::{Value, json};

use crate::support::{EXTENSION, MANAGER, World};

const SEARCH: &str = "/user-management/v2/users/search";

async fn search(world: &World, body: Value) -> Value {
    let answer = world.send("POST", SEARCH, Some(body)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

async fn names(world: &World, body: Value) -> Vec<String> {
    let found = search(world, body).await;
    let rows = found["users"].as_array().unwrap();
    rows.iter()
        .map(|row| row["userName"].as_str().unwrap().to_owned())
        .collect()
}

/// Ada is active, Bo deactivated, Cy pending.
async fn three() -> World {
    let world = World::start().await;
    let person = |name: &str, status: &str| {
        json!({
            "userName": format!("{name}@example.com"), "firstName": name, "lastName": "Lin",
            "emailAddress": "team@example.com", "status": status,
        })
    };
    world
        .hire(json!([
            person("Ada", "ACTIVE"),
            person("Bo", "DELETED"),
            person("Cy", "PENDING")
        ]))
        .await;
    world
}

#[tokio::test]
async fn a_user_made_over_scim_has_all_fields_of_the_third_version() {
    let world = World::start().await;
    let id = world
        .created(json!({
            "name": { "givenName": "Ada", "middleName": "M", "familyName": "Lin" },
            "displayName": "Ada L", "userType": "Agent", "timezone": "America/Denver",
            "phoneNumbers": [{ "value": "+1 555 0100000" }],
            "roles": [{ "value": "Agent" }, { "value": MANAGER }],
            EXTENSION: { "loginAuthenticator": { "value": "la-1" } },
        }))
        .await;
    let user = world.hub(&id).await;
    let expected = json!({
        "id": id,
        "userName": "ada@example.com",
        "firstName": "Ada",
        "middleName": "M",
        "lastName": "Lin",
        "fullName": "Ada Lin",
        "displayName": "Ada L",
        "emailAddress": "Ada@example.com",
        "emailToBeVerified": "",
        "type": "Agent",
        "mobileNumber": "+1 555 0100000",
        "mobileNumber2": null,
        "timeZone": "America/Denver",
        "role": "Agent",
        "roleUUID": "401e0000-0000-4000-8000-000000000001",
        "secondaryRoleIds": [MANAGER],
        "teamId": "7ea30000-0000-4000-8000-000000000001",
        "status": "ACTIVE",
        "deletedDate": null,
        "externalIdentity": null,
        "loginAuthenticatorId": "la-1",
        "impersonated": false,
        "acdInfos": [{ "loginId": "1001" }],
        "assignedGroup": "",
        "rank": 0,
        "country": null,
        "hireDate": null,
        "groupIds": [],
        "billable": true,
        "views": [],
        "customAttributes": {},
        "applicationAttributes": {},
    });
    assert_eq!(user, expected);
    assert_eq!(search(&world, json!({})).await["users"][0], expected);
    // The first version has less of the person and more of the machinery.
    let first = world
        .get(&format!("/user-management/v1/users/{id}"))
        .await
        .body["user"]
        .clone();
    assert!(
        first.get("displayName").is_none()
            && first.get("middleName").is_none()
            && first.get("type").is_none()
    );
    assert_eq!(
        (&first["idmType"], &first["icClusterId"]),
        (&json!("COGNITO"), &json!("c57"))
    );
    let identity = world
        .get(&format!("/user-management/v1/users/{id}/identities"))
        .await
        .body;
    assert_eq!(
        identity,
        json!({ "user": { "id": id, "fullName": "Ada Lin" } })
    );
    for version in ["v1", "v3"] {
        assert_eq!(
            world
                .get(&format!("/user-management/{version}/users/none"))
                .await
                .status,
            404
        );
    }
    assert_eq!(world.get("/user-management/v9/users").await.status, 404);
    assert_eq!(
        world
            .send("DELETE", "/user-management/v1/users", None)
            .await
            .status,
        405
    );
}

/// Switches `email_shown` and `phone_shown`, as User Hub shows the same employee.
#[tokio::test]
async fn an_email_that_awaits_verification_is_shown_as_such() {
    let world = World::start().await;
    let id = world
        .created(json!({ "phoneNumbers": [{ "value": "5550100" }] }))
        .await;
    world.switch("email_shown", "pending").await;
    world
        .hire(json!({ "id": id, "emailAddress": "new@example.com" }))
        .await;
    world.switch("phone_shown", "reformatted").await;
    let user = world.hub(&id).await;
    assert_eq!(
        (
            &user["emailAddress"],
            &user["emailToBeVerified"],
            &user["mobileNumber"]
        ),
        (
            &json!("Ada@example.com"),
            &json!("new@example.com"),
            &json!("555-0100")
        )
    );
}

#[tokio::test]
async fn the_search_pages_orders_and_picks_members() {
    let world = three().await;
    let page = search(
        &world,
        json!({ "skip": 1, "top": 1, "orderBy": { "userName": "DESC" } }),
    )
    .await;
    assert_eq!(
        (&page["totalRecords"], &page["skip"], &page["top"]),
        (&json!(3), &json!(1), &json!(1))
    );
    assert_eq!(page["users"][0]["userName"], "Bo@example.com");
    assert_eq!(
        names(&world, json!({ "orderBy": { "firstName": "ASC" } })).await[0],
        "Ada@example.com"
    );
    let fields = search(&world, json!({ "fields": ["id", "status"], "top": 1 })).await;
    let members: Vec<&String> = fields["users"][0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["id", "status"]);
    assert_eq!(search(&world, json!({ "top": 1000 })).await["top"], 100);
    assert_eq!(search(&world, json!({})).await["top"], 50);
    for bad in [
        json!({ "top": "x" }),
        json!({ "filter": [] }),
        json!({ "filter": { "colour": "red" } }),
        json!({ "filter": { "userName": {} } }),
        json!({ "filter": { "userName": "x" }, "operations": { "userName": "NEAR" } }),
    ] {
        let answer = world.send("POST", SEARCH, Some(bad.clone())).await;
        assert_eq!(
            (answer.status, &answer.body["hostName"]),
            (400, &json!("simulator")),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn operations() {
    let world = three().await;
    for (operation, wanted, found) in [
        ("LIKE", json!("%b%"), vec!["Bo@example.com"]),
        ("NOT", json!(["ada", "bo"]), vec!["Cy@example.com"]),
        (
            "BETWEEN",
            json!(["b", "d"]),
            vec!["Bo@example.com", "Cy@example.com"],
        ),
        (
            "OR",
            json!(["ada", "cy"]),
            vec!["Ada@example.com", "Cy@example.com"],
        ),
    ] {
        let body =
            json!({ "filter": { "firstName": wanted }, "operations": { "firstName": operation } });
        assert_eq!(names(&world, body).await, found, "{operation}");
    }
}

#[tokio::test]
async fn search_filter() {
    let world = three().await;
    let all = ["Ada@example.com", "Bo@example.com", "Cy@example.com"];
    let whole = json!({ "filter": { "userName": ["Ada@example.com"] } });
    let folded = json!({ "filter": { "userName": "ada@EXAMPLE.com" } });
    let part = json!({ "filter": { "userName": "da@ex" } });
    for (position, by_whole, by_folded, by_part) in [
        ("exact", &all[..1], &all[..0], &all[..0]),
        ("like", &all[..1], &all[..1], &all[..1]),
        ("ignored", &all[..], &all[..], &all[..]),
        ("folded", &all[..1], &all[..1], &all[..0]),
    ] {
        world.switch("search_filter", position).await;
        assert_eq!(names(&world, whole.clone()).await, by_whole, "{position}");
        assert_eq!(names(&world, folded.clone()).await, by_folded, "{position}");
        assert_eq!(names(&world, part.clone()).await, by_part, "{position}");
    }
}

#[tokio::test]
async fn search_inactive() {
    let world = three().await;
    let deleted = json!({ "filter": { "status": ["DELETED"] } });
    for (position, all, asked) in [("hidden", 2, 0), ("by_status", 2, 1), ("shown", 3, 1)] {
        world.switch("search_inactive", position).await;
        assert_eq!(names(&world, json!({})).await.len(), all, "{position}");
        assert_eq!(
            names(&world, deleted.clone()).await.len(),
            asked,
            "{position}"
        );
        // An id is read whoever it is.
        let bo = world
            .get("/user-management/v1/users?includeDeleted=true")
            .await
            .body["users"][1]["id"]
            .clone();
        assert_eq!(world.hub(bo.as_str().unwrap()).await["status"], "DELETED");
    }
}

#[tokio::test]
async fn the_two_other_lists() {
    let world = three().await;
    let count = async |query: &str| {
        let answer = world
            .get(&format!("/user-management/v1/users{query}"))
            .await;
        answer.body["users"].as_array().unwrap().len()
    };
    assert_eq!(count("").await, 2);
    assert_eq!(count("?includeDeleted=true").await, 3);
    assert_eq!(count("?includeDeleted=true&fullNameContains=bo").await, 1);
    let page = world
        .get("/user-management/v2/users/identities?skip=1&top=1")
        .await
        .body;
    assert_eq!(
        (&page["totalRecords"], &page["users"][0]["displayName"]),
        (&json!(3), &json!("Bo Lin"))
    );
    assert_eq!(
        world
            .get("/user-management/v2/users/identities?top=x")
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn one_team_and_the_details_of_roles() {
    let world = World::start().await;
    world
        .set(json!({
            "teams": [{ "id": "t-1", "name": "Day" }, { "id": "t-2", "name": "Night", "status": "INACTIVE" }],
            "roles": [{ "id": "r-1", "name": "Agent", "permissions": ["p"], "loginAuthenticatorId": "la-1" }],
        }))
        .await;
    let night = world.get("/user-management/v3/teams/t-2").await.body["team"].clone();
    assert_eq!(
        (&night["name"], &night["status"], &night["isDefault"]),
        (&json!("Night"), &json!("INACTIVE"), &json!(false))
    );
    assert_eq!(
        world.get("/user-management/v3/teams/none").await.status,
        404
    );
    let roles = world
        .send("POST", "/authorization/v1/roles/search", None)
        .await
        .body;
    let role = &roles["roles"][0];
    assert_eq!(
        (&role["permissions"], &role["loginAuthenticatorId"]),
        (&json!(["p"]), &json!("la-1"))
    );
    // An inactive team takes nobody.
    let into = json!({ EXTENSION: { "team": { "value": "t-2" } } });
    assert_eq!(world.create(crate::support::ada(into)).await.status, 400);
}
