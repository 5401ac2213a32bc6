//! The requests of `tests/fixtures`, replayed over real HTTP: what CXone was told, and what the identity provider reads back.
//!
//! How they are written is in [`form`], how they are replayed in [`replay`](replay::replay).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::world::{World, ada, person};

mod form;
mod replay;

use form::{Client, Fixture, directory, load};
use replay::compare_values;

/// Every fixture is a test of its own, and all are listed in [`FIXTURES`].
macro_rules! fixtures {
    ($($folder:ident { $($name:ident $file:literal)* })*) => {
        const FIXTURES: &[(&str, &[&str])] = &[$((stringify!($folder), &[$($file),*])),*];
        $(mod $folder {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::replay::replay(stringify!($folder), $file).await;
            })*
        })*
    };
}

fixtures! {
    entra {
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
        e25_group_create "E-25-group-create"
        e26_members_added "E-26-members-added"
        e27_member_removed_by_value "E-27-member-removed-by-value"
        e28_member_removed_by_filter "E-28-member-removed-by-filter"
        e29_group_renamed "E-29-group-renamed"
        e30_group_external_id "E-30-group-external-id"
        e31_excluded_attributes "E-31-excluded-attributes"
        e32_reference_check "E-32-reference-check"
        e33_paging "E-33-paging"
        e34_query_noise "E-34-query-noise"
        e38_group_gives_role_and_team "E-38-group-gives-role-and-team"
        e39_group_outlives_leave "E-39-group-outlives-leave"
    }
    okta {
        o01_list "O-01-list"
        o02_match "O-02-match"
        o03_create "O-03-create"
        o04_put_merged "O-04-put-merged"
        o05_put_disable "O-05-put-disable"
        o06_patch_disable "O-06-patch-disable"
        o07_patch_enable "O-07-patch-enable"
        o08_password "O-08-password"
        o09_group_create "O-09-group-create"
        o10_group_put "O-10-group-put"
        o11_group_rename "O-11-group-rename"
        o12_remove_and_add "O-12-remove-and-add"
        o13_replace_members "O-13-replace-members"
        o14_replace_with_none "O-14-replace-with-none"
        o15_none_without_path "O-15-none-without-path"
        o16_unknown_member "O-16-unknown-member"
        o17_import "O-17-import"
        o18_group_delete "O-18-group-delete"
        o19_cxone_out "O-19-cxone-out"
        o20_too_many "O-20-too-many"
        o21_put_gives_role_and_team "O-21-put-gives-role-and-team"
        o22_patch_moves_role_and_team "O-22-patch-moves-role-and-team"
    }
    onelogin {
        l01_match "L-01-match"
        l02_put_pseudo_urns "L-02-put-pseudo-urns"
        l03_put_old_urns "L-03-put-old-urns"
        l04_active_text "L-04-active-text"
        l05_member_added "L-05-member-added"
        l06_groups "L-06-groups"
        l07_media_types "L-07-media-types"
        l08_group_gives_role_and_team "L-08-group-gives-role-and-team"
    }
    google {
        g01_list "G-01-list"
        g02_match "G-02-match"
        g03_create "G-03-create"
        g04_update "G-04-update"
        g05_group_gives_role_and_team "G-05-group-gives-role-and-team"
    }
    jumpcloud {
        j01_activation "J-01-activation"
        j02_member_twice "J-02-member-twice"
        j03_three_operations "J-03-three-operations"
        j04_member_by_value "J-04-member-by-value"
        j05_member_removed "J-05-member-removed"
        j06_group_gives_role_and_team "J-06-group-gives-role-and-team"
    }
    ping {
        p01_match "P-01-match"
        p02_core_urn_path "P-02-core-urn-path"
        p03_all_groups "P-03-all-groups"
        p04_group_gives_role_and_team "P-04-group-gives-role-and-team"
    }
    rippling {
        r01_discovery "R-01-discovery"
        r02_create_twice "R-02-create-twice"
        r03_group_gives_role_and_team "R-03-group-gives-role-and-team"
    }
    keycloak {
        k01_json_in_string "K-01-json-in-string"
        k02_group_gives_role_and_team "K-02-group-gives-role-and-team"
    }
}

