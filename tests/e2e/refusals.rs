//! What a tenant's rules refuse, before CXone is told anything; what a template gives.

use serde_json::{Value, json};

use crate::cxone::{NO_AGENT, STOCK, role, roles, so_far, taken};
use crate::world::{MAPPER_ONLY, Reply, World, ada, person};

/// The three bundled plugins with settings of the mapper, the chooser and the rules, each as the inside of a TOML inline table.
fn settings(mapper: &str, chooser: &str, rules: &str) -> String {
    let mut text =
        "[tenants.acme.connections.entra]\nidp = \"entra\"\ntoken = \"test-token\"\n".to_owned();
    for (plugin, settings) in [
        ("entra", mapper),
        ("template-chooser", chooser),
        ("tenant-rules", rules),
    ] {
        text.push_str(&format!(
            "[[tenants.acme.connections.entra.plugins]]\nuse = \"{plugin}\"\nsettings = {{ {settings} }}\n"
        ));
    }
    text
}

async fn post(world: &World, body: Value) -> Reply {
    world.scim("POST", "/Users", Some(body)).await
}

/// A refusal of this status whose detail has all these parts; nothing was written to CXone and nobody was made here.
async fn refused(world: &World, body: Value, status: u16, parts: &[&str]) {
    let since = so_far(world).await;
    let name = body["userName"].as_str().expect("a name").to_owned();
    let answer = post(world, body).await;
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.body["status"], status.to_string());
    let detail = answer.body["detail"].as_str().expect("a detail");
    for part in parts {
        assert!(detail.contains(part), "{part:?} is not in: {detail}");
    }
    assert!(!detail.contains(&name), "{detail}");
    assert_eq!(taken(world, since).await, Vec::<Value>::new());
    assert!(
        world
            .writes()
            .await
            .iter()
            .all(|(_, _, told)| told["userName"] != name.as_str())
    );
    assert_eq!(
        world.scim("GET", "/Users", None).await.body["totalResults"],
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_active_agent_role_a_create_is_refused_with_the_fix_and_passes_once_it_is_back()
{
    let missing = roles(&NO_AGENT);
    let inactive = json!({"roles": [{"name": "Agent", "status": "INACTIVE"}, {"name": "Manager"}]});
    let draft = json!({"roles": [{"name": "Agent", "status": "DRAFT"}, {"name": "Manager"}]});
    for connections in [crate::world::ENTRA, MAPPER_ONLY] {
        for (without, says) in [
            (&missing, "does not exist"),
            (&inactive, "INACTIVE"),
            (&draft, "DRAFT"),
        ] {
            let world = World::with(connections).await;
            world.settings(without.clone()).await;
            refused(
                &world,
                ada(),
                403,
                &[
                    "role: ",
                    "Agent",
                    says,
                    "Rule: ",
                    "Fix: ",
                    "activate the role",
                ],
            )
            .await;
            world.settings(roles(&STOCK)).await;
            world.created(ada()).await;
            assert_eq!(role(&world, "ada@example.com").await, "Agent");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_role_needs_no_agent_role_and_must_be_active_itself() {
    let world = World::with(MAPPER_ONLY).await;
    world
        .settings(
            json!({"roles": [{"name": "Manager"}, {"name": "Evaluator", "status": "INACTIVE"}]}),
        )
        .await;
    let mut body = ada();
    body["roles"] = json!([{"primary": true, "value": "Evaluator"}]);
    refused(
        &world,
        body.clone(),
        403,
        &["role: ", "Evaluator", "INACTIVE", "Fix: activate"],
    )
    .await;
    body["roles"] = json!([{"primary": true, "value": "Manager"}]);
    world.created(body).await;
    assert_eq!(role(&world, "ada@example.com").await, "Manager");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_change_leaves_source_and_cxone_as_they_were() {
    let world = World::start().await;
    let id = world.created(ada()).await;
    let since = so_far(&world).await;
    let promoted = json!([{"op": "Replace", "path": "roles", "value": [{"primary": true, "value": "Administrator"}]},
                          {"op": "Replace", "path": "displayName", "value": "Ada King"}]);
    let answer = world.patch(&id, promoted).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert_eq!(taken(&world, since).await, Vec::<Value>::new());
    let kept = world.scim("GET", &format!("/Users/{id}"), None).await;
    assert_eq!(
        (&kept.body["displayName"], &kept.body["roles"]),
        (&json!("Ada Byron"), &Value::Null)
    );
    assert_eq!(role(&world, "ada@example.com").await, "Agent");
}

#[tokio::test(flavor = "multi_thread")]
async fn user_names_have_e_mail_form_and_an_allowed_domain() {
    let world = World::with(&settings(
        "",
        "",
        "allowed_domains = [\"example.com\", \"example.org\"]",
    ))
    .await;
    let mut body = ada();
    body["userName"] = json!("ada-byron");
    refused(
        &world,
        body.clone(),
        400,
        &[
            "userName: ",
            "no e-mail form",
            "Rule: tenant-rules",
            "user_name_form",
        ],
    )
    .await;
    body["userName"] = json!("ada@example.net");
    refused(
        &world,
        body.clone(),
        400,
        &[
            "userName: ",
            "domain",
            "Rule: tenant-rules",
            "example.com, example.org",
        ],
    )
    .await;
    body["userName"] = json!("ada@Example.ORG");
    world.created(body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_are_those_that_are_allowed_and_exist() {
    let mapper = "attributes = { team = \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department\" }";
    let world = World::with(&settings(
        mapper,
        "",
        "allowed_teams = [\"Voice\", \"Mail\"]",
    ))
    .await;
    world
        .settings(json!({"teams": [{"name": "Desk"}, {"name": "Voice"}, {"name": "Chat"}]}))
        .await;
    let department = |name: &str| {
        let mut body = ada();
        body["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["department"] =
            json!(name);
        body
    };
    refused(
        &world,
        department("Chat"),
        400,
        &["team: ", "not allowed", "Rule: tenant-rules", "Voice, Mail"],
    )
    .await;
    refused(
        &world,
        department("Mail"),
        400,
        &["team: ", "does not exist in CXone", "Fix: create the team"],
    )
    .await;
    world.created(department("Voice")).await;
    let held = world.held("ada@example.com").await.expect("Ada");
    assert_eq!(
        held["urn:ietf:params:scim:schemas:extension:nice:2.0:User"]["team"]["display"],
        "Voice"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn provisioning_makes_no_administrators() {
    let world = World::start().await;
    let mut body = ada();
    body["roles"] = json!([{"primary": true, "value": "administrator"}]);
    refused(
        &world,
        body,
        403,
        &[
            "role: ",
            "Administrator",
            "Rule: tenant-rules",
            "forbidden_roles",
        ],
    )
    .await;
    let world = World::with(&settings("", "", "forbidden_roles = [\"Agent\"]")).await;
    refused(&world, ada(), 403, &["role: ", "Agent", "forbidden_roles"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_required_is_there() {
    let world = World::with(&settings(
        "",
        "",
        "required = [\"displayName\", \"timeZone\"]",
    ))
    .await;
    let mut body = ada();
    body.as_object_mut()
        .expect("an object")
        .remove("displayName");
    refused(
        &world,
        body,
        400,
        &["displayName: ", "required", "Rule: tenant-rules", "Fix: "],
    )
    .await;
    refused(&world, ada(), 400, &["timeZone: ", "required"]).await;
    let mut body = ada();
    body["timezone"] = json!("Europe/London");
    world.created(body).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cxone_requires_is_there() {
    let world = World::with(MAPPER_ONLY).await;
    let mut body = ada();
    body["name"] = json!({"givenName": "Ada"});
    refused(&world, body, 400, &["familyName: ", "missing", "Fix: "]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_group_is_kept_and_not_made() {
    for wait in ["true", "[\"CX Agents\"]"] {
        let world = World::with(&settings("", "", &format!("defer_without_group = {wait}"))).await;
        let id = world.created(ada()).await;
        let changed = world
            .patch(
                &id,
                json!([{"op": "Replace", "path": "displayName", "value": "Ada King"}]),
            )
            .await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        let world = world.restart().await;
        let kept = world.scim("GET", &format!("/Users/{id}"), None).await;
        assert_eq!(
            (kept.status, &kept.body["displayName"]),
            (200, &json!("Ada King"))
        );
        assert_eq!(world.writes().await, []);
        let again = post(&world, ada()).await;
        assert_eq!(
            (again.status, &again.body["scimType"]),
            (409, &json!("uniqueness"))
        );
        // Nobody was made, so nobody need be deactivated.
        let gone = world
            .patch(
                &id,
                json!([{"op": "Replace", "path": "active", "value": "False"}]),
            )
            .await;
        assert_eq!((gone.status, &gone.body["active"]), (200, &json!(false)));
        assert_eq!(world.writes().await, []);
    }
}

const TEMPLATES: &str = r#"
[tenants.acme.templates."Voice"]
team = "Voice"
role = "Manager"
[tenants.acme.templates."Back office"]
role = "Evaluator"
"#;

fn chooser() -> String {
    let rules = r#"rules = [{ when = { department = "Voice" }, template = "Voice" }, { when = { department = "Lost" }, template = "Nowhere" }], default = "Back office""#;
    format!("{TEMPLATES}{}", settings("", rules, ""))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_chosen_once_and_kept() {
    let world = World::with(&chooser()).await;
    world
        .settings(json!({"teams": [{"name": "Desk"}, {"name": "Voice"}]}))
        .await;
    let id = world.created(ada()).await;
    let team = "urn:ietf:params:scim:schemas:extension:nice:2.0:User";
    let made = &world.writes().await[0];
    assert_eq!(
        (made.0.as_str(), &made.2[team]["team"]["display"]),
        ("POST", &json!("Voice"))
    );
    assert_eq!(made.2["roles"][0]["display"], "Manager");

    let moved = json!([{"op": "Replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Mail"},
                       {"op": "Replace", "path": "displayName", "value": "Ada King"}]);
    assert_eq!(world.patch(&id, moved).await.status, 200);
    let held = world.held("ada@example.com").await.expect("Ada");
    assert_eq!(
        (&held["displayName"], &held[team]["team"]["display"]),
        (&json!("Ada King"), &json!("Voice"))
    );
    assert_eq!(held["roles"][0]["display"], "Manager");

    let mut other = person("grace", "Grace", "Hopper");
    other["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["department"] =
        json!("Mail");
    world.created(other).await;
    assert_eq!(role(&world, "grace@example.com").await, "Evaluator");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_nobody_knows_is_named() {
    let world = World::with(&chooser()).await;
    let mut body = ada();
    body["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["department"] =
        json!("Lost");
    refused(
        &world,
        body,
        400,
        &["\"Nowhere\"", "template-chooser", "Back office, Voice"],
    )
    .await;
}
