//! What was logged, by the plugin that it names: the guests run on threads of their own, so the log is one for all tests and
//! each test names its plugins as no other does.

use std::io::{self, Write};
use std::sync::{Mutex, Once};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static START: Once = Once::new();

struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts to keep what is logged.
pub(crate) fn start() {
    START.call_once(|| {
        tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(|| Sink)
            .init();
    });
}

/// The lines that name this plugin.
pub(crate) fn lines(plugin: &str) -> Vec<String> {
    let log = LOG.lock().expect("the log");
    let log = String::from_utf8_lossy(&log);
    let named = format!("plugin=\"{plugin}\"");
    log.lines()
        .filter(|line| line.contains(&named))
        .map(str::to_owned)
        .collect()
}
