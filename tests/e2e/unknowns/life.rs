//! One life: the steps, what became of each, and what holds after all of them.

use std::time::Duration;

use bridge::name::{Scope, UserId};
use bridge::user::User;
use serde_json::{Value, json};

use super::person::Said;
use super::row::Row;
use crate::world::{World, reply};

mod steps;

/// The steps, in order. A match, a create and so on are of Ada; the adoption is of Grace, whom CXone's people made by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The match of somebody who is nowhere.
    Nobody,
    Create,
    Match,
    /// Names, address, number.
    Profile,
    /// All of it once more.
    Again,
    Role,
    Rename,
    Disable,
    Enable,
    Adopt,
    Delete,
    /// Under the same name.
    Recreate,
    /// Everything once more, of everybody.
    Last,
}

/// What a step comes to where nothing is different.
pub(super) const STEPS: [(Step, &str); 13] = [
    (Step::Nobody, "200 nobody"),
    (Step::Create, "201 settled"),
    (Step::Match, "200 found"),
    (Step::Profile, "200 settled"),
    (Step::Again, "200 settled"),
    (Step::Role, "200 settled"),
    (Step::Rename, "200 settled"),
    (Step::Disable, "200 settled"),
    (Step::Enable, "200 settled"),
    (Step::Adopt, "200 settled"),
    (Step::Delete, "204 settled"),
    (Step::Recreate, "201 settled"),
    (Step::Last, "200 settled"),
];

/// Whom CXone's people made by hand; the identity provider writes her name in lower case.
const GRACE: &str = "Grace@Example.com";

/// A life under way.
struct Life<'a> {
    world: World,
    api: &'static str,
    row: &'a Row,
    ada: Option<(UserId, Said)>,
    grace: Option<(UserId, Said)>,
    /// Ada's name, and the one that she takes.
    names: [String; 2],
    wrong: Vec<String>,
}

/// Lives one life in a row's position; answers what went wrong.
pub(super) async fn of(api: &'static str, row: &Row) -> Vec<String> {
    let mut world = World::speaking(api, &row.connections()).await;
    let teams = json!([{"name": "Default Team", "isDefault": true}, {"name": "Voice"}]);
    world.settings(json!({"teams": teams})).await;
    hire(
        &world,
        json!({"userName": GRACE, "firstName": "Grace", "lastName": "Hopper", "emailAddress": GRACE,
               "mobileNumber": "+442079460003", "role": "Manager"}),
    )
    .await;
    for settings in row.settings() {
        world.settings(settings).await;
    }
    if row.looks {
        world = world.restart_with(looks).await;
    }
    let mut life = Life {
        world,
        api,
        row,
        ada: None,
        grace: None,
        names: [row.name.to_owned(), format!("king.{}", row.name)],
        wrong: Vec::new(),
    };
    for (step, _) in STEPS {
        if step != Step::Recreate && step.of_ada() && life.ada.is_none() {
            continue;
        }
        life.before(step).await;
        let before = life.effects(step).await;
        let came = life.take(step).await;
        let expected = row.comes(step);
        if !matches(&came, expected) {
            life.wrong(step, &format!("expected {expected}, got {came}"));
        }
        // What is refused is asked of CXone again, and has no effect.
        let refused = came.contains("400 ") || came.contains("409 ");
        let after = life.effects(step).await;
        if before != after && !(refused && before.0 == after.0) {
            life.wrong(step, "nothing is new, and CXone was written to");
        }
        life.holds(step).await;
    }
    life.mended().await
}

/// A configuration that says where to look for CXone, and not where it is.
fn looks(toml: &str) -> String {
    let (before, rest) = toml.split_once("base_url = ").expect("a base_url");
    let (url, after) = rest.split_once('\n').expect("a line");
    format!("{before}discovery_urls = [{url}]\n{after}")
}

