//! Compiled code on disk: what is taken from there, what is not, and who may write there.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use plugin::compile::{Compile, NoCode};
use plugin::{
    Allocator, CacheError, Engine, EngineError, EngineSettings, Export, Invocation, Limits,
    LoadError, Loaded,
};
use serde_json::json;
use tempfile::TempDir;

use crate::guest::Guest;
use crate::logged;
use crate::scene::{engine_with, patient};

/// Counts what is compiled, and compiles it.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Counting {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Compile for Counting {
    fn compile(&self, component: &[u8], _: Allocator) -> Result<Vec<u8>, NoCode> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let engine = crate::scene::engine();
        let code = engine.precompile(component);
        code.map_err(|reason| NoCode::Refused(reason.to_string()))
    }
}

fn settings(dir: &Path, compiler: &Arc<Counting>) -> EngineSettings {
    EngineSettings {
        limits: patient(),
        cache: Some(dir.to_owned()),
        compiler: Some(Arc::clone(compiler) as Arc<dyn Compile>),
        ..EngineSettings::default()
    }
}

/// A start of the program.
fn start(dir: &Path, compiler: &Arc<Counting>) -> Engine {
    engine_with(settings(dir, compiler))
}

fn folder() -> (TempDir, PathBuf) {
    let temporary = tempfile::tempdir().expect("a folder");
    let dir = temporary.path().join("cache");
    (temporary, dir)
}

fn works(loaded: &Loaded) {
    let input = json!({"settings": {"userName": "ada"}});
    let invoked = loaded.invoke(&Invocation::new(Export::ToTarget, input));
    let output = invoked.expect("an invocation").output;
    assert_eq!(output, json!({"target": {"userName": "ada"}}));
}

/// The entries of all engines.
fn entries(dir: &Path) -> Vec<PathBuf> {
    let engines = fs::read_dir(dir).expect("the cache");
    let entries = engines.flat_map(|engine| {
        let engine = engine.expect("an engine's folder").path();
        let entries = fs::read_dir(engine).expect("an engine's folder");
        entries.map(|entry| entry.expect("an entry").path())
    });
    entries.collect()
}

#[test]
fn a_second_start_neither_compiles_nor_asks_what_it_is() {
    let (_temporary, dir) = folder();
    let compiler = Arc::new(Counting::default());
    // What `describe` logs tells whether it was called.
    let mut guest = Guest::settings_mapper();
    let line = guest.logs(2, "described");
    let (at, length) =
        guest.bytes(br#"{"name":"kept","version":"7","settings":{"type":"object"}}"#);
    let (answer, _) = guest.bytes(&[at, length].map(u32::to_le_bytes).concat());
    let component = guest
        .describe(&format!("{line} (i32.const {answer})"))
        .build();
    for _ in 0..2 {
        let engine = start(&dir, &compiler);
        let loaded = engine.load("kept", &component).expect("it is loaded");
        assert_eq!(
            (loaded.about().name.as_str(), compiler.count()),
            ("kept", 1)
        );
        assert_eq!(loaded.declared().imports.len(), 2);
        works(&loaded);
    }
    let described = logged::lines("kept");
    assert_eq!(
        described
            .iter()
            .filter(|it| it.contains("described"))
            .count(),
        1
    );
}

#[test]
fn without_another_process_the_cache_serves_as_well() {
    let (_temporary, dir) = folder();
    let component = Guest::settings_mapper().build();
    for _ in 0..2 {
        let engine = engine_with(EngineSettings {
            limits: patient(),
            cache: Some(dir.clone()),
            ..EngineSettings::default()
        });
        works(&engine.load("own", &component).expect("it is loaded"));
        assert_eq!(entries(&dir).len(), 1);
    }
}

#[test]
fn everything_in_it_is_private() {
    let (_temporary, dir) = folder();
    let engine = start(&dir, &Arc::default());
    let component = Guest::settings_mapper().build();
    engine.load("private", &component).expect("it is loaded");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").mode() & 0o7777;
    let entries = entries(&dir);
    let [entry] = entries.as_slice() else {
        panic!("{entries:?}");
    };
    assert_eq!(mode(entry), 0o600);
    assert_eq!(mode(entry.parent().expect("an engine's folder")), 0o700);
    assert_eq!(mode(&dir), 0o700);
}

#[test]
fn a_folder_that_others_may_write_is_refused() {
    let (_temporary, dir) = folder();
    fs::create_dir(&dir).expect("a folder");
    for mode in [0o770, 0o702, 0o1777] {
        fs::set_permissions(&dir, fs::Permissions::from_mode(mode)).expect("a mode");
        let refused = Engine::new(settings(&dir, &Arc::default()));
        let Err(EngineError::Cache(reason @ CacheError::NotPrivate { .. })) = refused else {
            panic!("{mode:o}: {refused:?}");
        };
        assert!(reason.to_string().contains("chmod 700"), "{reason}");
    }
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).expect("a mode");
    start(&dir, &Arc::default());
    assert_eq!(
        fs::metadata(&dir).expect("it is there").mode() & 0o777,
        0o700
    );
    let file = dir.join("file");
    fs::write(&file, "").expect("a file");
    assert!(matches!(
        Engine::new(settings(&file, &Arc::default())),
        Err(EngineError::Cache(CacheError::Unusable { .. }))
    ));
}

