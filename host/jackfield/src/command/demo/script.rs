//! Entra's provisioning cycle, in Entra's wire format (idp.md, section 1).

use std::time::Duration;

use bridge::event::EventKind;
use serde_json::{Value, json};

use super::page::Page;
use super::stage::{Reply, Stage};

const PROBE: &str = "6b1f0c9e-3d52-4a77-9d0e-5a1c2b3d4e5f";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// One cycle being played.
struct Play<'a> {
    stage: &'a Stage,
    page: &'a Page,
    steps: usize,
    /// How many of the simulator's calls were shown.
    calls: usize,
}

/// Plays Entra's cycle. An error says what was not as it should be.
pub(super) async fn entra(stage: &Stage, page: &Page) -> Result<(), String> {
    page.title(stage);
    let mut play = Play {
        stage,
        page,
        steps: 0,
        calls: 0,
    };
    play.probe().await?;
    play.look("ada").await?;
    let ada = play.create().await?;
    play.legacy_patch(&ada).await?;
    play.compliant_patch(&ada).await?;
    play.nothing_new(&ada).await?;
    play.refused().await?;
    play.leaver(&ada).await
}

impl Play<'_> {
    fn step(&mut self, title: &str) {
        self.steps += 1;
        self.page.step(self.steps, title);
    }

    async fn probe(&mut self) -> Result<(), String> {
        self.step("Entra tests the connection: somebody who cannot exist");
        let reply = self
            .say(
                "GET",
                &format!("/Users?filter=userName eq \"{PROBE}\""),
                None,
            )
            .await?;
        self.told().await?;
        self.answer(
            &reply,
            "nobody, and an answer all the same: a 404 here would put Entra into quarantine",
        );
        expect(
            reply.status == 200 && reply.body["totalResults"] == 0,
            "the probe is answered with an empty list",
            &reply,
        )
    }

    async fn look(&mut self, name: &str) -> Result<(), String> {
        self.step("Entra looks for Ada: Jackfield does not know her, so it asks CXone");
        let reply = self
            .say(
                "GET",
                &format!("/Users?filter=userName eq \"{name}@example.com\""),
                None,
            )
            .await?;
        self.told().await?;
        self.answer(&reply, "nobody");
        expect(
            reply.status == 200 && reply.body["totalResults"] == 0,
            "nobody is found",
            &reply,
        )
    }

    async fn create(&mut self) -> Result<String, String> {
        self.step("Entra creates Ada: mapped, given a template, checked, created");
        let reply = self
            .say("POST", "/Users", Some(&person("ada", "Ada", "Byron")))
            .await?;
        let id = reply.body["id"].as_str().unwrap_or_default().to_owned();
        self.plugins(&id).await;
        self.told().await?;
        self.holds("ada@example.com").await?;
        self.answer(&reply, "the resource, as Entra said it");
        expect(reply.status == 201, "Ada is created", &reply)?;
        if let Some(user) = self.stage.user(&id).await {
            self.page.side_by_side(&user);
        }
        Ok(id)
    }

    async fn legacy_patch(&mut self, id: &str) -> Result<(), String> {
        self.step("Entra changes her, in its default dialect: Replace, Add, a path each");
        let operations = json!([
            {"op": "Replace", "path": "displayName", "value": "Ada B"},
            {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+442079460002"},
        ]);
        self.changes(id, operations, "both changes").await
    }

    async fn compliant_patch(&mut self, id: &str) -> Result<(), String> {
        self.step("The same Entra, with aadOptscim062020: one replace, flat keys, no path");
        let operations = json!([{"op": "replace", "value": {"displayName": "Ada Lovelace", "name.familyName": "Lovelace"}}]);
        self.changes(id, operations, "both dialects, on one user")
            .await
    }

    async fn changes(&mut self, id: &str, operations: Value, remark: &str) -> Result<(), String> {
        let reply = self.patch(id, operations).await?;
        self.plugins(id).await;
        let told = self.told().await?;
        self.holds("ada@example.com").await?;
        self.answer(&reply, remark);
        expect(reply.status == 200 && told > 0, "CXone is told", &reply)
    }

    async fn nothing_new(&mut self, id: &str) -> Result<(), String> {
        self.step("Entra says the same again: nothing changed, so nothing is sent");
        let reply = self
            .patch(
                id,
                json!([{"op": "Replace", "path": "displayName", "value": "Ada Lovelace"}]),
            )
            .await?;
        let told = self.told().await?;
        self.answer(&reply, "the resource");
        expect(reply.status == 200 && told == 0, "nothing is sent", &reply)
    }

    async fn refused(&mut self) -> Result<(), String> {
        self.step("Somebody deactivates the role Agent in CXone; then Entra creates Grace");
        let roles = self.stage.state().await?["settings"]["roles"].clone();
        let mut without = roles.clone();
        for role in without
            .as_array_mut()
            .into_iter()
            .flatten()
            .filter(|role| role["name"] == "Agent")
        {
            role["status"] = json!("INACTIVE");
        }
        self.stage.settings(json!({"roles": without})).await?;
        let grace = person("grace", "Grace", "Hopper");
        let reply = self.say("POST", "/Users", Some(&grace)).await?;
        let told = self.told().await?;
        self.answer(&reply, reply.body["detail"].as_str().unwrap_or_default());
        self.page.line(
            "",
            "So reads the administrator in Entra's provisioning log.",
        );
        expect(
            (400..500).contains(&reply.status) && told == 0,
            "the rule refuses and CXone is told nothing",
            &reply,
        )?;

        self.step("The role is active again, and Entra tries again by itself");
        self.stage.settings(json!({"roles": roles})).await?;
        let reply = self.say("POST", "/Users", Some(&grace)).await?;
        let id = reply.body["id"].as_str().unwrap_or_default().to_owned();
        self.plugins(&id).await;
        self.told().await?;
        self.holds("grace@example.com").await?;
        self.answer(&reply, "the resource");
        expect(reply.status == 201, "Grace is created", &reply)
    }

    async fn leaver(&mut self, id: &str) -> Result<(), String> {
        self.step("CXone is down when Ada leaves; Entra gets its answer, CXone gets it later");
        self.stage
            .settings(json!({"switches": {"outage": "503"}}))
            .await?;
        let reply = self
            .patch(
                id,
                json!([{"op": "Replace", "path": "active", "value": "False"}]),
            )
            .await?;
        self.page.line(
            "plugins",
            "none is asked: a leaver leaves whatever plugins or rules say",
        );
        self.told().await?;
        self.holds("ada@example.com").await?;
        let state = self
            .stage
            .user(id)
            .await
            .map(|user| user.state.to_string())
            .unwrap_or_default();
        self.answer(
            &reply,
            &format!(
                "active false; towards CXone she is {state}: kept on disk, retried, first in line"
            ),
        );
        expect(
            reply.status == 200 && state == "owed",
            "the deactivation is owed",
            &reply,
        )?;

        self.step("CXone is back");
        self.stage
            .settings(json!({"switches": {"outage": "none"}}))
            .await?;
        for _ in 0..300 {
            let caught_up = self
                .stage
                .user(id)
                .await
                .is_some_and(|user| user.debt.is_none());
            let event = self
                .stage
                .last_event(Some(id))
                .await
                .is_some_and(|event| event.kind == EventKind::CaughtUp);
            if caught_up && event {
                self.told().await?;
                self.holds("ada@example.com").await?;
                self.page.line("state", "settled");
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("the deactivation was not caught up within 30 s".to_owned())
    }

    async fn patch(&self, id: &str, operations: Value) -> Result<Reply, String> {
        let body = json!({"schemas": [PATCH_OP], "Operations": operations});
        self.say("PATCH", &format!("/Users/{id}"), Some(&body))
            .await
    }

    /// Entra says something.
    async fn say(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Reply, String> {
        self.page.line("Entra", &format!("{method} {path}"));
        if let Some(body) = body {
            self.page.line(
                "",
                &body
                    .to_string()
                    .replace("\",\"", "\", \"")
                    .replace(",\"", ", \"")
                    .replace("},{", "}, {"),
            );
        }
        self.stage.entra(method, path, body).await
    }

    async fn plugins(&self, id: &str) {
        if let Some(event) = self.stage.last_event(Some(id)).await {
            self.page.plugins(&event);
        }
    }

    /// What CXone was told since the last time; answers how many calls on users that were.
    async fn told(&mut self) -> Result<usize, String> {
        let state = self.stage.state().await?;
        let calls = state["calls"].as_array().cloned().unwrap_or_default();
        let new: Vec<&Value> = calls.iter().skip(self.calls).collect();
        self.calls = calls.len();
        let about_users: Vec<&&Value> = new
            .iter()
            .filter(|call| {
                call["path"]
                    .as_str()
                    .is_some_and(|path| path.starts_with("/scim/"))
            })
            .collect();
        // Retries of the queue look alike: once is enough.
        let mut shown: Vec<String> = Vec::new();
        for call in &about_users {
            let path = call["path"]
                .as_str()
                .unwrap_or_default()
                .replace("%20", " ")
                .replace("%22", "\"")
                .replace("%40", "@");
            let mut text = format!(
                "{} {path} -> {}",
                call["method"].as_str().unwrap_or_default(),
                call["status"]
            );
            if let Some(body) = call["body"].as_object() {
                text.push_str(&format!(
                    " {}",
                    Value::Object(body.clone())
                        .to_string()
                        .replace(",\"", ", \"")
                ));
            }
            if !shown.contains(&text) {
                self.page
                    .line(if shown.is_empty() { "CXone told" } else { "" }, &text);
                shown.push(text);
            }
        }
        if about_users.is_empty() {
            self.page.line("CXone told", "nothing");
        }
        Ok(about_users.len())
    }

    /// What CXone holds of somebody.
    async fn holds(&self, user_name: &str) -> Result<(), String> {
        let state = self.stage.state().await?;
        let users = state["users"].as_array().cloned().unwrap_or_default();
        let Some(user) = users.iter().find(|user| user["userName"] == user_name) else {
            self.page.line("CXone holds", "nobody of this name");
            return Ok(());
        };
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let active = if user["active"] == true {
            "active"
        } else {
            "inactive"
        };
        let extension = &user["urn:ietf:params:scim:schemas:extension:nice:2.0:User"];
        let text = format!(
            "{user_name}, \"{}\", mobile {}, role {}, team {}, {active}",
            word(&user["displayName"]),
            word(&user["phoneNumbers"][0]["value"]),
            word(&user["roles"][0]["display"]),
            word(&extension["team"]["display"]),
        );
        self.page.line("CXone holds", &text);
        Ok(())
    }

    fn answer(&self, reply: &Reply, remark: &str) {
        self.page
            .line("answer", &format!("{} {remark}", reply.status));
    }
}

fn expect(holds: bool, what: &str, reply: &Reply) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(format!(
            "expected that {what}; the answer was {} {}",
            reply.status, reply.body
        ))
    }
}

/// Somebody as Entra's default mapping sends them.
fn person(name: &str, given: &str, family: &str) -> Value {
    let address = format!("{name}@example.com");
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "externalId": name,
        "userName": address,
        "active": true,
        "displayName": format!("{given} {family}"),
        "emails": [{"primary": true, "type": "work", "value": address}],
        "name": {"givenName": given, "familyName": family, "formatted": format!("{given} {family}")},
        "phoneNumbers": [{"type": "mobile", "value": "+442079460001"}],
        ENTERPRISE: {"department": "Voice"},
        "meta": {"resourceType": "User"},
    })
}
