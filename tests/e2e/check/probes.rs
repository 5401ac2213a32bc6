//! Probes against the simulated CXone: each position of a switch is settled as what it is, and whoever is written on is as before.

use jackfield::command::check::{Level, Options, Report};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{Stage, is};

fn probing() -> Options {
    Options {
        probe: true,
        ..Options::plain()
    }
}

fn on(name: &str) -> Options {
    Options {
        probe_user: Some(name.to_owned()),
        ..probing()
    }
}

fn employee(id: u32, name: &str, status: &str, zone: &str) -> Value {
    json!({
        "id": format!("ada00000-0000-4000-8000-00000000000{id}"), "userName": name, "firstName": "Ada", "lastName": "Lin",
        "emailAddress": name, "status": status, "displayName": "Ada L.", "mobileNumber": "+1 202 555 0101",
        "timeZone": zone,
    })
}

/// A CXone in which `mallory@example.com` may be written on and `gone@example.com` was deactivated, and a ledger that knows nobody.
async fn stage(mut settings: Value) -> Stage {
    // Their addresses are verified by now.
    let shown = settings
        .pointer_mut("/switches/email_shown")
        .map(Value::take);
    if shown.is_some() {
        settings["switches"] = json!({});
    }
    let zone = match settings["switches"]["time_zone_form"].as_str() {
        Some("windows") => "Mountain Standard Time",
        _ => "America/Denver",
    };
    let stage = Stage::with(settings).await;
    let ledger = ledger::Sqlite::open(stage.directory.path().join("jackfield.db"), "test");
    drop(ledger.expect("a ledger"));
    let people = json!([
        employee(1, "mallory@example.com", "ACTIVE", zone),
        employee(2, "gone@example.com", "DELETED", zone),
    ]);
    let url = format!("{}/simulator/users", stage.simulator.base_url());
    let answer =
        crate::world::reply(reqwest::Client::new().post(url).body(people.to_string())).await;
    assert!(answer.status < 300, "{}", answer.body);
    if let Some(shown) = shown {
        let url = format!("{}/simulator/settings", stage.simulator.base_url());
        let switches = json!({"switches": {"email_shown": shown}});
        let put = reqwest::Client::new().put(url).body(switches.to_string());
        assert_eq!(crate::world::reply(put).await.status, 200);
    }
    stage
}

async fn people(stage: &Stage) -> Value {
    let url = format!("{}/simulator/state", stage.simulator.base_url());
    crate::world::reply(reqwest::Client::new().get(url))
        .await
        .body["users"]
        .clone()
}

async fn writes(stage: &Stage) -> usize {
    let url = format!("{}/simulator/state", stage.simulator.base_url());
    let state = crate::world::reply(reqwest::Client::new().get(url))
        .await
        .body;
    let calls = state["calls"].as_array().expect("calls").clone();
    let writes = calls.iter().filter(|call| {
        let path = call["path"].as_str().unwrap_or_default();
        let write = call["method"] != "GET" && (path.contains("/Users") || path.contains("/users"));
        write && !path.ends_with("/search") && !path.starts_with("/simulator")
    });
    writes.count()
}

fn settled(report: &Report, switch: &str) -> Option<String> {
    report.probed["acme"].settled.get(switch).cloned()
}

/// Turns a switch to each position; reading settles it.
async fn reads(switch: &str, positions: &[&str]) {
    for position in positions {
        let stage = stage(json!({"switches": {switch: position}})).await;
        let report = stage.check_with(probing()).await;
        assert_eq!(
            settled(&report, switch).as_deref(),
            Some(*position),
            "{switch} {}",
            report.text()
        );
        assert_eq!(writes(&stage).await, 0, "{switch}");
    }
}

