//! SIGHUP, and what ends the start, with the real binary.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::site::{naming, tenant};
use crate::binary::{Process, jackfield};
use crate::world::person;

pub(super) fn write(directory: &Path, simulator: &str, tenants: &[(&str, String)]) {
    let general = "[listen]\nscim = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[ledger]\nurl = \"sqlite:ledger.db\"\n";
    let ledger = format!("sqlite:{}", directory.join("ledger.db").display());
    let general = general.replace("sqlite:ledger.db", &ledger);
    std::fs::write(directory.join("jackfield.toml"), general).expect("a file");
    std::fs::write(directory.join("base_url"), simulator).expect("a file");
    for (name, text) in tenants {
        std::fs::write(directory.join(format!("{name}.toml")), text).expect("a file");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sighup_reloads_a_running_service() {
    let simulator = Process::simulator();
    let directory = TempDir::new().expect("a directory");
    let before = ("acme", tenant("token-of-before", "", &naming("Old")));
    write(directory.path(), simulator.address("CXone"), &[before]);
    let service = Process::service(directory.path());
    let admin = service.address("admin").to_owned();
    let users = format!("{}/Users", service.address("SCIM"));
    let http = reqwest::Client::new();
    let create = async |token: &str, name: &str| {
        let body = person(name, "Ada", "Byron").to_string();
        let request = http.post(&users).bearer_auth(token);
        let request = request
            .header("content-type", "application/scim+json")
            .body(body);
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(create("token-of-before", "ada").await, 201);
    let path = directory.path().join("acme.toml");
    std::fs::write(&path, tenant("token-of-after", "", &naming("New"))).expect("a file");
    // A storm of them is as good as one.
    for _ in 0..50 {
        service.signal(rustix::process::Signal::HUP);
    }
    let patience = Instant::now() + Duration::from_secs(30);
    while create("token-of-after", "bob").await == 401 {
        assert!(Instant::now() < patience, "SIGHUP changed nothing");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(create("token-of-before", "eve").await, 401);
    std::fs::write(&path, "[cxone]\n").expect("a file");
    service.signal(rustix::process::Signal::HUP);
    let kept = async || {
        let ready = http.get(&admin).send().await.expect("an answer");
        let ready: Value =
            serde_json::from_str(&ready.text().await.expect("a body")).expect("JSON");
        ready["connections"]["acme/entra"]["kept"].clone()
    };
    while kept().await == json!(null) {
        assert!(Instant::now() < patience, "SIGHUP changed nothing");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(create("token-of-after", "eve").await, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_tells_of_debts_that_nobody_works_off() {
    let simulator = Process::simulator();
    let cxone = simulator.address("CXone");
    let directory = TempDir::new().expect("a directory");
    let file = || tenant("token-of-before", "", &naming("Old"));
    let tenants = [("owes", file()), ("stays", file())];
    write(directory.path(), cxone, &tenants);
    let service = Process::service(directory.path());
    let outage = json!({"switches": {"outage": "503"}});
    let http = reqwest::Client::new();
    let settings = http.put(format!("{cxone}/simulator/settings"));
    let settings = settings.json(&outage).send().await.expect("an answer");
    assert!(settings.status().is_success());
    let scim = service.address("SCIM");
    let root = scim.split("/scim").next().expect("a URL");
    let root = root
        .trim_end_matches("/owes/entra")
        .trim_end_matches("/stays/entra");
    for scope in ["owes/entra", "stays/entra"] {
        let request = http
            .post(format!("{root}/{scope}/scim/v2/Users"))
            .bearer_auth("token-of-before")
            .header("content-type", "application/scim+json");
        let body = person("ada", "Ada", "Byron").to_string();
        let made = request.body(body).send().await.expect("an answer");
        assert_eq!(made.status().as_u16(), 201);
    }
    service.kill();
    std::fs::remove_file(directory.path().join("owes.toml")).expect("a file");
    let log = directory.path().join("log");
    let _service = Process::logged(directory.path(), &log);
    let log = std::fs::read_to_string(log).expect("a log");
    let told: Vec<&str> = log
        .lines()
        .filter(|it| it.contains("is still to be told"))
        .collect();
    assert_eq!(told.len(), 1, "{log}");
    assert!(
        told[0].contains("ERROR") && told[0].contains("owes/entra"),
        "{log}"
    );
    assert!(told[0].contains("users=1"), "{log}");
}

#[test]
fn a_start_tells_the_mistakes_of_all_tenants() {
    let directory = TempDir::new().expect("a directory");
    let wrong = tenant("x", "", "").replace("rate", "rat");
    let good = tenant("x", "", &naming("Old"));
    let tenants = [("a", wrong), ("b", good), ("c", "[cxone".to_owned())];
    write(directory.path(), "http://127.0.0.1:1", &tenants);
    let mut serve = jackfield();
    let serve = serve.arg("serve").arg("--config").arg(directory.path());
    let ended = serve.output().expect("a process");
    assert_eq!(ended.status.code(), Some(2));
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.contains("a.toml:5:1: the key \"rat\" is not known"),
        "{said}"
    );
    assert!(said.contains("c.toml:1:"), "{said}");
}
