//! Requests that are wrong, hostile or somebody else's. Each is answered by a SCIM error that says what is wrong; CXone hears
//! nothing of it, and nobody's data changes.

use serde_json::{Value, json};

use crate::wire::{ask, refused};
use crate::world::{Reply, World, ada};

mod addresses;
mod bodies;
mod callers;
mod framing;
mod texts;

const ENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const JSON: &[(&str, &str)] = &[("content-type", "application/scim+json")];

/// A world with Ada in it, and how things were.
struct Scene {
    world: World,
    id: String,
    user: Value,
    calls: usize,
}

impl Scene {
    async fn set() -> Self {
        let world = World::start().await;
        let id = world.created(ada()).await;
        let user = world.scim("GET", &format!("/Users/{id}"), None).await.body;
        let calls = world.told().await.len();
        Self {
            world,
            id,
            user,
            calls,
        }
    }

    fn path(&self) -> String {
        format!("/Users/{}", self.id)
    }

    /// Nothing reached CXone's users, nobody was made, and Ada reads as before.
    async fn unharmed(&self, what: &str) {
        let told = self.world.told().await;
        assert_eq!(
            told.len(),
            self.calls,
            "{what}: CXone heard {:?}",
            told.last()
        );
        let read = self.world.scim("GET", &self.path(), None).await;
        assert_eq!(read.body, self.user, "{what}: Ada changed");
        let all = self.world.scim("GET", "/Users", None).await;
        assert_eq!(all.body["totalResults"], 1, "{what}: somebody was made");
    }

    /// Sends one body in every way that takes one; each answer is a 400 of this scimType.
    async fn refuse_everywhere(&self, body: &[u8], scim_type: &str, what: &str) {
        for (method, path) in [
            ("POST", "/Users".to_owned()),
            ("PUT", self.path()),
            ("PATCH", self.path()),
        ] {
            refused(
                &ask(&self.world, method, &path, JSON, body).await,
                400,
                scim_type,
                &format!("{method} {what}"),
            );
        }
        self.unharmed(what).await;
    }

    async fn post(&self, body: Value) -> Reply {
        self.world.scim("POST", "/Users", Some(body)).await
    }
}

fn grace() -> Value {
    let mut body = ada();
    (body["userName"], body["externalId"]) = (json!("grace@example.com"), json!("grace"));
    body["emails"] = json!([{"type": "work", "value": "grace@example.com"}]);
    body
}