#[test]
fn a_folder_that_others_may_move_or_that_is_a_link_is_refused() {
    let (temporary, dir) = folder();
    let above = temporary.path().join("shared");
    let below = above.join("mine/cache");
    fs::create_dir_all(&below).expect("a folder");
    let mode =
        |mode| fs::set_permissions(&above, fs::Permissions::from_mode(mode)).expect("a mode");
    let refused = |dir: &Path| Engine::new(settings(dir, &Arc::default())).map(drop).err();
    mode(0o777);
    let reason = refused(&below).expect("anybody may move it").to_string();
    assert!(
        reason.contains("/shared, in which others can write"),
        "{reason}"
    );
    mode(0o1777);
    assert!(refused(&below).is_none());
    // One's own group is oneself.
    mode(0o775);
    assert!(refused(&below).is_none());
    if std::os::unix::fs::chown(&above, None, Some(4_321)).is_ok() {
        mode(0o775);
        let reason = refused(&below).expect("a group may move it");
        assert!(matches!(
            reason,
            EngineError::Cache(CacheError::Movable { .. })
        ));
    }
    mode(0o755);
    symlink(&below, &dir).expect("a link");
    let reason = refused(&dir).expect("a link").to_string();
    assert!(reason.contains("is a link"), "{reason}");
}

/// Fails, and counts how often.
#[derive(Debug)]
struct Fails(AtomicUsize, NoCode);

impl Compile for Fails {
    fn compile(&self, _: &[u8], _: Allocator) -> Result<Vec<u8>, NoCode> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err(self.1.clone())
    }
}

#[test]
fn a_component_that_does_not_compile_is_tried_once_for_all_tenants() {
    let reason = || "a bomb".to_owned();
    let bomb = Guest::settings_mapper().build();
    let other = Guest::settings_mapper().pages(2).build();
    for (failure, times) in [
        (NoCode::Refused(reason()), 1),
        (NoCode::NotNow(reason()), 3),
    ] {
        let compiler = Arc::new(Fails(AtomicUsize::new(0), failure));
        let engine = engine_with(EngineSettings {
            limits: patient(),
            compiler: Some(Arc::clone(&compiler) as Arc<dyn Compile>),
            ..EngineSettings::default()
        });
        let load = |component| {
            let failed = engine.load("bomb", component).map(drop);
            let failed = failed.expect_err("no code").to_string();
            assert!(failed.contains("a bomb"), "{failed}");
            let tried = compiler.0.load(Ordering::SeqCst);
            (tried, failed.contains("it is not tried again before 2"))
        };
        assert_eq!(load(&bomb), (1, false));
        load(&bomb);
        assert_eq!(load(&bomb), (times, times == 1));
        assert_eq!(load(&other), (times + 1, false));
    }
}

