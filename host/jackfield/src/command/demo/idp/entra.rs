//! Entra's cycle, in both of its PATCH dialects (idp.md 1).

use serde_json::{Value, json};

use super::{ADA, ENTERPRISE, GRACE, GROUP, Idp, Person, USER};
use crate::command::demo::scene::{Exchange, Plugins, Scene, Told, Weather};

pub(super) const IDP: Idp = Idp {
    name: "Entra",
    label: "Entra",
    user_agent: None,
    media_type: "application/scim+json; charset=utf-8",
    connection: r#"
[tenants.acme.connections.entra]
idp = "entra"
token = "demo-token"
[[tenants.acme.connections.entra.plugins]]
use = "entra"
[tenants.acme.connections.entra.plugins.settings]
groups = [{ group = "CX Supervisors", role = "Manager", team = "Leads" }]
[[tenants.acme.connections.entra.plugins]]
use = "template-chooser"
[tenants.acme.connections.entra.plugins.settings]
rules = [{ when = { department = "Voice" }, template = "Voice agents" }]
[[tenants.acme.connections.entra.plugins]]
use = "tenant-rules"
[tenants.acme.connections.entra.plugins.settings]
allowed_domains = ["example.com"]
"#,
    settings: "department Voice: template Voice agents; group CX Supervisors: role Manager, team Leads",
    script,
};

fn script() -> Vec<Scene> {
    vec![
        Scene::new("Entra tests the connection: a user and a group that cannot exist")
            .say(Exchange::find(
                "/Users?filter=userName eq \"6b1f0c9e-3d52-4a77-9d0e-5a1c2b3d4e5f\"",
                0,
                "nobody",
            ))
            .say(Exchange::find(
                "/Groups?excludedAttributes=members&filter=displayName eq \"b7d2a410-95c3-4a0e-8f61-2f5c9d3e7a18\"",
                0,
                "none, and an answer all the same: a 404 here would put Entra into quarantine",
            )),
        Scene::new("Entra looks for Ada: Jackfield does not know her, so it asks CXone")
            .say(Exchange::find("/Users?filter=userName eq \"ada@example.com\"", 0, "nobody"))
            .told(Told::Something),
        Scene::new("Entra creates Ada: mapped, given a template, checked, created")
            .say(Exchange::post("/Users", person(ADA, "Voice"), "ada").remark("the resource, as Entra said it"))
            .provisions("ada", ADA.user_name),
        Scene::new("Entra changes her, in its default dialect: Replace, Add, a path each")
            .say(
                Exchange::patch(
                    "/Users/{ada}",
                    json!([
                        {"op": "Replace", "path": "displayName", "value": "Ada B"},
                        {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+442079460002"},
                    ]),
                )
                .remark("both changes"),
            )
            .provisions("ada", ADA.user_name),
        Scene::new("The same Entra, with aadOptscim062020: one replace, flat keys, no path")
            .say(
                Exchange::patch(
                    "/Users/{ada}",
                    json!([{"op": "replace", "value": {"displayName": "Ada Lovelace", "name.familyName": "Lovelace"}}]),
                )
                .remark("both dialects, on one user"),
            )
            .provisions("ada", ADA.user_name),
        Scene::new("Entra says the same again: nothing changed, so nothing is sent").say(
            Exchange::patch(
                "/Users/{ada}",
                json!([{"op": "Replace", "path": "displayName", "value": "Ada Lovelace"}]),
            )
            .remark("the resource"),
        ),
        Scene::new("Somebody deactivates the role Agent in CXone; then Entra creates Grace")
            .weather(Weather::AgentInactive)
            .say(Exchange::post("/Users", person(GRACE, "Care"), "grace").status(403))
            .note("So reads the administrator in Entra's provisioning log."),
        Scene::new("The role is active again, and Entra tries again by itself")
            .weather(Weather::AgentActive)
            .say(Exchange::post("/Users", person(GRACE, "Care"), "grace").remark("the resource"))
            .provisions("grace", GRACE.user_name),
        Scene::new("Entra makes a group and puts Grace into it: the group gives role and team")
            .say(Exchange::post("/Groups", group(), "supervisors").remark("the group, kept by Jackfield: CXone has none"))
            .say(
                Exchange::patch(
                    "/Groups/{supervisors}",
                    json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "{grace}"}]}]),
                )
                .status(204)
                .remark("no body, as Entra wants it"),
            )
            .provisions("grace", GRACE.user_name),
        Scene::new("CXone is down when Ada leaves; Entra gets its answer, CXone gets it later")
            .weather(Weather::Down)
            .say(
                Exchange::patch("/Users/{ada}", json!([{"op": "Replace", "path": "active", "value": "False"}]))
                    .remark("the resource, with active false"),
            )
            .plugins(Plugins::NotAsked)
            .told(Told::Whatever)
            .holds(ADA.user_name)
            .state("ada", "owed", "kept on disk, retried, first in line"),
        Scene::new("CXone is back")
            .weather(Weather::Up)
            .told(Told::Something)
            .holds(ADA.user_name)
            .state("ada", "settled", "CXone has taken it"),
        Scene::new("Thirty days later Entra purges Ada: she is gone here, and inactive in CXone")
            .say(Exchange::delete("/Users/{ada}").remark("from now on she is 404"))
            .holds(ADA.user_name),
    ]
}

/// Somebody as Entra's default mapping sends them.
fn person(person: Person, department: &str) -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": person.given.to_lowercase(),
        "userName": person.user_name,
        "active": true,
        "displayName": person.display_name(),
        "emails": person.emails(),
        "name": {"givenName": person.given, "familyName": person.family, "formatted": person.display_name()},
        "phoneNumbers": [{"type": "mobile", "value": "+442079460001"}],
        ENTERPRISE: {"department": department},
        "meta": {"resourceType": "User"},
    })
}

/// A group comes without members, and with a URN of the directory synchroniser's (idp.md 1.8).
fn group() -> Value {
    json!({
        "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
        "externalId": "6f2a1c90-7d0b-4a55-9a41-0c1d2e3f4a5b",
        "displayName": "CX Supervisors",
        "meta": {"resourceType": "Group"},
    })
}
