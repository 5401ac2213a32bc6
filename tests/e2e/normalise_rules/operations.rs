//! Operations of a PATCH: N7 to N10.

use serde_json::{Value, json};

use super::{CORE, CUSTOM, ENT, found, patched, plain, user, with};
use crate::wire::refused;
use crate::world::{World, ada};

#[tokio::test(flavor = "multi_thread")]
async fn n07_case_of_op() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    for (op, title) in [
        ("Replace", "A"),
        ("REPLACE", "B"),
        ("replace", "C"),
        ("Add", "D"),
        ("aDD", "E"),
    ] {
        let read = patched(
            &world,
            &id,
            json!([{"op": op, "path": "title", "value": title}]),
        )
        .await;
        assert_eq!(read["title"], title, "{op}");
    }
    for op in ["Remove", "REMOVE", "remove"] {
        patched(
            &world,
            &id,
            json!([{"op": "add", "path": "title", "value": "X"}]),
        )
        .await;
        let read = patched(&world, &id, json!([{"op": op, "path": "title"}])).await;
        assert_eq!(read["title"], Value::Null, "{op}");
    }
    for op in [json!("move"), json!(""), Value::Null, json!(1)] {
        let answer = world
            .patch(&id, json!([{"op": op, "path": "title", "value": "X"}]))
            .await;
        refused(&answer, 400, "invalidSyntax", &op.to_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n08_booleans_as_text() {
    let world = World::start().await;
    for (number, (said, active)) in [
        (json!("True"), true),
        (json!("true"), true),
        (json!("TRUE"), true),
        (json!("False"), false),
        (json!("false"), false),
        (json!(false), false),
    ]
    .into_iter()
    .enumerate()
    {
        let body = with(plain(&format!("user{number}")), "active", said.clone());
        let body = with(
            body,
            "emails",
            json!([{"type": "work", "value": "x@example.com", "primary": said}]),
        );
        // Text that merely looks like a boolean stays text.
        let body = with(body, "title", json!("True"));
        let read = user(&world, &world.created(body).await).await;
        assert_eq!(
            (
                &read["active"],
                &read["emails"][0]["primary"],
                &read["title"]
            ),
            (&json!(active), &json!(active), &json!("True")),
            "{said}"
        );
    }
    let id = world.created(ada()).await;
    for (said, primary) in [
        (json!("False"), false),
        (json!("True"), true),
        (json!("false"), false),
    ] {
        let read = patched(
            &world,
            &id,
            json!([{"op": "Replace", "path": "emails[type eq \"work\"].primary", "value": said}]),
        )
        .await;
        assert_eq!(read["emails"][0]["primary"], primary, "{said}");
        let filter = format!("emails[primary eq {said} and value eq \"ada@example.com\"]");
        assert_eq!(
            found(&world, &filter).await.body["totalResults"],
            1,
            "{filter}"
        );
    }
    let read = patched(
        &world,
        &id,
        json!([{"op": "replace", "value": {"active": "True", "displayName": "False"}}]),
    )
    .await;
    assert_eq!(
        (&read["active"], &read["displayName"]),
        (&json!(true), &json!("False"))
    );
    for wrong in [json!("yes"), json!(1), json!({}), json!([true, false])] {
        refused(
            &world
                .patch(
                    &id,
                    json!([{"op": "replace", "path": "active", "value": wrong}]),
                )
                .await,
            400,
            "invalidValue",
            &wrong.to_string(),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n09_values_without_a_path() {
    let world = World::start().await;
    let id = world
        .created(with(ada(), CUSTOM, json!({"skill": "tier1", "site": "HQ"})))
        .await;
    for op in ["Add", "Replace", "replace"] {
        for (value, pointer, wanted) in [
            (
                json!({"name.givenName": "Augusta"}),
                "/name",
                json!({"givenName": "Augusta", "familyName": "Byron", "formatted": "Ada Byron"}),
            ),
            (
                json!({"name": {"givenName": "Ada"}}),
                "/name",
                json!({"givenName": "Ada", "familyName": "Byron", "formatted": "Ada Byron"}),
            ),
            (
                json!({format!("{ENT}:department"): "Chat"}),
                "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department",
                json!("Chat"),
            ),
            (
                json!({ENT: {"department": "Voice"}}),
                "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/department",
                json!("Voice"),
            ),
            (
                json!({ENT: {"department": "Mail"}}),
                "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/employeeNumber",
                json!("1815"),
            ),
            (
                json!({format!("{CORE}:title"): "Lead"}),
                "/title",
                json!("Lead"),
            ),
            (json!({CORE: {"title": "Head"}}), "/title", json!("Head")),
            (
                json!({"emails[type eq \"work\"].value": "a@example.com"}),
                "/emails",
                json!([{"primary": true, "type": "work", "value": "a@example.com"}]),
            ),
            (
                json!({format!("{CUSTOM}:skill"): "tier2"}),
                "/urn:ietf:params:scim:schemas:extension:cxone:2.0:User",
                json!({"skill": "tier2", "site": "HQ"}),
            ),
            (
                json!({CUSTOM: {"skill": "tier1"}}),
                "/urn:ietf:params:scim:schemas:extension:cxone:2.0:User",
                json!({"skill": "tier1", "site": "HQ"}),
            ),
            (
                json!("{\"displayName\":\"Tier1\"}"),
                "/displayName",
                json!("Tier1"),
            ),
            (
                json!({"displayName": "Ada Byron", "shoeSize": 46}),
                "/displayName",
                json!("Ada Byron"),
            ),
        ] {
            let read = patched(&world, &id, json!([{"op": op, "value": value}])).await;
            assert_eq!(
                read.pointer(pointer).unwrap_or(&Value::Null),
                &wanted,
                "{op} {value}: {read}"
            );
        }
    }
    for wrong in [
        json!("x"),
        json!(1),
        json!(["title"]),
        json!("[1]"),
        json!("{\"title\":"),
    ] {
        let answer = world
            .patch(&id, json!([{"op": "replace", "value": wrong}]))
            .await;
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n10_urns_in_paths() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    for (path, pointer) in [
        (format!("{CORE}:title"), "/title".to_owned()),
        (format!("{CORE}.title"), "/title".to_owned()),
        (
            format!("{CORE}:name.familyName"),
            "/name/familyName".to_owned(),
        ),
        (format!("{ENT}:department"), format!("/{ENT}/department")),
        (format!("{ENT}.department"), format!("/{ENT}/department")),
        (
            ENT.to_uppercase() + ":DEPARTMENT",
            format!("/{ENT}/department"),
        ),
        (
            "urn:scim:schemas:extension:enterprise:1.0:department".to_owned(),
            format!("/{ENT}/department"),
        ),
        (
            format!("{ENT}:manager.value"),
            format!("/{ENT}/manager/value"),
        ),
        ("department".to_owned(), format!("/{ENT}/department")),
        (
            format!("{CORE}:emails[type eq \"work\"].value"),
            "/emails/0/value".to_owned(),
        ),
        (format!("{CUSTOM}:skill"), format!("/{CUSTOM}/skill")),
    ] {
        for value in ["first@example.com", "second@example.com"] {
            let read = patched(
                &world,
                &id,
                json!([{"op": "Replace", "path": path, "value": value}]),
            )
            .await;
            assert_eq!(
                read.pointer(&pointer),
                Some(&json!(value)),
                "{path}: {read}"
            );
        }
    }
    let read = patched(&world, &id, json!([{"op": "remove", "path": CUSTOM}])).await;
    assert_eq!(
        (&read[CUSTOM], &read["schemas"]),
        (&Value::Null, &json!([CORE, ENT]))
    );
}
