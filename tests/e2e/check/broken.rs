//! The set-ups of docs/troubleshooting.md: what the page shows is what is printed.

use jackfield::command::check::{Finding, Level, Report};
use serde_json::{Value, json};

use super::{Stage, is, of};

/// The block below a heading of the page.
fn page(heading: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/troubleshooting.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    let section = page
        .split("\n## ")
        .find(|it| it.starts_with(&format!("{heading}\n")));
    let section = section.unwrap_or_default();
    let block = section
        .split("```text\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    block.unwrap_or_default().to_owned()
}

/// Checks; what is printed is what the page has.
async fn shown(heading: &str, stage: &Stage) -> Report {
    let report = stage.check().await;
    let printed = stage.shown(&report);
    let page = page(heading);
    assert!(
        printed == page,
        "## {heading}\n\n```text\n{printed}```\n\nand the page has\n\n{page}"
    );
    report
}

/// The one finding that is not as it must be.
#[track_caller]
fn only(report: &Report) -> &Finding {
    let wrong: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|it| it.level != Level::Ok)
        .collect();
    match wrong.as_slice() {
        [wrong] => wrong,
        _ => panic!("{}", report.text()),
    }
}

#[track_caller]
fn fails(report: &Report, check: &str, words: &str) {
    assert_eq!(report.exit(), 2);
    is(report, check, Level::Failure, words);
    assert!(only(report).fix.is_some(), "{}", report.text());
}

#[tokio::test]
async fn the_binding_configuration_is_all_right() {
    let stage = Stage::with(json!({})).await;
    let report = shown("All is well", &stage).await;
    assert_eq!(report.exit(), 0);
    assert!(
        !stage.directory.path().join("jackfield.db").exists(),
        "nothing is made"
    );
}

#[tokio::test]
async fn a_wrong_area_is_named_with_the_right_one() {
    let stage = Stage::with(json!({})).await;
    let url = stage.simulator.base_url();
    let from = format!("base_url = \"{url}\"");
    let to = format!("discovery_urls = [\"{url}\"]\narea = \"eu1\"");
    let stage = stage.change(&from, &to);
    let report = shown("The wrong area", &stage).await;
    let [place] = of(&report, "place")[..] else {
        panic!("{}", report.text())
    };
    assert_eq!(place.level, Level::Failure);
    assert_eq!(
        place.fix.as_deref(),
        Some("write area = \"na1\", or leave area out")
    );
}

#[tokio::test]
async fn an_expired_key_is_told_in_words() {
    let keys = json!([{"id": "simulator", "secret": "simulator-secret", "active": false}]);
    let stage = Stage::with(json!({ "access_keys": keys })).await;
    let report = shown("The access key has expired", &stage).await;
    is(&report, "token", Level::Failure, "refuses the credentials");
}

#[tokio::test]
async fn a_key_that_may_not_read_roles_is_told() {
    let may = [
        "employees_read",
        "employees_write",
        "teams_read",
        "my_access_key_read",
    ];
    let keys = json!([{"id": "simulator", "secret": "simulator-secret", "permissions": may}]);
    let stage = Stage::with(json!({ "access_keys": keys })).await;
    let report = shown("The access key may not read roles", &stage).await;
    fails(&report, "roles", "the roles cannot be read");
    let roles = r#"rate = 10000
roles = [{ id = "401e0000-0000-4000-8000-000000000001", name = "Agent" }]"#;
    let report = stage.change("rate = 10000", roles).check().await;
    assert_eq!(report.exit(), 0, "{}", report.text());
    is(&report, "roles", Level::Ok, "stated in the configuration");
}

#[tokio::test]
async fn a_missing_agent_role_is_told() {
    let stage = Stage::with(json!({"roles": [{"name": "Manager"}, {"name": "Operator"}]})).await;
    let report = shown("There is no role Agent", &stage).await;
    fails(&report, "default role", "there is no role \"Agent\"");
}

