//! The steps of a life, as the identity provider takes them.

use bridge::name::UserId;
use bridge::user::State;
use serde_json::{Value, json};

use super::{GRACE, Life, Step};
use crate::unknowns::person::{Said, ada, unconfirmed};
use crate::world::Reply;

impl Life<'_> {
    /// Takes a step; answers what it came to.
    pub(super) async fn take(&mut self, step: Step) -> String {
        let name = self.names[0].clone();
        let new_name = self.names[1].clone();
        match step {
            Step::Nobody => self.found(&name).await.1,
            Step::Create => self.create(&name).await,
            Step::Match => {
                let (found, came) = self.found(&name).await;
                match self.ada.as_ref().map(|(id, _)| id.to_string()) == found {
                    true => came,
                    false => format!("{came}, and it is not her: {found:?}"),
                }
            }
            Step::Profile => self.patch(profile()).await,
            Step::Again => {
                let came = self.patch(profile()).await;
                let same = self
                    .patch(json!({"active": true, "roles": role("Evaluator")}))
                    .await;
                if came == same {
                    came
                } else {
                    format!("{came}, then {same}")
                }
            }
            Step::Role => self.patch(json!({"roles": role("Manager")})).await,
            Step::Rename => self.patch(json!({"userName": new_name})).await,
            Step::Disable => self.patch(json!({"active": false})).await,
            Step::Enable => self.patch(json!({"active": true})).await,
            Step::Adopt => self.adopt().await,
            Step::Delete => self.delete().await,
            Step::Recreate => {
                let name = self.row.recreated(self.names.clone());
                self.create(&name).await
            }
            Step::Last => self.last().await,
        }
    }

    /// A look for a user name: who was found, and what it came to.
    async fn found(&self, name: &str) -> (Option<String>, String) {
        let name = name.replace('@', "%40");
        let path = format!("/Users?filter=userName%20eq%20%22{name}%22");
        let answer = self.world.scim("GET", &path, None).await;
        let found = answer.body["Resources"][0]["id"]
            .as_str()
            .map(str::to_owned);
        let came = match (answer.status, &answer.body["totalResults"]) {
            (200, total) if *total == 0 => "200 nobody".to_owned(),
            (200, total) if *total == 1 => "200 found".to_owned(),
            _ => refused(&answer),
        };
        (found, came)
    }

    async fn create(&mut self, name: &str) -> String {
        let source = ada(name, self.row.user_type);
        let mut body = source.clone();
        body["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:User"]);
        body["externalId"] = json!("ada");
        let answer = self.world.scim("POST", "/Users", Some(body)).await;
        let template = self.row.template_sets;
        let said = Said { source, template };
        let Some(id) = id(&answer) else {
            self.ada = None;
            return refused(&answer);
        };
        self.ada = Some((id, said));
        self.standing(&answer, id).await
    }

    /// A PATCH of Ada, as Entra writes one.
    async fn patch(&mut self, change: Value) -> String {
        let Some((id, said)) = self.ada.take() else {
            return "nobody to change".to_owned();
        };
        let (came, said) = self.patched(id, said, change).await;
        self.ada = Some((id, said));
        came
    }

    async fn patched(&self, id: UserId, mut said: Said, change: Value) -> (String, Said) {
        let members = change.as_object().cloned().unwrap_or_default();
        let operations: Vec<Value> = members
            .iter()
            .map(|(path, value)| json!({"op": "Replace", "path": path, "value": value}))
            .collect();
        let answer = self.world.patch(&id.to_string(), json!(operations)).await;
        if answer.status != 200 {
            return (refused(&answer), said);
        }
        for (path, value) in members {
            match path.as_str() {
                "name.givenName" => said.source["name"]["givenName"] = value,
                "name.familyName" => said.source["name"]["familyName"] = value,
                "emails[type eq \"work\"].value" => said.source["emails"][0]["value"] = value,
                "phoneNumbers[type eq \"mobile\"].value" => {
                    said.source["phoneNumbers"][0]["value"] = value;
                }
                other => said.source[other] = value,
            }
        }
        (self.standing(&answer, id).await, said)
    }

    /// Grace, whom CXone's people made: found and changed, or made where nobody is found.
    async fn adopt(&mut self) -> String {
        let source = json!({"userName": GRACE, "active": true, "name": {"givenName": "Grace", "familyName": "Hopper"}});
        let said = Said {
            source,
            template: false,
        };
        let (found, came) = self.found("grace@example.com").await;
        let Some(id) = found.and_then(|id| UserId::parse(&id)) else {
            let mut body = said.source.clone();
            body["userName"] = json!("grace@example.com");
            body["emails"] = json!([{"type": "work", "value": GRACE}]);
            let answer = self.world.scim("POST", "/Users", Some(body.clone())).await;
            let Some(id) = id(&answer) else {
                return format!("{came}, then {}", refused(&answer));
            };
            let said = Said {
                source: body,
                ..said
            };
            self.grace = Some((id, said));
            return format!("{came}, then {}", self.standing(&answer, id).await);
        };
        let change = json!({"name.familyName": "Murray", "displayName": "Grace Murray"});
        let (came, said) = self.patched(id, said, change).await;
        self.grace = Some((id, said));
        came
    }

    async fn delete(&mut self) -> String {
        let Some((id, _)) = self.ada.take() else {
            return "nobody to delete".to_owned();
        };
        let path = format!("/Users/{id}");
        let answer = self.world.scim("DELETE", &path, None).await;
        if answer.status != 204 {
            return refused(&answer);
        }
        let gone = self.world.scim("GET", &path, None).await;
        let came = self.standing(&answer, id).await;
        match gone.status {
            404 => came,
            other => format!("{came}, and a GET says {other}"),
        }
    }

    /// Everything once more, of everybody.
    pub(super) async fn last(&mut self) -> String {
        let mut came = Vec::new();
        for (id, said) in self.ada.clone().into_iter().chain(self.grace.clone()) {
            let mut change = said.source.clone();
            let members = change.as_object_mut().expect("an object");
            members.retain(|name, _| matches!(name.as_str(), "displayName" | "active" | "roles"));
            change["name.familyName"] = said.source["name"]["familyName"].clone();
            change["name.givenName"] = said.source["name"]["givenName"].clone();
            let (what, _) = self.patched(id, said, change).await;
            if !came.contains(&what) {
                came.push(what);
            }
        }
        came.join(", ")
    }

    /// A granted request, and where it left the user.
    async fn standing(&self, answer: &Reply, id: UserId) -> String {
        let Some(user) = self.tried(id).await else {
            return format!("{} and nobody remembered", answer.status);
        };
        let mut told = format!("{} {}", answer.status, user.state);
        if user.state == State::Unconfirmed {
            told = format!("{told} {}", unconfirmed(&user).join(" "));
        }
        let own = ["middleName", "displayName", "userType"];
        let left_out = user.left_out.iter().map(|attribute| attribute.as_str());
        let left_out: Vec<&str> = left_out
            .filter(|name| self.api != "user-hub" || !own.contains(name))
            .collect();
        if !left_out.is_empty() {
            told = format!("{told}, without {}", left_out.join(" "));
        }
        told
    }
}

fn role(name: &str) -> Value {
    json!([{"primary": true, "value": name}])
}

/// A marriage.
fn profile() -> Value {
    json!({
        "name.givenName": "Augusta", "name.familyName": "King", "displayName": "Augusta King",
        "emails[type eq \"work\"].value": "Countess@Example.com",
        "phoneNumbers[type eq \"mobile\"].value": "+442079460002",
    })
}

fn id(answer: &Reply) -> Option<UserId> {
    let created = answer.status == 201;
    UserId::parse(answer.body["id"].as_str()?).filter(|_| created)
}

fn refused(answer: &Reply) -> String {
    let detail = answer.body["detail"].as_str().unwrap_or_default();
    format!("{} {detail}", answer.status)
}
