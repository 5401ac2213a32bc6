//! The cycle of an Okta custom app, which sends PUT for everything (idp.md 2).

use serde_json::{Value, json};

use super::{ADA, GRACE, GROUP, Idp, Person, USER};
use crate::command::demo::scene::{Exchange, Scene, Told};

pub(super) const IDP: Idp = Idp {
    name: "Okta",
    label: "Okta",
    user_agent: Some("Okta SCIM Client 1.0.0"),
    media_type: "application/scim+json; charset=utf-8",
    connection: r#"
[tenants.acme.connections.okta]
idp = "okta"
token = "demo-token"
[[tenants.acme.connections.okta.plugins]]
use = "okta"
[tenants.acme.connections.okta.plugins.settings]
groups = [{ group = "CX Supervisors", role = "Manager", team = "Leads" }]
[[tenants.acme.connections.okta.plugins]]
use = "tenant-rules"
"#,
    settings: "group CX Supervisors: role Manager, team Leads",
    script,
};

fn script() -> Vec<Scene> {
    vec![
        Scene::new("The integration is saved: Okta asks for two users").say(Exchange::find(
            "/Users?startIndex=1&count=2",
            0,
            "nobody yet",
        )),
        Scene::new("Ada is assigned: Okta looks for her, and Jackfield asks CXone")
            .say(Exchange::find(
                "/Users?filter=userName eq \"ada@example.com\"&startIndex=1&count=100",
                0,
                "nobody",
            ))
            .told(Told::Something),
        Scene::new("Okta creates her; its password goes no further than the door")
            .say(
                Exchange::post("/Users", person(ADA, "00uADA0001"), "ada")
                    .remark("the resource, without a password"),
            )
            .provisions("ada", ADA.user_name),
        Scene::new("A marriage: Okta reads Ada and puts her back whole, with its values over")
            .say(
                Exchange::put_over(
                    "/Users/{ada}",
                    json!({
                        "name": {"givenName": "Ada", "familyName": "Lovelace"},
                        "displayName": "Ada Lovelace",
                    }),
                )
                .remark("the resource; id and meta are not Okta's to change"),
            )
            .provisions("ada", ADA.user_name),
        Scene::new("Okta puts the same again: nothing changed, so nothing is sent")
            .say(Exchange::put_over("/Users/{ada}", json!({})).remark("the resource")),
        Scene::new("Okta pushes a group: a look, a POST without members")
            .say(Exchange::find(
                "/Groups?filter=displayName eq \"CX Supervisors\"&startIndex=1&count=100",
                0,
                "none",
            ))
            .say(
                Exchange::post(
                    "/Groups",
                    json!({"schemas": [GROUP], "displayName": "CX Supervisors", "members": []}),
                    "supervisors",
                )
                .remark("the group, kept by Jackfield: CXone has none"),
            ),
        Scene::new("Then it reads the group and puts it whole: the group gives role and team")
            .say(
                Exchange::put_over(
                    "/Groups/{supervisors}",
                    json!({"members": [{"value": "{ada}", "display": "ada@example.com"}]}),
                )
                .remark("the group with its member"),
            )
            .provisions("ada", ADA.user_name)
            .note("An app from Okta's templates would send PATCH: both work."),
        Scene::new("Grace is assigned")
            .say(
                Exchange::post("/Users", person(GRACE, "00uGRACE0001"), "grace")
                    .remark("the resource"),
            )
            .provisions("grace", GRACE.user_name),
        Scene::new("Grace is unassigned: Okta puts her back with active false")
            .say(
                Exchange::put_over("/Users/{grace}", json!({"active": false}))
                    .remark("the resource, with active false"),
            )
            .deactivates(GRACE.user_name)
            .note("Okta never sends DELETE for a user."),
    ]
}

/// Somebody as Okta creates them: with `groups`, and with a random password even where password sync is off.
fn person(person: Person, id: &str) -> Value {
    json!({
        "schemas": [USER],
        "userName": person.user_name,
        "name": {"givenName": person.given, "familyName": person.family},
        "emails": person.emails(),
        "displayName": person.display_name(),
        "locale": "en-US",
        "externalId": id,
        "groups": [],
        "password": "x7Qp!not-a-secret",
        "active": true,
    })
}
