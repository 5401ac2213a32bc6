//! OneLogin's cycle: the customer's template as body, PUT, queries with `+` and dangling ends (idp.md 3).

use serde_json::{Value, json};

use super::{ADA, GRACE, GROUP, Idp, Person};
use crate::command::demo::scene::{Exchange, Scene, Told};

pub(super) const IDP: Idp = Idp {
    name: "OneLogin",
    label: "OneLogin",
    user_agent: None,
    media_type: "application/scim+json",
    connection: r#"
[tenants.acme.connections.onelogin]
idp = "onelogin"
token = "demo-token"
[[tenants.acme.connections.onelogin.plugins]]
use = "onelogin"
[tenants.acme.connections.onelogin.plugins.settings]
groups = [{ group = "CX Supervisors", role = "Manager", team = "Leads" }]
[[tenants.acme.connections.onelogin.plugins]]
use = "tenant-rules"
"#,
    settings: "group CX Supervisors: role Manager, team Leads",
    script,
};

fn script() -> Vec<Scene> {
    vec![
        Scene::new("The API connection is enabled: OneLogin makes a first call")
            .say(Exchange::get("/ServiceProviderConfig").remark("what Jackfield can do"))
            .note("Which call that is, is not known for sure: any is answered."),
        Scene::new("Ada gets the app: OneLogin looks for her, and Jackfield asks CXone")
            .say(Exchange::find(
                "/Users?filter=userName+eq+%22ada%40example.com%22&",
                0,
                "nobody: + is a space, and the & at the end means nothing",
            ))
            .told(Told::Something),
        Scene::new("OneLogin creates her: the customer's template, whatever stands in it")
            .say(
                Exchange::post("/Users", template(ADA, "Byron", "Agent"), "ada")
                    .remark("the resource: known URNs, emails as a list, empty texts unset"),
            )
            .provisions("ada", ADA.user_name),
        Scene::new("A marriage: PUT of the template; what it never carried stays as it is")
            .say(
                Exchange::put("/Users/{ada}?", template(ADA, "Lovelace", "Lead"))
                    .remark("the resource"),
            )
            .provisions("ada", ADA.user_name),
        Scene::new("OneLogin puts the same again: nothing changed, so nothing is sent").say(
            Exchange::put("/Users/{ada}?", template(ADA, "Lovelace", "Lead"))
                .remark("the resource"),
        ),
        Scene::new("Groups: an administrator makes one by hand, OneLogin reads their names")
            .say(
                Exchange::post(
                    "/Groups",
                    json!({"schemas": [GROUP], "displayName": "CX Supervisors"}),
                    "supervisors",
                )
                .by("curl")
                .remark("the group, kept by Jackfield: CXone has none"),
            )
            .say(Exchange::find(
                "/Groups",
                1,
                "the name that a rule in OneLogin can choose",
            )),
        Scene::new("A rule of OneLogin's puts Ada into it: the group gives role and team")
            .say(
                Exchange::patch(
                    "/Groups/{supervisors}?",
                    json!([{"op": "add", "path": "members", "value": [{"value": "{ada}"}]}]),
                )
                .remark("the group with its member"),
            )
            .provisions("ada", ADA.user_name),
        Scene::new("Grace gets the app")
            .say(
                Exchange::post("/Users", template(GRACE, "Hopper", "Agent"), "grace")
                    .remark("the resource"),
            )
            .provisions("grace", GRACE.user_name),
        Scene::new("Ada is suspended: the template, with a status that is a text")
            .say({
                let mut body = template(ADA, "Lovelace", "Lead");
                body["active"] = json!("false");
                Exchange::put("/Users/{ada}?", body).remark("the resource, with active false")
            })
            .deactivates(ADA.user_name),
        Scene::new("Grace loses the app, and OneLogin is set to delete then")
            .say(Exchange::delete("/Users/{grace}?").remark("from now on she is 404"))
            .deactivates(GRACE.user_name)
            .note("In CXone she is deactivated: accounts there are never deleted."),
    ]
}

/// A template as OneLogin's own documentation has it: old URNs, one object as e-mails, empty texts for what is unset.
fn template(person: Person, family: &str, title: &str) -> Value {
    json!({
        "schemas": ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"],
        "userName": person.user_name,
        "name": {"familyName": family, "givenName": person.given},
        "displayName": format!("{} {family}", person.given),
        "emails": {"value": person.user_name, "type": "work", "primary": true},
        "title": title,
        "urn:scim:schemas:extension:enterprise:2.0": {
            "department": "",
            "manager": {"managerId": "", "displayName": " "},
        },
    })
}