/// What CXone's people do by hand.
async fn hire(world: &World, people: Value) {
    let url = format!("{}/simulator/users", world.simulator.base_url());
    let answer = reply(world.http.post(url).json(&people)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Whether what a step came to is what was expected: the same, or the same status with these words in the detail.
fn matches(came: &str, expected: &str) -> bool {
    let Some((status, words)) = expected.split_once(": ") else {
        return came == expected;
    };
    came.starts_with(status) && words.split("; ").all(|words| came.contains(words))
}

impl Step {
    fn of_ada(self) -> bool {
        !matches!(self, Step::Nobody | Step::Create | Step::Adopt | Step::Last)
    }
}

fn scope() -> Scope {
    Scope {
        tenant: "acme".parse().expect("a name"),
        connection: "entra".parse().expect("a name"),
    }
}

impl Life<'_> {
    fn wrong(&mut self, step: Step, what: &str) {
        let row = self.row.title();
        self.wrong
            .push(format!("{}: {row}: {step:?}: {what}", self.api));
    }

    /// What happens in CXone before a step.
    async fn before(&self, step: Step) {
        if self.row.expires {
            self.world.switch("tokens", "all_expired_now").await;
        }
        for (at, settings) in &self.row.turns {
            if *at == step {
                let settings = serde_json::from_str(settings).expect("JSON");
                self.world.settings(settings).await;
            }
        }
        for (at, people) in &self.row.hands {
            if *at == step {
                hire(&self.world, serde_json::from_str(people).expect("JSON")).await;
            }
        }
    }

    /// Everybody in CXone, and how many writes arrived there, where a step says nothing new. Where something is owed it is tried
    /// again and again: then only its effect counts.
    async fn effects(&self, step: Step) -> (Value, usize) {
        if !matches!(step, Step::Match | Step::Again | Step::Last) {
            return (Value::Null, 0);
        }
        let users = self.world.state().await["users"].clone();
        let mut owes = false;
        for (id, _) in self.ada.iter().chain(&self.grace) {
            owes |= self.user(*id).await.is_some_and(|user| user.debt.is_some());
        }
        let writes = if owes {
            0
        } else {
            self.world.writes().await.len()
        };
        (users, writes)
    }

    async fn user(&self, id: UserId) -> Option<User> {
        let found = self.world.app.bridge.ledger().user(&scope(), id).await;
        found.expect("the ledger")
    }

    /// The user, once what they owe was tried for a second time.
    async fn tried(&self, id: UserId) -> Option<User> {
        for _ in 0..20 {
            let user = self.user(id).await;
            let debt = user.as_ref().and_then(|user| user.debt.as_ref());
            if debt.is_none_or(|debt| debt.attempts > 1) {
                return user;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.user(id).await
    }

    /// What holds after every step, whatever the position.
    async fn holds(&mut self, step: Step) {
        let state = self.world.state().await;
        let in_cxone = |names: &[&str]| -> Vec<Value> {
            let users = state["users"].as_array().into_iter().flatten();
            let named = |user: &&Value| {
                let name = user["userName"].as_str().unwrap_or_default();
                names.iter().any(|other| other.eq_ignore_ascii_case(name))
            };
            users.filter(named).cloned().collect()
        };
        let names = self.names.clone();
        let of_ada = in_cxone(&[&names[0], &names[1]]);
        let of_grace = in_cxone(&["grace@example.com"]);
        for (who, accounts) in [("Ada", &of_ada), ("Grace", &of_grace)] {
            if accounts.len() > 1 {
                self.wrong(step, &format!("{who} is in CXone {} times", accounts.len()));
            }
        }
        let everybody = state["users"].as_array().map_or(0, Vec::len);
        if everybody != of_ada.len() + of_grace.len() {
            self.wrong(step, "a stranger is in CXone");
        }
        // Deleted, or never made.
        if self.ada.is_none()
            && of_ada.iter().any(|user| user["active"] == true)
            && !self.owes().await
        {
            self.wrong(step, "who was deleted is active in CXone");
        }
        let known = [(self.ada.clone(), of_ada), (self.grace.clone(), of_grace)];
        for (person, accounts) in known {
            let Some((id, said)) = person else { continue };
            let read = self.world.scim("GET", &format!("/Users/{id}"), None).await;
            let mut what = said.lost(&read.body);
            if read.status != 200 {
                what.push(format!("a GET says {}", read.status));
            }
            if let Some(user) = self.user(id).await {
                let nobody = user.link.is_none() && said.source["active"] == false;
                if !nobody {
                    what.extend(said.unaccounted(accounts.first(), &user));
                }
            }
            for what in what {
                self.wrong(step, &what);
            }
        }
        let ready = reply(
            self.world
                .http
                .get(format!("http://{}/readyz", self.world.app.admin)),
        )
        .await;
        if ready.status != 200 {
            self.wrong(step, &format!("the service is not ready: {}", ready.body));
        }
    }

    async fn owes(&self) -> bool {
        let owed = self
            .world
            .app
            .bridge
            .ledger()
            .owed(&scope().tenant, 1)
            .await;
        !owed.expect("the ledger").is_empty()
    }

    /// Where something is owed at the end, CXone comes to be as we assume: all of it is delivered then.
    async fn mended(mut self) -> Vec<String> {
        if !self.owes().await {
            return self.wrong;
        }
        self.world.settings(self.row.mends()).await;
        let state = self.world.state().await;
        let users = state["users"].as_array().into_iter().flatten();
        // Whoever was invited has come.
        let people = users.map(|user| json!({"id": user["id"], "status": "ACTIVE"}));
        hire(&self.world, people.collect()).await;
        // A debt that rests is looked at anew once something is said.
        self.last().await;
        for _ in 0..200 {
            if !self.owes().await {
                self.holds(Step::Last).await;
                return self.wrong;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let mut why = String::new();
        for (id, _) in self.ada.iter().chain(&self.grace) {
            let user = self.user(*id).await;
            why.push_str(&user.and_then(|user| user.reason).unwrap_or_default());
        }
        self.wrong(
            Step::Last,
            &format!("what was owed is never delivered: {why}"),
        );
        self.wrong
    }
}
