//! Microsoft's validator for SCIM endpoints (scim-validator-tutorial). Users and groups are created, looked up by the property
//! that joins them (`userName`, `displayName`), patched, renamed and disabled.
//!
//! The tool sends random texts as time zones and removes required attributes; both are faults of its own and not here.

use serde_json::{Value, json};

use super::{CORE, GROUP, LIST, found, holds, id, nobody, only};
use crate::world::{Reply, World};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Somebody as the tool makes them up: `formatted` is not what its parts say.
fn user(name: &str) -> Value {
    json!({
        "schemas": [CORE],
        "active": true,
        "displayName": "XKWLCONOGMVT",
        "emails": [{"type": "work", "value": format!("{name}@example.com")}],
        "externalId": format!("9950b140-{name}"),
        "name": {"formatted": "Aric", "familyName": "Nia", "givenName": "Sandy"},
        "userName": format!("{name}@example.com"),
    })
}

fn group(name: &str) -> Value {
    json!({"schemas": [GROUP], "displayName": name, "externalId": format!("4f53cda1-{name}")})
}

async fn patched(world: &World, path: &str, operations: Value) -> Reply {
    let body = json!({"schemas": [PATCH], "Operations": operations});
    world.scim("PATCH", path, Some(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn users() {
    let world = World::start().await;
    let made = world.scim("POST", "/Users", Some(user("dale"))).await;
    holds("POST /Users: 201", made.status == 201, &made);
    holds("POST /Users: an id", made.body["id"].is_string(), &made);
    let path = format!("/Users/{}", id(&made));
    let same = |seen: &Value| {
        let sent = user("dale");
        let names = [
            "active",
            "displayName",
            "externalId",
            "name",
            "userName",
            "emails",
        ];
        names.iter().all(|name| seen[name] == sent[name])
    };
    holds("POST /Users: the values as sent", same(&made.body), &made);

    let again = world.scim("POST", "/Users", Some(user("dale"))).await;
    holds("POST /Users, duplicate: 409", again.status == 409, &again);

    let by_name = "userName eq \"dale@example.com\"";
    let list = found(&world, "Users", by_name).await;
    holds("GET /Users?filter: 200", list.status == 200, &list);
    holds(
        "GET /Users?filter: a list",
        list.body["schemas"] == json!([LIST]),
        &list,
    );
    holds(
        "GET /Users?filter: the user alone",
        only(&list, &id(&made)),
        &list,
    );
    let first = &list.body["Resources"][0];
    holds("GET /Users?filter: the values as sent", same(first), &list);
    let list = found(&world, "Users", "userName eq \"DALE@Example.com\"").await;
    holds(
        "GET /Users?filter, another case: the user",
        only(&list, &id(&made)),
        &list,
    );
    let list = found(&world, "Users", "userName eq \"no-such-user\"").await;
    holds(
        "GET /Users?filter, nobody: an empty list",
        nobody(&list),
        &list,
    );

    // Added, replaced, removed: seen by a filter afterwards.
    for (name, operations, pointer, wanted) in [
        (
            "add an attribute",
            json!([{"op": "add", "path": "title", "value": "Lead"}]),
            "/title",
            json!("Lead"),
        ),
        (
            "add without path",
            json!([{"op": "add", "value": {"nickName": "Dee"}}]),
            "/nickName",
            json!("Dee"),
        ),
        (
            "replace",
            json!([{"op": "replace", "path": "title", "value": "Head"}, {"op": "replace", "path": "displayName", "value": "OQAFK"}]),
            "/displayName",
            json!("OQAFK"),
        ),
        (
            "replace a name's part",
            json!([{"op": "replace", "path": "name.formatted", "value": "Aric II"}]),
            "/name",
            json!({"formatted": "Aric II", "familyName": "Nia", "givenName": "Sandy"}),
        ),
        (
            "replace a work e-mail",
            json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "dale.m@example.com"}]),
            "/emails/0/value",
            json!("dale.m@example.com"),
        ),
        (
            "remove an optional attribute",
            json!([{"op": "remove", "path": "title"}]),
            "/title",
            Value::Null,
        ),
    ] {
        let answer = patched(&world, &path, operations).await;
        let name = format!("PATCH /Users/Id, {name}");
        holds(
            &format!("{name}: 200 or 204"),
            matches!(answer.status, 200 | 204),
            &answer,
        );
        let list = found(&world, "Users", by_name).await;
        let seen = list.body.pointer(&format!("/Resources/0{pointer}"));
        holds(
            &format!("{name}: found so"),
            seen.unwrap_or(&Value::Null) == &wanted,
            &list,
        );
        let read = world.scim("GET", &path, None).await;
        let seen = read.body.pointer(pointer).unwrap_or(&Value::Null);
        holds(&format!("{name}: read so"), seen == &wanted, &read);
    }

    // The joining property itself.
    let renamed = json!([{"op": "replace", "path": "userName", "value": "dale.mohr@example.com"}]);
    let answer = patched(&world, &path, renamed).await;
    holds(
        "PATCH the joining property: 200 or 204",
        matches!(answer.status, 200 | 204),
        &answer,
    );
    let list = found(&world, "Users", "userName eq \"dale.mohr@example.com\"").await;
    holds(
        "PATCH the joining property: found by the new value",
        only(&list, &id(&made)),
        &list,
    );
    let list = found(&world, "Users", by_name).await;
    holds(
        "PATCH the joining property: not by the old one",
        nobody(&list),
        &list,
    );

    // Disabled, and still there.
    let off = json!([{"op": "replace", "path": "active", "value": false}]);
    let answer = patched(&world, &path, off).await;
    holds(
        "PATCH active false: 200 or 204",
        matches!(answer.status, 200 | 204),
        &answer,
    );
    let read = world.scim("GET", &path, None).await;
    holds(
        "PATCH active false: GET shows false",
        read.status == 200 && read.body["active"] == false,
        &read,
    );
    let list = found(&world, "Users", "userName eq \"dale.mohr@example.com\"").await;
    holds(
        "PATCH active false: still found",
        only(&list, &id(&made)),
        &list,
    );
    holds(
        "PATCH active false: the filter shows false",
        list.body["Resources"][0]["active"] == false,
        &list,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn groups() {
    let world = World::start().await;
    let member = id(&world.scim("POST", "/Users", Some(user("dale"))).await);
    let made = world.scim("POST", "/Groups", Some(group("KMPRB"))).await;
    holds("POST /Groups: 201", made.status == 201, &made);
    holds("POST /Groups: an id", made.body["id"].is_string(), &made);
    holds(
        "POST /Groups: the values as sent",
        made.body["displayName"] == "KMPRB" && made.body["externalId"] == "4f53cda1-KMPRB",
        &made,
    );
    let path = format!("/Groups/{}", id(&made));

    let again = world.scim("POST", "/Groups", Some(group("KMPRB"))).await;
    holds("POST /Groups, duplicate: 409", again.status == 409, &again);
    let list = found(&world, "Groups", "displayName eq \"KMPRB\"").await;
    holds(
        "GET /Groups?filter: the group alone",
        only(&list, &id(&made)),
        &list,
    );
    let list = found(&world, "Groups", "displayName eq \"kmprb\"").await;
    holds(
        "GET /Groups?filter, another case: the group",
        only(&list, &id(&made)),
        &list,
    );
    let list = found(&world, "Groups", "displayName eq \"no such group\"").await;
    holds(
        "GET /Groups?filter, none: an empty list",
        nobody(&list),
        &list,
    );

    for (name, operations, pointer, wanted) in [
        (
            "replace",
            json!([{"op": "replace", "path": "externalId", "value": "5a64"}]),
            "/externalId",
            json!("5a64"),
        ),
        (
            "the joining property",
            json!([{"op": "replace", "path": "displayName", "value": "VJQHW"}]),
            "/displayName",
            json!("VJQHW"),
        ),
        (
            "add a member",
            json!([{"op": "add", "path": "members", "value": [{"value": member}]}]),
            "/members/0/value",
            json!(member),
        ),
        (
            "remove a member",
            json!([{"op": "remove", "path": format!("members[value eq \"{member}\"]")}]),
            "/members/0",
            Value::Null,
        ),
        (
            "add a member again",
            json!([{"op": "Add", "path": "members", "value": [{"value": member}]}]),
            "/members/0/value",
            json!(member),
        ),
        (
            "remove members by value",
            json!([{"op": "Remove", "path": "members", "value": [{"value": member}]}]),
            "/members/0",
            Value::Null,
        ),
    ] {
        let answer = patched(&world, &path, operations).await;
        let name = format!("PATCH /Groups/Id, {name}");
        holds(
            &format!("{name}: 204"),
            answer.status == 204 && answer.body.is_null(),
            &answer,
        );
        let read = world.scim("GET", &path, None).await;
        let seen = read.body.pointer(pointer).unwrap_or(&Value::Null);
        holds(
            &format!("{name}: read so"),
            read.status == 200 && seen == &wanted,
            &read,
        );
    }
    let list = found(&world, "Groups", "displayName eq \"VJQHW\"").await;
    holds(
        "PATCH the joining property: found by the new value",
        only(&list, &id(&made)),
        &list,
    );
    let list = found(&world, "Groups", "displayName eq \"KMPRB\"").await;
    holds(
        "PATCH the joining property: not by the old one",
        nobody(&list),
        &list,
    );

    let without = format!("{path}?excludedAttributes=members");
    let read = world.scim("GET", &without, None).await;
    holds(
        "GET /Groups/Id?excludedAttributes: without members",
        read.status == 200 && read.body.get("members").is_none(),
        &read,
    );
    let gone = world.scim("DELETE", &path, None).await;
    holds("DELETE /Groups/Id: 204", gone.status == 204, &gone);
    let read = world.scim("GET", &path, None).await;
    holds(
        "DELETE /Groups/Id: 404 afterwards",
        read.status == 404,
        &read,
    );
}
