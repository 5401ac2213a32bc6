//! An identity provider that comes by every cycle and says what it said before: CXone is not written to, nothing that is read
//! changes, not even an ETag. For each dialect in its own wire format, with a mapper whose groups give roles, and a CXone that
//! shows phone numbers and e-mails otherwise than they were written; by CXone's SCIM and by its User Hub.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Reply, TOKEN, World, reply};

mod wire;

use wire::{Format, PEOPLE};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A client: a connection of its own name, and how it writes.
struct Client<'a> {
    world: &'a World,
    format: &'a Format,
}

/// What a client provisioned.
struct Made {
    /// By [`PEOPLE`].
    users: Vec<String>,
    /// Tier1 with the first two, Tier2 with the third.
    groups: Vec<String>,
}

impl Client<'_> {
    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let idp = self.format.idp;
        let url = format!("http://{}/acme/{idp}/scim/v2{path}", self.world.app.scim);
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.world.http.request(method, url).bearer_auth(TOKEN);
        for (name, value) in self.format.headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            if let Some(media) = self.format.media_type {
                request = request.header("content-type", media);
            }
            request = request.body(body.to_string());
        }
        reply(request).await
    }

    /// Sends what has to succeed.
    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let answer = self.send(method, path, body.clone()).await;
        assert!(
            (200..300).contains(&answer.status),
            "{method} {path} {body:?}: {}",
            answer.body
        );
        answer.body
    }

    async fn patch(&self, path: &str, operations: Value) {
        let body = json!({"schemas": [PATCH], "Operations": operations});
        self.ask("PATCH", path, Some(body)).await;
    }

    /// A write back of what was read, with the client's own values merged in.
    async fn put_merged(&self, path: &str, own: Value) {
        let mut body = self.ask("GET", path, None).await;
        let members = own.as_object().expect("an object").clone();
        body.as_object_mut().expect("a resource").extend(members);
        self.ask("PUT", path, Some(body)).await;
    }

    async fn provision(&self) -> Made {
        let mut made = Made {
            users: Vec::new(),
            groups: Vec::new(),
        };
        let id = |body: Value| body["id"].as_str().expect("an id").to_owned();
        for number in 0..PEOPLE.len() {
            let body = (self.format.user)(number);
            made.users
                .push(id(self.ask("POST", "/Users", Some(body)).await));
        }
        for (name, members) in [("Tier1", &made.users[..2]), ("Tier2", &made.users[2..])] {
            let body = (self.format.group)(name);
            let group = id(self.ask("POST", "/Groups", Some(body)).await);
            let values: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
            let add = json!([{"op": self.format.add, "path": "members", "value": values}]);
            self.patch(&format!("/Groups/{group}"), add).await;
            made.groups.push(group);
        }
        made
    }

    /// Everything as it is read, with the ETags.
    async fn seen(&self, made: &Made) -> Vec<(Value, Option<String>)> {
        let users = made.users.iter().map(|id| format!("/Users/{id}"));
        let groups = made.groups.iter().map(|id| format!("/Groups/{id}"));
        let mut seen = Vec::new();
        for path in users.chain(groups) {
            let read = self.send("GET", &path, None).await;
            assert_eq!(read.status, 200, "{path}: {}", read.body);
            assert!(read.body["meta"]["lastModified"].is_string(), "{path}");
            let tag = read.headers.get("etag");
            let tag = tag.map(|tag| tag.to_str().expect("text").to_owned());
            seen.push((read.body, tag));
        }
        seen
    }
}

/// Provisions, replays the cycle twice, and compares, whichever API of CXone is spoken.
async fn quiet<C: AsyncFn(&Client<'_>, &Made)>(format: &Format, cycle: C) {
    for api in ["scim", "user-hub"] {
        quiet_by(api, format, &cycle).await;
    }
}