/// The requests of the two big providers, with User Hub behind: they must not notice.
#[tokio::test(flavor = "multi_thread")]
async fn entra_and_okta_do_not_notice_which_api_is_spoken() {
    let both = FIXTURES
        .iter()
        .filter(|(folder, _)| ["entra", "okta"].contains(folder));
    for (folder, files) in both {
        for file in *files {
            replay::replay_by("user-hub", folder, file).await;
        }
    }
}

#[test]
fn every_fixture_is_run_and_none_is_missing() {
    for (folder, run) in FIXTURES {
        let entries = std::fs::read_dir(directory(folder)).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let files: BTreeSet<String> = names
            .map(|name| name.into_string().expect("a name"))
            .collect();
        let run_files = run.iter().chain(&["client"]);
        assert_eq!(
            files,
            run_files.map(|name| format!("{name}.json")).collect(),
            "a fixture that nobody runs, or a test without its fixture"
        );
        for name in *run {
            let id = load::<Fixture>(folder, name).name;
            assert!(
                name.starts_with(&format!("{id}-")),
                "{name} carries another's name"
            );
        }
    }
}

/// The requests that docs/idp.md lists, section 7, in a table of three columns: each is a fixture, or told elsewhere.
#[test]
fn the_table_of_requests_and_the_fixtures_are_the_same() {
    let page = directory("../../docs").join("idp.md");
    let page = std::fs::read_to_string(page).expect("docs/idp.md");
    let section = page.split("\n## ").find(|part| part.starts_with("7. "));
    let listed: BTreeSet<String> = section
        .expect("section 7")
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next())
        .filter(|id| id.as_bytes().get(1) == Some(&b'-'))
        .map(str::to_owned)
        .collect();
    let mut here: BTreeSet<String> = FIXTURES
        .iter()
        .flat_map(|(_, run)| run.iter().map(|name| name[..4].to_owned()))
        .collect();
    // These are about how Entra identifies itself.
    here.extend(["E-35", "E-36", "E-37"].map(str::to_owned));
    assert_eq!(listed, here);
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

/// Two identity providers of one tenant may both have a Tier1, and neither sees the other's groups or users.
#[tokio::test(flavor = "multi_thread")]
async fn groups_of_two_connections_do_not_meet() {
    const SCOPES: [&str; 2] = ["acme/entra", "acme/okta"];
    let connection = |name| load::<Client>(name, "client").connection(name, &Map::new());
    let world = World::with(&format!("{}{}", connection("entra"), connection("okta"))).await;
    let mut users = Vec::new();
    let mut groups = Vec::new();
    for (scope, who) in SCOPES.into_iter().zip(["ada", "grace"]) {
        let body = Some(person(who, who, "Example"));
        let made = world.connection(scope, "POST", "/Users", body).await;
        users.push(made.body["id"].as_str().expect("an id").to_owned());
        let schema = "urn:ietf:params:scim:schemas:core:2.0:Group";
        // Everybody known so far, of whichever connection.
        let members: Vec<Value> = users.iter().map(|id| json!({"value": id})).collect();
        let body = json!({"schemas": [schema], "displayName": "Tier1", "members": members});
        let made = world.connection(scope, "POST", "/Groups", Some(body)).await;
        assert_eq!(made.status, 201, "{scope}: {}", made.body);
        let own = users.last().expect("one");
        let pointer = |pointer: &str| made.body.pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(
            (pointer("/members/0/value"), pointer("/members/1")),
            (json!(own), Value::Null),
            "{scope}: a member of its own"
        );
        groups.push(made.body["id"].as_str().expect("an id").to_owned());
    }
    for (place, scope) in SCOPES.into_iter().enumerate() {
        let list = world.connection(scope, "GET", "/Groups", None).await;
        assert_eq!(
            (&list.body["totalResults"], &list.body["Resources"][0]["id"]),
            (&json!(1), &json!(groups[place])),
            "{scope}"
        );
        let other = format!("/Groups/{}", groups[1 - place]);
        for method in ["GET", "DELETE"] {
            let answer = world.connection(scope, method, &other, None).await;
            assert_eq!(answer.status, 404, "{scope} {method}: {}", answer.body);
        }
        let user = format!("/Users/{}", users[place]);
        let user = world.connection(scope, "GET", &user, None).await;
        assert_eq!(
            (&user.body["groups"][0]["value"], &user.body["groups"][1]),
            (&json!(groups[place]), &Value::Null),
            "{scope}"
        );
    }
}
