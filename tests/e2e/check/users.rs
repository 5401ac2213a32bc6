//! What the users of the ledger tell: fields that are lost, attributes that were handed over, removals that are held.

use jackfield::command::check::{Level, Options, Report, check};
use serde_json::{Value, json};

use super::{Stage, is, of};
use crate::world::{World, ada, engine, person};

const CONNECTION: &str = r#"
[tenants.acme.connections.entra]
idp = "entra"
mode = "live"
token = "test-token"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
[tenants.acme.connections.entra.plugins.settings]
groups = [{ group = "Leaders", role = "Manager" }]
"#;

async fn checked(world: &World, connection: &str) -> Report {
    let path = world.path("check.toml");
    let toml = format!(
        "[listen]\nscim = \"{}\"\nadmin = \"{}\"\n[ledger]\nurl = \"sqlite:{}\"\n[tenants.acme.cxone]\nbase_url = \"{}\"\n\
         access_key_id = \"simulator\"\naccess_key_secret = \"simulator-secret\"\nrate = 10000\n{connection}",
        world.app.scim,
        world.app.admin,
        world.path("jackfield.db").display(),
        world.simulator.base_url(),
    );
    std::fs::write(&path, toml).expect("a file");
    check(&path, &Options::plain(), engine())
        .await
        .expect("a report")
}

#[tokio::test]
async fn a_field_that_cxone_takes_and_loses_is_told() {
    let world = World::with(CONNECTION).await;
    world
        .settings(json!({"enabled_fields": ["middleName", "primaryRole", "team"]}))
        .await;
    world.created(ada()).await;
    let report = checked(&world, CONNECTION).await;
    assert_eq!(report.exit(), 1, "{}", report.text());
    let said: Vec<&str> = of(&report, "fields")
        .iter()
        .map(|it| it.said.as_str())
        .collect();
    assert!(
        said.contains(&"acme/entra: CXone took displayName of 1 user and does not show it"),
        "{said:#?}"
    );
}

#[tokio::test]
async fn rules_that_cannot_act_are_told_with_the_number_of_users() {
    let world = World::with(CONNECTION).await;
    let id = world.created(ada()).await;
    world.created(person("eve", "Eve", "Ray")).await;
    assert!(of(&checked(&world, CONNECTION).await, "ownership").is_empty());
    // Somebody changes the role in CXone, and the next write notices it.
    let held = world.held("ada@example.com").await.expect("ada");
    let mut changed = held.clone();
    changed["roles"] = json!([{"value": "Evaluator"}]);
    let url = format!(
        "{}/scim/v2/Users/{}",
        world.simulator.base_url(),
        held["id"].as_str().expect("an id")
    );
    let token = token(&world).await;
    let put = world
        .http
        .put(url)
        .bearer_auth(token)
        .body(changed.to_string());
    assert_eq!(crate::world::reply(put).await.status, 200);
    let group = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Leaders", "members": [{"value": id}]});
    assert_eq!(world.scim("POST", "/Groups", Some(group)).await.status, 201);
    world
        .eventually("the role is handed over", async |world| {
            !of(&checked(world, CONNECTION).await, "ownership").is_empty()
        })
        .await;
    let report = checked(&world, CONNECTION).await;
    is(
        &report,
        "ownership",
        Level::Warning,
        "acme/entra: rules set role, and do not act on 1 of 2 users",
    );
}

async fn token(world: &World) -> String {
    let url = format!(
        "{}/authentication/v1/token/access-key",
        world.simulator.base_url()
    );
    let body = json!({"accessKeyId": "simulator", "accessKeySecret": "simulator-secret"});
    let answer = crate::world::reply(world.http.post(url).body(body.to_string())).await;
    answer.body["access_token"]
        .as_str()
        .expect("a token")
        .to_owned()
}

#[tokio::test]
async fn names_that_are_nobodys_are_told() {
    let templates = "[tenants.acme.templates.leads]\nrole = \"Chief\"\nteam = \"Night\"\nsecondaryRoles = [\"Evaluator\"]\n";
    let stage = Stage::with(json!({"roles": [{"name": "Agent"}, {"name": "Evaluator", "status": "DRAFT"}],
        "teams": [{"name": "Default Team", "isDefault": true}, {"name": "Night", "status": "INACTIVE"}]}))
    .await;
    let mut stage = stage.change(
        "use = \"template-chooser\"\n",
        "use = \"template-chooser\"\nsettings = { rules = [], default = \"leaders\" }\n",
    );
    stage.toml.push_str(templates);
    let report = stage.check().await;
    let said: Vec<&str> = of(&report, "names")
        .iter()
        .map(|it| it.said.as_str())
        .collect();
    assert_eq!(
        said,
        [
            "template leads: there is no role \"Chief\"",
            "template leads: the role \"Evaluator\" is draft",
            "template leads: the team \"Night\" is inactive",
            "acme/entra, template-chooser: there is no template \"leaders\" in the configuration",
        ]
    );
}

fn key(more: Value) -> Value {
    let mut key = json!({"id": "simulator", "secret": "simulator-secret", "user": "e3b10000-0000-4000-8000-000000000001"});
    key.as_object_mut()
        .expect("a key")
        .extend(more.as_object().expect("members").clone());
    json!([key])
}

#[tokio::test]
async fn a_key_that_may_too_much_or_too_little_is_told() {
    let stage = Stage::with(json!({ "access_keys": key(json!({"role": "Administrator"})) })).await;
    is(
        &stage.check().await,
        "role",
        Level::Warning,
        "far more than provisioning needs",
    );

    let roles = json!([{"name": "Agent"}, {"name": "Provisioning", "permissions": ["Employees.Edit", "Recordings.Delete"]}]);
    let stage =
        Stage::with(json!({ "access_keys": key(json!({"role": "Provisioning"})), "roles": roles }))
            .await;
    is(
        &stage.check().await,
        "role",
        Level::Warning,
        "it allows Recordings.Delete",
    );

    let mut keys = key(
        json!({"permissions": ["employees_read", "employees_write", "roles_read", "teams_read", "access_keys_read"]}),
    );
    keys.as_array_mut()
        .expect("keys")
        .push(json!({"id": "other", "secret": "x"}));
    let stage = Stage::with(json!({ "access_keys": keys })).await;
    is(
        &stage.check().await,
        "role",
        Level::Warning,
        "it may see the access keys of others",
    );

    let stage = Stage::with(json!({"switches": {"user_hub": "forbidden"}})).await;
    let report = stage.check().await;
    is(
        &report,
        "people",
        Level::Warning,
        "twins cannot be seen: creates pass",
    );
    assert_eq!(report.exit(), 1, "{}", report.text());

    let may = [
        "employees_read",
        "employees_write",
        "roles_read",
        "teams_read",
    ];
    let stage = Stage::with(json!({ "access_keys": key(json!({"permissions": may})), "switches": {"token_form": "opaque"} })).await;
    let named = one_key(&stage.check().await);
    assert!(named.contains("e3b10000"), "{named}");
}

fn one_key(report: &Report) -> String {
    super::one(report, "key").said.clone()
}
