//! What the tests of commands have in common.

use std::sync::{Arc, Mutex, OnceLock};

use plugin::{Engine, EngineSettings, Loaded};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::screen::Screen;
use crate::subject::Subject;

/// The bundled plugin of this name, and an engine that compiles it once for all tests.
pub(crate) fn bundled(name: &str) -> (Subject, Engine) {
    static KEPT: Mutex<Vec<Arc<Loaded>>> = Mutex::new(Vec::new());
    let (subject, engine) = (Subject::find(name).unwrap(), engine());
    KEPT.lock().unwrap().push(subject.load(&engine).unwrap());
    (subject, engine)
}

/// The engine of all tests.
pub(crate) fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE
        .get_or_init(|| Engine::new(EngineSettings::default()).unwrap())
        .clone()
}

/// A mapper of `tests/guests` that means no good.
pub(crate) fn guest(name: &str) -> Subject {
    let text = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/guests");
        std::fs::read_to_string(format!("{folder}/{name}.wat")).unwrap()
    };
    let whole = text("frame").replace(";; GUEST", &text(name));
    let mut module = wat::parse_str(whole).unwrap();
    let mut resolve = Resolve::default();
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
    let (package, _) = resolve.push_path(contract).unwrap();
    let world = resolve
        .select_world(&[package], Some("mapper-plugin"))
        .unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let mut encoder = ComponentEncoder::default();
    let encoder = encoder.validate(true).module(&module).unwrap();
    Subject::fetched(name, encoder.encode().unwrap())
}

/// What a command writes, without colours, and what it returns.
pub(crate) fn written<T>(command: impl FnOnce(&mut Screen<'_>) -> T) -> (T, String) {
    let mut out = Vec::new();
    let done = command(&mut Screen::new(&mut out, false));
    (done, String::from_utf8(out).unwrap())
}

/// The same as JSON.
pub(crate) fn json<T>(command: impl FnOnce(&mut Screen<'_>) -> T) -> (T, serde_json::Value) {
    let (done, text) = written(command);
    (done, serde_json::from_str(&text).unwrap())
}
