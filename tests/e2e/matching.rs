//! The first day of a real tenant: most people are in CXone already, some under another user name.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::binary::jackfield;
use crate::cxone::{caught_up, role};
use crate::world::{MAPPER_ONLY, Reply, World, person, reply};

/// The same connection, only observing.
pub(crate) fn observing() -> String {
    MAPPER_ONLY.replace("idp = \"entra\"", "idp = \"entra\"\nmode = \"observe\"")
}

/// A configuration by which a command finds the world's service.
fn config(world: &World) -> PathBuf {
    let path = world.path("command.toml");
    let toml = format!(
        "[listen]\nadmin = \"{}\"\n[tenants.acme.cxone]\nbase_url = \"{}\"\naccess_key_id = \"simulator\"\n\
         access_key_secret = \"simulator-secret\"\n{MAPPER_ONLY}",
        world.app.admin,
        world.simulator.base_url(),
    );
    std::fs::write(&path, toml).expect("a file");
    path
}

/// A command against the world's service: how it ended, and what it said.
pub(crate) async fn command(world: &World, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = jackfield();
    command.args(arguments).arg("--config").arg(config(world));
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("a task")
        .expect("a process");
    let mut told = String::from_utf8(output.stdout).expect("text");
    told.push_str(&String::from_utf8(output.stderr).expect("text"));
    (output.status.code(), told)
}

/// Puts people into CXone, as its own people would.
pub(crate) async fn hire(world: &World, people: &[Value]) -> Vec<String> {
    let url = format!("{}/simulator/users", world.simulator.base_url());
    let answer = reply(world.http.post(url).json(people)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_value(answer.body["ids"].clone()).expect("ids")
}

pub(crate) fn employee(user_name: &str, address: &str, given: &str, role: &str) -> Value {
    json!({"userName": user_name, "firstName": given, "lastName": "Byron", "emailAddress": address, "role": role})
}

fn address(number: usize) -> String {
    format!("user{number}@example.com")
}

/// Whether somebody is in CXone under another name than in Entra: 15 of 600.
fn renamed(number: usize) -> bool {
    number < 600 && number.is_multiple_of(40)
}

fn given_role(number: usize) -> &'static str {
    if number.is_multiple_of(3) {
        "Manager"
    } else {
        "Agent"
    }
}

/// What Entra does about somebody in its first cycle: it looks for the user name, then links whom it found, or creates.
async fn provisioned(world: &World, number: usize) -> Reply {
    let filter = format!("/Users?filter=userName%20eq%20%22user{number}%40example.com%22");
    let found = world.scim("GET", &filter, None).await;
    assert_eq!(found.status, 200, "{}", found.body);
    let Some(id) = found.body["Resources"][0]["id"].as_str() else {
        let body = person(&format!("user{number}"), &format!("Ada{number}"), "Byron");
        return world.scim("POST", "/Users", Some(body)).await;
    };
    let link = json!([{"op": "Add", "path": "externalId", "value": format!("user{number}")}]);
    world.patch(id, link).await
}

