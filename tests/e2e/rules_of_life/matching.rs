//! Matches, offers and creates.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{ADA, find, read, set};
use crate::cxone::{calls, made_by_hand, named, so_far, taken};
use crate::world::{MAPPER_ONLY, TOKEN, World, ada, person};

#[tokio::test(flavor = "multi_thread")]
async fn reads_come_from_the_ledger() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    world.switch("outage", "503").await;
    let since = so_far(&world).await;
    assert_eq!(read(&world, &id).await["displayName"], "Ada Byron");
    for path in [
        "/Users",
        "/Users?filter=userName%20eq%20%22ada%40example.com%22",
        "/Users?filter=externalId%20eq%20%22ada%22",
        "/Users?filter=emails.value%20eq%20%22ada%40example.com%22",
        "/Users?filter=name.familyName%20sw%20%22By%22",
    ] {
        let found = world.scim("GET", path, None).await;
        assert_eq!(
            (found.status, &found.body["totalResults"]),
            (200, &json!(1)),
            "{path}: {}",
            found.body
        );
    }
    assert_eq!(calls(&world, since).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_that_misses_is_asked_of_cxone_under_the_name_that_the_mapper_gives() {
    let row = "\nsettings = { attributes = { userName = { lookup = \"userName\", table = { \"ada@corp.example\" = \"ada@example.com\" } } } }\n";
    let world = World::with(&format!("{}{row}", MAPPER_ONLY.trim_end())).await;
    let made = made_by_hand(&world, "ada", "Manager").await;
    let since = so_far(&world).await;
    let found = find(&world, "ada@corp.example").await;
    assert_eq!(
        (found.status, &found.body["totalResults"]),
        (200, &json!(1)),
        "{}",
        found.body
    );
    assert_eq!(
        found.body["Resources"][0]["userName"], "ada@corp.example",
        "as the identity provider knows her"
    );
    let asked = calls(&world, since).await;
    let path = asked[0]["path"].as_str().unwrap_or_default();
    assert!(
        path.contains("ada%40example.com") || path.contains("ada@example.com"),
        "{path}"
    );
    assert_eq!(taken(&world, since).await, Vec::<Value>::new());
    assert_eq!(named(&world, ADA).await, [made]);
}

#[tokio::test(flavor = "multi_thread")]
async fn adopting_changes_nothing_in_cxone() {
    let world = World::start().await;
    let made = made_by_hand(&world, "ada", "Manager").await;
    let found = find(&world, ADA).await;
    let id = found.body["Resources"][0]["id"].as_str().expect("an id");
    let since = so_far(&world).await;
    // The first write is the identity provider's own id: ownership starts, and CXone has nothing to hear.
    set(&world, id, "externalId", json!("entra-1")).await;
    assert_eq!(taken(&world, since).await, Vec::<Value>::new());
    assert_eq!(named(&world, ADA).await, [made]);
    let second = world.scim("POST", "/Users", Some(ada())).await;
    assert_eq!(second.status, 409, "she is owned now: {}", second.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn identical_concurrent_posts_share_one_outcome() {
    let world = World::start().await;
    world.switch("latency_ms", 200).await;
    let url = format!("http://{}/acme/entra/scim/v2/Users", world.app.scim);
    let mut posts = JoinSet::new();
    for _ in 0..12 {
        let post = world.http.post(&url).bearer_auth(TOKEN);
        let post = post
            .header("content-type", "application/scim+json")
            .body(ada().to_string());
        posts.spawn(crate::world::reply(post));
    }
    let answers = posts.join_all().await;
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert_eq!(answer.body, answers[0].body);
    }
    assert_eq!(named(&world, ADA).await.len(), 1);
    assert_eq!(
        world.writes().await.len(),
        1,
        "one create, and no other write"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn matching_is_by_user_name_never_by_email() {
    let world = World::start().await;
    made_by_hand(&world, "ada", "Manager").await;
    let by_mail = "/Users?filter=emails.value%20eq%20%22ada%40example.com%22";
    let found = world.scim("GET", by_mail, None).await;
    assert_eq!(found.body["totalResults"], 0, "{}", found.body);
    // Another person with the same address: nobody is adopted for it, and nobody made who may be there already, but where the
    // tenant says that people share addresses, which CXone allows.
    let mut body = person("countess", "Ada", "Byron");
    body["emails"] = json!([{"primary": true, "type": "work", "value": ADA}]);
    let refused = world.scim("POST", "/Users", Some(body.clone())).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    let detail = refused.body["detail"].as_str().expect("a detail");
    assert!(
        detail.contains("likely twin") && detail.contains(ADA),
        "{detail}"
    );
    assert!(named(&world, "countess@example.com").await.is_empty());
    let allow = |toml: &str| format!("{toml}\n[tenants.acme]\ntwins = \"allow\"\n");
    let world = world.restart_with(allow).await;
    world.created(body).await;
    assert_eq!(named(&world, ADA).await[0]["displayName"], "By Hand");
    assert_eq!(named(&world, "countess@example.com").await.len(), 1);
}
