//! Every row of the table in one service, with a tenant of its own.

use reqwest::Method;
use serde_json::json;

use super::log;
use super::rows::{ROWS, Row};
use super::stage::{BESIDE, Stage, TOKEN};
use crate::guests::Shelf;

/// The calls of a row's plugin that ended as they should.
async fn counted(stage: &Stage, row: &Row) -> f64 {
    let Row {
        name,
        export,
        ending,
        ..
    } = row;
    let line = format!(
        "jackfield_plugin_calls_total{{tenant=\"{name}\",connection=\"entra\",plugin=\"{name}\",export=\"{export}\",ending=\"{ending}\"}}"
    );
    let found = stage.site.metric(&line).await;
    found.unwrap_or_else(|| panic!("{}: no {line}", row.id))
}

/// One request of the row's tenant, and what must come of it.
async fn meets(stage: &Stage, row: &Row, leaver: &str) {
    let Row { id, name, .. } = row;
    let before = counted(stage, row).await;
    let logged = log::lines(name).len();
    let newcomer = format!("new-at-{name}");
    let refused = stage.site.create(name, TOKEN, &newcomer).await;
    assert_eq!(refused.status, 503, "{id} {name}: {}", refused.body);
    assert!(refused.headers.contains_key("retry-after"), "{id} {name}");
    let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:Error"]);
    assert_eq!(refused.body["schemas"], schemas, "{id} {name}");
    // Whose plugin and how it ended; nothing of what the guest said or what the host found in it.
    let detail = refused.body["detail"].as_str().expect("a detail");
    let ending = row.ending.replace('-', " ");
    assert!(
        detail.contains(name) && detail.contains(&format!("({ending})")),
        "{id}: {detail}"
    );
    let body = refused.body.to_string();
    assert!(
        !body.contains(row.says) && !body.contains("last words") && !body.contains("again\""),
        "{id}: {body}"
    );
    let after = counted(stage, row).await;
    assert!(
        (after - before - 1.0).abs() < 0.5,
        "{id} {name}: {before} calls, then {after}"
    );

    let lines = log::lines(name);
    let lines = if row.export == "load" {
        // It was said when it was to be loaded.
        &lines[..]
    } else {
        &lines[logged..]
    };
    assert!(
        lines.iter().any(|line| line.contains(row.says)),
        "{id} {name}: {lines:#?}"
    );
    let typed = format!("ending={ending}");
    assert!(
        row.export == "load" || lines.iter().any(|line| line.contains(&typed)),
        "{id} {name}: {lines:#?}"
    );
    assert!(
        lines.len() < 120,
        "{id} {name} floods the log: {}",
        lines.len()
    );

    let served = stage
        .site
        .create(BESIDE, TOKEN, &format!("after-{name}"))
        .await;
    assert_eq!(served.status, 201, "{id} {name}: {}", served.body);

    stage.leaves(name, leaver).await;
    assert_eq!(
        stage.site.held(&format!("of-{name}"), "active").await,
        false,
        "{id} {name}"
    );
    assert!(
        stage.site.held(&newcomer, "userName").await.is_null(),
        "{id} {name}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_ended_named_counted_and_nobody_elses_trouble() {
    log::start();
    let shelf = Shelf::new();
    ROWS.iter().for_each(|row| row.behave(&shelf));
    let names: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
    let stage = Stage::of(&shelf, &names).await;
    let mut leavers = Vec::new();
    for name in &names {
        let made = stage.site.create(name, TOKEN, &format!("of-{name}")).await;
        assert_eq!(made.status, 201, "{name}: {}", made.body);
        leavers.push(made.body["id"].as_str().expect("an id").to_owned());
    }

    // At a reload the good ones stay. Who answers a document that is none may be particular about an invented user only.
    ROWS.iter().for_each(|row| row.turn(&shelf));
    let reloaded = stage.site.reload().await.body;
    for Row {
        id,
        name,
        ending,
        says,
        ..
    } in ROWS
    {
        let said = &reloaded["tenants"][name];
        let expected = if *ending == "error" {
            "swapped"
        } else {
            "kept"
        };
        assert_eq!(said["result"], expected, "{id} {name}: {said}");
        if expected == "kept" {
            let reason = said["reason"].as_str().expect("a reason");
            assert!(reason.contains(says), "{id} {name}: {reason}");
            let made = stage
                .site
                .create(name, TOKEN, &format!("kept-{name}"))
                .await;
            assert_eq!(made.status, 201, "{id} {name}: {}", made.body);
        }
    }
    assert_eq!(reloaded["tenants"][BESIDE]["result"], "unchanged");

    // At a start there are none to stay.
    let stage = stage.restart().await;
    let ready = stage.site.ready().await;
    for (row, leaver) in ROWS.iter().zip(&leavers) {
        let scope = format!("{}/entra", row.name);
        let not_loaded = ready["connections"][&scope]["plugins_not_loaded"].as_array();
        let not_loaded = not_loaded.expect("a list").len();
        assert_eq!(
            not_loaded,
            usize::from(row.export == "load"),
            "{}",
            row.name
        );
        meets(&stage, row, leaver).await;
    }
    // Nobody is worn down by the others' end.
    let (scope, list) = (format!("{BESIDE}/entra"), "/Users?count=100");
    let read = stage
        .site
        .scim(&scope, TOKEN, Method::GET, list, None)
        .await;
    assert_eq!(read.body["totalResults"], ROWS.len());
    stage.stop().await;
}