/// A machine that is busy is no fault of the component's.
#[test]
fn a_describe_that_the_clock_ended_is_tried_again() {
    let endless = "(loop $again (br $again)) unreachable";
    let endless = Guest::settings_mapper().describe(endless).build();
    let (clock, fuel) = (
        Limits {
            fuel: u64::MAX / 2,
            deadline: std::time::Duration::from_millis(1),
            ..Limits::default()
        },
        Limits {
            fuel: 1_000,
            ..patient()
        },
    );
    for (limits, times) in [(clock, 2), (fuel, 1)] {
        let compiler = Arc::new(Counting::default());
        let engine = engine_with(EngineSettings {
            limits,
            compiler: Some(Arc::clone(&compiler) as Arc<dyn Compile>),
            ..EngineSettings::default()
        });
        for _ in 0..2 {
            let failed = engine.load("endless", &endless).map(drop);
            assert!(failed.is_err());
        }
        assert_eq!(compiler.count(), times);
    }
}

#[test]
fn a_damaged_entry_is_compiled_anew() {
    let (_temporary, dir) = folder();
    let compiler = Arc::new(Counting::default());
    let component = Guest::settings_mapper().build();
    let load = || {
        let engine = start(&dir, &compiler);
        works(&engine.load("damaged", &component).expect("it is loaded"));
        compiler.count()
    };
    assert_eq!(load(), 1);
    let entry = entries(&dir).pop().expect("an entry");
    let whole = fs::read(&entry).expect("an entry");
    let end = whole.len() - 1;
    let mut damages: Vec<Vec<u8>> = [0, 1, 63, 64, end / 2, end]
        .map(|cut| whole[..cut].to_vec())
        .into();
    for at in [0, 5_000, end / 2, end - 200, end - 60, end - 40, end - 1] {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        damages.push(altered);
    }
    damages.push([&whole[..], b"more"].concat());
    for (damage, number) in damages.into_iter().zip(2..) {
        fs::write(&entry, damage).expect("a damaged entry");
        assert_eq!(load(), number);
        assert_eq!(fs::read(&entry).expect("an entry"), whole);
    }
    assert_eq!(load(), compiler.count());
}

#[test]
fn a_file_that_others_may_write_or_that_is_elsewhere_is_not_run() {
    let (temporary, dir) = folder();
    let compiler = Arc::new(Counting::default());
    let component = Guest::settings_mapper().build();
    let load = || {
        let engine = start(&dir, &compiler);
        works(&engine.load("foreign", &component).expect("it is loaded"));
        compiler.count()
    };
    assert_eq!(load(), 1);
    let entry = entries(&dir).pop().expect("an entry");
    fs::set_permissions(&entry, fs::Permissions::from_mode(0o620)).expect("a mode");
    assert_eq!(load(), 2);
    let elsewhere = temporary.path().join("elsewhere");
    fs::rename(&entry, &elsewhere).expect("moved");
    symlink(&elsewhere, &entry).expect("a link");
    assert_eq!(load(), 3);
    assert!(!fs::symlink_metadata(&entry).expect("an entry").is_symlink());
}

#[test]
fn what_fails_to_load_is_not_kept() {
    let (_temporary, dir) = folder();
    let engine = start(&dir, &Arc::default());
    let trap = Guest::settings_mapper().describe("unreachable").build();
    assert!(matches!(
        engine.load("trapping", &trap),
        Err(LoadError::Describe(_))
    ));
    assert_eq!(entries(&dir), Vec::<PathBuf>::new());
}

