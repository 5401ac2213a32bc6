//! The switches of SCIM in each of their positions, but for those of `patch` and `tenant_switches`; and that every switch is
//! described and tried.

use serde_json::{Value, json};

use crate::support::{World, ada, ada_put};

#[tokio::test]
async fn error_profile_chooses_among_four_shapes() {
    let world = World::start().await;
    for (profile, members) in [
        ("scim", vec!["schemas", "status", "scimType", "detail"]),
        (
            "user_hub",
            vec!["code", "details", "hostName", "entityType", "errors"],
        ),
        (
            "spring",
            vec!["timestamp", "status", "error", "message", "path"],
        ),
        ("admin", vec!["error", "errorDescription"]),
    ] {
        world.switch("error_profile", profile).await;
        let answer = world.create(json!({})).await;
        assert_eq!(answer.status, 400);
        let got: Vec<&String> = answer.body.as_object().unwrap().keys().collect();
        assert_eq!(got, members, "{profile}");
        assert!(
            answer.body.to_string().contains("userName"),
            "{profile} names the attribute"
        );
        let wrong = world
            .raw("GET", "/scim/v2/Schemas", None, None)
            .await
            .unwrap();
        assert_eq!(wrong.status, 401);
        assert!(wrong.body.get(members[0]).is_some(), "{profile}");
    }
    world.switch("error_profile", "scim").await;
    let answer = world.create(json!({})).await;
    assert_eq!(
        answer.body["schemas"][0],
        "urn:ietf:params:scim:api:messages:2.0:Error"
    );
}

#[tokio::test]
async fn content_type_of_scim_answers() {
    let world = World::start().await;
    for (position, shown) in [
        ("json", "application/json"),
        ("scim", "application/scim+json"),
    ] {
        world.switch("content_type", position).await;
        assert_eq!(
            world.get("/scim/v2/Schemas").await.content_type.as_deref(),
            Some(shown)
        );
        assert_eq!(
            world.get("/scim/v2/Groups").await.content_type.as_deref(),
            Some(shown)
        );
        assert_eq!(
            world.get("/simulator/state").await.content_type.as_deref(),
            Some("application/json")
        );
    }
}

#[tokio::test]
async fn email_shown_in_lower_case_is_still_held_as_written() {
    let world = World::start().await;
    let id = world.created(json!({})).await;
    world.switch("email_shown", "lower_case").await;
    assert_eq!(
        world.read(&id).await["emails"][0]["value"],
        "ada@example.com"
    );
    world.switch("email_shown", "as_written").await;
    assert_eq!(
        world.read(&id).await["emails"][0]["value"],
        "Ada@example.com"
    );
}

#[tokio::test]
async fn a_pending_email_reads_as_before_until_it_is_verified() {
    let world = World::start().await;
    let id = world.created(json!({})).await;
    let home = json!({ "emails": [{ "value": "home@example.com" }] });
    world.put(&id, ada_put(&id, home)).await;
    world.switch("email_shown", "pending").await;
    let put = ada_put(&id, json!({ "emails": [{ "value": "new@example.com" }] }));
    assert_eq!(
        world.put(&id, put).await.body["emails"][0]["value"],
        "home@example.com"
    );
    assert_eq!(
        world.users().await[0]["emails"][0]["value"],
        "home@example.com"
    );
    let made = world
        .create(ada(json!({ "userName": "bo@example.com" })))
        .await;
    assert_eq!((made.status, &made.body["emails"]), (201, &json!([])));
    world.switch("email_shown", "as_written").await;
    assert_eq!(
        world.read(&id).await["emails"][0]["value"],
        "new@example.com"
    );
    let bo = world.read(made.body["id"].as_str().unwrap()).await;
    assert_eq!(bo["emails"][0]["value"], "Ada@example.com");
}

#[tokio::test]
async fn phone_shown() {
    let world = World::start().await;
    let phones =
        json!([{ "value": "+1 (555) 0100000" }, { "value": "5550100" }, { "value": "12" }]);
    let id = world.created(json!({ "phoneNumbers": phones })).await;
    world.switch("phone_shown", "reformatted").await;
    let shown = json!([{ "value": "+1-555-010-0000" }, { "value": "555-0100" }, { "value": "12" }]);
    assert_eq!(world.read(&id).await["phoneNumbers"], shown);
    world.switch("phone_shown", "as_written").await;
    assert_eq!(world.read(&id).await["phoneNumbers"], phones);
}

