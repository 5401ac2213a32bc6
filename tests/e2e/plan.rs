//! What going live would do is read before anybody goes live; and whoever is asked about is explained.

use serde_json::{Value, json};

use crate::binary::jackfield;
use crate::cxone::{NO_AGENT, caught_up, role, roles};
use crate::matching::{command, employee, hire, observing};
use crate::world::{MAPPER_ONLY, World, ada, person};

/// Lines are wrapped, so blanks do not count.
fn says(told: &str, all: &[&str]) {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in all {
        let found = squeezed(told).contains(&squeezed(line));
        assert!(found, "{line:?} is missing in:\n{told}");
    }
}

/// The number of users of the Entra connection that come to a kind.
fn total(plan: &Value, kind: &str) -> u64 {
    plan["connections"][0]["totals"][kind]
        .as_u64()
        .unwrap_or_default()
}

async fn planned(world: &World) -> Value {
    let (code, told) = command(world, &["plan", "acme", "--json"]).await;
    assert_eq!(code, Some(0), "{told}");
    serde_json::from_str(&told).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_read_and_then_it_happens() {
    let world = World::with(&observing()).await;
    let people = [
        employee("ada@example.com", "ada@example.com", "Augusta", "Manager"),
        employee("t.king@example.com", "tina@example.com", "Tina", "Agent"),
    ];
    let ids = hire(&world, &people).await;
    for (name, given) in [("ada", "Ada"), ("tina", "Tina")] {
        let made = world.created(person(name, given, "Byron")).await;
        assert!(!made.is_empty());
    }
    for number in 0..25 {
        let name = format!("bob{number}");
        world.created(person(&name, "Bob", "King")).await;
    }
    let (code, told) = command(&world, &["plan", "acme"]).await;
    assert_eq!(code, Some(0), "{told}");
    says(
        &told,
        &[
            "nothing was changed, here or in CXone",
            "CXone has 2 users.",
            "acme/entra: 27 users; observes: CXone is only read until mode = \"live\"",
            "25 to be created in CXone",
            "1 in CXone already, to become this connection's",
            "1 not created, since CXone has a likely twin",
            "givenName: Augusta -> Ada",
            "t.king@example.com",
            "-> run `jackfield match`",
            "and 5 more; --all shows them",
        ],
    );
    let (_, all) = command(&world, &["plan", "acme", "--all"]).await;
    says(&all, &["bob24@example.com"]);
    assert!(!all.contains("more; --all"), "{all}");
    let plan = planned(&world).await;
    assert_eq!((total(&plan, "create"), total(&plan, "twin")), (25, 1));

    let (code, told) = command(&world, &["explain", "acme", &ids[0]]).await;
    assert_eq!(code, Some(0), "{told}");
    says(
        &told,
        &[
            "ada@example.com on acme/entra",
            "mode observe: CXone is only read",
            "WOULD BE SENT",
            "entra",
            "matter held because the connection observes: read `jackfield plan acme`",
        ],
    );
    assert_eq!(world.writes().await, [], "CXone is only read");

    let world = world
        .restart_with(|toml| toml.replace("mode = \"observe\"\n", ""))
        .await;
    let everybody = async |world: &World| {
        let state = world.state().await;
        state["users"].as_array().map(Vec::len) == Some(27)
    };
    world.eventually("27 people are in CXone", everybody).await;
    caught_up(&world).await;
    assert_eq!(role(&world, "ada@example.com").await, "Manager");
    let writes = world.writes().await.len();
    let plan = planned(&world).await;
    assert_eq!(
        (total(&plan, "nothing"), total(&plan, "twin")),
        (26, 1),
        "{plan:#}"
    );
    assert_eq!(
        world.writes().await.len(),
        writes,
        "a plan tells CXone nothing"
    );
    let (_, told) = command(&world, &["explain", "acme", "ADA@example.com"]).await;
    says(
        &told,
        &["matter nothing is the matter: CXone holds what it should"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cannot_be_created_is_explained_with_the_fix() {
    let world = World::with(MAPPER_ONLY).await;
    world.settings(roles(&NO_AGENT)).await;
    assert_eq!(world.scim("POST", "/Users", Some(ada())).await.status, 403);
    let (code, told) = command(&world, &["explain", "acme", "ada@example.com"]).await;
    assert_eq!(code, Some(0), "{told}");
    says(
        &told,
        &[
            "that was refused",
            "the role \"Agent\" does not exist",
            "then run `jackfield retry acme`",
        ],
    );
    let (code, told) = command(&world, &["explain", "acme", "eve@example.com"]).await;
    assert_eq!(code, Some(1), "{told}");
    says(
        &told,
        &[
            "nobody is known as \"eve@example.com\" on acme/entra",
            "SCIM ids",
        ],
    );
    for unknown in ["plan", "explain"] {
        let arguments = [unknown, "globex", "ada@example.com"];
        let arguments = &arguments[..if unknown == "plan" { 2 } else { 3 }];
        let (code, told) = command(&world, arguments).await;
        assert!(
            code == Some(1) && told.contains("no tenant globex"),
            "{told}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_service_running_the_commands_read_its_ledger() {
    let world = World::with(MAPPER_ONLY).await;
    world.created(ada()).await;
    let path = world.path("offline.toml");
    // Nobody listens on the discard port.
    let toml = format!(
        "[listen]\nadmin = \"127.0.0.1:9\"\n[ledger]\nurl = \"sqlite:{}\"\n[tenants.acme.cxone]\nbase_url = \"{}\"\n\
         access_key_id = \"simulator\"\naccess_key_secret = \"simulator-secret\"\n{MAPPER_ONLY}",
        world.path("jackfield.db").display(),
        world.simulator.base_url(),
    );
    std::fs::write(&path, toml).expect("a file");
    world.app.stop().await;
    let told = |arguments: &[&str]| {
        let mut command = jackfield();
        let output = command.args(arguments).arg("--config").arg(&path).output();
        let output = output.expect("a process");
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8(told).expect("text");
        assert_eq!(output.status.code(), Some(0), "{told}");
        told
    };
    says(
        &told(&["plan", "acme"]),
        &["acme/entra: 1 user; live", "nothing would happen"],
    );
    let explained = told(&["explain", "acme", "ada@example.com", "--json"]);
    let explained: Value = serde_json::from_str(&explained).expect("JSON");
    assert_eq!(explained[0]["state"], json!("settled"));
    assert_eq!(explained[0]["outcome"]["kind"], json!("nothing"));
}
