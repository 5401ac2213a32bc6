//! What the tests of commands have in common.

use std::sync::{Arc, Mutex, OnceLock};

use plugin::{Engine, EngineSettings, Loaded};

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