#[test]
fn other_engines_entries_go_but_for_the_last_ones() {
    let (_temporary, dir) = folder();
    let compiler = Arc::default();
    start(&dir, &compiler);
    for (name, day) in [
        ("engine-old", 1),
        ("engine-older", 0),
        ("engine-newest", 2),
        ("mine", 0),
    ] {
        let other = dir.join(name);
        fs::create_dir(&other).expect("a folder");
        fs::write(other.join("x.code"), "code").expect("an entry");
        let then = std::time::UNIX_EPOCH + std::time::Duration::from_secs(day * 86_400);
        let opened = fs::File::open(&other).expect("a folder");
        opened.set_modified(then).expect("a time");
    }
    start(&dir, &compiler);
    let names = fs::read_dir(&dir).expect("the cache");
    let mut names: Vec<String> = names
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .collect();
    names.sort();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names.contains(&"engine-newest".to_owned()) && names.contains(&"mine".to_owned()));
}

/// Compiles one component for as long as it is told to.
#[derive(Debug)]
struct Gate {
    held: Vec<u8>,
    count: Counting,
    door: std::sync::Mutex<std::sync::mpsc::Receiver<()>>,
}

impl Compile for Gate {
    fn compile(&self, component: &[u8], allocator: Allocator) -> Result<Vec<u8>, NoCode> {
        if component == self.held {
            let door = self.door.lock().expect("a door");
            // Waits for as long as it takes; the bound is for a failing test to end.
            let opened = door.recv_timeout(std::time::Duration::from_secs(60));
            opened.map_err(|_| NoCode::NotNow("nobody opened".to_owned()))?;
        }
        self.count.compile(component, allocator)
    }
}

#[test]
fn one_component_is_compiled_once_and_holds_up_no_other() {
    let slow = Guest::settings_mapper().build();
    let quick = Guest::settings_mapper().pages(2).build();
    let (open, door) = std::sync::mpsc::channel();
    let gate = Arc::new(Gate {
        held: slow.clone(),
        count: Counting::default(),
        door: std::sync::Mutex::new(door),
    });
    let engine = engine_with(EngineSettings {
        limits: patient(),
        compiler: Some(Arc::clone(&gate) as Arc<dyn Compile>),
        ..EngineSettings::default()
    });
    std::thread::scope(|threads| {
        let load = || engine.load("slow", &slow).expect("it is loaded");
        let (one, two) = (threads.spawn(load), threads.spawn(load));
        works(&engine.load("quick", &quick).expect("it is loaded"));
        open.send(()).expect("somebody waits");
        let (one, two) = (one.join().expect("no panic"), two.join().expect("no panic"));
        assert!(Arc::ptr_eq(&one, &two));
    });
    assert_eq!(gate.count.count(), 2);
}

#[test]
fn a_compiler_that_fails_or_lies_is_an_error() {
    #[derive(Debug)]
    struct Answers(Result<Vec<u8>, NoCode>);
    impl Compile for Answers {
        fn compile(&self, _: &[u8], _: Allocator) -> Result<Vec<u8>, NoCode> {
            self.0.clone()
        }
    }
    let (_temporary, dir) = folder();
    for cache in [None, Some(dir)] {
        for (answer, says) in [
            (
                Err(NoCode::Refused("compiling took more than 60 s".to_owned())),
                "60 s",
            ),
            (
                Err(NoCode::NotNow("no process".to_owned())),
                "could not be compiled now: no process",
            ),
            (
                Ok(b"\x7fELF, but no more".to_vec()),
                "does not compile here",
            ),
            (Ok(Vec::new()), "does not compile here"),
        ] {
            let engine = engine_with(EngineSettings {
                compiler: Some(Arc::new(Answers(answer))),
                cache: cache.clone(),
                ..EngineSettings::default()
            });
            let refused = engine.load("uncompiled", &Guest::settings_mapper().build());
            let refused = refused.map(drop).expect_err("no code").to_string();
            assert!(refused.contains(says), "{refused}");
        }
    }
}
