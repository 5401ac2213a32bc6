//! Addresses: paths, filters, ids, pages, methods.

use serde_json::json;

use super::{JSON, Scene, grace};
use crate::wire::{ask, head, raw, refused};

#[tokio::test(flavor = "multi_thread")]
async fn paths_that_lead_nowhere() {
    let scene = Scene::set().await;
    let long = "x".repeat(10_000);
    for path in [
        "shoeSize",
        "name.shoeSize",
        "emails.shoeSize",
        "emails[type eq \"work\"].shoeSize",
        "urn:ietf:params:scim:schemas:core:2.0:User:shoeSize",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:shoeSize",
        "userName[type eq \"x\"]",
        "emails[type eq \"work\"",
        "emails[type eq \"work\"]value",
        "emails]",
        ".title",
        "title.",
        "name..givenName",
        "na me",
        "1title",
        "urn:",
        "/title",
        "title/0",
        "$.title",
        "../title",
        "emails[type eq \"work\"].value.more",
        "name.givenName.x",
        &long,
    ] {
        let answer = scene
            .world
            .patch(
                &scene.id,
                json!([{"op": "replace", "path": path, "value": "x"}]),
            )
            .await;
        refused(&answer, 400, "invalidPath", path);
        assert!(
            answer.body["detail"].as_str().unwrap().len() < 500,
            "no echo of long input: {}",
            answer.body
        );
    }
    for path in [
        "emails[]",
        "emails[shoeSize eq \"x\"].value",
        "emails[type]",
        "emails[type xx \"work\"].value",
        "emails[type eq \"work\" and].value",
        "emails[emails[type eq \"work\"]].value",
    ] {
        refused(
            &scene
                .world
                .patch(
                    &scene.id,
                    json!([{"op": "replace", "path": path, "value": "x"}]),
                )
                .await,
            400,
            "invalidFilter",
            path,
        );
    }
    scene.unharmed("paths").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_that_are_not_understood() {
    let scene = Scene::set().await;
    let deep = format!("{}userName pr{}", "(".repeat(5_000), ")".repeat(5_000));
    let nots = format!("{}userName pr{}", "not (".repeat(5_000), ")".repeat(5_000));
    for filter in [
        "",
        "%20",
        "x",
        "userName",
        "userName%20eq",
        "eq%20%22x%22",
        "userName%20is%20%22ada%22",
        "userName%20%3D%20%22ada%22",
        "shoeSize%20eq%20%2246%22",
        "userName%20eq%20%22ada",
        "userName%20eq%20'ada'",
        "userName%20eq%20%22a%22%20and",
        "userName%20eq%20%22a%22%20%22b%22",
        "(userName%20pr",
        "userName%20pr)",
        "emails%5Btype%20eq%20%22work%22",
        "emails%5B%5D",
        "active%20gt%20true",
        "%FF%FE",
        "userName%20eq%20%22a%22;drop",
        "*",
        "true",
        &deep.replace(' ', "%20"),
        &nots.replace(' ', "%20"),
    ] {
        let shown: String = filter.chars().take(80).collect();
        refused(
            &ask(
                &scene.world,
                "GET",
                &format!("/Users?filter={filter}"),
                &[],
                "",
            )
            .await,
            400,
            "invalidFilter",
            &shown,
        );
        let groups = ask(
            &scene.world,
            "GET",
            &format!("/Groups?filter={filter}"),
            &[],
            "",
        )
        .await;
        refused(&groups, 400, "invalidFilter", &format!("groups: {shown}"));
    }
    let twice = ask(
        &scene.world,
        "GET",
        "/Users?filter=userName%20eq%20%22a%22&filter=userName%20eq%20%22b%22",
        &[],
        "",
    )
    .await;
    refused(&twice, 400, "invalidValue", "two filters");
    scene.unharmed("filters").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_are_no_ids() {
    let scene = Scene::set().await;
    let id = &scene.id;
    let long = "a".repeat(4096);
    let dots = "../".repeat(1000);
    let changes =
        json!({"Operations": [{"op": "replace", "path": "active", "value": false}]}).to_string();
    let length = format!("content-length: {}", changes.len());
    for wrong in [
        "..".to_owned(),
        "../Users".to_owned(),
        format!("../Users/{id}"),
        "%2e%2e".to_owned(),
        format!("%2e%2e%2f{id}"),
        format!("..%2FUsers%2F{id}"),
        ".".to_owned(),
        "%00".to_owned(),
        format!("{id}%00"),
        "%ff".to_owned(),
        "%zz".to_owned(),
        "%".to_owned(),
        format!("{id}%20"),
        format!("%20{id}"),
        format!("{id}%0a"),
        format!("{{{id}}}").replace('{', "%7B").replace('}', "%7D"),
        id.replace('-', ""),
        format!("urn:uuid:{id}"),
        id.to_uppercase(),
        format!("{id},{id}"),
        format!("{id};x=y"),
        format!("{id}/emails"),
        "1".to_owned(),
        "-1".to_owned(),
        "*".to_owned(),
        "00000000-0000-0000-0000-000000000000".to_owned(),
        "'%20or%201=1".to_owned(),
        long,
        dots,
    ] {
        let shown: String = wrong.chars().take(60).collect();
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let target = format!("/acme/entra/scim/v2/Users/{wrong}");
            let answer = match method {
                "GET" | "DELETE" => raw(&scene.world, &[head(method, &target, &[])]).await,
                _ => {
                    raw(
                        &scene.world,
                        &[
                            head(method, &target, &[&length]),
                            changes.clone().into_bytes(),
                        ],
                    )
                    .await
                }
            };
            refused(&answer, 404, "", &format!("{method} {shown}"));
            assert!(
                answer.body["detail"].as_str().unwrap().len() < 300,
                "no echo of long input"
            );
        }
    }
    scene.unharmed("ids").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_addresses() {
    let scene = Scene::set().await;
    for length in [8_000, 32_000, 65_000] {
        let start = "/acme/entra/scim/v2/Users?filter=userName%20eq%20%22ada@example.com%22&x=";
        let target = format!("{start}{}", "y".repeat(length - start.len()));
        let answer = raw(&scene.world, &[head("GET", &target, &[])]).await;
        assert_eq!(
            (answer.status, &answer.body["totalResults"]),
            (200, &json!(1)),
            "{length}"
        );
        let start = "/acme/entra/scim/v2/Users?filter=externalId%20eq%20%22";
        let target = format!("{start}{}%22", "y".repeat(length - start.len() - 3));
        let answer = raw(&scene.world, &[head("GET", &target, &[])]).await;
        assert_eq!(
            (answer.status, &answer.body["totalResults"]),
            (200, &json!(0)),
            "{length}"
        );
        let target = format!("/acme/entra/scim/v2/Users/{}", "z".repeat(length - 26));
        refused(
            &raw(&scene.world, &[head("DELETE", &target, &[])]).await,
            404,
            "",
            &length.to_string(),
        );
        let target = format!("/{}", "q".repeat(length - 1));
        refused(
            &raw(&scene.world, &[head("GET", &target, &[])]).await,
            404,
            "",
            &length.to_string(),
        );
    }
    scene.unharmed("long addresses").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_make_no_sense() {
    let scene = Scene::set().await;
    for (query, start, shown) in [
        ("startIndex=0", 1, 1),
        ("startIndex=-5", 1, 1),
        ("startIndex=", 1, 1),
        ("startIndex=2", 2, 0),
        ("startIndex=1000000", 1_000_000, 0),
        ("count=0", 1, 0),
        ("count=-1", 1, 0),
        ("count=", 1, 1),
        ("count=999999999999999999999999", 1, 1),
        ("startIndex=1&startIndex=1&count=5", 1, 1),
    ] {
        for filter in ["", "&filter=active%20eq%20true"] {
            let answer = scene
                .world
                .scim("GET", &format!("/Users?{query}{filter}"), None)
                .await;
            let body = &answer.body;
            assert_eq!(
                (answer.status, &body["totalResults"], &body["startIndex"]),
                (200, &json!(1), &json!(start)),
                "{query}{filter}: {body}"
            );
            assert_eq!(
                (
                    &body["itemsPerPage"],
                    body["Resources"].as_array().map(Vec::len)
                ),
                (&json!(shown), Some(shown)),
                "{query}{filter}: {body}"
            );
        }
    }
    let beyond = scene
        .world
        .scim("GET", "/Users?startIndex=99999999999999999999999", None)
        .await;
    assert_eq!(
        (
            beyond.status,
            &beyond.body["totalResults"],
            &beyond.body["Resources"]
        ),
        (200, &json!(1), &json!([])),
        "{}",
        beyond.body
    );
    for query in [
        "startIndex=x",
        "startIndex=1.5",
        "startIndex=1e3",
        "count=many",
        "count=0x10",
        "count=5%20OR%201",
        "count=1&count=2",
        "startIndex=null",
    ] {
        for path in ["Users", "Groups"] {
            refused(
                &scene
                    .world
                    .scim("GET", &format!("/{path}?{query}"), None)
                    .await,
                400,
                "invalidValue",
                query,
            );
        }
    }
    scene.unharmed("pages").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_methods() {
    let scene = Scene::set().await;
    let body = grace().to_string();
    for (method, path) in [
        ("PUT", "/Users".to_owned()),
        ("PATCH", "/Users".to_owned()),
        ("DELETE", "/Users".to_owned()),
        ("DELETE", "/Users/".to_owned()),
        ("POST", scene.path()),
        ("OPTIONS", scene.path()),
        ("delete", scene.path()),
        ("PURGE", scene.path()),
        ("POST", "/Schemas".to_owned()),
        ("DELETE", "/ResourceTypes/User".to_owned()),
        ("PATCH", "/ServiceProviderConfig".to_owned()),
        ("PUT", "/Groups".to_owned()),
        ("POST", "/Groups/1".to_owned()),
        ("GET", "/Bulk".to_owned()),
        ("PUT", "/Bulk".to_owned()),
        ("GET", "/.search".to_owned()),
        ("GET", "/Users/.search".to_owned()),
        ("PATCH", "/Groups/.search".to_owned()),
        ("DELETE", String::new()),
    ] {
        let answer = ask(&scene.world, method, &path, JSON, body.clone()).await;
        refused(&answer, 405, "", &format!("{method} {path}"));
        assert!(answer.headers.contains_key("allow"), "{method} {path}");
    }
    // A header that asks for another method is not heeded.
    let answer = ask(
        &scene.world,
        "GET",
        &scene.path(),
        &[("x-http-method-override", "DELETE")],
        "",
    )
    .await;
    assert_eq!(answer.status, 200);
    for method in ["GET", "POST", "PATCH"] {
        let answer = ask(&scene.world, method, "/Me", JSON, body.clone()).await;
        refused(&answer, 501, "", method);
    }
    scene.unharmed("methods").await;
}