#[tokio::test]
async fn user_name_compare() {
    let world = World::start().await;
    world.created(json!({})).await;
    assert_eq!(world.find("ADA@example.com").await.body["totalResults"], 1);
    assert_eq!(
        world
            .create(ada(json!({ "userName": "ADA@example.com" })))
            .await
            .status,
        409
    );
    world.switch("user_name_compare", "exact").await;
    assert_eq!(world.find("ADA@example.com").await.body["totalResults"], 0);
    assert_eq!(
        world
            .create(ada(json!({ "userName": "ada@example.com" })))
            .await
            .status,
        409
    );
    assert_eq!(
        world
            .create(ada(json!({ "userName": "ADA@example.com" })))
            .await
            .status,
        201
    );
    world.switch("user_name_compare", "folded").await;
    assert_eq!(world.find("ada@example.com").await.body["totalResults"], 2);
}

#[tokio::test]
async fn user_name_form() {
    let world = World::start().await;
    world.switch("user_name_form", "email").await;
    for name in ["ada", "@example.com", "ada@", "a@b@c", "a b@example.com"] {
        assert_eq!(
            world.create(ada(json!({ "userName": name }))).await.status,
            400,
            "{name}"
        );
    }
    world.switch("user_name_form", "any").await;
    assert_eq!(
        world.create(ada(json!({ "userName": "ada" }))).await.status,
        201
    );
    world.switch("user_name_form", "email").await;
    assert_eq!(
        world.create(ada(json!({ "userName": "bo" }))).await.status,
        400
    );
}

