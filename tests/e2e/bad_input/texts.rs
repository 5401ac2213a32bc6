//! Texts that look like others, run backwards or are very long, and attributes that are not the client's to write.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_kept_to_the_byte_and_twins_stay_two() {
    let scene = Scene::set().await;
    // The same letter in two encodings (NFC, NFD), right-to-left marks, a zero-width space, an emoji of several parts.
    for text in [
        "Zo\u{eb}",
        "Zoe\u{308}",
        "\u{202e}adA",
        "A\u{200b}da",
        "👩‍🚀",
        "Ada\u{85}Byron",
    ] {
        let changed = scene
            .world
            .patch(
                &scene.id,
                json!([{"op": "Replace", "path": "title", "value": text}]),
            )
            .await;
        assert_eq!(changed.status, 200, "{text:?}: {}", changed.body);
        let read = scene.world.scim("GET", &scene.path(), None).await;
        assert_eq!(read.body["title"], json!(text));
    }
    let mut ids = Vec::new();
    for name in ["zo\u{eb}@example.com", "zoe\u{308}@example.com"] {
        let mut body = grace();
        body["userName"] = json!(name);
        let made = scene.post(body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert_eq!(made.body["userName"], json!(name));
        ids.push(made.body["id"].clone());
    }
    assert_ne!(ids[0], ids[1], "twins are not merged in silence");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_64_kib_is_answered_and_harms_nobody() {
    let scene = Scene::set().await;
    let mut body = grace();
    body["userName"] = json!(format!("{}@example.com", "x".repeat(64 * 1024)));
    let answer = scene.post(body.clone()).await;
    assert!([201, 400].contains(&answer.status), "{}", answer.body);
    if answer.status == 201 {
        assert_eq!(answer.body["userName"], body["userName"]);
    }
    let read = scene.world.scim("GET", &scene.path(), None).await;
    assert_eq!(read.body, scene.user);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_members_and_a_hundred_thousand_keys_are_refused_by_size() {
    let scene = Scene::set().await;
    let group =
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Tier1"});
    let made = scene.world.scim("POST", "/Groups", Some(group)).await;
    let path = format!("/Groups/{}", made.body["id"].as_str().expect("an id"));
    // In their shortest form: a refused body is read up to 8 MiB, and the client of a longer one may see no answer.
    let members = r#""u","#.repeat(1_000_000);
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{"op":"add","path":"members","value":[{}"u"]}}]}}"#,
        members
    );
    refused(
        &ask(&scene.world, "PATCH", &path, JSON, body).await,
        413,
        "",
        "members",
    );
    let keys: Vec<String> = (0..100_000).map(|at| format!("\"k{at}\":1")).collect();
    let body = format!("{{{}}}", keys.join(","));
    let answer = ask(&scene.world, "POST", "/Users", JSON, body).await;
    assert!([400, 413].contains(&answer.status), "{}", answer.body);
    scene.unharmed("size").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_clients_to_write_is_not_written() {
    let scene = Scene::set().await;
    let theirs = json!({
        "id": "00000000-0000-7000-8000-000000000000",
        "meta": {"created": "1970-01-01T00:00:00Z", "version": "W/\"99\"", "location": "https://elsewhere.example"},
        "groups": [{"value": "admins", "display": "Admins"}],
        "password": "x7Qp!canary",
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    });
    let mut body = grace();
    for (name, value) in theirs.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let made = scene.post(body.clone()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/Users/{}", made.body["id"].as_str().expect("an id"));
    let operations: Vec<Value> = ["id", "meta.version", "groups", "password"]
        .into_iter()
        .map(|path| json!({"op": "add", "path": path, "value": "x"}))
        .collect();
    let patch = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    for (method, body) in [("PUT", body), ("PATCH", patch)] {
        let answer = scene.world.scim(method, &path, Some(body)).await;
        assert!(
            [200, 400].contains(&answer.status),
            "{method}: {}",
            answer.body
        );
        let read = scene.world.scim("GET", &path, None).await.body;
        assert_eq!(read["id"], made.body["id"], "{method}");
        assert_eq!(
            read["meta"]["created"], made.body["meta"]["created"],
            "{method}"
        );
        assert!(
            read.get("groups").is_none() && read.get("password").is_none(),
            "{method}: {read}"
        );
        assert!(
            !read["meta"]["location"].to_string().contains("elsewhere"),
            "{method}"
        );
    }
    let state = scene.world.state().await.to_string();
    assert!(!state.contains("canary"), "CXone heard a password");
}
