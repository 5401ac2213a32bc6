//! Elements of multi-valued attributes, managers and roles: N11, N12, N14, N18.

use serde_json::{Value, json};

use super::{ENT, patched, plain, user, with};
use crate::wire::refused;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn n11_filtered_paths_make_what_is_missing() {
    let world = World::start().await;
    for (number, op) in ["Add", "Replace"].into_iter().enumerate() {
        let id = world.created(plain(&format!("user{number}"))).await;
        for (path, value, pointer, wanted) in [
            (
                "phoneNumbers[type eq \"mobile\"].value",
                json!("+44 20 7946 0001"),
                "/phoneNumbers",
                json!([{"type": "mobile", "value": "+44 20 7946 0001"}]),
            ),
            (
                "addresses[type eq \"work\"].locality",
                json!("London"),
                "/addresses",
                json!([{"type": "work", "locality": "London"}]),
            ),
            (
                "addresses[type eq \"work\"].country",
                json!("GB"),
                "/addresses",
                json!([{"type": "work", "locality": "London", "country": "GB"}]),
            ),
            (
                "emails[type eq \"home\"]",
                json!({"value": "g@home.example"}),
                "/emails/1",
                json!({"type": "home", "value": "g@home.example"}),
            ),
            (
                "ims[type eq \"xmpp\" and primary eq true].value",
                json!("grace"),
                "/ims",
                json!([{"type": "xmpp", "primary": true, "value": "grace"}]),
            ),
        ] {
            let read = patched(
                &world,
                &id,
                json!([{"op": op, "path": path, "value": value}]),
            )
            .await;
            assert_eq!(read.pointer(pointer), Some(&wanted), "{op} {path}: {read}");
        }
        // In one request and in any order they are one element.
        let read = patched(
            &world,
            &id,
            json!([
                {"op": op, "path": "emails[type eq \"other\"].primary", "value": "True"},
                {"op": op, "path": "emails[type eq \"other\"].type", "value": "other"},
                {"op": op, "path": "emails[type eq \"other\"].value", "value": "o@example.com"},
            ]),
        )
        .await;
        assert_eq!(
            read["emails"][2],
            json!({"type": "other", "primary": true, "value": "o@example.com"}),
            "{op}: {read}"
        );
        assert_eq!(read["emails"].as_array().unwrap().len(), 3);
        let vague =
            json!([{"op": op, "path": "emails[value co \"nobody\"].display", "value": "x"}]);
        refused(
            &world.patch(&id, vague).await,
            400,
            "noTarget",
            "a filter that does not say what to make",
        );
        // A removal of what is not there is done already.
        assert_eq!(
            world
                .patch(
                    &id,
                    json!([{"op": "remove", "path": "photos[type eq \"photo\"]"}])
                )
                .await
                .status,
            200
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n12_remove() {
    let world = World::start().await;
    let emails = json!([{"type": "work", "value": "a@example.com"}, {"type": "home", "value": "b@example.com"}, {"type": "other", "value": "c@example.com"}]);
    let id = world
        .created(with(plain("grace"), "emails", emails.clone()))
        .await;
    for (operation, left) in [
        (
            json!({"op": "Remove", "path": "emails", "value": [{"value": "b@example.com"}]}),
            vec!["a", "c"],
        ),
        (
            json!({"op": "Remove", "path": "emails", "value": {"value": "c@example.com"}}),
            vec!["a", "b"],
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "b@example.com"}, {"value": "c@example.com"}]}),
            vec!["a"],
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"value": "nobody@example.com"}]}),
            vec!["a", "b", "c"],
        ),
        (
            json!({"op": "remove", "path": "emails", "value": [{"type": "home", "value": "a@example.com"}]}),
            vec!["a", "b", "c"],
        ),
        (
            json!({"op": "remove", "path": "emails[value eq \"b@example.com\"]"}),
            vec!["a", "c"],
        ),
        (
            json!({"op": "remove", "path": "emails[type eq \"home\"].value"}),
            vec!["a", "c"],
        ),
    ] {
        patched(
            &world,
            &id,
            json!([{"op": "replace", "path": "emails", "value": emails}]),
        )
        .await;
        let read = patched(&world, &id, json!([operation])).await;
        let values: Vec<String> = read["emails"]
            .as_array()
            .unwrap()
            .iter()
            .map(|email| email["value"].as_str().unwrap().replace("@example.com", ""))
            .collect();
        assert_eq!(values, left, "{operation}");
    }
    refused(
        &world.patch(&id, json!([{"op": "remove"}])).await,
        400,
        "noTarget",
        "no path",
    );
    refused(
        &world
            .patch(&id, json!([{"op": "remove", "path": "userName"}]))
            .await,
        400,
        "mutability",
        "required",
    );
    assert_eq!(user(&world, &id).await["userName"], "grace@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn n14_forms_of_manager() {
    let world = World::start().await;
    let id = world.created(plain("grace")).await;
    let one = json!({"value": "u-ada"});
    for (number, (given, wanted)) in [
        (json!("u-ada"), one.clone()),
        (json!({"value": "u-ada"}), one.clone()),
        (json!({"managerId": "u-ada"}), one.clone()),
        (json!([{"value": "u-ada"}]), one.clone()),
        (
            json!([{"$ref": "https://x.example.com/Users/u-ada", "value": "u-ada"}]),
            one.clone(),
        ),
        (json!({"$ref": "../Users/u-ada"}), one.clone()),
        (
            json!({"managerId": "u-ada", "displayName": "Ada"}),
            json!({"value": "u-ada", "displayName": "Ada"}),
        ),
        (json!({"value": "u-ada", "displayName": " "}), one.clone()),
        (json!(""), Value::Null),
        (Value::Null, Value::Null),
        (json!({"managerId": "", "displayName": " "}), Value::Null),
        (json!([]), Value::Null),
    ]
    .into_iter()
    .enumerate()
    {
        let body = with(
            plain(&format!("user{number}")),
            ENT,
            json!({"manager": given, "department": "Voice"}),
        );
        let made = user(&world, &world.created(body.clone()).await).await;
        assert_eq!(made[ENT]["manager"], wanted, "POST {given}");
        for op in ["Add", "replace"] {
            patched(
                &world,
                &id,
                json!([{"op": "replace", "path": format!("{ENT}:manager"), "value": "u-old"}]),
            )
            .await;
            let read = patched(
                &world,
                &id,
                json!([{"op": op, "path": format!("{ENT}:manager"), "value": given}]),
            )
            .await;
            assert_eq!(read[ENT]["manager"], wanted, "{op} {given}");
        }
    }
    refused(
        &world
            .patch(
                &id,
                json!([{"op": "replace", "path": format!("{ENT}:manager"), "value": 7}]),
            )
            .await,
        400,
        "invalidValue",
        "a number",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn n18_roles_in_strings() {
    let world = World::start().await;
    let text =
        "{\"id\":\"r1\",\"value\":\"Manager\",\"displayName\":\"Manager\",\"primary\":\"True\"}";
    let wanted = json!([{"value": "Manager", "display": "Manager", "primary": true}]);
    for (number, given) in [
        json!([{"value": text}]),
        json!([text]),
        json!({"value": text}),
        json!(text),
        json!([{"value": format!("  {text}")}]),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("user{number}");
        let id = world
            .created(with(plain(&name), "roles", given.clone()))
            .await;
        assert_eq!(user(&world, &id).await["roles"], wanted, "POST {given}");
        assert_eq!(
            world.held(&format!("{name}@example.com")).await.unwrap()["roles"][0]["display"],
            "Manager"
        );
        for op in ["Replace", "Add"] {
            let read = patched(
                &world,
                &id,
                json!([{"op": op, "path": "roles", "value": given}]),
            )
            .await;
            assert_eq!(read["roles"], wanted, "{op} {given}");
        }
    }
    // Nothing else is read as JSON.
    let id = world
        .created(with(plain("text"), "title", json!(text)))
        .await;
    assert_eq!(user(&world, &id).await["title"], text);
}
