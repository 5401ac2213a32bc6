//! Compiling: in a process of its own, kept for the next start, and nobody else's delay.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use plugin::compile::{Compile, NoCode};
use plugin::{Allocator, Engine, EngineSettings};
use tempfile::TempDir;

use super::site::{Site, naming, tenant, using};
use crate::binary::{Process, jackfield};
use crate::guests::Shelf;

/// Compiles at once what is bundled, and takes until it is told with everything else.
#[derive(Debug)]
pub(super) struct Slow {
    compiler: Engine,
    ending: Ending,
    at_it: AtomicBool,
    told: Mutex<bool>,
    bell: Condvar,
}

/// What it comes to then.
#[derive(Debug)]
pub(super) enum Ending {
    Code,
    Refused,
}

impl Slow {
    pub(super) fn until_told(ending: Ending) -> Arc<Self> {
        Arc::new(Self {
            compiler: Engine::new(EngineSettings::default()).expect("an engine"),
            ending,
            at_it: AtomicBool::new(false),
            told: Mutex::new(false),
            bell: Condvar::new(),
        })
    }

    /// An engine that compiles by it.
    pub(super) fn engine(self: &Arc<Self>) -> Engine {
        let engine = Engine::new(EngineSettings {
            compiler: Some(Arc::clone(self) as Arc<dyn Compile>),
            ..EngineSettings::default()
        });
        engine.expect("an engine")
    }

    /// Whether it has begun with something that takes until it is told.
    pub(super) fn is_at_it(&self) -> bool {
        self.at_it.load(Ordering::SeqCst)
    }

    pub(super) fn tell(&self) {
        *self.told.lock().expect("no panic") = true;
        self.bell.notify_all();
    }
}

impl Compile for Slow {
    fn compile(&self, component: &[u8], _: Allocator) -> Result<Vec<u8>, NoCode> {
        let code = || {
            let code = self.compiler.precompile(component);
            code.map_err(|reason| NoCode::Refused(reason.to_string()))
        };
        if bundled::all().iter().any(|it| it.bytes == component) {
            return code();
        }
        self.at_it.store(true, Ordering::SeqCst);
        let told = self.told.lock().expect("no panic");
        let patience = Duration::from_secs(60);
        let waited = self
            .bell
            .wait_timeout_while(told, patience, |told| !*told)
            .expect("no panic");
        assert!(!waited.1.timed_out(), "nobody told it");
        match self.ending {
            Ending::Code => code(),
            Ending::Refused => {
                let reason = "compiling took more than 60 s of CPU time";
                Err(NoCode::Refused(reason.to_owned()))
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_takes_for_ever_to_compile_holds_nobody_else_up() {
    let slow = Slow::until_told(Ending::Refused);
    let before = |name: &str| tenant("token-of-before", "", &naming(name));
    // More than there are turns to compile.
    let turns = std::thread::available_parallelism().map_or(1, usize::from);
    let bombs: Vec<String> = (0..turns.max(4) + 1)
        .map(|it| format!("bomb-{it}"))
        .collect();
    let all = bombs.iter().map(String::as_str).chain(["quick"]);
    let tenants: Vec<_> = all.map(|name| (name, before("Old"))).collect();
    let site = Site::on(&slow.engine(), &tenants).await;
    let shelf = Shelf::new();
    shelf.guest("bomb.wasm", "trap");
    let bomb = using(&shelf.path("bomb.wasm"));
    for name in &bombs {
        site.write(name, &tenant("token-of-after", "", &bomb));
    }
    site.write("quick", &tenant("token-of-after", "", &naming("New")));
    let reloading = site.reload();
    let meanwhile = async {
        site.eventually("the other is swapped", async |site: &Site| {
            let made = site.create("quick", "token-of-after", "ada").await;
            [201, 409].contains(&made.status)
        })
        .await;
        assert_eq!(site.held("ada", "displayName").await, "New");
        let made = site.create("bomb-0", "token-of-before", "bob").await;
        assert_eq!(made.status, 201, "it is served as before");
        slow.tell();
    };
    let (answer, ()) = tokio::join!(reloading, meanwhile);
    assert_eq!(answer.status, 409);
    for name in &bombs {
        let said = &answer.body["tenants"][name];
        assert_eq!(said["result"], "kept");
        let reason = said["reason"].as_str().expect("a reason");
        assert!(reason.contains("took more than 60 s"), "{reason}");
    }
    assert_eq!(answer.body["tenants"]["quick"]["result"], "swapped");
    assert_eq!(site.held("bob", "displayName").await, "Old");
    site.app.stop().await;
}

fn compiled(component: &[u8]) -> Output {
    let mut child: Command = jackfield();
    let child = child
        .arg("compile-plugin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = child.spawn().expect("a process");
    let mut input = child.stdin.take().expect("a pipe");
    let component = component.to_vec();
    let writing = std::thread::spawn(move || {
        let _ = input.write_all(&component);
    });
    let ended = child.wait_with_output().expect("an end");
    writing.join().expect("no panic");
    ended
}

#[test]
fn the_compiling_process_writes_code_or_a_reason() {
    let entra = bundled::find("entra").expect("a bundled plugin");
    let done = compiled(entra.bytes);
    assert!(done.status.success(), "{done:?}");
    assert!(done.stdout.starts_with(b"\x7fELF"), "it is code");
    let refused = compiled(b"\0asm garbage");
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty());
    assert!(!refused.stderr.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_keeps_what_it_compiled_in_a_folder_of_its_own() {
    use std::os::unix::fs::PermissionsExt;

    let simulator = Process::simulator();
    let directory = TempDir::new().expect("a directory");
    let ledger = directory.path().join("ledger.db");
    let general = format!(
        "[listen]\nscim = \"127.0.0.1:0\"\nadmin = \"127.0.0.1:0\"\n[ledger]\nurl = \"sqlite:{}\"\n",
        ledger.display()
    );
    let write = |name: &str, text: &str| {
        std::fs::write(directory.path().join(name), text).expect("a file");
    };
    write("jackfield.toml", &general);
    write("base_url", simulator.address("CXone"));
    write("acme.toml", &tenant("token-of-before", "", &naming("Old")));
    let service = Process::service(directory.path());
    let ready = reqwest::get(service.address("admin")).await;
    let ready = ready.expect("an answer").text().await.expect("a body");
    assert!(ready.contains("\"plugins_not_loaded\":[]"), "{ready}");
    let cache = directory.path().join("jackfield-cache/code");
    let mode = std::fs::metadata(&cache).expect("a folder").permissions();
    assert_eq!(mode.mode() & 0o777, 0o700);
    let engine = std::fs::read_dir(&cache).expect("a folder").next();
    let engine = engine.expect("an engine's folder").expect("an entry");
    let entries = std::fs::read_dir(engine.path()).expect("a folder").count();
    assert!(entries >= 1, "the mapper's code is kept");
}
