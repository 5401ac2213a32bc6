//! Plays the scenes of a script and holds each against what is to come of it.

use std::time::Duration;

use bridge::user::User;
use serde_json::{Value, json};

use super::idp::Idp;
use super::page::Page;
use super::scene::{Body, Exchange, Plugins, Scene, Told, Weather};
use super::stage::{Reply, Stage};

/// How often, and how long apart, to look for what comes about by itself: half a minute in all.
const LOOKS: u32 = 300;
const BETWEEN: Duration = Duration::from_millis(100);

/// One cycle being played.
struct Play<'a> {
    idp: &'static Idp,
    stage: &'a Stage,
    page: &'a Page,
    /// The ids that answers gave, by name, in order.
    ids: Vec<(&'static str, String)>,
    /// The user names of those who are users.
    people: Vec<(&'static str, String)>,
    /// How many of the simulator's calls were shown.
    calls: usize,
}

/// Plays an identity provider's cycle. An error says what was not as it should be.
pub(super) async fn play(idp: &'static Idp, stage: &Stage, page: &Page) -> Result<(), String> {
    page.title(idp, stage);
    let mut play = Play {
        idp,
        stage,
        page,
        ids: Vec::new(),
        people: Vec::new(),
        calls: 0,
    };
    let mut number = 0;
    for scene in (idp.script)() {
        number += 1;
        page.step(number, scene.title);
        play.scene(&scene)
            .await
            .map_err(|reason| format!("step {number}: {reason}"))?;
    }
    page.step(number + 1, "What came of it");
    play.outcome().await
}

impl Play<'_> {
    async fn scene(&mut self, scene: &Scene) -> Result<(), String> {
        if let Some(weather) = scene.weather {
            self.weather(weather).await?;
        }
        let mut replies = Vec::new();
        for (at, exchange) in (1..).zip(&scene.exchanges) {
            let reply = self.say(exchange).await?;
            if at < scene.exchanges.len() {
                self.answer(exchange, &reply);
            }
            replies.push(reply);
        }
        self.stage.evaluated().await?;
        self.state(scene).await?;
        let told = self.settled_calls(scene.told).await?;
        self.plugins(scene.plugins).await;
        self.show_calls(&told);
        for user_name in &scene.holds {
            self.holds(user_name).await?;
        }
        if let (Some(exchange), Some(reply)) = (scene.exchanges.last(), replies.last()) {
            self.answer(exchange, reply);
        }
        if let Some((_, state, remark)) = scene.state {
            self.page.line("state", &format!("{state}: {remark}"));
        }
        if !scene.note.is_empty() {
            self.page.line("", scene.note);
        }
        for (exchange, reply) in scene.exchanges.iter().zip(&replies) {
            expect(exchange, reply)?;
        }
        match (scene.told, told.len()) {
            (Told::Something, 0) => Err("CXone was told nothing".to_owned()),
            (Told::Nothing, count @ 1..) => Err(format!("CXone was told {count} times")),
            _ => Ok(()),
        }
    }

    /// Somebody says something.
    async fn say(&mut self, exchange: &Exchange) -> Result<Reply, String> {
        let by = exchange.by.unwrap_or(self.idp.label);
        let path = self.named(exchange.path);
        let body = match &exchange.body {
            Body::Nothing => None,
            Body::Plain(body) => Some(self.with_ids(body)?),
            Body::Over(members) => {
                self.page.line(by, &format!("GET {path}"));
                let read = self.stage.say("GET", &path, None).await?;
                self.page
                    .line("answer", &format!("{} the resource", read.status));
                Some(over(read.body, self.with_ids(members)?))
            }
        };
        self.page.line(by, &format!("{} {path}", exchange.method));
        if let Some(body) = &body {
            self.page.line("", &spaced(&body.to_string()));
        }
        let reply = self
            .stage
            .say(exchange.method, &path, body.as_ref())
            .await?;
        let id = reply.body["id"].as_str();
        if let (Some(name), Some(id)) = (exchange.named, id) {
            self.ids.push((name, id.to_owned()));
            if let Some(user_name) = reply.body["userName"].as_str() {
                self.people.push((name, user_name.to_owned()));
            }
        }
        Ok(reply)
    }

    /// A text with ids where names in braces stand.
    fn named(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| {
            text.replace(&format!("{{{name}}}"), id)
        })
    }

    fn with_ids(&self, body: &Value) -> Result<Value, String> {
        serde_json::from_str(&self.named(&body.to_string())).map_err(|error| error.to_string())
    }

    fn answer(&self, exchange: &Exchange, reply: &Reply) {
        let detail = reply.body["detail"].as_str();
        let words = [detail, Some(exchange.remark)];
        let words: Vec<&str> = words
            .into_iter()
            .flatten()
            .filter(|words| !words.is_empty())
            .collect();
        self.page.line(
            "answer",
            format!("{} {}", reply.status, words.join("; ")).trim_end(),
        );
    }

    /// Waits until somebody is in the scene's state.
    async fn state(&self, scene: &Scene) -> Result<(), String> {
        let Some((name, wanted, _)) = scene.state else {
            return Ok(());
        };
        let mut state = String::new();
        for _ in 0..LOOKS {
            if let Some(user) = self.user(name).await {
                state = user.state.to_string();
            }
            if state == wanted {
                return Ok(());
            }
            tokio::time::sleep(BETWEEN).await;
        }
        Err(format!("{name} was to be {wanted} and is {state}"))
    }

    async fn plugins(&self, plugins: Plugins) {
        match plugins {
            Plugins::Untold => {}
            Plugins::NotAsked => self.page.line(
                "plugins",
                "none is asked: a leaver leaves whatever plugins or rules say",
            ),
            Plugins::Of(name) => {
                if let Some(event) = self.stage.last_event(&self.id(name)).await {
                    self.page.plugins(&event);
                }
            }
        }
    }

    fn id(&self, name: &str) -> String {
        self.named(&format!("{{{name}}}"))
    }

    async fn user(&self, name: &str) -> Option<User> {
        self.stage.user(&self.id(name)).await
    }

    /// The calls on users since the last time. Where some are to come, they may come a moment after the answer.
    async fn settled_calls(&mut self, told: Told) -> Result<Vec<Value>, String> {
        let mut found = Vec::new();
        for _ in 0..LOOKS {
            let state = self.stage.state().await?;
            let calls = state["calls"].as_array().cloned().unwrap_or_default();
            let new = calls.iter().skip(self.calls);
            self.calls = calls.len();
            found.extend(
                new.filter(|call| {
                    let path = call["path"].as_str().unwrap_or_default();
                    path.starts_with("/scim/")
                })
                .cloned(),
            );
            if told != Told::Something || !found.is_empty() {
                break;
            }
            tokio::time::sleep(BETWEEN).await;
        }
        Ok(found)
    }

    fn show_calls(&self, calls: &[Value]) {
        // Retries of the queue look alike: once is enough.
        let mut shown: Vec<String> = Vec::new();
        for call in calls {
            let path = call["path"]
                .as_str()
                .unwrap_or_default()
                .replace("%20", " ")
                .replace("%22", "\"")
                .replace("%40", "@");
            let method = call["method"].as_str().unwrap_or_default();
            let mut text = format!("{method} {path} -> {}", call["status"]);
            if call["body"].is_object() {
                text.push_str(&format!(" {}", spaced(&call["body"].to_string())));
            }
            if !shown.contains(&text) {
                let label = if shown.is_empty() { "CXone told" } else { "" };
                self.page.line(label, &text);
                shown.push(text);
            }
        }
        if calls.is_empty() {
            self.page.line("CXone told", "nothing");
        }
    }

    /// What CXone holds of somebody.
    async fn holds(&self, user_name: &str) -> Result<(), String> {
        let state = self.stage.state().await?;
        let users = state["users"].as_array().cloned().unwrap_or_default();
        let Some(user) = users.iter().find(|user| user["userName"] == user_name) else {
            return Err(format!("CXone holds nobody named {user_name}"));
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

    async fn weather(&self, weather: Weather) -> Result<(), String> {
        let agent = |status: &'static str| async move {
            let mut roles = self.stage.state().await?["settings"]["roles"].clone();
            let listed = roles.as_array_mut().into_iter().flatten();
            for role in listed.filter(|role| role["name"] == "Agent") {
                role["status"] = json!(status);
            }
            Ok::<Value, String>(json!({"roles": roles}))
        };
        let settings = match weather {
            Weather::AgentInactive => agent("INACTIVE").await?,
            Weather::AgentActive => agent("ACTIVE").await?,
            Weather::Down => json!({"switches": {"outage": "503"}}),
            Weather::Up => json!({"switches": {"outage": "none"}}),
        };
        self.stage.settings(settings).await
    }

    /// Everybody once more: source and target, who set what, and the groups.
    async fn outcome(&self) -> Result<(), String> {
        for (name, user_name) in &self.people {
            match self.user(name).await {
                Some(user) => {
                    let groups = self.stage.groups(&user).await;
                    self.page.side_by_side(self.idp, &user, &groups);
                }
                None => {
                    self.page.blank();
                    let gone = format!("{user_name}: deleted by {}", self.idp.name);
                    self.page.heading(&gone);
                    self.holds(user_name).await?;
                }
            }
        }
        Ok(())
    }
}

/// A resource with members put over it.
fn over(mut resource: Value, members: Value) -> Value {
    if let (Some(resource), Value::Object(members)) = (resource.as_object_mut(), members) {
        resource.extend(members);
    }
    resource
}

/// JSON with blanks where it may be wrapped.
fn spaced(json: &str) -> String {
    json.replace("\",\"", "\", \"")
        .replace(",\"", ", \"")
        .replace("},{", "}, {")
}

fn expect(exchange: &Exchange, reply: &Reply) -> Result<(), String> {
    let found = reply.body["totalResults"].as_u64();
    let finds = exchange.finds.is_none_or(|finds| found == Some(finds));
    if reply.status == exchange.status && finds {
        return Ok(());
    }
    let wanted = exchange.finds.map(|finds| format!(" with {finds} results"));
    Err(format!(
        "{} {} was to be answered {}{}; the answer was {} {}",
        exchange.method,
        exchange.path,
        exchange.status,
        wanted.unwrap_or_default(),
        reply.status,
        reply.body
    ))
}
