//! What `check` finds of plugins beyond whether they are there.

use jackfield::command::check::Level;
use registry::Digest;
use serde_json::json;

use super::{Stage, is, of, one};
use crate::binary::jackfield;
use crate::guests::Shelf;
use crate::hesitant::hesitant;

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_does_not_answer_costs_another_connection_no_time() {
    let [silent, other] = hesitant().await;
    let digest = Digest::of(b"a manifest");
    let used = |connection: &str, registry: &str| {
        format!(
            "[[tenants.acme.connections.{connection}.plugins]]\nuse = \"oci://{registry}/acme/rules@{digest}\"\n"
        )
    };
    let general = format!("[plugins]\ninsecure_registries = [\"{silent}\", \"{other}\"]\n[ledger]");
    let mut stage = Stage::with(json!({})).await.change("[ledger]", &general);
    stage.toml.push_str(&used("entra", &silent));
    stage.toml.push_str(
        "\n[tenants.acme.connections.okta]\nidp = \"okta\"\ntoken = \"another-token-of-some-length\"\n",
    );
    stage.toml.push_str(&used("okta", &other));
    let report = stage.check().await;
    for connection in ["acme/entra", "acme/okta"] {
        is(&report, connection, Level::Failure, "has no such plugin");
    }
    let mut schema = jackfield();
    schema
        .args(["config", "schema", "--config"])
        .arg(stage.path());
    let ended = tokio::task::spawn_blocking(move || schema.output().expect("a process"));
    let ended = ended.await.expect("no panic");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("has no such plugin"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapper_that_needs_more_than_a_user_name_is_told() {
    let shelf = Shelf::new();
    shelf.saying("needy.wasm", b"[]");
    let needy = format!("use = \"{}\"", shelf.path("needy.wasm").display());
    let stage = Stage::with(json!({})).await;
    let stage = stage.change("use = \"entra\"", &needy);
    let report = stage.check().await;
    let warnings = of(&report, "acme/entra");
    let warning = warnings.iter().find(|it| it.level == Level::Warning);
    let warning = warning.unwrap_or_else(|| panic!("{}", report.text()));
    assert!(
        warning
            .said
            .contains("on a user of whom userName alone is known"),
        "{}",
        report.text()
    );
    assert!(warning.said.contains("needy.wasm"), "{}", report.text());
    let good = Stage::with(json!({})).await.check().await;
    assert_eq!(one(&good, "acme/entra").level, Level::Ok);
}