#[tokio::test(flavor = "multi_thread")]
async fn six_hundred_people_in_cxone_and_620_in_entra_become_620() {
    let world = World::with(&observing()).await;
    let people: Vec<Value> = (0..600)
        .map(|number| {
            let name = match renamed(number) {
                true => format!("old.{}", address(number)),
                false => address(number),
            };
            let given = format!("Ada{number}");
            employee(&name, &address(number), &given, given_role(number))
        })
        .collect();
    hire(&world, &people).await;
    for number in 0..620 {
        let said = provisioned(&world, number).await;
        assert!((200..300).contains(&said.status), "{}", said.body);
    }
    assert_eq!(world.writes().await, [], "CXone is only read");

    let (code, told) = command(&world, &["match", "acme", "entra"]).await;
    assert_eq!(code, Some(0), "{told}");
    for says in [
        "CXone has 600 users",
        "585 have the same user name in CXone: they find each other when the connection goes live",
        "15 are certain, and proposed",
        "user40@example.com = old.user40@example.com, Ada40 Byron, ACTIVE, id ",
        "20 are nobody in CXone",
        "0 users of CXone are nobody here",
        "jackfield match acme entra --accept ",
    ] {
        assert!(told.contains(says), "{says}\n{told}");
    }
    let digest = told.split("--accept ").nth(1).expect("a digest");
    let digest = digest.lines().next().expect("a line").to_owned();
    let accept = |digest| ["match", "acme", "entra", "--accept", digest];
    let (code, told) = command(&world, &accept("0123456789ab")).await;
    assert_eq!(code, Some(1), "{told}");
    for says in [
        "15 are certain, and proposed",
        &format!("--accept {digest}"),
        "nobody was linked: what is proposed has changed",
    ] {
        assert!(told.contains(says), "{says}\n{told}");
    }
    let (code, told) = command(&world, &accept(&digest)).await;
    assert!(
        code == Some(0) && told.ends_with("15 linked, 0 not\n"),
        "{told}"
    );
    let (code, told) = command(&world, &["match", "acme", "entra", "--json"]).await;
    let found: Value = serde_json::from_str(&told).expect("JSON");
    let of = |by: &str| {
        let certain = found["found"]["certain"].as_array().expect("pairs").iter();
        certain.filter(|pair| pair["by"] == by).count()
    };
    assert_eq!(
        (code, of("user-name"), of("email"), of("link")),
        (Some(0), 585, 0, 15)
    );
    let (_, told) = command(&world, &["retry", "acme"]).await;
    assert!(
        told.contains("acme/entra only observes: the changes of 620 users are held"),
        "{told}"
    );
    assert_eq!(world.writes().await, []);

    let world = world
        .restart_with(|toml| toml.replace("mode = \"observe\"\n", ""))
        .await;
    world
        .eventually("620 people are in CXone", async |world| {
            world.state().await["users"]
                .as_array()
                .expect("users")
                .len()
                == 620
        })
        .await;
    caught_up(&world).await;
    let state = world.state().await;
    let users = state["users"].as_array().expect("users");
    assert_eq!(users.len(), 620);
    for user in users {
        let name = user["userName"].as_str().expect("a name");
        let number = name
            .strip_prefix("user")
            .and_then(|rest| rest.split('@').next());
        let number: usize = number.and_then(|it| it.parse().ok()).expect("Entra's name");
        let expected = if number < 600 {
            given_role(number)
        } else {
            "Agent"
        };
        assert_eq!(user["roles"][0]["display"], expected, "{name}");
        assert_eq!(user["active"], true, "{name}");
    }
    let ready = reply(world.http.get(format!("http://{}/readyz", world.app.admin))).await;
    let entra = &ready.body["connections"]["acme/entra"];
    assert_eq!(
        (
            &entra["mode"],
            &entra["held_by_observe"],
            &entra["owed"],
            &entra["refused"]
        ),
        (&json!("live"), &json!(0), &json!(0), &json!(0)),
        "{}",
        ready.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_create_is_linked_by_a_persons_word() {
    let world = World::with(MAPPER_ONLY).await;
    let people = [
        employee(
            "a.byron@example.com",
            "office@example.com",
            "Ada",
            "Manager",
        ),
        employee("b.byron@example.com", "office@example.com", "Bob", "Agent"),
    ];
    let ids = hire(&world, &people).await;
    let mut ada = person("ada", "Ada", "Byron");
    ada["emails"][0]["value"] = json!("office@example.com");
    let refused = world.scim("POST", "/Users", Some(ada)).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    let (code, told) = command(&world, &["match", "acme", "entra"]).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(
        !told.contains("--accept") && told.contains("1 need a person to decide"),
        "nothing is linked by an address: {told}"
    );
    assert!(
        told.contains("ada@example.com (create refused): several people"),
        "{told}"
    );

    let wrong = "ada@example.com=nobody";
    let (code, told) = command(&world, &["match", "acme", "entra", "--pair", wrong]).await;
    assert!(
        code == Some(1) && told.contains("0 linked, 1 not"),
        "{told}"
    );
    let right = format!("ada@example.com={}", ids[0]);
    let (code, told) = command(&world, &["match", "acme", "entra", "--pair", &right]).await;
    assert!(code == Some(0) && told.contains(": settled"), "{told}");
    assert_eq!(role(&world, "ada@example.com").await, "Manager");
    assert_eq!(world.held("a.byron@example.com").await, None);
    let filter = "/Users?filter=userName%20eq%20%22ada%40example.com%22";
    let found = world.scim("GET", filter, None).await;
    assert_eq!(found.body["totalResults"], 1, "{}", found.body);
    let (code, told) = command(&world, &["match", "acme", "okta"]).await;
    assert!(
        code == Some(1) && told.contains("no connection acme/okta"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_is_for_a_page_in_a_browser() {
    let world = World::with(MAPPER_ONLY).await;
    let json = "application/json";
    for path in ["plan", "explain", "match", "retries", "retry"] {
        let url = format!("http://{}/admin/{path}", world.app.admin);
        let body = json!({"tenant": "acme", "connection": "entra", "user": "ada@example.com", "all": true});
        let post = || world.http.post(&url).body(body.to_string());
        for request in [
            post().header("content-type", json).header("origin", "null"),
            post().header("content-type", "text/plain"),
            post(),
        ] {
            assert_eq!(reply(request).await.status, 403, "{path}");
        }
        assert_eq!(reply(world.http.get(&url)).await.status, 405, "{path}");
        let done = reply(post().header("content-type", json)).await;
        assert_eq!(done.status, 200, "{path}: {}", done.body);
    }
}
