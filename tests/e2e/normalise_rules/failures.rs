//! Conflicts and failures: N22, N25.

use serde_json::json;

use super::{found, plain, user};
use crate::wire::{ask, head, raw, refused};
use crate::world::{World, ada, person, reply};

#[tokio::test(flavor = "multi_thread")]
async fn n22_conflicts() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    let before = world.writes().await;
    refused(
        &world.scim("POST", "/Users", Some(ada())).await,
        409,
        "uniqueness",
        "the same again",
    );
    let other = world.created(person("grace", "Grace", "Hopper")).await;
    let taken = json!([{"op": "Replace", "path": "userName", "value": "ada@example.com"}]);
    refused(
        &world.patch(&other, taken).await,
        409,
        "uniqueness",
        "another's name by PATCH",
    );
    let answer = world
        .scim("PUT", &format!("/Users/{other}"), Some(ada()))
        .await;
    refused(&answer, 409, "uniqueness", "another's name by PUT");
    assert!(
        !answer.body.to_string().contains(&id),
        "nobody else's id is told"
    );
    // A PUT of oneself is no conflict.
    assert_eq!(
        world
            .scim("PUT", &format!("/Users/{id}"), Some(ada()))
            .await
            .status,
        200
    );
    assert_eq!(user(&world, &other).await["userName"], "grace@example.com");
    assert_eq!(
        world.writes().await.len(),
        before.len() + 1,
        "Grace's create and nothing else"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn n25_every_failure_is_a_scim_error() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    let json = [("content-type", "application/json")];
    refused(
        &ask(&world, "POST", "/Users", &json, "{").await,
        400,
        "invalidSyntax",
        "400",
    );
    for (method, path) in [
        ("GET", "/Users/none"),
        ("GET", "/Nothing"),
        ("POST", "/Users/a/b/c"),
        ("GET", "/nothing"),
        ("PUT", "/Users/none"),
        ("DELETE", "/Users/00919288221112222"),
    ] {
        refused(
            &ask(
                &world,
                method,
                path,
                &json,
                if method == "PUT" {
                    plain("x").to_string()
                } else {
                    String::new()
                },
            )
            .await,
            404,
            "",
            path,
        );
    }
    for (method, path, allowed) in [
        ("DELETE", "/Users", "POST"),
        ("PUT", "/Users", "GET"),
        ("POST", &format!("/Users/{id}"), "PATCH"),
        ("POST", "/ServiceProviderConfig", "GET"),
        ("DELETE", "/Schemas", "GET"),
        ("PUT", "/ResourceTypes", "GET"),
        ("TRACE", "/Users", "GET"),
        ("FROB", "/Users", "GET"),
    ] {
        let answer = ask(&world, method, path, &[], "").await;
        refused(&answer, 405, "", &format!("{method} {path}"));
        assert!(
            answer.headers["allow"].to_str().unwrap().contains(allowed),
            "{method} {path}"
        );
    }
    refused(
        &ask(&world, "POST", "/Users", &json, ada().to_string()).await,
        409,
        "uniqueness",
        "409",
    );
    refused(
        &ask(&world, "POST", "/Users", &json, vec![b' '; 1024 * 1024 + 1]).await,
        413,
        "",
        "413",
    );
    refused(
        &ask(
            &world,
            "POST",
            "/Users",
            &[("content-type", "text/plain")],
            "{}",
        )
        .await,
        415,
        "",
        "415",
    );
    refused(
        &ask(
            &world,
            "POST",
            "/Users",
            &[("content-encoding", "gzip")],
            "{}",
        )
        .await,
        415,
        "",
        "compressed",
    );
    refused(
        &ask(&world, "POST", "/Me", &json, "{}").await,
        501,
        "",
        "501",
    );
    for path in ["/", "/acme", "/acme/entra/scim/v1/Users", "/healthz"] {
        refused(&raw(&world, &[head("GET", path, &[])]).await, 404, "", path);
    }
    let url = format!("http://{}/acme/entra/scim/v2/Users", world.app.scim);
    let answer = reply(world.http.get(url)).await;
    refused(&answer, 401, "", "401");
    assert!(
        answer.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .starts_with("Bearer")
    );
    for outage in ["503", "reset"] {
        world.switch("outage", outage).await;
        let answer = found(&world, "userName eq \"somebody@example.com\"").await;
        refused(&answer, 503, "", outage);
        assert!(
            answer.headers["retry-after"]
                .to_str()
                .unwrap()
                .parse::<u32>()
                .is_ok(),
            "whole seconds"
        );
    }
}