#[tokio::test]
async fn user_name_change() {
    let world = World::start().await;
    let id = world.created(json!({})).await;
    world.switch("user_name_change", "refused").await;
    assert_eq!(
        world
            .put(&id, ada_put(&id, json!({ "userName": "lin@example.com" })))
            .await
            .status,
        400
    );
    assert_eq!(world.put(&id, ada_put(&id, json!({}))).await.status, 200);
    world.switch("user_name_change", "allowed").await;
    assert_eq!(
        world
            .put(&id, ada_put(&id, json!({ "userName": "lin@example.com" })))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn filter_other_attributes() {
    let world = World::start().await;
    world.created(json!({})).await;
    world.created(json!({ "userName": "bo@example.com" })).await;
    assert_eq!(world.filter("displayName eq \"x\"").await.status, 400);
    world.switch("filter_other_attributes", "ignore").await;
    assert_eq!(
        world.filter("displayName eq \"x\"").await.body["totalResults"],
        2
    );
    world.switch("filter_other_attributes", "refuse").await;
    assert_eq!(world.filter("displayName eq \"x\"").await.status, 400);
}

#[tokio::test]
async fn extra_parameters() {
    let world = World::start().await;
    let path = "/scim/v2/Users?filter=userName+eq+%22x%22&startIndex=1&count=5";
    assert_eq!(world.get(path).await.status, 200);
    world.switch("extra_parameters", "refuse").await;
    assert_eq!(world.get(path).await.status, 400);
    assert_eq!(world.find("x").await.status, 200);
    world.switch("extra_parameters", "ignore").await;
    assert_eq!(world.get(path).await.status, 200);
}

#[tokio::test]
async fn inactive_users() {
    let world = World::start().await;
    let id = world.created(json!({ "active": false })).await;
    assert_eq!(world.find("ada@example.com").await.body["totalResults"], 1);
    world.switch("inactive_users", "hidden").await;
    assert_eq!(world.find("ada@example.com").await.body["totalResults"], 0);
    assert_eq!(world.read(&id).await["active"], false);
    assert_eq!(world.create(ada(json!({}))).await.status, 409);
    world.switch("inactive_users", "shown").await;
    assert_eq!(world.find("ada@example.com").await.body["totalResults"], 1);
}

#[tokio::test]
async fn external_id() {
    let world = World::start().await;
    let id = world.created(json!({ "externalId": "x-1" })).await;
    assert!(world.read(&id).await.get("externalId").is_none());
    world.switch("external_id", "stored").await;
    assert_eq!(
        world
            .put(&id, ada_put(&id, json!({ "externalId": "x-2" })))
            .await
            .body["externalId"],
        "x-2"
    );
    let bo = world
        .created(json!({ "userName": "bo@example.com", "externalId": "x-2" }))
        .await;
    assert_eq!(world.read(&bo).await["externalId"], "x-2");
    world.switch("external_id", "ignored").await;
    assert_eq!(
        world
            .put(&id, ada_put(&id, json!({ "externalId": "x-3" })))
            .await
            .body["externalId"],
        "x-2"
    );
}

#[tokio::test]
async fn put_absent() {
    let world = World::start().await;
    let full =
        json!({ "displayName": "Ada", "timezone": "UTC", "phoneNumbers": [{ "value": "1" }] });
    let id = world.created(full.clone()).await;
    world.switch("put_absent", "kept").await;
    let kept = world.put(&id, ada_put(&id, json!({}))).await.body;
    assert_eq!(
        (&kept["displayName"], &kept["phoneNumbers"][0]["value"]),
        (&json!("Ada"), &json!("1"))
    );
    world.switch("put_absent", "cleared").await;
    let cleared = world.put(&id, ada_put(&id, json!({}))).await.body;
    assert_eq!(
        (cleared.get("displayName"), &cleared["phoneNumbers"]),
        (None, &json!([]))
    );
}

#[tokio::test]
async fn delete() {
    let world = World::start().await;
    let id = world.created(json!({})).await;
    let path = format!("/scim/v2/Users/{id}");
    assert_eq!(world.send("DELETE", &path, None).await.status, 405);
    world.switch("delete", "deactivates").await;
    assert_eq!(world.send("DELETE", &path, None).await.status, 204);
    assert_eq!(world.read(&id).await["active"], false);
    assert_eq!(
        world
            .send("DELETE", "/scim/v2/Users/unknown", None)
            .await
            .status,
        404
    );
    world.switch("delete", "absent").await;
    assert_eq!(world.send("DELETE", &path, None).await.status, 405);
}

#[tokio::test]
async fn groups() {
    let world = World::start().await;
    assert_eq!(world.get("/scim/v2/Groups").await.status, 404);
    world.switch("groups", "empty").await;
    let answer = world.get("/scim/v2/Groups?count=1").await;
    assert_eq!(
        (answer.status, &answer.body["totalResults"]),
        (200, &json!(0))
    );
    world.switch("groups", "absent").await;
    assert_eq!(world.get("/scim/v2/Groups").await.status, 404);
}

#[tokio::test]
async fn not_offered() {
    let world = World::start().await;
    for (position, path, method) in [("404", 404, 404), ("405", 405, 405), ("by_kind", 404, 405)] {
        world.switch("not_offered", position).await;
        assert_eq!(
            world.get("/scim/v2/ServiceProviderConfig").await.status,
            path,
            "{position}"
        );
        assert_eq!(
            world.send("DELETE", "/scim/v2/Users/x", None).await.status,
            method,
            "{position}"
        );
    }
}

/// The table is the documentation: every switch of the state is in it, with its default among what is allowed.
#[tokio::test]
async fn describe_lists_every_switch_with_its_default() {
    let world = World::start().await;
    let state = world.state().await;
    let switches = state["settings"]["switches"].as_object().unwrap();
    let described = simulator::Switches::describe();
    assert_eq!(
        switches.keys().collect::<Vec<_>>(),
        described.iter().map(|info| info.name).collect::<Vec<_>>()
    );
    for info in described {
        let shown = match &switches[info.name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(shown, info.default, "{}", info.name);
        assert!(
            info.allowed.contains(&shown.as_str()) || info.allowed.len() == 1,
            "{}",
            info.name
        );
        assert!(!info.about.is_empty());
    }
}

/// A position that no test names is a position that nobody tried; the default is what every test begins with.
#[test]
fn every_position_is_named_by_a_test() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let texts: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    for info in simulator::Switches::describe() {
        let name = format!("\"{}\"", info.name);
        let about: Vec<&String> = texts.iter().filter(|text| text.contains(&name)).collect();
        assert!(!about.is_empty(), "no test turns {}", info.name);
        for position in info.allowed {
            // `seconds:N` and the like stand for many.
            let word = position.split([':', ' ']).next().unwrap();
            let numbers = position.starts_with("a whole number");
            let quoted = [
                format!("\"{word}"),
                format!("json!({word})"),
                format!(", {word}"),
            ];
            let named = about
                .iter()
                .any(|text| quoted.iter().any(|word| text.contains(word)));
            let default = *position == info.default;
            assert!(
                default || numbers || named,
                "no test turns {} to {position}",
                info.name
            );
        }
    }
}

/// docs/simulator.md holds the same table.
#[test]
fn the_manual_has_every_row() {
    let manual = include_str!("../../../../docs/simulator.md");
    for info in simulator::Switches::describe() {
        let (allowed, default) = (info.allowed.join(", "), &info.default);
        let row = format!(
            "| `{}` | {allowed} | `{default}` | {} |",
            info.name, info.about
        );
        assert!(
            manual.contains(&row),
            "docs/simulator.md lacks the row\n{row}"
        );
    }
}