/// The same, where writing settles it; and everybody is as before.
async fn writing(switch: &str, positions: &[&str], settings: Value) {
    for position in positions {
        let mut settings = settings.clone();
        settings["switches"][switch] = json!(position);
        let stage = stage(settings).await;
        let before = people(&stage).await;
        let report = stage.check_with(on("mallory@example.com")).await;
        assert_eq!(
            settled(&report, switch).as_deref(),
            Some(*position),
            "{switch} {}",
            report.text()
        );
        is(&report, "probe user", Level::Ok, "the user is as before");
        assert_eq!(people(&stage).await, before, "{switch} {position}");
    }
}

#[tokio::test]
async fn reading_settles_what_scim_does() {
    reads("error_profile", &["scim", "user_hub", "spring", "admin"]).await;
    reads("content_type", &["scim", "json"]).await;
    reads("user_name_compare", &["folded", "exact"]).await;
    reads("filter_other_attributes", &["refuse", "ignore"]).await;
    reads("extra_parameters", &["ignore", "refuse"]).await;
    reads("groups", &["absent", "empty"]).await;
    reads("inactive_users", &["shown", "hidden"]).await;
    reads("scim", &["present", "absent"]).await;
    reads("basic_credentials", &["access_key", "absent"]).await;
}

#[tokio::test]
async fn reading_settles_what_user_hub_does() {
    reads("role_pages", &["from_one", "from_zero"]).await;
    reads("search_filter", &["folded", "exact", "like", "ignored"]).await;
    reads("search_inactive", &["shown", "hidden", "by_status"]).await;
    reads("deactivated_status", &["deleted", "blocked", "inactive"]).await;
    reads("user_hub", &["present", "forbidden", "absent"]).await;
}

#[tokio::test]
async fn schemas_settle_what_they_show_where_a_field_is_off() {
    for position in ["all", "enabled_only"] {
        let fields = ["middleName", "primaryRole", "team"];
        let stage =
            stage(json!({"enabled_fields": fields, "switches": {"schemas_show": position}})).await;
        let own = "rate = 10000\nenabled_fields = [\"middleName\", \"role\", \"team\"]";
        let report = stage
            .change("rate = 10000", own)
            .check_with(probing())
            .await;
        assert_eq!(settled(&report, "schemas_show").as_deref(), Some(position));
    }
}

#[tokio::test]
async fn writing_settles_what_reading_cannot() {
    let plain = json!({"switches": {}});
    writing("duplicate_answer", &["409", "400_words"], plain.clone()).await;
    writing("put_absent", &["cleared", "kept"], plain.clone()).await;
    writing("patch", &["strict", "lenient"], plain.clone()).await;
    writing("patch_answer", &["user", "empty"], plain.clone()).await;
    writing("reactivation", &["allowed", "refused"], plain.clone()).await;
    writing(
        "email_shown",
        &["as_written", "pending", "lower_case"],
        plain.clone(),
    )
    .await;
    writing("phone_shown", &["as_written", "reformatted"], plain.clone()).await;
    writing("time_zone_form", &["any", "iana", "windows"], plain.clone()).await;
    writing("delete", &["absent", "deactivates"], plain.clone()).await;
    writing("not_offered", &["by_kind", "404", "405"], plain).await;
}

#[tokio::test]
async fn writing_settles_roles_by_id_and_by_name() {
    let checked = json!({"switches": {"held_role": "checked"}});
    writing("role_value", &["either", "id"], checked).await;
    // Where only names are taken, role and team go back by name.
    writing("role_value", &["name"], json!({"switches": {}})).await;
}

#[tokio::test]
async fn writing_settles_a_field_that_is_off() {
    for position in ["ignore", "refuse"] {
        let fields = [
            "middleName",
            "mobileNumber",
            "timeZone",
            "primaryRole",
            "team",
        ];
        let stage =
            stage(json!({"enabled_fields": fields, "switches": {"disabled_field": position}}))
                .await;
        let own = "rate = 10000\nenabled_fields = [\"middleName\", \"mobileNumber\", \"timeZone\", \"role\", \"team\"]";
        let report = stage
            .change("rate = 10000", own)
            .check_with(on("mallory@example.com"))
            .await;
        assert_eq!(
            settled(&report, "disabled_field").as_deref(),
            Some(position),
            "{}",
            report.text()
        );
        is(&report, "probe user", Level::Ok, "the user is as before");
    }
}