#[tokio::test]
async fn a_default_role_in_draft_is_told() {
    for (status, heading) in [
        ("DRAFT", Some("The default role is a draft")),
        ("INACTIVE", None),
    ] {
        let roles = json!([{"name": "Agent", "status": status}, {"name": "Manager"}]);
        let stage = Stage::with(json!({ "roles": roles })).await;
        let report = match heading {
            Some(heading) => shown(heading, &stage).await,
            None => stage.check().await,
        };
        fails(
            &report,
            "default role",
            &format!("Agent is {}", status.to_lowercase()),
        );
    }
}

fn off(show: &str) -> Value {
    json!({"enabled_fields": ["middleName", "mobileNumber", "timeZone", "userType", "loginAuthenticator", "primaryRole", "team"],
        "switches": {"schemas_show": show}})
}

#[tokio::test]
async fn an_optional_field_that_is_off_is_told() {
    let stage = Stage::with(off("enabled_only")).await;
    let report = shown("An optional field is off", &stage).await;
    assert_eq!(report.exit(), 1);
    is(&report, "fields", Level::Warning, "do not have displayName");
    only(&report);
    let fields = "rate = 10000\nenabled_fields = [\"Middle Name\", \"Team\"]";
    let report = stage.change("rate = 10000", fields).check().await;
    is(
        &report,
        "fields",
        Level::Warning,
        "configured as not enabled: it is not sent",
    );
    let report = Stage::with(off("all")).await.check().await;
    is(&report, "fields", Level::Ok, "which tells nothing");
}

#[tokio::test]
async fn a_tenant_without_scim_is_told() {
    let stage = Stage::with(json!({"switches": {"scim": "absent"}})).await;
    let report = shown("The tenant has no SCIM", &stage).await;
    fails(&report, "api", "the tenant has no SCIM");
    let stage = stage.change("api = \"scim\"", "api = \"user-hub\"");
    let report = stage.check().await;
    assert_eq!(report.exit(), 0, "{}", report.text());
    is(&report, "api", Level::Ok, "user-hub answers");
}

#[tokio::test]
async fn a_clock_that_is_ten_minutes_off_is_told() {
    let skewed = |seconds: i64| Stage::with(json!({"switches": {"clock_skew_seconds": seconds}}));
    let report = shown("The clock is ten minutes off", &skewed(600).await).await;
    fails(&report, "difference", "10 minutes behind");
    for (seconds, level) in [
        (-600, Level::Failure),
        (-60, Level::Warning),
        (20, Level::Ok),
    ] {
        let report = skewed(seconds).await.check().await;
        assert_eq!(only_clock(&report), level, "{seconds} {}", report.text());
    }
}

fn only_clock(report: &Report) -> Level {
    super::one(report, "difference").level
}

#[tokio::test]
async fn a_cxone_that_is_down_keeps_no_other_tenant_from_being_checked() {
    let stage = Stage::with(json!({})).await;
    // A port that was free a moment ago.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let host = format!("http://{}", gone.local_addr().expect("an address"));
    drop(gone);
    let other = stage
        .toml
        .split("[tenants.acme.cxone]")
        .nth(1)
        .expect("a tenant")
        .to_owned();
    let other = other.replace("tenants.acme.", "tenants.beta.");
    let mut stage = stage;
    let url = stage.simulator.base_url();
    stage.toml = format!(
        "{}\n[tenants.beta.cxone]{}",
        stage.toml,
        other.replace(&url, &host)
    );
    let report = stage.check().await;
    let printed = stage
        .shown(&report)
        .replace(&host, "https://eu1.nice-incontact.com");
    let printed = printed.replace(
        host.strip_prefix("http://").expect("a host"),
        "eu1.nice-incontact.com",
    );
    let heading = "CXone is down";
    assert!(
        printed == page(heading),
        "## {heading}\n\n```text\n{printed}```"
    );
    assert_eq!(report.exit(), 2);
    let places = of(&report, "place");
    assert_eq!(places[0].level, Level::Ok);
    assert_eq!(places[1].level, Level::Failure);
    is(&report, "api", Level::Ok, "scim answers");
}

#[tokio::test]
async fn a_missing_plugin_is_named_with_its_path() {
    let stage = Stage::with(json!({})).await;
    let stage = stage.change("use = \"tenant-rules\"", "use = \"plugins/our-rules.wasm\"");
    let report = shown("A plugin is missing", &stage).await;
    fails(&report, "acme/entra", "plugins/our-rules.wasm");
}
