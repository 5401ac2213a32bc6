//! What shows only from outside of the process: its memory, and its log as it is written.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::binary::{Process, jackfield};
use crate::guests::Shelf;
use crate::world::{TOKEN, person, reply};

/// A service with a tenant `acme` of one connection for each guest, and a tenant `beside`.
struct Service {
    child: Child,
    scim: String,
    log: PathBuf,
    http: reqwest::Client,
    _directory: TempDir,
    _simulator: Process,
}

impl Service {
    /// Serves these plugins, with more arguments.
    fn of(plugins: &[PathBuf], arguments: &[&str]) -> Self {
        let directory = TempDir::new().expect("a directory");
        let simulator = Process::simulator();
        let mut text = format!(
            "[listen]\nscim = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[ledger]\nurl = \"sqlite:{}\"\n",
            directory.path().join("jackfield.db").display()
        );
        let mut tenant = |name: &str, plugins: &[String]| {
            text.push_str(&format!(
                "[tenants.{name}.cxone]\nbase_url = \"{}\"\naccess_key_id = \"simulator\"\n\
                 access_key_secret = \"simulator-secret\"\nrate = 100000\n",
                simulator.address("CXone")
            ));
            for (number, plugin) in plugins.iter().enumerate() {
                let connection = format!("tenants.{name}.connections.c{number}");
                text.push_str(&format!(
                    "[{connection}]\nidp = \"entra\"\ntoken = \"{TOKEN}\"\n[[{connection}.plugins]]\nuse = \"entra\"\n\
                     [[{connection}.plugins]]\nuse = \"{plugin}\"\n"
                ));
            }
        };
        let plugins: Vec<String> = plugins
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        tenant("acme", &plugins);
        tenant("beside", &["tenant-rules".to_owned()]);
        let config = directory.path().join("jackfield.toml");
        std::fs::write(&config, text).expect("a file");
        let log = directory.path().join("log");
        let mut child = jackfield()
            .arg("serve")
            .args(arguments)
            .arg("--config")
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).expect("a file"))
            .spawn()
            .expect("a process");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let said = lines
            .map_while(Result::ok)
            .find(|line| line.starts_with("SCIM"))
            .expect("it serves");
        let first = said.split_whitespace().next_back().expect("a URL");
        let scim = first.split("/acme/").next().expect("an origin").to_owned();
        Self {
            child,
            scim,
            log,
            http: reqwest::Client::new(),
            _directory: directory,
            _simulator: simulator,
        }
    }

    async fn create(&self, scope: &str, name: &str) -> u16 {
        let url = format!("{}/{scope}/scim/v2/Users", self.scim);
        let request = self.http.post(url).bearer_auth(TOKEN);
        let request = request
            .header("content-type", "application/scim+json")
            .body(person(name, "Ada", "Byron").to_string());
        reply(request).await.status
    }

    /// A number of proc(5), `/proc/PID/status`, in KiB.
    fn memory(&self, key: &str) -> usize {
        let path = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(path).expect("a status");
        let line = text.lines().find_map(|line| line.strip_prefix(key));
        let line = line.expect("a number").trim_start_matches(':').trim();
        let number = line.split(' ').next().expect("a number");
        number.parse().expect("a number")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What guests that take all they get may add to the process while they run, one after the other: the 32 MiB of one, what is
/// copied out of it, and what the process needs anyway. In KiB.
const PEAK: usize = 80 << 10;
/// What may be left of them.
const LEFT: usize = 40 << 10;

#[tokio::test(flavor = "multi_thread")]
async fn guests_that_take_all_memory_cost_what_one_may_have_and_give_it_back() {
    const GUESTS: [&str; 4] = ["memory-hog", "huge-output", "huge-crossing", "long-list"];
    let shelf = Shelf::new();
    let files = GUESTS.map(|guest| {
        let file = format!("{guest}.wasm");
        shelf.guest(&file, guest);
        shelf.path(&file)
    });
    let service = Service::of(&files, &[]);
    for number in 0..20 {
        let name = format!("beside-{number}");
        assert_eq!(service.create("beside/c0", &name).await, 201);
    }
    let (peak, held) = (service.memory("VmHWM"), service.memory("VmRSS"));
    for round in 0..15 {
        for (number, guest) in GUESTS.iter().enumerate() {
            let scope = format!("acme/c{number}");
            let name = format!("{guest}-{round}");
            assert_eq!(service.create(&scope, &name).await, 503, "{guest}");
        }
        let name = format!("then-{round}");
        assert_eq!(service.create("beside/c0", &name).await, 201);
    }
    let more = service.memory("VmHWM").saturating_sub(peak);
    let left = service.memory("VmRSS").saturating_sub(held);
    assert!(more < PEAK, "{more} KiB more at the highest");
    assert!(left < LEFT, "{left} KiB more at the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_writes_no_lines_of_its_own_into_the_log() {
    let shelf = Shelf::new();
    shelf.guest("forger.wasm", "log-injection");
    for arguments in [&["--log-json"][..], &[]] {
        let service = Service::of(&[shelf.path("forger.wasm")], arguments);
        assert_eq!(service.create("acme/c0", "ada").await, 503);
        assert_eq!(service.create("beside/c0", "bob").await, 201);
        let log = std::fs::read_to_string(&service.log).expect("a log");
        // What it logged, twice, and the end that it came to, which has its last words.
        let forged = log.lines().filter(|line| line.contains("forged")).count();
        assert!((3..=4).contains(&forged), "{log}");
        assert!(
            !log.contains(['\u{1b}', '\u{85}', '\u{2028}', '\0']),
            "{log:?}"
        );
        for line in log.lines() {
            assert!(
                !line.contains("forged") || line.contains("forger.wasm"),
                "a line without its author: {line}"
            );
            if arguments.is_empty() {
                assert!(!line.starts_with('{'), "{line}");
                continue;
            }
            let line: Value = serde_json::from_str(line).expect("a line of JSON");
            let level = line["level"].as_str().expect("a level");
            assert!(["INFO", "WARN", "ERROR"].contains(&level), "{line}");
        }
    }
}
