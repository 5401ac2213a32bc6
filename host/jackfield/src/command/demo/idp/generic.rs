//! A client that keeps to RFC 7643 and RFC 7644: PUT replaces, PATCH changes.

use serde_json::{Value, json};

use super::{ADA, GRACE, GROUP, Idp, Person, USER};
use crate::command::demo::scene::{Exchange, Scene, Told};

pub(super) const IDP: Idp = Idp {
    name: "a SCIM client",
    label: "client",
    user_agent: None,
    media_type: "application/scim+json",
    connection: r#"
[tenants.acme.connections.generic]
idp = "generic"
token = "demo-token"
[[tenants.acme.connections.generic.plugins]]
use = "generic"
[tenants.acme.connections.generic.plugins.settings]
groups = [{ group = "CX Supervisors", role = "Manager", team = "Leads" }]
default = { role = "Agent", team = "Voice" }
[[tenants.acme.connections.generic.plugins]]
use = "tenant-rules"
"#,
    settings: "group CX Supervisors: role Manager, team Leads; everybody else: role Agent, team Voice",
    script,
};

fn script() -> Vec<Scene> {
    vec![
        Scene::new("The client reads what the service can do")
            .say(Exchange::get("/ServiceProviderConfig").remark("patch, bulk, filter, sort and etag are supported")),
        Scene::new("It looks for Ada: Jackfield does not know her, so it asks CXone")
            .say(Exchange::find("/Users?filter=userName eq \"ada@example.com\"", 0, "nobody"))
            .told(Told::Something),
        Scene::new("It creates Ada")
            .say(Exchange::post("/Users", person(ADA, "Byron"), "ada").remark("the resource"))
            .provisions("ada", ADA.user_name),
        Scene::new("It replaces her: PUT is the whole resource")
            .say(Exchange::put("/Users/{ada}", person(ADA, "King")).remark("the resource"))
            .provisions("ada", ADA.user_name),
        Scene::new("It changes her: PATCH is an operation for each change")
            .say(
                Exchange::patch(
                    "/Users/{ada}",
                    json!([
                        {"op": "replace", "path": "name.familyName", "value": "Lovelace"},
                        {"op": "replace", "path": "displayName", "value": "Ada Lovelace"},
                        {"op": "add", "path": "phoneNumbers", "value": [{"type": "mobile", "value": "+442079460001"}]},
                    ]),
                )
                .remark("the resource"),
            )
            .provisions("ada", ADA.user_name),
        Scene::new("It says the same again: nothing changed, so nothing is sent").say(
            Exchange::patch(
                "/Users/{ada}",
                json!([{"op": "replace", "path": "displayName", "value": "Ada Lovelace"}]),
            )
            .remark("the resource"),
        ),
        Scene::new("It creates Grace")
            .say(Exchange::post("/Users", person(GRACE, "Hopper"), "grace").remark("the resource"))
            .provisions("grace", GRACE.user_name),
        Scene::new("It makes a group of both: the group gives role and team")
            .say(
                Exchange::post(
                    "/Groups",
                    json!({
                        "schemas": [GROUP],
                        "displayName": "CX Supervisors",
                        "members": [{"value": "{ada}"}, {"value": "{grace}"}],
                    }),
                    "supervisors",
                )
                .remark("the group, kept by Jackfield: CXone has none"),
            )
            .provisions("ada", ADA.user_name)
            .holds(GRACE.user_name),
        Scene::new("Grace leaves the group: role and team are the default again")
            .say(
                Exchange::patch(
                    "/Groups/{supervisors}",
                    json!([{"op": "remove", "path": "members[value eq \"{grace}\"]"}]),
                )
                .remark("the group without her"),
            )
            .provisions("grace", GRACE.user_name),
        Scene::new("Ada is disabled")
            .say(
                Exchange::patch(
                    "/Users/{ada}",
                    json!([{"op": "replace", "path": "active", "value": false}]),
                )
                .remark("the resource, with active false"),
            )
            .deactivates(ADA.user_name),
        Scene::new("Grace is deleted")
            .say(Exchange::delete("/Users/{grace}").remark("from now on she is 404"))
            .deactivates(GRACE.user_name)
            .note("In CXone she is deactivated: accounts there are never deleted."),
        Scene::new("It reads her once more").say(Exchange::get("/Users/{grace}").status(404)),
    ]
}

fn person(person: Person, family: &str) -> Value {
    json!({
        "schemas": [USER],
        "userName": person.user_name,
        "name": {"givenName": person.given, "familyName": family},
        "displayName": format!("{} {family}", person.given),
        "emails": person.emails(),
        "active": true,
    })
}