async fn quiet_by<C: AsyncFn(&Client<'_>, &Made)>(api: &str, format: &Format, cycle: &C) {
    let world = World::speaking(api, &format.connection()).await;
    world
        .settings(json!({
            "teams": [{"name": "Default Team", "isDefault": true}, {"name": "Voice"}],
            "switches": {"phone_shown": "reformatted", "email_shown": "lower_case"},
        }))
        .await;
    let client = Client {
        world: &world,
        format,
    };
    let made = client.provision().await;
    let roles = |state: &Value| -> Vec<Value> {
        let users = state["users"].as_array().expect("users").iter();
        users
            .map(|user| user["roles"][0]["display"].clone())
            .collect()
    };
    world
        .eventually("the groups give their roles", async |world| {
            roles(&world.state().await) == ["Manager", "Manager", "Evaluator"]
        })
        .await;
    let (before, held) = (
        client.seen(&made).await,
        world.state().await["users"].clone(),
    );
    let writes = world.writes().await;
    for turn in ["the first", "the second"] {
        cycle(&client, &made).await;
        assert_eq!(
            world.writes().await,
            writes,
            "{api}: {turn} cycle without news"
        );
        assert_eq!(
            client.seen(&made).await,
            before,
            "{api}: {turn} cycle without news"
        );
    }
    assert_eq!(world.state().await["users"], held);

    // News of one user: this write and no other, not even one that was late.
    let path = format!("/Users/{}", made.users[1]);
    let news = json!([{"op": "replace", "path": "name.familyName", "value": "Murray"}]);
    client.patch(&path, news).await;
    let since = world.writes().await.split_off(writes.len());
    assert_eq!(since.len(), 1, "{since:#?}");
    let written = &since[0].2;
    let name = [&written["name"]["familyName"], &written["lastName"]];
    assert!(name.contains(&&json!("Murray")), "{api}: {written:#}");
    let after = client.seen(&made).await;
    for (number, (one, other)) in before.iter().zip(&after).enumerate() {
        assert_eq!(one == other, number != 1, "{number}: {other:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn entra_in_both_dialects() {
    quiet(&wire::ENTRA, async |entra, made| {
        const ENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        // The connection test, and what a restart looks up again.
        let guid = "6b1f0c9e-3d52-4a77-9d0e-5a1c2b3d4e5f";
        for path in [
            format!("/Users?filter=userName%20eq%20%22{guid}%22"),
            format!("/Groups?excludedAttributes=members&filter=displayName%20eq%20%22{guid}%22"),
            "/Groups?excludedAttributes=members&filter=displayName%20eq%20%22Tier1%22".to_owned(),
        ] {
            entra.ask("GET", &path, None).await;
        }
        for (number, id) in made.users.iter().enumerate() {
            let (name, given, family) = PEOPLE[number];
            let find = format!("/Users?filter=userName%20eq%20%22{name}%40example.com%22");
            assert_eq!(entra.ask("GET", &find, None).await["totalResults"], 1);
            let path = format!("/Users/{id}");
            let work = "emails[type eq \"work\"].value";
            let mobile = "phoneNumbers[type eq \"mobile\"].value";
            let (mail, phone) = (wire::mail(name), wire::PHONE);
            let legacy = json!([
                {"op": "Replace", "path": "active", "value": "True"},
                {"op": "Add", "path": "active", "value": "true"},
                {"op": "Replace", "path": "displayName", "value": format!("{given} {family}")},
                {"op": "Replace", "path": "name.givenName", "value": given},
                {"op": "Add", "path": work, "value": mail},
                {"op": "Replace", "path": mobile, "value": phone},
                {"op": "Add", "path": format!("{ENT}:manager"), "value": "u-grace"},
                {"op": "Replace", "path": "nickName", "value": ""},
            ]);
            let compliant = json!([
                {"op": "replace", "path": "active", "value": true},
                {"op": "replace", "value": {
                    "displayName": format!("{given} {family}"), "name.familyName": family,
                    format!("{ENT}:employeeNumber"): "1815", format!("{ENT}:manager"): "u-grace",
                }},
                {"op": "replace", "path": work, "value": mail},
                {"op": "add", "path": mobile, "value": phone},
            ]);
            // Provisioning on demand ignores the flag, so one user meets both within a minute (idp.md 1.5).
            entra.patch(&path, legacy.clone()).await;
            entra.patch(&format!("{path}?aadOptscim062020"), compliant).await;
            entra.patch(&path, legacy).await;
        }
        let [tier1, tier2] = [&made.groups[0], &made.groups[1]].map(|id| format!("/Groups/{id}"));
        let [ada, grace, joan] = [0, 1, 2].map(|number| &made.users[number]);
        let add = json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": ada}, {"$ref": null, "value": grace}]}]);
        entra.patch(&tier1, add).await;
        entra.patch(&tier1, json!([{"op": "Remove", "path": "members", "value": [{"value": joan}]}])).await;
        let flagged = format!("{tier2}?aadOptscim062020");
        entra.patch(&flagged, json!([{"op": "add", "path": "members", "value": [{"value": joan}]}])).await;
        entra.patch(&flagged, json!([{"op": "remove", "path": format!("members[value eq \"{ada}\"]")}])).await;
        entra.patch(&flagged, json!([{"op": "replace", "value": {"displayName": "Tier2"}}])).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn okta_by_put_and_by_patch() {
    quiet(&wire::OKTA, async |okta, made| {
        okta.ask("GET", "/Users?startIndex=1&count=100", None).await;
        for (number, id) in made.users.iter().enumerate() {
            let name = PEOPLE[number].0;
            let find = format!(
                "/Users?filter=userName%20eq%20%22{name}%40example.com%22&startIndex=1&count=100"
            );
            assert_eq!(okta.ask("GET", &find, None).await["totalResults"], 1);
            let path = format!("/Users/{id}");
            // A custom app: its own values over what it read, and another random password.
            let mut own = (wire::OKTA.user)(number);
            own["password"] = json!(format!("again-{name}-{}", std::process::id()));
            okta.put_merged(&path, own).await;
            // An app made from a template.
            okta.patch(&path, json!([{"op": "replace", "value": {"active": true}}]))
                .await;
            okta.patch(
                &path,
                json!([{"op": "replace", "value": {"password": "x7Qp!again"}}]),
            )
            .await;
        }
        for (number, name) in [(0, "Tier1"), (1, "Tier2")] {
            let id = &made.groups[number];
            let path = format!("/Groups/{id}");
            let members: Vec<Value> = wire::members(name)
                .map(|who| json!({"value": made.users[who], "display": wire::login(who)}))
                .collect();
            let find =
                format!("/Groups?filter=displayName%20eq%20%22{name}%22&startIndex=1&count=100");
            assert_eq!(okta.ask("GET", &find, None).await["totalResults"], 1);
            okta.put_merged(&path, json!({"displayName": name, "members": members}))
                .await;
            okta.patch(
                &path,
                json!([
                    {"op": "replace", "value": {"id": id, "displayName": name}},
                    {"op": "replace", "path": "members", "value": members},
                ]),
            )
            .await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn onelogin() {
    quiet(&wire::ONELOGIN, async |onelogin, made| {
        for (number, id) in made.users.iter().enumerate() {
            let find = format!("/Users?filter=userName+eq+%22{}%22&", wire::login(number));
            assert_eq!(onelogin.ask("GET", &find, None).await["totalResults"], 1);
            let body = (wire::ONELOGIN.user)(number);
            onelogin.ask("PUT", &format!("/Users/{id}?"), Some(body)).await;
        }
        onelogin.ask("GET", "/Groups", None).await;
        for (number, name) in [(0, "Tier1"), (1, "Tier2")] {
            for who in wire::members(name) {
                let add = json!([{"op": "add", "path": "members", "value": [{"value": made.users[who]}]}]);
                onelogin.patch(&format!("/Groups/{}?", made.groups[number]), add).await;
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn google() {
    quiet(&wire::GOOGLE, async |google, made| {
        google.ask("GET", "/Users", None).await;
        for (number, id) in made.users.iter().enumerate() {
            let (name, given, family) = PEOPLE[number];
            let find = format!("/Users?filter=userName%20eq%20%22{name}%40example.com%22&startIndex=1");
            assert_eq!(google.ask("GET", &find, None).await["totalResults"], 1);
            let path = format!("/Users/{id}");
            let body = (wire::GOOGLE.user)(number);
            google.ask("PUT", &path, Some(body)).await;
            google.patch(&path, json!([{"op": "replace", "value": {"active": true, "name": {"givenName": given, "familyName": family}}}])).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_else() {
    quiet(&wire::GENERIC, async |client, made| {
        client.ask("GET", "/ServiceProviderConfig", None).await;
        client.ask("GET", "/Groups", None).await;
        for (number, id) in made.users.iter().enumerate() {
            let (name, given, family) = PEOPLE[number];
            let body = (wire::GENERIC.user)(number);
            let again = client.send("POST", "/Users", Some(body.clone())).await;
            assert_eq!(again.status, 409, "{}", again.body);
            let find = format!("/Users?filter=username%20Eq%20%22{name}%40example.com%22");
            assert_eq!(client.ask("GET", &find, None).await["totalResults"], 1);
            let path = format!("/Users/{id}");
            client.ask("PUT", &path, Some(body)).await;
            client.put_merged(&path, json!({})).await;
            let core = "urn:ietf:params:scim:schemas:core:2.0:User";
            client.patch(&path, json!([
                {"op": "replace", "path": "name.givenName", "value": given},
                {"op": "replace", "path": format!("{core}:name.familyName"), "value": family},
                {"op": "replace", "path": "active", "value": true},
                {"op": "remove", "path": "nickName"},
            ]))
            .await;
        }
        for (number, name) in [(0, "Tier1"), (1, "Tier2")] {
            let path = format!("/Groups/{}", made.groups[number]);
            let members: Vec<Value> = wire::members(name)
                .map(|who| json!({"value": made.users[who]}))
                .collect();
            client
                .patch(
                    &path,
                    json!([{"op": "add", "path": "members", "value": members}]),
                )
                .await;
            client
                .patch(
                    &path,
                    json!([{"op": "replace", "value": json!({"displayName": name}).to_string()}]),
                )
                .await;
            client.put_merged(&path, json!({"members": members})).await;
        }
    })
    .await;
}
