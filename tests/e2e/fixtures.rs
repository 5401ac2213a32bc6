//! The requests of `tests/fixtures/entra`, replayed over real HTTP in both of Entra's PATCH dialects.
//!
//! How they are written is in [`replay`].

use serde_json::{Map, Value, json};

use crate::world::{World, ada};

mod replay;

use replay::{compare_values, directory, load, replay};

/// Every fixture is a test of its own, and all are listed in [`FIXTURES`].
macro_rules! fixtures {
    ($($name:ident $file:literal)*) => {
        const FIXTURES: &[&str] = &[$($file),*];
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            replay($file).await;
        })*
    };
}

fixtures! {
    e01_probe "E-01-probe"
    e02_probe_groups "E-02-probe-groups"
    e03_match_by_email "E-03-match-by-email"
    e04_unquoted "E-04-unquoted"
    e05_create "E-05-create"
    e06_create_with_nulls "E-06-create-with-nulls"
    e07_custom_extension "E-07-custom-extension"
    e08_disable_legacy "E-08-disable-legacy"
    e09_disable_lower_string "E-09-disable-lower-string"
    e10_disable_via_add "E-10-disable-via-add"
    e11_disable_compliant "E-11-disable-compliant"
    e12_many_ops "E-12-many-ops"
    e13_flat "E-13-flat"
    e14_flat_add "E-14-flat-add"
    e15_create_on_absent "E-15-create-on-absent"
    e16_awkward_order "E-16-awkward-order"
    e17_manager "E-17-manager"
    e18_manager_array "E-18-manager-array"
    e19_manager_clear "E-19-manager-clear"
    e20_role_string_boolean "E-20-role-string-boolean"
    e21_role_json_in_string "E-21-role-json-in-string"
    e22_null_and_empty "E-22-null-and-empty"
    e23_user_name_change "E-23-user-name-change"
    e24_delete "E-24-delete"
    e31_excluded_attributes "E-31-excluded-attributes"
    e32_reference_check "E-32-reference-check"
    e33_paging "E-33-paging"
    e34_query_noise "E-34-query-noise"
}

#[test]
fn every_fixture_is_run_and_none_is_missing() {
    let mut files: Vec<String> = std::fs::read_dir(directory())
        .expect("tests/fixtures/entra")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    files.sort();
    let run: Vec<String> = FIXTURES.iter().map(|name| format!("{name}.json")).collect();
    assert_eq!(
        files, run,
        "a fixture that nobody runs, or a test without its fixture"
    );
    // E-25 to E-30 are about groups.
    for number in (1..=24).chain(31..=34) {
        let id = format!("E-{number:02}");
        let found = FIXTURES
            .iter()
            .filter(|name| name.starts_with(&format!("{id}-")))
            .count();
        assert_eq!(found, 1, "{id}");
    }
    for name in FIXTURES {
        assert!(
            name.starts_with(&load(name).name),
            "{name} carries another's name"
        );
    }
}

/// One tenant alternates: provisioning on demand ignores the compliance flag (idp.md 1.5).
#[tokio::test(flavor = "multi_thread")]
async fn both_dialects_take_turns_on_one_user() {
    const ENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let world = World::start().await;
    let id = world.created(ada()).await;
    let turns = [
        (
            json!([{"op": "Replace", "path": "displayName", "value": "Ada L"}]),
            "/displayName",
            json!("Ada L"),
        ),
        (
            json!([{"op": "replace", "value": {"name.familyName": "Lovelace", format!("{ENT}:department"): "Chat"}}]),
            "/name/familyName",
            json!("Lovelace"),
        ),
        (
            json!([{"op": "Replace", "path": "active", "value": "False"}]),
            "/active",
            json!(false),
        ),
        (
            json!([{"op": "replace", "path": "active", "value": true}]),
            "/active",
            json!(true),
        ),
        (
            json!([{"op": "Add", "path": "emails[type eq \"work\"].value", "value": "ada.l@example.com"}]),
            "/emails/0/value",
            json!("ada.l@example.com"),
        ),
        (
            json!([{"op": "replace", "value": {format!("{ENT}:manager"): "u-mary"}}]),
            "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager",
            json!({"value": "u-mary"}),
        ),
        (
            json!([{"op": "Replace", "path": format!("{ENT}:manager"), "value": ""}]),
            "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager",
            Value::Null,
        ),
        (
            json!([{"op": "replace", "path": "active", "value": false}]),
            "/active",
            json!(false),
        ),
        (
            json!([{"op": "Add", "path": "active", "value": "True"}]),
            "/active",
            json!(true),
        ),
    ];
    let mut said = Map::new();
    for (operations, pointer, wanted) in turns {
        let answer = world.patch(&id, operations.clone()).await;
        assert_eq!(answer.status, 200, "{operations}: {}", answer.body);
        said.insert(pointer.to_owned(), wanted);
        let read = world.scim("GET", &format!("/Users/{id}"), None).await;
        compare_values(&said, &read.body, &operations.to_string());
    }
    let held = world.held("ada@example.com").await.expect("Ada");
    assert_eq!(
        (
            &held["active"],
            &held["displayName"],
            &held["name"]["familyName"],
            &held["emails"][0]["value"]
        ),
        (
            &json!(true),
            &json!("Ada L"),
            &json!("Lovelace"),
            &json!("ada.l@example.com")
        )
    );
}
