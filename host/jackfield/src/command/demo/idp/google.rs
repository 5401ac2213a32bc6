//! Google's automatic provisioning: no groups, so role and team come by attributes (idp.md 4).

use serde_json::{Value, json};

use super::{ADA, ENTERPRISE, GRACE, Idp, Person, USER};
use crate::command::demo::scene::{Exchange, Scene, Told};

pub(super) const IDP: Idp = Idp {
    name: "Google",
    label: "Google",
    user_agent: Some("Google-Auto-Provisioning"),
    media_type: "application/json",
    connection: r#"
[tenants.acme.connections.google]
idp = "google"
token = "demo-token"
[[tenants.acme.connections.google.plugins]]
use = "google"
[tenants.acme.connections.google.plugins.settings.attributes]
role = { lookup = "title", table = { "Supervisor" = "Manager" }, default = "Agent" }
team = { lookup = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", table = { "Quality" = "Leads" }, default = "Voice" }
[[tenants.acme.connections.google.plugins]]
use = "tenant-rules"
"#,
    settings: "Google pushes no groups. Title Supervisor: role Manager; department Quality: team Leads",
    script,
};

fn script() -> Vec<Scene> {
    vec![
        Scene::new("Autoprovisioning is configured: Google reads the users").say(Exchange::find(
            "/Users",
            0,
            "nobody yet",
        )),
        Scene::new("Ada is in scope: Google looks for her, and Jackfield asks CXone")
            .say(Exchange::find(
                "/Users?filter=userName eq \"ada@example.com\"&startIndex=1",
                0,
                "nobody",
            ))
            .told(Told::Something),
        Scene::new("Google creates her: title and department give role and team")
            .say(
                Exchange::post("/Users", person(ADA, "Byron", "Agent", "Care"), "ada")
                    .remark("the resource; of two URNs for a user it keeps the known one"),
            )
            .provisions("ada", ADA.user_name)
            .note("Google sends title and department where the app's mapping has them."),
        Scene::new("She marries and is promoted: a PUT changes name, role and team")
            .say(
                Exchange::put(
                    "/Users/{ada}",
                    person(ADA, "Lovelace", "Supervisor", "Quality"),
                )
                .remark("the resource"),
            )
            .provisions("ada", ADA.user_name)
            .note("Whether Google updates by PUT or PATCH is not known: both work."),
        Scene::new("Google says the same again: nothing changed, so nothing is sent").say(
            Exchange::put(
                "/Users/{ada}",
                person(ADA, "Lovelace", "Supervisor", "Quality"),
            )
            .remark("the resource"),
        ),
        Scene::new("Grace is in scope")
            .say(
                Exchange::post("/Users", person(GRACE, "Hopper", "Agent", "Care"), "grace")
                    .remark("the resource"),
            )
            .provisions("grace", GRACE.user_name),
        Scene::new("Ada is suspended in Google; after the days that are set there it says so")
            .say(
                Exchange::patch(
                    "/Users/{ada}",
                    json!([{"op": "replace", "path": "active", "value": false}]),
                )
                .remark("the resource, with active false"),
            )
            .deactivates(ADA.user_name),
        Scene::new("Grace is deleted in Google, and deleting is what is set for that")
            .say(Exchange::delete("/Users/{grace}").remark("from now on she is 404"))
            .deactivates(GRACE.user_name)
            .note("In CXone she is deactivated: accounts there are never deleted."),
    ]
}

/// Somebody as Google sends them, with the 1.0 URN beside the 2.0 one.
fn person(person: Person, family: &str, title: &str, department: &str) -> Value {
    json!({
        "schemas": ["urn:scim:schemas:core:1.0", USER],
        "userName": person.user_name,
        "emails": person.emails(),
        "displayName": format!("{} {family}", person.given),
        "name": {"givenName": person.given, "familyName": family},
        "title": title,
        ENTERPRISE: {"department": department},
        "active": true,
    })
}