#[tokio::test]
async fn what_is_settled_can_be_pasted_and_what_is_sent_names_nobody() {
    let stage = stage(json!({})).await;
    let report = stage.check_with(on("mallory@example.com")).await;
    let text = report.text();
    let pasted = text
        .split("[tenants.acme.cxone.assume]\n")
        .nth(1)
        .expect("a table");
    let pasted = pasted.split("\n\n").next().expect("lines");
    assert!(
        pasted.contains("user_name_compare = \"folded\""),
        "{pasted}"
    );
    let assume = format!("[tenants.acme.cxone.assume]\n{pasted}\n");
    let sent = text
        .split("id or host:\n")
        .nth(1)
        .expect("a report")
        .to_lowercase();
    for secret in [
        "mallory",
        "gone@",
        "ada",
        "lin\"",
        "example",
        "127.0.0.1",
        "http:",
        "401e0000",
        "simulator",
        "denver",
    ] {
        assert!(!sent.contains(secret), "{secret}: {sent}");
    }
    let mut stage = stage;
    stage.toml.push_str(&assume);
    let report = stage.check().await;
    assert_eq!(report.exit(), 0, "{}", report.text());
    let open = cxone::SETTLES.len() - pasted.lines().count();
    is(&report, "assumptions", Level::Ok, &format!("{open} things"));
}

#[tokio::test]
async fn nobody_is_written_on_who_could_be_harmed() {
    let key = json!([{"id": "simulator", "secret": "simulator-secret", "user": "ada00000-0000-4000-8000-000000000001"}]);
    let own = stage(json!({ "access_keys": key })).await;
    let report = own.check_with(on("mallory@example.com")).await;
    is(&report, "probe user", Level::Failure, "is protected");
    let protected = stage(json!({})).await;
    let protected = protected.change(
        "[tenants.acme.cxone]",
        "[tenants.acme]\nprotected = [\"Mallory@example.com\"]\n[tenants.acme.cxone]",
    );
    let report = protected.check_with(on("mallory@example.com")).await;
    is(&report, "probe user", Level::Failure, "is protected");
    let report = protected.check_with(on("nobody@example.com")).await;
    is(&report, "probe user", Level::Failure, "CXone has no user");
    let unknown = stage(json!({})).await;
    let unknown = unknown.change("jackfield.db", "elsewhere.db");
    let report = unknown.check_with(on("mallory@example.com")).await;
    is(
        &report,
        "probe user",
        Level::Failure,
        "the ledger cannot be read",
    );
    for stage in [own, protected, unknown] {
        assert_eq!(writes(&stage).await, 0);
    }

    let world = crate::world::World::start().await;
    world.created(crate::world::ada()).await;
    let other = stage(json!({})).await;
    let url = world.simulator.base_url();
    let ledger = world.path("jackfield.db").display().to_string();
    let other_ledger = other
        .directory
        .path()
        .join("jackfield.db")
        .display()
        .to_string();
    let host = other.simulator.base_url();
    let other = other.change(&host, &url).change(&other_ledger, &ledger);
    let report = other.check_with(on("ada@example.com")).await;
    is(
        &report,
        "probe user",
        Level::Failure,
        "is provisioned by acme/entra",
    );
    assert_eq!(world.writes().await.len(), 1, "the create alone");
}

#[tokio::test]
async fn a_stop_writes_nothing_more() {
    let stage = stage(json!({})).await;
    let (stop, stopped) = watch::channel(true);
    let options = Options {
        stop: stopped,
        ..on("mallory@example.com")
    };
    let report = stage.check_with(options).await;
    is(
        &report,
        "probe user",
        Level::Ok,
        "ended early; the user is as before",
    );
    assert_eq!(writes(&stage).await, 0);
    drop(stop);
}
