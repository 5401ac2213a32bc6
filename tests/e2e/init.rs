//! `jackfield init` as somebody runs it: the real binary against the simulated CXone, from a key to a provisioned user.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::binary::{Process, jackfield};
use crate::world::{Reply, person, reply};

/// What a run of `init` came to.
struct Outcome {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Outcome {
    /// What stands behind a word in what was said.
    fn after(&self, word: &str) -> &str {
        let mut lines = self.out.lines();
        let found = lines.find_map(|line| line.trim().strip_prefix(word));
        found.unwrap_or_else(|| panic!("{word} is not said:\n{}", self.out))
    }
}

/// Runs `init` in a folder, with a secret in the environment if there is one.
fn init(folder: &Path, secret: Option<&str>, arguments: &[&str]) -> Outcome {
    let mut command = jackfield();
    command.arg("init").args(arguments).current_dir(folder);
    match secret {
        Some(secret) => command.env("JACKFIELD_ACCESS_KEY_SECRET", secret),
        None => command.env_remove("JACKFIELD_ACCESS_KEY_SECRET"),
    };
    let output = command.output().expect("a process");
    Outcome {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

const WHO: [&str; 6] = [
    "--idp",
    "entra",
    "--tenant",
    "acme",
    "--access-key-id",
    "simulator",
];
const SECRET: &str = "simulator-secret";

/// The files of a folder, those of `secrets` among them.
fn files(folder: &Path) -> Vec<String> {
    let list = |folder: &Path| -> Vec<std::path::PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries
            .map(|entry| entry.expect("an entry").path())
            .collect()
    };
    let mut found: Vec<String> = list(folder)
        .into_iter()
        .flat_map(|path| {
            if path.is_dir() {
                list(&path)
            } else {
                vec![path]
            }
        })
        .map(|path| {
            path.strip_prefix(folder)
                .expect("inside")
                .display()
                .to_string()
        })
        .collect();
    found.sort();
    found
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

async fn settings(simulator: &Process, settings: Value) {
    let url = format!("{}/simulator/settings", simulator.address("CXone"));
    let request = reqwest::Client::new().put(url).body(settings.to_string());
    assert_eq!(reply(request).await.status, 200);
}

async fn people(simulator: &Process) -> Vec<Value> {
    let url = format!("{}/simulator/state", simulator.address("CXone"));
    let state = reply(reqwest::Client::new().get(url)).await.body;
    state["users"].as_array().cloned().expect("people")
}

/// Waits, up to 30 s, until CXone has somebody.
async fn arrives(simulator: &Process, name: &str) {
    for _ in 0..600 {
        if people(simulator)
            .await
            .iter()
            .any(|it| it["userName"] == name)
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{name} never arrives");
}

async fn create(service: &Process, token: &str, name: &str) -> Reply {
    let http = reqwest::Client::new();
    let request = http
        .post(format!("{}/Users", service.address("SCIM")))
        .bearer_auth(token);
    let body = person(name, "Ada", "Byron").to_string();
    reply(
        request
            .header("content-type", "application/scim+json")
            .body(body),
    )
    .await
}

/// Nobody else's port is in the way.
fn on_free_ports(config: &Path) {
    let text = fs::read_to_string(config).expect("a configuration");
    let text = text.replace("127.0.0.1:8081", "127.0.0.1:0").replace(
        "sqlite:jackfield.db",
        &format!("sqlite:{}", config.with_file_name("jackfield.db").display()),
    );
    fs::write(config, text).expect("a configuration");
}

#[tokio::test]
async fn a_key_alone_leads_to_a_provisioned_user() {
    let simulator = Process::simulator();
    let folder = TempDir::new().expect("a folder");
    let discovery = [
        "--discovery-url",
        simulator.address("CXone"),
        "--listen",
        "127.0.0.1:0",
    ];
    let made = init(
        folder.path(),
        Some(SECRET),
        &[&WHO[..], &discovery].concat(),
    );
    assert_eq!(made.code, Some(0), "{}{}", made.out, made.err);
    assert_eq!(
        files(folder.path()),
        ["jackfield.toml", "secrets/acme-cxone"]
    );
    let config = folder.path().join("jackfield.toml");
    let secret = folder.path().join("secrets/acme-cxone");
    assert_eq!((mode(&config), mode(&secret)), (0o600, 0o600));
    assert_eq!(
        fs::read_to_string(&secret).expect("a secret"),
        "simulator-secret\n"
    );
    let text = fs::read_to_string(&config).expect("a configuration");
    let token = made.after("Secret Token: ");
    assert!(!text.contains(SECRET) && !text.contains(token), "{text}");
    assert!(!made.out.contains(SECRET) && !made.err.contains(SECRET));
    assert!(
        made.after("Tenant URL: ")
            .ends_with("/acme/entra/scim/v2?aadOptscim062020")
    );
    assert!(
        made.out
            .contains("Agent, Manager, Administrator, Evaluator"),
        "{}",
        made.out
    );

    on_free_ports(&config);
    let service = Process::service(&config);
    assert_eq!(create(&service, "another", "ada").await.status, 401);
    let served = create(&service, token, "ada").await;
    assert_eq!(served.status, 201, "{}", served.body);
    assert_eq!(
        people(&simulator).await,
        Vec::<Value>::new(),
        "CXone is only read"
    );
    drop(service);

    let live = fs::read_to_string(&config).expect("a configuration");
    fs::write(&config, live.replace("\"observe\"", "\"live\"")).expect("a configuration");
    let service = Process::service(&config);
    let served = create(&service, token, "grace").await;
    assert_eq!(served.status, 201, "{}", served.body);
    // What was observed follows when the connection goes live.
    for name in ["grace@example.com", "ada@example.com"] {
        arrives(&simulator, name).await;
    }
}

#[test]
fn what_is_missing_is_named_where_nobody_can_be_asked() {
    let folder = TempDir::new().expect("a folder");
    let made = init(folder.path(), None, &["--idp", "okta"]);
    assert_eq!(made.code, Some(64));
    for flag in ["--tenant", "--access-key-id", "--access-key-secret-file"] {
        assert!(made.err.contains(flag), "{}", made.err);
    }
    assert!(!made.err.contains("--idp"), "{}", made.err);
    let offline = [&WHO[..], &["--offline"]].concat();
    let made = init(folder.path(), Some(SECRET), &offline);
    assert_eq!(made.code, Some(64));
    assert!(made.err.contains("--area"), "{}", made.err);
    assert_eq!(
        init(folder.path(), None, &["--idp", "workday"]).code,
        Some(64)
    );
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

#[test]
fn where_nothing_is_reached_nothing_is_written() {
    let folder = TempDir::new().expect("a folder");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", nobody.local_addr().expect("an address"));
    drop(nobody);
    let made = init(
        folder.path(),
        Some(SECRET),
        &[&WHO[..], &["--base-url", &url]].concat(),
    );
    assert_eq!(made.code, Some(1), "{}", made.out);
    assert!(made.err.contains("nothing was written"), "{}", made.err);
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

#[test]
fn a_wrong_secret_is_told_before_anything_is_written() {
    let simulator = Process::simulator();
    let folder = TempDir::new().expect("a folder");
    let place = ["--base-url", simulator.address("CXone")];
    let made = init(folder.path(), Some("canary"), &[&WHO[..], &place].concat());
    assert_eq!(made.code, Some(1), "{}", made.out);
    assert!(!made.err.contains("canary") && !made.out.contains("canary"));
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

#[test]
fn what_is_there_stays() {
    let simulator = Process::simulator();
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("jackfield.toml"), "mine").expect("a file");
    let place = ["--base-url", simulator.address("CXone")];
    let made = init(folder.path(), Some(SECRET), &[&WHO[..], &place].concat());
    assert_eq!(made.code, Some(1));
    assert!(
        made.err.contains("jackfield.toml is there already"),
        "{}",
        made.err
    );
    assert_eq!(files(folder.path()), ["jackfield.toml"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("jackfield.toml")).expect("a file"),
        "mine"
    );
}

#[tokio::test]
async fn a_role_that_newcomers_can_have_is_proposed() {
    let simulator = Process::simulator();
    let roles =
        json!([{"name": "Agent", "status": "DRAFT"}, {"name": "Administrator"}, {"name": "Sales"}]);
    settings(&simulator, json!({ "roles": roles })).await;
    let folder = TempDir::new().expect("a folder");
    let place = ["--base-url", simulator.address("CXone")];
    let made = init(folder.path(), Some(SECRET), &[&WHO[..], &place].concat());
    assert_eq!(made.code, Some(0), "{}{}", made.out, made.err);
    let text = fs::read_to_string(folder.path().join("jackfield.toml")).expect("a configuration");
    assert!(text.contains("default_role = \"Sales\""), "{text}");
}

#[tokio::test]
async fn fields_are_written_where_the_schemas_tell_them() {
    let simulator = Process::simulator();
    let shown = json!({"enabled_fields": ["Display Name", "Team"], "switches": {"schemas_show": "enabled_only"}});
    settings(&simulator, shown).await;
    let folder = TempDir::new().expect("a folder");
    let place = ["--base-url", simulator.address("CXone")];
    let made = init(folder.path(), Some(SECRET), &[&WHO[..], &place].concat());
    assert_eq!(made.code, Some(0), "{}{}", made.out, made.err);
    let text = fs::read_to_string(folder.path().join("jackfield.toml")).expect("a configuration");
    assert!(
        text.contains("\nenabled_fields = [\"displayName\", \"team\"]"),
        "{text}"
    );
}

/// A tenant without SCIM is found to be one.
#[tokio::test]
async fn user_hub_is_chosen_where_scim_is_absent() {
    let simulator = Process::simulator();
    settings(&simulator, json!({"switches": {"scim": "absent"}})).await;
    let folder = TempDir::new().expect("a folder");
    let place = ["--base-url", simulator.address("CXone")];
    let made = init(folder.path(), Some(SECRET), &[&WHO[..], &place].concat());
    assert_eq!(made.code, Some(0), "{}{}", made.out, made.err);
    let text = fs::read_to_string(folder.path().join("jackfield.toml")).expect("a configuration");
    assert!(text.contains("api = \"user-hub\""), "{text}");
}

#[test]
fn offline_nobody_is_asked() {
    let folder = TempDir::new().expect("a folder");
    let secret = folder.path().join("handed-over");
    fs::write(&secret, "sesame\n").expect("a file");
    let more = [
        "--offline",
        "--area",
        "eu1",
        "--access-key-secret-file",
        "handed-over",
    ];
    let made = init(folder.path(), None, &[&WHO[..], &more].concat());
    assert_eq!(made.code, Some(0), "{}", made.err);
    let text = fs::read_to_string(folder.path().join("jackfield.toml")).expect("a configuration");
    assert!(text.contains("area = \"eu1\""), "{text}");
    assert!(text.contains("mode = \"observe\""), "{text}");
    let written = fs::read_to_string(folder.path().join("secrets/acme-cxone"));
    assert_eq!(written.expect("a secret"), "sesame\n");
}
