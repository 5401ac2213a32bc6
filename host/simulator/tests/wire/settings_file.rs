//! The file of `simulate --config`: the JSON of `PUT /simulator/settings`, or the same as TOML.

use serde_json::json;
use simulator::Settings;

use crate::support::World;

const TOML: &str = r#"
default_role = "Manager"
enabled_fields = ["displayName", "Team"]

[[roles]]
name = "Manager"

[[roles]]
id = "r-9"
name = "Agent"
status = "DRAFT"

[[access_keys]]
id = "key"
secret = "s3cret"

[switches]
patch = "lenient"
latency_ms = 1
"#;

#[tokio::test]
async fn toml_and_json_say_the_same() {
    let from_toml = Settings::from_text(TOML, "toml").unwrap();
    let as_json = json!({
        "default_role": "Manager",
        "enabled_fields": ["displayName", "team"],
        "roles": [{ "name": "Manager" }, { "id": "r-9", "name": "Agent", "status": "DRAFT" }],
        "access_keys": [{ "id": "key", "secret": "s3cret" }],
        "switches": { "patch": "lenient", "latency_ms": 1 },
    });
    let from_json = Settings::from_text(&as_json.to_string(), "json").unwrap();
    assert_eq!(json!(from_toml), json!(from_json));
    assert!(!format!("{from_toml:?}").contains("s3cret"));

    // The file's settings are what a reset goes back to.
    let world = World::with(from_toml).await;
    assert_eq!(world.login("key", "s3cret").await.status, 200);
    world.set(json!({ "default_role": "Agent" })).await;
    world.send("POST", "/simulator/reset", None).await;
    assert_eq!(world.state().await["settings"], json!(from_json));
}

#[test]
fn a_mistake_in_the_file_is_named() {
    for (text, extension, word) in [
        ("roles = [", "toml", "line 1"),
        ("{", "json", "line 1"),
        ("colour = 1", "toml", "colour"),
        ("[switches]\noutage = \"rain\"", "toml", "rain"),
        ("[[roles]]\ntitle = \"x\"", "toml", "title"),
        ("", "yaml", "yaml"),
    ] {
        let error = Settings::from_text(text, extension)
            .unwrap_err()
            .to_string();
        assert!(error.contains(word), "{text}: {error}");
    }
}
