//! Media types, addresses and filters: N1 to N4.

use serde_json::json;

use super::{CORE, CUSTOM, ENT, found, plain, with};
use crate::wire::{ask, head, raw, refused};
use crate::world::{World, ada, person};

#[tokio::test(flavor = "multi_thread")]
async fn n01_media_types() {
    let world = World::start().await;
    let accepted: [&[(&str, &str)]; 7] = [
        &[("content-type", "application/scim+json; charset=utf-8")],
        &[("content-type", "application/scim+json")],
        &[("content-type", "application/json")],
        &[("content-type", "Application/JSON; charset=UTF-8")],
        &[("content-type", "text/json")],
        &[],
        &[
            ("accept-charset", "utf-8"),
            ("accept", "text/html"),
            ("content-type", "application/json"),
        ],
    ];
    for (number, headers) in accepted.into_iter().enumerate() {
        let answer = ask(
            &world,
            "POST",
            "/Users",
            headers,
            plain(&format!("user{number}")).to_string(),
        )
        .await;
        assert_eq!(
            (
                answer.status,
                &answer.headers["content-type"].to_str().unwrap()
            ),
            (201, &"application/scim+json"),
            "{headers:?}: {}",
            answer.body
        );
    }
    for wrong in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "jason",
    ] {
        let answer = ask(
            &world,
            "POST",
            "/Users",
            &[("content-type", wrong)],
            plain("nobody").to_string(),
        )
        .await;
        refused(&answer, 415, "", wrong);
    }
    let answer = ask(
        &world,
        "GET",
        "/Users",
        &[("accept", "text/html"), ("accept-charset", "iso-8859-1")],
        "",
    )
    .await;
    assert_eq!(
        (
            answer.status,
            answer.headers["content-type"].to_str().unwrap()
        ),
        (200, "application/scim+json")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn n02_url_noise() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    world.created(person("grace", "Grace", "Hopper")).await;
    for (target, total) in [
        ("/acme/entra/scim/v2/Users", 2),
        ("/acme/entra/scim/v2//Users", 2),
        ("//acme/entra//scim/v2/Users/", 2),
        ("/acme/entra/scim/v2/Users?", 2),
        ("/acme/entra/scim/v2/Users/?&", 2),
        (
            "/acme/entra/scim/v2/Users?filter=userName+eq+%22ada%40example.com%22&",
            1,
        ),
        (
            "/acme/entra/scim/v2/Users?filter=userName+eq+%22ada@example.com%22&&x",
            1,
        ),
        (
            "/acme/entra/scim/v2/Users?FILTER=userName%20eq%20%22ada@example.com%22",
            1,
        ),
        (
            "/acme/entra/scim/v2/Users?aadOptscim062020&count=5&unknown=1&filter=userName%20eq%20%22ada@example.com%22",
            1,
        ),
        (
            "/acme/entra/scim/v2/Users/?filter=emails[type%20eq%20%22work%22].value%20eq%20%22ada@example.com%22",
            1,
        ),
    ] {
        let answer = raw(&world, &[head("GET", target, &[])]).await;
        assert_eq!(
            (answer.status, &answer.body["totalResults"]),
            (200, &json!(total)),
            "{target}: {}",
            answer.body
        );
    }
    let body = with(ada(), "title", json!("Lead"));
    for path in [
        format!("/Users/{id}?"),
        format!("/Users/{id}/?&"),
        format!("//Users//{id}?aadOptscim062020"),
    ] {
        let answer = world.scim("PUT", &path, Some(body.clone())).await;
        assert_eq!(
            (answer.status, &answer.body["title"]),
            (200, &json!("Lead")),
            "{path}: {}",
            answer.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn n03_filters() {
    let world = World::start().await;
    world.created(ada()).await;
    world
        .created(with(
            person("grace", "Grace", "Hopper"),
            "title",
            json!(null),
        ))
        .await;
    let given = |filter: &str| {
        filter
            .replace("ENT", ENT)
            .replace("CORE", CORE)
            .replace("CUSTOM", CUSTOM)
    };
    for (filter, total) in [
        ("userName eq \"ada@example.com\"", 1),
        ("USERNAME Eq \"ada@example.com\"", 1),
        ("externalId eq ada", 1),
        ("externalId eq \"ada\"", 1),
        ("externalId eq \"Ada\"", 0),
        ("active eq true", 2),
        ("active eq \"True\"", 2),
        ("active eq False", 0),
        ("emails[type eq \"work\"].value eq \"ada@example.com\"", 1),
        (
            "emails[type eq \"work\" and value eq \"ada@example.com\"]",
            1,
        ),
        ("emails[type eq \"home\"].value eq \"ada@example.com\"", 0),
        (
            "emails[primary eq \"True\"].value eq \"ada@example.com\"",
            1,
        ),
        ("emails.value co \"example.com\"", 2),
        ("emails eq \"ada@example.com\"", 1),
        ("CORE:userName eq \"ada@example.com\"", 1),
        (
            "ENT:employeeNumber eq \"1815\" and userName eq \"ada@example.com\"",
            1,
        ),
        ("ENT:manager eq \"u-grace\"", 2),
        ("ENT:manager.value eq \"u-mary\"", 0),
        ("title pr", 1),
        ("not (title pr)", 1),
        (
            "userName eq \"ada@example.com\" or userName eq \"grace@example.com\"",
            2,
        ),
        ("name.familyName sw \"Hop\"", 1),
        ("CUSTOM:skill eq \"tier1\"", 0),
    ] {
        let answer = found(&world, &given(filter)).await;
        assert_eq!(
            (answer.status, &answer.body["totalResults"]),
            (200, &json!(total)),
            "{filter}: {}",
            answer.body
        );
    }
    for filter in [
        "",
        " ",
        "bare text here",
        "userName",
        "userName eq",
        "userName xx \"ada\"",
        "(userName eq \"ada\"",
        "userName eq \"ada",
        "userName eq \"a\" xor title pr",
        "emails[type eq \"work\"",
        "emails[shoeSize eq \"1\"]",
        "shoeSize eq \"46\"",
        "name.shoeSize eq \"46\"",
        "ENT:shoeSize eq \"46\"",
        "CORE:shoeSize eq \"46\"",
        "active gt true",
        "userName eq 'ada@example.com'",
        "userName eq “ada@example.com”",
        "userName eq \"ada@example.com\" and shoeSize eq \"46\"",
    ] {
        refused(
            &found(&world, &given(filter)).await,
            400,
            "invalidFilter",
            filter,
        );
    }
    // Refused by a reason of its own (RFC 7644 section 7.5.2).
    let password = found(&world, "password eq \"x\"").await;
    refused(&password, 403, "sensitive", "a password");
}

#[tokio::test(flavor = "multi_thread")]
async fn n04_case_of_names_and_ids() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    for filter in [
        "userName eq \"ADA@Example.com\"",
        "emails.value eq \"ADA@EXAMPLE.COM\"",
        "emails[value eq \"Ada@Example.Com\"]",
    ] {
        assert_eq!(
            found(&world, filter).await.body["totalResults"],
            1,
            "{filter}"
        );
    }
    let again = with(ada(), "userName", json!("ADA@EXAMPLE.COM"));
    refused(
        &world.scim("POST", "/Users", Some(again)).await,
        409,
        "uniqueness",
        "another case is the same name",
    );
    let upper = id.to_uppercase();
    assert_ne!(upper, id);
    refused(
        &world.scim("GET", &format!("/Users/{upper}"), None).await,
        404,
        "",
        "ids are exact",
    );
    assert_eq!(
        found(&world, &format!("id eq \"{upper}\"")).await.body["totalResults"],
        0
    );
    assert_eq!(
        found(&world, &format!("id eq \"{id}\"")).await.body["totalResults"],
        1
    );
}
