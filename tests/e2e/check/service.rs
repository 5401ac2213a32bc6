//! A check beside the running service of the same configuration.

use jackfield::command::check::{Level, Options, check};
use serde_json::json;
use tokio::net::TcpListener;

use super::{Stage, is};
use crate::world::{MAPPER_ONLY, World, ada, engine};

/// The configuration of a world as it runs, with its real ports.
fn config(world: &World) -> String {
    format!(
        "[listen]\nscim = \"{}\"\nadmin = \"{}\"\n[ledger]\nurl = \"sqlite:{}\"\n[tenants.acme.cxone]\nbase_url = \"{}\"\n\
         access_key_id = \"simulator\"\naccess_key_secret = \"simulator-secret\"\nrate = 10000\n{MAPPER_ONLY}",
        world.app.scim,
        world.app.admin,
        world.path("jackfield.db").display(),
        world.simulator.base_url(),
    )
}

#[tokio::test]
async fn ports_and_ledger_of_the_running_service_are_its_own() {
    let world = World::with(MAPPER_ONLY).await;
    world.created(ada()).await;
    let path = world.path("check.toml");
    std::fs::write(&path, config(&world)).expect("a file");
    let report = check(&path, &Options::plain(), engine())
        .await
        .expect("a report");
    assert_eq!(report.exit(), 0, "{}", report.text());
    for port in ["scim", "admin"] {
        is(&report, port, Level::Ok, "held by the running service");
    }
    let file = report
        .findings
        .iter()
        .find(|it| it.area.to_string() == "ledger" && it.check == "file");
    assert!(
        file.expect("a finding")
            .said
            .ends_with("is used by the running service"),
        "{}",
        report.text()
    );
    // It still serves.
    assert_eq!(world.scim("GET", "/Users", None).await.status, 200);

    let more = config(&world).replace("connections.entra", "connections.second");
    std::fs::write(&path, more).expect("a file");
    let report = check(&path, &Options::plain(), engine())
        .await
        .expect("a report");
    is(
        &report,
        "service",
        Level::Warning,
        "does not know acme/second",
    );
}

#[tokio::test]
async fn a_port_and_a_ledger_of_somebody_else_are_told() {
    let stage = Stage::with(json!({})).await;
    let other = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = format!("admin = \"{}\"", other.local_addr().expect("an address"));
    let stage = stage.change("admin = \"127.0.0.1:0\"", &port);
    let ledger = ledger::Sqlite::open(stage.directory.path().join("jackfield.db"), "another");
    let report = stage.check().await;
    assert_eq!(report.exit(), 2);
    is(&report, "admin", Level::Failure, "held by another program");
    assert!(
        report.text().contains("is in use by another, process"),
        "{}",
        report.text()
    );
    drop(ledger);

    let stage = stage.change("jackfield.db", "nowhere/jackfield.db");
    let report = stage.check().await;
    is(&report, "directory", Level::Failure, "cannot be written in");
}
